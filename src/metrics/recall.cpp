#include "metrics/recall.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/check.hpp"

namespace vitrina::metrics {
namespace {

constexpr std::size_t kNoRow = std::numeric_limits<std::size_t>::max();

/// Row numbers of the lists in the order of their users, which must be distinct.
std::vector<std::size_t> rows_by_user(const UserLists& lists) {
  std::vector<std::size_t> rows(lists.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::sort(rows.begin(), rows.end(),
            [&](std::size_t a, std::size_t b) { return lists.users[a] < lists.users[b]; });
  for (std::size_t i = 1; i < rows.size(); ++i) {
    VITRINA_CHECK(lists.users[rows[i - 1]].value, <, lists.users[rows[i]].value);
  }
  return rows;
}

/// Calls visit(user, bought row or kNoRow, sent row or kNoRow) for every user of either, ascending.
template <class Visit>
void for_each_user(const UserLists& bought, const UserLists& sent, Visit visit) {
  const auto bought_rows = rows_by_user(bought);
  const auto sent_rows = rows_by_user(sent);
  std::size_t b = 0;
  std::size_t s = 0;
  while (b < bought_rows.size() || s < sent_rows.size()) {
    const UserIdx bought_user = b < bought_rows.size() ? bought.users[bought_rows[b]] : UserIdx{};
    const UserIdx sent_user = s < sent_rows.size() ? sent.users[sent_rows[s]] : UserIdx{};
    const UserIdx user = std::min(bought_user, sent_user);
    visit(user, bought_user == user ? bought_rows[b++] : kNoRow,
          sent_user == user ? sent_rows[s++] : kNoRow);
  }
}

/// Ascending and distinct copy in a buffer that is reused.
void assign_distinct(std::vector<ItemIdx>& buffer, std::span<const ItemIdx> items) {
  buffer.assign(items.begin(), items.end());
  std::sort(buffer.begin(), buffer.end());
  buffer.erase(std::unique(buffer.begin(), buffer.end()), buffer.end());
}

std::size_t count_common(const std::vector<ItemIdx>& a, const std::vector<ItemIdx>& b) {
  std::size_t n = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const auto order = a[i] <=> b[j];
    n += order == 0 ? 1 : 0;
    i += order <= 0 ? 1 : 0;
    j += order >= 0 ? 1 : 0;
  }
  return n;
}

}  // namespace

std::vector<UserResult> judge(const UserLists& bought, const UserLists& sent, std::size_t k,
                              std::uint32_t cut) {
  std::vector<UserResult> results;
  results.reserve(bought.size() + sent.size());
  std::vector<ItemIdx> wanted;
  std::vector<ItemIdx> offered;
  for_each_user(bought, sent, [&](UserIdx user, std::size_t bought_row, std::size_t sent_row) {
    wanted.clear();
    offered.clear();
    if (bought_row != kNoRow) assign_distinct(wanted, bought.items.row(bought_row));
    if (sent_row != kNoRow) {
      const auto list = sent.items.row(sent_row);
      assign_distinct(offered, list.first(std::min(k, list.size())));
    }
    if (wanted.empty() && sent_row == kNoRow) return;
    results.push_back({.user = user,
                       .cut = cut,
                       .n_bought = static_cast<std::uint32_t>(wanted.size()),
                       .n_hits = static_cast<std::uint32_t>(count_common(wanted, offered)),
                       .sent = sent_row != kNoRow});
  });
  return results;
}

Readings readings(std::span<const UserResult> results) {
  Counts counts;
  double recall = 0.0;
  for (const UserResult& result : results) {
    counts.sent += result.sent ? 1 : 0;
    if (!result.is_buyer()) continue;
    ++counts.buyers;
    counts.buyers_sent += result.sent ? 1 : 0;
    counts.buyers_hit += result.n_hits > 0 ? 1 : 0;
    counts.bought += result.n_bought;
    counts.hits += result.n_hits;
    recall += result.recall();
  }
  const auto over = [](double sum, std::uint64_t n) {
    return n > 0 ? sum / static_cast<double>(n) : std::numeric_limits<double>::quiet_NaN();
  };
  return {{.a = over(recall, counts.buyers),
           .b = over(recall, counts.buyers_sent),
           .c = over(recall, counts.buyers_hit),
           .precision = over(static_cast<double>(counts.buyers_sent), counts.sent)},
          counts};
}

std::vector<double> recall_by_k(const UserLists& bought, const UserLists& sent, std::size_t max_k) {
  std::vector<double> curve(max_k, 0.0);
  std::size_t n_buyers = 0;
  std::vector<ItemIdx> wanted;
  for_each_user(bought, sent, [&](UserIdx, std::size_t bought_row, std::size_t sent_row) {
    if (bought_row == kNoRow) return;
    assign_distinct(wanted, bought.items.row(bought_row));
    if (wanted.empty()) return;
    ++n_buyers;
    if (sent_row == kNoRow) return;
    const double share = 1.0 / static_cast<double>(wanted.size());
    const auto list = sent.items.row(sent_row);
    for (std::size_t rank = 0; rank < std::min(max_k, list.size()); ++rank) {
      const auto found = std::lower_bound(wanted.begin(), wanted.end(), list[rank]);
      if (found == wanted.end() || *found != list[rank]) continue;
      wanted.erase(found);  // a repeated product does not count twice
      curve[rank] += share;
    }
  });
  double sum = 0.0;
  for (double& value : curve) {
    sum += value;
    value = n_buyers > 0 ? sum / static_cast<double>(n_buyers)
                         : std::numeric_limits<double>::quiet_NaN();
  }
  return curve;
}

}  // namespace vitrina::metrics
