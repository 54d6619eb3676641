#include "core/lock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "core/error.hpp"
#include "core/file.hpp"
#include "support/scratch.hpp"

namespace vitrina {
namespace {

namespace fs = std::filesystem;

class LockTest : public testing::Test {
 protected:
  LockTest() : folder_(test::scratch("lock_test")) { fs::remove_all(folder_); }
  ~LockTest() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(LockTest, TheSecondOneIsToldWhoHasTheFolder) {
  {
    const FolderLock first(folder_, "vitrina fit");
    try {
      const FolderLock second(folder_, "vitrina run");
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kOutOfResources);
      EXPECT_NE(std::string(error.what()).find("'vitrina fit' (process "), std::string::npos)
          << error.what();
    }
    write_file(folder_ / "made", "");
  }
  EXPECT_TRUE(fs::exists(folder_ / "made"));
  EXPECT_FALSE(fs::exists(folder_ / ".vitrina.lock"));
  const FolderLock third(folder_, "vitrina run");
}

TEST_F(LockTest, AFolderThatWasMadeForNothingGoes) {
  {
    const FolderLock lock(folder_, "vitrina run");
  }
  EXPECT_FALSE(fs::exists(folder_));
  fs::create_directory(folder_);
  {
    const FolderLock lock(folder_, "vitrina run");
  }
  EXPECT_TRUE(fs::exists(folder_));
}

TEST_F(LockTest, AFileThatTheDeadLeftIsNoLock) {
  write_file(folder_ / ".vitrina.lock", "'vitrina run' (process 1)");
  const FolderLock lock(folder_, "vitrina fit");
}

TEST_F(LockTest, FoldersCanBeLockedThemselves) {
  fs::create_directory(folder_);
  {
    const auto first = Lock::try_take(folder_, O_RDONLY | O_DIRECTORY);
    EXPECT_TRUE(first.has_value());
    EXPECT_FALSE(Lock::try_take(folder_, O_RDONLY | O_DIRECTORY).has_value());
  }
  EXPECT_TRUE(Lock::try_take(folder_, O_RDONLY | O_DIRECTORY).has_value());
}

}  // namespace
}  // namespace vitrina
