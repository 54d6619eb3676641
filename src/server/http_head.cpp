#include "server/http_head.hpp"

#include <algorithm>
#include <charconv>

#include "server/url.hpp"

namespace vitrina::server {
namespace {

using Fault = std::optional<HeadFault>;

constexpr std::string_view kLineEnd = "\r\n";

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < ' ' || byte == 0x7f;
}

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool contains(std::string_view list, std::string_view lower) {
  while (!list.empty()) {
    const auto part = list.substr(0, list.find(','));
    if (equals_lower(trimmed(part), lower)) return true;
    list.remove_prefix(std::min(part.size() + 1, list.size()));
  }
  return false;
}

/// Whether a list of codings ends with chunked; then `is_only` tells whether there is no other.
bool ends_chunked(std::string_view codings, bool& is_only) {
  const auto comma = codings.rfind(',');
  is_only = comma == std::string_view::npos;
  return equals_lower(trimmed(is_only ? codings : codings.substr(comma + 1)), "chunked");
}

std::string_view take_line(std::string_view& bytes) {
  const auto end = bytes.find(kLineEnd);
  const auto line = bytes.substr(0, end);
  bytes.remove_prefix(end + kLineEnd.size());
  return line;
}

/// A name or an address in brackets, and a port where there is one; nobody's name before it.
bool is_authority(std::string_view text) {
  const auto colon = text.find_last_not_of("0123456789");
  if (colon != std::string_view::npos && text[colon] == ':') text = text.substr(0, colon);
  if (text.starts_with('[') && text.ends_with(']')) {
    return text.size() > 2 &&
           text.substr(1, text.size() - 2).find_first_not_of("0123456789abcdefABCDEF:.") ==
               std::string_view::npos;
  }
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
  });
}

/// Takes the beginning off `http://authority/path`, which every server has to understand (RFC 9112,
/// 3.2.2); nothing where the target is of another form or broken.
void drop_authority(std::string_view& target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equals_lower(target.substr(0, scheme.size()), scheme)) continue;
    const auto rest = target.substr(scheme.size());
    const auto authority = rest.substr(0, rest.find('/'));
    if (!is_authority(authority)) return;
    target = authority.size() < rest.size() ? rest.substr(authority.size()) : "/";
    return;
  }
}

Method method_of(std::string_view word) {
  if (word == "GET" || word == "HEAD") return Method::kGet;
  if (word == "POST") return Method::kPost;
  if (word == "PUT") return Method::kPut;
  return word == "DELETE" ? Method::kDelete : Method::kOther;
}

bool is_method(std::string_view word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// What the lines of a head said, before they are judged together.
struct Seen {
  int n_hosts = 0;
  int n_lengths = 0;
  int n_codings = 0;
  bool is_length_sound = true;
  bool is_coding_sound = true;     ///< chunked is last, once
  bool has_other_codings = false;  ///< beside chunked
};

class Reader {
 public:
  explicit Reader(Head& head) : head_(head) {}

  Fault read(std::string_view bytes) {
    if (auto fault = start(take_line(bytes))) return fault;
    while (bytes != kLineEnd) {
      if (auto fault = field(take_line(bytes))) return fault;
    }
    return judge();
  }

 private:
  Fault start(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
      return HeadFault{400, "request line: expected METHOD TARGET VERSION"};
    }
    const auto method = line.substr(0, first);
    auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (!is_method(method)) return HeadFault{400, "request line: the method is none"};
    if (target.size() > kMaxTargetBytes) return HeadFault{414, "request line: is too long"};
    const bool is_plain = std::none_of(target.begin(), target.end(),
                                       [](char c) { return is_control(c) || c == ' '; });
    drop_authority(target);
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
      return HeadFault{version.starts_with("HTTP/") && version.size() == 8 ? 505 : 400,
                       "request line: expected HTTP/1.1"};
    }
    const bool is_of_all = target == "*" && method == "OPTIONS";
    if (!is_plain || target.empty() || (target[0] != '/' && !is_of_all)) {
      return HeadFault{400, "request line: the target is no path"};
    }
    head_.is_old = version == "HTTP/1.0";
    head_.keeps_alive = !head_.is_old;
    head_.is_head = method == "HEAD";
    head_.request.method = method_of(method);
    head_.request.target = target;
    return {};
  }

  Fault field(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
      return HeadFault{400, "header: expected NAME: VALUE"};
    }
    const auto value = trimmed(line.substr(colon + 1));
    const bool is_plain =
        std::none_of(value.begin(), value.end(), [](char c) { return is_control(c) && c != '\t'; });
    if (!is_plain) return HeadFault{400, "header: found a control character"};
    return known_field(line.substr(0, colon), value);
  }

  Fault known_field(std::string_view name, std::string_view value) {
    if (equals_lower(name, "host")) {
      ++seen_.n_hosts;
      if (!value.empty() && !is_authority(value)) return HeadFault{400, "host: is none"};
    } else if (equals_lower(name, "content-length")) {
      ++seen_.n_lengths;
      const auto [end, status] =
          std::from_chars(value.data(), value.data() + value.size(), head_.content_length);
      seen_.is_length_sound = !value.empty() && status == std::errc{} &&
                              end == value.data() + value.size() && value.front() != '-';
    } else if (equals_lower(name, "transfer-encoding")) {
      coding(value);
    } else if (equals_lower(name, "connection")) {
      if (contains(value, "close")) head_.keeps_alive = false;
      if (contains(value, "keep-alive") && head_.is_old) head_.keeps_alive = true;
    } else if (equals_lower(name, "expect")) {
      if (!equals_lower(value, "100-continue")) return HeadFault{417, "expect: is not known"};
      head_.expects_continue = !head_.is_old;
    } else if (equals_lower(name, "authorization")) {
      head_.request.authorization = value;
    } else if (equals_lower(name, "x-api-key")) {
      head_.request.api_key = value;
    } else if (equals_lower(name, "content-type")) {
      head_.request.content_type = value;
    } else if (equals_lower(name, "content-encoding")) {
      if (!equals_lower(value, "identity")) head_.request.content_encoding = value;
    } else if (resembles_framing(name)) {
      return HeadFault{400, "header: a name that some read as Content-Length"};
    }
    return {};
  }

  /// `content_length` and the like: a proxy in front may have read it as the header itself.
  static bool resembles_framing(std::string_view name) {
    std::string plain;
    for (const char c : name) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) plain += c;
    }
    return equals_lower(plain, "contentlength") || equals_lower(plain, "transferencoding");
  }

  void coding(std::string_view value) {
    ++seen_.n_codings;
    bool is_only = true;
    const bool is_chunked = ends_chunked(value, is_only);
    // chunked anywhere but at the very end is applied by some and not by others
    const bool is_repeated = !is_only && contains(value.substr(0, value.rfind(',')), "chunked");
    if (head_.is_chunked || is_repeated) seen_.is_coding_sound = false;
    head_.is_chunked = is_chunked;
    if (!is_only || !is_chunked) seen_.has_other_codings = true;
  }

  Fault judge() const {
    if (seen_.n_hosts > 1 || (seen_.n_hosts == 0 && !head_.is_old)) {
      return HeadFault{400, "host: expected one"};
    }
    const bool has_length = seen_.n_lengths > 0;
    const bool has_coding = seen_.n_codings > 0;
    if (has_length && has_coding) {
      return HeadFault{400, "header: found both Content-Length and Transfer-Encoding"};
    }
    if (seen_.n_lengths > 1 || !seen_.is_length_sound) {
      return HeadFault{400, "content-length: expected one whole number"};
    }
    if (has_coding && (head_.is_old || !head_.is_chunked || !seen_.is_coding_sound)) {
      return HeadFault{400, "transfer-encoding: expected chunked"};
    }
    const bool has_body = has_coding || head_.content_length > 0;
    if (has_body && head_.request.method == Method::kGet) {
      return HeadFault{400, "body: found one with GET or HEAD"};
    }
    if (seen_.has_other_codings) {
      return HeadFault{501, "transfer-encoding: only chunked is known"};
    }
    return {};
  }

  Head& head_;
  Seen seen_;
};

}  // namespace

HeadState find_head_end(std::string_view bytes, std::size_t& end) {
  for (auto at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return HeadState::kBroken;
    if (at >= 3 && bytes[at - 2] == '\n') {
      end = at + 1;
      return HeadState::kComplete;
    }
    if (at == 1) return HeadState::kBroken;  // begins with an empty line
  }
  return HeadState::kIncomplete;
}

std::optional<HeadFault> read_head(std::string_view bytes, Head& head) {
  return Reader(head).read(bytes);
}

}  // namespace vitrina::server
