#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/csr.hpp"
#include "core/ids.hpp"

namespace vitrina {

/// External text ids <-> dense indices; the only place that converts. Dense indices follow the
/// sorted external ids, so order, ties and hashes are the same in any log that has the ids. Ids
/// that are appended come behind them, sorted among themselves.
class IdMapBase {
 public:
  IdMapBase() = default;
  /// `sorted` must be strictly ascending. Throws Error(kInternal) otherwise.
  explicit IdMapBase(const std::vector<std::string_view>& sorted);
  explicit IdMapBase(Csr<char> texts);

  /// Numbers more ids, strictly ascending and none of them known, behind those there are.
  void append(const std::vector<std::string_view>& sorted);

  [[nodiscard]] std::size_t size() const { return texts_.n_rows(); }
  [[nodiscard]] std::string_view text(std::size_t index) const {
    const auto row = texts_.row(index);
    return {row.data(), row.size()};
  }
  [[nodiscard]] std::optional<std::size_t> find_index(std::string_view text) const;
  [[nodiscard]] const Csr<char>& texts() const { return texts_; }

 private:
  /// Where `text` is among the indices [begin, end), which are of one run; `end` where it is not.
  [[nodiscard]] std::size_t find_in_run(std::size_t begin, std::size_t end,
                                        std::string_view text) const;

  Csr<char> texts_;
  std::vector<std::size_t> run_ends_;  ///< of the ids there were at first, and of each append()
};

/// IdMapBase with strong indices.
template <class Idx>
class IdMap : public IdMapBase {
 public:
  using IdMapBase::IdMapBase;

  [[nodiscard]] std::string_view external(Idx idx) const { return text(idx.value); }
  [[nodiscard]] std::optional<Idx> find(std::string_view external_id) const {
    const auto index = find_index(external_id);
    return index ? std::optional(Idx(*index)) : std::nullopt;
  }
};

using UserMap = IdMap<UserIdx>;
using ItemMap = IdMap<ItemIdx>;
using CategoryMap = IdMap<CategoryIdx>;

}  // namespace vitrina
