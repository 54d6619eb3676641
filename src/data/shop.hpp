#pragma once

#include "core/time.hpp"
#include "data/catalog.hpp"
#include "data/event_log.hpp"
#include "data/id_map.hpp"

namespace vitrina {

/// A shop's log and catalog with dense ids: what every part of the engine reads.
struct Shop {
  UserMap users;
  ItemMap items;
  CategoryMap categories;
  EventLog events;
  Catalog catalog;
  TimeUs begin = 0;  ///< time of the first event
  TimeUs end = 0;    ///< just after the last event (1 us later)
};

}  // namespace vitrina
