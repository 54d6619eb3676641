#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/command.hpp"
#include "core/params.hpp"
#include "core/time.hpp"
#include "data/raw_log.hpp"
#include "data/shop.hpp"
#include "io/log_schema.hpp"

namespace vitrina::pipeline {

/// Where a shop's data are and how they are read.
struct IngestConfig {
  std::string data_dir = "data/simulated";
  std::string as_of;
  std::string since;
  std::string schema;
  std::string time_zone;
  double max_bad_share = 0.2;
  bool link_users = false;
  int link_max_users = 4;

  void visit(ConfigVisitor& v) {
    v.field("data_dir", data_dir, "folder with the log, the catalog and the title vectors");
    v.field("as_of", as_of,
            "moment of the answer, ISO time in the log's own clock: events from then on are not "
            "looked at; empty means just after the last plausible event");
    v.field("since", since,
            "first moment that is looked at, ISO time in the log's own clock; empty means the "
            "log's beginning");
    v.field("schema", schema, "YAML file with the shop's own column names and action codes");
    v.field("time_zone", time_zone,
            "clock that times with a zone are turned to, such as Europe/Moscow or +03:00; empty "
            "means the schema's time_zone, and without one UTC");
    v.field("max_bad_share", max_bad_share, {0, 1},
            "with a larger share of rows without a usable user, date or action reading fails");
    v.field("link_users", link_users,
            "whether users who share a loc_user_id are read as one person; each is still "
            "answered by itself");
    v.field("link_max_users", link_max_users, {2, 1e6},
            "a loc_user_id that more users than this have used links nobody");
  }
};

/// The command line options that set IngestConfig.
std::vector<command::Option> ingest_options();

/// A shop as read, with what reading it met.
struct ShopInput {
  Shop shop;
  IngestCounts counts;
  std::uint64_t catalog_rows = 0;
  std::uint64_t catalog_duplicates = 0;
  std::string vectors_from;  ///< `vectors.npz`, `title words` or `none`
  ReadNotes log_notes;
  ReadNotes catalog_notes;
  std::size_t other_prices = 0;      ///< of JoinedShop, where it was joined
  std::size_t other_categories = 0;  ///< the same
};

/// Of a shop that a bundle answers for.
struct AnswerInput {
  const ProductSpace& products;  ///< the bundle's, which the shop is joined to
  /// The moment of the answer, where one is asked for. It takes the place of `ingest.as_of`, and no
  /// date before it is judged by the rest of the log: a part of the log is read as the whole is.
  TimeUs at = kNoTime;
};

/// What is read of the files, or of the context's tables, before anything is checked.
io::LogSchema schema_of(const command::Context& context, const IngestConfig& config);
RawLog read_raw_log(const command::Context& context, const IngestConfig& config,
                    const io::LogSchema& schema, TimeUs as_of);
std::optional<RawCatalog> read_raw_catalog(const command::Context& context,
                                           const IngestConfig& config, const io::LogSchema& schema);

/// Where the title vectors of a shop came from; null without a catalog.
std::string_view vectors_from(const Shop& shop, const RawCatalog* catalog);

/// Reads `ingest.data_dir`, or the tables of the context. Throws Error as io does, and
/// Error(kBadData) when the share of bad rows is above `ingest.max_bad_share`.
ShopInput read_shop(const command::Context& context, const AnswerInput* answer = nullptr);

}  // namespace vitrina::pipeline
