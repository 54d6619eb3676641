#include "core/hash.hpp"

#include <gtest/gtest.h>

namespace vitrina {
namespace {

TEST(Hash, Sha256MatchesThePublishedVectors) {  // FIPS 180-4, appendix examples
  const std::string long_text(1'000'000, 'a');
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {long_text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
  for (const auto& [text, digest] : vectors) {
    EXPECT_EQ(sha256_text(text), digest);
  }
}

TEST(Hash, PiecesGiveTheHashOfTheWhole) {
  const std::string text(300, 'x');
  for (const std::size_t cut : {1U, 63U, 64U, 65U, 130U}) {
    Sha256 hash;
    hash.update(std::string_view(text).substr(0, cut));
    hash.update(std::string_view(text).substr(cut));
    EXPECT_EQ(hash.hex(), sha256_text(text)) << cut;
  }
}

TEST(Hash, Crc32cMatchesThePublishedVectors) {  // RFC 3720, appendix B.4
  const std::string zeros(32, '\0');
  const std::string ones(32, '\xff');
  EXPECT_EQ(crc32c(std::as_bytes(std::span(zeros))), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::as_bytes(std::span(ones))), 0x62a8ab43U);
  const std::string digits = "123456789";
  EXPECT_EQ(crc32c(std::as_bytes(std::span(digits))), 0xe3069283U);
}

}  // namespace
}  // namespace vitrina
