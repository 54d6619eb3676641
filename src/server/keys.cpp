#include "server/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"

namespace vitrina::server {
namespace {

constexpr std::array kScopes{Scope::kRecommend, Scope::kEvents, Scope::kAdmin};

/// In the same time wherever they differ; both have the length of a digest.
bool is_equal(std::string_view a, std::string_view b) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const unsigned left = static_cast<unsigned char>(a[i]);
    const unsigned right = static_cast<unsigned char>(b[i]);
    difference |= left ^ right;
  }
  return difference == 0;
}

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<Scope> parse_scopes(const std::string& text) {
  std::vector<Scope> scopes;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    const auto scope = std::find_if(kScopes.begin(), kScopes.end(),
                                    [&](Scope each) { return name(each) == word; });
    if (scope == kScopes.end()) return {};
    scopes.push_back(*scope);
  }
  return scopes;
}

/// What is wrong with a line; empty: nothing. The line may hold a key itself: it is not repeated.
std::string_view fault_of(const std::string& digest, const std::vector<Scope>& scopes,
                          bool has_more) {
  if (!is_digest(digest) || scopes.empty() || has_more) {
    return "expected the SHA-256 of a key, 64 lower-case hexadecimal digits, and its scopes: some "
           "of recommend,events,admin";
  }
  if (digest == sha256_text("")) {
    return "found the SHA-256 of nothing: $key was empty when the line was written; write it again "
           "with a key";
  }
  return {};
}

}  // namespace

std::string_view name(Scope scope) {
  switch (scope) {
    case Scope::kRecommend:
      return "recommend";
    case Scope::kEvents:
      return "events";
    case Scope::kAdmin:
      return "admin";
    case Scope::kNone:
      break;
  }
  return "none";
}

Keys Keys::read(const std::filesystem::path& file) {
  std::istringstream lines(read_file(file));
  Keys keys;
  std::size_t number = 0;
  std::map<std::string, std::size_t, std::less<>> lines_of;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream words(line.substr(0, line.find('#')));
    std::string digest;
    std::string scopes;
    std::string more;
    words >> digest >> scopes >> more;
    if (digest.empty()) continue;
    Key key{digest, parse_scopes(scopes)};
    std::string fault(fault_of(digest, key.scopes, !more.empty()));
    const auto [first, is_new] = lines_of.emplace(digest, number);
    if (fault.empty() && !is_new) {
      fault =
          fmt::format("found the key of line {} again; write one line of it, with all its scopes",
                      first->second);
    }
    if (!fault.empty()) {
      throw Error(ErrorCode::kConfig,
                  fmt::format("{}:{}: {}", printable(file.string()), number, fault));
    }
    keys.keys_.push_back(std::move(key));
  }
  if (keys.is_empty()) {
    throw Error(ErrorCode::kConfig, fmt::format("{}: has no key; write a line SHA256 SCOPES",
                                                printable(file.string())));
  }
  return keys;
}

Verdict Keys::judge(std::string_view key, Scope scope) const {
  if (is_empty() || scope == Scope::kNone) return Verdict::kAllowed;
  if (key.empty()) return Verdict::kUnknown;
  const auto digest = sha256_text(key);
  auto verdict = Verdict::kUnknown;
  for (const auto& known : keys_) {
    if (!is_equal(known.digest, digest)) continue;
    const bool may =
        std::find(known.scopes.begin(), known.scopes.end(), scope) != known.scopes.end();
    verdict = may ? Verdict::kAllowed : Verdict::kOtherScope;
  }
  return verdict;
}

}  // namespace vitrina::server
