#include "core/file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "support/scratch.hpp"

namespace vitrina {
namespace {

namespace fs = std::filesystem;

class FileTest : public testing::Test {
 protected:
  FileTest() : folder_(test::scratch("file_test")) { fs::remove_all(folder_); }
  ~FileTest() override { fs::remove_all(folder_); }

  [[nodiscard]] std::size_t n_files() const {
    std::size_t n = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      n += entry.is_regular_file() ? 1 : 0;
    }
    return n;
  }

  fs::path folder_;
};

TEST_F(FileTest, WritesAndReadsBytes) {
  const std::string bytes("a\0b\r\n\xff", 6);
  write_file(folder_ / "deep" / "er" / "file", bytes);
  EXPECT_EQ(read_file(folder_ / "deep" / "er" / "file"), bytes);
  write_file(folder_ / "deep" / "er" / "file", "");
  EXPECT_EQ(read_file(folder_ / "deep" / "er" / "file"), "");
  EXPECT_EQ(n_files(), 1U);
}

TEST_F(FileTest, AFailedWriteLeavesTheOldFileAndNoOther) {
  write_file(folder_ / "file", "old");
  const auto fail = [&] {
    write_atomically(folder_ / "file", [](const fs::path& temporary) {
      std::ofstream(temporary) << "half of the new";
      throw std::runtime_error("interrupted");
    });
  };
  EXPECT_THROW(fail(), std::runtime_error);
  EXPECT_EQ(read_file(folder_ / "file"), "old");
  EXPECT_EQ(n_files(), 1U);
}

TEST_F(FileTest, TheFinalNameAppearsOnlyWhenAllIsWritten) {
  write_atomically(folder_ / "file", [&](const fs::path& temporary) {
    EXPECT_FALSE(fs::exists(folder_ / "file"));
    EXPECT_EQ(temporary.parent_path(), folder_) << "a rename must stay on one disk";
    std::ofstream(temporary) << "new";
  });
  EXPECT_EQ(read_file(folder_ / "file"), "new");
}

ErrorCode code_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::kInternal;
}

TEST_F(FileTest, WhatIsNotThereIsAMissingInput) {
  fs::create_directories(folder_);
  EXPECT_EQ(code_of([&] { (void)read_file(folder_ / "none"); }), ErrorCode::kMissingInput);
  EXPECT_EQ(code_of([&] { (void)read_file(folder_); }), ErrorCode::kMissingInput);
  EXPECT_EQ(code_of([&] { (void)sha256_file(folder_ / "none"); }), ErrorCode::kMissingInput);
}

TEST_F(FileTest, AFolderThatCannotBeMadeIsTold) {
  write_file(folder_ / "file", "");
  EXPECT_EQ(code_of([&] { write_file(folder_ / "file" / "below", ""); }),
            ErrorCode::kOutOfResources);
}

TEST_F(FileTest, OnlyWhatGoesAnywayIsNotFlushed) {
  const auto scratch = folder_ / "scratch";
  {
    const UnflushedFolder unflushed(scratch);
    const UnflushedFolder other(folder_ / "other");
    EXPECT_TRUE(UnflushedFolder::holds(scratch / "file"));
    EXPECT_TRUE(UnflushedFolder::holds(scratch / "below" / "file"));
    EXPECT_TRUE(UnflushedFolder::holds(folder_ / "here" / ".." / "scratch" / "file"));
    EXPECT_FALSE(UnflushedFolder::holds(scratch / ".." / "file"));
    EXPECT_FALSE(UnflushedFolder::holds(folder_ / "scratch2" / "file"));
    write_file(scratch / "below" / "file", "text");
    EXPECT_EQ(read_file(scratch / "below" / "file"), "text");
    EXPECT_FALSE(fs::exists(scratch / "below" / "file.tmp"));
  }
  EXPECT_FALSE(UnflushedFolder::holds(scratch / "file"));
}

TEST_F(FileTest, PiecesAreWrittenOneAfterAnother) {
  write_file(folder_ / "file", std::vector<std::string_view>{"ab", "", "cde"});
  EXPECT_EQ(read_file(folder_ / "file"), "abcde");
}

TEST_F(FileTest, HashesOfFilesAndPieces) {
  const std::string bytes(3'000'000, 'a');  // longer than what is read at once
  write_file(folder_ / "file", bytes);
  EXPECT_EQ(sha256_file(folder_ / "file"), sha256_text(bytes));
  const auto view = std::as_bytes(std::span(bytes));
  EXPECT_EQ(crc32c(view.subspan(4), crc32c(view.first(4))), crc32c(view));
}

}  // namespace
}  // namespace vitrina
