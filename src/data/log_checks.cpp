#include "data/log_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/action.hpp"
#include "core/error.hpp"

namespace vitrina {
namespace {

/// Rows of unknown action are told when they are more than this share of all rows, or of the
/// orders: orders are few, and half of them may be hidden behind a second code.
constexpr double kNoticeableOfRows = 0.001;
constexpr double kNoticeableOfOrders = 0.1;

constexpr std::string_view kHowToMap =
    "say what they mean under `actions:` of a schema, for example `buy: order`, and give it by "
    "--schema; docs/data.md has the codes";

std::string counts_by_action(const RawLog& raw) {
  std::array<std::uint64_t, kActionCount> counts{};
  for (const auto action : raw.action) ++counts[action];
  std::string text;
  for (std::size_t a = 0; a < kActionCount; ++a) {
    if (counts[a] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kActionTraits[a].name, counts[a]);
  }
  return text.empty() ? "no event" : text;
}

std::uint64_t count_orders(const RawLog& raw) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < raw.action.size(); ++i) {
    n += raw.action[i] == code(Action::kOrder) && raw.item[i] != kNoCode ? 1U : 0U;
  }
  return n;
}

std::string unknown_actions(const IngestCounts& counts) {
  return fmt::format("{} rows have an action that is not known: {}",
                     counts.count(BadRow::kUnknownAction), describe(counts.unknown_actions));
}

void warn_of_unknown_actions(const IngestCounts& counts, std::uint64_t n_orders,
                             Progress& progress) {
  const auto n_unknown = static_cast<double>(counts.count(BadRow::kUnknownAction));
  const auto n_rows = static_cast<double>(counts.rows_read - counts.rows_hidden);
  if (n_unknown > kNoticeableOfRows * n_rows ||
      n_unknown > kNoticeableOfOrders * static_cast<double>(n_orders)) {
    progress.warn(fmt::format("log: {} and were left out; {}", unknown_actions(counts), kHowToMap));
  }
}

std::string unread_cells(const IngestCounts& counts) {
  return fmt::format("{} of {} cells of products hold something else than ids, such as '{}'",
                     counts.unread_cells, counts.product_cells, printable(counts.unread_cell));
}

void check_product_cells(const IngestCounts& counts, double max_share) {
  if (static_cast<double>(counts.unread_cells) <=
      max_share * static_cast<double>(counts.product_cells)) {
    return;
  }
  throw Error(ErrorCode::kBadData,
              fmt::format("log: {}, expected at most {:g}%; write one id, or a list such as [101, "
                          "102] or ['a', 'b'], or raise ingest.max_bad_share",
                          unread_cells(counts), 100 * max_share));
}

}  // namespace

void check_bad_share(const IngestCounts& counts, double max_share) {
  std::uint64_t bad = 0;
  for (const auto reason : {BadRow::kJunkUser, BadRow::kNullDate, BadRow::kUnknownAction}) {
    bad += counts.count(reason);
  }
  const std::uint64_t seen = counts.rows_read - counts.rows_hidden;
  if (static_cast<double>(bad) <= max_share * static_cast<double>(seen)) {
    return check_product_cells(counts, max_share);
  }
  const auto values = counts.unknown_actions.empty()
                          ? std::string()
                          : fmt::format(": {}", describe(counts.unknown_actions));
  const auto& date = counts.example[static_cast<std::size_t>(BadRow::kNullDate)];
  const auto dates = date.empty() ? std::string()
                                  : fmt::format(" that can be read, such as '{}'", printable(date));
  const auto fix = date.empty() ? ""
                                : " (dates: ISO or 28.09.2024, others by date_format or date_unit, "
                                  "see docs/data.md)";
  throw Error(
      ErrorCode::kBadData,
      fmt::format("log: {} of {} rows are bad ({} without a user, {} without a date{}, {} of "
                  "unknown action{}), expected at most {:g}%; check the columns and --schema{}, "
                  "or raise ingest.max_bad_share",
                  bad, seen, counts.count(BadRow::kJunkUser), counts.count(BadRow::kNullDate),
                  dates, counts.count(BadRow::kUnknownAction), values, 100 * max_share, fix));
}

void check_has_events(const RawLog& raw) {
  if (!raw.user.empty()) return;
  const auto& counts = raw.counts;
  throw Error(ErrorCode::kBadData,
              fmt::format("log: no usable event among {} rows ({} hidden by as-of, {} events by "
                          "since, {} with a date outside 1995 to 2099); check the columns, the "
                          "dates, --as-of and --since",
                          counts.rows_read, counts.rows_hidden, counts.events_before_since,
                          counts.count(BadRow::kImplausibleDate)));
}

void check_actions(const RawLog& raw, LogUse use, Progress& progress) {
  const auto& counts = raw.counts;
  const auto n_unknown = static_cast<double>(counts.count(BadRow::kUnknownAction));
  const auto n_orders = count_orders(raw);
  const auto n_strays = counts.count(BadRow::kImplausibleDate);
  const bool is_hidden = counts.rows_hidden + counts.events_before_since + n_strays > 0;
  if (raw.user.empty() && n_unknown == 0 && is_hidden) return;  // check_has_events says what by
  if (n_orders == 0) {
    auto found = fmt::format("log: no order of a product, found {}", counts_by_action(raw));
    if (n_strays > 0) found += fmt::format(" beside {} rows of implausible dates", n_strays);
    if (counts.unread_cells > 0) found += fmt::format("; {}", unread_cells(counts));
    if (n_unknown > 0) {
      throw Error(ErrorCode::kBadData,
                  fmt::format("{}; {}; {}", found, unknown_actions(counts), kHowToMap));
    }
    if (use == LogUse::kLearn) {
      throw Error(ErrorCode::kBadData,
                  fmt::format("{}, expected orders to learn from (action 5 or `order`); check the "
                              "action column, the codes of --schema, --as-of and --since",
                              found));
    }
    progress.warn(fmt::format("{}; the answer rests on what customers looked at alone", found));
    return;
  }
  warn_of_unknown_actions(counts, n_orders, progress);
}

void check_truth(const RawLog& raw, double max_share, Progress& progress) {
  check_bad_share(raw.counts, max_share);
  warn_of_unknown_actions(raw.counts, count_orders(raw), progress);
}

void warn_of_newer_rows(const IngestCounts& counts, Progress& progress) {
  const auto& newer = counts.newer;
  if (newer.rows == 0) return;
  progress.warn(fmt::format(
      "log: {} rows from {} to {} stand apart, newer than all the others, and were left out as "
      "wrong dates; where the dates are right, begin the log after the gap by --since",
      newer.rows, format_time(newer.first), format_time(newer.last)));
}

}  // namespace vitrina
