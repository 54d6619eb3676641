#include "features/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

/// What a user did with the products whose words are weighed.
enum Deed : std::size_t { kTouched, kAdded, kBought, kDeedCount };
constexpr std::array<std::string_view, kDeedCount> kDeedNames{"touched", "added", "bought"};

using Weights = std::array<float, kDeedCount>;

struct WordWeight {
  std::uint32_t word;
  Weights weight;
};

/// The words of all products of a user, ascending, and the squared idf-weighted lengths.
struct Profile {
  std::vector<WordWeight> words;
  std::array<double, kDeedCount> square{};

  [[nodiscard]] const WordWeight* find(std::uint32_t word) const {
    const auto it =
        std::lower_bound(words.begin(), words.end(), word,
                         [](const WordWeight& a, std::uint32_t w) { return a.word < w; });
    return it != words.end() && it->word == word ? &*it : nullptr;
  }
};

/// Half-life of 4 days: a position in kHalfLivesDays.
constexpr std::size_t kHalfLife = 4;

class WordsGroup final : public FeatureGroup {
 public:
  explicit WordsGroup(const FeatureContext& context)
      : catalog_(context.products.catalog), idf_(context.products.catalog.word_idf) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    const auto profile = read_profile(rows.history);
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      const Touch* touch = rows.touch(r);
      const Weights own = touch == nullptr ? Weights{} : weights_of(rows.sums(r));
      write_row(profile, own, catalog_.words_of(rows.item[r]), out.at(r));
    }
  }

 private:
  static Weights weights_of(const DecaySums& sums) {
    Weights weights{};
    for (const auto& by_half_life : sums) weights[kTouched] += by_half_life[kHalfLife];
    weights[kAdded] = sums[product_action_slot(Action::kBasketAdd)][kHalfLife];
    weights[kBought] = sums[product_action_slot(Action::kOrder)][kHalfLife];
    return weights;
  }

  [[nodiscard]] Profile read_profile(const UserHistory& history) const {
    std::vector<WordWeight> all;
    for (std::size_t t = 0; t < history.touches.size(); ++t) {
      const auto weights = weights_of(history.sums[t]);
      for (const auto word : catalog_.words_of(history.touches[t].item)) {
        all.push_back({word, weights});
      }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const WordWeight& a, const WordWeight& b) { return a.word < b.word; });
    Profile profile;
    for (const auto& entry : all) {
      if (profile.words.empty() || profile.words.back().word != entry.word) {
        profile.words.push_back({entry.word, {}});
      }
      for (std::size_t d = 0; d < kDeedCount; ++d) {
        profile.words.back().weight[d] += entry.weight[d];
      }
    }
    for (const auto& entry : profile.words) {
      for (std::size_t d = 0; d < kDeedCount; ++d) {
        profile.square[d] += square_of(entry.word, entry.weight[d]);
      }
    }
    return profile;
  }

  [[nodiscard]] double square_of(std::uint32_t word, float weight) const {
    const double x = double{idf_[word]} * double{weight};
    return x * x;
  }

  /// What the product itself gave to the profile is taken out: its own traces have columns of
  /// their own.
  void write_row(const Profile& profile, const Weights& own, std::span<const std::uint32_t> title,
                 float* x) const {
    constexpr float kRest = 1e-4F;  // what rounding may leave of a difference
    double title_square = 0;
    std::array<double, kDeedCount> dot{};
    auto square = profile.square;
    float known = 0;
    float total = 0;
    float rarest = 0;
    for (const auto word : title) {
      const float idf = idf_[word];
      title_square += double{idf} * double{idf};
      total += idf;
      const WordWeight* entry = profile.find(word);
      if (entry == nullptr) continue;
      for (std::size_t d = 0; d < kDeedCount; ++d) {
        const float all = entry->weight[d];
        const float rest = all - own[d] > kRest * all ? all - own[d] : 0.0F;
        dot[d] += double{idf} * double{idf} * double{rest};
        square[d] += square_of(word, rest) - square_of(word, all);
        if (d != kTouched || rest == 0) continue;
        known += idf;
        rarest = std::max(rarest, idf);
      }
    }
    for (std::size_t d = 0; d < kDeedCount; ++d) {
      const double length = std::sqrt(std::max(0.0, square[d]) * title_square);
      *x++ = length > 0 && dot[d] > 0 ? std::min(1.0F, static_cast<float>(dot[d] / length)) : 0.0F;
      *x++ = title_square > 0 ? static_cast<float>(dot[d] / title_square) : 0.0F;
    }
    *x++ = ratio(known, total);
    *x++ = rarest;
  }

  const Catalog& catalog_;
  std::span<const float> idf_;
};

}  // namespace

std::vector<ColumnInfo> words_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  for (const auto deed : kDeedNames) {
    const std::string word(deed);
    columns.push_back(
        {word + "_cosine", "cosine of the title's words to those of the other products the user " +
                               word + " (half-life 4 days, words by idf)"});
    columns.push_back({word + "_mean",
                       "mean weight of the title's words in the other products the user " + word});
  }
  columns.push_back(
      {"known_share", "idf share of the title's words that other touched titles have"});
  columns.push_back({"rarest_known", "idf of the rarest such word, 0 where there is none"});
  return columns;
}

std::unique_ptr<FeatureGroup> make_words_group(const FeatureContext& context) {
  return std::make_unique<WordsGroup>(context);
}

}  // namespace vitrina::features
