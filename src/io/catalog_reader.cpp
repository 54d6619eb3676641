#include "io/catalog_reader.hpp"

#include <arrow/chunked_array.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "io/arrow_support.hpp"
#include "io/column_values.hpp"
#include "io/log_files.hpp"
#include "io/npz.hpp"
#include "io/read_notes.hpp"
#include "io/table_source.hpp"

namespace vitrina::io {
namespace {

constexpr std::string_view kVectorArray = "arr_0";

/// A column to read and what to do with it.
struct Wanted {
  std::string name;
  std::function<void(const arrow::ChunkedArray&)> load;
  bool is_required = true;
};

/// Reads a small table: for each batch the loaders of the columns that exist, then `use(rows)`.
/// `path` is its name in messages.
void read_columns(std::unique_ptr<TableSource> source, const std::filesystem::path& path,
                  const std::vector<Wanted>& wanted, Progress& progress,
                  const std::function<void(std::size_t)>& use, ReadNotes& notes) {
  const auto& found = source->names();
  std::vector<std::string> names;
  std::vector<const Wanted*> present;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!has_column(path, wanted[i].name, found)) {
      if (wanted[i].is_required) throw_missing_column(path, wanted[i].name, found);
      continue;
    }
    names.push_back(wanted[i].name);
    present.push_back(&wanted[i]);
  }
  source->select(names);
  std::vector<std::shared_ptr<arrow::ChunkedArray>> kept(names.size());
  const auto load = [&](std::size_t c, const std::shared_ptr<arrow::ChunkedArray>& column) {
    kept[c] = column;  // texts point into it until `use` has run
    try {
      present[c]->load(*column);
    } catch (const Error& error) {
      throw error.with_context(fmt::format("{}: column '{}'", path.string(), names[c]));
    }
  };
  while (const std::size_t n_rows = source->next(load)) {
    guarded(path.string(), [&] { use(n_rows); });
    progress.advance(n_rows);
  }
  notes.files.push_back(path.string());
  note_source(*source, "catalog", notes);
}

/// A title that is no UTF-8 is none: it would be written out with the answer.
std::string text_or_empty(const Texts& texts, std::size_t row, std::size_t n_rows) {
  if (texts.size() != n_rows) return {};
  const auto text = texts.at(row);
  return texts.is_utf8 || is_utf8(text) ? std::string(text) : std::string();
}

/// Reads the mapping and the vectors it points to.
void read_vectors(const CatalogFiles& files, const LogSchema& schema, Progress& progress,
                  RawCatalog& catalog) {
  auto matrix = read_npz(files.vectors, kVectorArray);
  catalog.dim = matrix.n_columns;
  catalog.vectors = std::move(matrix.values);
  std::vector<bool> sound(matrix.n_rows);
  for (std::uint64_t row = 0; row < matrix.n_rows; ++row) {
    const auto* begin = catalog.vectors.data() + row * catalog.dim;
    sound[row] = std::all_of(begin, begin + catalog.dim, [](float x) { return std::isfinite(x); });
  }
  Texts products;
  std::vector<std::int64_t> numbers;
  read_columns(
      open_table(files.mapping, /*threads=*/1), files.mapping,
      {{schema.catalog.product, [&](const auto& column) { load_texts(column, products); }},
       {schema.catalog.vector, [&](const auto& column) { load_integers(column, numbers); }}},
      progress,
      [&](std::size_t n_rows) {
        for (std::size_t row = 0; row < n_rows; ++row) {
          const auto product = products.at(row);
          const auto number = static_cast<std::uint64_t>(numbers[row]);
          if (!is_sound_id(product, products.is_utf8) || number >= sound.size() || !sound[number]) {
            ++catalog.n_vectors_junk;
            continue;
          }
          catalog.vector_product.emplace_back(product);
          catalog.vector_of.push_back(number);
        }
      },
      catalog.notes);
}

RawCatalog read_rows(std::unique_ptr<TableSource> source, const std::filesystem::path& path,
                     const LogSchema& schema, Progress& progress) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const auto& names = schema.catalog;
  RawCatalog catalog;
  Texts products;
  Texts categories;
  Texts titles;
  std::vector<float> prices;
  std::vector<float> old_prices;
  std::vector<TimeUs> dates;
  BadPrices bad_prices;
  BadPrices bad_old_prices;
  DatesMet dates_met;
  const std::optional<TimeZone> zone = zone_of(schema);
  const DateForm form{schema.date_unit, schema.date_format, zone ? &*zone : nullptr};
  const auto texts = [](Texts& into) {
    return [&into](const arrow::ChunkedArray& column) { load_texts(column, into); };
  };
  const auto read_prices = [](std::vector<float>& into, BadPrices& bad) {
    return [&](const arrow::ChunkedArray& column) { load_prices(column, into, bad); };
  };
  const auto times = [&](const arrow::ChunkedArray& column) {
    load_times(column, form, dates, dates_met);
  };
  const auto append = [&](std::size_t n_rows) {
    for (std::size_t row = 0; row < n_rows; ++row) {
      const auto product = products.at(row);
      if (!is_sound_id(product, products.is_utf8)) {
        ++catalog.n_junk;
        continue;
      }
      catalog.product_id.emplace_back(product);
      auto category = text_or_empty(categories, row, n_rows);
      const bool sound = is_sound_id(category, categories.is_utf8);
      catalog.category_id.push_back(sound ? std::move(category) : "");
      catalog.price.push_back(prices.size() == n_rows ? prices[row] : kNan);
      catalog.old_price.push_back(old_prices.size() == n_rows ? old_prices[row] : kNan);
      catalog.add_date.push_back(dates.size() == n_rows ? dates[row] : kNoTime);
      catalog.title.push_back(text_or_empty(titles, row, n_rows));
    }
  };
  // what a schema names is meant to be there
  const CatalogColumns usual;
  read_columns(std::move(source), path,
               {{names.product, texts(products)},
                {names.category, texts(categories), names.category != usual.category},
                {names.price, read_prices(prices, bad_prices), names.price != usual.price},
                {names.old_price, read_prices(old_prices, bad_old_prices),
                 names.old_price != usual.old_price},
                {names.add_date, times, names.add_date != usual.add_date},
                {names.title, texts(titles), names.title != usual.title}},
               progress, append, catalog.notes);
  catalog.n_prices_unread = bad_prices.n_unread;
  catalog.price_unread = std::move(bad_prices.unread);
  catalog.n_prices_negative = bad_prices.n_negative;
  catalog.price_negative = std::move(bad_prices.negative);
  note_dates(dates_met, schema, "catalog", catalog.notes);
  return catalog;
}

std::string summary(const RawCatalog& catalog) {
  auto text =
      fmt::format("{} rows, {} vectors", catalog.product_id.size(), catalog.vector_product.size());
  if (catalog.n_junk > 0) {
    text += fmt::format(", {} rows without a product left out", catalog.n_junk);
  }
  if (catalog.n_vectors_junk > 0) {
    text += fmt::format(", {} rows of the vector mapping ignored", catalog.n_vectors_junk);
  }
  if (catalog.n_prices_unread > 0) {
    text += fmt::format(", {} prices not understood, such as '{}'", catalog.n_prices_unread,
                        printable(catalog.price_unread));
  }
  if (catalog.n_prices_negative > 0) {
    text += fmt::format(", {} prices below 0 taken for unknown, such as '{}'",
                        catalog.n_prices_negative, printable(catalog.price_negative));
  }
  return text + as_suffix(catalog.notes);
}

/// A catalog without vectors.
RawCatalog read_alone(std::unique_ptr<TableSource> source, const std::filesystem::path& path,
                      const LogSchema& schema, Progress& progress) {
  progress.begin("read catalog", 0, "rows");
  auto catalog = read_rows(std::move(source), path, schema, progress);
  progress.end(summary(catalog));
  return catalog;
}

}  // namespace

RawCatalog read_catalog_file(const std::filesystem::path& path, const LogSchema& schema,
                             Progress& progress) {
  return read_alone(open_table(path, /*threads=*/1), path, schema, progress);
}

RawCatalog read_catalog_stream(ArrowArrayStream* stream, const LogSchema& schema,
                               Progress& progress) {
  const std::filesystem::path name("catalog");  // stands for a file in messages
  return read_alone(open_stream(stream, name, /*threads=*/1), name, schema, progress);
}

std::optional<RawCatalog> read_catalog(const std::filesystem::path& folder, const LogSchema& schema,
                                       Progress& progress) {
  const auto files = catalog_files(folder);
  if (files.catalog.empty()) return std::nullopt;
  progress.begin("read catalog", 0, "rows");
  auto catalog =
      read_rows(open_table(files.catalog, /*threads=*/1), files.catalog, schema, progress);
  if (!files.mapping.empty() && !files.vectors.empty()) {
    read_vectors(files, schema, progress, catalog);
  }
  progress.end(summary(catalog));
  return catalog;
}

}  // namespace vitrina::io
