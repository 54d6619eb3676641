#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/action.hpp"
#include "core/time.hpp"
#include "data/raw_log.hpp"
#include "data/string_table.hpp"

namespace vitrina::live {

/// An event as it is told: one product, or none.
struct Event {
  TimeUs time = 0;
  Action action = Action::kView;
  std::string_view product = {};  ///< empty where the event names none
  std::uint32_t page = 0;         ///< 0 where there is none
  std::string_view device = {};   ///< empty where there is none
};

/// The same as it is kept.
struct StoredEvent {
  TimeUs time = 0;
  std::uint32_t product = kNoCode;  ///< Store::product(); kNoCode where the event names none
  std::uint32_t page = 0;
  std::uint32_t device = kNoCode;
  Action action = Action::kView;

  friend bool operator==(const StoredEvent&, const StoredEvent&) = default;
};

/// Whose events they are: a customer's, or those of a visit that nobody has signed in to.
enum class Kind : std::uint8_t { kUser, kVisit };

/// What customers did, in memory. Products have codes by order of arrival, which no bundle changes:
/// another generation translates them anew. Ids of customers are kept nowhere but with their
/// events, so that who is forgotten is gone. Not thread-safe.
class Store {
 public:
  /// Adds an event behind those of its moment; false where the very same one is there already, as
  /// a log's rows count once.
  bool add(Kind kind, std::string_view id, const Event& event);

  /// A customer's events, oldest first; none where the id is unknown.
  [[nodiscard]] std::span<const StoredEvent> of(Kind kind, std::string_view id) const;

  /// Drops all events of a customer; how many there were.
  std::size_t forget(Kind kind, std::string_view id);

  /// The same of all whose ids are `meant`; how many customers there were.
  std::size_t forget_if(Kind kind, const std::function<bool(std::string_view)>& meant);

  /// An event as it was told; its texts are the store's.
  [[nodiscard]] Event told(const StoredEvent& event) const;

  [[nodiscard]] std::size_t n_products() const { return products_.size(); }
  [[nodiscard]] std::string_view product(std::uint32_t code) const { return products_.text(code); }
  [[nodiscard]] std::size_t n_events() const { return n_events_; }
  /// Users and visits with events.
  [[nodiscard]] std::size_t n_customers() const {
    return customers_[0].size() + customers_[1].size();
  }

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Customers =
      std::unordered_map<std::string, std::vector<StoredEvent>, Hash, std::equal_to<>>;

  Customers customers_[2];  ///< by Kind
  StringTable products_;
  StringTable devices_;
  std::size_t n_events_ = 0;
};

}  // namespace vitrina::live
