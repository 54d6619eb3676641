#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/params.hpp"
#include "core/progress.hpp"

struct ArrowArrayStream;  // of the Arrow C data interface

namespace vitrina::command {

/// A file or folder that a command reads or writes, relative to the workspace folder. The path may
/// begin with a value in braces: `{predictions}` is what the option --predictions was given
/// (relative to the current folder; nothing when it was not given), `{data.dir}` the value of that
/// parameter (relative to the workspace). From the first component that holds `<` or `*` on
/// (`models/<fold>/covisitation.vtr`) a path is only described: what is checked is the folder
/// before it.
struct File {
  std::string_view path;
  std::string_view meaning;
  bool is_optional = false;
  /// An option, without its dashes, that stands in its place: where that is given, this is not
  /// read.
  std::string_view unless = {};
};

/// A command line option of one command; options that all commands share are not listed here
/// (--workspace, --params, --set, --threads, --seed, --progress, --quiet, --list-io, --dry-run,
/// --help).
struct Option {
  std::string_view name;   ///< with its dashes: `--predictions`
  std::string_view value;  ///< what stands after it in the usage: `FILE`; empty for a flag
  std::string_view sentence;
  bool is_required = false;
  /// The parameter it sets (`choose.max_users`), or empty: then the command reads the option.
  std::string_view param = {};
  /// That parameter is a path: what the option gives is relative to the current folder, as every
  /// path on the command line is; in a params file it is relative to the workspace.
  bool is_path = false;
};

/// A shop's tables that a caller of the library holds in memory. The streams are taken over by
/// who reads them; they must outlive it.
struct ShopTables {
  ArrowArrayStream* events = nullptr;
  ArrowArrayStream* catalog = nullptr;  ///< null: there is no catalog
};

struct ShopMemo;  // command/workspace_shop.hpp

/// What a command is given to work with.
struct Context {
  std::filesystem::path workspace;  ///< where data/, models/ and reports/ are
  ParamMap params;                  ///< validated: every key is known
  std::map<std::string, std::string, std::less<>>
      options;  ///< by name without dashes; a flag is "true"
  int threads = 1;
  std::uint64_t seed = 0;
  Progress* progress = nullptr;
  std::ostream* out = nullptr;         ///< for answers to the user (standard output)
  std::vector<std::string> set_keys;   ///< what --set named, for those who must not pass it over
  const ShopTables* tables = nullptr;  ///< read in the place of `ingest.data_dir` if not null
  ShopMemo* shop_memo = nullptr;       ///< keeps the shop for the next command if not null

  [[nodiscard]] std::filesystem::path path(std::string_view relative) const {
    return (workspace / relative).lexically_normal();
  }
  /// A path that is relative to the current folder, as the value of a parameter.
  [[nodiscard]] std::string path_param(const std::filesystem::path& typed) const {
    if (workspace == ".") return typed.string();
    return std::filesystem::absolute(typed).lexically_normal().string();
  }
  /// The option's value, or nothing when it was not given.
  [[nodiscard]] std::optional<std::string> option(std::string_view name) const {
    const auto it = options.find(name);
    return it == options.end() ? std::nullopt : std::optional(it->second);
  }
};

/// A subcommand: everything but `run` is data, from which --help, --list-io, the checks before
/// work and the documentation are made.
struct Command {
  std::string_view name;
  std::string_view summary;           ///< one sentence
  std::vector<File> inputs;           ///< checked before `run`; the maker is found in the table
  std::vector<File> outputs;          ///< written atomically by `run`
  std::vector<SectionInfo> sections;  ///< parameters it reads
  std::vector<Option> options;
  std::string_view positional = {};  ///< an option that may stand without its name
  std::string_view example;
  std::function<void(const Context&)> run;
  bool is_pipeline = true;  ///< part of the DAG; tools are not
  /// Throws Error for options that do not go together, before any work; null: there are none.
  void (*check)(const Context&) = nullptr;
  /// How long it may take to end when it is asked to stop.
  int stop_seconds = 1;
};

}  // namespace vitrina::command
