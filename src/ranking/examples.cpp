#include "ranking/examples.hpp"

#include <algorithm>

#include "core/archive.hpp"

namespace vitrina::ranking {
namespace {

constexpr std::uint32_t kExamplesVersion = 3;

}  // namespace

std::size_t strongest_row(std::span<const float> own) {
  return static_cast<std::size_t>(std::max_element(own.begin(), own.end()) - own.begin());
}

void save_examples(const Examples& examples, const std::filesystem::path& path) {
  ArchiveWriter out("examples", kExamplesVersion);
  out.put_value("cut", examples.cut);
  out.put_value("to", examples.to);
  out.put_texts("columns", examples.columns);
  out.put("offsets", examples.offsets);
  out.put("features", examples.features);
  out.put("label", examples.label);
  out.put("weight", examples.weight);
  out.put("own_valid", examples.own_valid);
  out.put("own_final", examples.own_final);
  out.put("user_weight", examples.user_weight);
  out.put("is_buyer", examples.is_buyer);
  out.put("user_features", examples.user_features);
  out.put("user_own_valid", examples.user_own_valid);
  out.put("user_own_final", examples.user_own_final);
  out.write(path);
}

Examples load_examples(const std::filesystem::path& path) {
  const ArchiveReader in(path, "examples", kExamplesVersion);
  Examples examples;
  examples.cut = in.get_value<TimeUs>("cut");
  examples.to = in.get_value<TimeUs>("to");
  examples.columns = in.get_texts("columns");
  examples.offsets = in.get<std::uint64_t>("offsets");
  examples.features = in.get<float>("features");
  examples.label = in.get<float>("label");
  examples.weight = in.get<float>("weight");
  examples.own_valid = in.get<float>("own_valid");
  examples.own_final = in.get<float>("own_final");
  examples.user_weight = in.get<float>("user_weight");
  examples.is_buyer = in.get<std::uint8_t>("is_buyer");
  examples.user_features = in.get<float>("user_features");
  examples.user_own_valid = in.get<float>("user_own_valid");
  examples.user_own_final = in.get<float>("user_own_final");
  if (examples.offsets.empty()) in.fail("offsets", "is empty");
  const std::size_t n = examples.n_rows();
  const std::size_t n_users = examples.n_users();
  const bool fits =
      examples.offsets.back() == n && examples.features.size() == n * examples.columns.size() &&
      examples.weight.size() == n && examples.own_valid.size() == n &&
      examples.own_final.size() == n && examples.user_weight.size() == n_users &&
      examples.is_buyer.size() == n_users &&
      examples.user_features.size() == n_users * examples.columns.size() &&
      examples.user_own_valid.size() == n_users && examples.user_own_final.size() == n_users;
  if (!fits) in.fail("offsets", "does not fit its sister columns");
  return examples;
}

}  // namespace vitrina::ranking
