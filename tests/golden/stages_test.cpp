#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <sstream>

#include "bundle/bundle.hpp"
#include "command/configuration.hpp"
#include "command/layout.hpp"
#include "core/archive.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "data/shop_file.hpp"
#include "golden/canonical.hpp"
#include "models/model_set.hpp"
#include "pipeline/folds.hpp"
#include "program/table.hpp"
#include "support/scratch.hpp"
#include "support/text_shop.hpp"

// What every stage of the pipeline writes for one tiny shop, against tests/golden/data. After a
// change that is meant, VITRINA_UPDATE_GOLDEN=1 rewrites the files and prints what changed.

namespace vitrina::golden {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

bool is_updating() { return std::getenv("VITRINA_UPDATE_GOLDEN") != nullptr; }

fs::path golden_file(std::string_view name) {
  return fs::path(VITRINA_TESTS_DIR) / "golden" / "data" / name;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The lines that changed between the common beginning and the common end; of many the first.
std::string difference(const std::string& expected, const std::string& found) {
  const auto a = lines_of(expected);
  const auto b = lines_of(found);
  std::size_t head = 0;
  while (head < std::min(a.size(), b.size()) && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < std::min(a.size(), b.size()) - head &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  constexpr std::size_t kShown = 40;
  std::string text = "line " + std::to_string(head + 1) + "\n";
  const auto show = [&](const std::vector<std::string>& lines, std::string_view sign) {
    const std::size_t end = lines.size() - tail;
    for (std::size_t i = head; i < std::min(end, head + kShown); ++i) {
      text.append(sign).append(lines[i]).append("\n");
    }
    if (end > head + kShown) text.append(sign).append("...\n");
  };
  show(a, "- ");
  show(b, "+ ");
  return text;
}

void expect_golden(std::string_view name, const std::string& found) {
  const auto path = golden_file(name);
  const std::string expected = fs::exists(path) ? read_file(path) : "";
  if (found == expected) return;
  if (is_updating()) {
    write_file(path, found);
    std::cout << name << ": updated, " << difference(expected, found);
    return;
  }
  ADD_FAILURE() << path.string() << " differs, " << difference(expected, found)
                << "if that is meant: VITRINA_UPDATE_GOLDEN=1 build/golden_tests";
}

/// The parameters of generators and feature groups that are off are left out, so that a new part
/// that begins switched off changes no golden file.
Json without_parts_that_are_off(const Json& params) {
  Json kept;
  for (const auto& [key, value] : params.items()) {
    const auto part = key.substr(0, key.rfind('.'));
    if (params.value(part + ".enabled", "true") == "true") kept[key] = value;
  }
  return kept;
}

/// A week in which products are looked at, put into baskets and ordered; a moment is a quarter of
/// a day. Eight products in three categories, one of them not in the catalog, one never seen.
test::TextShop tiny_shop() {
  return test::text_shop(R"(
    ann  vA bA .  oA . .  vB bB .  .  oB .  vC .  bC .  .  oC .  .  vD .  bD .
    bob  .  vA vB .  . bB .  .  oB .  .  vC .  .  .  bC oC .  .  .  .  vE .  bE
    cat  vC .  .  vD . .  bD .  .  oD .  .  .  lA .  .  .  .  bA .  .  oA vB .
    dan  .  .  vE .  . vE .  bE .  dE .  .  bE .  .  .  oE .  .  .  vA .  .  vA
    eve  i  .  s  vF . .  .  .  g  .  vF .  .  bF .  c  .  .  vG .  .  .  pAG .
    fay  .  vB .  bB . oB .  .  .  .  .  .  vD .  bD .  .  .  .  .  .  .  .  oD
    gus  .  .  .  .  . .  .  .  .  .  vA .  .  .  .  .  bA .  .  .  .  .  oA .
  )",
                         "shoes ABF, hats CDH, socks E", kUsPerDay / 4);
}

class GoldenStages : public testing::Test {
 protected:
  /// Runs the whole pipeline once, stage by stage, in a workspace of its own.
  static void SetUpTestSuite() {
    workspace_ = test::scratch("golden_workspace");
    fs::remove_all(workspace_);
    const auto shop = tiny_shop();
    write_file(workspace_ / "shop" / "train_actions.csv", test::log_csv(shop.events));
    auto products = shop.products;
    for (std::size_t i = 0; i < products.size(); ++i) {
      products[i].price = static_cast<float>(100 * (i + 1));
      products[i].title = std::to_string(i % 3) + " " + std::to_string(7 + i);
    }
    write_file(workspace_ / "shop" / "catalog.csv", test::catalog_csv(products));

    static SilentProgress progress;
    context_.workspace = workspace_;
    context_.params = command::load_params({},
                                           {{"ingest.data_dir", (workspace_ / "shop").string()},
                                            {"choose.max_users", "5"},
                                            {"choose.k", "4"},
                                            {"engine.max_candidates", "8"},
                                            {"models.own_history.min_buyers", "1"},
                                            {"train.min_positives", "1"},
                                            {"train.min_leaf_rows", "2"},
                                            {"train.min_leaf_hessian", "0.01"},
                                            {"train.rounds", "4"},
                                            {"evaluate.draws", "100"}},
                                           program::all_sections());
    context_.progress = &progress;
    context_.seed = 42;
    for (const auto& stage : program::table()) {
      if (stage.is_pipeline) stage.run(context_);
    }
    shop_ = load_shop(context_.path(command::kShopFile));
  }
  static void TearDownTestSuite() { fs::remove_all(workspace_); }

  static models::ModelSet final_models() {
    return models::load_models(command::models_file(workspace_, pipeline::kFinalFold), shop_);
  }
  static ranking::Examples first_examples() {
    return ranking::load_examples(command::examples_file(workspace_, "w01"));
  }

  static inline fs::path workspace_;
  static inline command::Context context_;
  static inline Shop shop_;
};

TEST_F(GoldenStages, Ingest) {
  expect_golden("ingest_shop.txt", to_text(shop_));
  expect_golden("ingest_report.json", json_text(context_.path(command::kIngestReport)));
}

TEST_F(GoldenStages, Split) {
  expect_golden("split.json", json_text(context_.path(command::kSplitFile)));
}

TEST_F(GoldenStages, Fit) { expect_golden("fit_models.txt", to_text(final_models(), shop_)); }

TEST_F(GoldenStages, Examples) { expect_golden("examples.txt", to_text(first_examples())); }

TEST_F(GoldenStages, Train) {
  const auto ranker = ranking::Ranker::load(context_.path(command::kRankerFolder));
  expect_golden("train_ranker.txt", to_text(ranker, first_examples()));
  auto report = Json::parse(read_file(context_.path(command::kTrainReport)));
  auto& gains = report.at("gain");
  EXPECT_EQ(gains.size(), ranker.columns().size());
  while (!gains.empty() && gains.back().at("gain") == 0) gains.erase(gains.size() - 1);
  expect_golden("train_report.json", json_text(report));
}

TEST_F(GoldenStages, Evaluate) {
  expect_golden("evaluate_metrics.json", json_text(context_.path(command::kMetricsReport)));
  expect_golden("evaluate_buyers.csv", read_file(context_.path(command::kValidBuyers)));
  const auto plots = context_.path(command::kPlotsFolder);
  for (const auto* name : {"recall_by_k.csv", "segments.csv", "ceilings.csv", "calibration.csv"}) {
    expect_golden(std::string("evaluate_") + name, read_file(plots / name));
  }
}

TEST_F(GoldenStages, Refit) {
  const auto ranker = ranking::Ranker::load(context_.path(command::kFinalFolder));
  expect_golden("refit_ranker.txt", to_text(ranker, first_examples()));
}

TEST_F(GoldenStages, Pack) {
  const auto folder = context_.path(command::kBundleFolder);
  expect_golden(
      "pack_params.json",
      json_text(without_parts_that_are_off(Json::parse(read_file(folder / "params.json")))));
  expect_golden("pack_products.txt", to_text(bundle::Bundle::load(folder).products()));
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(folder)) {
    names.push_back(file.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::string list;
  for (const auto& name : names) list += name + "\n";
  expect_golden("pack_files.txt", list);
}

TEST_F(GoldenStages, Recommend) {
  expect_golden("recommend_predictions.csv", read_file(context_.path(command::kPredictions)));
  expect_golden("recommend_recommendations.txt",
                parquet_text(context_.path(command::kRecommendations)));
  expect_golden("recommend_report.json", json_text(context_.path(command::kAnswerReport)));
}

TEST_F(GoldenStages, EveryStageOfThePipelineIsLookedAt) {
  const std::set<std::string> looked_at{"ingest",   "split", "fit",  "examples", "train",
                                        "evaluate", "refit", "pack", "recommend"};
  for (const auto& stage : program::table()) {
    if (stage.is_pipeline) {
      EXPECT_TRUE(looked_at.contains(std::string(stage.name))) << stage.name;
    }
  }
}

/// Artifacts that were written once and are never written again: a program that cannot read them
/// must say so, and one that can must read the same.
class GoldenArtifacts : public GoldenStages {
 protected:
  template <class Read>
  static void expect_readable_or_refused(const std::string& name, const fs::path& current,
                                         Read&& read) {
    const auto artifact = golden_file("v1/" + name + ".vtr");
    const auto text = golden_file("v1/" + name + ".txt");
    if (is_updating() && !fs::exists(artifact)) {
      write_file(artifact, read_file(current));
      write_file(text, read(current));
    }
    ASSERT_TRUE(fs::exists(artifact)) << artifact;
    try {
      EXPECT_EQ(read(artifact), read_file(text));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact) << error.what();
    }
  }
};

TEST_F(GoldenArtifacts, OfTheFirstVersionAreReadOrRefused) {
  expect_readable_or_refused("shop", context_.path(command::kShopFile),
                             [](const fs::path& path) { return to_text(load_shop(path)); });
  expect_readable_or_refused(
      "models", command::models_file(workspace_, pipeline::kFinalFold),
      [](const fs::path& path) { return to_text(models::load_models(path, shop_), shop_); });
  expect_readable_or_refused(
      "examples", command::examples_file(workspace_, "w01"),
      [](const fs::path& path) { return to_text(ranking::load_examples(path)); });
  expect_readable_or_refused(
      "products", context_.path(command::kBundleFolder) / "products.vtr", [](const fs::path& path) {
        return to_text(load_products(ArchiveReader(path, "bundle_products", 2)));
      });
}

}  // namespace
}  // namespace vitrina::golden
