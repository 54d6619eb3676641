#include "cli/plain_output.hpp"

#include <string_view>

#include "core/utf8.hpp"

namespace vitrina::cli {

PlainOutput::int_type PlainOutput::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  line_ += traits_type::to_char_type(c);
  if (line_.back() == '\n') sync();
  return to_ ? c : traits_type::eof();
}

int PlainOutput::sync() {
  std::string shown;
  for (std::string_view rest = line_; !rest.empty();) {
    const auto end = rest.find_first_of("\t\n");
    append_plain(rest.substr(0, end), shown);
    if (end == std::string_view::npos) break;
    shown += rest[end];
    rest.remove_prefix(end + 1);
  }
  line_.clear();
  to_ << shown;
  return to_ ? 0 : -1;
}

}  // namespace vitrina::cli
