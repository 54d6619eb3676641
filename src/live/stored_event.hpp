#pragma once

#include <cstdint>

#include "core/action.hpp"
#include "core/time.hpp"
#include "data/raw_log.hpp"

namespace vitrina::live {

/// Whose events they are: a customer's, or those of a visit that nobody has signed in to.
enum class Kind : std::uint8_t { kUser, kVisit };

/// An event as it is kept.
struct StoredEvent {
  TimeUs time = 0;
  std::uint32_t product = kNoCode;  ///< Store::product(); kNoCode where the event names none
  std::uint32_t page = 0;
  std::uint32_t device = kNoCode;
  Action action = Action::kView;

  friend bool operator==(const StoredEvent&, const StoredEvent&) = default;
};

}  // namespace vitrina::live
