#pragma once

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace vitrina::io {

/// An empty folder of the running test.
class ScratchTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string(info->test_suite_name()) + "." + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Writes a file into the folder, making its folders, and returns its path.
  std::filesystem::path put(const std::string& name, std::string_view bytes) const {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  /// Writes an Arrow table as Parquet into the folder and returns its path.
  std::filesystem::path put_table(
      const std::string& name, const arrow::Table& table, std::int64_t row_group_rows = 1'000,
      parquet::Compression::type compression = parquet::Compression::SNAPPY) const {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    const auto file = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
    const auto properties = parquet::WriterProperties::Builder().compression(compression)->build();
    const auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    const auto status = parquet::arrow::WriteTable(table, arrow::default_memory_pool(), file,
                                                   row_group_rows, properties, arrow_properties);
    EXPECT_TRUE(status.ok()) << status.ToString();
    EXPECT_TRUE(file->Close().ok());
    return path;
  }

  std::filesystem::path folder_;
};

/// The Error that `body` throws; a test failure and an empty internal error when it throws none.
template <class Body>
Error error_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {ErrorCode::kInternal, ""};
}

inline testing::AssertionResult says(const Error& error, ErrorCode code, std::string_view part) {
  if (error.code() == code && std::string_view(error.what()).find(part) != std::string::npos) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "found " << info(error.code()).name << ": " << error.what();
}

/// An array from JSON text, for example `["a", null]`.
inline std::shared_ptr<arrow::Array> json_array(const std::shared_ptr<arrow::DataType>& type,
                                                std::string_view json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

}  // namespace vitrina::io
