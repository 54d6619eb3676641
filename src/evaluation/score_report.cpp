#include "evaluation/score_report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace vitrina::evaluation {
namespace {

using metrics::Counts;
using metrics::Difference;
using metrics::Interval;
using metrics::PerReading;
using metrics::Readings;
using Json = nlohmann::ordered_json;

struct Line {
  std::string_view key;
  std::string_view title;
  double PerReading<double>::* value;
  Interval PerReading<Interval>::* interval;
  Difference PerReading<Difference>::* difference;
};

constexpr std::array<Line, 4> kLines{{
    {"a", "A  recall, all buyers", &PerReading<double>::a, &PerReading<Interval>::a,
     &PerReading<Difference>::a},
    {"b", "B  recall, buyers among the sent", &PerReading<double>::b, &PerReading<Interval>::b,
     &PerReading<Difference>::b},
    {"c", "C  recall, buyers with a hit", &PerReading<double>::c, &PerReading<Interval>::c,
     &PerReading<Difference>::c},
    {"precision", "precision: sent who bought", &PerReading<double>::precision,
     &PerReading<Interval>::precision, &PerReading<Difference>::precision},
}};

struct CountLine {
  std::string_view key;
  std::string_view title;
  std::uint64_t Counts::* value;
};

constexpr std::array<CountLine, 6> kCountLines{{
    {"buyers", "buyers", &Counts::buyers},
    {"sent", "sent", &Counts::sent},
    {"buyers_sent", "buyers sent", &Counts::buyers_sent},
    {"buyers_hit", "buyers with a hit", &Counts::buyers_hit},
    {"bought", "products bought", &Counts::bought},
    {"hits", "of them sent", &Counts::hits},
}};

/// Four digits after the point, or a dash where there is no value.
std::string number(double value, bool with_sign = false) {
  if (std::isnan(value)) return "-";
  return with_sign ? fmt::format("{:+.4f}", value) : fmt::format("{:.4f}", value);
}

std::string interval_text(const Interval& interval, bool with_sign = false) {
  if (std::isnan(interval.low)) return "-";
  return number(interval.low, with_sign) + " to " + number(interval.high, with_sign);
}

std::string percent(double share) { return fmt::format("{:g}%", share * 100.0); }

std::string answer_text(const AnswerScore& score, double level) {
  std::string text = fmt::format("  {:<34}{:>8}   {} interval\n", "", "value", percent(level));
  for (const Line& line : kLines) {
    text += fmt::format("  {:<34}{:>8}   {}\n", line.title, number(score.pooled.value.*line.value),
                        interval_text(score.intervals.*line.interval));
  }
  std::string_view separator = "  ";
  for (const CountLine& line : kCountLines) {
    text += fmt::format("{}{} {}", separator, line.title, score.pooled.counts.*line.value);
    separator = ", ";
  }
  return text + "\n";
}

std::string by_window_text(const std::vector<Window>& windows, const Scores& scores) {
  if (windows.size() < 2) return {};
  std::string text = "reading A by window\n";
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const Readings& first = scores.first.by_window[w];
    text += fmt::format("  {} to {}  {}", format_time(windows[w].from), format_time(windows[w].to),
                        number(first.value.a));
    if (scores.second) {
      text += fmt::format(" against {}", number(scores.second->by_window[w].value.a));
    }
    text += fmt::format("  ({} buyers)\n", first.counts.buyers);
  }
  return text;
}

std::string difference_text(const PerReading<Difference>& difference, double level) {
  std::string text = "difference, first minus second, on the same users\n";
  text +=
      fmt::format("  {:<34}{:>8}   {} interval       draws above 0\n", "", "value", percent(level));
  for (const Line& line : kLines) {
    const Difference& value = difference.*line.difference;
    text += fmt::format(
        "  {:<34}{:>8}   {:<18}   {}\n", line.title, number(value.value, true),
        interval_text(value.interval, true),
        std::isnan(value.share_above) ? "-" : fmt::format("{:.1f}%", 100.0 * value.share_above));
  }
  return text;
}

const Predictions& answer_of(const Window& window, bool is_second) {
  return is_second ? *window.second : window.first;
}

std::string paths(const std::vector<Window>& windows, bool of_second) {
  std::string text;
  for (const Window& window : windows) {
    text += (text.empty() ? "" : ", ") + answer_of(window, of_second).path;
  }
  return text;
}

/// When the answers were made, or that nothing says so.
std::string moments_text(const std::vector<Window>& windows, bool of_second) {
  std::string moments;
  const Predictions* unknown = nullptr;
  for (const Window& window : windows) {
    const Predictions& answer = answer_of(window, of_second);
    if (!answer.origin && unknown == nullptr) unknown = &answer;
    moments += (moments.empty() ? "" : ", ") +
               (answer.origin ? format_time(answer.origin->as_of) : "unknown");
  }
  std::string text;
  if (unknown == nullptr || windows.size() > 1) text = fmt::format("  as of {}\n", moments);
  if (unknown != nullptr) {
    text += fmt::format(
        "  moment unknown: nothing beside {} says when it was made; if that was later than the "
        "window's start, it has seen what it is scored on\n",
        unknown->path);
  }
  return text;
}

Json counts_json(const Counts& counts) {
  Json json;
  for (const CountLine& line : kCountLines) json[line.key] = counts.*line.value;
  return json;
}

Json values_json(const PerReading<double>& values) {
  Json json;
  for (const Line& line : kLines) json[line.key] = values.*line.value;
  return json;
}

}  // namespace

Json answer_json(const AnswerScore& score) {
  Json json;
  for (const Line& line : kLines) {
    const Interval& interval = score.intervals.*line.interval;
    json["readings"][line.key] = {
        {"value", score.pooled.value.*line.value}, {"low", interval.low}, {"high", interval.high}};
  }
  json["counts"] = counts_json(score.pooled.counts);
  json["recall_by_k"] = score.recall_by_k;
  return json;
}

Json difference_json(const PerReading<Difference>& differences) {
  Json json;
  for (const Line& line : kLines) {
    const Difference& difference = differences.*line.difference;
    json[line.key] = {{"value", difference.value},
                      {"low", difference.interval.low},
                      {"high", difference.interval.high},
                      {"share_above", difference.share_above}};
  }
  return json;
}

namespace {

/// Null where it is not known.
Json origin_json(const Predictions& answer) {
  if (!answer.origin) return nullptr;
  return {{"as_of", format_time(answer.origin->as_of)},
          {"learned_until", format_time(answer.origin->learned_until)},
          {"bundle", answer.origin->bundle}};
}

Json window_json(const Window& window, const Scores& scores, std::size_t w) {
  const Readings& first = scores.first.by_window[w];
  Json json{{"from", format_time(window.from)},     {"to", format_time(window.to)},
            {"predictions", window.first.path},     {"origin", origin_json(window.first)},
            {"readings", values_json(first.value)}, {"counts", counts_json(first.counts)}};
  if (!scores.second) return json;
  const Readings& second = scores.second->by_window[w];
  json["versus"] = {{"predictions", window.second->path},
                    {"origin", origin_json(*window.second)},
                    {"readings", values_json(second.value)},
                    {"counts", counts_json(second.counts)}};
  return json;
}

}  // namespace

std::string table_text(const std::vector<Window>& windows, const Scores& scores,
                       const ScoringConfig& config) {
  const double level = config.bootstrap.level;
  std::string text;
  if (windows.size() == 1) {
    text += fmt::format("bought from {} to {}, first {} products of each list\n",
                        format_time(windows[0].from), format_time(windows[0].to), config.k);
  } else {
    text += fmt::format(
        "{} windows pooled (mean over buyer x window), first {} products of each "
        "list\n",
        windows.size(), config.k);
  }
  text += paths(windows, false) + "\n" + moments_text(windows, false) +
          answer_text(scores.first, level);
  if (scores.second) {
    text += paths(windows, true) + "\n" + moments_text(windows, true) +
            answer_text(*scores.second, level);
    text += difference_text(*scores.difference, level);
  }
  return text + by_window_text(windows, scores);
}

Json to_json(const std::vector<Window>& windows, const Scores& scores,
             const ScoringConfig& config) {
  Json json{{"k", config.k},
            {"draws", config.bootstrap.n_draws},
            {"seed", config.bootstrap.seed},
            {"level", config.bootstrap.level}};
  json.update(answer_json(scores.first));
  json["windows"] = Json::array();
  for (std::size_t w = 0; w < windows.size(); ++w) {
    json["windows"].push_back(window_json(windows[w], scores, w));
  }
  if (!scores.second) return json;
  json["versus"] = answer_json(*scores.second);
  json["versus"]["difference"] = difference_json(*scores.difference);
  return json;
}

}  // namespace vitrina::evaluation
