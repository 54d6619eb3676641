#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "support/feature_oracle.hpp"

// Words and visits against the raw catalog and the raw log.

namespace vitrina::engine {
namespace {

using test::Event;
using test::expect_column;
using test::is_trace;
using test::last_age_hours;
using test::World;

constexpr TimeUs kCut = test::kOracleCut;
const double kNobodyKnows = std::nan("");

const test::Product* product_of(const World& world, std::string_view item) {
  for (const auto& product : world.products) {
    if (product.id == item) return &product;
  }
  return nullptr;
}

std::string category_of(const World& world, std::string_view item) {
  const auto* product = product_of(world, item);
  return product == nullptr ? "" : product->category;
}

std::set<std::string> words_of(const World& world, std::string_view item) {
  const auto* product = product_of(world, item);
  std::istringstream text(product == nullptr ? "" : product->title);
  std::set<std::string> words;
  for (std::string word; text >> word;) words.insert(word);
  return words;
}

double naive_idf(const World& world, const std::string& word) {
  double with = 0;
  for (const auto& product : world.products) {
    with += words_of(world, product.id).contains(word) ? 1 : 0;
  }
  return std::log((static_cast<double>(world.products.size()) + 1) / with);
}

/// The words of the user's other products, by decayed events that `is_wanted` lets through.
template <class IsWanted>
std::map<std::string, double> words_of_others(const World& world, std::string_view user,
                                              std::string_view item, IsWanted&& is_wanted) {
  std::map<std::string, double> weights;
  for (const auto& event : world.past) {
    if (event.user != user || event.item == item || !is_wanted(event)) continue;
    for (const auto& word : words_of(world, event.item)) {
      weights[word] += std::exp2(-to_days(kCut - event.time) / kHalfLivesDays[4]);
    }
  }
  return weights;
}

template <class IsWanted>
double naive_cosine(const World& world, std::string_view user, std::string_view item,
                    IsWanted&& is_wanted) {
  const auto profile = words_of_others(world, user, item, is_wanted);
  const auto title = words_of(world, item);
  double dot = 0;
  double a = 0;
  double b = 0;
  for (const auto& word : title) a += std::pow(naive_idf(world, word), 2);
  for (const auto& [word, weight] : profile) {
    const double x = naive_idf(world, word) * weight;
    b += x * x;
    if (title.contains(word)) dot += naive_idf(world, word) * x;
  }
  return a > 0 && b > 0 ? dot / std::sqrt(a * b) : 0.0;
}

TEST(WordsOracle, CosineToTheOtherTitles) {
  expect_column("words__touched_cosine",
                [](const World& world, const auto& user, const auto& item) {
                  return naive_cosine(world, user, item, is_trace);
                });
  expect_column("words__added_cosine", [](const World& world, const auto& user, const auto& item) {
    return naive_cosine(world, user, item, [](const Event& event) {
      return is_trace(event) && event.action == Action::kBasketAdd;
    });
  });
}

TEST(WordsOracle, RarestWordInCommon) {
  expect_column("words__rarest_known", [](const World& world, const auto& user, const auto& item) {
    const auto profile = words_of_others(world, user, item, is_trace);
    double rarest = 0;
    for (const auto& word : words_of(world, item)) {
      if (profile.contains(word)) rarest = std::max(rarest, naive_idf(world, word));
    }
    return rarest;
  });
}

/// The user's moments with their visits, by going through the sorted times.
std::map<TimeUs, int> visits_of(const World& world, std::string_view user) {
  std::map<TimeUs, int> visit;
  for (const auto& event : world.past) {
    if (event.user == user) visit[event.time] = 0;
  }
  int n = -1;
  TimeUs before = kNoTime;
  for (auto& [time, number] : visit) {
    if (before == kNoTime || time - before > kVisitGap) ++n;
    number = n;
    before = time;
  }
  return visit;
}

TimeUs last_touch(const World& world, std::string_view user, std::string_view item) {
  TimeUs last = kNoTime;
  for (const auto& event : world.past) {
    if (event.user == user && event.item == item && is_trace(event)) {
      last = std::max(last, event.time);
    }
  }
  return last;
}

TEST(VisitsOracle, Dwell) {
  expect_column("visits__dwell_seconds",
                [](const World& world, const auto& user, const auto& item) {
                  const auto visits = visits_of(world, user);
                  double seconds = 0;
                  for (const auto& event : world.past) {
                    const bool is_view =
                        event.user == user && event.item == item && event.action == Action::kView;
                    if (!is_view) continue;
                    const auto next = visits.upper_bound(event.time);
                    if (next == visits.end() || next->second != visits.at(event.time)) continue;
                    seconds += static_cast<double>(next->first - event.time) / 1e6;
                  }
                  return seconds;
                });
}

TEST(VisitsOracle, WhatHappenedSince) {
  expect_column("visits__adds_since", [](const World& world, const auto& user, const auto& item) {
    const TimeUs last = last_touch(world, user, item);
    if (last == kNoTime) return kNobodyKnows;
    return static_cast<double>(world
                                   .where([&](const Event& event) {
                                     return event.user == user && !event.item.empty() &&
                                            event.action == Action::kBasketAdd && event.time > last;
                                   })
                                   .size());
  });
  expect_column("visits__orders_since", [](const World& world, const auto& user, const auto& item) {
    const TimeUs last = last_touch(world, user, item);
    if (last == kNoTime) return kNobodyKnows;
    std::set<TimeUs> moments;
    for (const auto& event : world.past) {
      if (event.user == user && event.action == Action::kOrder && !event.item.empty() &&
          event.time > last) {
        moments.insert(event.time);
      }
    }
    return static_cast<double>(moments.size());
  });
  expect_column("visits__visits_since", [](const World& world, const auto& user, const auto& item) {
    const TimeUs last = last_touch(world, user, item);
    if (last == kNoTime) return kNobodyKnows;
    const auto visits = visits_of(world, user);
    return static_cast<double>(visits.rbegin()->second - visits.at(last));
  });
}

TEST(VisitsOracle, DevicesAndCategories) {
  expect_column("visits__user_devices", [](const World& world, const auto& user, const auto&) {
    std::set<std::string> devices;
    for (const auto& event : world.past) {
      if (event.user == user) devices.insert(event.device);
    }
    return devices.empty() ? kNobodyKnows : static_cast<double>(devices.size());
  });
  expect_column("visits__category_visits",
                [](const World& world, const auto& user, const auto& item) {
                  const auto visits = visits_of(world, user);
                  std::set<int> found;
                  for (const auto& event : world.past) {
                    if (event.user != user || !is_trace(event)) continue;
                    const auto category = category_of(world, event.item);
                    if (category.empty() || category != category_of(world, item)) continue;
                    found.insert(visits.at(event.time));
                  }
                  return static_cast<double>(found.size());
                });
  expect_column("visits__category_add_age_hours",
                [](const World& world, const auto& user, const auto& item) {
                  const auto category = category_of(world, item);
                  if (category.empty()) return kNobodyKnows;
                  return last_age_hours(world.where([&](const Event& event) {
                    return event.user == user && event.action == Action::kBasketAdd &&
                           !event.item.empty() && category_of(world, event.item) == category;
                  }));
                });
}

}  // namespace
}  // namespace vitrina::engine
