#pragma once

#include <nanobind/nanobind.h>

#include <chrono>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/cancel.hpp"
#include "vitrina/types.hpp"

struct ArrowArrayStream;  // of the Arrow C data interface

// What the parts of the binding share.

namespace vitrina::python {

namespace nb = nanobind;

/// What was to be told while a call worked.
using Warnings = std::vector<std::string>;

using Metadata = std::map<std::string, std::string>;

/// Does `work` on a thread of its own, without the interpreter's lock, while this one looks for
/// Ctrl-C: then the work is cancelled and KeyboardInterrupt is raised.
template <class Work>
auto interruptible(Work work) {
  constexpr std::chrono::milliseconds kLook(50);
  CancelFlag cancel;
  std::optional<nb::python_error> interrupted;
  std::future<decltype(work())> result;
  {
    const nb::gil_scoped_release released;
    result = std::async(std::launch::async, [&] {
      const CancelScope scope(&cancel);
      return work();
    });
    while (!interrupted && result.wait_for(kLook) != std::future_status::ready) {
      const nb::gil_scoped_acquire held;
      if (PyErr_CheckSignals() != 0) interrupted.emplace();
    }
    if (interrupted) cancel.request();
    result.wait();
  }
  if (interrupted) throw nb::python_error(*interrupted);
  return result.get();
}

/// The stream in a capsule: who is given it releases it, and the capsule's own destructor then
/// finds it released.
ArrowArrayStream* stream_of(const nb::capsule& capsule);

/// Neighbours in columns: product ids and weights.
using SimilarColumns = std::tuple<std::vector<std::string>, std::vector<double>>;
SimilarColumns to_similar_columns(std::vector<SimilarProduct> products);

/// Adds the classes of vitrina::Live.
void bind_live(nb::module_& m);

}  // namespace vitrina::python
