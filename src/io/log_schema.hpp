#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/action.hpp"

namespace vitrina::io {

/// The unit of dates that are stored as plain whole numbers.
enum class DateUnit : std::uint8_t { kNone, kSeconds, kMilliseconds, kMicroseconds, kNanoseconds };

/// How dates written as text stand where that is ambiguous. ISO dates, 28.09.2024 and 2024/09/28
/// are always read.
enum class DateFormat : std::uint8_t {
  kPlain,       ///< nothing else
  kDaySlash,    ///< dd/mm/yyyy
  kMonthSlash,  ///< mm/dd/yyyy
  kDayDash,     ///< dd-mm-yyyy
  kMonthDash,   ///< mm-dd-yyyy
};

/// Column names of the catalog and of the product -> vector mapping.
struct CatalogColumns {
  std::string product = "product_id";
  std::string category = "category_id";
  std::string price = "price";
  std::string old_price = "old_price";
  std::string add_date = "add_date";
  std::string title = "title";
  std::string vector = "vector_id";
};

using ActionCodes = std::map<std::string, Action, std::less<>>;

/// The case's own codes, "0" to "9", and the names of core/action.hpp.
ActionCodes default_action_codes();

/// How a shop names its columns and actions. The defaults are those of the case.
struct LogSchema {
  std::string user = "user_id";
  std::string device = "loc_user_id";
  std::string action = "action";
  std::string date = "date";
  std::string products = "products";
  std::string page = "pageId";
  DateUnit date_unit = DateUnit::kNone;
  DateFormat date_format = DateFormat::kPlain;
  /// The clock that dates with a zone are turned to (io/time_zone.hpp); empty means UTC.
  std::string time_zone;
  /// Whether `time_zone` is that of who reads, said of no log: one without zones is no surprise.
  bool zone_is_the_readers = false;
  /// Value of the action column, as text, -> action. Values not in here are bad rows.
  ActionCodes actions = default_action_codes();
  CatalogColumns catalog;
};

/// Reads a `--schema` file:
///
///     columns:            # user, device, action, date, products, page
///       user: client_id
///       products: sku
///     date_unit: ms       # only for dates stored as numbers since 1970: s, ms, us or ns
///     date_format: dd/mm/yyyy     # or mm/dd/yyyy, dd-mm-yyyy, mm-dd-yyyy
///     time_zone: Europe/Moscow    # the shop's clock, for dates that have a zone
///     actions:            # replaces the case's codes; a code may be a number or a text
///       pageview: view    # view, like, basket_add, basket_delete, basket_clear, order,
///       3: order          # basket_page, visit, category_page, search
///     catalog:            # product, category, price, old_price, add_date, title, vector
///       product: sku
///
/// What is left out keeps its default. Throws Error(kMissingInput) when the file is not there and
/// Error(kConfig) with the line for an unknown key, action or value.
LogSchema read_schema(const std::filesystem::path& path);

}  // namespace vitrina::io
