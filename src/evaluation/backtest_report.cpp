#include "evaluation/backtest_report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

#include "core/time.hpp"
#include "evaluation/score_report.hpp"

namespace vitrina::evaluation {
namespace {

using metrics::Difference;
using metrics::Interval;
using metrics::PerReading;
using Json = nlohmann::ordered_json;

constexpr std::string_view kEngine = "vitrina";
constexpr std::array kReadings{&PerReading<double>::a, &PerReading<double>::b,
                               &PerReading<double>::c};
constexpr std::array kIntervals{&PerReading<Interval>::a, &PerReading<Interval>::b,
                                &PerReading<Interval>::c};
constexpr std::array kDifferences{&PerReading<Difference>::a, &PerReading<Difference>::b,
                                  &PerReading<Difference>::c};

std::string cell(double value, const Interval& interval, bool is_signed) {
  const auto number = [&](double x) {
    return is_signed ? fmt::format("{:+.4f}", x) : fmt::format("{:.4f}", x);
  };
  if (std::isnan(value)) return "-";
  if (std::isnan(interval.low)) return number(value);
  return fmt::format("{} [{}, {}]", number(value), number(interval.low), number(interval.high));
}

std::string ratio(double expected, double came) {
  return came > 0 ? fmt::format("{:.2f}", expected / came) : "-";
}

std::string line(std::string_view name, const std::array<std::string, 3>& cells) {
  return fmt::format("  {:<14}{:<28}{:<28}{}\n", name, cells[0], cells[1], cells[2]);
}

std::string score_line(std::string_view name, const AnswerScore& score) {
  std::array<std::string, 3> cells;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = cell(score.pooled.value.*kReadings[i], score.intervals.*kIntervals[i], false);
  }
  return line(name, cells);
}

std::string ahead_line(const RuleScore& rule) {
  std::array<std::string, 3> cells;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Difference& ahead = rule.ahead.*kDifferences[i];
    cells[i] = cell(ahead.value, ahead.interval, true);
  }
  return line(rule.name, cells);
}

std::string judgement_text(const Judgement& judgement) {
  auto text = score_line(kEngine, judgement.engine);
  for (const auto& rule : judgement.rules) text += score_line(rule.name, rule.score);
  return text;
}

/// The sum of recalls that an answer came to.
double reached_recall(const AnswerScore& score) {
  const auto& pooled = score.pooled;
  return pooled.counts.buyers == 0 ? 0 : pooled.value.a * static_cast<double>(pooled.counts.buyers);
}

/// The day of a cut, with the time where it is not midnight.
std::string cut_text(TimeUs cut) {
  return format_time(cut).substr(0, cut % kUsPerDay == 0 ? 10 : 16);
}

/// What was said beforehand against what came, a line a cut.
std::string expected_text(const Backtest& found) {
  std::string text = fmt::format(
      "expected of the named against what came\n  {:<18}{:>8}{:>8}{:>8}"
      "{:>12}{:>10}{:>8}\n",
      "cut", "buyers", "came", "ratio", "recall sum", "reached", "ratio");
  for (std::size_t w = 0; w < found.windows.size(); ++w) {
    const auto& expected = found.expected[w];
    const auto& score = found.by_window[w].engine;
    const auto came = static_cast<double>(score.pooled.counts.buyers_sent);
    const double reached = reached_recall(score);
    text += fmt::format("  {:<18}{:>8.0f}{:>8.0f}{:>8}{:>12.1f}{:>10.1f}{:>8}{}\n",
                        cut_text(found.windows[w].from), expected.buyers, came,
                        ratio(expected.buyers, came), expected.recall, reached,
                        ratio(expected.recall, reached),
                        expected.is_calibrated ? "" : "  not calibrated: the log was too short");
  }
  return text;
}

Json expected_json(const Expected& expected, const AnswerScore& score) {
  return {{"buyers", expected.buyers},
          {"buyers_came", score.pooled.counts.buyers_sent},
          {"recall_sum", expected.recall},
          {"recall_sum_reached", reached_recall(score)},
          {"is_calibrated", expected.is_calibrated}};
}

Json judgement_json(const Judgement& judgement) {
  auto json = answer_json(judgement.engine);
  for (const auto& rule : judgement.rules) {
    auto& entry = json["rules"][rule.name];
    entry = answer_json(rule.score);
    entry["difference"] = difference_json(rule.ahead);
  }
  return json;
}

}  // namespace

std::string table_text(const Backtest& found) {
  const auto n_cuts = found.windows.size();
  std::string text = fmt::format(
      "{}: {} cut{}, purchases of the {:g} days after each; {} customers at most, first {} "
      "products "
      "of each list\n",
      found.data, n_cuts, n_cuts == 1 ? "" : "s", found.horizon_days, found.max_users,
      found.config.k);
  text += fmt::format("all cuts, {} buyers (mean over buyer x cut), {:g}% intervals\n",
                      found.pooled.engine.pooled.counts.buyers, found.config.bootstrap.level * 100);
  text += line("", {"A recall, all buyers", "B buyers among the sent", "C buyers with a hit"});
  text += judgement_text(found.pooled);
  text += fmt::format("{} ahead of, on the same customers\n", kEngine);
  for (const auto& rule : found.pooled.rules) text += ahead_line(rule);
  text += expected_text(found);
  if (n_cuts < 2) return text;
  for (std::size_t w = 0; w < n_cuts; ++w) {
    text += fmt::format("cut {}, {} buyers\n", format_time(found.windows[w].from),
                        found.by_window[w].engine.pooled.counts.buyers);
    text += judgement_text(found.by_window[w]);
  }
  return text;
}

Json to_json(const Backtest& found) {
  Json json{{"data", found.data},
            {"horizon_days", found.horizon_days},
            {"max_users", found.max_users},
            {"k", found.config.k},
            {"draws", found.config.bootstrap.n_draws},
            {"seed", found.config.bootstrap.seed},
            {"level", found.config.bootstrap.level}};
  json.update(judgement_json(found.pooled));
  json["windows"] = Json::array();
  for (std::size_t w = 0; w < found.windows.size(); ++w) {
    Json window{{"from", format_time(found.windows[w].from)},
                {"to", format_time(found.windows[w].to)},
                {"predictions", found.windows[w].first.path}};
    window["expected"] = expected_json(found.expected[w], found.by_window[w].engine);
    window.update(judgement_json(found.by_window[w]));
    json["windows"].push_back(std::move(window));
  }
  return json;
}

}  // namespace vitrina::evaluation
