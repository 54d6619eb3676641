#include "live/store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/rng.hpp"
#include "live/snapshot.hpp"
#include "support/scratch.hpp"

namespace vitrina::live {
namespace {

Event view(TimeUs time, std::string_view product) {
  return {.time = time, .action = Action::kView, .product = product};
}

std::vector<std::string> products_of(const Store& store, Kind kind, std::string_view id) {
  std::vector<std::string> products;
  for (const auto& event : store.of(kind, id)) {
    products.emplace_back(event.product == kNoCode ? "" : store.product(event.product));
  }
  return products;
}

TEST(Store, KeepsEventsInOrderOfTimeHoweverTheyArrive) {
  Store store;
  for (const auto& [time, product] :
       std::vector<std::pair<TimeUs, const char*>>{{30, "c"}, {10, "a"}, {40, "d"}, {20, "b"}}) {
    EXPECT_TRUE(store.add(Kind::kUser, "u", view(time, product)));
  }
  EXPECT_EQ(products_of(store, Kind::kUser, "u"), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(store.n_events(), 4U);
  EXPECT_EQ(store.n_customers(), 1U);
}

TEST(Store, TheVerySameEventCountsOnce) {
  Store store;
  EXPECT_TRUE(store.add(Kind::kUser, "u", view(10, "a")));
  EXPECT_TRUE(store.add(Kind::kUser, "u", view(20, "a")));
  EXPECT_FALSE(store.add(Kind::kUser, "u", view(10, "a")));
  EXPECT_FALSE(store.add(Kind::kUser, "u", view(20, "a")));
  EXPECT_TRUE(store.add(Kind::kUser, "u", view(10, "b")));
  EXPECT_TRUE(store.add(Kind::kUser, "u", {.time = 10, .product = "a", .page = 3}));
  EXPECT_TRUE(store.add(Kind::kUser, "u", {.time = 10, .product = "a", .device = "d"}));
  EXPECT_TRUE(store.add(Kind::kUser, "v", view(10, "a")));
  EXPECT_EQ(store.n_events(), 6U);
}

/// Told one by one: behind those of its moment, unless it is there.
void tell(std::vector<Event>& events, const Event& event) {
  const auto is_same = [&](const Event& other) {
    return other.time == event.time && other.product == event.product && other.page == event.page;
  };
  if (std::any_of(events.begin(), events.end(), is_same)) return;
  events.insert(std::upper_bound(events.begin(), events.end(), event,
                                 [](const Event& a, const Event& b) { return a.time < b.time; }),
                event);
}

void expect_same(const Store& store, Kind kind, std::string_view id,
                 const std::vector<Event>& expected) {
  const auto kept = store.of(kind, id);
  ASSERT_EQ(kept.size(), expected.size()) << id;
  for (std::size_t e = 0; e < kept.size(); ++e) {
    const auto event = store.told(kept[e]);
    EXPECT_EQ(event.time, expected[e].time);
    EXPECT_EQ(event.product, expected[e].product);
    EXPECT_EQ(event.page, expected[e].page);
  }
}

TEST(Store, ManyAtOnceAreKeptAsOneAfterTheOther) {
  constexpr std::string_view kProducts[] = {"a", "b", "c"};
  constexpr std::string_view kIds[] = {"u", "v"};
  Rng rng(7);
  for (int round = 0; round < 50; ++round) {
    Store store;
    std::map<std::string_view, std::vector<Event>> expected;
    for (int batch = 0; batch < 5; ++batch) {
      std::vector<std::string_view> ids;
      std::vector<Event> events;
      for (std::uint64_t e = rng.below(30); e > 0; --e) {
        ids.push_back(kIds[rng.below(2)]);
        events.push_back({.time = static_cast<TimeUs>(1 + rng.below(4) + (batch == 4 ? 2 : 0)),
                          .product = kProducts[rng.below(3)],
                          .page = static_cast<std::uint32_t>(rng.below(2))});
        tell(expected[ids.back()], events.back());
      }
      const auto n_before = store.n_events();
      const auto n_new = store.add(Kind::kVisit, ids, events);
      EXPECT_EQ(n_new, store.n_events() - n_before);
    }
    EXPECT_EQ(store.n_events(), expected["u"].size() + expected["v"].size());
    for (const auto id : kIds) expect_same(store, Kind::kVisit, id, expected[id]);

    store.link("u", "somebody");
    store.link("v", "somebody");
    auto both = expected["u"];
    for (const auto& event : expected["v"]) tell(both, event);
    expect_same(store, Kind::kUser, "somebody", both);
    EXPECT_EQ(store.n_events(), both.size());
  }
}

TEST(Store, UsersAndVisitsOfOneIdAreTwo) {
  Store store;
  store.add(Kind::kUser, "7", view(10, "a"));
  store.add(Kind::kVisit, "7", view(10, "b"));
  EXPECT_EQ(products_of(store, Kind::kUser, "7"), std::vector<std::string>{"a"});
  EXPECT_EQ(products_of(store, Kind::kVisit, "7"), std::vector<std::string>{"b"});
}

TEST(Store, ForgetsAllOfACustomerAndNothingElse) {
  Store store;
  store.add(Kind::kUser, "u", view(10, "a"));
  store.add(Kind::kUser, "u", view(20, "b"));
  store.add(Kind::kUser, "v", view(10, "a"));
  EXPECT_EQ(store.forget(Kind::kUser, "u"), 2U);
  EXPECT_EQ(store.forget(Kind::kUser, "u"), 0U);
  EXPECT_TRUE(store.of(Kind::kUser, "u").empty());
  EXPECT_EQ(store.of(Kind::kUser, "v").size(), 1U);
  EXPECT_EQ(store.n_events(), 1U);
  EXPECT_EQ(store.n_customers(), 1U);
}

TEST(Store, ForgetsALinkedVisitWithItsUserAlone) {
  Store store;
  store.add(Kind::kVisit, "g", view(10, "a"));
  store.link("g", "u");
  EXPECT_THROW(store.forget(Kind::kVisit, "g"), Error);
  EXPECT_EQ(store.of(Kind::kUser, "u").size(), 1U);
  EXPECT_EQ(store.forget(Kind::kUser, "u"), 1U);
  EXPECT_EQ(store.forget(Kind::kVisit, "g"), 0U) << "nobody's any more";
}

TEST(Store, ForgetsTheDevicesThatNobodyElseHas) {
  const auto on = [](TimeUs time, std::string_view device) {
    return Event{.time = time, .action = Action::kVisit, .device = device};
  };
  Store store;
  store.add(Kind::kUser, "u", on(1, "own"));
  store.add(Kind::kUser, "u", on(1, "own"));  // which counts once
  store.add(Kind::kUser, "u", on(2, "shared"));
  store.add(Kind::kVisit, "g", on(3, "of the visit"));
  store.add(Kind::kUser, "w", on(4, "shared"));
  store.link("g", "u");
  store.forget(Kind::kUser, "u");
  EXPECT_FALSE(store.devices().find("own"));
  EXPECT_FALSE(store.devices().find("of the visit"));
  EXPECT_EQ(store.told(store.of(Kind::kUser, "w")[0]).device, "shared");
  store.add(Kind::kUser, "v", on(5, "own"));
  EXPECT_EQ(store.told(store.of(Kind::kUser, "v")[0]).device, "own") << "told again";
  store.forget_if(Kind::kUser, [](std::string_view id) { return id == "w"; });
  EXPECT_FALSE(store.devices().find("shared"));
  EXPECT_TRUE(store.devices().find("own"));
}

TEST(Store, ForgetsWhatIsFromBefore) {
  Store store;
  const auto a = store.products().intern("a");
  const auto old = store.devices().intern("of old");
  const auto packed = [&](Kind kind, const char* id, const std::vector<TimeUs>& times) {
    std::vector<StoredEvent> events;
    for (const auto time : times) {
      events.push_back({.time = time, .product = a, .device = time == 4 ? old : kNoCode});
    }
    store.put_packed(kind, id, events);
  };
  packed(Kind::kUser, "packed", {1, 4, 10, 11});
  packed(Kind::kVisit, "packed and old", {2, 4});
  packed(Kind::kUser, "packed and new", {10});
  store.count_devices();
  for (const TimeUs time : {3, 9, 10, 30}) store.add(Kind::kVisit, "g", view(time, "b"));
  store.add(Kind::kUser, "w", {.time = 9, .product = "b", .device = "own"});
  store.add(Kind::kUser, "x", view(12, "b"));
  store.link("g", "v");
  const auto forget_before = [&](TimeUs time) {
    std::size_t n = 0;
    for (Store::Walk at; !at.is_over();) n += store.forget_before(time, at, 1);
    return n;
  };
  const auto n_forgets = store.n_forgets();
  EXPECT_EQ(forget_before(10), 7U);
  EXPECT_EQ(forget_before(10), 0U);
  EXPECT_GT(store.n_forgets(), n_forgets) << "a copy that is being made is of no use";
  EXPECT_EQ(store.n_events(), 6U);
  EXPECT_EQ(store.n_customers(), 4U);
  EXPECT_EQ(store.of(Kind::kUser, "packed").size(), 2U);
  EXPECT_EQ(store.of(Kind::kUser, "packed")[0].time, 10);
  EXPECT_EQ(store.of(Kind::kUser, "v").size(), 2U);
  EXPECT_TRUE(store.of(Kind::kVisit, "packed and old").empty());
  EXPECT_TRUE(store.of(Kind::kUser, "w").empty());
  EXPECT_FALSE(store.devices().find("own"));
  EXPECT_FALSE(store.devices().find("of old"));
  EXPECT_TRUE(store.add(Kind::kUser, "packed", view(5, "b"))) << "told of late";
  EXPECT_EQ(products_of(store, Kind::kUser, "packed"), (std::vector<std::string>{"b", "a", "a"}));
  EXPECT_TRUE(store.add(Kind::kVisit, "g", view(31, "a")));
  EXPECT_EQ(store.of(Kind::kUser, "v").size(), 3U) << "a link stays";
  EXPECT_EQ(forget_before(100), 8U);
  EXPECT_EQ(store.n_customers(), 0U);
}

TEST(Store, ASnapshotHasTheDevicesThatItsEventsName) {
  const test::ScratchFolder scratch;
  const auto file = scratch.path() / "snapshot";
  Store store;
  for (const auto* who : {"gone 1", "u", "gone 2"}) {
    store.add(Kind::kUser, who, {.time = 7, .action = Action::kVisit, .device = who});
  }
  store.forget(Kind::kUser, "gone 1");
  store.forget(Kind::kUser, "gone 2");  // as long as the other, and as blank
  SnapshotWriter out(file, "", 1);
  Store::Walk at;
  store.walk(at, 1000, [&](Kind kind, std::string_view id, const auto& events) {
    out.add(kind, id, events);
  });
  EXPECT_FALSE(out.add_texts(store.products(), store.devices()));
  out.finish();
  Store restored;
  ASSERT_TRUE(read_snapshot(file, [](std::string_view) { return true; }, restored));
  EXPECT_EQ(restored.devices().size(), 1U);
  EXPECT_EQ(restored.told(restored.of(Kind::kUser, "u")[0]).device, "u");
  restored.forget(Kind::kUser, "u");
  EXPECT_FALSE(restored.devices().find("u"));
}

TEST(Store, AnEventWithoutAProductIsKept) {
  Store store;
  store.add(Kind::kUser, "u", {.time = 10, .action = Action::kSearch});
  ASSERT_EQ(store.of(Kind::kUser, "u").size(), 1U);
  EXPECT_EQ(store.of(Kind::kUser, "u")[0].product, kNoCode);
  EXPECT_EQ(store.n_products(), 0U);
}

TEST(Store, WhoWasPackedIsAsTheOthers) {
  Store store;
  const auto a = store.products().intern("a");
  store.put_packed(Kind::kUser, "u", std::vector<StoredEvent>{{.time = 10, .product = a}});
  store.put_packed(Kind::kUser, "v", std::vector<StoredEvent>{{.time = 10, .product = a}});
  store.put_packed(Kind::kUser, "v", std::vector<StoredEvent>{{.time = 20, .product = a}});
  store.put_packed(Kind::kVisit, "g", std::vector<StoredEvent>{{.time = 30, .product = a}});
  EXPECT_EQ(store.n_events(), 3U) << "the later one has the earlier one's place";
  EXPECT_EQ(store.of(Kind::kUser, "v")[0].time, 20);
  EXPECT_FALSE(store.add(Kind::kUser, "u", view(10, "a"))) << "it is there";
  EXPECT_TRUE(store.add(Kind::kUser, "u", view(5, "b")));
  EXPECT_EQ(products_of(store, Kind::kUser, "u"), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(store.n_customers(), 3U);
  store.link("g", "v");
  EXPECT_EQ(store.of(Kind::kUser, "v").size(), 2U);
  EXPECT_EQ(store.n_customers(), 2U);
  EXPECT_EQ(store.forget(Kind::kUser, "v"), 2U);
  EXPECT_EQ(store.forget_if(Kind::kUser, [](std::string_view id) { return id == "u"; }), 1U);
  EXPECT_EQ(store.n_events(), 0U);
  EXPECT_EQ(store.n_customers(), 0U);
}

TEST(Store, AWalkMeetsEverybodyWhateverHappensMeanwhile) {
  constexpr int kCustomers = 500;
  const auto id = [](int c) { return "customer " + std::to_string(c); };
  Store store;
  const auto a = store.products().intern("a");
  for (int c = 0; c < kCustomers; ++c) {
    const auto kind = c % 3 == 0 ? Kind::kVisit : Kind::kUser;
    if (c % 2 == 0) {
      store.put_packed(kind, id(c), std::vector<StoredEvent>{{.time = 1, .product = a}});
    } else {
      store.add(kind, id(c), view(1, "a"));
    }
  }
  std::map<std::pair<Kind, std::string>, std::size_t> met;
  Store::Walk at;
  for (int step = 0; !at.is_over(); ++step) {
    store.walk(at, 7, [&](Kind kind, std::string_view who, const auto& events) {
      met[{kind, std::string(who)}] = events.size();
    });
    // customers that leave the packed ones, come, and sign in
    for (int e = 0; e < 9; ++e) {
      const int c = (step * 31 + e * 17) % kCustomers;
      store.add(c % 3 == 0 ? Kind::kVisit : Kind::kUser, id(c), view(2 + step, "a"));
      if (step < 200) store.add(Kind::kUser, "new " + std::to_string(step * 9 + e), view(1, "a"));
    }
    if (step % 5 == 0) store.link(id(3 * (step % 160)), "user " + std::to_string(step));
  }
  for (int c = 0; c < kCustomers; ++c) {
    const auto kind = c % 3 == 0 ? Kind::kVisit : Kind::kUser;
    // as itself, or, where it was linked before the walk came to it, as its user
    bool is_met = met.contains({kind, id(c)});
    for (int step = 0; step < 2000 && !is_met; step += 5) {
      is_met = id(3 * (step % 160)) == id(c) &&
               met.contains({Kind::kUser, "user " + std::to_string(step)});
    }
    EXPECT_TRUE(is_met) << id(c);
  }
}

}  // namespace
}  // namespace vitrina::live
