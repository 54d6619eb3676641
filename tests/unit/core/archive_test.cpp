#include "core/archive.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "core/error.hpp"
#include "core/file.hpp"
#include "support/scratch.hpp"

namespace vitrina {
namespace {

namespace fs = std::filesystem;

class Archive : public testing::Test {
 protected:
  Archive() : path_(test::scratch("archive_test.vtr")) { fs::remove(path_); }
  ~Archive() override { fs::remove(path_); }

  static ArchiveWriter writer() {
    ArchiveWriter out("fruit", 3);
    out.put("numbers", std::vector<std::int64_t>{-1, 0, 7});
    out.put("reals", std::vector<float>{0.5F, -2.0F});
    out.put("rows", Csr<std::uint16_t>{{0, 2, 2, 3}, {5, 6, 7}});
    out.put_value("one", std::uint8_t{9});
    out.put_text("text", "apple");
    out.put_texts("texts", {"", "pear", "a\nb"});
    out.put("nothing", std::vector<std::uint32_t>{});
    return out;
  }

  /// Without the flushing to disk of write_file: this is done a thousand times.
  void put(std::string_view bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }

  ErrorCode code_of_opening(std::string_view kind = "fruit", std::uint32_t version = 3) {
    try {
      const ArchiveReader in(path_, kind, version);
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      EXPECT_NE(std::string(error.what()).find("archive_test.vtr"), std::string::npos);
      return error.code();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorCode::kInternal;
  }

  fs::path path_;
};

TEST_F(Archive, GivesBackWhatWasPut) {
  writer().write(path_);
  const ArchiveReader in(path_, "fruit", 3);
  EXPECT_EQ(in.get<std::int64_t>("numbers"), (std::vector<std::int64_t>{-1, 0, 7}));
  EXPECT_EQ(in.get<float>("reals"), (std::vector<float>{0.5F, -2.0F}));
  const auto rows = in.get_csr<std::uint16_t>("rows");
  EXPECT_EQ(rows.offsets, (std::vector<std::uint64_t>{0, 2, 2, 3}));
  EXPECT_EQ(rows.values, (std::vector<std::uint16_t>{5, 6, 7}));
  EXPECT_EQ(in.get_value<std::uint8_t>("one"), 9);
  EXPECT_EQ(in.get_text("text"), "apple");
  EXPECT_EQ(in.get_texts("texts"), (std::vector<std::string>{"", "pear", "a\nb"}));
  EXPECT_TRUE(in.get<std::uint32_t>("nothing").empty());
  EXPECT_TRUE(in.has("one"));
  EXPECT_FALSE(in.has("two"));
}

TEST_F(Archive, TheSameContentIsTheSameBytes) {
  writer().write(path_);
  const auto first = read_file(path_);
  writer().write(path_);
  EXPECT_EQ(read_file(path_), first);
}

TEST_F(Archive, IsToldFromOthersByItsHeader) {
  writer().write(path_);
  const auto digest = archive_digest(path_);
  const auto bytes = read_file(path_);
  auto other = writer();
  other.put_text("more", "");
  other.write(path_);
  EXPECT_NE(archive_digest(path_), digest);
  ArchiveWriter changed("fruit", 3);
  changed.put("numbers", std::vector<std::int64_t>{-1, 0, 8});
  changed.write(path_);
  const auto of_eight = archive_digest(path_);
  changed = ArchiveWriter("fruit", 3);
  changed.put("numbers", std::vector<std::int64_t>{-1, 0, 9});
  changed.write(path_);
  EXPECT_NE(archive_digest(path_), of_eight);
  put(bytes);
  EXPECT_EQ(archive_digest(path_), digest);
  put(bytes.substr(0, 20));
  EXPECT_THROW((void)archive_digest(path_), Error);
  fs::remove(path_);
  EXPECT_THROW((void)archive_digest(path_), Error);
}

TEST_F(Archive, EveryFlippedBitAndEveryCutIsFound) {
  writer().write(path_);
  const auto whole = read_file(path_);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << (at % 8)));
    put(damaged);
    ASSERT_EQ(code_of_opening(), ErrorCode::kIncompatibleArtifact) << "bit at byte " << at;
    put(whole.substr(0, at));
    ASSERT_EQ(code_of_opening(), ErrorCode::kIncompatibleArtifact) << "cut at byte " << at;
  }
  put(whole + '\0');
  EXPECT_EQ(code_of_opening(), ErrorCode::kIncompatibleArtifact);
}

TEST_F(Archive, AnotherKindOrVersionIsRefused) {
  writer().write(path_);
  EXPECT_EQ(code_of_opening("vegetable"), ErrorCode::kIncompatibleArtifact);
  EXPECT_EQ(code_of_opening("fruit", 4), ErrorCode::kIncompatibleArtifact);
  fs::remove(path_);
  EXPECT_EQ(code_of_opening(), ErrorCode::kMissingInput);
}

TEST_F(Archive, BlocksAreReadAsWhatTheyAre) {
  auto out = writer();
  out.put("bad.offsets", std::vector<std::uint64_t>{0, 3, 2});
  out.put("bad.values", std::vector<float>{1, 2});
  out.put("endless", std::vector<float>{1, std::numeric_limits<float>::infinity()});
  out.write(path_);
  const ArchiveReader in(path_, "fruit", 3);
  const auto expect_refused = [](auto&& read) {
    try {
      read();
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
    }
  };
  expect_refused([&] { (void)in.get<float>("absent"); });
  expect_refused([&] { (void)in.get<std::int32_t>("numbers"); });
  expect_refused([&] { (void)in.get_value<std::int64_t>("numbers"); });
  expect_refused([&] { (void)in.get_csr<float>("bad"); });
  EXPECT_EQ(in.get_finite<float>("bad.values"), (std::vector<float>{1, 2}));
  expect_refused([&] { (void)in.get_finite<float>("endless"); });
}

}  // namespace
}  // namespace vitrina
