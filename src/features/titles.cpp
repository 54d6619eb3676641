#include "features/titles.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "core/scratch.hpp"
#include "data/places.hpp"
#include "features/ages.hpp"
#include "features/column_table.hpp"
#include "features/neighbour_columns.hpp"

namespace vitrina::features {
namespace {

/// The title words of a user's last products and basket: which of them have a word. Asked once a
/// word of a candidate, instead of comparing its title with each of theirs.
class UserWords {
 public:
  UserWords(const Catalog& catalog, std::span<const ItemIdx> recent,
            std::span<const ItemIdx> basket, Scratch& scratch)
      : places_(scratch.word_places), bits_(scratch.word_bits) {
    grow_to(bits_, catalog.n_words() / 64 + 1);
    std::size_t n = 0;
    for (const auto items : {recent, basket}) {
      for (const auto item : items) n += catalog.words_of(item).size();
    }
    places_.reset(n);
    holders_ = scratch.arena.take<Holders>(n);
    words_ = scratch.arena.take<std::uint32_t>(n);
    for (std::size_t i = 0; i < recent.size(); ++i) {
      for (const auto word : catalog.words_of(recent[i])) holders_[add(word)].recent |= 1U << i;
    }
    for (const auto item : basket) {
      for (const auto word : catalog.words_of(item)) ++holders_[add(word)].n_in_basket;
    }
  }
  ~UserWords() {
    for (const auto word : words_.first(places_.size())) bits_[word / 64] = 0;
  }
  UserWords(const UserWords&) = delete;
  UserWords& operator=(const UserWords&) = delete;

  struct Holders {
    std::uint32_t recent = 0;  ///< a bit a product
    std::uint32_t n_in_basket = 0;
  };

  /// Few words of a candidate are among the user's: a bit says so for less than a look into the
  /// table.
  [[nodiscard]] Holders of(std::uint32_t word) const {
    if ((bits_[word / 64] >> (word % 64) & 1U) == 0) return {};
    return holders_[places_.find(word)];
  }

 private:
  std::uint32_t add(std::uint32_t word) {
    const auto place = places_.add(word);
    words_[place] = word;
    bits_[word / 64] |= std::uint64_t{1} << (word % 64);
    return place;
  }

  WordPlaces& places_;
  std::vector<std::uint64_t>& bits_;
  std::span<Holders> holders_;
  std::span<std::uint32_t> words_;  ///< by place
};

/// What a product's title shares with the others: those in the basket, and the last ones.
struct TitleRow {
  float basket_cosine_max = kUnknown;
  float basket_cosine_mean = kUnknown;
  float basket_rarest = 0;
  float last_shared = kUnknown;
  float recent_shared = kUnknown;
  float recent_rarest = 0;
};

/// Behind those of the neighbours.
constexpr auto kTitleColumns = column_table(
    column("basket_cosine_max",
           "largest cosine of title vectors to the other products in the basket",
           [](const TitleRow& row) { return row.basket_cosine_max; }),
    column("basket_cosine_mean", "mean of these",
           [](const TitleRow& row) { return row.basket_cosine_mean; }),
    column("basket_rarest", "idf of the rarest title word shared with one of them",
           [](const TitleRow& row) { return row.basket_rarest; }),
    column("last_shared", "idf share of the title's words that the last other product has too",
           [](const TitleRow& row) { return row.last_shared; }),
    column("recent_shared", "the largest such share over the last 10 products",
           [](const TitleRow& row) { return row.recent_shared; }),
    column("recent_rarest", "idf of the rarest title word shared with one of them",
           [](const TitleRow& row) { return row.recent_rarest; }));

class TitlesGroup final : public FeatureGroup {
 public:
  explicit TitlesGroup(const FeatureContext& context)
      : catalog_(context.products.catalog),
        titles_(*context.models.titles),
        idf_(context.products.catalog.word_idf) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& scratch) const override {
    const auto recent = rows.newest(kNeighbourProducts);
    const auto basket = rows.basket();
    write_neighbour_columns([&](ItemIdx item) { return titles_.neighbours(item); }, rows, out, 0);
    const UserWords words(catalog_, recent, basket, scratch);
    const auto& title_words = catalog_.title_words;
    constexpr std::size_t kAhead = 4;
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      // where a title begins, then its words: both lie anywhere in memory
      if (r + 2 * kAhead < rows.n_rows() && catalog_.has(rows.item[r + 2 * kAhead])) {
        __builtin_prefetch(&title_words.offsets[rows.item[r + 2 * kAhead].value]);
      }
      if (r + kAhead < rows.n_rows()) {
        __builtin_prefetch(catalog_.words_of(rows.item[r + kAhead]).data());
      }
      TitleRow row;
      find_cosines(rows.item[r], basket, row);
      find_shared_words(rows.item[r], words, recent, basket, row);
      kTitleColumns.write(row, out.at(r) + kNeighbourColumnCount);
    }
  }

 private:
  static_assert(kNeighbourProducts <= 32, "UserWords::Holders has a bit a product");

  void find_cosines(ItemIdx item, std::span<const ItemIdx> basket, TitleRow& row) const {
    float best = kUnknown;
    float total = 0;
    float n = 0;
    for (const auto other : basket) {
      if (other == item || catalog_.vector_dim == 0) continue;
      const float cosine = catalog_.cosine(item, other);
      best = n == 0 ? cosine : std::max(best, cosine);
      total += cosine;
      n += 1;
    }
    row.basket_cosine_max = best;
    row.basket_cosine_mean = ratio(total, n);
  }

  /// The product itself does not count as another with the same words.
  void find_shared_words(ItemIdx item, const UserWords& words, std::span<const ItemIdx> recent,
                         std::span<const ItemIdx> basket, TitleRow& row) const {
    std::uint32_t others = 0;
    for (std::size_t i = 0; i < recent.size(); ++i) {
      others |= (recent[i] == item ? 0U : 1U) << i;
    }
    const std::uint32_t n_own = std::find(basket.begin(), basket.end(), item) != basket.end();
    std::array<float, kNeighbourProducts> shared{};
    float own = 0;
    float rarest_in_basket = 0;
    float rarest_recent = 0;
    for (const auto word : catalog_.words_of(item)) {
      const float idf = idf_[word];
      own += idf;
      const auto holders = words.of(word);
      if (holders.n_in_basket > n_own) rarest_in_basket = std::max(rarest_in_basket, idf);
      const std::uint32_t with_word = holders.recent & others;
      if (with_word != 0) rarest_recent = std::max(rarest_recent, idf);
      for (auto left = with_word; left != 0; left &= left - 1) {
        shared[static_cast<std::size_t>(std::countr_zero(left))] += idf;
      }
    }
    row.basket_rarest = rarest_in_basket;
    if (others != 0) {
      row.last_shared = ratio(shared[static_cast<std::size_t>(std::countr_zero(others))], own);
    }
    row.recent_shared = ratio(*std::max_element(shared.begin(), shared.end()), own);
    row.recent_rarest = rarest_recent;
  }

  const Catalog& catalog_;
  const models::Titles& titles_;
  std::span<const float> idf_;
};

}  // namespace

std::vector<ColumnInfo> titles_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  add_neighbour_columns("cold", "title similarity of a cold product", columns);
  kTitleColumns.describe(columns);
  return columns;
}

std::unique_ptr<FeatureGroup> make_titles_group(const FeatureContext& context) {
  return std::make_unique<TitlesGroup>(context);
}

}  // namespace vitrina::features
