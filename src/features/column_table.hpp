#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

// The columns of a feature group as one table: every entry says what a column is called, what it
// means and which value it has, so that no value can land under another's name. A table is a
// constant; its values are lambdas without captures, which the compiler sees through:
//
//     constexpr auto kColumns = column_table(
//         column("price", "price in the catalog", [](const Row& row) { return row.price; }),
//         each<kActions.size()>(column(
//             [](std::size_t a) { return ColumnInfo{...}; },
//             [](const Row& row, std::size_t a) { return row.count[a]; })));
//
// What a group is made of must be in its Row: values read nothing else.

/// Name and meaning of a column that stands alone.
struct FixedInfo {
  std::string_view name;
  std::string_view meaning;

  template <class... Index>
  ColumnInfo operator()(Index... /*index*/) const {
    return {std::string(name), std::string(meaning)};
  }
};

/// One column. In a family both callables are given the member's index, the outermost family's
/// first.
template <class Info, class Value>
struct Column {
  static_assert(std::is_empty_v<Value>, "a value may read its row alone");

  Info info;
  Value value;

  static constexpr std::size_t size() { return 1; }

  template <class... Index>
  void describe(std::vector<ColumnInfo>& columns, Index... index) const {
    columns.push_back(info(index...));
  }

  template <class Row, class... Index>
  float* write(const Row& row, float* x, Index... index) const {
    *x = value(row, index...);
    return x + 1;
  }
};

/// Columns in order.
template <class... Entries>
struct ColumnTable {
  std::tuple<Entries...> entries;

  static constexpr std::size_t size() { return (std::size_t{0} + ... + Entries::size()); }

  /// Appends name and meaning of every column.
  template <class... Index>
  void describe(std::vector<ColumnInfo>& columns, Index... index) const {
    std::apply([&](const auto&... entry) { (entry.describe(columns, index...), ...); }, entries);
  }

  [[nodiscard]] std::vector<ColumnInfo> infos() const {
    std::vector<ColumnInfo> columns;
    describe(columns);
    return columns;
  }

  /// Writes the values of `row` to the size() places from `x` on and answers where they end.
  template <class Row, class... Index>
  float* write(const Row& row, float* x, Index... index) const {
    std::apply([&](const auto&... entry) { ((x = entry.write(row, x, index...)), ...); }, entries);
    return x;
  }
};

/// A family of columns: a table written for every member 0 .. Members - 1 in turn.
template <std::size_t Members, class... Entries>
struct ColumnFamily {
  ColumnTable<Entries...> member;

  static constexpr std::size_t size() { return Members * ColumnTable<Entries...>::size(); }

  template <class... Index>
  void describe(std::vector<ColumnInfo>& columns, Index... index) const {
    for (std::size_t i = 0; i < Members; ++i) member.describe(columns, index..., i);
  }

  template <class Row, class... Index>
  float* write(const Row& row, float* x, Index... index) const {
    for (std::size_t i = 0; i < Members; ++i) x = member.write(row, x, index..., i);
    return x;
  }
};

/// A column that stands alone: `value(row)`.
template <class Value>
constexpr auto column(std::string_view name, std::string_view meaning, Value value) {
  return Column<FixedInfo, Value>{{name, meaning}, value};
}

/// A column of a family: `info(i...)` answers its ColumnInfo, `value(row, i...)` its value.
template <class Info, class Value>
constexpr auto column(Info info, Value value) {
  return Column<Info, Value>{info, value};
}

/// The entries for each of `Members` members: all columns of the first, then of the second, ...
template <std::size_t Members, class... Entries>
constexpr auto each(Entries... entries) {
  return ColumnFamily<Members, Entries...>{{{entries...}}};
}

template <class... Entries>
constexpr auto column_table(Entries... entries) {
  return ColumnTable<Entries...>{{entries...}};
}

}  // namespace vitrina::features
