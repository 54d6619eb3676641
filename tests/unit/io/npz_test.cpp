#include "io/npz.hpp"

#include <minizip/zip.h>

#include <cmath>
#include <vector>

#include "core/file.hpp"
#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string npy(const std::string& dictionary, const std::string& content) {
  std::string head("\x93NUMPY\x01\x00", 8);
  head += static_cast<char>(dictionary.size());
  head += '\0';
  return head + dictionary + content;
}

std::string header(const std::string& type, bool fortran, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': (" + shape + "), }\n";
}

class NpzTest : public ScratchTest {
 protected:
  /// A zip file with one member, stored (0) or deflated (Z_DEFLATED).
  std::filesystem::path zip(const std::string& array, int method) const {
    auto path = folder_ / "zip.npz";
    auto* const archive = ::zipOpen64(path.c_str(), APPEND_STATUS_CREATE);
    const zip_fileinfo info{};
    EXPECT_EQ(::zipOpenNewFileInZip(archive, "arr_0.npy", &info, nullptr, 0, nullptr, 0, nullptr,
                                    method, Z_DEFAULT_COMPRESSION),
              ZIP_OK);
    EXPECT_EQ(::zipWriteInFileInZip(archive, array.data(), static_cast<unsigned>(array.size())),
              ZIP_OK);
    EXPECT_EQ(::zipCloseFileInZip(archive), ZIP_OK);
    EXPECT_EQ(::zipClose(archive, nullptr), ZIP_OK);
    return path;
  }
};

TEST_F(NpzTest, ReadsBackWhatItWrote) {
  const std::vector<float> values{1.5F, -2, 3, 4, 5, 6};
  write_npz(folder_ / "v.npz", "arr_0", values, 3);
  const auto matrix = read_npz(folder_ / "v.npz", "arr_0");
  EXPECT_EQ(matrix.values, values);
  EXPECT_EQ(matrix.n_rows, 2U);
  EXPECT_EQ(matrix.n_columns, 3U);
  const auto first = read_file(folder_ / "v.npz");
  write_npz(folder_ / "v.npz", "arr_0", values, 3);
  EXPECT_EQ(read_file(folder_ / "v.npz"), first);
}

TEST_F(NpzTest, ReadsEveryFloatAndBothOrders) {
  const std::vector<float> expected{1, 2, 3, 4, 5, 6};
  const std::vector<double> doubles{1, 2, 3, 4, 5, 6};
  const std::vector<std::uint16_t> halves{0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600};
  const std::vector<float> by_column{1, 4, 2, 5, 3, 6};
  const std::vector<std::string> arrays{npy(header("<f4", false, "2, 3"), bytes_of(expected)),
                                        npy(header("<f8", false, "2, 3"), bytes_of(doubles)),
                                        npy(header("<f2", false, "2, 3"), bytes_of(halves)),
                                        npy(header("<f4", true, "2, 3"), bytes_of(by_column))};
  for (const auto& array : arrays) {
    EXPECT_EQ(read_npz(zip(array, 0), "arr_0").values, expected);
    EXPECT_EQ(read_npz(zip(array, Z_DEFLATED), "arr_0").values, expected);
  }
}

TEST_F(NpzTest, ReadsHalvesOfEveryKind) {
  const std::vector<std::uint16_t> halves{0x0001, 0x8400, 0x7c00, 0x7e00};
  const auto path = zip(npy(header("<f2", false, "2, 2"), bytes_of(halves)), 0);
  const auto values = read_npz(path, "arr_0").values;
  EXPECT_EQ(values[0], 0x1p-24F);
  EXPECT_EQ(values[1], -0x1p-14F);
  EXPECT_EQ(values[2], HUGE_VALF);
  EXPECT_TRUE(std::isnan(values[3]));
}

TEST_F(NpzTest, RefusesWhatItCannotTrust) {
  const std::string four = bytes_of(std::vector<float>{1, 2, 3, 4});
  const auto refuse = [&](const std::string& array) {
    const auto path = zip(array, 0);
    return error_of([&] { read_npz(path, "arr_0"); });
  };
  EXPECT_TRUE(says(refuse("x"), ErrorCode::kBadData, "no npy header"));
  EXPECT_TRUE(says(refuse(npy(header("<f4", false, "4,"), four)), ErrorCode::kBadData,
                   "expected a two-dimensional array"));
  EXPECT_TRUE(says(refuse(npy(header("<i4", false, "2, 2"), four)), ErrorCode::kBadData,
                   "numbers of type '<i4'"));
  EXPECT_TRUE(says(refuse(npy(header("<f4", false, "4611686018427387904, 4"), four)),
                   ErrorCode::kBadData, "the header claims"));
  EXPECT_TRUE(says(refuse(npy(header("<f4", false, "2, 3"), four)), ErrorCode::kBadData,
                   "the header claims 2 x 3"));
  EXPECT_TRUE(says(error_of([&] { read_npz(folder_ / "none.npz", "arr_0"); }),
                   ErrorCode::kMissingInput, "none.npz"));
  write_npz(folder_ / "v.npz", "arr_0", std::vector<float>{1}, 1);
  EXPECT_TRUE(says(error_of([&] { read_npz(folder_ / "v.npz", "x"); }), ErrorCode::kBadData,
                   "no array 'x'"));
}

TEST_F(NpzTest, EveryBrokenByteOrCutIsAnErrorOrHarmless) {
  const std::vector<float> values{1, 2, 3, 4};
  const auto sound =
      read_file(zip(npy(header("<f4", false, "2, 2"), bytes_of(values)), Z_DEFLATED));
  const auto check = [&](std::string_view broken) {
    const auto path = put("broken.npz", broken);
    try {
      EXPECT_EQ(read_npz(path, "arr_0").values, values);
    } catch (const Error& error) {
      EXPECT_TRUE(says(error, ErrorCode::kBadData, "broken.npz"));
    }
  };
  for (std::size_t at = 0; at < sound.size(); ++at) {
    for (const unsigned flip : {0x01U, 0xffU}) {
      auto broken = sound;
      broken[at] = static_cast<char>(static_cast<unsigned char>(broken[at]) ^ flip);
      check(broken);
    }
    check(std::string_view(sound).substr(0, at));
  }
}

}  // namespace
}  // namespace vitrina::io
