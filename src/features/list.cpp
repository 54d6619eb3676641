#include "features/list.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/topk.hpp"
#include "features/ages.hpp"

namespace vitrina::features {
namespace {

/// What a list rank is made of; higher is better.
constexpr std::size_t kCriterionCount = 4;

class ListGroup final : public FeatureGroup {
 public:
  explicit ListGroup(const FeatureContext& context)
      : own_history_(*context.models.own_history), popularity_(*context.models.popularity) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    const std::size_t n = rows.n_rows();
    std::array<std::vector<float>, kCriterionCount> values;
    for (auto& column : values) column.assign(n, 0);
    float own_total = 0;
    for (std::size_t r = 0; r < n; ++r) {
      const Touch* touch = rows.touch(r);
      // a product that was only searched for or visited has a touch without an event
      if (touch != nullptr && touch->n_events > 0) {
        const auto& sums = rows.sums(r);
        values[0][r] = own_history_.rule().score(sums);
        values[1][r] =
            static_cast<float>(to_hours(touch->last_time - rows.history.events.time[0])) + 1;
        values[2][r] = static_cast<float>(touch->n_events);
        own_total += std::max(values[0][r], 0.0F);
      }
      values[3][r] = popularity_.stats(rows.item[r]).score;
    }
    for (std::size_t c = 0; c < kCriterionCount; ++c) write_ranks(values[c], out, c);
    for (std::size_t r = 0; r < n; ++r) {
      float* x = out.at(r) + kCriterionCount;
      x[0] = values[0][r];
      x[1] = own_total > 0 ? values[0][r] / own_total : 0;
      x[2] = own_total;
    }
  }

 private:
  /// Rank 0 is the best; equal values share the better rank.
  static void write_ranks(const std::vector<float>& values, FeatureBlock out, std::size_t column) {
    std::vector<std::uint64_t> keys;
    keys.reserve(values.size());
    for (std::uint32_t r = 0; r < values.size(); ++r) {
      keys.push_back(rank_key(Scored<std::uint32_t>{r, values[r]}));
    }
    sort_numbers(keys);
    std::size_t rank = 0;
    for (std::size_t p = 0; p < keys.size(); ++p) {
      if (p > 0 && keys[p] >> 32U != keys[p - 1] >> 32U) rank = p;
      out.at(static_cast<std::uint32_t>(keys[p]))[column] = static_cast<float>(rank);
    }
  }

  const models::OwnHistory& own_history_;
  const models::Popularity& popularity_;
};

}  // namespace

std::vector<ColumnInfo> list_columns(std::span<const std::string> /*generator_names*/) {
  return {{"own_history_rank", "rank by the own-history rule among the user's candidates"},
          {"recency_rank", "rank by time of the last touch"},
          {"events_rank", "rank by number of events on the product"},
          {"popularity_rank", "rank by popularity"},
          {"own_history", "score of the own-history rule"},
          {"own_history_share", "share of the user's positive own-history scores"},
          {"own_history_total", "the user's positive own-history scores together"}};
}

std::unique_ptr<FeatureGroup> make_list_group(const FeatureContext& context) {
  return std::make_unique<ListGroup>(context);
}

}  // namespace vitrina::features
