#include "pipeline/lineage.hpp"

#include <fmt/format.h>

#include "command/layout.hpp"
#include "core/archive.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

namespace vitrina::pipeline {
namespace {

namespace fs = std::filesystem;

fs::path made_of_file(const fs::path& folder) { return folder / "made_of.txt"; }

}  // namespace

Folds folds_of_shop(const command::Context& context) {
  const auto file = context.path(command::kSplitFile);
  auto folds = load_folds(file);
  const auto shop = context.path(command::kShopFile);
  if (folds.shop != archive_digest(shop)) {
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("{}: was decided for another shop than that of {}; run 'vitrina split' "
                            "and the stages after it again",
                            printable(file.string()), printable(shop.string())));
  }
  return folds;
}

void write_made_of(const fs::path& folder, const Folds& folds) {
  write_file(made_of_file(folder), digest(folds) + "\n");
}

void check_made_of(const fs::path& folder, const Folds& folds, std::string_view stage) {
  const auto file = made_of_file(folder);
  if (fs::exists(file) && read_file(file) == digest(folds) + "\n") return;
  throw Error(ErrorCode::kIncompatibleArtifact,
              fmt::format("{}: was made of another shop or other folds than those of now; run "
                          "'vitrina {}' and the stages after it again",
                          printable(folder.string()), stage));
}

}  // namespace vitrina::pipeline
