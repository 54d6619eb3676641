#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"
#include "data/candidate.hpp"
#include "data/decay.hpp"
#include "data/event_log.hpp"
#include "data/shop.hpp"

namespace vitrina {

/// Silence that ends a visit.
inline constexpr TimeUs kVisitGap = 30 * 60 * kUsPerSecond;

/// Everything a user did with one product before `as_of`.
struct Touch {
  ItemIdx item;
  std::array<std::uint32_t, kProductActionCount> count{};
  std::array<TimeUs, kProductActionCount> last{};  ///< kNoTime where it never happened
  TimeUs first_time = kNoTime;
  TimeUs last_time = kNoTime;
  Action last_action = Action::kView;
  std::uint32_t n_events = 0;
  std::uint32_t n_days = 0;    ///< distinct calendar days
  std::uint32_t n_visits = 0;  ///< distinct visits
  bool in_basket = false;      ///< by the rebuilt basket
  TimeUs basket_since = kNoTime;
};

/// Columns of events that no log holds as such.
struct EventColumns {
  std::vector<TimeUs> time;
  std::vector<ItemIdx> item;
  std::vector<Action> action;
  std::vector<std::uint32_t> page;
  std::vector<std::uint32_t> device;
};

/// One customer's events before `as_of`, by product. Read once a query and shared by every
/// generator and feature group.
struct UserHistory {
  static constexpr std::uint32_t kNoTouch = std::numeric_limits<std::uint32_t>::max();

  TimeUs as_of = 0;
  EventSpan events;                     ///< all before as_of, oldest first
  std::vector<Touch> touches;           ///< by product, ascending
  std::vector<DecaySums> sums;          ///< per touch
  std::vector<std::uint32_t> recent;    ///< touches with an event, newest first, ties by product
  std::vector<std::uint32_t> touch_of;  ///< per event; kNoTouch where it names no product
  std::vector<std::uint32_t> visit_of;  ///< per event, 0-based
  std::uint32_t n_visits = 0;
  std::vector<std::uint64_t> keys;        ///< memory of read_history()
  std::vector<std::uint32_t> basket;      ///< the same: all touches that may be in the basket
  std::vector<std::uint32_t> last_visit;  ///< the same, by touch

  /// The touch of a product, or null. O(log n).
  [[nodiscard]] const Touch* find(ItemIdx item) const;
  [[nodiscard]] std::size_t index_of(const Touch* touch) const {
    return static_cast<std::size_t>(touch - touches.data());
  }
  /// The first `limit` of `recent`.
  [[nodiscard]] std::span<const std::uint32_t> newest(std::size_t limit) const {
    return std::span(recent).first(std::min(limit, recent.size()));
  }
};

/// The events of a user before `as_of`; with those of the users linked to it (data/links.hpp), in
/// the order in which the log of one would have them, where the log has links. `merged` holds them
/// where they are no span of the log.
EventSpan events_before(const EventLog& log, UserIdx user, TimeUs as_of, EventColumns& merged);

/// Reads the history of a customer with these events, all before `as_of` and oldest first. The
/// basket is rebuilt event by event: an add puts in, a delete or an order takes out, a clear
/// empties, a basket page sets it to what it lists. `history` keeps its memory.
void read_history(EventSpan events, TimeUs as_of, UserHistory& history);

/// What the own-history rule needs of a UserHistory and no more, at a fraction of the work.
struct TouchSums {
  std::vector<ItemIdx> item;    ///< touched products, ascending
  std::vector<DecaySums> sums;  ///< by product
};

/// The products and sums that read_history() finds, to the bit. `out` keeps its memory.
void read_touch_sums(EventSpan events, TimeUs as_of, TouchSums& out);

/// The products that read_history() finds, ascending.
void touched_products(const EventSpan& events, std::vector<ItemIdx>& out);
/// Those of them that were ordered.
void ordered_products(const EventSpan& events, std::vector<ItemIdx>& out);

/// Scores touched products by a rule, to the bit as it scores the sums of read_history(); but only
/// the decays that the rule asks for are computed.
class TouchScorer {
 public:
  explicit TouchScorer(const DecayRule& rule) : rule_(rule) {}

  /// The products of a customer with an action that the rule knows, ascending. Until the next call.
  const std::vector<ScoredItem>& scores(const EventSpan& events, TimeUs as_of);

 private:
  DecayRule rule_;
  std::vector<std::uint64_t> keys_;  ///< product, then event
  std::vector<float> decays_;        ///< by event
  std::vector<ScoredItem> scores_;
};

}  // namespace vitrina
