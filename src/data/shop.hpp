#pragma once

#include "core/time.hpp"
#include "data/event_log.hpp"
#include "data/id_map.hpp"
#include "data/product_space.hpp"

namespace vitrina {

/// A shop's products and log with dense ids: what is fitted on and answered for.
struct Shop : ProductSpace {
  UserMap users;
  EventLog events;
  TimeUs begin = 0;  ///< time of the first event
  TimeUs end = 0;    ///< the moment of an answer: just after the last event (1 us later), mostly
};

}  // namespace vitrina
