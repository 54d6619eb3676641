#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "core/file.hpp"
#include "core/time.hpp"
#include "unit/server/router_fixture.hpp"

// Events that are older than is wanted leave memory, store and copies: what is answered then is
// what a server answers that never had them.

namespace vitrina::server {
namespace {

class KeepDaysTest : public RouterTest {
 protected:
  AppOptions options(const std::string& store, int keep_days) {
    return {.bundle = folder() / "bundle",
            .store = scratch_.path() / store,
            .keep_days = keep_days,
            .min_snapshot_events = 1,
            .on_warning = [](const std::string& text) { ADD_FAILURE() << text; }};
  }

  /// The store's and memory's, as a server's handlers do.
  static void tell(App& app, const std::vector<test::Event>& all) {
    std::vector<store::Row> rows;
    std::vector<KeptEvent> kept;
    for (const auto& event : all) {
      kept.push_back({.customer = event.user,
                      .action = static_cast<int>(event.action),
                      .product = event.item,
                      .page = event.page,
                      .device = event.device,
                      .time_us = event.time});
      rows.push_back({kept.back(), {}, 1});
    }
    app.writer().change_now([&](store::EventStore& store) {
      store.append(rows);
      app.live().add_kept(kept);
    });
  }
  static std::size_t n_rows(App& app) {
    std::int64_t n = 0;
    app.writer().change_now([&](store::EventStore& store) { n = store.n_rows(); });
    return static_cast<std::size_t>(n);
  }
  /// What is kept of all users, and what they are answered.
  static std::string state(App& app) {
    std::string text = fmt::format("{} of {};", app.live().n_events(), app.live().n_customers());
    for (const auto& event : events()) {
      for (const auto& kept : app.live().events_of(event.user)) {
        text += fmt::format("{} {} {} {} {};", kept.time_us, kept.action, kept.product, kept.page,
                            kept.device);
      }
      const auto answer = app.live().recommend({.user_id = event.user, .at = "2024-03-12"});
      for (const auto& product : answer.products) {
        text += fmt::format("{} {};", product.product_id, product.score);
      }
    }
    return text;
  }
};

TEST_F(KeepDaysTest, AnswersAsAServerThatNeverHadThem) {
  std::string expected;
  int days = 0;
  std::vector<test::Event> young;
  {
    App app(options("young", 0));
    const auto day = test::kOpening + 6 * kUsPerDay;
    days = static_cast<int>((app.live().now_us() - day) / kUsPerDay);
    const auto from = app.live().now_us() - days * kUsPerDay;
    std::ranges::copy_if(events(), std::back_inserter(young),
                         [&](const test::Event& event) { return event.time >= from; });
    tell(app, young);
    expected = state(app);
  }
  ASSERT_GT(young.size(), 100U);
  ASSERT_LT(young.size() + 100, events().size());
  {
    App app(options("store", 0));
    tell(app, events());
  }
  const auto copy = scratch_.path() / "store" / "snapshot.bin";
  EXPECT_TRUE(std::filesystem::exists(copy)) << "from which the next one would begin";
  {
    App app(options("store", days));
    EXPECT_EQ(state(app), expected) << "from the first answer on";
    while (n_rows(app) > young.size()) std::this_thread::yield();
    EXPECT_EQ(n_rows(app), young.size());
    tell(app, events());  // of their own times
  }
  {
    App app(options("store", days));
    EXPECT_EQ(state(app), expected);
    while (n_rows(app) > 2 * young.size()) std::this_thread::yield();
  }
  App app(options("store", 0));
  EXPECT_EQ(state(app), expected) << "nothing comes back";
  EXPECT_EQ(n_rows(app), 2 * young.size()) << "some were told twice";
}

TEST_F(KeepDaysTest, TellsHowManyHaveGone) {
  {
    App app(options("store", 0));
    tell(app, events());
  }
  auto soon = options("store", 1);
  soon.snapshot_every = std::chrono::seconds(1);
  std::string said;
  soon.on_warning = [&](const std::string& text) { said += text; };
  App app(soon);
  EXPECT_EQ(said.find("store: the newest event is of 2024-03-"), 0U) << said;
  EXPECT_NE(said.find(", unless the machine's clock is wrong"), std::string::npos) << said;
  while (n_rows(app) > 0) std::this_thread::yield();
  Router admin(app, Door::kAdmin);
  const auto counted = fmt::format("\nvitrina_events_expired_total {}\n", events().size());
  std::string text;
  while (text.find(counted) == std::string::npos) {
    std::promise<Response> told;
    admin.handle({.method = Method::kGet, .target = "/metrics"},
                 [&](Response response) { told.set_value(std::move(response)); });
    text = told.get_future().get().body;
  }
  EXPECT_EQ(app.live().n_customers(), 0U);
}

}  // namespace
}  // namespace vitrina::server
