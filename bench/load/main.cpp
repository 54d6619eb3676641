// Offers a load to a running `vitrina serve` and says what became of it. The answers to questions
// are checked: a sample of them is asked again of the library, by the same bundle and log, at the
// moments that they name.
//
//     vitrina serve --bundle bundle/ --store store/ --data shop/ &
//     vitrina_load --kind recommend --bundle bundle/ --data shop/ --users ids.txt --rate 5000

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/load/open_loop.hpp"
#include "vitrina/live.hpp"
#include "vitrina/recommender.hpp"

namespace vitrina::bench {
namespace {

struct Options {
  OpenLoop load = {.port = 8000};
  std::string kind = "recommend";
  int k = 10;
  int batch = 1;
  std::string users;
  std::string bundle;
  std::string data;
  bool explain = false;
  bool is_floor = false;
};

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (lines.empty()) throw std::runtime_error(fmt::format("--users: {} has no ids", path));
  return lines;
}

std::string post(std::string_view target, const std::string& body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: load\r\nContent-Type: application/json\r\nContent-Length: "
      "{}\r\n\r\n{}",
      target, body.size(), body);
}

/// Another customer each time, in an order without a pattern.
const std::string& user_of(const std::vector<std::string>& users, std::size_t number) {
  constexpr std::size_t kStride = 7919;
  return users[number * kStride % users.size()];
}

std::string events_request(const Options& options, const std::vector<std::string>& users,
                           std::uint64_t run, std::size_t number) {
  nlohmann::json events = nlohmann::json::array();
  for (int e = 0; e < options.batch; ++e) {
    const auto n = number * static_cast<std::size_t>(options.batch) + static_cast<std::size_t>(e);
    events.push_back({{"event_id", fmt::format("{}-{}", run, n)},
                      {"user_id", user_of(users, n)},
                      {"action", "view"},
                      {"products", {fmt::to_string(n % 997)}}});
  }
  return post("/v1/events", nlohmann::json{{"events", std::move(events)}}.dump());
}

std::string get(std::string_view target) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: load\r\n\r\n", target);
}

bool is_equal(const nlohmann::json& served, const LiveReason& expected) {
  return served.at("feature") == expected.feature &&
         served.at("contribution") == expected.contribution;
}

bool is_equal(const nlohmann::json& served, const LiveProduct& expected);

template <typename T>
bool are_equal(const nlohmann::json& served, const std::vector<T>& expected) {
  return std::equal(served.begin(), served.end(), expected.begin(), expected.end(),
                    [](const auto& a, const auto& b) { return is_equal(a, b); });
}

bool is_equal(const nlohmann::json& served, const LiveReasons& expected) {
  return served.at("logit") == expected.logit && served.at("base") == expected.base &&
         served.at("other") == expected.other &&
         are_equal(served.at("features"), expected.features);
}

bool is_equal(const nlohmann::json& served, const LiveProduct& expected) {
  const bool has_reasons = served.contains("reasons");
  return served.at("product_id") == expected.product_id && served.at("score") == expected.score &&
         has_reasons == expected.reasons.has_value() &&
         (!has_reasons || is_equal(served.at("reasons"), *expected.reasons));
}

/// How many of the answers kept are not what the library answers.
std::size_t count_wrong(const Options& options, const std::vector<std::string>& ids,
                        const std::vector<Sample>& samples) {
  auto live = Live::open(options.bundle);
  if (!options.data.empty()) live.add_log(options.data);
  std::size_t n_wrong = 0;
  for (const auto& sample : samples) {
    const auto served = nlohmann::json::parse(sample.body);
    LiveQuery query{
        .k = options.k, .at = served.at("as_of").get<std::string>(), .explain = options.explain};
    const auto& id = user_of(ids, sample.number);
    options.kind == "similar" ? query.beside = id : query.user_id = id;
    const auto expected = live.recommend(query);
    if (!are_equal(served.at("products"), expected.products)) ++n_wrong;
  }
  return n_wrong;
}

std::size_t count_unstored(const Options& options, const std::vector<Sample>& samples) {
  const std::vector<std::string> expected(static_cast<std::size_t>(options.batch), "stored");
  std::size_t n_wrong = 0;
  for (const auto& sample : samples) {
    if (nlohmann::json::parse(sample.body).at("statuses") != expected) ++n_wrong;
  }
  return n_wrong;
}

std::size_t mean_size(const std::vector<Sample>& samples) {
  std::size_t sum = 0;
  for (const auto& sample : samples) sum += sample.body.size();
  return samples.empty() ? 0 : sum / samples.size();
}

int measure(Options options) {
  const bool is_similar = options.kind == "similar";
  const auto users =
      is_similar ? Recommender::load(options.bundle).products() : read_lines(options.users);
  const bool is_events = options.kind == "events";
  const auto run_id =
      static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  options.load.request = [&](std::size_t number) {
    if (is_events) return events_request(options, users, run_id, number);
    if (is_similar) {
      return get(fmt::format("/v1/products/{}/similar?k={}", user_of(users, number), options.k));
    }
    nlohmann::json question{{"user_id", user_of(users, number)}, {"k", options.k}};
    if (options.explain) question["explain"] = true;
    return post("/v1/recommendations", question.dump());
  };
  const auto outcome = run(options.load);
  const auto n_wrong = options.is_floor ? 0
                       : is_events      ? count_unstored(options, outcome.samples)
                                        : count_wrong(options, users, outcome.samples);
  const nlohmann::ordered_json json{{"kind", options.kind},
                                    {"offered_per_second", options.load.per_second},
                                    {"connections", options.load.connections},
                                    {"batch", options.batch},
                                    {"answers", outcome.latencies.size()},
                                    {"failed", outcome.n_failed},
                                    {"unanswered", outcome.n_unsent},
                                    {"checked", outcome.samples.size()},
                                    {"wrong", n_wrong},
                                    {"answer_bytes", mean_size(outcome.samples)},
                                    {"p50_ms", 1e3 * outcome.percentile(.5)},
                                    {"p90_ms", 1e3 * outcome.percentile(.9)},
                                    {"p99_ms", 1e3 * outcome.percentile(.99)},
                                    {"max_ms", 1e3 * outcome.percentile(1)}};
  std::cout << json.dump(2) << '\n';
  if (outcome.n_failed > 0) {
    std::cerr << fmt::format("vitrina_load: in the place of an answer came '{}'\n",
                             outcome.first_failure);
  }
  return outcome.n_failed + outcome.n_unsent + n_wrong == 0 && !outcome.samples.empty() ? 0 : 1;
}

int parse_and_measure(int argc, char** argv) {
  Options options;
  CLI::App app("Offers a load to a server and checks a sample of its answers");
  app.add_option("--kind", options.kind)->check(CLI::IsMember({"recommend", "similar", "events"}));
  app.add_option("--port", options.load.port);
  app.add_option("--rate", options.load.per_second, "requests due a second");
  app.add_option("--seconds", options.load.seconds);
  app.add_option("--connections", options.load.connections);
  app.add_option("--k", options.k, "products a question");
  app.add_option("--batch", options.batch, "events a request")->check(CLI::Range(1, 1000));
  app.add_option("--users", options.users, "file of ids, one a line; not of similar");
  app.add_flag("--explain", options.explain, "ask, of each recommendation, why");
  app.add_flag("--floor", options.is_floor, "it is vitrina_floor that answers: check nothing");
  app.add_option("--bundle", options.bundle, "the server's, to check by")->required();
  app.add_option("--data", options.data, "the server's log from before");
  CLI11_PARSE(app, argc, argv);
  return measure(std::move(options));
}

}  // namespace
}  // namespace vitrina::bench

int main(int argc, char** argv) {
  try {
    return vitrina::bench::parse_and_measure(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vitrina_load: error: %s\n", error.what());
    return 1;
  }
}
