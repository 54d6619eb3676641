#include "core/bytes_in_files.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "support/scratch.hpp"

namespace vitrina {
namespace {

bool is_in(const std::string& bytes, const std::vector<std::string>& around = {}) {
  const test::ScratchFolder scratch;
  write_file(scratch.path() / "file", bytes);
  return holds_bytes(scratch.path() / "file", "guest", around);
}

TEST(BytesInFiles, FindsATextWhateverIsBesideIt) {
  EXPECT_FALSE(is_in(""));
  EXPECT_FALSE(is_in("gues"));
  EXPECT_TRUE(is_in("guest"));
  EXPECT_TRUE(is_in("a guest7"));
  EXPECT_TRUE(is_in("guesguestt"));
}

TEST(BytesInFiles, PassesOverWhatIsAPartOfALongerText) {
  const std::vector<std::string> around{"guests", "7 guest"};
  EXPECT_FALSE(is_in("guests 7 guests 7 guest", around));
  EXPECT_TRUE(is_in("guests guest", around));
  EXPECT_TRUE(is_in("8 guest", around));
  EXPECT_FALSE(is_in("the guests' guest guest", {"guests", "guest guest"}));
}

TEST(BytesInFiles, LooksAcrossPieces) {
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  for (std::size_t before = kPiece - 12; before <= kPiece + 2; ++before) {
    const std::string filler(before, '-');
    EXPECT_TRUE(is_in(filler + "guest" + filler)) << before;
    EXPECT_TRUE(is_in(filler + "my guest", {"my guests"})) << before;
    EXPECT_FALSE(is_in(filler + "my guests" + filler, {"my guests"})) << before;
  }
}

TEST(BytesInFiles, TellsFilesBelowAFolder) {
  const test::ScratchFolder scratch;
  write_file(scratch.path() / "b", "");
  write_file(scratch.path() / "a" / "c", "");
  EXPECT_EQ(files_below(scratch.path()),
            (std::vector{scratch.path() / "a" / "c", scratch.path() / "b"}));
  EXPECT_THROW((void)files_below(scratch.path() / "none"), Error);
}

}  // namespace
}  // namespace vitrina
