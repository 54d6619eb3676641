#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "core/bytes_in_files.hpp"
#include "server/rate_limit.hpp"
#include "store/event_store.hpp"
#include "unit/server/router_fixture.hpp"

// What the API lets a shop do beside events and answers.

namespace vitrina::server {
namespace {

class ApiTest : public RouterTest {};

TEST_F(ApiTest, PlacesDiffer) {
  Server server(scratch_.path());
  const auto ask = [&](const std::string& more) {
    return products_of(
        done(server.post("/v1/recommendations", R"({"user_id":"u","k":6)" + more + "}")));
  };
  const auto some = products_of(done(server.get("/v1/popular?k=20")));
  std::string told;
  for (int p = 0; p < 6; ++p) {
    told += fmt::format(R"({}{{"user_id":"u","action":"view","products":["{}"]}})",
                        p == 0 ? "" : ",", some[static_cast<std::size_t>(p)]);
  }
  (void)done(server.post("/v1/events", R"({"events":[)" + told + "]}"));
  const std::set<std::string> seen(some.begin(), some.begin() + 6);
  const auto n_seen = [&](const std::vector<std::string>& ids) {
    return std::count_if(ids.begin(), ids.end(), [&](const auto& id) { return seen.contains(id); });
  };
  EXPECT_EQ(ask(R"(,"place":"email")"), ask(""));
  EXPECT_GT(n_seen(ask("")), 3);
  EXPECT_EQ(n_seen(ask(R"(,"place":"home")")), 3);
  EXPECT_EQ(n_seen(ask(R"(,"place":"discovery")")), 0);
  const auto page = ask(fmt::format(R"(,"place":"product","product_id":"{}")", some[0]));
  EXPECT_EQ(page.size(), 6U);
  EXPECT_EQ(n_seen(page), 0);
  expect_problem(server.post("/v1/recommendations", R"({"place":"product"})"), 422,
                 "the field 'product_id' is missing");
  expect_problem(server.post("/v1/recommendations", R"({"place":"category"})"), 422,
                 "the field 'category' is missing");
  for (const auto& id : ask(R"(,"place":"category","category":"no such")")) ADD_FAILURE() << id;
  expect_problem(
      server.post("/v1/recommendations",
                  R"({"place":"category","category":"a","filter":{"categories":["b"]}})"),
      422, "not among them");
}

TEST_F(ApiTest, WhatIsPutOfAProductIsKeptAndTold) {
  std::string first;
  {
    Server server(scratch_.path());
    first = products_of(done(server.get("/v1/popular?k=1"))).front();
    const auto put = [&](const std::string& body) {
      return server.ask({.method = Method::kPut,
                         .target = "/v1/products",
                         .body = body,
                         .content_type = "application/json"});
    };
    expect_problem(server.get("/v1/products/" + first), 404, "PUT /v1/products");
    const auto stored = done(put(fmt::format(
        R"({{"products":[{{"product_id":"{}","price":9.5,"title":"Lamp","url":"/lamp"}}]}})",
        first)));
    EXPECT_EQ(stored.at("n_stored").as_int64(), 1);
    expect_problem(put(R"({"products":[{"price":1}]})"), 422, "'product_id' is missing");
    expect_problem(put(R"({"products":[{"product_id":"a","price":-1}]})"), 422, "price");
    expect_problem(put(R"({"products":[{"product_id":""}]})"), 422, "product_id");
    const auto shown = done(server.get("/v1/popular?k=1&details=true"));
    const auto& row = shown.at("products").at(0);
    EXPECT_EQ(row.at("title").as_string(), "Lamp");
    EXPECT_EQ(row.at("price").as_double(), 9.5);
    EXPECT_FALSE(
        done(server.get("/v1/popular?k=1")).at("products").at(0).as_object().contains("url"));
    (void)done(
        put(fmt::format(R"({{"products":[{{"product_id":"{}","available":false}}]}})", first)));
    EXPECT_NE(products_of(done(server.get("/v1/popular?k=1"))).front(), first);
  }
  Server again(scratch_.path());
  EXPECT_NE(products_of(done(again.get("/v1/popular?k=1"))).front(), first);
  EXPECT_EQ(json::serialize(done(again.get("/v1/products/" + first))),
            fmt::format(R"({{"product_id":"{}","price":9.5E0,"available":false,"title":"Lamp",)"
                        R"("url":"/lamp"}})",
                        first));
}

TEST_F(ApiTest, AGuestBecomesAUserAlsoAfterARestart) {
  const auto link = [](Server& server, const std::string& user) {
    return server.post("/v1/users/" + user + "/link", R"({"visit_id":"guest 5"})");
  };
  {
    Server server(scratch_.path());
    (void)done(server.post(
        "/v1/events", R"({"events":[{"visit_id":"guest 5","action":"visit","event_id":"1"}]})"));
    EXPECT_EQ(done(server.get("/v1/visits/guest%205")).at("n_events").as_int64(), 1);
    (void)done(link(server, "u"));
    (void)done(link(server, "u"));
    expect_problem(link(server, "w"), 409, "another user's");
  }
  Server server(scratch_.path());
  EXPECT_EQ(done(server.get("/v1/users/u")).at("n_events").as_int64(), 1);
  (void)done(server.post("/v1/events", R"({"events":[{"visit_id":"guest 5","action":"search"}]})"));
  EXPECT_EQ(done(server.get("/v1/users/u")).at("n_events").as_int64(), 2);
  expect_problem(link(server, "w"), 409, "another user's");
  const auto erased = done(server.ask({.method = Method::kDelete, .target = "/v1/users/u"}));
  EXPECT_EQ(erased.at("n_erased").as_int64(), 2);
  EXPECT_EQ(erased.at("receipt").as_string().size(), 64U);
  EXPECT_EQ(done(server.get("/v1/visits/guest%205")).at("n_events").as_int64(), 0);
  (void)done(server.post("/v1/events", R"({"events":[{"visit_id":"other","action":"visit"}]})"));
  const auto visit = done(server.ask({.method = Method::kDelete, .target = "/v1/visits/other"}));
  EXPECT_EQ(visit.at("n_erased").as_int64(), 1);
}

TEST_F(ApiTest, AVisitThatIsLinkedIsForgottenWithItsUser) {
  Server server(scratch_.path());
  const auto forget = [&](const std::string& target) {
    return server.ask({.method = Method::kDelete, .target = target});
  };
  (void)done(server.post("/v1/events", R"({"events":[{"visit_id":"guest","action":"visit"}]})"));
  (void)done(server.post("/v1/users/u/link", R"({"visit_id":"guest"})"));
  expect_problem(forget("/v1/visits/guest"), 409,
                 "visit 'guest': is linked to user 'u', whose its events are; forget the user");
  EXPECT_EQ(done(server.get("/v1/users/u")).at("n_events").as_int64(), 1) << "nothing was done";
  EXPECT_EQ(done(forget("/v1/users/u")).at("n_erased").as_int64(), 1);
  EXPECT_EQ(done(forget("/v1/visits/guest")).at("n_erased").as_int64(), 0);
  const auto openapi = done(server.get("/openapi.json"));
  EXPECT_TRUE(openapi.at("paths")
                  .at("/v1/visits/{id}")
                  .at("delete")
                  .at("responses")
                  .as_object()
                  .contains("409"));
}

class ForgettingTest : public ApiTest {
 protected:
  [[nodiscard]] std::filesystem::path database() const { return scratch_.path() / "events.db"; }
  [[nodiscard]] bool is_in_files(const std::string& text) const {
    const auto files = files_below(scratch_.path());
    return std::ranges::any_of(files, [&](const auto& file) { return holds_bytes(file, text); });
  }
  static json::object forget(Server& server, const std::string& user) {
    return done(server.ask({.method = Method::kDelete, .target = "/v1/users/" + user}));
  }
  static void tell(Server& server, const std::string& user) {
    (void)done(server.post(
        "/v1/events", fmt::format(R"({{"events":[{{"user_id":"{}","action":"visit"}}]}})", user)));
  }
};

TEST_F(ForgettingTest, AReaderInTheWayIsWaitedForLater) {
  Server server(scratch_.path());
  tell(server, "somebody to forget");
  {
    const store::Database reader(database(), store::Database::Mode::kExisting);
    reader.run("BEGIN; SELECT count(*) FROM events");
    EXPECT_FALSE(forget(server, "somebody%20to%20forget").at("overwritten").as_bool());
    EXPECT_TRUE(is_in_files("somebody to forget"));
    EXPECT_EQ(done(server.get("/v1/users/somebody%20to%20forget")).at("n_events").as_int64(), 0);
  }
  while (is_in_files("somebody to forget")) std::this_thread::yield();
  tell(server, "other");
  EXPECT_TRUE(forget(server, "other").at("overwritten").as_bool());
}

TEST_F(ForgettingTest, WhatTheDiskRefusesToOverwriteIsForgottenAndTriedAgain) {
  Server server(scratch_.path());
  std::string told;
  for (int e = 0; e < 1000; ++e) {
    told += fmt::format(R"({}{{"user_id":"u{}","action":"visit"}})", e == 0 ? "" : ",", e);
  }
  for (int i = 0; i < 5; ++i) {
    (void)done(server.post("/v1/events", R"({"events":[)" + told + "]}"));
  }
  // the log is short from now on, and the row in the database far behind its beginning
  (void)forget(server, "nobody");
  tell(server, "leaver");
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 64 * 1024, .rlim_max = before.rlim_max};
  ASSERT_GT(std::filesystem::file_size(database()), small.rlim_cur);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto refused = server.ask({.method = Method::kDelete, .target = "/v1/users/leaver"});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  expect_problem(refused, 503, "who was forgotten is not overwritten in the store's log yet: ");
  EXPECT_EQ(done(server.get("/v1/users/leaver")).at("n_events").as_int64(), 0);
  while (is_in_files("leaver")) std::this_thread::yield();
  const std::scoped_lock lock(server.mutex);
  ASSERT_FALSE(server.warnings.empty());
  EXPECT_NE(server.warnings[0].find("store: who was forgotten"), std::string::npos);
}

TEST_F(ApiTest, ADamagedStoreIsAnErrorOfTheServer) {
  Server server(scratch_.path());
  store::Database(scratch_.path() / "events.db", store::Database::Mode::kExisting)
      .run("DROP TABLE events");
  for (int i = 0; i < 2; ++i) {
    expect_problem(server.post("/v1/events", R"({"events":[{"user_id":"u","action":"visit"}]})"),
                   500, "is damaged (");
  }
  ASSERT_EQ(server.warnings.size(), 1U) << "said once";
  EXPECT_NE(server.warnings[0].find("events.db: is damaged ("), std::string::npos);
}

TEST_F(ApiTest, KeepsTheAnswerThatAnEventCameOf) {
  {
    Server server(scratch_.path());
    (void)done(server.post(
        "/v1/events",
        R"({"events":[{"user_id":"u","action":"view","products":["1"],"recommendation_id":"r7"}]})"));
  }
  const store::EventStore store(scratch_.path(), store::EventStore::Access::kRead);
  std::int64_t after = 0;
  EXPECT_EQ(store.read(after, 10).at(0).recommendation, "r7");
}

TEST_F(ApiTest, WhoAsksTooOftenIsToldToComeAgain) {
  Server server(scratch_.path(), {}, 3);
  Request request{.method = Method::kGet, .target = "/v1/popular", .peer = "10.0.0.1"};
  int n_done = 0;
  Response refused;
  for (int i = 0; i < 50; ++i) {
    const auto response = server.ask(request);
    if (response.status == 200) {
      ++n_done;
    } else {
      refused = response;
    }
  }
  EXPECT_GE(n_done, 6) << "those of two seconds";
  EXPECT_LT(n_done, 50);
  expect_problem(refused, 429, "expected at most 3 requests a second");
  EXPECT_EQ(refused.headers.at(0), (std::pair<std::string_view, std::string>("Retry-After", "1")));
  request.peer = "10.0.0.2";
  EXPECT_EQ(server.ask(request).status, 200) << "somebody else";
  request.target = "/healthz";
  request.peer = "10.0.0.1";
  EXPECT_EQ(server.ask(request).status, 200) << "who looks after the server is not counted";
  request.target = "/metrics";
  EXPECT_EQ(server.ask(request, Door::kAdmin).status, 200);
}

TEST_F(ApiTest, SaysWhyAProductWasNamedWhereItIsAsked) {
  Server server(scratch_.path());
  const std::string question = R"({"user_id":"u","k":7,"explain":)";
  const auto plain = done(server.post("/v1/recommendations", question + "false}"));
  const auto explained = done(server.post("/v1/recommendations", question + "true}"));
  EXPECT_EQ(products_of(plain), products_of(explained));
  for (const auto& product : plain.at("products").as_array()) {
    EXPECT_FALSE(product.as_object().contains("reasons"));
  }
  std::size_t n_unknown = 0;
  for (const auto& product : explained.at("products").as_array()) {
    const auto& reasons = product.at("reasons").as_object();
    double sum = reasons.at("base").as_double() + reasons.at("other").to_number<double>();
    for (const auto& reason : reasons.at("features").as_array()) {
      EXPECT_FALSE(reason.at("feature").as_string().empty());
      n_unknown += reason.as_object().contains("value") ? 0 : 1;
      sum += reason.at("contribution").as_double();
    }
    EXPECT_NEAR(sum, reasons.at("logit").as_double(), 1e-9);
    EXPECT_EQ(static_cast<float>(1 / (1 + std::exp(-sum))),
              static_cast<float>(product.at("score").as_double()));
  }
  EXPECT_GT(n_unknown, 0U) << "a stranger has columns that are not known";
  expect_problem(server.post("/v1/recommendations", question + "1}"), 422,
                 "body.explain: found a number");
}

TEST(RateLimit, FillsABucketSteadilyAndForgetsWhoIsGone) {
  RateLimit limit(2);
  const RateLimit::Clock::time_point begin{};
  const auto at = [&](double seconds) {
    return begin + std::chrono::duration_cast<RateLimit::Clock::duration>(
                       std::chrono::duration<double>(seconds));
  };
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(limit.take("a", at(0)));
  EXPECT_FALSE(limit.take("a", at(0)));
  EXPECT_FALSE(limit.take("a", at(.25)));
  EXPECT_TRUE(limit.take("a", at(.51)));
  EXPECT_FALSE(limit.take("a", at(.52)));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(limit.take("a", at(100)));
  EXPECT_FALSE(limit.take("a", at(100)));
  for (int i = 0; i < 100'000; ++i) (void)limit.take(fmt::to_string(i), at(100 + i * 1e-3));
  EXPECT_LE(limit.n_known(), 65'537U);
}

}  // namespace
}  // namespace vitrina::server
