#include "io/log_files.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "io/log_reader.hpp"
#include "scratch.hpp"
#include "support/warnings_only.hpp"

namespace vitrina::io {
namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

class LogFilesTest : public ScratchTest {
 protected:
  /// The paths that are found, relative to the test's folder.
  Names found(const fs::path& path) {
    const std::array<std::string, 1> columns{"user_id"};
    Names names;
    for (const auto& file : log_files(path, columns, said_)) {
      names.push_back(file.lexically_relative(folder_).string());
    }
    return names;
  }

  RawLog read(const fs::path& path) { return read_log(path, {}, kNoTime, 1, said_); }

  static constexpr const char* kRows = "user_id,action,date,products\nu,5,2024-09-28,1\n";
  test::WarningsOnly said_;
};

TEST_F(LogFilesTest, LooseCsvPartsAreRead) {
  put("shop/part-1.csv", kRows);
  put("shop/part-0.csv", "user_id,action,date,products\nv,5,2024-09-28,1\n");
  put("shop/catalog.csv", "product_id\n1\n");
  const auto log = read(folder_ / "shop");
  EXPECT_EQ(log.users.text(0), "v");
  EXPECT_EQ(log.counts.rows_read, 2U);
}

TEST_F(LogFilesTest, TwoLogsAreAnError) {
  const std::vector<std::vector<std::string>> cases{
      {"train_actions.csv", "train_actions.csv.gz"},
      {"train_actions.csv", "part-0.csv"},
      {"train_actions/part-0.csv", "train_actions.csv"},
      {"train_actions_1/a.csv", "train_actions_2/a.csv"}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto shop = std::to_string(i);
    for (const auto& name : cases[i]) put(shop + "/" + name, kRows);
    const auto error = error_of([&] { read(folder_ / shop); });
    for (const auto& name : cases[i]) {
      EXPECT_TRUE(says(error, ErrorCode::kBadData, name.substr(0, name.find('/'))));
    }
  }
}

TEST_F(LogFilesTest, OtherTablesMayLieBesideTheLog) {
  put("shop/train_actions.csv", kRows);
  put("shop/predictions.csv", "user_id,products\nu,\"['1']\"\n");
  put("shop/damaged.parquet", "PAR1");
  EXPECT_EQ(read(folder_ / "shop").counts.rows_read, 1U);
}

TEST_F(LogFilesTest, PartsOfTwoFormatsAreAnError) {
  put("shop/train_actions/part-0.csv", kRows);
  put("shop/train_actions/part-1.parquet", "PAR1");
  EXPECT_TRUE(says(error_of([&] { read(folder_ / "shop"); }), ErrorCode::kBadData,
                   "found part-1.parquet and part-0.csv"));
  put("loose/part-0.csv", kRows);
  put("loose/part-1.parquet", "PAR1");
  EXPECT_TRUE(says(error_of([&] { read(folder_ / "loose"); }), ErrorCode::kBadData,
                   "found part-1.parquet and part-0.csv"));
}

TEST_F(LogFilesTest, EndingsMayBeInCapitals) {
  for (const auto* name : {"train_actions.CSV", "Train_Actions.tsv", "train_actions.Csv.Gz"}) {
    const auto file = put(name, "user_id\n");
    EXPECT_EQ(found(folder_), Names{name});
    fs::remove(file);
  }
  put("Catalog.CSV", "product_id\n");
  put("part.tsv", "user_id\n");
  EXPECT_EQ(found(folder_), Names{"part.tsv"});
  EXPECT_EQ(catalog_files(folder_).catalog, folder_ / "Catalog.CSV");
}

TEST_F(LogFilesTest, PartsBehindLinksAreRead) {
  put("disk/2.csv", "user_id\n");
  put("disk/3.csv", "user_id\n");
  put("shop/train_actions/1.csv", "user_id\n");
  fs::create_directory_symlink(folder_ / "disk", folder_ / "shop/train_actions/more");
  const Names all{"shop/train_actions/1.csv", "shop/train_actions/more/2.csv",
                  "shop/train_actions/more/3.csv"};
  EXPECT_EQ(found(folder_ / "shop"), all);
  EXPECT_EQ(found(folder_ / "shop/train_actions/"), all);
  EXPECT_TRUE(said_.warnings.empty());
}

TEST_F(LogFilesTest, ALinkThatLeadsNowhereOrBackIsRefused) {
  put("train_actions/1.csv", "user_id\n");
  const auto link = folder_ / "train_actions/2.csv";
  fs::create_symlink("gone.csv", link);
  EXPECT_TRUE(says(error_of([&] { found(folder_); }), ErrorCode::kMissingInput,
                   "2.csv: is a link to gone.csv, which is not there"));
  fs::remove(link);
  fs::create_directory_symlink(".", link);
  EXPECT_TRUE(says(error_of([&] { found(folder_); }), ErrorCode::kBadData, "perhaps a link"));
}

TEST_F(LogFilesTest, WhatIsNoPartByItsNameIsWarnedOf) {
  put("train_actions/1.csv", "user_id\n");
  put("train_actions/_SUCCESS", "");
  put("train_actions/2.csv.bz2", "");
  put("train_actions/3.csv.zst", "");
  EXPECT_EQ(found(folder_), Names{"train_actions/1.csv"});
  ASSERT_EQ(said_.warnings.size(), 1U);
  EXPECT_NE(said_.warnings[0].find("2 of the files there are not read, 2.csv.bz2 first"),
            std::string::npos);
}

TEST_F(LogFilesTest, TwoOfAKindAreRefused) {
  put("train_actions.csv", "user_id\n");
  put("catalog.csv", "product_id\n");
  EXPECT_EQ(catalog_files(folder_).catalog, folder_ / "catalog.csv");
  put("stokman_catalog_preprocessed.csv", "product_id\n");
  EXPECT_TRUE(says(error_of([&] { catalog_files(folder_); }), ErrorCode::kBadData,
                   "holds both catalog.csv and stokman_catalog_preprocessed.csv"));
  put("TRAIN_ACTIONS.csv", "user_id\n");
  EXPECT_TRUE(says(error_of([&] { found(folder_); }), ErrorCode::kBadData, "more than one log"));
}

}  // namespace
}  // namespace vitrina::io
