#include "tools/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "io/buyers_csv.hpp"
#include "metrics/bootstrap.hpp"
#include "metrics/recall.hpp"

namespace vitrina::tools {
namespace {

using Json = nlohmann::ordered_json;

struct CompareConfig {
  int draws = 2000;

  void visit(ConfigVisitor& v) {
    v.field("draws", draws, {1, 1e6}, "bootstrap draws behind the interval");
  }
};

/// The buyers of a file in the order of their ids.
std::vector<io::BuyerRow> read_sorted(const std::string& path) {
  auto rows = io::read_buyers(path);
  std::sort(rows.begin(), rows.end(),
            [](const auto& one, const auto& other) { return one.user_id < other.user_id; });
  const auto twice = std::adjacent_find(
      rows.begin(), rows.end(),
      [](const auto& one, const auto& other) { return one.user_id == other.user_id; });
  if (twice != rows.end()) {
    throw Error(ErrorCode::kBadData, fmt::format("{}: user '{}' stands twice, expected each once",
                                                 path, printable(twice->user_id)));
  }
  return rows;
}

/// Throws Error(kBadData) when the files are not about the same purchases.
void check_same_buyers(const std::vector<io::BuyerRow>& first,
                       const std::vector<io::BuyerRow>& second, std::string_view first_path,
                       std::string_view second_path) {
  const bool is_same =
      std::equal(first.begin(), first.end(), second.begin(), second.end(),
                 [](const io::BuyerRow& one, const io::BuyerRow& other) {
                   return one.user_id == other.user_id && one.n_bought == other.n_bought;
                 });
  if (is_same) return;
  throw Error(ErrorCode::kBadData,
              fmt::format("{} and {}: the buyers or the numbers of products they bought differ; "
                          "compare results of the same valid fold",
                          first_path, second_path));
}

std::vector<metrics::UserResult> results_of(const std::vector<io::BuyerRow>& rows) {
  std::vector<metrics::UserResult> results;
  results.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    results.push_back({.user = UserIdx(row),
                       .n_bought = rows[row].n_bought,
                       .n_hits = rows[row].n_hits,
                       .sent = rows[row].sent});
  }
  return results;
}

std::string_view verdict(const metrics::Difference& difference) {
  if (!difference.is_beyond_interval()) return "within the interval: no difference shown";
  return difference.value > 0 ? "the first is better, beyond the interval"
                              : "the second is better, beyond the interval";
}

void run(const command::Context& context) {
  const auto first_path = context.option("first").value();
  const auto second_path = context.option("second").value();
  const auto first = read_sorted(first_path);
  const auto second = read_sorted(second_path);
  check_same_buyers(first, second, first_path, second_path);
  if (first.empty()) {
    throw Error(ErrorCode::kBadData,
                fmt::format("{}: no buyers, so there is nothing to compare", first_path));
  }
  const metrics::BootstrapConfig bootstrap{
      read_section<CompareConfig>(context.params, "compare_buyers").draws, context.seed, 0.95,
      context.threads};
  const auto first_results = results_of(first);
  const auto second_results = results_of(second);
  const auto difference = metrics::compare(first_results, second_results, bootstrap).a;
  const double first_recall = metrics::readings(first_results).value.a;
  const double second_recall = metrics::readings(second_results).value.a;
  if (const auto path = context.option("json")) {
    const Json json{{"buyers", first.size()},
                    {"first_recall_a", first_recall},
                    {"second_recall_a", second_recall},
                    {"difference", difference.value},
                    {"difference_low", difference.interval.low},
                    {"difference_high", difference.interval.high},
                    {"is_beyond_interval", difference.is_beyond_interval()}};
    write_file(*path, json.dump(2) + "\n");
  }
  *context.out << fmt::format(
      "reading A {:.4f} and {:.4f} over {} buyers, difference {:+.4f} "
      "[{:+.4f}, {:+.4f}]: {}\n",
      first_recall, second_recall, first.size(), difference.value, difference.interval.low,
      difference.interval.high, verdict(difference));
}

}  // namespace

command::Command compare_buyers_command() {
  return {.name = "compare-buyers",
          .summary = "compares two rankers buyer by buyer: the paired difference of reading A",
          .inputs = {{"{first}", "what became of every buyer (reports/valid_buyers.csv)"},
                     {"{second}", "the same buyers with another ranker"}},
          .outputs = {{"{json}", "the difference with all digits", true}},
          .sections = {{"compare_buyers", describe<CompareConfig>()}},
          .options = {{"--first", "FILE", "buyers of the ranker that should be better", true},
                      {"--second", "FILE", "buyers of the ranker it is compared with", true},
                      {"--draws", "N", "bootstrap draws behind the interval", false,
                       "compare_buyers.draws"},
                      {"--json", "FILE", "write the difference there as JSON too"}},
          .example = "vitrina compare-buyers --first new.csv --second reports/valid_buyers.csv",
          .run = run,
          .is_pipeline = false};
}

}  // namespace vitrina::tools
