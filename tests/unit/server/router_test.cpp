#include "server/router.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "core/hash.hpp"
#include "unit/server/router_fixture.hpp"

namespace vitrina::server {
namespace {

TEST_F(RouterTest, TheNextAnswerCountsAnEvent) {
  Server server(scratch_.path());
  const auto before = done(server.post("/v1/recommendations", R"({"user_id":7,"k":20})"));
  EXPECT_EQ(before.at("fallback").as_string(), "popular");
  EXPECT_EQ(before.at("bundle").as_string(), server.app.live().fingerprint());
  const auto last = products_of(before).back();
  EXPECT_EQ(products_of(before).size(), 20U);
  const auto told = done(server.post(
      "/v1/events",
      fmt::format(R"({{"events":[{{"event_id":"e","user_id":"7","action":"basket_add",)"
                  R"("products":["{}"]}},{{"event_id":"e","user_id":"7","action":0}}]}})",
                  last)));
  EXPECT_EQ(json::serialize(told), R"({"statuses":["stored","repeated"]})");
  const auto after = done(server.post("/v1/recommendations", R"({"user_id":"7","k":5})"));
  EXPECT_EQ(after.at("fallback").as_string(), "none");
  EXPECT_EQ(products_of(after).front(), last);
  EXPECT_NE(after.at("recommendation_id"), before.at("recommendation_id"));
  const auto beside =
      done(server.post("/v1/recommendations", R"({"user_id":"7","k":5,"place":"basket"})"));
  EXPECT_NE(products_of(beside).front(), last);

  const auto timeline = done(server.get("/v1/users/7"));
  EXPECT_EQ(timeline.at("n_events").as_int64(), 1);
  EXPECT_EQ(timeline.at("events").at(0).at("product_id").as_string(), last);
  const auto erased = done(server.ask({.method = Method::kDelete, .target = "/v1/users/7"}));
  EXPECT_EQ(erased.at("n_erased").as_int64(), 1);
  EXPECT_EQ(done(server.get("/v1/users/7")).at("n_events").as_int64(), 0);
  EXPECT_EQ(products_of(done(server.post("/v1/recommendations", R"({"user_id":7,"k":20})"))),
            products_of(before));
}

TEST_F(RouterTest, AnswersAreTheSameToTheBitAfterARestart) {
  std::string told = R"({"events":[)";
  int n_told = 0;
  for (const auto& event : events()) {
    if (n_told > 0) told += ',';
    told += fmt::format(R"({{"user_id":"{}","action":{},"time":"{}")", event.user,
                        static_cast<int>(event.action), format_time(event.time));
    if (!event.item.empty()) told += fmt::format(R"(,"products":["{}"])", event.item);
    told += '}';
    if (++n_told == 1000) break;
  }
  told += "]}";
  const auto at = format_time(kLearned + 5 * kUsPerDay);
  const auto answer = [&](Server& server) {
    std::string text;
    for (const auto& event : events()) {
      for (const auto& product :
           server.app.live().recommend({.user_id = event.user, .at = at}).products) {
        text += fmt::format("{} {} ", product.product_id, product.score);
      }
    }
    return text;
  };
  std::string first;
  {
    Server server(scratch_.path());
    (void)done(server.post("/v1/events", told));
    EXPECT_GT(server.app.live().n_events(), 500U);
    first = answer(server);
  }
  Server again(scratch_.path());
  EXPECT_EQ(answer(again), first);
}

TEST_F(RouterTest, AnswersGivenWhileEventsComeAreThoseOfTheStoreAtTheirMoments) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 40;
  Server server(scratch_.path());
  const auto all = products_of(done(server.get("/v1/popular?k=20")));
  struct Served {
    std::string as_of;
    std::vector<std::string> products;
  };
  std::vector<std::vector<Served>> served(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t r = 0; r < kRounds; ++r) {
        // all threads tell of one customer
        (void)done(server.post(
            "/v1/events",
            fmt::format(R"({{"events":[{{"user_id":"u","action":"view","products":["{}"]}}]}})",
                        all[(5 * t + r) % all.size()])));
        const auto answer = done(server.post("/v1/recommendations", R"({"user_id":"u"})"));
        served[t].push_back({std::string(answer.at("as_of").as_string()), products_of(answer)});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& answers : served) {
    for (const auto& [as_of, products] : answers) {
      std::vector<std::string> again;
      for (const auto& product :
           server.app.live().recommend({.user_id = "u", .k = 10, .at = as_of}).products) {
        again.push_back(product.product_id);
      }
      EXPECT_EQ(again, products) << as_of;
    }
  }
}

TEST_F(RouterTest, FiltersAndExclusionsWorkBeforeTheCut) {
  Server server(scratch_.path());
  const auto all = products_of(done(server.get("/v1/popular?k=20")));
  ASSERT_EQ(all.size(), 20U);
  const auto some = products_of(done(server.post(
      "/v1/recommendations",
      fmt::format(R"({{"k":10,"exclude":{{"products":["{}","{}"]}}}})", all[0], all[3]))));
  EXPECT_EQ(some.size(), 10U);
  for (const auto& id : some) EXPECT_TRUE(id != all[0] && id != all[3]);
  const auto only = products_of(done(server.post(
      "/v1/recommendations",
      fmt::format(R"({{"k":10,"filter":{{"products":["{}","{}"]}}}})", all[5], all[2]))));
  EXPECT_EQ(std::set<std::string>(only.begin(), only.end()),
            (std::set<std::string>{all[2], all[5]}));
  const auto similar = done(server.get(fmt::format("/v1/products/{}/similar?k=7", all[0])));
  EXPECT_EQ(products_of(similar).size(), 7U);
  const auto unknown = done(server.get("/v1/products/never%20heard/similar?k=7"));
  EXPECT_EQ(products_of(unknown).size(), 7U);
  EXPECT_EQ(unknown.at("fallback").as_string(), "popular");
}

TEST_F(RouterTest, EveryFieldDoesSomethingAndOthersAreRefused) {
  Server server(scratch_.path());
  for (const auto& [body, detail] : std::vector<std::pair<std::string, std::string>>{
           {R"({"user":1})", "found the field 'user'"},
           {R"({"k":101})", "body.k: found 101"},
           {R"({"place":"moon"})", "expected one of home, product, category, basket, email"},
           {R"({"exclude":{"all":true}})", "body.exclude: found the field 'all'"},
           {R"({"filter":[]})", "body.filter: found a list"},
           {"[]", "body: found a list"}}) {
    expect_problem(server.post("/v1/recommendations", body), 422, detail);
  }
  for (const auto* body : {"", "{", R"({"k":01})", "{'k':1}", R"({"k":1}})", "\xff"}) {
    expect_problem(server.post("/v1/recommendations", body), 400, "body: is no JSON");
  }
  expect_problem(server.post("/v1/recommendations", std::string(17, '[') + std::string(17, ']')),
                 400, "is no JSON");
  const std::string event = R"({"user_id":"u","action":"view"})";
  std::string many = event;
  for (int e = 1; e < 1001; ++e) many += "," + event;
  for (const auto& [events, detail] : std::vector<std::pair<std::string, std::string>>{
           {"", "found 0 of them"},
           {many, "found 1001 of them"},
           {R"({"user_id":"u"})", "the field 'action' is missing"},
           {event + R"(,{"user_id":"u","action":"look"})", "event 1: action: found 'look'"},
           {R"({"action":"view"})", "event 0: visit_id: found ''"},
           {R"({"user_id":"u","action":"view","time":"soon"})", "event 0: time: found 'soon'"},
           {R"({"user_id":"u","action":"view","page":4294967296})", "page: found 4294967296"}}) {
    expect_problem(server.post("/v1/events", R"({"events":[)" + events + "]}"), 422, detail);
  }
  EXPECT_EQ(server.app.live().n_events(), 0U) << "all are stored, or none";
  expect_problem(server.get("/v1/popular?k=0"), 422, "query.k: found 0");
  expect_problem(server.get("/v1/popular?K=1"), 422, "query: found the field 'K'");
  const auto known = Recommender::load(folder() / "bundle").products().front();
  for (const auto& product : {known, std::string("never-heard")}) {
    expect_problem(server.get(fmt::format("/v1/products/{}/similar?by=nothing", product)), 422,
                   "by: found 'nothing'");
  }
}

TEST_F(RouterTest, OtherPathsMethodsAndTypesAreRefusedBeforeTheBodyIsRead) {
  Server server(scratch_.path());
  expect_problem(server.get("/v1"), 404, "found '/v1'");
  expect_problem(server.get("/v1/users/"), 404, "path");
  expect_problem(server.get("/v1/users/a/b"), 404, "path");
  expect_problem(server.get("/v1/users/%zz"), 400, "%");
  expect_problem(server.get("/metrics"), 404, "path");
  expect_problem(server.get("/v1/events"), 405, "expected POST");
  expect_problem(server.ask({.method = Method::kOther, .target = "/v1/users/1"}), 405,
                 "expected GET or DELETE");
  const auto refused = server.ask({.method = Method::kOther, .target = "/v1/users/1"});
  const std::pair<std::string_view, std::string> allow("Allow", "GET, DELETE");
  EXPECT_EQ(std::count(refused.headers.begin(), refused.headers.end(), allow), 1);
  expect_problem(server.ask({.method = Method::kPost, .target = "/v1/events", .body = "{}"}), 415,
                 "application/json");
  expect_problem(server.ask({.method = Method::kPost,
                             .target = "/v1/events",
                             .body = "{}",
                             .content_type = "application/json",
                             .content_encoding = "gzip"}),
                 415, "content-encoding: found 'gzip'");
  expect_problem(server.get("/v1/users/" + std::string(129, 'x')), 422, "129 bytes");
}

TEST_F(RouterTest, KeysOpenWhatTheyAreFor) {
  const auto file = scratch_.path() / "keys";
  write_file(file, fmt::format("{} recommend\n{} admin\n", sha256_text("r"), sha256_text("a")));
  Server server(scratch_.path() / "store", file);
  const auto with = [&](const std::string& authorization, const std::string& target) {
    return server.ask({.method = Method::kGet, .target = target, .authorization = authorization})
        .status;
  };
  EXPECT_EQ(with("", "/v1/popular"), 401);
  EXPECT_EQ(with("Bearer x", "/v1/popular"), 401);
  EXPECT_EQ(with("Basic r", "/v1/popular"), 401);
  EXPECT_EQ(with("Bearer r", "/v1/popular"), 200);
  EXPECT_EQ(with("bearer r", "/v1/popular"), 200) << "RFC 9110, 11.1";
  EXPECT_EQ(with("Bearer a", "/v1/popular"), 403);
  EXPECT_EQ(with("Bearer r", "/v1/users/1"), 403);
  EXPECT_EQ(with("Bearer a", "/v1/users/1"), 200);
  EXPECT_EQ(with("", "/healthz"), 200);
  EXPECT_EQ(server.ask({.method = Method::kGet, .target = "/v1/popular", .api_key = "r"}).status,
            200);
}

TEST_F(RouterTest, ABrokenBundleIsRefusedAndTheOldOneStays) {
  Server server(scratch_.path() / "store");
  const auto bundle = server.app.live().fingerprint();
  const auto swap = [&](const std::filesystem::path& path) {
    return server.post("/admin/v1/bundle", fmt::format(R"({{"bundle":"{}"}})", path.string()),
                       Door::kAdmin);
  };
  expect_problem(swap(scratch_.path() / "nowhere"), 422, "no such file");
  const auto broken = scratch_.path() / "broken";
  std::filesystem::copy(folder() / "bundle", broken);
  auto models = read_file(broken / "models.vtr");
  ++models[models.size() / 2];
  write_file(broken / "models.vtr", models);
  expect_problem(swap(broken), 409, "models.vtr");
  EXPECT_EQ(swap(folder() / std::string(300, 'x')).status, 422) << "a name that is too long";
  EXPECT_EQ(server.app.live().fingerprint(), bundle);
  EXPECT_EQ(done(swap(folder() / "bundle")).at("bundle").as_string(), bundle);
  EXPECT_EQ(done(server.post("/admin/v1/bundle", "{}", Door::kAdmin)).at("bundle").as_string(),
            bundle);
  const auto metrics = server.get("/metrics", Door::kAdmin).body;
  EXPECT_NE(metrics.find("vitrina_model_reload_total{result=\"refused\"} 3"), std::string::npos);
  EXPECT_NE(metrics.find("vitrina_model_reload_total{result=\"done\"} 2"), std::string::npos);
}

TEST_F(RouterTest, CountsWhoWasAskedForAndIsNotKnown) {
  Server server(scratch_.path());
  const auto counts = [&](const std::string& row) {
    return server.get("/metrics", Door::kAdmin).body.find(row + "\n") != std::string::npos;
  };
  EXPECT_EQ(done(server.get("/v1/popular")).at("fallback").as_string(), "popular");
  EXPECT_EQ(done(server.get("/v1/products/x/similar")).at("fallback").as_string(), "popular");
  EXPECT_FALSE(counts("vitrina_fallback_total{reason=\"popular\"} 2")) << "nobody was asked for";
  (void)done(server.post("/v1/recommendations", R"({"user_id":"u"})"));
  EXPECT_TRUE(counts("vitrina_fallback_total{reason=\"popular\"} 1"));
}

TEST_F(RouterTest, CountsWhatNoRouteHasSeen) {
  Server server(scratch_.path());
  server.shop.on_refused(503);
  const auto refused = server.shop.admit(
      {.method = Method::kPost, .target = "/v1/events", .content_type = "text/plain"});
  EXPECT_EQ(refused.refusal.status, 415);
  const auto metrics = server.get("/metrics", Door::kAdmin).body;
  const auto has = [&](const std::string& row) {
    return metrics.find(row + "\n") != std::string::npos;
  };
  EXPECT_TRUE(has("vitrina_http_requests_total{route=\"none\",status=\"503\"} 1")) << metrics;
  EXPECT_TRUE(has("vitrina_http_requests_total{route=\"postEvents\",status=\"415\"} 1")) << metrics;
  EXPECT_EQ(metrics.find("seconds_count{route=\"postEvents\"}"), std::string::npos)
      << "what no route was asked took no time of it";
}

TEST_F(RouterTest, RefusesAtOnceWhatItHasNoTimeFor) {
  Server server(scratch_.path());
  bool is_overloaded = true;
  server.app.is_overloaded = [&] { return is_overloaded; };
  const std::string event = R"({"events":[{"user_id":"u","action":"visit"}]})";
  for (const auto& refused :
       {server.post("/v1/recommendations", "{}"), server.post("/v1/events", event),
        server.get("/v1/popular"), server.get("/v1/products/1/similar")}) {
    expect_problem(refused, 503, "too much to do");
    EXPECT_EQ(refused.headers.front().first, "Retry-After");
  }
  for (const auto* looked_after : {"/healthz", "/readyz", "/openapi.json", "/v1/users/u"}) {
    EXPECT_EQ(server.get(looked_after).status, 200) << looked_after;
  }
  const auto metrics = server.get("/metrics", Door::kAdmin).body;
  EXPECT_NE(metrics.find("{route=\"postEvents\",status=\"503\"} 1"), std::string::npos) << metrics;
  is_overloaded = false;
  (void)done(server.post("/v1/events", event));
}

TEST_F(RouterTest, TakesNoMoreEventsWhileTooManyRequestsWait) {
  Server server(scratch_.path());
  const std::string event = R"({"events":[{"user_id":"u","action":"visit"}]})";
  for (std::size_t i = 0; i < server.app.options().max_unanswered; ++i) server.app.begin_request();
  expect_problem(server.post("/v1/events", event), 503, "wait for the disk");
  expect_problem(server.post("/v1/users/u/link", R"({"visit_id":"v"})"), 503, "send again");
  (void)done(server.post("/v1/recommendations", R"({"user_id":"u"})"));
  server.app.end_request();
  (void)done(server.post("/v1/events", event));
  (void)done(server.post("/v1/events", event));
}

TEST_F(RouterTest, CountsNoCommitOfWhatIsThereAlready) {
  Server server(scratch_.path());
  const std::string event =
      R"({"events":[{"event_id":"1","user_id":"u","action":"view","products":["p"]}]})";
  for (int i = 0; i < 3; ++i) (void)done(server.post("/v1/events", event));
  EXPECT_NE(
      server.get("/metrics", Door::kAdmin).body.find("vitrina_event_commit_seconds_count 1\n"),
      std::string::npos);
}

TEST_F(RouterTest, IsNotReadyWhileItStops) {
  Server server(scratch_.path());
  EXPECT_EQ(server.get("/readyz").status, 200);
  server.app.begin_to_drain();
  const auto response = server.get("/readyz");
  expect_problem(response, 503, "is stopping");
  ASSERT_FALSE(response.headers.empty());
  EXPECT_EQ(response.headers.front().first, "Retry-After");
  EXPECT_EQ(server.get("/healthz").status, 200);
}

TEST_F(RouterTest, AnswersAreOfTheShapesThatOpenapiTells) {
  Server server(scratch_.path());
  (void)done(server.post("/v1/events",
                         R"({"events":[{"user_id":"1","action":"view","products":["p"],"page":3,)"
                         R"("device":"d"}]})"));
  std::set<std::string_view> asked;
  for (const auto door : {Door::kShop, Door::kAdmin}) {
    const auto document = done(server.get("/openapi.json", door));
    EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
    for (const auto& route : routes()) {
      if (route.door != door) continue;
      EXPECT_TRUE(document.at("paths").as_object().contains(route.path)) << route.path;
      if (route.answer == nullptr) continue;
      auto target = std::string(route.path);
      if (const auto id = target.find("{id}"); id != std::string::npos) target.replace(id, 4, "1");
      static const std::map<std::string_view, std::string> kBodies{
          {"postEvents", R"({"events":[{"visit_id":"v","action":"visit"}]})"},
          {"putProducts", R"({"products":[{"product_id":"1","price":2}]})"},
          {"linkUser", R"({"visit_id":"v"})"}};
      const auto found = kBodies.find(route.name);
      const auto body = found == kBodies.end() ? "{}" : found->second;
      const auto answer = done(server.ask({.method = route.method,
                                           .target = target,
                                           .body = route.body == nullptr ? "" : body,
                                           .content_type = "application/json"},
                                          door));
      EXPECT_NO_THROW(check(answer, *route.answer)) << route.name;
      EXPECT_TRUE(asked.insert(route.name).second) << "names are told once";
    }
  }
  EXPECT_GE(asked.size(), 9U);
}

TEST_F(RouterTest, ALogFromBeforeDoesNotBringBackWhoWasForgotten) {
  const auto log = scratch_.path() / "log";
  write_file(log / "train_actions.csv", test::log_csv(events()));
  const auto& user = events().front().user;
  const AppOptions options{
      .bundle = folder() / "bundle", .store = scratch_.path() / "store", .data = log};
  std::size_t n_events = 0;
  {
    App app(options);
    EXPECT_FALSE(app.live().events_of(user).empty());
    n_events = app.live().n_events();
    Router router(app, Door::kShop);
    std::promise<Response> told;
    router.handle({.method = Method::kDelete, .target = "/v1/users/" + user},
                  [&](Response response) { told.set_value(std::move(response)); });
    EXPECT_EQ(told.get_future().get().status, 200);
  }
  App app(options);
  EXPECT_TRUE(app.live().events_of(user).empty());
  EXPECT_LT(app.live().n_events(), n_events);
}

}  // namespace
}  // namespace vitrina::server
