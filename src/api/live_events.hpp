#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/live_clock.hpp"
#include "data/raw_log.hpp"
#include "io/log_schema.hpp"
#include "live/facts.hpp"
#include "live/store.hpp"
#include "vitrina/live.hpp"

namespace vitrina {

/// Events of users and of visits, checked, a product each; texts belong to what they were read of.
struct ToldEvents {
  std::vector<std::string_view> ids[2];  ///< by live::Kind
  std::vector<live::Event> events[2];

  void add(live::Kind kind, std::string_view id, const live::Event& event) {
    ids[static_cast<std::size_t>(kind)].push_back(id);
    events[static_cast<std::size_t>(kind)].push_back(event);
  }
};

/// What the event at that place of a list is kept as; of now where it says no time. Throws
/// Error(kBadData) naming the place and the field.
std::vector<KeptEvent> kept_as(const LiveEvent& told, std::size_t place,
                               const io::ActionCodes& actions, LiveClock& clock);

/// Throws Error(kBadData) naming the place and the field of a product that cannot be understood.
void check_facts(const std::vector<ProductFacts>& products);

live::Facts to_facts(const ProductFacts& told);
ProductFacts to_told(const std::string& product_id, const live::Facts& facts);

ToldEvents told_by(const std::vector<KeptEvent>& events);
ToldEvents told_by(const RawLog& log);

KeptEvent to_kept(live::Kind kind, std::string_view id, const live::Event& event);

}  // namespace vitrina
