#include "fuzz/target.hpp"

#include <algorithm>
#include <array>

namespace vitrina::fuzz {

std::span<const Target> targets() {
  static const std::array kTargets{kHttpTarget,  kJsonTarget,   kStoreTarget,      kBundleTarget,
                                   kTreesTarget, kLogCsvTarget, kLogParquetTarget, kParamsTarget};
  return kTargets;
}

const Target& find_target(std::string_view name) {
  const auto all = targets();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& target) { return target.name == name; });
  if (found == all.end()) throw std::invalid_argument("no target '" + std::string(name) + "'");
  return *found;
}

}  // namespace vitrina::fuzz
