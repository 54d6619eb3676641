#include "tools/tools.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/file.hpp"
#include "io/catalog_reader.hpp"
#include "io/log_reader.hpp"
#include "simulate/shop.hpp"

namespace vitrina::tools {
namespace {

class SimulateTool : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) / (std::string("simulate.") + info->name());
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void make(const std::string& name, int threads) {
    command::Context context;
    context.workspace = folder_;
    context.params["simulate.scale"] = "0.004";
    context.params["simulate.out_dir"] = name;
    context.seed = 9;
    context.threads = threads;
    context.progress = &progress_;
    simulate_command().run(context);
  }

  SilentProgress progress_;
  std::filesystem::path folder_;
};

TEST_F(SimulateTool, WritesWhatTheReadersReadBack) {
  make("shop", 1);
  simulate::SimulateConfig config;
  config.scale = 0.004;
  const auto shop = simulate::simulate(config, 9, 1, progress_);

  const auto log = io::read_log(folder_ / "shop", {}, kNoTime, 1, progress_);
  EXPECT_EQ(log.counts.rows_read, shop.n_events());
  const auto junk = static_cast<std::uint32_t>(shop.user_ids.size() - 1);
  EXPECT_EQ(log.counts.count(BadRow::kJunkUser),
            static_cast<std::uint64_t>(std::count(shop.user.begin(), shop.user.end(), junk)));
  EXPECT_EQ(log.counts.count(BadRow::kNullDate), 0U);
  EXPECT_EQ(log.counts.count(BadRow::kUnknownAction), 0U);
  EXPECT_GT(log.counts.count(BadRow::kJunkProduct), 0U);
  EXPECT_EQ(log.time.front(), shop.time.front());
  EXPECT_EQ(log.time.back(), shop.time.back());

  const auto catalog = io::read_catalog(folder_ / "shop", {}, progress_);
  ASSERT_TRUE(catalog.has_value());
  EXPECT_EQ(catalog->product_id, shop.catalog.product_id);
  EXPECT_EQ(catalog->category_id, shop.catalog.category_id);
  EXPECT_EQ(catalog->add_date, shop.catalog.add_date);
  EXPECT_EQ(catalog->title.front(), shop.catalog.title(0));
  EXPECT_EQ(catalog->price.back(), static_cast<float>(shop.catalog.price.back()));
  EXPECT_EQ(catalog->vectors, shop.catalog.vectors);
  EXPECT_EQ(catalog->dim, shop.catalog.dim);
}

TEST_F(SimulateTool, GivesTheSameBytesOnAnyNumberOfThreads) {
  make("one", 1);
  make("two", 3);
  for (const auto* name : {"train_actions.pq", "stokman_catalog_preprocessed.pq",
                           "catalog_vector_mapping.pq", "vectors.npz", "simulation.json"}) {
    EXPECT_EQ(read_file(folder_ / "one" / name), read_file(folder_ / "two" / name)) << name;
  }
}

TEST_F(SimulateTool, SaysWhichSimulatorMadeTheFiles) {
  make("shop", 1);
  const auto about = nlohmann::json::parse(read_file(folder_ / "shop" / "simulation.json"));
  EXPECT_EQ(about["simulator_version"], simulate::kSimulatorVersion);
  EXPECT_EQ(about["scale"], 0.004);
  EXPECT_EQ(about["seed"], 9);
}

}  // namespace
}  // namespace vitrina::tools
