#pragma once

// Internal to io: the action column in our own codes.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "io/column_values.hpp"
#include "io/log_schema.hpp"

namespace vitrina::io {

/// An action that is none: null or not in the schema's codes.
inline constexpr std::uint8_t kBadAction = 0xff;

/// Action codes of whole numbers and of texts. Keeps a reference to the codes.
class ActionDecoder {
 public:
  explicit ActionDecoder(const ActionCodes& codes);

  void decode(const std::vector<std::int64_t>& numbers, std::vector<std::uint8_t>& actions) const;
  void decode(const Texts& texts, std::vector<std::uint8_t>& actions) const;

 private:
  [[nodiscard]] std::uint8_t find_text(std::string_view text) const;
  [[nodiscard]] std::uint8_t find(std::string_view text) const;

  const ActionCodes& codes_;
  std::array<std::uint8_t, 256> small_{};
};

}  // namespace vitrina::io
