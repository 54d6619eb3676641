#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "models/ials.hpp"
#include "support/feature_oracle.hpp"

// iALS against normal equations that are written down and solved in doubles, without whitening,
// Woodbury's identity or blocks.

namespace vitrina::models {
namespace {

constexpr TimeUs kCut = test::kOracleCut;

/// Factors are floats whose equations are solved in floats.
constexpr double kTolerance = 2e-3;

using Vector = std::vector<double>;

/// Gauss and Jordan with the largest pivot of the column.
Vector dense_solve(std::vector<Vector> a, Vector b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t best = k;
    for (std::size_t i = k; i < n; ++i) {
      if (std::abs(a[i][k]) > std::abs(a[best][k])) best = i;
    }
    std::swap(a[k], a[best]);
    std::swap(b[k], b[best]);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double weight = a[i][k] / a[k][k];
      for (std::size_t j = k; j < n; ++j) a[i][j] -= weight * a[k][j];
      b[i] -= weight * b[k];
    }
  }
  for (std::size_t k = 0; k < n; ++k) b[k] /= a[k][k];
  return b;
}

/// (Y'Y + lambda I + sum e y y') x = sum (1 + e) y.
Vector naive_row(const std::vector<Vector>& columns, std::span<const Confidence> row,
                 double regularization) {
  const std::size_t n = columns.front().size();
  std::vector<Vector> a(n, Vector(n, 0.0));
  Vector b(n, 0.0);
  const auto add = [&](const Vector& y, double weight) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) a[i][j] += weight * y[i] * y[j];
    }
  };
  for (const auto& y : columns) add(y, 1);
  for (std::size_t i = 0; i < n; ++i) a[i][i] += regularization;
  for (const auto& pair : row) {
    add(columns[pair.column], double{pair.excess});
    for (std::size_t i = 0; i < n; ++i) b[i] += (1 + double{pair.excess}) * columns[pair.column][i];
  }
  return dense_solve(std::move(a), std::move(b));
}

std::vector<Vector> in_doubles(const Factors& factors) {
  std::vector<Vector> rows;
  for (std::size_t r = 0; r < factors.n_rows; ++r) {
    rows.emplace_back(factors.row(r), factors.row(r) + factors.dim);
  }
  return rows;
}

Factors random_factors(std::size_t n_rows, std::size_t n_factors, std::uint64_t seed) {
  Factors factors(n_rows, n_factors);
  Rng rng(seed);
  for (std::size_t r = 0; r < n_rows; ++r) {
    for (std::size_t f = 0; f < n_factors; ++f) {
      factors.view().row(r)[f] = static_cast<float>(0.3 * rng.normal());
    }
  }
  return factors;
}

/// Rows with 0, 1, 2, ... pairs and so on from the start again; excess over four magnitudes.
Confidences random_pairs(std::size_t n_rows, std::size_t n_columns, std::size_t most,
                         std::uint64_t seed) {
  Confidences rows;
  Rng rng(seed, 1);
  std::vector<std::uint32_t> columns(n_columns);
  std::iota(columns.begin(), columns.end(), 0U);
  for (std::size_t r = 0; r < n_rows; ++r) {
    test::shuffle(columns, rng);
    const std::size_t n = std::min(r % (most + 1), n_columns);
    std::vector<std::uint32_t> chosen(columns.begin(),
                                      columns.begin() + static_cast<std::ptrdiff_t>(n));
    std::sort(chosen.begin(), chosen.end());
    for (const auto column : chosen) {
      rows.values.push_back({column, static_cast<float>(std::pow(10, 4 * rng.uniform() - 2))});
    }
    rows.offsets.push_back(rows.values.size());
  }
  return rows;
}

double largest(const Vector& x) {
  double most = 0;
  for (const double value : x) most = std::max(most, std::abs(value));
  return most;
}

TEST(IalsOracle, RowsOfAnyLengthSolveTheirNormalEquations) {
  // fewer and more pairs than factors: both ways of solving, whole lanes and not
  for (const std::size_t n_factors : {1U, 5U, 16U, 30U}) {
    const auto fixed = random_factors(150, n_factors, n_factors);
    const auto rows = random_pairs(160, 150, 80, 2);
    const auto columns = in_doubles(fixed);
    for (const double regularization : {0.01, 5.0}) {
      Factors found(rows.n_rows(), n_factors);
      solve_side(rows, fixed, gram_of(fixed, 1), regularization, 1, found);
      for (std::size_t r = 0; r < rows.n_rows(); ++r) {
        SCOPED_TRACE(testing::Message() << n_factors << " factors, row " << r);
        const auto expected = naive_row(columns, rows.row(r), regularization);
        for (std::size_t f = 0; f < found.dim; ++f) {
          ASSERT_NEAR(found.row(r)[f], expected[f], kTolerance * (largest(expected) + 1e-6));
        }
      }
    }
  }
}

TEST(IalsOracle, AnswersTheGramMatrixOfWhatItSolved) {
  const auto fixed = random_factors(40, 12, 3);
  const auto rows = random_pairs(700, 40, 30, 4);  // several chunks
  Factors found(rows.n_rows(), 12);
  const auto gram = solve_side(rows, fixed, gram_of(fixed, 1), 0.1, 1, found);
  EXPECT_EQ(gram, gram_of(found, 3));
  for (std::size_t i = 0; i < found.dim; ++i) {
    for (std::size_t j = i; j < found.dim; ++j) {
      double expected = 0;
      for (std::size_t r = 0; r < found.n_rows; ++r) {
        expected += double{found.row(r)[i]} * double{found.row(r)[j]};
      }
      ASSERT_NEAR(gram[i * found.dim + j], expected, 1e-3 * (1 + std::abs(expected)));
    }
  }
}

TEST(IalsOracle, AnyNumberOfThreadsSolvesTheSame) {
  const auto fixed = random_factors(300, 24, 5);
  const auto rows = random_pairs(2000, 300, 60, 6);
  Factors one(rows.n_rows(), 24);
  Factors four(rows.n_rows(), 24);
  const auto gram_one = solve_side(rows, fixed, gram_of(fixed, 1), 0.1, 1, one);
  const auto gram_four = solve_side(rows, fixed, gram_of(fixed, 4), 0.1, 4, four);
  EXPECT_EQ(one.values, four.values);
  EXPECT_EQ(gram_one, gram_four);
}

TEST(IalsOracle, TransposingTwiceChangesNothing) {
  const auto rows = random_pairs(90, 50, 20, 7);
  const auto columns = transposed(rows, 50);
  ASSERT_EQ(columns.n_rows(), 50U);
  const auto back = transposed(columns, 90);
  EXPECT_EQ(back.offsets, rows.offsets);
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    EXPECT_EQ(back.values[i].column, rows.values[i].column);
    EXPECT_EQ(back.values[i].excess, rows.values[i].excess);
  }
}

/// sum over all pairs of c (p - x'y)^2, and the penalty.
double objective(const Confidences& rows, const Factors& x, const Factors& y, double lambda) {
  double total = 0;
  for (std::size_t r = 0; r < x.n_rows; ++r) {
    std::vector<double> excess(y.n_rows, -1);
    for (const auto& pair : rows.row(r)) excess[pair.column] = double{pair.excess};
    for (std::size_t c = 0; c < y.n_rows; ++c) {
      double score = 0;
      for (std::size_t f = 0; f < x.dim; ++f) score += double{x.row(r)[f]} * double{y.row(c)[f]};
      const bool met = excess[c] >= 0;
      total += (met ? 1 + excess[c] : 1) * std::pow((met ? 1 : 0) - score, 2);
    }
  }
  for (const auto* side : {&x, &y}) {
    for (const float value : side->values) total += lambda * double{value} * double{value};
  }
  return total;
}

TEST(IalsOracle, TheObjectiveNeverRises) {
  constexpr double kLambda = 0.05;
  for (const auto seed : test::property_seeds(3)) {
    SCOPED_TRACE(seed);
    const auto rows = random_pairs(80, 50, 25, seed);
    const auto columns = transposed(rows, 50);
    auto y = random_factors(50, 12, seed);
    Factors x(80, 12);
    auto gram = gram_of(y, 1);
    double last = std::numeric_limits<double>::infinity();
    double first = 0;
    for (int i = 0; i < 12; ++i) {
      gram = solve_side(rows, y, gram, kLambda, 1, x);
      const double half = objective(rows, x, y, kLambda);
      gram = solve_side(columns, x, gram, kLambda, 1, y);
      const double whole = objective(rows, x, y, kLambda);
      if (i == 0) first = half;
      EXPECT_LE(half, last * (1 + 1e-5));
      EXPECT_LE(whole, half * (1 + 1e-5));
      last = whole;
    }
    EXPECT_LT(last, first * 0.95);
  }
}

/// Users and products of two colours; a user meets every product of the own colour but one.
std::vector<test::Event> checkerboard() {
  std::vector<test::Event> events;
  for (char u = 0; u < 20; ++u) {
    for (char i = 0; i < 16; ++i) {
      if ((u + i) % 2 != 0 || i == u) continue;
      events.push_back({std::string("u") + static_cast<char>('a' + u),
                        std::string("p") + static_cast<char>('a' + i), test::kOpening + u + i,
                        Action::kView, 0, ""});
    }
  }
  return events;
}

TEST(IalsOracle, FillsInACheckerboard) {
  const auto shop = test::shop_of(checkerboard());
  const auto model =
      Ials::fit({shop, kCut, kUsPerDay, 20, 10, 2}, {.factors = 2, .iterations = 10});
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto user = model.fold_in(test::history_of(shop.events, UserIdx(u), kCut), kCut);
    for (std::size_t i = 0; i < shop.items.size(); ++i) {
      const bool is_own = (u + i) % 2 == 0;
      EXPECT_NEAR(model.score(user, ItemIdx(i)), is_own ? 1 : 0, 0.1)
          << shop.users.text(u) << " " << shop.items.text(i);
    }
  }
}

/// The strengths of a user's pairs, one event after the other.
std::map<std::size_t, double> naive_strengths(const Shop& shop, const Ials& model, UserIdx user,
                                              const IalsConfig& config) {
  std::map<std::size_t, double> strength;
  const auto events = shop.events.before(user, kCut);
  for (std::size_t e = 0; e < events.size(); ++e) {
    if (!events.item[e].valid() || !model.knows(events.item[e])) continue;
    const double weight = events.action[e] == Action::kView        ? config.view_weight
                          : events.action[e] == Action::kLike      ? config.like_weight
                          : events.action[e] == Action::kBasketAdd ? config.basket_weight
                          : events.action[e] == Action::kOrder     ? config.order_weight
                                                                   : 0;
    if (weight == 0) continue;
    const double age = to_days(kCut - events.time[e]);
    strength[events.item[e].value] += weight * std::pow(2.0, -age / config.half_life_days);
  }
  return strength;
}

TEST(IalsOracle, FoldsAUserInByTheNormalEquations) {
  for (const std::size_t n_factors : {4U, 24U}) {  // users with more and with fewer products
    const IalsConfig config{.factors = static_cast<int>(n_factors), .half_life_days = 3};
    for (const auto seed : test::property_seeds(3)) {
      const auto shop =
          test::shop_of(test::random_events({.seed = seed}), test::random_catalog({.seed = seed}));
      const auto model = Ials::fit({shop, kCut, kUsPerDay, 20, 10, 2}, config);
      ASSERT_GT(model.n_items(), 10U);
      std::vector<Vector> products;
      std::map<std::size_t, std::uint32_t> row_of;
      for (std::size_t i = 0; i < shop.items.size(); ++i) {
        if (!model.knows(ItemIdx(i))) continue;
        row_of[i] = static_cast<std::uint32_t>(products.size());
        const auto factor = model.factor(ItemIdx(i));
        products.emplace_back(factor.begin(), factor.end());
      }
      for (std::size_t u = 0; u < shop.users.size(); ++u) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << " " << shop.users.text(u));
        std::vector<Confidence> row;
        for (const auto& [item, strength] : naive_strengths(shop, model, UserIdx(u), config)) {
          row.push_back({row_of.at(item), static_cast<float>(config.alpha * strength)});
        }
        const auto expected = naive_row(products, row, config.regularization);
        const auto found = model.fold_in(test::history_of(shop.events, UserIdx(u), kCut), kCut);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t f = 0; f < found.size(); ++f) {
          ASSERT_NEAR(found[f], expected[f], kTolerance * (largest(expected) + 1e-3));
        }
      }
    }
  }
}

TEST(IalsOracle, TheTopIsThatOfAFullScan) {
  std::size_t n_found = 0;
  for (const auto seed : test::property_seeds(3)) {
    const auto shop = test::shop_of(
        test::random_events({.seed = seed, .n_users = 200, .n_items = 400, .n_events = 6000}));
    const auto model = Ials::fit({shop, kCut, kUsPerDay, 20, 10, 2}, {.factors = 8});
    ASSERT_GT(model.n_items(), 200U) << "one block is no scan";
    const auto is_allowed = [](ItemIdx item) { return item.value % 3 != 0; };
    for (std::size_t u = 0; u < shop.users.size(); ++u) {
      const auto user = model.fold_in(test::history_of(shop.events, UserIdx(u), kCut), kCut);
      std::vector<ScoredItem> expected;
      for (std::size_t i = 0; i < shop.items.size(); ++i) {
        const float score = model.score(user, ItemIdx(i));
        if (score > 0 && is_allowed(ItemIdx(i))) expected.push_back({ItemIdx(i), score});
      }
      std::sort(expected.begin(), expected.end(), ranks_before<ItemIdx>);
      for (const std::size_t k : {0U, 1U, 7U, 1000U}) {
        const std::vector<ScoredItem> best(
            expected.begin(),
            expected.begin() + static_cast<std::ptrdiff_t>(std::min(k, expected.size())));
        ASSERT_EQ(model.top(user, is_allowed, k), best) << k;
        n_found += best.size();
      }
    }
  }
  EXPECT_GT(n_found, 1000U);
}

const Ials& model_of(const test::World& world) { return *world.models.ials; }

TEST(IalsFeatures, ScoreIsTheInnerProduct) {
  test::expect_column(
      "ials__score", [](const test::World& world, const auto& user, const auto& item) {
        const auto& model = model_of(world);
        const auto own = test::item_of(world.shop, item);
        if (!model.knows(own)) return std::nan("");
        const auto found = model.fold_in(
            test::history_of(world.shop.events, test::user_of(world.shop, user), kCut), kCut);
        const auto factor = model.factor(own);
        return std::inner_product(factor.begin(), factor.end(), found.begin(), 0.0);
      });
}

TEST(IalsFeatures, LargestCosineToTheLastFive) {
  test::expect_column(
      "ials__recent_cosine_max", [](const test::World& world, const auto& user, const auto& item) {
        const auto& model = model_of(world);
        const auto own = test::item_of(world.shop, item);
        std::map<std::string, TimeUs> last;
        for (const auto& event : world.past) {
          if (event.user == user && event.item != item && test::is_trace(event)) {
            last[event.item] = std::max(last[event.item], event.time);
          }
        }
        std::vector<std::pair<TimeUs, ItemIdx>> newest;
        for (const auto& [other, time] : last) {
          newest.emplace_back(-time, test::item_of(world.shop, other));
        }
        std::sort(newest.begin(), newest.end());
        newest.resize(std::min<std::size_t>(newest.size(), 5));
        double best = std::nan("");
        for (const auto& [time, other] : newest) {
          if (!model.knows(own) || !model.knows(other)) continue;
          const auto a = model.factor(own);
          const auto b = model.factor(other);
          const double cosine = std::inner_product(a.begin(), a.end(), b.begin(), 0.0) /
                                std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0) *
                                          std::inner_product(b.begin(), b.end(), b.begin(), 0.0));
          best = std::isnan(best) ? cosine : std::max(best, cosine);
        }
        return best;
      });
}

}  // namespace
}  // namespace vitrina::models
