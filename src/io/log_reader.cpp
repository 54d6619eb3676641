#include "io/log_reader.hpp"

#include <arrow/chunked_array.h>
#include <arrow/type_traits.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"
#include "io/action_decoder.hpp"
#include "io/arrow_support.hpp"
#include "io/column_values.hpp"
#include "io/log_files.hpp"
#include "io/read_notes.hpp"
#include "io/table_source.hpp"

namespace vitrina::io {
namespace {

/// Reserving trusts the footer only so far.
constexpr std::uint64_t kMaxReservedRows = std::uint64_t{1} << 25U;

enum class Role : std::uint8_t { kUser, kAction, kDate, kProducts, kDevice, kPage };
constexpr std::size_t kRoleCount = 6;
constexpr std::size_t kRequiredCount = 4;

std::array<std::string, kRoleCount> column_names(const LogSchema& schema) {
  return {schema.user, schema.action, schema.date, schema.products, schema.device, schema.page};
}

/// One batch of rows in our own terms. The Arrow columns are kept because the texts point there.
struct RowBatch {
  std::size_t n_rows = 0;
  std::array<std::shared_ptr<arrow::ChunkedArray>, kRoleCount> columns;
  Texts user;
  Texts device;
  Texts action_text;
  std::vector<std::int64_t> action_number;
  TextLists products;
  std::vector<std::uint8_t> action;
  std::vector<TimeUs> time;
  std::vector<std::int64_t> page;
  std::vector<std::uint32_t> kept;     ///< rows that are used, ascending
  std::vector<std::uint32_t> repeats;  ///< exploded rows of each of `kept`
  DatesMet dates;

  /// What stands in a column; empty where nothing does.
  [[nodiscard]] std::string shown_at(Role role, std::size_t row) const {
    return shown(*columns[static_cast<std::size_t>(role)], row);
  }
  [[nodiscard]] std::string action_shown(std::size_t row) const {
    if (action_number.empty()) return std::string(action_text.at(row));
    const auto number = action_number[row];
    return number == kNoInteger ? shown_at(Role::kAction, row) : fmt::to_string(number);
  }
};

/// The codes of the texts of some rows, kNoCode where a text names nobody; texts of a dictionary
/// are interned once a batch.
void encode(const Texts& texts, const std::vector<std::uint32_t>& rows, StringTable& table,
            std::vector<std::uint32_t>& codes) {
  codes.assign(rows.size(), kNoCode);
  if (!texts.indexed) {
    std::vector<std::uint32_t> good;
    good.reserve(rows.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      if (is_sound_id(texts.values[rows[i]], texts.is_utf8)) good.push_back(i);
    }
    table.intern_all(
        good.size(), [&](std::size_t g) { return texts.values[rows[good[g]]]; },
        [&](std::size_t g, std::uint32_t code) { codes[good[g]] = code; });
    return;
  }
  constexpr std::uint32_t kUnknown = kNoCode - 1;
  std::vector<std::uint32_t> known(texts.values.size(), kUnknown);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto index = texts.index[rows[i]];
    if (index == Texts::kNull) continue;
    if (known[index] == kUnknown) {
      const auto text = texts.values[index];
      known[index] = is_sound_id(text, texts.is_utf8) ? table.intern(text) : kNoCode;
    }
    codes[i] = known[index];
  }
}

class LogReader {
 public:
  LogReader(const LogSchema& schema, TimeUs as_of, int threads, Progress& progress)
      : schema_(schema),
        decoder_(schema.actions),
        zone_(zone_of(schema)),
        form_{schema.date_unit, schema.date_format, zone_ ? &*zone_ : nullptr},
        as_of_(as_of),
        threads_(resolve_threads(threads)),
        progress_(progress) {}

  RawLog read(const std::filesystem::path& path);
  RawLog read(std::unique_ptr<TableSource> source, const std::filesystem::path& name);

 private:
  std::vector<Role> select_columns(const std::filesystem::path& path, TableSource& source) const;
  void prepare(const std::vector<std::filesystem::path>& files);
  void read_source(std::unique_ptr<TableSource> source, const std::filesystem::path& path);
  void warn_of_zone() const;
  void warn_of_decimals(const StringTable& ids, std::string_view column) const;
  void warn_of_spellings(const StringTable& ids, std::string_view column) const;
  RawLog finish();
  void load(Role role, const arrow::ChunkedArray& column, RowBatch& batch) const;
  void append(RowBatch& batch);
  template <class Value>
  void count_bad(BadRow reason, const Value& value);
  void choose_rows(RowBatch& batch);
  void append_items(RowBatch& batch);

  const LogSchema& schema_;
  ActionDecoder decoder_;
  std::optional<TimeZone> zone_;
  DateForm form_;
  TimeUs as_of_;
  int threads_;
  Progress& progress_;
  RawLog log_;
  std::unique_ptr<TableSource> source_;
  std::array<RowBatch, 2> batches_;  ///< point into what source_ holds, so they go first
  bool has_device_ = false;
  bool has_page_ = false;
};

std::vector<Role> LogReader::select_columns(const std::filesystem::path& path,
                                            TableSource& source) const {
  const auto names = column_names(schema_);
  const auto defaults = column_names({});
  std::vector<Role> roles;
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < kRoleCount; ++i) {
    if (!has_column(path, names[i], source.names())) {
      // what a schema names is meant to be there
      if (i < kRequiredCount || names[i] != defaults[i]) {
        throw_missing_column(path, names[i], source.names());
      }
      continue;
    }
    roles.push_back(static_cast<Role>(i));
    wanted.push_back(names[i]);
  }
  source.select(wanted);
  return roles;
}

/// Looks into every file before the long work: a wrong column in the last one shows at once.
void LogReader::prepare(const std::vector<std::filesystem::path>& files) {
  std::uint64_t n_rows = 0;
  std::uint64_t n_values = 0;
  for (const auto& file : files) {
    const auto source = open_table(file, threads_);
    select_columns(file, *source);
    n_rows += source->n_rows();
    n_values += source->n_values(schema_.products);
  }
  const auto capacity = static_cast<std::size_t>(std::min(n_values, kMaxReservedRows));
  for (auto* codes : {&log_.user, &log_.item, &log_.device, &log_.page}) codes->reserve(capacity);
  log_.time.reserve(capacity);
  log_.action.reserve(capacity);
  progress_.begin("read log", n_rows, "rows");
}

void LogReader::load(Role role, const arrow::ChunkedArray& column, RowBatch& batch) const {
  switch (role) {
    case Role::kUser:
      return load_texts(column, batch.user);
    case Role::kDevice:
      return load_texts(column, batch.device);
    case Role::kAction:
      if (arrow::is_integer(column.type()->id()) || arrow::is_floating(column.type()->id())) {
        load_integers(column, batch.action_number);
        return decoder_.decode(batch.action_number, batch.action);
      }
      load_texts(column, batch.action_text);
      return decoder_.decode(batch.action_text, batch.action);
    case Role::kDate:
      return load_times(column, form_, batch.time, batch.dates);
    case Role::kProducts:
      return load_lists(column, batch.products);
    case Role::kPage:
      return load_integers(column, batch.page);
  }
}

/// Counts a bad row and keeps the first value of its kind that is not empty.
template <class Value>
void LogReader::count_bad(BadRow reason, const Value& value) {
  log_.counts.add(reason);
  auto& example = log_.counts.example[static_cast<std::size_t>(reason)];
  if (example.empty()) example = whole_characters(value(), TextTally::kMaxBytes);
}

void LogReader::choose_rows(RowBatch& batch) {
  auto& counts = log_.counts;
  counts.rows_read += batch.n_rows;
  batch.kept.clear();
  for (std::size_t row = 0; row < batch.n_rows; ++row) {
    const TimeUs time = batch.time[row];
    if (time == kNoTime) {
      count_bad(BadRow::kNullDate, [&] { return batch.shown_at(Role::kDate, row); });
    } else if (as_of_ != kNoTime && time >= as_of_) {
      ++counts.rows_hidden;
    } else if (!is_sound_id(batch.user.at(row), batch.user.is_utf8)) {
      count_bad(BadRow::kJunkUser, [&] { return std::string(batch.user.at(row)); });
    } else if (batch.action[row] == kBadAction) {
      auto value = batch.action_shown(row);
      counts.unknown_actions.add(value);
      count_bad(BadRow::kUnknownAction, [&] { return std::move(value); });
    } else {
      batch.kept.push_back(static_cast<std::uint32_t>(row));
    }
  }
}

void LogReader::append_items(RowBatch& batch) {
  const auto& lists = batch.products;
  auto& example = log_.counts.example[static_cast<std::size_t>(BadRow::kJunkProduct)];
  std::vector<std::uint32_t> elements;
  auto unread = lists.unread.begin();
  for (const auto row : batch.kept) {
    const auto extent = lists.rows[row];
    if (extent.size > 0) ++log_.counts.product_cells;
    while (unread != lists.unread.end() && unread->first < extent.begin) ++unread;
    if (unread != lists.unread.end() && unread->first == extent.begin && extent.size > 0) {
      const auto cell = whole_characters(unread->second, TextTally::kMaxBytes);
      if (log_.counts.unread_cells++ == 0) log_.counts.unread_cell = cell;
      if (example.empty()) example = cell;
    }
    for (std::uint64_t i = extent.begin; i < extent.begin + extent.size; ++i) {
      elements.push_back(static_cast<std::uint32_t>(i));
    }
  }
  std::vector<std::uint32_t> codes;
  encode(lists.elements, elements, log_.items, codes);
  batch.repeats.clear();
  auto next = codes.begin();
  for (const auto row : batch.kept) {
    const auto n = lists.rows[row].size;
    std::uint32_t n_good = 0;
    for (const auto end = next + static_cast<std::ptrdiff_t>(n); next != end; ++next) {
      if (*next == kNoCode) {
        if (example.empty()) {
          const auto element = elements[static_cast<std::size_t>(next - codes.begin())];
          example = whole_characters(lists.elements.at(element), TextTally::kMaxBytes);
        }
        continue;
      }
      log_.item.push_back(*next);
      ++n_good;
    }
    log_.counts.add(BadRow::kJunkProduct, n - n_good);
    if (n_good == 0) log_.item.push_back(kNoCode);
    batch.repeats.push_back(std::max(n_good, 1U));
  }
}

void LogReader::append(RowBatch& batch) {
  choose_rows(batch);
  // Codes first, then the copies: a thread each, every one with its own table and columns.
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> devices;
  parallel_chunks(3, 1, threads_, [&](std::size_t task, std::size_t /*end*/) {
    if (task == 0) encode(batch.user, batch.kept, log_.users, users);
    if (task == 1 && has_device_) encode(batch.device, batch.kept, log_.devices, devices);
    if (task == 2) append_items(batch);
  });
  const auto explode = [&](auto& out, const auto& value_of) {
    std::size_t end = out.size();
    out.resize(log_.item.size());
    for (std::size_t k = 0; k < batch.kept.size(); ++k) {
      const auto value = value_of(k, batch.kept[k]);
      for (std::uint32_t i = 0; i < batch.repeats[k]; ++i) out[end++] = value;
    }
  };
  using Row = std::uint32_t;
  parallel_chunks(5, 1, threads_, [&](std::size_t task, std::size_t /*end*/) {
    if (task == 0) explode(log_.user, [&](std::size_t k, Row) { return users[k]; });
    if (task == 1) {
      explode(log_.device, [&](std::size_t k, Row) { return has_device_ ? devices[k] : kNoCode; });
    }
    if (task == 2) explode(log_.time, [&](std::size_t, Row row) { return batch.time[row]; });
    if (task == 3) explode(log_.action, [&](std::size_t, Row row) { return batch.action[row]; });
    if (task == 4) {
      explode(log_.page, [&](std::size_t, Row row) -> std::uint32_t {
        if (!has_page_ || batch.page[row] == kNoInteger) return 0;
        return static_cast<std::uint32_t>(batch.page[row]);  // the low bits identify a page
      });
    }
  });
}

void LogReader::read_source(std::unique_ptr<TableSource> source,
                            const std::filesystem::path& path) {
  for (auto& batch : batches_) batch = {};
  source_ = std::move(source);
  const auto roles = select_columns(path, *source_);
  has_device_ = std::find(roles.begin(), roles.end(), Role::kDevice) != roles.end();
  has_page_ = std::find(roles.begin(), roles.end(), Role::kPage) != roles.end();
  const auto names = column_names(schema_);
  const auto read_into = [&](RowBatch& batch) {
    batch.n_rows =
        source_->next([&](std::size_t c, const std::shared_ptr<arrow::ChunkedArray>& column) {
          const auto role = static_cast<std::size_t>(roles[c]);
          batch.columns[role] = column;
          try {
            load(roles[c], *column, batch);
          } catch (const Error& error) {
            throw error.with_context(fmt::format("{}: column '{}'", path.string(), names[role]));
          }
        });
    return batch.n_rows > 0;
  };
  // A batch is appended while the next one is decoded: neither has work for all threads all the
  // time. The future of an error waits for its task, so nothing outlives this call.
  const auto policy = threads_ > 1 ? std::launch::async : std::launch::deferred;
  std::future<void> appended;
  for (std::size_t n = 0; read_into(batches_[n % batches_.size()]); ++n) {
    if (appended.valid()) appended.get();
    appended = std::async(policy, [this, &path, &batch = batches_[n % batches_.size()]] {
      guarded(path.string(), [&] { append(batch); });
      progress_.advance(batch.n_rows);
    });
  }
  if (appended.valid()) appended.get();
  log_.notes.files.push_back(path.string());
  note_source(*source_, "log", log_.notes);
  for (const auto& batch : batches_) note_dates(batch.dates, schema_, "log", log_.notes);
}

/// A zone is said in any case, and loudly where the shop's own clock is lost.
void LogReader::warn_of_zone() const {
  const auto& notes = log_.notes;
  if (notes.zone.empty() && zone_ && !schema_.zone_is_the_readers && log_.counts.rows_read > 0) {
    progress_.warn(
        fmt::format("log: time_zone {} changes nothing: the times have no zone and are "
                    "taken for the shop's own clock",
                    zone_->name()));
  }
  if (!notes.zone.empty() && notes.without_zone != kNoTime) {
    progress_.warn(fmt::format(
        "log: some dates have a zone ({}) and some have none, such as {}: those are read as {}, "
        "these are taken for that clock as they stand; give all of them a zone, or none",
        printable(notes.zone), format_time(notes.without_zone), notes.clock));
  }
  const auto int96 = fmt::format("log: {}", kInt96Note);
  if (!zone_ && std::ranges::find(notes.recognised, int96) != notes.recognised.end()) {
    progress_.warn(fmt::format(
        "{}, so that days begin at UTC's midnight; to keep the shop's own clock write `time_zone: "
        "Europe/Moscow` or another one into the schema or set it by --set ingest.time_zone",
        int96));
  }
  if (notes.zone.empty() || zone_ || notes.zone == "UTC" || notes.zone == "+00:00") return;
  progress_.warn(fmt::format(
      "log: times have the zone {0} and are read as UTC, so that days begin at UTC's midnight; to "
      "keep the shop's own clock write `time_zone: {0}` into the schema or set it by --set "
      "ingest.time_zone",
      printable(notes.zone)));
}

/// Ids are texts: `26.0` is another one than `26`.
void LogReader::warn_of_decimals(const StringTable& ids, std::string_view column) const {
  std::size_t i = 0;
  while (i < ids.size() && is_whole_decimal(ids.text(i))) ++i;
  if (ids.size() == 0 || i < ids.size()) return;
  const auto first = ids.text(0);
  progress_.warn(fmt::format(
      "log: every id in {} ends with {}, such as '{}', as whole numbers that were read as decimals "
      "do; the same id without it, in a catalog or another log, is another one: write whole "
      "numbers or texts",
      column, printable(first.substr(first.find('.'))), printable(first)));
}

/// The plainer spelling of an id: without spaces around it, and a whole number without a point.
std::string_view plain_spelling(std::string_view id) {
  while (!id.empty() && id.back() == ' ') id.remove_suffix(1);
  while (!id.empty() && id.front() == ' ') id.remove_prefix(1);
  return is_whole_decimal(id) ? id.substr(0, id.find('.')) : id;
}

/// `7` and `7.0` of two exports would be two customers.
void LogReader::warn_of_spellings(const StringTable& ids, std::string_view column) const {
  std::uint64_t n = 0;
  std::string_view example;
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    const auto id = ids.text(i);
    const auto plain = plain_spelling(id);
    if (plain.size() == id.size() || !ids.find(plain)) continue;
    if (n++ == 0) example = id;
  }
  if (n == 0) return;
  progress_.warn(fmt::format(
      "log: {} ids in {} stand there in two spellings, such as '{}' and '{}', and are taken for "
      "different ones; write each id in one way, without spaces around it and whole numbers "
      "without a point",
      n, column, printable(plain_spelling(example)), printable(example)));
}

RawLog LogReader::finish() {
  log_.counts.events = log_.user.size();
  progress_.end(fmt::format("{} rows, {} events, {} users, {} products{}", log_.counts.rows_read,
                            log_.counts.events, log_.users.size(), log_.items.size(),
                            as_suffix(log_.notes)));
  if (log_.counts.unread_cells > 0) {
    progress_.warn(fmt::format(
        "log: {} of {} cells of products hold something else than ids, such as '{}', and name "
        "nothing; write one id, or a list such as [101, 102] or ['a', 'b']",
        log_.counts.unread_cells, log_.counts.product_cells, printable(log_.counts.unread_cell)));
  }
  warn_of_zone();
  warn_of_decimals(log_.users, schema_.user);
  warn_of_decimals(log_.items, schema_.products);
  warn_of_spellings(log_.users, schema_.user);
  warn_of_spellings(log_.items, schema_.products);
  return std::move(log_);
}

RawLog LogReader::read(const std::filesystem::path& path) {
  const auto names = column_names(schema_);
  const auto files = log_files(path, std::span(names).first(kRequiredCount), progress_);
  prepare(files);
  for (const auto& file : files) read_source(open_table(file, threads_), file);
  return finish();
}

RawLog LogReader::read(std::unique_ptr<TableSource> source, const std::filesystem::path& name) {
  progress_.begin("read log", 0, "rows");
  read_source(std::move(source), name);
  return finish();
}

}  // namespace

RawLog read_log(const std::filesystem::path& path, const LogSchema& schema, TimeUs as_of,
                int threads, Progress& progress) {
  return LogReader(schema, as_of, threads, progress).read(path);
}

RawLog read_log_stream(ArrowArrayStream* stream, const LogSchema& schema, TimeUs as_of, int threads,
                       Progress& progress) {
  const std::filesystem::path name("events");  // stands for a file in messages
  return LogReader(schema, as_of, threads, progress).read(open_stream(stream, name, threads), name);
}

}  // namespace vitrina::io
