#include "io/buyers_csv.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "io/csv_text.hpp"

namespace vitrina::io {
namespace {

constexpr std::string_view kHeader = "user_id,n_bought,n_hits,sent\n";

std::uint32_t parse_count(std::string_view text, std::string_view place) {
  std::uint32_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status == std::errc{} && end == text.data() + text.size()) return value;
  throw Error(ErrorCode::kBadData,
              fmt::format("{}: found '{}', expected a whole number", place, printable(text)));
}

BuyerRow parse_row(const std::vector<std::string>& fields, std::string_view place) {
  if (fields.size() != 4) {
    throw Error(ErrorCode::kBadData,
                fmt::format("{}: found {} fields, expected 4", place, fields.size()));
  }
  const BuyerRow row{fields[0], parse_count(fields[1], place), parse_count(fields[2], place),
                     parse_count(fields[3], place) != 0};
  if (row.n_bought == 0 || row.n_hits > row.n_bought || (row.n_hits > 0 && !row.sent)) {
    throw Error(ErrorCode::kBadData,
                fmt::format("{}: found {} bought, {} hits, sent {}, expected a buyer with hits "
                            "only if sent and no more of them than products bought",
                            place, row.n_bought, row.n_hits, row.sent ? 1 : 0));
  }
  return row;
}

}  // namespace

std::string buyers_text(const std::vector<BuyerRow>& rows) {
  std::string text(kHeader);
  for (const auto& row : rows) {
    append_csv_field(row.user_id, text);
    text += fmt::format(",{},{},{}\n", row.n_bought, row.n_hits, row.sent ? 1 : 0);
  }
  return text;
}

std::vector<BuyerRow> read_buyers(const std::filesystem::path& path) {
  const auto text = read_file(path);
  if (!text.starts_with(kHeader)) {
    const std::string_view found = std::string_view(text).substr(0, text.find('\n'));
    throw Error(ErrorCode::kBadData,
                fmt::format("{}:1: found header '{}', expected '{}'", path.string(),
                            printable(found), kHeader.substr(0, kHeader.size() - 1)));
  }
  std::vector<BuyerRow> rows;
  CsvRecords records(std::string_view(text).substr(kHeader.size()));
  while (records.next()) {
    rows.push_back(
        parse_row(records.fields(), fmt::format("{}:{}", path.string(), records.line() + 1)));
  }
  if (!records.problem().empty()) {
    throw Error(ErrorCode::kBadData,
                fmt::format("{}:{}: {}", path.string(), records.line() + 1, records.problem()));
  }
  return rows;
}

}  // namespace vitrina::io
