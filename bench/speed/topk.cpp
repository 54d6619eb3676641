#include "bench/speed/arrays.hpp"
#include "bench/speed/part.hpp"
#include "models/topk_products.hpp"

namespace vitrina::bench {
namespace {

models::AlignedFloats read_factors(const std::filesystem::path& path) {
  const auto values = read_array<float>(path);
  return {values.begin(), values.end()};
}

}  // namespace

/// --input: users.f32 and items.f32, factors row-major. Packing the products is part of the time.
/// Answer: items.u32 and scores.f32, k a user.
Json run_topk(const Options& options) {
  const auto dim = static_cast<std::size_t>(options.factors);
  const auto k = static_cast<std::size_t>(options.k);
  const auto users = read_factors(options.input / "users.f32");
  const auto items = read_factors(options.input / "items.f32");
  if (dim % models::kLanes != 0 || users.size() % dim != 0 || items.size() % dim != 0) {
    throw Error(ErrorCode::kUsage, fmt::format("--factors: found {}, expected a multiple of {} "
                                               "that the arrays are made of",
                                               dim, models::kLanes));
  }
  const std::size_t n_users = users.size() / dim;
  std::vector<ItemIdx> ids;
  ids.reserve(items.size() / dim);
  for (std::size_t i = 0; i < items.size() / dim; ++i) ids.emplace_back(i);
  const Stopwatch watch;
  const models::TopkProducts search({items.data(), dim}, ids, dim);
  const auto lists = search.find({users.data(), dim}, n_users, k, options.threads);
  const double seconds = watch.seconds();
  if (options.answer) {
    std::vector<std::uint32_t> found;
    std::vector<float> scores;
    for (const auto& entry : lists.values) {
      found.push_back(entry.id.value);
      scores.push_back(entry.score);
    }
    write_array<std::uint32_t>(*options.answer / "items.u32", found);
    write_array<float>(*options.answer / "scores.f32", scores);
  }
  const double flops = 2.0 * static_cast<double>(n_users) * static_cast<double>(ids.size() * dim);
  return {{"seconds", seconds},
          {"users", n_users},
          {"products", ids.size()},
          {"flops_per_second", flops / seconds}};
}

}  // namespace vitrina::bench
