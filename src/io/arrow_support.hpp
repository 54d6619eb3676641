#pragma once

// Internal to io: what turns Arrow's answers and exceptions into ours.

#include <arrow/result.h>
#include <arrow/status.h>

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.hpp"

namespace vitrina::io {

/// `place: problem` in our words; a lack of memory and errors of the system keep their own code.
Error arrow_error(std::string_view place, const arrow::Status& status);
Error foreign_error(std::string_view place, std::string_view what);
Error memory_error(std::string_view place);

inline void check(const arrow::Status& status, std::string_view place) {
  if (!status.ok()) throw arrow_error(place, status);
}

template <class T>
T check(arrow::Result<T>&& result, std::string_view place) {
  if (!result.ok()) throw arrow_error(place, result.status());
  return std::move(result).ValueUnsafe();
}

/// Runs `body`; whatever a library throws inside becomes an Error that names `place`.
template <class Body>
auto guarded(std::string_view place, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw memory_error(place);
  } catch (const std::exception& error) {
    throw foreign_error(place, error.what());
  }
}

}  // namespace vitrina::io
