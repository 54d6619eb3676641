#include <cstring>

#include "bench/speed/arrays.hpp"
#include "bench/speed/part.hpp"
#include "core/hash.hpp"
#include "data/shop_file.hpp"
#include "models/covisitation.hpp"

namespace vitrina::bench {
namespace {

using models::CovisitationSpec;
using models::NeighbourTable;

/// The matrix that peers are asked for: half-life one hour, a day apart at most.
constexpr CovisitationSpec kOne{"seen_together_1h", shows_interest, shows_interest, false, 1, 1};

std::vector<CovisitationSpec> family() {
  std::vector<CovisitationSpec> specs(models::kCovisitationSpecs.begin(),
                                      models::kCovisitationSpecs.end());
  specs.insert(specs.end(), models::kCovisitationFamilySpecs.begin(),
               models::kCovisitationFamilySpecs.end());
  return specs;
}

void write_pairs(const NeighbourTable& table, const std::filesystem::path& folder) {
  std::vector<std::uint32_t> from;
  std::vector<std::uint32_t> to;
  std::vector<float> weight;
  for (std::size_t i = 0; i < table.n_items(); ++i) {
    for (const auto& neighbour : table.of(ItemIdx(i))) {
      from.push_back(static_cast<std::uint32_t>(i));
      to.push_back(neighbour.id.value);
      weight.push_back(neighbour.score);
    }
  }
  write_array<std::uint32_t>(folder / "from.u32", from);
  write_array<std::uint32_t>(folder / "to.u32", to);
  write_array<float>(folder / "weight.f32", weight);
}

/// A line a matrix: its name and the digest of all its rows.
void write_digests(std::span<const CovisitationSpec> specs, std::span<const NeighbourTable> tables,
                   const std::filesystem::path& folder) {
  std::string text;
  for (std::size_t m = 0; m < tables.size(); ++m) {
    Sha256 digest;
    for (std::size_t i = 0; i < tables[m].n_items(); ++i) {
      for (const auto& neighbour : tables[m].of(ItemIdx(i))) {
        digest.update(fmt::format("{} {} {:a}\n", i, neighbour.id.value, neighbour.score));
      }
    }
    text += fmt::format("{} {}\n", specs[m].name, digest.hex());
  }
  write_file(folder / "digests.txt", text);
}

}  // namespace

/// --input: a shop archive. --kind one: the matrix that peers make, without damping; answer:
/// from.u32, to.u32, weight.f32. --kind family: every matrix of the engine in one pass; --kind
/// members: the same one by one; answer of both: digests.txt.
Json run_covisitation(const Options& options) {
  const auto shop = load_shop(options.input);
  const models::FitContext context{shop, shop.end, kUsPerDay, 3000, options.k, options.threads};
  models::CovisitationConfig config;
  const bool is_one = options.kind == "one";
  if (is_one) config.popularity_damping = 0;
  const auto specs = is_one ? std::vector{kOne} : family();
  std::vector<NeighbourTable> tables;
  Json members = Json::object();
  const Stopwatch watch;
  if (options.kind == "members") {
    for (const auto& spec : specs) {
      const Stopwatch of_member;
      tables.push_back(models::fit_covisitation(context, config, std::span(&spec, 1)).front());
      members[std::string(spec.name)] = of_member.seconds();
    }
  } else {
    tables = models::fit_covisitation(context, config, specs);
  }
  const double seconds = watch.seconds();
  if (options.answer && is_one) write_pairs(tables.front(), *options.answer);
  if (options.answer && !is_one) write_digests(specs, tables, *options.answer);
  Json json{{"seconds", seconds}, {"matrices", tables.size()}};
  if (!members.empty()) json["members"] = members;
  return json;
}

}  // namespace vitrina::bench
