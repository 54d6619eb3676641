#include "simulate/lives.hpp"

#include <algorithm>

namespace vitrina::simulate {
namespace {

/// The next time somebody comes back: soon after, or days later.
TimeUs come_back(const Surroundings& around, TimeUs time, Rng& rng) {
  constexpr double kMedianDays = 2.0;
  constexpr double kSpread = 1.4;
  return around.calendar.next_likely(rng, time + from_days(lognormal(rng, kMedianDays, kSpread)));
}

void live_as_passer_by(const Surroundings& around, const Person& person, Rng& rng,
                       EventSink& sink) {
  constexpr double kMoreVisits = 0.5;
  constexpr double kPages = 3.2;
  constexpr double kHotShare = 0.05;  // an advertisement leads to one product
  TimeUs time = around.calendar.draw_in_log(rng);
  const int n_visits = 1 + geometric(rng, kMoreVisits);
  for (int i = 0; i < n_visits && time < around.calendar.end(); ++i) {
    Visit visit(around, person, time, rng, sink);
    if (rng.chance(kHotShare)) {
      visit.view(static_cast<std::uint32_t>(around.world.draw_hot(rng, time)));
    }
    visit.look_around(kPages);
    time = come_back(around, visit.now(), rng);
  }
}

void live_as_browser(const Surroundings& around, const Person& person, Rng& rng, EventSink& sink) {
  constexpr double kMoreVisits = 0.85;
  constexpr double kPages = 2.2;
  constexpr double kMoreLists = 0.95;
  constexpr double kViewsAList = 1.40;
  constexpr double kHotShare = 0.12;
  constexpr double kSeeAgain = 0.15;
  constexpr double kLikeShare = 0.052;
  TimeUs time = around.calendar.draw_in_log(rng);
  const int n_visits = 1 + geometric(rng, kMoreVisits);
  std::vector<std::uint32_t> seen;
  for (int i = 0; i < n_visits && time < around.calendar.end(); ++i) {
    Visit visit(around, person, time, rng, sink);
    visit.look_around(kPages);
    if (!seen.empty() && rng.chance(kSeeAgain)) visit.view(seen.back());
    if (rng.chance(kHotShare)) {
      visit.view(static_cast<std::uint32_t>(around.world.draw_hot(rng, time)));
    }
    const int n_lists = 1 + geometric(rng, kMoreLists);
    for (int k = 0; k < n_lists; ++k) {
      browse(around, person, person.draw_category(rng), kViewsAList, 0, visit, rng, seen);
      if (!seen.empty() && rng.chance(kLikeShare)) visit.like(seen.back());
    }
    time = come_back(around, visit.now(), rng);
  }
}

void live_as_bot(const Surroundings& around, const Person& person, Rng& rng, EventSink& sink) {
  constexpr double kVisits = 30;
  constexpr int kFewestViews = 4;
  constexpr double kMoreViews = 10;
  const int n_visits = 1 + geometric(rng, kVisits);
  for (int i = 0; i < n_visits; ++i) {
    // Any hour of the night, unlike people.
    const auto length = static_cast<double>(around.calendar.end() - around.calendar.start());
    const auto start = around.calendar.start() + static_cast<TimeUs>(length * rng.uniform());
    Visit visit(around, person, start / kUsPerSecond * kUsPerSecond, rng, sink);
    visit.hurry();
    visit.look_around(3);
    const std::size_t c = around.world.category_popularity.draw(rng);
    const auto& category = around.world.categories[c];
    visit.open_list(static_cast<std::uint32_t>(c));
    const auto n_views = static_cast<std::uint32_t>(kFewestViews + geometric(rng, kMoreViews));
    auto position = static_cast<std::uint32_t>(rng.below(category.n_products));
    for (std::uint32_t k = 0; k < std::min(n_views, category.n_products); ++k) {
      visit.view(category.first_product + position);
      position = (position + 1) % category.n_products;
    }
  }
}

}  // namespace

void browse(const Surroundings& around, const Person& person, std::uint32_t category, double mean,
            int at_least, Visit& visit, Rng& rng, std::vector<std::uint32_t>& seen) {
  constexpr double kCompareShare = 0.45;
  visit.open_list(category);
  const int n_views = at_least + geometric(rng, mean - at_least);
  std::uint32_t previous = 0;
  for (int i = 0; i < n_views; ++i) {
    const std::uint32_t product =
        i > 0 && rng.chance(kCompareShare)
            ? similar_product(around.world, previous, visit.now(), rng)
            : choose_product(around.world, person, category, visit.now(), rng);
    if (visit.view(product)) seen.push_back(product);
    previous = product;
  }
}

void live(const Surroundings& around, const Person& person, Rng& rng, EventSink& sink) {
  switch (person.kind) {
    case Kind::kPasserBy:
      return live_as_passer_by(around, person, rng, sink);
    case Kind::kBrowser:
      return live_as_browser(around, person, rng, sink);
    case Kind::kShopper:
      return live_as_shopper(around, person, rng, sink);
    case Kind::kBot:
      return live_as_bot(around, person, rng, sink);
  }
}

}  // namespace vitrina::simulate
