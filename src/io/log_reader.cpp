#include "io/log_reader.hpp"

#include <arrow/chunked_array.h>
#include <arrow/type_traits.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/arrow_support.hpp"
#include "io/column_values.hpp"
#include "io/log_files.hpp"
#include "io/table_source.hpp"

namespace vitrina::io {
namespace {

/// Reserving trusts the footer only so far.
constexpr std::uint64_t kMaxReservedRows = std::uint64_t{1} << 25U;

/// An action that is none: null or not in the schema's codes.
constexpr std::uint8_t kBadAction = 0xff;

enum class Role : std::uint8_t { kUser, kAction, kDate, kProducts, kDevice, kPage };
constexpr std::size_t kRoleCount = 6;
constexpr std::size_t kRequiredCount = 4;

std::array<std::string, kRoleCount> column_names(const LogSchema& schema) {
  return {schema.user, schema.action, schema.date, schema.products, schema.device, schema.page};
}

/// Action codes of whole numbers and of texts.
class ActionDecoder {
 public:
  explicit ActionDecoder(const ActionCodes& codes) : codes_(codes) {
    for (std::size_t i = 0; i < small_.size(); ++i) small_[i] = find(fmt::to_string(i));
  }

  void decode(const std::vector<std::int64_t>& numbers, std::vector<std::uint8_t>& actions) const {
    actions.resize(numbers.size());
    std::transform(numbers.begin(), numbers.end(), actions.begin(), [&](std::int64_t number) {
      if (number == kNoInteger) return kBadAction;
      const auto index = static_cast<std::uint64_t>(number);
      return index < small_.size() ? small_[index] : find(fmt::to_string(number));
    });
  }

  void decode(const Texts& texts, std::vector<std::uint8_t>& actions) const {
    std::vector<std::uint8_t> known(texts.values.size());
    for (std::size_t i = 0; i < known.size(); ++i) {
      const bool repeated = i > 0 && texts.values[i] == texts.values[i - 1];
      known[i] = repeated ? known[i - 1] : find_text(texts.values[i]);
    }
    if (!texts.indexed) {
      actions.swap(known);
      return;
    }
    actions.resize(texts.size());
    for (std::size_t row = 0; row < actions.size(); ++row) {
      const auto index = texts.index[row];
      actions[row] = index == Texts::kNull ? kBadAction : known[index];
    }
  }

 private:
  /// A column of numbers with gaps becomes `5.0` on its way through a CSV file.
  [[nodiscard]] std::uint8_t find_text(std::string_view text) const {
    const auto action = find(text);
    if (action != kBadAction) return action;
    const auto number = parse_integer(text);
    return number == kNoInteger ? kBadAction : find(fmt::to_string(number));
  }

  [[nodiscard]] std::uint8_t find(std::string_view text) const {
    const auto it = codes_.find(text);
    return it == codes_.end() ? kBadAction : static_cast<std::uint8_t>(it->second);
  }

  const ActionCodes& codes_;
  std::array<std::uint8_t, 256> small_{};
};

/// One batch of rows in our own terms. The Arrow columns are kept because the texts point there.
struct Batch {
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

  /// What stands in the action column; empty where nothing does.
  [[nodiscard]] std::string action_shown(std::size_t row) const {
    if (action_number.empty()) return std::string(action_text.at(row));
    const auto number = action_number[row];
    return number == kNoInteger ? std::string() : fmt::to_string(number);
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
      if (!is_junk_id(texts.values[rows[i]])) good.push_back(i);
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
      known[index] = is_junk_id(text) ? kNoCode : table.intern(text);
    }
    codes[i] = known[index];
  }
}

class LogReader {
 public:
  LogReader(const LogSchema& schema, TimeUs as_of, int threads, Progress& progress)
      : schema_(schema),
        decoder_(schema.actions),
        as_of_(as_of),
        threads_(resolve_threads(threads)),
        progress_(progress) {}

  RawLog read(const std::filesystem::path& path);
  RawLog read(std::unique_ptr<TableSource> source, const std::filesystem::path& name);

 private:
  std::vector<Role> select_columns(const std::filesystem::path& path, TableSource& source) const;
  void prepare(const std::vector<std::filesystem::path>& files);
  void read_source(std::unique_ptr<TableSource> source, const std::filesystem::path& path);
  RawLog finish();
  void load(Role role, const arrow::ChunkedArray& column, Batch& batch) const;
  void append(Batch& batch);
  void choose_rows(Batch& batch);
  void append_items(Batch& batch);

  const LogSchema& schema_;
  ActionDecoder decoder_;
  TimeUs as_of_;
  int threads_;
  Progress& progress_;
  RawLog log_;
  std::unique_ptr<TableSource> source_;
  std::array<Batch, 2> batches_;  ///< point into what source_ holds, so they go first
  bool has_device_ = false;
  bool has_page_ = false;
};

std::vector<Role> LogReader::select_columns(const std::filesystem::path& path,
                                            TableSource& source) const {
  const auto names = column_names(schema_);
  std::vector<Role> roles;
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < kRoleCount; ++i) {
    const auto& found = source.names();
    if (std::find(found.begin(), found.end(), names[i]) == found.end()) {
      if (i < kRequiredCount) throw_missing_column(path, names[i], found);
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

void LogReader::load(Role role, const arrow::ChunkedArray& column, Batch& batch) const {
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
      return load_times(column, schema_.date_unit, batch.time);
    case Role::kProducts:
      return load_lists(column, batch.products);
    case Role::kPage:
      return load_integers(column, batch.page);
  }
}

void LogReader::choose_rows(Batch& batch) {
  auto& counts = log_.counts;
  counts.rows_read += batch.n_rows;
  batch.kept.clear();
  for (std::size_t row = 0; row < batch.n_rows; ++row) {
    const TimeUs time = batch.time[row];
    if (time == kNoTime) {
      counts.add(BadRow::kNullDate);
    } else if (as_of_ != kNoTime && time >= as_of_) {
      ++counts.rows_hidden;
    } else if (is_junk_id(batch.user.at(row))) {
      counts.add(BadRow::kJunkUser);
    } else if (batch.action[row] == kBadAction) {
      counts.add(BadRow::kUnknownAction);
      counts.unknown_actions.add(batch.action_shown(row));
    } else {
      batch.kept.push_back(static_cast<std::uint32_t>(row));
    }
  }
}

void LogReader::append_items(Batch& batch) {
  const auto& lists = batch.products;
  std::vector<std::uint32_t> elements;
  for (const auto row : batch.kept) {
    const auto extent = lists.rows[row];
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
      if (*next == kNoCode) continue;
      log_.item.push_back(*next);
      ++n_good;
    }
    log_.counts.add(BadRow::kJunkProduct, n - n_good);
    if (n_good == 0) log_.item.push_back(kNoCode);
    batch.repeats.push_back(std::max(n_good, 1U));
  }
}

void LogReader::append(Batch& batch) {
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
  const auto read_into = [&](Batch& batch) {
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
}

RawLog LogReader::finish() {
  log_.counts.events = log_.user.size();
  progress_.end(fmt::format("{} rows, {} events, {} users, {} products", log_.counts.rows_read,
                            log_.counts.events, log_.users.size(), log_.items.size()));
  return std::move(log_);
}

RawLog LogReader::read(const std::filesystem::path& path) {
  const auto files = log_files(path);
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
