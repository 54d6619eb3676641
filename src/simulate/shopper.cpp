#include <algorithm>
#include <vector>

#include "simulate/lives.hpp"

namespace vitrina::simulate {
namespace {

constexpr double kMoreMissions = 0.35;
constexpr double kIdleVisits = 1.4;
constexpr double kAtOnceShare = 0.1;
constexpr double kDelaySpread = 1.0;
constexpr double kLingerDays = 2.0;
constexpr double kLingerSpread = 1.1;
constexpr double kReturnMedianDays = 0.9;
constexpr double kReturnSpread = 1.0;
constexpr int kMostReturns = 7;

/// Why a planned visit takes place.
enum class Purpose : std::uint8_t { kIdle, kStart, kReturn, kOrder, kGiveUp, kRepeat };

struct PlannedVisit {
  TimeUs time = 0;
  Purpose purpose = Purpose::kIdle;
  std::uint32_t mission = 0;
  std::uint32_t product = 0;  ///< what is bought again (kRepeat)
};

/// A wish that leads through several visits to an order or to nothing. Whether it does was
/// settled at its start: what a model can see are the returns and the basket, not the decision.
struct Mission {
  std::uint32_t category = 0;
  bool buys = false;
  bool at_once = false;
  std::vector<std::uint32_t> picks;
};

class Shopper {
 public:
  Shopper(const Surroundings& around, const Person& person, Rng& rng, EventSink& sink)
      : around_(around), person_(person), rng_(rng), sink_(sink) {}

  void run() {
    const int n_missions = 1 + geometric(rng_, kMoreMissions);
    for (int i = 0; i < n_missions; ++i) plan_mission();
    const int n_idle = geometric(rng_, kIdleVisits);
    for (int i = 0; i < n_idle; ++i) {
      planned_.push_back({around_.calendar.draw_with_warm_up(rng_), Purpose::kIdle, 0, 0});
    }
    while (!planned_.empty()) {
      const auto next = std::min_element(
          planned_.begin(), planned_.end(),
          [](const PlannedVisit& a, const PlannedVisit& b) { return a.time < b.time; });
      const PlannedVisit visit = *next;
      planned_.erase(next);
      if (visit.time < around_.calendar.end()) make(visit);
    }
  }

 private:
  void plan_mission();
  void make(const PlannedVisit& planned);
  void idle(Visit& visit);
  void start(Visit& visit, Mission& mission);
  void come_again(Visit& visit, Mission& mission);
  void buy(Visit& visit, Mission& mission);
  void give_up(Visit& visit, Mission& mission);
  void buy_again(Visit& visit, std::uint32_t product);

  void shop_for(Visit& visit, Mission& mission, double look_mean);
  void put_in_basket(Visit& visit, Mission& mission, std::uint32_t product);
  void open_basket(Visit& visit);
  void tidy_basket(Visit& visit, Mission& mission, double delete_share);
  void place_order(Visit& visit, const std::vector<std::uint32_t>& products);
  void drop_off_sale(TimeUs now);
  bool in_basket(std::uint32_t product) const {
    return std::find(basket_.begin(), basket_.end(), product) != basket_.end();
  }

  const Surroundings& around_;
  const Person& person_;
  Rng& rng_;
  EventSink& sink_;
  std::vector<PlannedVisit> planned_;
  std::vector<Mission> missions_;
  std::vector<std::uint32_t> basket_;
  std::vector<std::uint32_t> seen_;
};

void Shopper::plan_mission() {
  const auto index = static_cast<std::uint32_t>(missions_.size());
  Mission mission;
  mission.category = person_.draw_category(rng_);
  mission.buys = rng_.chance(person_.buying);
  mission.at_once = mission.buys && rng_.chance(kAtOnceShare);
  const TimeUs begin = around_.calendar.draw_with_warm_up(rng_);
  planned_.push_back({begin, Purpose::kStart, index, 0});
  const double days = mission.buys
                          ? lognormal(rng_, around_.config.purchase_delay_days, kDelaySpread)
                          : lognormal(rng_, kLingerDays, kLingerSpread);
  const TimeUs finish = around_.calendar.next_likely(rng_, begin + from_days(days));
  if (!mission.at_once) {
    TimeUs time = begin;
    for (int i = 0; i < kMostReturns; ++i) {
      // Those who are going to buy come back a little more often.
      const double median = kReturnMedianDays * (mission.buys ? 1.0 : 1.3);
      time += kUsPerHour / 2 + from_days(lognormal(rng_, median, kReturnSpread));
      time = around_.calendar.next_likely(rng_, time);
      if (time >= finish) break;
      planned_.push_back({time, Purpose::kReturn, index, 0});
    }
    planned_.push_back({finish, mission.buys ? Purpose::kOrder : Purpose::kGiveUp, index, 0});
  }
  missions_.push_back(std::move(mission));
}

void Shopper::make(const PlannedVisit& planned) {
  constexpr double kPages = 1.6;
  Visit visit(around_, person_, planned.time, rng_, sink_);
  visit.look_around(kPages);
  drop_off_sale(visit.now());
  auto& mission = missions_[planned.mission];
  switch (planned.purpose) {
    case Purpose::kIdle:
      return idle(visit);
    case Purpose::kStart:
      return start(visit, mission);
    case Purpose::kReturn:
      return come_again(visit, mission);
    case Purpose::kOrder:
      return buy(visit, mission);
    case Purpose::kGiveUp:
      return give_up(visit, mission);
    case Purpose::kRepeat:
      return buy_again(visit, planned.product);
  }
}

void Shopper::idle(Visit& visit) {
  const int n_lists = 1 + geometric(rng_, 0.8);
  for (int i = 0; i < n_lists; ++i) {
    browse(around_, person_, person_.draw_category(rng_), 1.6, 0, visit, rng_, seen_);
  }
  if (!basket_.empty() && rng_.chance(0.35)) open_basket(visit);
}

void Shopper::start(Visit& visit, Mission& mission) {
  // Those who mean to buy gather more.
  constexpr double kMoreWantedToBuy = 5.3;
  constexpr double kMoreWantedToLook = 1.85;
  const int n_wanted = 1 + geometric(rng_, mission.buys ? kMoreWantedToBuy : kMoreWantedToLook);
  for (int i = 0; i < n_wanted; ++i) shop_for(visit, mission, 2.4);
  if (mission.at_once) return buy(visit, mission);
  if (rng_.chance(0.6)) open_basket(visit);
}

void Shopper::come_again(Visit& visit, Mission& mission) {
  constexpr double kLookAgain = 0.28;
  constexpr double kOpenBasket = 0.75;
  constexpr double kDeleteWhenBuying = 0.11;
  constexpr double kDeleteWhenLooking = 0.46;
  constexpr double kMoreShopping = 0.3;
  const auto wished = mission.picks;
  for (const auto product : wished) {
    if (rng_.chance(kLookAgain)) visit.view(product);
  }
  if (rng_.chance(kOpenBasket)) {
    open_basket(visit);
    tidy_basket(visit, mission, mission.buys ? kDeleteWhenBuying : kDeleteWhenLooking);
  }
  if (rng_.chance(kMoreShopping)) shop_for(visit, mission, 2.4);
}

void Shopper::buy(Visit& visit, Mission& mission) {
  constexpr double kImpulses = 0.28;
  constexpr double kKeepShare = 0.94;
  constexpr double kOldBasketShare = 0.25;
  constexpr double kCleanAfter = 0.5;
  constexpr double kLeftOver = 0.75;
  if (!mission.at_once) open_basket(visit);
  const int n_impulses = geometric(rng_, kImpulses);
  for (int i = 0; i < n_impulses; ++i) shop_for(visit, mission, 1.5);
  tidy_basket(visit, mission, 0.08);
  if (basket_.empty()) shop_for(visit, mission, 2.0);
  open_basket(visit);
  std::vector<std::uint32_t> bought;
  for (const auto product : basket_) {
    const bool picked =
        std::find(mission.picks.begin(), mission.picks.end(), product) != mission.picks.end();
    if (rng_.chance(picked ? kKeepShare : kOldBasketShare)) bought.push_back(product);
  }
  if (bought.empty() && !basket_.empty()) bought.push_back(basket_.back());
  if (!bought.empty()) place_order(visit, bought);
  if (!basket_.empty() && rng_.chance(kCleanAfter)) tidy_basket(visit, mission, kLeftOver);
}

void Shopper::give_up(Visit& visit, Mission& mission) {
  constexpr double kClearShare = 0.053;
  constexpr double kCleanShare = 0.7;
  if (basket_.empty()) return idle(visit);
  open_basket(visit);
  if (rng_.chance(kClearShare)) {
    visit.clear();
    basket_.clear();
  } else if (rng_.chance(kCleanShare)) {
    tidy_basket(visit, mission, 0.75);
  }
}

void Shopper::buy_again(Visit& visit, std::uint32_t product) {
  constexpr double kOtherOne = 0.2;
  constexpr double kLook = 0.65;
  constexpr double kOrderShare = 0.85;
  Mission errand;
  errand.category = around_.world.products[product].category;
  if (rng_.chance(kOtherOne)) {
    product = similar_product(around_.world, product, visit.now(), rng_);
  }
  if (!around_.world.products[product].on_sale(visit.now())) return;
  if (rng_.chance(kLook)) visit.view(product);
  put_in_basket(visit, errand, product);
  // What else runs out soon comes along.
  constexpr TimeUs kSoon = 6 * kUsPerDay;
  for (const auto& planned : planned_) {
    if (planned.purpose == Purpose::kRepeat && planned.time < visit.now() + kSoon &&
        !in_basket(planned.product) &&
        around_.world.products[planned.product].on_sale(visit.now())) {
      put_in_basket(visit, errand, planned.product);
    }
  }
  std::erase_if(planned_, [&](const PlannedVisit& planned) {
    return planned.purpose == Purpose::kRepeat && planned.time < visit.now() + kSoon;
  });
  open_basket(visit);
  if (rng_.chance(kOrderShare)) place_order(visit, errand.picks);
}

void Shopper::shop_for(Visit& visit, Mission& mission, double look_mean) {
  constexpr double kOtherCategory = 0.3;
  constexpr double kNoLook = 0.12;
  constexpr double kLikeShare = 0.2;
  constexpr double kAddShare = 0.86;
  constexpr double kChoiceNoise = 0.8;
  const std::uint32_t category =
      rng_.chance(kOtherCategory) ? person_.draw_category(rng_) : mission.category;
  if (rng_.chance(kNoLook)) {
    const auto product = choose_product(around_.world, person_, category, visit.now(), rng_);
    visit.open_list(category);
    if (around_.world.products[product].on_sale(visit.now())) {
      put_in_basket(visit, mission, product);
    }
    return;
  }
  seen_.clear();
  browse(around_, person_, category, look_mean, 1, visit, rng_, seen_);
  if (seen_.empty()) return;
  std::uint32_t best = seen_.front();
  double best_value = -1e300;
  for (const auto product : seen_) {
    const double value =
        utility(around_.world, person_, product, visit.now()) + kChoiceNoise * gumbel(rng_);
    if (value > best_value) {
      best_value = value;
      best = product;
    }
  }
  if (rng_.chance(kLikeShare)) visit.like(best);
  if (rng_.chance(kAddShare)) put_in_basket(visit, mission, best);
}

void Shopper::put_in_basket(Visit& visit, Mission& mission, std::uint32_t product) {
  constexpr double kOpenBasket = 0.4;
  visit.add(product);
  if (!in_basket(product)) basket_.push_back(product);
  mission.picks.push_back(product);
  if (rng_.chance(kOpenBasket)) open_basket(visit);
}

void Shopper::open_basket(Visit& visit) {
  constexpr double kReloads = 0.8;
  if (basket_.empty()) return;
  const int n = 1 + geometric(rng_, kReloads);
  for (int i = 0; i < n; ++i) visit.basket_page(basket_);
}

void Shopper::tidy_basket(Visit& visit, Mission& mission, double delete_share) {
  constexpr double kSwapShare = 0.095;  // another size or colour
  constexpr double kListAfter = 0.3;
  std::vector<std::uint32_t> swapped;
  for (std::size_t i = 0; i < basket_.size();) {
    const std::uint32_t product = basket_[i];
    const bool swap = rng_.chance(kSwapShare);
    if (!swap && !rng_.chance(delete_share)) {
      ++i;
      continue;
    }
    visit.remove(product);
    basket_.erase(basket_.begin() + static_cast<std::ptrdiff_t>(i));
    if (swap) swapped.push_back(product);
    if (!basket_.empty() && rng_.chance(kListAfter)) visit.basket_page(basket_);
  }
  for (const auto product : swapped) {
    const auto other = similar_product(around_.world, product, visit.now(), rng_);
    if (around_.world.products[other].on_sale(visit.now())) {
      put_in_basket(visit, mission, other);
    }
  }
}

void Shopper::place_order(Visit& visit, const std::vector<std::uint32_t>& products) {
  constexpr double kRepeatShare = 0.5;
  constexpr double kIntervalSpread = 0.3;
  visit.order(products);
  for (const auto product : products) {
    basket_.erase(std::find(basket_.begin(), basket_.end(), product));
    const auto& category = around_.world.categories[around_.world.products[product].category];
    if (category.repeat_days <= 0 || !rng_.chance(kRepeatShare)) continue;
    const TimeUs interval = from_days(lognormal(rng_, category.repeat_days, kIntervalSpread));
    planned_.push_back(
        {around_.calendar.next_likely(rng_, visit.now() + interval), Purpose::kRepeat, 0, product});
  }
}

void Shopper::drop_off_sale(TimeUs now) {
  std::erase_if(basket_, [&](std::uint32_t product) {
    return !around_.world.products[product].on_sale(now);
  });
}

}  // namespace

void live_as_shopper(const Surroundings& around, const Person& person, Rng& rng, EventSink& sink) {
  Shopper(around, person, rng, sink).run();
}

}  // namespace vitrina::simulate
