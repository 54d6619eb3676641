#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "core/error.hpp"
#include "io/arrow_visit.hpp"
#include "io/column_values.hpp"
#include "io/python_list.hpp"

namespace vitrina::io {
namespace {

/// Longest print of a 64-bit integer, and of a double by to_chars.
constexpr std::size_t kNumberChars = 32;

std::string_view print(std::int64_t value, bool is_unsigned, char* buffer) {
  const auto result =
      is_unsigned ? std::to_chars(buffer, buffer + kNumberChars, static_cast<std::uint64_t>(value))
                  : std::to_chars(buffer, buffer + kNumberChars, value);
  return {buffer, static_cast<std::size_t>(result.ptr - buffer)};
}

std::string_view print(double value, char* buffer) {
  if (std::isnan(value)) return {};
  // Ids of a shop that went through a column with nulls: 1025536.0 is the id 1025536.
  if (value == std::floor(value) && std::fabs(value) < 1e15) {
    return print(static_cast<std::int64_t>(value), false, buffer);
  }
  const auto result = std::to_chars(buffer, buffer + kNumberChars, value);
  return {buffer, static_cast<std::size_t>(result.ptr - buffer)};
}

void append_printed(const arrow::Array& array, Texts& texts) {
  const auto length = static_cast<std::size_t>(array.length());
  auto& block =
      texts.owned.emplace_back(std::make_unique_for_overwrite<char[]>(length * kNumberChars));
  char* cursor = block.get();
  std::int64_t row = 0;
  const auto add = [&](std::string_view text) {
    texts.values.push_back(array.IsNull(row++) ? std::string_view() : text);
    cursor += text.size();
  };
  const bool is_unsigned = array.type_id() == arrow::Type::UINT64;
  if (visit_integers(array, 0, [&](std::int64_t v) { add(print(v, is_unsigned, cursor)); })) {
    return;
  }
  const auto add_real = [&](double value) { add(print(value, cursor)); };
  if (array.type_id() == arrow::Type::DOUBLE) {
    visit_values<arrow::DoubleArray>(array, 0.0, add_real);
  } else if (array.type_id() == arrow::Type::FLOAT) {
    visit_values<arrow::FloatArray>(array, 0.0F, add_real);
  } else if (arrow::is_decimal(array.type_id())) {
    for (std::int64_t i = 0; i < array.length(); ++i) {
      const std::string text = array.IsNull(i) ? "" : array.GetScalar(i).ValueOrDie()->ToString();
      auto& copy = texts.owned.emplace_back(std::make_unique_for_overwrite<char[]>(text.size()));
      std::memcpy(copy.get(), text.data(), text.size());
      texts.values.emplace_back(copy.get(), text.size());
    }
  } else {
    throw wrong_type(array, "texts or whole numbers");
  }
}

/// Types of bytes that Arrow has not found to be UTF-8.
bool holds_bytes(arrow::Type::type type) {
  return type == arrow::Type::BINARY || type == arrow::Type::LARGE_BINARY ||
         type == arrow::Type::BINARY_VIEW || type == arrow::Type::FIXED_SIZE_BINARY;
}

void append_plain(const arrow::Array& array, Texts& texts) {
  if (holds_bytes(array.type_id())) texts.is_utf8 = false;
  if (!visit_views(array, [&](std::string_view text) { texts.values.push_back(text); })) {
    append_printed(array, texts);
  }
}

void append_dictionary(const arrow::DictionaryArray& array, Texts& texts) {
  const auto first = static_cast<std::uint32_t>(texts.values.size());
  texts.indexed = true;
  append_plain(*array.dictionary(), texts);
  visit_indices(array, [&](std::int64_t index) {
    texts.index.push_back(index < 0 ? Texts::kNull : first + static_cast<std::uint32_t>(index));
  });
}

/// All chunks of a column have one type, so plain and dictionary rows never mix.
void append_texts(const arrow::Array& array, Texts& texts) {
  if (array.type_id() == arrow::Type::DICTIONARY) {
    append_dictionary(static_cast<const arrow::DictionaryArray&>(array), texts);
  } else {
    append_plain(array, texts);
  }
}

/// Lists with ascending offsets: only the part of the elements that the rows use is loaded.
template <class ListArray>
void append_lists(const arrow::Array& array, TextLists& lists) {
  const auto& typed = static_cast<const ListArray&>(array);
  if (typed.length() == 0) return;
  const std::int64_t first = typed.value_offset(0);
  const std::int64_t end =
      typed.value_offset(typed.length() - 1) + typed.value_length(typed.length() - 1);
  const auto base = static_cast<std::int64_t>(lists.elements.size()) - first;
  for (std::int64_t i = 0; i < typed.length(); ++i) {
    lists.rows.push_back({static_cast<std::uint64_t>(base + typed.value_offset(i)),
                          typed.IsNull(i) ? 0 : static_cast<std::uint64_t>(typed.value_length(i))});
  }
  append_texts(*typed.values()->Slice(first, end - first), lists.elements);
}

template <class ListViewArray>
void append_list_views(const arrow::Array& array, TextLists& lists) {
  const auto& typed = static_cast<const ListViewArray&>(array);
  const auto base = static_cast<std::int64_t>(lists.elements.size());
  for (std::int64_t i = 0; i < typed.length(); ++i) {
    lists.rows.push_back({static_cast<std::uint64_t>(base + typed.value_offset(i)),
                          typed.IsNull(i) ? 0 : static_cast<std::uint64_t>(typed.value_length(i))});
  }
  append_texts(*typed.values(), lists.elements);
}

/// An empty element stands for a cell that holds something else than ids.
void append_unread(std::string_view cell, TextLists& lists) {
  lists.unread.emplace_back(lists.elements.values.size(), cell);
  lists.rows.push_back({lists.elements.values.size(), 1});
  lists.elements.values.emplace_back();
}

void append_one(std::string_view text, TextLists& lists) {
  lists.rows.push_back({lists.elements.values.size(), 1});
  lists.elements.values.push_back(text);
}

void append_scalars(const arrow::Array& array, TextLists& lists) {
  lists.cells.clear();
  append_texts(array, lists.cells);
  for (std::size_t i = 0; i < lists.cells.size(); ++i) {
    const auto cell = lists.cells.at(i);
    if (looks_like_object(cell)) {
      append_unread(cell, lists);
      continue;
    }
    if (!looks_like_list(cell)) {
      append_one(cell, lists);
      if (cell.empty()) lists.rows.back().size = 0;
      continue;
    }
    const auto begin = lists.elements.values.size();
    const bool holds_ids = split_list(cell, lists.elements.owned, [&](std::string_view text) {
      lists.elements.values.push_back(text);
    });
    if (!holds_ids) {
      lists.elements.values.resize(begin);
      append_unread(cell, lists);
      continue;
    }
    lists.rows.push_back({begin, lists.elements.values.size() - begin});
  }
  lists.elements.is_utf8 = lists.elements.is_utf8 && lists.cells.is_utf8;
  // Numbers were printed into the scratch; their texts move along with the views.
  for (auto& block : lists.cells.owned) lists.elements.owned.push_back(std::move(block));
}

}  // namespace

void Texts::clear() {
  indexed = false;
  is_utf8 = true;
  values.clear();
  index.clear();
  owned.clear();
}

void TextLists::clear() {
  rows.clear();
  elements.clear();
  unread.clear();
  cells.clear();
}

void load_texts(const arrow::ChunkedArray& column, Texts& texts) {
  texts.clear();
  for (const auto& chunk : column.chunks()) append_texts(*chunk, texts);
}

void load_lists(const arrow::ChunkedArray& column, TextLists& lists) {
  lists.clear();
  lists.rows.reserve(static_cast<std::size_t>(column.length()));
  for (const auto& chunk : column.chunks()) {
    switch (chunk->type_id()) {
      case arrow::Type::LIST:
        append_lists<arrow::ListArray>(*chunk, lists);
        break;
      case arrow::Type::LARGE_LIST:
        append_lists<arrow::LargeListArray>(*chunk, lists);
        break;
      case arrow::Type::FIXED_SIZE_LIST:
        append_lists<arrow::FixedSizeListArray>(*chunk, lists);
        break;
      case arrow::Type::LIST_VIEW:
        append_list_views<arrow::ListViewArray>(*chunk, lists);
        break;
      case arrow::Type::LARGE_LIST_VIEW:
        append_list_views<arrow::LargeListViewArray>(*chunk, lists);
        break;
      default:
        append_scalars(*chunk, lists);
    }
  }
}

}  // namespace vitrina::io
