#pragma once

#include "data/query.hpp"
#include "data/user_history.hpp"

namespace vitrina {

/// The customers of a log as of one moment: where a batch takes its queries from.
struct LogQueries {
  const EventLog& log;
  TimeUs as_of = 0;
  std::size_t k = 0;
  ProductFilter filter = {};

  /// The query of a user; `merged` holds its events where users are linked.
  [[nodiscard]] Query of(UserIdx user, EventColumns& merged) const {
    return {events_before(log, user, as_of, merged), as_of, filter, k};
  }
};

}  // namespace vitrina
