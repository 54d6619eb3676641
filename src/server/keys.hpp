#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina::server {

/// What a key lets do; kNone needs no key.
enum class Scope : std::uint8_t { kNone, kRecommend, kEvents, kAdmin };

std::string_view name(Scope scope);

/// Whether a request may do what it asks for.
enum class Verdict : std::uint8_t { kAllowed, kUnknown, kOtherScope };

/// The keys of a file, as digests: `SHA256 SCOPE[,SCOPE...]` a line, `#` begins a comment. Several
/// keys may have one scope, so that a new one can be handed out before the old one goes.
class Keys {
 public:
  /// No keys: everybody may do everything.
  Keys() = default;
  /// Throws Error(kMissingInput) and Error(kConfig) naming the line.
  static Keys read(const std::filesystem::path& file);

  [[nodiscard]] bool is_empty() const { return keys_.empty(); }
  /// Compares with every key, each in the same time whatever it is.
  [[nodiscard]] Verdict judge(std::string_view key, Scope scope) const;

 private:
  struct Key {
    std::string digest;  ///< 64 lower-case hexadecimal digits
    std::vector<Scope> scopes;
  };
  std::vector<Key> keys_;
};

}  // namespace vitrina::server
