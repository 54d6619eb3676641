#include "ranking/examples.hpp"

#include "core/archive.hpp"

namespace vitrina::ranking {
namespace {

constexpr std::uint32_t kExamplesVersion = 1;

}  // namespace

void save_examples(const Examples& examples, const std::filesystem::path& path) {
  ArchiveWriter out("examples", kExamplesVersion);
  out.put_texts("columns", examples.columns);
  out.put("offsets", examples.offsets);
  out.put("features", examples.features);
  out.put("label", examples.label);
  out.put("weight", examples.weight);
  out.put("own_valid", examples.own_valid);
  out.put("own_final", examples.own_final);
  out.put("user_weight", examples.user_weight);
  out.put("is_buyer", examples.is_buyer);
  out.write(path);
}

Examples load_examples(const std::filesystem::path& path) {
  const ArchiveReader in(path, "examples", kExamplesVersion);
  Examples examples;
  examples.columns = in.get_texts("columns");
  examples.offsets = in.get<std::uint64_t>("offsets");
  examples.features = in.get<float>("features");
  examples.label = in.get<float>("label");
  examples.weight = in.get<float>("weight");
  examples.own_valid = in.get<float>("own_valid");
  examples.own_final = in.get<float>("own_final");
  examples.user_weight = in.get<float>("user_weight");
  examples.is_buyer = in.get<std::uint8_t>("is_buyer");
  const std::size_t n = examples.n_rows();
  const bool fits = !examples.offsets.empty() && examples.offsets.back() == n &&
                    examples.features.size() == n * examples.columns.size() &&
                    examples.weight.size() == n && examples.own_valid.size() == n &&
                    examples.own_final.size() == n &&
                    examples.user_weight.size() == examples.n_users() &&
                    examples.is_buyer.size() == examples.n_users();
  if (!fits) in.fail("offsets", "does not fit its sister columns");
  return examples;
}

}  // namespace vitrina::ranking
