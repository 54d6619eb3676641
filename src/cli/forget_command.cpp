#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "core/bytes_in_files.hpp"
#include "core/error.hpp"
#include "store/event_store.hpp"
#include "vitrina/log.hpp"

namespace vitrina::cli {
namespace {

using store::EventStore;
using store::Kind;

/// Shorter ids are parts of other bytes everywhere.
constexpr std::size_t kMinTelling = 8;

std::string when(const store::Receipt& receipt) {
  return fmt::format("{}, receipt {}", receipt.at_text(), receipt.digest);
}

/// Whose traces are looked for.
struct Subject {
  Kind kind = Kind::kUser;
  std::string id;
};

Subject subject_of(const command::Context& context) {
  const auto user = context.option("user");
  return {user ? Kind::kUser : Kind::kVisit, user ? *user : context.option("visit").value()};
}

/// A customer as a copy of memory has it (live/snapshot.hpp): kind, length, id. Another id, longer
/// or shorter, has none of these bytes.
std::string in_snapshot(const Subject& subject) {
  const auto n = static_cast<std::uint32_t>(subject.id.size());
  std::string bytes(1, static_cast<char>(subject.kind));
  bytes.append(reinterpret_cast<const char*>(&n), sizeof n);
  return bytes + subject.id;
}

/// Looks where a customer may be found, says what it sees, and counts what should not be there.
class Verification {
 public:
  Verification(const command::Context& context, Subject subject)
      : context_(context), subject_(std::move(subject)) {}

  void look_into_store(const std::filesystem::path& folder) {
    const EventStore store(folder, EventStore::Access::kRead);
    const auto receipt = store.receipt(subject_.kind, subject_.id);
    say(receipt ? fmt::format("store: forgotten at {}", when(*receipt))
                : std::string("store: was never asked to forget that id"));
    const auto n = store.n_rows_of(subject_.kind, subject_.id);
    report("store: rows", static_cast<std::uint64_t>(n));
    report("store: links of visits to users", n_links(store.links()));
    if (!is_telling()) return;
    around_ = store.texts_around(subject_.id);
    if (around_.empty()) return;
    say(
        fmt::format("store: longer ids and texts that have the id as a part: {}; their bytes are "
                    "passed over",
                    around_.size()));
  }

  void look_into_log(const std::filesystem::path& data) {
    report(fmt::format("{}: rows", printable(data.string())), count_rows(data, subject_.id));
  }

  void look_at_bytes(const std::filesystem::path& folder) {
    const auto name = printable(folder.string());
    if (!is_telling()) {
      return say(
          fmt::format("{}: bytes not looked at: an id shorter than {} bytes is a part of "
                      "others",
                      name, kMinTelling));
    }
    auto found = files_below(folder);
    std::erase_if(found, [&](const auto& file) { return !holds(file); });
    say(fmt::format("{}: files with the id's bytes: {}", name, found.size()));
    for (const auto& file : found) say(fmt::format("  {}", printable(file.string())));
    n_files_ += found.size();
  }

  void conclude() const {
    if (n_found_ > 0) {
      throw Error(ErrorCode::kBadData,
                  "verify: the customer is still there; without --verify the store forgets it, a "
                  "log is exported anew, a bundle fitted anew");
    }
    if (n_files_ > 0) {
      throw Error(ErrorCode::kBadData,
                  "verify: no row is left, but bytes of the id may be, in the files named above; "
                  "of the store: look again when no backup is made, or forget the customer again");
    }
    say("verified: nothing is left there");
  }

 private:
  [[nodiscard]] bool is_telling() const { return subject_.id.size() >= kMinTelling; }
  [[nodiscard]] std::uint64_t n_links(const store::LinkTable& links) const {
    return static_cast<std::uint64_t>(std::ranges::count_if(links.all(), [&](const auto& link) {
      return (subject_.kind == Kind::kUser ? link.second : link.first) == subject_.id;
    }));
  }
  [[nodiscard]] bool holds(const std::filesystem::path& file) const {
    const bool is_snapshot = file.filename().string().starts_with("snapshot.");
    return is_snapshot ? holds_bytes(file, in_snapshot(subject_))
                       : holds_bytes(file, subject_.id, around_);
  }
  void say(std::string_view line) const { *context_.out << line << '\n'; }
  void report(std::string_view what, std::uint64_t n) {
    say(fmt::format("{}: {}", what, n));
    n_found_ += n;
  }

  const command::Context& context_;
  Subject subject_;
  std::vector<std::string> around_;  ///< texts of the store that have the id as a part
  std::uint64_t n_found_ = 0;
  std::uint64_t n_files_ = 0;  ///< with bytes of the id
};

void verify(const command::Context& context, const Subject& subject) {
  const std::filesystem::path store(context.option("store").value());
  Verification verification(context, subject);
  verification.look_into_store(store);
  verification.look_at_bytes(store);
  if (const auto bundle = context.option("bundle")) verification.look_at_bytes(*bundle);
  if (const auto data = context.option("data")) verification.look_into_log(*data);
  verification.conclude();
}

void run(const command::Context& context) {
  const auto subject = subject_of(context);
  if (context.option("verify")) return verify(context, subject);
  const std::filesystem::path folder(context.option("store").value());
  EventStore::check_is_there(folder);
  EventStore store(folder, EventStore::Access::kWrite);
  const auto receipt = store.forget(subject.kind, subject.id);
  *context.out << fmt::format("{} rows erased, forgotten at {}\n", receipt.n_rows, when(receipt));
  if (store.empty_log()) return;
  throw Error(ErrorCode::kOutOfResources,
              "store: another process reads it, and the log keeps the erased bytes meanwhile; "
              "wait for its end and forget the customer again");
}

void check(const command::Context& context) {
  if (context.option("user").has_value() == context.option("visit").has_value()) {
    throw Error(ErrorCode::kUsage, "forget: give one of --user ID and --visit ID");
  }
  const bool verifies = context.option("verify").has_value();
  for (const auto* option : {"data", "bundle"}) {
    if (context.option(option) && !verifies) {
      throw Error(ErrorCode::kUsage, fmt::format("--{}: is looked at with --verify alone", option));
    }
  }
}

}  // namespace

command::Command forget_command() {
  return {
      .name = "forget",
      .summary = "erases a customer from a server's store, or verifies that nothing is left",
      .inputs = {{"{data}", "the log that is looked into", true},
                 {"{bundle}", "the bundle that is looked into", true}},
      .outputs = {{"{store}/events.db", "without the customer's rows, overwritten"}},
      .sections = {},
      .options = {{"--store", "DIR", "folder that 'vitrina serve --store' was given", true},
                  {"--user", "ID", "the user"},
                  {"--visit", "ID", "or the visit of somebody who never signed in"},
                  {"--verify", "",
                   "erase nothing: look for rows and bytes of the id, beside a running server too; "
                   "fails where there are any"},
                  {"--data", "PATH",
                   "with --verify: a log to look into, as 'vitrina export' wrote"},
                  {"--bundle", "DIR", "with --verify: a bundle to look into"}},
      .example = "vitrina forget --store store/ --user 7 --verify --data log/ --bundle bundle/",
      .run = run,
      .is_pipeline = false,
      .check = check,
  };
}

}  // namespace vitrina::cli
