#pragma once

// Internal to io: calling a function for every row of an array, whatever its exact type is.

#include <arrow/array.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "core/error.hpp"

namespace vitrina::io {

/// `found type X, expected Y`.
inline Error wrong_type(const arrow::Array& array, std::string_view expected) {
  return {ErrorCode::kBadData,
          fmt::format("found type {}, expected {}", printable(array.type()->ToString()), expected)};
}

/// Calls use(value) for every row of an array of plain values, use(null) for nulls.
template <class TypedArray, class Null, class Use>
void visit_values(const arrow::Array& array, Null null, const Use& use) {
  const auto& typed = static_cast<const TypedArray&>(array);
  const auto* values = typed.raw_values();
  if (array.null_count() == 0) {
    for (std::int64_t i = 0; i < array.length(); ++i) use(values[i]);
  } else {
    for (std::int64_t i = 0; i < array.length(); ++i) {
      if (array.IsNull(i)) {
        use(null);
      } else {
        use(values[i]);
      }
    }
  }
}

/// Calls use(int64) per row, use(null) for nulls. False when the type is not an integer one.
template <class Use>
bool visit_integers(const arrow::Array& array, std::int64_t null, const Use& use) {
  const auto run = [&]<class TypedArray>(const TypedArray*) {
    visit_values<TypedArray>(array, null,
                             [&](auto value) { use(static_cast<std::int64_t>(value)); });
    return true;
  };
  switch (array.type_id()) {
    case arrow::Type::INT8:
      return run(static_cast<const arrow::Int8Array*>(nullptr));
    case arrow::Type::INT16:
      return run(static_cast<const arrow::Int16Array*>(nullptr));
    case arrow::Type::INT32:
      return run(static_cast<const arrow::Int32Array*>(nullptr));
    case arrow::Type::INT64:
      return run(static_cast<const arrow::Int64Array*>(nullptr));
    case arrow::Type::UINT8:
      return run(static_cast<const arrow::UInt8Array*>(nullptr));
    case arrow::Type::UINT16:
      return run(static_cast<const arrow::UInt16Array*>(nullptr));
    case arrow::Type::UINT32:
      return run(static_cast<const arrow::UInt32Array*>(nullptr));
    case arrow::Type::UINT64:
      return run(static_cast<const arrow::UInt64Array*>(nullptr));
    default:
      return false;
  }
}

/// Calls use(view) per row, use({}) for nulls. False when the type is not text or binary.
template <class Use>
bool visit_views(const arrow::Array& array, const Use& use) {
  const auto run = [&]<class TypedArray>(const TypedArray* typed) {
    for (std::int64_t i = 0; i < array.length(); ++i) {
      use(array.IsNull(i) ? std::string_view() : typed->GetView(i));
    }
    return true;
  };
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return run(static_cast<const arrow::BinaryArray*>(&array));
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return run(static_cast<const arrow::LargeBinaryArray*>(&array));
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
      return run(static_cast<const arrow::BinaryViewArray*>(&array));
    case arrow::Type::FIXED_SIZE_BINARY:
      return run(static_cast<const arrow::FixedSizeBinaryArray*>(&array));
    case arrow::Type::NA:
      for (std::int64_t i = 0; i < array.length(); ++i) use(std::string_view());
      return true;
    default:
      return false;
  }
}

/// Calls use(index) per row of a dictionary array, use(-1) for nulls.
template <class Use>
void visit_indices(const arrow::DictionaryArray& array, const Use& use) {
  // The dictionary's own row may be null too; that is the caller's business.
  if (!visit_integers(*array.indices(), -1, use)) {
    throw wrong_type(*array.indices(), "whole numbers as dictionary indices");
  }
}

}  // namespace vitrina::io
