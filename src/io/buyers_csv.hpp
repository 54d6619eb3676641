#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vitrina::io {

/// What became of one buyer of a judged window.
struct BuyerRow {
  std::string user_id;
  std::uint32_t n_bought = 0;  ///< distinct products bought, at least 1
  std::uint32_t n_hits = 0;    ///< those of them that were sent
  bool sent = false;

  friend bool operator==(const BuyerRow&, const BuyerRow&) = default;
};

/// A CSV text with the header `user_id,n_bought,n_hits,sent`.
std::string buyers_text(const std::vector<BuyerRow>& rows);

/// Reads such a file. Throws Error(kMissingInput) when it is not there and Error(kBadData)
/// `path:line: reason` for anything that buyers_text() does not write.
std::vector<BuyerRow> read_buyers(const std::filesystem::path& path);

}  // namespace vitrina::io
