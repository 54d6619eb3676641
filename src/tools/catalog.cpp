#include "tools/tools.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include "core/error.hpp"
#include "io/catalog_reader.hpp"
#include "io/log_files.hpp"
#include "io/submission.hpp"
#include "pipeline/read_shop.hpp"

namespace vitrina::tools {
namespace {

using Json = nlohmann::ordered_json;

/// A price as shops write it: a float has digits that nobody meant.
Json price_json(float price) {
  if (!std::isfinite(price)) return nullptr;
  return std::round(static_cast<double>(price) * 100) / 100;
}

Json text_json(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

/// Rows of the wanted products by id; of several rows the last one holds, as for `ingest`.
std::unordered_map<std::string_view, std::size_t> rows_of(const RawCatalog& catalog,
                                                          const std::vector<std::string>& wanted) {
  std::unordered_map<std::string_view, std::size_t> rows;
  constexpr auto kNone = static_cast<std::size_t>(-1);
  for (const auto& id : wanted) rows.emplace(id, kNone);
  for (std::size_t row = 0; row < catalog.product_id.size(); ++row) {
    const auto found = rows.find(catalog.product_id[row]);
    if (found != rows.end()) found->second = row;
  }
  std::erase_if(rows, [](const auto& entry) { return entry.second == kNone; });
  return rows;
}

void run(const command::Context& context) {
  const auto config = read_section<pipeline::IngestConfig>(context.params, "ingest");
  const auto schema =
      config.schema.empty() ? io::LogSchema{} : io::read_schema(context.path(config.schema));
  const auto wanted = io::read_id_list(*context.option("products"), "product_id");
  const auto folder = context.path(config.data_dir);
  if (std::error_code ignored; !std::filesystem::exists(folder, ignored)) {
    throw Error(ErrorCode::kMissingInput,
                fmt::format("--data: {} is not there; name the folder with the shop's catalog",
                            printable(folder.string())));
  }
  const auto path = io::catalog_files(folder).catalog;
  Json json{{"file", nullptr}, {"products", Json::object()}};
  if (!path.empty()) {
    const auto catalog = io::read_catalog_file(path, schema, *context.progress);
    const auto rows = rows_of(catalog, wanted);
    json["file"] = path.filename().string();
    for (const auto& id : wanted) {
      const auto found = rows.find(id);
      if (found == rows.end()) continue;
      const auto row = found->second;
      json["products"][id] = {{"title", text_json(catalog.title[row])},
                              {"category", text_json(catalog.category_id[row])},
                              {"price", price_json(catalog.price[row])},
                              {"old_price", price_json(catalog.old_price[row])}};
    }
  }
  // a catalog in another encoding than UTF-8 is shown with marks for what cannot be read
  *context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace

command::Command catalog_command() {
  return {.name = "catalog",
          .summary = "prints what the shop's catalog says about some products, as JSON",
          .inputs = {},
          .outputs = {},
          .sections = {},
          .options = {{"--products", "FILE", "the products (one id a line)", true},
                      {"--data", "DIR", "folder with the shop's catalog", false, "ingest.data_dir",
                       true},
                      {"--schema", "FILE", "the shop's own column names", false, "ingest.schema",
                       true}},
          .example = "vitrina catalog --data shop/ --products ids.txt",
          .run = run,
          .is_pipeline = false};
}

}  // namespace vitrina::tools
