#pragma once

#include "core/time.hpp"
#include "data/catalog.hpp"
#include "data/event_log.hpp"
#include "data/id_map.hpp"

namespace vitrina {

/// The products that can be spoken of: external ids, categories and what the catalog says of them.
struct ProductSpace {
  ItemMap items;
  CategoryMap categories;
  Catalog catalog;
};

/// A shop's products and log with dense ids: what is fitted on and answered for.
struct Shop : ProductSpace {
  UserMap users;
  EventLog events;
  TimeUs begin = 0;  ///< time of the first event
  TimeUs end = 0;    ///< just after the last event (1 us later)
};

}  // namespace vitrina
