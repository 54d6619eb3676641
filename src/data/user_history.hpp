#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
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

/// One user's events before `as_of`, by product. Built once and shared by every generator and
/// feature group.
struct UserHistory {
  static constexpr std::uint32_t kNoTouch = std::numeric_limits<std::uint32_t>::max();

  UserIdx user;
  EventSpan events;                            ///< all before as_of, oldest first
  std::shared_ptr<const EventColumns> merged;  ///< holds them where users are linked
  std::vector<Touch> touches;                  ///< by product, ascending
  std::vector<DecaySums> sums;                 ///< per touch
  std::vector<std::uint32_t> touch_of;         ///< per event; kNoTouch where it names no product
  std::vector<std::uint32_t> visit_of;         ///< per event, 0-based
  std::uint32_t n_visits = 0;

  /// The touch of a product, or null. O(log n).
  [[nodiscard]] const Touch* find(ItemIdx item) const;
  [[nodiscard]] std::size_t index_of(const Touch* touch) const {
    return static_cast<std::size_t>(touch - touches.data());
  }
};

/// Reads a user's history as of a moment; with that of the users linked to it (data/links.hpp), as
/// if all had been one, where the log has links. The basket is rebuilt event by event: an add puts
/// in, a delete or an order takes out, a clear empties, a basket page sets it to what it lists.
UserHistory read_history(const EventLog& events, UserIdx user, TimeUs as_of);

/// What the own-history rule needs of a UserHistory and no more, at a fraction of the work.
struct TouchSums {
  std::vector<ItemIdx> item;    ///< touched products, ascending
  std::vector<DecaySums> sums;  ///< by product
};

/// The products and sums that read_history() finds, to the bit. `out` keeps its memory.
void read_touch_sums(const EventLog& events, UserIdx user, TimeUs as_of, TouchSums& out);

/// The products that read_history() finds, ascending.
void touched_products(const EventLog& events, UserIdx user, TimeUs as_of,
                      std::vector<ItemIdx>& out);

/// Scores touched products by a rule, to the bit as it scores the sums of read_history(); but only
/// the decays that the rule asks for are computed.
class TouchScorer {
 public:
  explicit TouchScorer(const DecayRule& rule) : rule_(rule) {}

  /// The products of a user with an action that the rule knows, ascending. Until the next call.
  const std::vector<ScoredItem>& scores(const EventLog& events, UserIdx user, TimeUs as_of);

 private:
  DecayRule rule_;
  std::vector<std::uint64_t> keys_;  ///< product, then event
  std::vector<float> decays_;        ///< by event
  std::vector<ScoredItem> scores_;
};

/// The distinct products touched last, newest first, `limit` at most.
std::vector<const Touch*> recent_touches(const UserHistory& history, std::size_t limit);

}  // namespace vitrina
