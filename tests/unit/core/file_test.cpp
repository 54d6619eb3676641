#include "core/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/bytes_in_files.hpp"
#include "core/erase.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/temporary.hpp"
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

ErrorCode code_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::kInternal;
}

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

TEST_F(FileTest, WhatIsErasedIsOverwrittenAndGone) {
  erase_file(folder_ / "file");
  write_file(folder_ / "file", std::string(3'000'000, 'x'));
  fs::create_hard_link(folder_ / "file", folder_ / "link");
  erase_file(folder_ / "file");
  EXPECT_FALSE(fs::exists(folder_ / "file"));
  EXPECT_EQ(read_file(folder_ / "link"), std::string(3'000'000, '\0'));
}

TEST_F(FileTest, WhatCannotBeErasedIsSaid) {
  write_file(folder_ / "file" / "inner", "");
  EXPECT_EQ(code_of([&] { erase_file(folder_ / "file"); }), ErrorCode::kOutOfResources);
}

TEST_F(FileTest, TheFinalNameAppearsOnlyWhenAllIsWritten) {
  write_atomically(folder_ / "file", [&](const fs::path& temporary) {
    EXPECT_FALSE(fs::exists(folder_ / "file"));
    EXPECT_EQ(temporary.parent_path(), folder_) << "a rename must stay on one disk";
    std::ofstream(temporary) << "new";
  });
  EXPECT_EQ(read_file(folder_ / "file"), "new");
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
    const TemporaryFolder temporary(scratch);
    const TemporaryFolder other(folder_ / "other");
    EXPECT_TRUE(TemporaryFolder::holds(scratch / "file"));
    EXPECT_TRUE(TemporaryFolder::holds(scratch / "below" / "file"));
    EXPECT_TRUE(TemporaryFolder::holds(folder_ / "here" / ".." / "scratch" / "file"));
    EXPECT_FALSE(TemporaryFolder::holds(scratch / ".." / "file"));
    EXPECT_FALSE(TemporaryFolder::holds(folder_ / "scratch2" / "file"));
    write_file(scratch / "below" / "file", "text");
    EXPECT_EQ(read_file(scratch / "below" / "file"), "text");
    EXPECT_FALSE(fs::exists(scratch / "below" / "file.tmp"));
  }
  EXPECT_FALSE(TemporaryFolder::holds(scratch / "file"));
  EXPECT_FALSE(fs::exists(scratch));
}

TEST_F(FileTest, AFolderIsReplacedWholeOrNotAtAll) {
  const auto place = folder_ / "bundle" / "";  // a slash at the end is no other folder
  const auto put = [](const fs::path& folder, std::string_view name) {
    write_file(folder / name, name);
  };
  write_folder(place, [&](const fs::path& beside) { put(beside, "old"); });
  EXPECT_EQ(read_file(place / "old"), "old");
  const auto fail = [&] {
    write_folder(place, [&](const fs::path& beside) {
      put(beside, "new");
      throw std::runtime_error("the disk is full");
    });
  };
  EXPECT_THROW(fail(), std::runtime_error);
  EXPECT_EQ(read_file(place / "old"), "old");
  EXPECT_EQ(n_files(), 1U);
  write_file(folder_ / "bundle.tmp" / "half", "of one that was killed");
  write_folder(place, [&](const fs::path& beside) { put(beside, "new"); });
  EXPECT_EQ(read_file(place / "new"), "new");
  EXPECT_EQ(n_files(), 1U);
  EXPECT_FALSE(fs::exists(folder_ / "bundle.tmp"));
}

TEST_F(FileTest, AFolderBehindALinkIsReplacedThere) {
  fs::create_directories(folder_ / "disk" / "bundle");
  fs::create_symlink("disk/bundle", folder_ / "link");
  write_folder(folder_ / "link", [](const fs::path& beside) { write_file(beside / "new", ""); });
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_TRUE(fs::exists(folder_ / "disk" / "bundle" / "new"));
}

TEST_F(FileTest, OneProcessAtATimeWritesAFolder) {
  write_folder(folder_ / "bundle", [&](const fs::path& /*beside*/) {
    EXPECT_EQ(code_of([&] { write_folder(folder_ / "bundle", [](const fs::path&) {}); }),
              ErrorCode::kOutOfResources);
  });
}

TEST_F(FileTest, OneAtATimeWritesAFile) {
  const auto file = folder_ / "file";
  write_atomically(file, [&](const fs::path& temporary) {
    write_file(folder_ / "other", "beside it");
    EXPECT_THROW(write_file(file, "the second one's"), Error);
    std::ofstream(temporary) << "the first one's";
  });
  EXPECT_EQ(read_file(file), "the first one's");
  write_file(file, "later");
  EXPECT_EQ(read_file(file), "later");
}

TEST_F(FileTest, WhatALinkLeadsToIsReplaced) {
  fs::create_directories(folder_ / "disk");
  fs::create_symlink("disk/file", folder_ / "link");
  for (const auto* text : {"new", "newer"}) {
    write_file(folder_ / "link", text);
    EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
    EXPECT_EQ(read_file(folder_ / "disk" / "file"), text);
  }
  EXPECT_EQ(n_files(), 2U);
}

TEST_F(FileTest, APipeIsWrittenInto) {
  fs::create_directories(folder_);
  const auto pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { got = read_file(pipe); });
  write_file(pipe, "through");
  reader.join();
  EXPECT_EQ(got, "through");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(FileTest, WritersOfOneFolderLeaveItWhole) {
  const auto place = folder_ / "place";
  constexpr int kRounds = 100;
  std::atomic<int> n_written = 0;
  const auto is_there = [&](const char* name) {
    // Once is no proof: a path that is looked up during the exchange may end in the old folder.
    for (int i = 0; i < 3; ++i) {
      if (fs::exists(place / name)) return true;
    }
    return false;
  };
  const auto write = [&](const std::string& text) {
    for (int i = 0; i < kRounds; ++i) {
      try {
        write_folder(place, [&](const fs::path& temporary) {
          for (const auto* name : {"a", "b", "c", "d"}) std::ofstream(temporary / name) << text;
        });
        ++n_written;
      } catch (const Error& error) {
        const std::string said = error.what();
        EXPECT_NE(said.find("another command is writing it"), std::string::npos) << said;
      }
      for (const auto* name : {"a", "b", "c", "d"}) {
        EXPECT_TRUE(n_written == 0 || is_there(name)) << name;
      }
    }
  };
  std::thread other([&] { write("other"); });
  write("one");
  other.join();
  EXPECT_GT(n_written, 0);
  EXPECT_EQ(read_file(place / "a"), read_file(place / "d"));
  EXPECT_FALSE(fs::exists(folder_ / "place.tmp"));
}

TEST_F(FileTest, WhatCannotBeReadOrWrittenSaysWhy) {
  const auto text_of = [](const std::function<void()>& body) -> std::string {
    try {
      body();
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  write_file(folder_ / "file", "");
  const auto at = folder_.string();
  EXPECT_EQ(text_of([&] { (void)read_file(folder_ / "none"); }), at + "/none: no such file");
  EXPECT_EQ(text_of([&] { (void)read_file(folder_); }),
            at + ": cannot read: it is a folder, expected a file");
  EXPECT_EQ(text_of([&] { (void)sha256_file(folder_); }),
            at + ": cannot read: it is a folder, expected a file");
  EXPECT_EQ(text_of([&] { (void)read_file(folder_ / "file" / "below"); }),
            at + "/file/below: cannot read: a part of the path is a file, expected a folder");
  EXPECT_EQ(text_of([&] { write_file(folder_ / "file" / "below", ""); }),
            at + "/file: cannot make the folder: a part of the path is a file, expected a folder");
  EXPECT_EQ(text_of([&] { write_file("/dev/full/x", ""); }),
            "/dev/full: cannot make the folder: a part of the path is a file, expected a folder");
  fs::create_directories(folder_ / "folder" / "full");
  EXPECT_EQ(text_of([&] { write_file(folder_ / "folder", ""); }),
            at + "/folder: cannot write: it is a folder, expected a file");
}

TEST_F(FileTest, PiecesAreWrittenOneAfterAnother) {
  write_file(folder_ / "file", std::vector<std::string_view>{"ab", "", "cde"});
  EXPECT_EQ(read_file(folder_ / "file"), "abcde");
}

TEST_F(FileTest, PiecesAreReadUntilTheyAreEnough) {
  write_file(folder_ / "file", std::string(2'500'000, 'a'));
  std::size_t n_bytes = 0;
  read_pieces(folder_ / "file", [&](std::string_view piece) {
    n_bytes += piece.size();
    return true;
  });
  EXPECT_EQ(n_bytes, 2'500'000U);
  int n_pieces = 0;
  read_pieces(folder_ / "file", [&](std::string_view) { return ++n_pieces < 2; });
  EXPECT_EQ(n_pieces, 2);
}

TEST_F(FileTest, AFileThatEndsInAnErrorIsNoShorterFile) {
  // it can be opened, and the disk, so to say, fails at once: nothing lies at the address 0
  const fs::path failing = "/proc/self/mem";
  EXPECT_EQ(code_of([&] { (void)sha256_file(failing); }), ErrorCode::kOutOfResources);
  EXPECT_EQ(code_of([&] { (void)holds_bytes(failing, "guest"); }), ErrorCode::kOutOfResources);
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
