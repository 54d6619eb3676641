#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/action.hpp"
#include "data/raw_log.hpp"
#include "data/shop.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/read_shop.hpp"

namespace vitrina::tools {

struct CatalogFacts {
  std::uint64_t rows = 0;
  std::uint64_t in_log = 0;  ///< products of the log that it lists
  std::uint64_t priced = 0;  ///< products of the log; the same below
  std::uint64_t categorised = 0;
  std::uint64_t titled = 0;
  std::uint64_t categories = 0;
  std::uint64_t prices_unread = 0;
  std::string price_unread;  ///< the first of them
  std::uint64_t prices_negative = 0;
  std::string price_negative;  ///< the first of them
  std::string some_product;    ///< one that the log does not name, to compare ids by
  std::string vectors_from;    ///< as ShopInput says
};

/// A customer that may be nobody, or many.
struct DoubtfulCustomer {
  std::string id;
  std::uint64_t events = 0;
  bool is_word_for_nothing = false;  ///< `nan`, `NULL`: as table tools write an empty cell
};

/// What is in a shop's files.
struct Facts {
  ReadNotes log_notes;
  ReadNotes catalog_notes;
  IngestCounts counts;
  std::uint64_t events = 0;
  std::uint64_t users = 0;
  std::uint64_t products = 0;              ///< of the log
  std::vector<DoubtfulCustomer> doubtful;  ///< those with the most events first
  std::uint64_t days = 0;                  ///< with an event
  TimeUs begin = 0;
  TimeUs end = 0;
  std::array<std::uint64_t, kActionCount> by_action{};
  double horizon_days = 0;
  std::uint64_t late_buyers = 0;  ///< in the last horizon_days
  std::uint64_t late_bought = 0;  ///< pairs of a buyer and a product
  bool has_devices = false;
  std::string joined_product;  ///< a product id that looks like several
  std::string some_product;    ///< one that the catalog does not list
  std::optional<CatalogFacts> catalog;
  bool names_file = false;  ///< --data is the log itself, so that no catalog is looked for
  std::uint64_t train_windows = 0;
  double label_days = 0;
  bool has_valid = false;
  double days_for_valid = 0;  ///< how long a log must be for a valid fold
};

/// Counts what a log of plausible dates holds, and makes the shop of it for that. `raw` is used
/// up.
Facts facts_of(RawLog& raw, const RawCatalog* catalog, const pipeline::SplitConfig& split,
               int threads);

}  // namespace vitrina::tools
