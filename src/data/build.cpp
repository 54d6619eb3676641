#include "data/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "data/catalog_build.hpp"

namespace vitrina {
namespace {

constexpr TimeUs kEarliest = 788'918'400 * kUsPerSecond;  // 1995-01-01
constexpr TimeUs kLatest = 4'102'444'800 * kUsPerSecond;  // 2100-01-01

struct GapRule {
  std::int64_t empty_days;
  double max_share;
};
constexpr GapRule kGapRules[] = {{2, 0.005}, {30, 0.10}, {365, 0.30}};

bool is_stray(std::int64_t empty_days, std::uint64_t rows, std::uint64_t total) {
  for (const auto& rule : kGapRules) {
    if (empty_days >= rule.empty_days &&
        static_cast<double>(rows) < rule.max_share * static_cast<double>(total)) {
      return true;
    }
  }
  return false;
}

/// Ranks of codes by text: rank[code] is the position of the code's text among all.
struct Ranking {
  std::vector<std::string_view> sorted;
  std::vector<std::uint32_t> rank;
};

Ranking rank_texts(const StringTable& table, const std::vector<char>& used) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t c = 0; c < table.size(); ++c) {
    if (used[c] != 0) order.push_back(c);
  }
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return table.text(a) < table.text(b); });
  Ranking ranking;
  ranking.rank.assign(table.size(), kNoCode);
  ranking.sorted.reserve(order.size());
  for (const auto c : order) {
    ranking.rank[c] = static_cast<std::uint32_t>(ranking.sorted.size());
    ranking.sorted.push_back(table.text(c));
  }
  return ranking;
}

/// One event while sorting: everything that orders it, in order.
struct Row {
  TimeUs time;
  std::uint8_t action;
  std::uint32_t item;
  std::uint32_t page;
  std::uint32_t device;

  friend auto operator<=>(const Row&, const Row&) = default;
};

std::vector<char> used_codes(const std::vector<std::uint32_t>& codes, std::size_t n) {
  std::vector<char> used(n, 0);
  for (const auto c : codes) {
    if (c != kNoCode) used[c] = 1;
  }
  return used;
}

/// Removes the rows for which `keep` is 0 from a column.
template <class T>
void compact(std::vector<T>& column, const std::vector<char>& keep) {
  std::size_t out = 0;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (keep[i] != 0) column[out++] = column[i];
  }
  column.resize(out);
}

/// Leaves the rows whose time `keeps(time)`; returns how many went.
template <class Keeps>
std::uint64_t keep_times(RawLog& raw, const Keeps& keeps) {
  std::vector<char> keep(raw.time.size());
  std::uint64_t dropped = 0;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    keep[i] = keeps(raw.time[i]) ? 1 : 0;
    dropped += keep[i] != 0 ? 0 : 1;
  }
  if (dropped == 0) return 0;
  compact(raw.user, keep);
  compact(raw.item, keep);
  compact(raw.device, keep);
  compact(raw.time, keep);
  compact(raw.action, keep);
  compact(raw.page, keep);
  return dropped;
}

void drop_implausible(RawLog& raw) {
  const auto range = plausible_range(raw.time);
  raw.counts.add(BadRow::kImplausibleDate, keep_times(raw, [&](TimeUs time) {
                   return time >= range.first && time <= range.last;
                 }));
}

/// Rows grouped by user (counting sort), unsorted inside.
struct Grouped {
  std::vector<std::uint64_t> offsets;
  std::vector<Row> rows;
};

Grouped group_by_user(const RawLog& raw, const Ranking& users, const Ranking& items,
                      const Ranking& devices) {
  Grouped grouped;
  grouped.offsets.assign(users.sorted.size() + 1, 0);
  for (const auto code : raw.user) ++grouped.offsets[users.rank[code] + 1];
  std::partial_sum(grouped.offsets.begin(), grouped.offsets.end(), grouped.offsets.begin());
  grouped.rows.resize(raw.user.size());
  auto next = grouped.offsets;
  for (std::size_t i = 0; i < raw.user.size(); ++i) {
    const auto item = raw.item[i] == kNoCode ? kNoCode : items.rank[raw.item[i]];
    const auto device = raw.device[i] == kNoCode ? kNoCode : devices.rank[raw.device[i]];
    grouped.rows[next[users.rank[raw.user[i]]]++] = {raw.time[i], raw.action[i], item, raw.page[i],
                                                     device};
  }
  return grouped;
}

/// Sorts each user's rows and drops repeats; returns the rows left by user.
std::vector<std::uint64_t> sort_users(Grouped& grouped, int threads) {
  const std::size_t n_users = grouped.offsets.size() - 1;
  std::vector<std::uint64_t> kept(n_users);
  parallel_chunks(n_users, 4096, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t u = begin; u < end; ++u) {
      const auto first = grouped.rows.begin() + static_cast<std::ptrdiff_t>(grouped.offsets[u]);
      const auto last = grouped.rows.begin() + static_cast<std::ptrdiff_t>(grouped.offsets[u + 1]);
      std::sort(first, last);
      kept[u] = static_cast<std::uint64_t>(std::unique(first, last) - first);
    }
  });
  return kept;
}

EventLog to_columns(const Grouped& grouped, const std::vector<std::uint64_t>& kept) {
  EventLog log;
  const auto n = std::accumulate(kept.begin(), kept.end(), std::uint64_t{0});
  log.offsets.reserve(kept.size() + 1);
  log.time.reserve(n);
  log.item.reserve(n);
  log.action.reserve(n);
  log.page.reserve(n);
  log.device.reserve(n);
  for (std::size_t u = 0; u < kept.size(); ++u) {
    for (std::uint64_t r = grouped.offsets[u]; r < grouped.offsets[u] + kept[u]; ++r) {
      const auto& row = grouped.rows[r];
      log.time.push_back(row.time);
      log.item.emplace_back(row.item);
      log.action.push_back(static_cast<Action>(row.action));
      log.page.push_back(row.page);
      log.device.push_back(row.device);
    }
    log.offsets.push_back(log.time.size());
  }
  return log;
}

}  // namespace

void check_bad_share(const IngestCounts& counts, double max_share) {
  std::uint64_t bad = 0;
  for (const auto reason : {BadRow::kJunkUser, BadRow::kNullDate, BadRow::kUnknownAction}) {
    bad += counts.count(reason);
  }
  const std::uint64_t seen = counts.rows_read - counts.rows_hidden;
  if (static_cast<double>(bad) <= max_share * static_cast<double>(seen)) return;
  throw Error(
      ErrorCode::kBadData,
      fmt::format("log: {} of {} rows are bad ({} without a user, {} without a date, {} of "
                  "unknown action), expected at most {:g}%; check the columns and --schema, "
                  "or raise ingest.max_bad_share",
                  bad, seen, counts.count(BadRow::kJunkUser), counts.count(BadRow::kNullDate),
                  counts.count(BadRow::kUnknownAction), 100 * max_share));
}

void drop_before(RawLog& raw, TimeUs since) {
  raw.counts.events_before_since += keep_times(raw, [&](TimeUs time) { return time >= since; });
}

PlausibleRange plausible_range(std::span<const TimeUs> times) {
  std::map<std::int64_t, std::uint64_t> rows_by_day;
  std::uint64_t total = 0;
  for (const auto time : times) {
    if (time < kEarliest || time >= kLatest) continue;
    ++rows_by_day[time / kUsPerDay];
    ++total;
  }
  if (total == 0) return {};
  // The body grows from the day that holds the median row; what it cannot reach is stray.
  std::vector<std::pair<std::int64_t, std::uint64_t>> days(rows_by_day.begin(), rows_by_day.end());
  std::vector<std::uint64_t> before(days.size() + 1, 0);
  for (std::size_t d = 0; d < days.size(); ++d) before[d + 1] = before[d] + days[d].second;
  std::size_t middle = 0;
  while (2 * before[middle + 1] < total) ++middle;
  std::size_t first = middle;
  while (first > 0 &&
         !is_stray(days[first].first - days[first - 1].first - 1, before[first], total)) {
    --first;
  }
  std::size_t last = middle;
  while (last + 1 < days.size() &&
         !is_stray(days[last + 1].first - days[last].first - 1, total - before[last + 1], total)) {
    ++last;
  }
  return {days[first].first * kUsPerDay, (days[last].first + 1) * kUsPerDay - 1};
}

Shop build_shop(RawLog& raw, const RawCatalog* catalog, std::span<const std::string> more_products,
                int threads) {
  drop_implausible(raw);
  if (raw.user.empty()) {
    throw Error(
        ErrorCode::kBadData,
        fmt::format("log: no usable event among {} rows ({} hidden by as-of, {} events by "
                    "since); check the columns, the dates, --as-of and --since",
                    raw.counts.rows_read, raw.counts.rows_hidden, raw.counts.events_before_since));
  }
  auto used_items = used_codes(raw.item, raw.items.size());
  const auto add_product = [&](std::string_view id) {
    if (is_junk_id(id)) return;
    const auto c = raw.items.intern(id);
    if (c >= used_items.size()) used_items.resize(c + 1, 0);
    used_items[c] = 1;
  };
  for (const auto& id : more_products) add_product(id);
  if (catalog != nullptr) {
    for (const auto& id : catalog->product_id) add_product(id);
  }
  const auto users = rank_texts(raw.users, used_codes(raw.user, raw.users.size()));
  const auto items = rank_texts(raw.items, used_items);
  const auto devices = rank_texts(raw.devices, used_codes(raw.device, raw.devices.size()));

  Shop shop;
  auto grouped = group_by_user(raw, users, items, devices);
  const auto kept = sort_users(grouped, threads);
  shop.events = to_columns(grouped, kept);
  raw.counts.add(BadRow::kDuplicate, grouped.rows.size() - shop.events.n_events());
  shop.users = UserMap(users.sorted);
  shop.items = ItemMap(items.sorted);
  build_catalog(catalog, shop);
  const auto [first, last] = std::minmax_element(shop.events.time.begin(), shop.events.time.end());
  shop.begin = *first;
  shop.end = *last + 1;
  return shop;
}

}  // namespace vitrina
