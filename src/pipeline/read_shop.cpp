#include "pipeline/read_shop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "command/option_values.hpp"
#include "core/error.hpp"
#include "data/build.hpp"
#include "data/join.hpp"
#include "data/links.hpp"
#include "data/log_age.hpp"
#include "data/log_checks.hpp"
#include "io/catalog_reader.hpp"
#include "io/log_files.hpp"
#include "io/log_reader.hpp"
#include "io/log_schema.hpp"

namespace vitrina::pipeline {
namespace {

std::uint64_t count_duplicates(const RawCatalog& catalog) {
  std::vector<std::string_view> ids(catalog.product_id.begin(), catalog.product_id.end());
  std::sort(ids.begin(), ids.end());
  const auto n_distinct = std::unique(ids.begin(), ids.end()) - ids.begin();
  return catalog.product_id.size() - static_cast<std::size_t>(n_distinct);
}

/// Of a log that is named itself nothing beside it is read, which is easily overlooked.
void warn_of_catalog_beside(const std::filesystem::path& data, Progress& progress) {
  const auto folder = io::folder_of_log(data);
  if (folder.empty() || !io::catalog_files(data).catalog.empty()) return;
  const auto catalog = io::catalog_files(folder).catalog;
  if (catalog.empty() || std::filesystem::equivalent(catalog, data)) return;
  progress.warn(fmt::format(
      "catalog: {} is not read, since --data names the log alone; to use it name the folder, {}",
      printable(catalog.string()), printable(folder.string())));
}

}  // namespace

io::LogSchema schema_of(const command::Context& context, const IngestConfig& config) {
  auto schema =
      config.schema.empty() ? io::LogSchema{} : io::read_schema(context.path(config.schema));
  if (!config.time_zone.empty()) schema.time_zone = config.time_zone;
  return schema;
}

std::string_view vectors_from(const Shop& shop, const RawCatalog* catalog) {
  if (catalog == nullptr || shop.catalog.vector_dim == 0) return "none";
  return catalog->dim > 0 ? "vectors.npz" : "title words";
}

RawLog read_raw_log(const command::Context& context, const IngestConfig& config,
                    const io::LogSchema& schema, TimeUs as_of) {
  const auto since = command::option_time_or_none("since", config.since);
  auto raw = context.tables != nullptr ? io::read_log_stream(context.tables->events, schema, as_of,
                                                             context.threads, *context.progress)
                                       : io::read_log(context.path(config.data_dir), schema, as_of,
                                                      context.threads, *context.progress);
  if (since != kNoTime) drop_before(raw, since);
  return raw;
}

std::optional<RawCatalog> read_raw_catalog(const command::Context& context,
                                           const IngestConfig& config,
                                           const io::LogSchema& schema) {
  if (context.tables == nullptr) {
    const auto data = context.path(config.data_dir);
    warn_of_catalog_beside(data, *context.progress);
    return io::read_catalog(data, schema, *context.progress);
  }
  if (context.tables->catalog == nullptr) return std::nullopt;
  return io::read_catalog_stream(context.tables->catalog, schema, *context.progress);
}

std::vector<command::Option> ingest_options() {
  return {{"--data", "DIR",
           "folder with the shop's log and catalog, or the log; docs/data.md describes both", false,
           "ingest.data_dir", true},
          {"--as-of", "TIME", "use events before this moment only", false, "ingest.as_of"},
          {"--since", "TIME", "use events from this moment on only", false, "ingest.since"},
          {"--schema", "FILE",
           "the shop's own column names, action codes and dates; docs/data.md has an example",
           false, "ingest.schema", true}};
}

ShopInput read_shop(const command::Context& context, const AnswerInput* answer) {
  const auto config = read_section<IngestConfig>(context.params, "ingest");
  const bool has_moment = answer != nullptr && answer->at != kNoTime;
  const auto schema = schema_of(context, config);
  auto& progress = *context.progress;
  const auto as_of = has_moment ? answer->at : command::option_time_or_none("as-of", config.as_of);
  auto raw = read_raw_log(context, config, schema, as_of);
  check_bad_share(raw.counts, config.max_bad_share);
  drop_implausible(raw, has_moment ? kAllTimes : plausible_range(raw.time));
  warn_of_newer_rows(raw.counts, progress);
  check_actions(raw, answer == nullptr ? LogUse::kLearn : LogUse::kAnswer, progress);
  const auto own_catalog = read_raw_catalog(context, config, schema);
  const RawCatalog* catalog = own_catalog ? &*own_catalog : nullptr;

  ShopInput input;
  progress.begin("sort events", 0, "");
  input.shop = build_shop(raw, catalog, context.threads);
  input.shop.end = has_moment ? std::min(input.shop.end, as_of) : answer_moment(input.shop, as_of);
  input.vectors_from = vectors_from(input.shop, catalog);
  if (answer != nullptr) {
    auto joined = join(std::move(input.shop), answer->products);
    input.shop = std::move(joined.shop);
    input.other_prices = joined.other_prices;
    input.other_categories = joined.other_categories;
  }
  if (config.link_users) {
    link_users(input.shop.events, static_cast<std::size_t>(config.link_max_users));
  }
  progress.end(fmt::format("{} events of {} users and {} products", input.shop.events.n_events(),
                           input.shop.users.size(), input.shop.items.size()));
  warn_of_old_log(as_of, input.shop.end - 1, /*has_later_rows=*/raw.counts.rows_hidden > 0,
                  has_moment ? kKept : kMovedBack, progress);
  input.counts = std::move(raw.counts);
  input.log_notes = std::move(raw.notes);
  if (own_catalog) input.catalog_notes = own_catalog->notes;
  if (catalog != nullptr) {
    input.catalog_rows = catalog->product_id.size();
    input.catalog_duplicates = count_duplicates(*catalog);
  }
  return input;
}

}  // namespace vitrina::pipeline
