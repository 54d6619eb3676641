#include "fuzz/folder.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "core/file.hpp"
#include "support/random_shop.hpp"
#include "vitrina/fit.hpp"

namespace vitrina::fuzz {
namespace {

/// The folder of all of them; gone at the end of the process, where that is an orderly one.
const std::filesystem::path& root() {
  struct Root {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("vitrina_fuzz." + std::to_string(::getpid()));
    Root() { std::filesystem::create_directories(path); }
    Root(const Root&) = delete;
    Root& operator=(const Root&) = delete;
    ~Root() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const Root kRoot;
  return kRoot.path;
}

std::filesystem::path fit_tiny_bundle() {
  const test::RandomShop config{.seed = 5, .n_users = 20, .n_items = 12, .n_events = 500};
  const auto shop = folder("shop");
  write_file(shop / "train_actions.csv", test::log_csv(test::random_events(config)));
  write_file(shop / "catalog.csv", test::catalog_csv(test::random_catalog(config)));
  FitOptions options;
  // every model and few columns: most of the time of a run would go into trees otherwise
  options.params = {{"train.min_positives", "1"},
                    {"train.min_leaf_rows", "5"},
                    {"train.min_leaf_hessian", "0.01"},
                    {"train.rounds", "2"},
                    {"train.leaves", "3"},
                    {"choose.k", "6"},
                    {"features.pair.enabled", "false"},
                    {"features.user.enabled", "false"},
                    {"features.generators.enabled", "false"},
                    {"features.sessions.enabled", "true"},
                    {"candidates.session_neighbours.enabled", "true"}};
  options.bundle = root() / "bundle";
  options.threads = 1;
  (void)fit(shop, options);
  return options.bundle;
}

}  // namespace

std::filesystem::path folder(std::string_view name) {
  auto path = root() / name;
  std::filesystem::create_directories(path);
  return path;
}

void write_plain(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  require(out.good(), "a file of the fuzzer's own can be written");
}

std::filesystem::path tiny_bundle() {
  static const auto kBundle = fit_tiny_bundle();
  return kBundle;
}

}  // namespace vitrina::fuzz
