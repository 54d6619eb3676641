#include "ranking/training_rows.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/rng.hpp"

namespace vitrina::ranking {
namespace {

/// Observations that a window's level has to outweigh.
constexpr double kPriorRows = 5;

const std::vector<float>& own_of(const Examples& examples, Lineage lineage) {
  return lineage == Lineage::kValid ? examples.own_valid : examples.own_final;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Picks rows of one fold one by one.
class Picker {
 public:
  Picker(const Examples& fold, Lineage lineage, float level, TrainingRows& rows)
      : fold_(fold), own_(own_of(fold, lineage)), level_(level), rows_(rows) {}

  void pick(std::size_t row, float label, float weight) {
    rows_.features.push_back(fold_.features.data() + row * fold_.columns.size());
    rows_.label.push_back(label);
    rows_.weight.push_back(weight);
    rows_.own.push_back(own_[row]);
    rows_.level.push_back(level_);
  }

 private:
  const Examples& fold_;
  const std::vector<float>& own_;
  float level_;
  TrainingRows& rows_;
};

bool is_learned_from(const Examples& fold, std::size_t user, Target target) {
  return target != Target::kOfBuyer || fold.is_buyer[user] != 0;
}

float label_of(float share, Target target) {
  return target == Target::kHit && share > 0 ? 1.0F : share;
}

/// A user's rows go to the parts in turn, beginning with a drawn one: every part gets its share of
/// every user. `user_number` counts the users of all folds, so that folds may be cut or joined.
void pick_part(const Examples& fold, std::size_t user, Target target, Part part,
               std::uint64_t user_number, Picker& picker) {
  if (!is_learned_from(fold, user, target)) return;
  std::uint64_t turn = mix64(part.seed, user_number) % part.of;
  for (auto r = fold.offsets[user]; r < fold.offsets[user + 1]; ++r) {
    const float share = fold.label[r];
    if (share > 0) {
      picker.pick(r, label_of(share, target), fold.weight[r]);
    } else if (turn++ % part.of == part.index) {
      picker.pick(r, 0.0F, fold.weight[r] * static_cast<float>(part.of));
    }
  }
}

/// Labels of one window with what the base says of their rows.
struct Level {
  std::vector<double> logits;
  std::vector<float> label;
  std::vector<float> weight;

  void add(double logit, float row_label, float row_weight) {
    logits.push_back(logit);
    label.push_back(row_label);
    weight.push_back(row_weight);
  }
};

/// By window, how much more than the mean window it bought, as a shift of the logit.
std::vector<float> level_shifts(const std::vector<Level>& windows) {
  std::vector<double> shifts;
  for (const auto& window : windows) {
    shifts.push_back(level_shift(window.logits, window.label, window.weight, kPriorRows));
  }
  const double mean = std::accumulate(shifts.begin(), shifts.end(), 0.0) /
                      static_cast<double>(std::max<std::size_t>(1, shifts.size()));
  std::vector<float> centered;
  for (const double shift : shifts) centered.push_back(static_cast<float>(shift - mean));
  return centered;
}

/// Of the rows of a target; those of moments inside visits have no say in how many came.
std::vector<float> row_levels(std::span<const Examples* const> folds, Lineage lineage,
                              Target target, const OwnBase& base) {
  std::vector<Level> windows;
  for (const auto* fold : folds) {
    auto& window = windows.emplace_back();
    const auto& own = own_of(*fold, lineage);
    for (std::size_t u = 0; u < fold->n_users(); ++u) {
      if (fold->user_weight[u] == 0 || !is_learned_from(*fold, u, target)) continue;
      for (auto r = fold->offsets[u]; r < fold->offsets[u + 1]; ++r) {
        window.add(base.logit(own[r]), label_of(fold->label[r], target), fold->weight[r]);
      }
    }
  }
  return level_shifts(windows);
}

}  // namespace

TrainingRows select_rows(std::span<const Examples* const> folds, Lineage lineage, Target target,
                         Part part, const OwnBase& base) {
  TrainingRows rows;
  const auto levels = row_levels(folds, lineage, target, base);
  std::uint64_t first_user = 0;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    Picker picker(*folds[f], lineage, levels[f], rows);
    for (std::size_t u = 0; u < folds[f]->n_users(); ++u) {
      pick_part(*folds[f], u, target, part, first_user + u, picker);
    }
    first_user += folds[f]->n_users();
  }
  return rows;
}

UserRows select_users(std::span<const Examples* const> folds, Lineage lineage) {
  TrainingRows rows;
  for (const auto* fold : folds) {
    for (std::size_t u = 0; u < fold->n_users(); ++u) {
      rows.features.push_back(fold->user_features.data() + u * fold->columns.size());
    }
    append(rows.weight, fold->user_weight);
    append(rows.own, lineage == Lineage::kValid ? fold->user_own_valid : fold->user_own_final);
    for (const auto is_buyer : fold->is_buyer) rows.label.push_back(is_buyer != 0 ? 1.0F : 0.0F);
  }
  const auto base = OwnBase::fit(rows.own, rows.label, rows.weight);
  std::vector<Level> windows(folds.size());
  std::size_t row = 0;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    for (std::size_t u = 0; u < folds[f]->n_users(); ++u, ++row) {
      windows[f].add(base.logit(rows.own[row]), rows.label[row], rows.weight[row]);
    }
  }
  const auto levels = level_shifts(windows);
  for (std::size_t f = 0; f < folds.size(); ++f) {
    rows.level.insert(rows.level.end(), folds[f]->n_users(), levels[f]);
  }
  return {std::move(rows), base};
}

OwnBase fit_base(std::span<const Examples* const> folds, Lineage lineage, Target target) {
  std::vector<float> own;
  std::vector<float> label;
  std::vector<float> weight;
  for (const auto* fold : folds) {
    const auto& own_of_fold = own_of(*fold, lineage);
    for (std::size_t u = 0; u < fold->n_users(); ++u) {
      if (!is_learned_from(*fold, u, target)) continue;
      for (auto r = fold->offsets[u]; r < fold->offsets[u + 1]; ++r) {
        own.push_back(own_of_fold[r]);
        label.push_back(label_of(fold->label[r], target));
        weight.push_back(fold->weight[r]);
      }
    }
  }
  return OwnBase::fit(own, label, weight);
}

}  // namespace vitrina::ranking
