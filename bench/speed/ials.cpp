#include <algorithm>

#include "bench/speed/arrays.hpp"
#include "bench/speed/part.hpp"
#include "models/ials_solver.hpp"

namespace vitrina::bench {
namespace {

models::Confidences read_matrix(const std::filesystem::path& folder) {
  models::Confidences users;
  users.offsets = read_array<std::uint64_t>(folder / "offsets.u64");
  const auto columns = read_array<std::uint32_t>(folder / "columns.u32");
  const auto excess = read_array<float>(folder / "excess.f32");
  if (columns.size() != excess.size() || users.offsets.empty() ||
      users.offsets.back() != columns.size()) {
    throw Error(ErrorCode::kBadData, folder.string() + ": arrays do not fit together");
  }
  for (std::size_t p = 0; p < columns.size(); ++p) users.values.push_back({columns[p], excess[p]});
  return users;
}

/// The products' first factors, which both sides are given.
models::Factors read_start(const std::filesystem::path& path, std::size_t n_factors) {
  const auto values = read_array<float>(path);
  models::Factors factors(values.size() / n_factors, n_factors);
  for (std::size_t r = 0; r < factors.n_rows; ++r) {
    std::copy_n(values.data() + r * n_factors, n_factors, factors.view().row(r));
  }
  return factors;
}

}  // namespace

/// --input: offsets.u64, columns.u32 and excess.f32 (confidence - 1) of the users' rows, and
/// start_<factors>.f32, from which the products' factors start.
/// Answer: users.f32 and items.f32, factors row-major.
Json run_ials(const Options& options) {
  const auto users = read_matrix(options.input);
  const auto n_factors = static_cast<std::size_t>(options.factors);
  auto of_products = read_start(options.input / fmt::format("start_{}.f32", n_factors), n_factors);
  const Stopwatch watch;
  const auto products = models::transposed(users, of_products.n_rows);
  models::Factors of_users(users.n_rows(), n_factors);
  models::alternate({users, products}, options.regularization, options.iterations, options.threads,
                    of_users, of_products);
  const double seconds = watch.seconds();
  if (options.answer) {
    write_array<float>(*options.answer / "users.f32", of_users.values);
    write_array<float>(*options.answer / "items.f32", of_products.values);
  }
  return {{"seconds", seconds},
          {"pairs", users.values.size()},
          {"users", users.n_rows()},
          {"products", of_products.n_rows}};
}

}  // namespace vitrina::bench
