#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/action.hpp"

namespace vitrina::io {

/// The unit of dates that are stored as plain whole numbers.
enum class DateUnit : std::uint8_t { kNone, kSeconds, kMilliseconds, kMicroseconds, kNanoseconds };

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
  /// Value of the action column, as text, -> action. Values not in here are bad rows.
  ActionCodes actions = default_action_codes();
  CatalogColumns catalog;
};

/// Reads a `--schema` file:
///
///     columns:            # user, device, action, date, products, page
///       user: client_id
///       products: sku
///     date_unit: ms       # only for dates stored as numbers: s, ms, us or ns
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
