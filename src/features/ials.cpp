#include "features/ials.hpp"

#include <algorithm>
#include <cmath>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

/// Products of the user, newest first, that a candidate is compared with.
constexpr std::size_t kRecentProducts = 5;

class IalsGroup final : public FeatureGroup {
 public:
  explicit IalsGroup(const FeatureContext& context) : ials_(*context.models.ials) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    const auto user = ials_.fold_in(rows.history, rows.history.as_of);
    const auto recent = rows.newest(kRecentProducts + 1);
    std::vector<ScoredItem> scored;
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      float* x = out.at(r);
      const auto item = rows.item[r];
      x[0] = ials_.knows(item) ? ials_.score(user, item) : kUnknown;
      x[1] = kUnknown;
      write_recent(item, recent, x + 2);
      if (ials_.knows(item)) scored.push_back({item, x[0]});
    }
    keep_top_k(scored, scored.size());
    for (std::size_t rank = 0; rank < scored.size(); ++rank) {
      const auto it = std::lower_bound(rows.item.begin(), rows.item.end(), scored[rank].id);
      out.at(static_cast<std::size_t>(it - rows.item.begin()))[1] = static_cast<float>(rank);
    }
  }

 private:
  /// Of the last others: a product is as near to itself as can be.
  void write_recent(ItemIdx item, std::span<const ItemIdx> recent, float* x) const {
    float last = kUnknown;
    float best = kUnknown;
    float total = 0;
    float n = 0;
    std::size_t n_others = 0;
    for (const auto other : recent) {
      if (other == item || n_others == kRecentProducts) continue;
      ++n_others;
      if (!ials_.knows(item) || !ials_.knows(other)) continue;
      const float cosine = ials_.cosine(item, other);
      if (n == 0) last = cosine;
      best = n == 0 ? cosine : std::max(best, cosine);
      total += cosine;
      n += 1;
    }
    x[0] = last;
    x[1] = best;
    x[2] = ratio(total, n);
  }

  const models::Ials& ials_;
};

}  // namespace

std::vector<ColumnInfo> ials_columns(std::span<const std::string> /*generator_names*/) {
  return {{"score", "preference of the user for the product, near 1 where they met (iALS)"},
          {"rank", "place of the product among the user's candidates by it, 0 is the best"},
          {"last_cosine", "cosine of vectors to the last other product that has one"},
          {"recent_cosine_max", "the largest such cosine over the last 5 others"},
          {"recent_cosine_mean", "mean of these"}};
}

std::unique_ptr<FeatureGroup> make_ials_group(const FeatureContext& context) {
  return std::make_unique<IalsGroup>(context);
}

}  // namespace vitrina::features
