#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/shop.hpp"

namespace vitrina::bench {

using Json = nlohmann::ordered_json;

/// What the command line of a part says; which of it a part reads, part.cpp lists.
struct Options {
  std::filesystem::path input;
  std::filesystem::path data;
  std::optional<std::filesystem::path> answer;  ///< folder for what the other side is held against
  int threads = 2;
  int k = 25;
  int users = 30'000;
  int candidates = 120;
  std::string kind;  ///< which of a part's variants
};

/// One part of the main job, run in this process on inputs that are read before the clock starts.
struct Part {
  std::string_view name;
  std::string_view summary;
  /// Answers `seconds` (of the part alone, steady clock) and figures of its own.
  Json (*run)(const Options&);
};

Json run_export(const Options& options);
Json run_covisitation(const Options& options);
Json run_ingest(const Options& options);
Json run_sessions(const Options& options);
Json run_features(const Options& options);
Json run_trees(const Options& options);
Json run_answer(const Options& options);
Json run_explain(const Options& options);

/// Writes the log in the engine's order, a row an event and product: user.u32, item.u32 (the
/// largest number where there is none), action.u8, time.i64 in microseconds.
void write_events(const Shop& shop, const std::filesystem::path& folder);

/// Seconds since it was made.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace vitrina::bench
