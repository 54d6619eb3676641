#include "vitrina/log.hpp"

#include <fmt/format.h>

#include <limits>
#include <span>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "data/raw_log.hpp"
#include "io/log_reader.hpp"
#include "io/parquet_writer.hpp"

namespace vitrina {
namespace {

/// The columns of some rows.
struct Columns {
  std::vector<std::string> user;
  std::vector<std::uint32_t> device;  ///< place in `devices`; kNoCode: none
  std::vector<std::string> devices;
  std::vector<std::int64_t> action;
  std::vector<std::int64_t> date;
  std::vector<std::uint64_t> offsets{0};  ///< of the rows' products
  std::vector<std::uint32_t> product;     ///< place in `products`
  std::vector<std::string> products;
  std::vector<double> page;                   ///< NaN: none
  std::vector<std::uint32_t> recommendation;  ///< place in `recommendations`; kNoCode: none
  std::vector<std::string> recommendations;

  void add(LogRow row) {
    auto& event = row.event;
    user.push_back(std::move(event.customer));
    device.push_back(add_text(std::move(event.device), devices));
    action.push_back(event.action);
    date.push_back(event.time_us);
    if (!event.product.empty()) product.push_back(add_text(std::move(event.product), products));
    offsets.push_back(product.size());
    page.push_back(event.page == 0 ? std::numeric_limits<double>::quiet_NaN()
                                   : static_cast<double>(event.page));
    recommendation.push_back(add_text(std::move(row.recommendation_id), recommendations));
  }

 private:
  static std::uint32_t add_text(std::string text, std::vector<std::string>& texts) {
    if (text.empty()) return kNoCode;
    texts.push_back(std::move(text));
    return static_cast<std::uint32_t>(texts.size() - 1);
  }
};

/// As the case's log names and types them, and one more.
std::vector<io::ColumnSpec> log_columns() {
  return {{"user_id", io::ColumnType::kString},
          {"loc_user_id", io::ColumnType::kString},
          {"action", io::ColumnType::kInt64},
          {"date", io::ColumnType::kTimestampUs},
          {"products", io::ColumnType::kStringList},
          {"pageId", io::ColumnType::kUint32},
          {"recommendation_id", io::ColumnType::kString}};
}

}  // namespace

std::uint64_t write_log(const std::filesystem::path& file, const LogRows& rows) {
  std::uint64_t n_rows = 0;
  io::write_table(file, log_columns(), [&](io::TableWriter& out) {
    for (auto some = rows(); !some.empty(); some = rows()) {
      Columns columns;
      for (auto& row : some) {
        if (!row.event.is_visit) columns.add(std::move(row));
      }
      n_rows += columns.user.size();
      out.append({std::span<const std::string>(columns.user),
                  io::CodedTexts{columns.device, columns.devices},
                  std::span<const std::int64_t>(columns.action),
                  std::span<const std::int64_t>(columns.date),
                  io::CodedLists{columns.offsets, {columns.product, columns.products}},
                  std::span<const double>(columns.page),
                  io::CodedTexts{columns.recommendation, columns.recommendations}});
    }
  });
  return n_rows;
}

std::uint64_t count_rows(const std::filesystem::path& data, const std::string& user_id) {
  SilentProgress progress;
  const auto log = io::read_log(data, {}, kNoTime, 1, progress);
  const auto n_unread =
      log.counts.count(BadRow::kNullDate) + log.counts.count(BadRow::kUnknownAction);
  if (n_unread > 0) {
    throw Error(ErrorCode::kBadData,
                fmt::format("{}: found {} rows without a date or an action that is understood, "
                            "expected none: they may be anybody's; mend them, or look for the id "
                            "in the file itself",
                            printable(data.string()), n_unread));
  }
  std::uint64_t n = 0;
  for (const auto user : log.user) n += log.users.text(user) == user_id ? 1 : 0;
  return n;
}

}  // namespace vitrina
