#include "data/build.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"
#include "data/catalog_build.hpp"
#include "data/log_checks.hpp"
#include "data/purchase_days.hpp"
#include "data/text_ranking.hpp"

namespace vitrina {
namespace {

constexpr TimeUs kEarliest = 788'918'400 * kUsPerSecond;  // 1995-01-01
constexpr TimeUs kLatest = 4'102'444'800 * kUsPerSecond;  // 2100-01-01

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

struct GapRule {
  std::int64_t empty_days;
  double max_share;
  std::size_t busy_days;  ///< that show of the newest end that the shop goes on after a pause
};
constexpr std::int64_t kLongPause = 30;
constexpr GapRule kGapRules[] = {{2, 0.005, 1}, {kLongPause, 0.10, 3}, {365, 0.30, kNever}};

/// A day with at least this share of a usual day's rows is a busy one. A row alone shows nothing,
/// nor does what lies behind another long pause.
constexpr double kBusyShare = 0.1;
constexpr std::uint64_t kBusyRows = 2;

/// Rows by day, in order.
using Days = std::vector<std::pair<std::int64_t, std::uint64_t>>;

/// Whether an end of a log stands apart. `count_busy` gives its busy days.
template <class CountBusy>
bool is_stray(std::int64_t empty_days, std::uint64_t rows, std::uint64_t total,
              const CountBusy& count_busy) {
  return std::ranges::any_of(kGapRules, [&](const GapRule& rule) {
    return empty_days >= rule.empty_days &&
           static_cast<double>(rows) < rule.max_share * static_cast<double>(total) &&
           count_busy() < rule.busy_days;
  });
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

/// The dense numbers of what a log names.
struct Ranks {
  TextRanking users;
  TextRanking items;
  TextRanking devices;
};

/// Rows grouped by user (counting sort), unsorted inside.
struct Grouped {
  std::vector<std::uint64_t> offsets;
  std::unique_ptr<Row[]> rows;
};

/// Every thread takes some of the users: it passes over all rows and picks theirs out.
Grouped group_by_user(const RawLog& raw, const Ranks& ranks, int threads) {
  const std::size_t n_rows = raw.user.size();
  const std::size_t n_users = ranks.users.sorted.size();
  Grouped grouped;
  grouped.offsets.assign(n_users + 1, 0);
  grouped.rows = std::make_unique_for_overwrite<Row[]>(n_rows);
  for (const auto code : raw.user) ++grouped.offsets[ranks.users.rank[code] + 1];
  std::partial_sum(grouped.offsets.begin(), grouped.offsets.end(), grouped.offsets.begin());
  auto next = grouped.offsets;
  const auto rank_of = [](const TextRanking& ranking, std::uint32_t code) {
    return code == kNoCode ? kNoCode : ranking.rank[code];
  };
  const std::size_t users_a_thread = n_users / static_cast<std::size_t>(std::max(threads, 1)) + 1;
  parallel_chunks(n_users, users_a_thread, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = 0; i < n_rows; ++i) {
      const std::size_t user = ranks.users.rank[raw.user[i]];
      if (user < begin || user >= end) continue;
      grouped.rows[next[user]++] = {raw.time[i], raw.action[i], rank_of(ranks.items, raw.item[i]),
                                    raw.page[i], rank_of(ranks.devices, raw.device[i])};
    }
  });
  return grouped;
}

void free_columns(RawLog& raw) {
  for (auto* codes : {&raw.user, &raw.item, &raw.device, &raw.page}) *codes = {};
  raw.time = {};
  raw.action = {};
}

constexpr std::size_t kUsersAChunk = 4096;

/// Sorts each user's rows and drops repeats; returns where each user's begin when only those left
/// are counted.
std::vector<std::uint64_t> sort_users(Grouped& grouped, int threads) {
  const std::size_t n_users = grouped.offsets.size() - 1;
  std::vector<std::uint64_t> offsets(n_users + 1, 0);
  parallel_chunks(n_users, kUsersAChunk, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t u = begin; u < end; ++u) {
      Row* first = grouped.rows.get() + grouped.offsets[u];
      Row* last = grouped.rows.get() + grouped.offsets[u + 1];
      std::sort(first, last);
      offsets[u + 1] = static_cast<std::uint64_t>(std::unique(first, last) - first);
    }
  });
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  return offsets;
}

EventLog to_columns(const Grouped& grouped, std::vector<std::uint64_t> offsets, int threads) {
  EventLog log;
  log.offsets = std::move(offsets);
  const std::size_t n = log.offsets.back();
  // memory is first touched here, by a thread a column
  parallel_chunks(5, 1, threads, [&](std::size_t column, std::size_t /*end*/) {
    if (column == 0) log.time.resize(n);
    if (column == 1) log.item.resize(n);
    if (column == 2) log.action.resize(n);
    if (column == 3) log.page.resize(n);
    if (column == 4) log.device.resize(n);
  });
  parallel_chunks(log.n_users(), kUsersAChunk, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t u = begin; u < end; ++u) {
      const Row* row = grouped.rows.get() + grouped.offsets[u];
      for (std::uint64_t e = log.offsets[u]; e < log.offsets[u + 1]; ++e, ++row) {
        log.time[e] = row->time;
        if (row->item != kNoCode) log.item[e] = ItemIdx(row->item);
        log.action[e] = static_cast<Action>(row->action);
        log.page[e] = row->page;
        log.device[e] = row->device;
      }
    }
  });
  return log;
}

}  // namespace

const PlausibleRange kAllTimes{kEarliest, kLatest - 1};

void drop_before(RawLog& raw, TimeUs since) {
  raw.counts.events_before_since += keep_times(raw, [&](TimeUs time) { return time >= since; });
}

void drop_implausible(RawLog& raw, const PlausibleRange& plausible) {
  const bool has_body = plausible.first <= plausible.last;
  for (const auto time : raw.time) {
    if (has_body && time > plausible.last) raw.counts.newer.add(time);
  }
  raw.counts.add(BadRow::kImplausibleDate, keep_times(raw, [&](TimeUs time) {
                   return time >= plausible.first && time <= plausible.last;
                 }));
}

PlausibleRange plausible_range(std::span<const TimeUs> times) {
  std::map<std::int64_t, std::uint64_t> rows_by_day;
  std::uint64_t total = 0;
  auto today = rows_by_day.end();
  for (const auto time : times) {
    if (time < kEarliest || time >= kLatest) continue;
    const std::int64_t day = time / kUsPerDay;
    // rows of a day come together, mostly
    if (today == rows_by_day.end() || today->first != day)
      today = rows_by_day.try_emplace(day).first;
    ++today->second;
    ++total;
  }
  if (total == 0) return {};
  // The body grows from the day that holds the median row; what it cannot reach is stray.
  const Days days(rows_by_day.begin(), rows_by_day.end());
  std::vector<std::uint64_t> before(days.size() + 1, 0);
  for (std::size_t d = 0; d < days.size(); ++d) before[d + 1] = before[d] + days[d].second;
  std::size_t middle = 0;
  while (2 * before[middle + 1] < total) ++middle;
  std::size_t first = middle;
  while (first > 0 && !is_stray(days[first].first - days[first - 1].first - 1, before[first], total,
                                [] { return std::size_t{0}; })) {
    --first;
  }
  std::size_t last = middle;
  const auto busy_after_last = [&] {
    const double usual = static_cast<double>(before[last + 1] - before[first]) /
                         static_cast<double>(last + 1 - first);
    std::size_t busy = 0;
    for (std::size_t d = last + 1; d < days.size(); ++d) {
      if (d > last + 1 && days[d].first - days[d - 1].first > kLongPause) break;
      const auto rows = days[d].second;
      busy += rows >= kBusyRows && static_cast<double>(rows) >= kBusyShare * usual ? 1U : 0U;
    }
    return busy;
  };
  while (last + 1 < days.size() && !is_stray(days[last + 1].first - days[last].first - 1,
                                             total - before[last + 1], total, busy_after_last)) {
    ++last;
  }
  return {days[first].first * kUsPerDay, (days[last].first + 1) * kUsPerDay - 1};
}

TimeUs end_of(std::span<const TimeUs> times) {
  const auto [first, last] = std::ranges::minmax(times);
  const bool tells_days_alone = first != last && std::ranges::all_of(times, [&](TimeUs time) {
                                  return (time - first) % kUsPerDay == 0;
                                });
  return tells_days_alone ? (day_of(last) + 1) * kUsPerDay : last + 1;
}

Shop build_shop(RawLog& raw, const RawCatalog* catalog, int threads) {
  drop_implausible(raw, kAllTimes);
  check_has_events(raw);
  auto used_items = used_codes(raw.item, raw.items.size());
  const auto add_product = [&](std::string_view id) {
    if (is_junk_id(id)) return;
    const auto c = raw.items.intern(id);
    if (c >= used_items.size()) used_items.resize(c + 1, 0);
    used_items[c] = 1;
  };
  if (catalog != nullptr) {
    for (const auto& id : catalog->product_id) add_product(id);
  }
  Ranks ranks;
  parallel_chunks(3, 1, threads, [&](std::size_t task, std::size_t /*end*/) {
    const auto rank = [](const StringTable& table, const std::vector<std::uint32_t>& codes) {
      return rank_texts(table, used_codes(codes, table.size()));
    };
    if (task == 0) ranks.users = rank(raw.users, raw.user);
    if (task == 1) ranks.devices = rank(raw.devices, raw.device);
    if (task == 2) ranks.items = rank_texts(raw.items, used_items);
  });

  Shop shop;
  const std::size_t n_rows = raw.user.size();
  {
    auto grouped = group_by_user(raw, ranks, threads);
    free_columns(raw);  // the most memory is in use from here on
    auto offsets = sort_users(grouped, threads);
    shop.events = to_columns(grouped, std::move(offsets), threads);
  }
  raw.counts.add(BadRow::kDuplicate, n_rows - shop.events.n_events());
  shop.users = UserMap(ranks.users.sorted);
  shop.items = ItemMap(ranks.items.sorted);
  build_catalog(catalog, shop);
  shop.begin = *std::ranges::min_element(shop.events.time);
  shop.end = end_of(shop.events.time);
  return shop;
}

}  // namespace vitrina
