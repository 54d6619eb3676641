#include "server/url.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "core/utf8.hpp"
#include "server/problem.hpp"

namespace vitrina::server {

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string_view query_of(std::string_view target) {
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

std::string decode(std::string_view text, bool is_query) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && is_query) {
      decoded += ' ';
    } else if (text[i] == '%') {
      unsigned char byte = 0;
      const auto digits = text.substr(i + 1, 2);
      const auto [end, status] =
          std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
      if (digits.size() != 2 || status != std::errc{} || end != digits.data() + 2) {
        throw Problem(400, "target: found a % without two hexadecimal digits");
      }
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  if (!is_utf8(decoded)) throw Problem(400, "target: found bytes that are no UTF-8");
  return decoded;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const auto part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const auto value =
        equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
    parameters.emplace_back(decode(part.substr(0, equals), true), decode(value, true));
  }
  return parameters;
}

bool equals_lower(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

bool is_json(std::string_view content_type) {
  auto bare = content_type.substr(0, content_type.find(';'));
  while (bare.ends_with(' ') || bare.ends_with('\t')) bare.remove_suffix(1);
  return equals_lower(bare, "application/json");
}

}  // namespace vitrina::server
