#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/rng.hpp"
#include "features/feature_group.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"

// Every column of the groups `rhythm` and `baskets` from sets of days that are read off the list of
// events again.

namespace vitrina::features {
namespace {

/// Floats there and doubles here.
constexpr double kTolerance = 1e-4;

/// Where a column has nothing to say.
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

using Days = std::set<std::int64_t>;
using Columns = std::map<std::string, double>;

/// The logs of the tests begin long after 1970: cutting off is rounding down.
std::int64_t day_number(TimeUs time) { return time / kUsPerDay; }

/// One shop, when its model was fitted and when it is asked.
struct Plan {
  test::RandomShop shop;
  TimeUs fitted_after;  ///< since the opening
  TimeUs asked_after;
  int window_days;
  double prior_waits;
};

/// Long logs, as months and long waits ask for; short ones, in which windows end before the log;
/// moments inside a day; windows of a day, of some, of a week and of more; customers who come daily
/// and customers who come once a quarter.
std::vector<Plan> plans(std::uint64_t seed) {
  const auto at = [](double days) { return from_days(days); };
  return {
      {{.seed = seed, .n_users = 30, .n_items = 15, .n_events = 3000, .days = 45},
       at(43),
       at(43),
       1,
       2},
      {{.seed = seed, .n_users = 60, .n_items = 12, .n_events = 9000, .days = 120},
       at(110) + 11 * kUsPerHour + 25 * 60 * kUsPerSecond,
       at(110) + 11 * kUsPerHour + 25 * 60 * kUsPerSecond,
       3,
       5},
      {{.seed = seed, .n_users = 80, .n_items = 8, .n_events = 3000, .days = 500},
       at(400),
       at(480) + 9 * kUsPerHour,
       7,
       0.5},
      {{.seed = seed, .n_users = 40, .n_items = 10, .n_events = 3000, .days = 70},
       at(65),
       at(66),
       10,
       2},
  };
}

/// Random events with baskets: chance alone hardly makes two orders on a day.
std::vector<test::Event> events_of(const test::RandomShop& config) {
  auto events = test::random_events(config);
  Rng rng(config.seed, 3);
  const auto n = events.size();
  for (std::size_t e = 0; e < n; ++e) {
    if (events[e].action != Action::kOrder) continue;
    auto more = events[e];
    while (rng.chance(0.5)) {
      more.item = "p00" + std::to_string(rng.below(8));
      if (rng.chance(0.3)) more.time += static_cast<TimeUs>(rng.below(5)) * kUsPerHour;
      events.push_back(more);
    }
  }
  return events;
}

/// Of the nearest midnight.
std::int64_t first_day_of(TimeUs as_of) { return day_number(as_of + 12 * kUsPerHour); }

/// What the shop's customers do, by going through their purchase days for every question.
class NaiveCalendar {
 public:
  NaiveCalendar(const std::vector<test::Event>& events, TimeUs as_of, int window_days)
      : window_days_(window_days) {
    std::map<std::string, Days> days_of;
    for (const auto& event : events) {
      if (event.time < as_of && event.action == Action::kOrder) {
        days_of[event.user].insert(day_number(event.time));
      }
    }
    const auto today = first_day_of(as_of);
    for (auto& [user, days] : days_of) {
      // of a day that has only begun nobody knows how it ends
      days.erase(days.lower_bound(today), days.end());
      all_days_.insert(all_days_.end(), days.begin(), days.end());
      for (auto day = days.begin(); day != days.end(); ++day) {
        const auto next = std::next(day);
        if (next != days.end()) {
          waits_.push_back({*next - *day, true});
        } else {
          waits_.push_back({today - 1 - *day, false});
        }
      }
    }
  }

  /// The share of the purchase days on the first days of the window, seven at most.
  [[nodiscard]] double weekday_share(std::int64_t first_day) const {
    std::set<std::int64_t> weekdays;
    for (std::int64_t d = 0; d < window_days_; ++d) weekdays.insert((first_day + d) % 7);
    double n = 0;
    for (const auto day : all_days_) n += weekdays.contains(day % 7) ? 1 : 0;
    const auto n_all = static_cast<double>(all_days_.size());
    return (n + 10.0 * static_cast<double>(weekdays.size())) / (n_all + 70);
  }

  [[nodiscard]] double return_chance(std::int64_t days) const {
    double stays_away = 1;
    for (auto day = days; day < days + window_days_; ++day) stays_away *= 1 - chance_of(cap(day));
    return 1 - stays_away;
  }

 private:
  struct Wait {
    std::int64_t days;
    bool has_ended;
  };

  static constexpr auto kLongest = static_cast<std::int64_t>(models::kLongestWait);

  static std::int64_t cap(std::int64_t days) { return std::min(days, kLongest); }

  [[nodiscard]] double chance_of(std::int64_t day) const {
    double at_risk = 30;
    double ended = 1;
    for (const auto& wait : waits_) {
      if (wait.days < day) continue;
      // behind the last class every day of a wait is a day on which it might have ended
      at_risk += day < kLongest ? 1 : static_cast<double>(wait.days - day + 1);
      ended += wait.has_ended && cap(wait.days) == day ? 1 : 0;
    }
    return ended / at_risk;
  }

  std::int64_t window_days_;
  std::vector<std::int64_t> all_days_;  ///< of all customers, a day of two of them twice
  std::vector<Wait> waits_;
};

/// The mean, and the standard deviation over it where there are two values or more.
struct Spread {
  double mean = kNothing;
  double relative = kNothing;
};

/// Of the differences between neighbours.
Spread spread_of_waits(const Days& days) {
  std::vector<double> waits;
  for (auto day = days.begin(); day != days.end() && std::next(day) != days.end(); ++day) {
    waits.push_back(static_cast<double>(*std::next(day) - *day));
  }
  Spread spread;
  if (waits.empty()) return spread;
  const auto n = static_cast<double>(waits.size());
  spread.mean = 0;
  for (const double wait : waits) spread.mean += wait / n;
  if (waits.size() < 2) return spread;
  double variance = 0;
  for (const double wait : waits) variance += std::pow(wait - spread.mean, 2) / n;
  spread.relative = std::sqrt(variance) / spread.mean;
  return spread;
}

class World {
 public:
  explicit World(const Plan& plan)
      : plan_(plan),
        events_(events_of(plan.shop)),
        products_(test::random_catalog(plan.shop)),
        shop_(test::shop_of(events_, products_)),
        as_of_(test::kOpening + plan.asked_after),
        today_(first_day_of(as_of_)),
        calendar_(events_, test::kOpening + plan.fitted_after, plan.window_days) {
    log_begin_ = events_.front().time;
    for (const auto& event : events_) log_begin_ = std::min(log_begin_, event.time);
    for (const auto& event : events_) {
      if (event.time >= as_of_) continue;
      const auto day = day_number(event.time);
      active_[event.user].insert(day);
      if (event.action != Action::kOrder) continue;
      bought_[event.user].insert(day);
      if (event.item.empty()) continue;
      bought_product_[{event.user, event.item}].insert(day);
      basket_[{event.user, day}].insert(event.item);
    }
    const models::ModelKind wanted[] = {models::ModelKind::kCalendar};
    const models::FitContext context{
        shop_, test::kOpening + plan.fitted_after, plan.window_days * kUsPerDay, 60, 10, 1};
    SilentProgress progress;
    models_ = models::fit_models(
        context, wanted, {{"models.calendar.prior_waits", std::to_string(plan.prior_waits)}},
        progress);
  }

  /// Calls `check(user, product, columns by name)` for all customers and all products.
  template <class Check>
  void for_each_row(std::string_view name, Check&& check) const {
    const auto& rows = registry();
    const auto info =
        std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
    ASSERT_NE(info, rows.end());
    const auto columns = info->columns({});
    const auto group = info->make({shop_, models_, {}});
    std::vector<ItemIdx> items;
    for (std::size_t i = 0; i < shop_.items.size(); ++i) items.emplace_back(i);
    Scratch scratch;  // one for all: what the last customer left must not be seen
    std::vector<float> block;
    for (std::size_t u = 0; u < shop_.users.size(); ++u) {
      const auto history = test::history_of(shop_.events, UserIdx(u), as_of_);
      const UserRows user_rows(history, items, {}, {}, scratch);
      // a number that no column has: what is not written stands out
      block.assign(items.size() * columns.size(), -12345.0F);
      scratch.arena.reset();
      group->compute(user_rows, {block.data(), columns.size()}, scratch);
      for (std::size_t r = 0; r < items.size(); ++r) {
        Columns found;
        for (std::size_t c = 0; c < columns.size(); ++c) {
          found[columns[c].name] = double{block[r * columns.size() + c]};
        }
        ASSERT_EQ(found.size(), columns.size()) << "two columns have one name";
        check(std::string(shop_.users.text(u)), std::string(shop_.items.text(r)), found);
      }
    }
  }

  [[nodiscard]] Columns rhythm(const std::string& user) const {
    const auto days = days_of(bought_, user);
    Columns row;
    for (const int window : {7, 14, 30, 60, 90}) {
      const auto suffix = std::to_string(window) + "d";
      const bool is_reached = as_of_ - log_begin_ >= window * kUsPerDay;
      row["purchase_days_" + suffix] = is_reached ? in_window(days, window) : kNothing;
      row["active_days_" + suffix] =
          is_reached ? in_window(days_of(active_, user), window) : kNothing;
    }
    for (int weeks = 1; weeks <= 4; ++weeks) {
      double n = 0;
      for (int d = 0; d < plan_.window_days; ++d) {
        n += days.contains(today_ + d - 7 * weeks) ? 1 : 0;
      }
      row["bought_" + std::to_string(weeks) + "w_ago"] = n;
    }
    row["purchase_days"] = static_cast<double>(days.size());
    add_waits(days, row);
    add_habits(days, row);
    add_baskets(user, days, row);
    return row;
  }

  [[nodiscard]] Columns baskets(const std::string& user, const std::string& item) const {
    const auto all = days_of(bought_, user);
    const auto days = days_of(bought_product_, std::pair(user, item));
    const auto n = static_cast<double>(days.size());
    Columns row;
    row["share"] = days.empty() ? 0 : n / static_cast<double>(all.size());
    row["days"] = n;
    row["days_30d"] = in_window(days, 30);
    row["days_90d"] = in_window(days, 90);
    row["faded_70"] = faded(all, days, 0.7);
    row["faded_90"] = faded(all, days, 0.9);
    const auto spread = spread_of_waits(days);
    row["mean_wait"] = spread.mean;
    row["wait_spread"] = spread.relative;
    for (const auto* name : {"since_in_days", "since_to_usual", "since_to_mean_wait"}) {
      row[name] = kNothing;
    }
    if (days.empty()) return row;
    const double without = position(all, *all.rbegin()) - position(all, *days.rbegin());
    row["since_in_days"] = without;
    row["since_to_mean_wait"] = static_cast<double>(today_ - *days.rbegin()) / spread.mean;
    if (days.size() < 2) return row;
    const double usual = (position(all, *days.rbegin()) - position(all, *days.begin())) / (n - 1);
    // the purchase day to come is counted: 1 says that it is the product's turn
    row["since_to_usual"] = (without + 1) / usual;
    return row;
  }

 private:
  template <class Key>
  static Days days_of(const std::map<Key, Days>& all, const Key& key) {
    const auto it = all.find(key);
    return it == all.end() ? Days{} : it->second;
  }

  /// Days that are at most `window` days old; the day of the moment itself, which is not over, too.
  [[nodiscard]] double in_window(const Days& days, int window) const {
    double n = 0;
    for (int age = 0; age <= window; ++age) n += days.contains(today_ - age) ? 1 : 0;
    return n;
  }

  static double position(const Days& days, std::int64_t day) {
    return static_cast<double>(std::distance(days.begin(), days.find(day)));
  }

  /// Worth of some days over that of all, each worth `fading` of the one after it.
  static double faded(const Days& all, const Days& some, double fading) {
    double of_all = 0;
    double of_some = 0;
    double worth = 1;
    for (auto day = all.rbegin(); day != all.rend(); ++day, worth *= fading) {
      of_all += worth;
      of_some += some.contains(*day) ? worth : 0;
    }
    return some.empty() ? 0 : of_some / of_all;
  }

  void add_waits(const Days& days, Columns& row) const {
    const auto spread = spread_of_waits(days);
    row["mean_wait"] = spread.mean;
    row["wait_spread"] = spread.relative;
    for (const auto* name : {"purchase_days_per_week", "days_since_purchase", "last_wait",
                             "since_to_mean_wait", "return_chance"}) {
      row[name] = kNothing;
    }
    if (days.empty()) return;
    const auto since = today_ - *days.rbegin();
    row["days_since_purchase"] = static_cast<double>(since);
    // the first day and this one are both counted
    row["purchase_days_per_week"] =
        static_cast<double>(days.size()) /
        static_cast<double>(std::max<std::int64_t>(1, today_ - *days.begin())) * 7;
    row["since_to_mean_wait"] = static_cast<double>(since) / spread.mean;
    if (days.size() > 1) {
      row["last_wait"] = static_cast<double>(*days.rbegin() - *std::next(days.rbegin()));
    }
    double at_risk = 0;
    double ended = 0;
    for (auto day = days.begin(); std::next(day) != days.end(); ++day) {
      const auto wait = *std::next(day) - *day;
      if (wait < since) continue;
      at_risk += 1;
      ended += wait - since < plan_.window_days ? 1 : 0;
    }
    row["return_chance"] = (ended + plan_.prior_waits * calendar_.return_chance(since)) /
                           (at_risk + plan_.prior_waits);
  }

  void add_habits(const Days& days, Columns& row) const {
    row["weekday_share"] = kNothing;
    row["month_share"] = kNothing;
    if (days.empty()) return;
    std::set<std::int64_t> weekdays;
    for (int d = 0; d < plan_.window_days; ++d) weekdays.insert((today_ + d) % 7);
    double on_weekdays = 0;
    double in_month = 0;
    for (const auto day : days) {
      on_weekdays += weekdays.contains(day % 7) ? 1 : 0;
      for (int months = 1; months <= 24; ++months) {
        // a month is a twelfth of 365.25 days
        const double months_ago = static_cast<double>(today_ - day) - months * 365.25 / 12;
        in_month += std::abs(months_ago) <= 3 ? 1 : 0;
      }
    }
    const auto n = static_cast<double>(days.size());
    const double of_shop = calendar_.weekday_share(today_);
    row["weekday_share"] = (on_weekdays + 3 * of_shop) / (n + 3) / of_shop;
    row["month_share"] = in_month / n;
  }

  void add_baskets(const std::string& user, const Days& days, Columns& row) const {
    row["basket_products"] = row["last_basket_products"] = kNothing;
    if (days.empty()) return;
    double products = 0;
    for (const auto day : days) {
      // an order may name no product: its day is one all the same
      const auto it = basket_.find({user, day});
      const double of_day = it == basket_.end() ? 0 : static_cast<double>(it->second.size());
      products += of_day;
      row["last_basket_products"] = of_day;
    }
    row["basket_products"] = products / static_cast<double>(days.size());
  }

  Plan plan_;
  std::vector<test::Event> events_;
  std::vector<test::Product> products_;
  Shop shop_;
  TimeUs as_of_;
  std::int64_t today_;
  NaiveCalendar calendar_;
  models::ModelSet models_;
  TimeUs log_begin_ = 0;
  std::map<std::string, Days> active_;
  std::map<std::string, Days> bought_;
  std::map<std::pair<std::string, std::string>, Days> bought_product_;
  std::map<std::pair<std::string, std::int64_t>, std::set<std::string>> basket_;
};

void expect_same(const Columns& found, const Columns& expected, const std::string& row) {
  ASSERT_EQ(found.size(), expected.size()) << "the test does not know every column";
  for (const auto& [name, value] : expected) {
    const auto it = found.find(name);
    ASSERT_NE(it, found.end()) << name;
    ASSERT_EQ(std::isnan(it->second), std::isnan(value)) << name << " " << row;
    if (std::isnan(value)) continue;
    ASSERT_NEAR(it->second, value, kTolerance * std::max(0.01, std::abs(value)))
        << name << " " << row;
  }
}

/// Logs that begin too late, customers without a purchase and customers with one leave these
/// unknown now and then; the other columns never are.
const std::set<std::string>& sometimes_unknown(std::string_view group) {
  static const std::set<std::string> kRhythm{"purchase_days_60d",
                                             "purchase_days_90d",
                                             "active_days_60d",
                                             "active_days_90d",
                                             "purchase_days_per_week",
                                             "days_since_purchase",
                                             "mean_wait",
                                             "wait_spread",
                                             "last_wait",
                                             "since_to_mean_wait",
                                             "return_chance",
                                             "weekday_share",
                                             "month_share",
                                             "basket_products",
                                             "last_basket_products"};
  static const std::set<std::string> kBaskets{"since_in_days", "since_to_usual", "mean_wait",
                                              "wait_spread", "since_to_mean_wait"};
  return group == "rhythm" ? kRhythm : kBaskets;
}

using Values = std::map<std::string, std::set<double>>;

/// Compares a group with `naive(world, user, product)` for all rows of all shops; every column must
/// have met several known values, and the unknown where there is one. `known` gets the values.
template <class Naive>
void expect_group(const std::string& group, std::size_t n_columns, Values& known, Naive&& naive) {
  std::set<std::string> unknown;
  for (const auto seed : test::property_seeds(3)) {
    for (const auto& plan : plans(seed)) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << plan.shop.days << " days");
      const World world(plan);
      world.for_each_row(group, [&](const auto& user, const auto& item, const Columns& found) {
        const auto expected = naive(world, user, item);
        expect_same(found, expected, user + " " + item);
        for (const auto& [name, value] : expected) {
          if (std::isnan(value)) {
            unknown.insert(name);
          } else {
            known[name].insert(value);
          }
        }
      });
      ASSERT_FALSE(testing::Test::HasFailure());
    }
  }
  EXPECT_EQ(known.size(), n_columns);
  for (const auto& [name, values] : known) {
    EXPECT_GT(values.size(), 2U) << group << "__" << name << " is hardly ever another";
    EXPECT_GT(*values.rbegin(), 0) << group << "__" << name;
  }
  EXPECT_EQ(unknown, sometimes_unknown(group));
}

TEST(RhythmOracle, EveryColumnOfTheCustomersCalendar) {
  Values known;
  expect_group("rhythm", 26, known, [](const World& world, const auto& user, const auto& /*item*/) {
    return world.rhythm(user);
  });
  // customers of today and of long ago, short waits and long ones, orders that name no product
  const auto& since = known["days_since_purchase"];
  EXPECT_TRUE(since.contains(0));
  EXPECT_TRUE(since.contains(1));
  EXPECT_GT(since.empty() ? 0 : *since.rbegin(), models::kLongestWait);
  const auto& waits = known["last_wait"];
  EXPECT_TRUE(waits.contains(1));
  EXPECT_GT(waits.empty() ? 0 : *waits.rbegin(), 31);
  EXPECT_TRUE(known["last_basket_products"].contains(0));
  EXPECT_TRUE(known["last_basket_products"].contains(2));
  for (const auto* name : {"mean_wait", "wait_spread", "return_chance", "weekday_share",
                           "month_share", "basket_products"}) {
    EXPECT_GT(known[name].size(), 20U) << name;
  }
}

TEST(RhythmOracle, EveryColumnOfTheProductAmongThePurchaseDays) {
  Values known;
  expect_group("baskets", 11, known, [](const World& world, const auto& user, const auto& item) {
    return world.baskets(user, item);
  });
  EXPECT_TRUE(known["share"].contains(0));
  EXPECT_TRUE(known["share"].contains(1));
  EXPECT_TRUE(known["since_in_days"].contains(0));
  EXPECT_GT(known["since_in_days"].size(), 10U);
  for (const auto* name : {"share", "faded_70", "faded_90", "since_to_usual", "mean_wait",
                           "wait_spread", "since_to_mean_wait"}) {
    EXPECT_GT(known[name].size(), 20U) << name;
  }
}

}  // namespace
}  // namespace vitrina::features
