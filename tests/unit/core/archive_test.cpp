#include "core/archive.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/file.hpp"

namespace vitrina {
namespace {

class Archive : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / "vitrina_archive_test";
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "a.vtr";
    ArchiveWriter out("toy", 3);
    out.put("numbers", std::vector<double>{1.5, -2});
    out.put("rows", Csr<std::uint32_t>{{0, 1, 3}, {7, 8, 9}});
    out.put_texts("words", {"a", "", "длинно"});
    out.put_value("n", std::int64_t{-5});
    out.write(path_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static ErrorCode code_of(const std::filesystem::path& path) {
    try {
      const ArchiveReader in(path, "toy", 3);
      (void)in.get_csr<std::uint32_t>("rows");
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      return error.code();
    }
    return ErrorCode::kUsage;  // nothing was thrown
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(Archive, GivesBackWhatWasPut) {
  const ArchiveReader in(path_, "toy", 3);
  EXPECT_EQ(in.get<double>("numbers"), (std::vector<double>{1.5, -2}));
  const auto rows = in.get_csr<std::uint32_t>("rows");
  EXPECT_EQ(rows.n_rows(), 2U);
  EXPECT_EQ(rows.row(1)[1], 9U);
  EXPECT_EQ(in.get_texts("words"), (std::vector<std::string>{"a", "", "длинно"}));
  EXPECT_EQ(in.get_value<std::int64_t>("n"), -5);
  EXPECT_FALSE(in.has("nothing"));
  EXPECT_THROW((void)in.get<double>("nothing"), Error);
  EXPECT_THROW((void)in.get<float>("numbers"), Error);
}

TEST_F(Archive, RefusesAnotherKindOrVersion) {
  EXPECT_THROW(ArchiveReader(path_, "other", 3), Error);
  EXPECT_THROW(ArchiveReader(path_, "toy", 4), Error);
}

TEST_F(Archive, AnyFlippedByteIsFound) {
  const auto bytes = read_file(path_);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    write_file(folder_ / "b.vtr", damaged);
    EXPECT_EQ(code_of(folder_ / "b.vtr"), ErrorCode::kIncompatibleArtifact) << "byte " << i;
  }
}

TEST_F(Archive, AnyCutIsFound) {
  const auto bytes = read_file(path_);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    write_file(folder_ / "b.vtr", std::string_view(bytes).substr(0, n));
    EXPECT_EQ(code_of(folder_ / "b.vtr"), ErrorCode::kIncompatibleArtifact) << n << " bytes";
  }
  write_file(folder_ / "b.vtr", bytes + "x");
  EXPECT_EQ(code_of(folder_ / "b.vtr"), ErrorCode::kIncompatibleArtifact);
}

TEST_F(Archive, MissingFileIsMissingInput) {
  EXPECT_EQ(code_of(folder_ / "none.vtr"), ErrorCode::kMissingInput);
}

}  // namespace
}  // namespace vitrina
