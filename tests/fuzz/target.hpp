#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina::fuzz {

/// What a fuzzer feeds.
using Bytes = std::span<const std::uint8_t>;

/// An input of a target, with a name.
struct Seed {
  std::string name;
  std::string bytes;
};

/// A door through which bytes of strangers come in. `run` takes any bytes: what is wrong with them
/// may be refused as it is promised there (vitrina::Error, an answer of HTTP); everything else, a
/// Broken among them, is a defect.
struct Target {
  std::string_view name;  ///< also of the folder of its corpus
  std::string_view summary;
  void (*run)(Bytes);
  /// What to begin with, of the present formats.
  std::vector<Seed> (*seeds)();
};

/// A promise that was not kept.
class Broken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws Broken unless what is promised holds.
inline void require(bool holds, const std::string& promise) {
  if (!holds) throw Broken(promise);
}

inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const Target> targets();
/// Throws std::invalid_argument for none of that name.
const Target& find_target(std::string_view name);

// one a file of this folder
extern const Target kHttpTarget;
extern const Target kJsonTarget;
extern const Target kStoreTarget;
extern const Target kBundleTarget;
extern const Target kTreesTarget;
extern const Target kLogCsvTarget;
extern const Target kLogParquetTarget;
extern const Target kParamsTarget;

}  // namespace vitrina::fuzz
