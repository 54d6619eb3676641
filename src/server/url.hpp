#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitrina::server {

/// The parts of `path?query`, as sent.
std::string_view path_of(std::string_view target);
std::string_view query_of(std::string_view target);

/// Percent-encoding undone; in a query `+` is a space. Throws Problem(400) for a `%` without two
/// hexadecimal digits, and for what is no UTF-8 then: no JSON could say it again.
std::string decode(std::string_view text, bool is_query);

/// `a=1&b=2`, decoded. Throws as decode().
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

/// Whether a text is another one in lower case, whatever its own case.
bool equals_lower(std::string_view text, std::string_view lower);

/// Whether a Content-Type is application/json, of any parameters.
bool is_json(std::string_view content_type);

}  // namespace vitrina::server
