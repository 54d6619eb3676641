#include "python/binding.hpp"

#include <utility>

namespace vitrina::python {
namespace {

/// The name that the Arrow PyCapsule interface gives to a capsule with a stream.
constexpr const char* kStreamCapsule = "arrow_array_stream";

}  // namespace

ArrowArrayStream* stream_of(const nb::capsule& capsule) {
  auto* stream =
      static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), kStreamCapsule));
  if (stream == nullptr) throw nb::python_error();
  return stream;
}

SimilarColumns to_similar_columns(std::vector<SimilarProduct> products) {
  SimilarColumns columns;
  for (auto& row : products) {
    std::get<0>(columns).push_back(std::move(row.product_id));
    std::get<1>(columns).push_back(row.weight);
  }
  return columns;
}

}  // namespace vitrina::python
