#include "ranking/training_rows.hpp"

#include <algorithm>

#include "core/rng.hpp"

namespace vitrina::ranking {
namespace {

const std::vector<float>& own_of(const Examples& examples, Lineage lineage) {
  return lineage == Lineage::kValid ? examples.own_valid : examples.own_final;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Copies rows of one fold one by one.
class Copier {
 public:
  Copier(const Examples& fold, Lineage lineage, TrainingRows& rows)
      : fold_(fold), own_(own_of(fold, lineage)), rows_(rows) {}

  void copy(std::size_t row, float label, float weight) {
    const std::size_t n = fold_.columns.size();
    const auto first = fold_.features.begin() + static_cast<std::ptrdiff_t>(row * n);
    rows_.features.insert(rows_.features.end(), first, first + static_cast<std::ptrdiff_t>(n));
    rows_.label.push_back(label);
    rows_.weight.push_back(weight);
    rows_.own.push_back(own_[row]);
  }

 private:
  const Examples& fold_;
  const std::vector<float>& own_;
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
void copy_part(const Examples& fold, std::size_t user, Target target, Part part,
               std::uint64_t user_number, Copier& copier) {
  if (!is_learned_from(fold, user, target)) return;
  std::uint64_t turn = mix64(part.seed, user_number) % part.of;
  for (auto r = fold.offsets[user]; r < fold.offsets[user + 1]; ++r) {
    const float share = fold.label[r];
    if (share > 0) {
      copier.copy(r, label_of(share, target), fold.weight[r]);
    } else if (turn++ % part.of == part.index) {
      copier.copy(r, 0.0F, fold.weight[r] * static_cast<float>(part.of));
    }
  }
}

}  // namespace

TrainingRows select_rows(std::span<const Examples* const> folds, Lineage lineage, Target target,
                         Part part) {
  TrainingRows rows;
  std::uint64_t first_user = 0;
  for (const auto* fold : folds) {
    Copier copier(*fold, lineage, rows);
    for (std::size_t u = 0; u < fold->n_users(); ++u) {
      copy_part(*fold, u, target, part, first_user + u, copier);
    }
    first_user += fold->n_users();
  }
  return rows;
}

TrainingRows select_users(std::span<const Examples* const> folds, Lineage lineage) {
  TrainingRows rows;
  for (const auto* fold : folds) {
    append(rows.features, fold->user_features);
    append(rows.weight, fold->user_weight);
    append(rows.own, lineage == Lineage::kValid ? fold->user_own_valid : fold->user_own_final);
    for (const auto is_buyer : fold->is_buyer) rows.label.push_back(is_buyer != 0 ? 1.0F : 0.0F);
  }
  return rows;
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
