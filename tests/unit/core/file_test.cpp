#include "core/file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

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

// Values of FIPS 180-4 and RFC 3720.
TEST_F(FileTest, Hashes) {
  EXPECT_EQ(sha256_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const std::string million(1'000'000, 'a');
  EXPECT_EQ(sha256_text(million),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  write_file(folder_ / "file", million);
  EXPECT_EQ(sha256_file(folder_ / "file"), sha256_text(million));
  Sha256 piecewise;
  for (std::size_t at = 0; at < million.size(); at += 999) {
    piecewise.update(std::string_view(million).substr(at, 999));
  }
  EXPECT_EQ(piecewise.hex(), sha256_text(million));
  const std::string digits = "123456789";
  const auto bytes = std::as_bytes(std::span(digits));
  EXPECT_EQ(crc32c(bytes), 0xe3069283U);
  EXPECT_EQ(crc32c(bytes.subspan(4), crc32c(bytes.first(4))), crc32c(bytes));
}

}  // namespace
}  // namespace vitrina
