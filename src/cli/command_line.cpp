#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"

namespace vitrina::cli {
namespace {

constexpr std::array<command::Option, 11> kSharedOptions{{
    {"--workspace", "DIR",
     "folder that holds data/, models/ and reports/; paths that are parameters are relative to it, "
     "paths that are options to the current folder [default .]"},
    {"--params", "FILE",
     "parameters as YAML; may be repeated, a later file wins [default: the built-in values]"},
    {"--set", "KEY=VALUE", "one parameter, over the files; may be repeated"},
    {"--threads", "T",
     "threads to use, 0 for one a processor; results do not depend on it [default "
     "$VITRINA_THREADS, else 0]"},
    {"--seed", "S", "seed of everything random; the same seed gives the same bytes [default 42]"},
    {"--progress", "MODE",
     "auto (one redrawn line on a terminal, else plain), plain, json or none, on standard error "
     "[default auto]"},
    {"--quiet", "", "the same as --progress=none"},
    {"--timing", "FILE", "write the seconds taken and the peak memory there as JSON"},
    {"--list-io", "", "list the inputs, outputs and parameter sections, and stop"},
    {"--dry-run", "", "say what would be read and written and what is missing, and stop"},
    {"--help", "", "print this text, and stop"},
}};

std::string_view without_dashes(std::string_view name) {
  return name.substr(std::min(name.find_first_not_of('-'), name.size()));
}

Error usage_error(const command::Command& command, std::string_view what) {
  return {ErrorCode::kUsage, fmt::format("{}; see 'vitrina {} --help'", what, command.name)};
}

Error wrong_value(const command::Command& command, std::string_view option, std::string_view found,
                  std::string_view expected) {
  return usage_error(
      command, fmt::format("{}: found '{}', expected {}", option, printable(found), expected));
}

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T value{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The words of a command line sorted to the options of a command. CLI11 does the splitting
/// (`--a=b`, positionals, `--`); names, values and messages are ours, so that they read alike.
class ParsedWords {
 public:
  ParsedWords(const command::Command& command, const std::vector<std::string>& words)
      : command_(command) {
    app_.set_help_flag();
    app_.allow_extras();
    for (const auto& option : kSharedOptions) add(option);
    for (const auto& option : command.options) add(option);
    try {
      app_.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::ArgumentMismatch& error) {
      // What it says begins with the name; only a value that is not there ends up here.
      const std::string_view text(error.what());
      throw usage_error(command,
                        fmt::format("{}: its value is missing", text.substr(0, text.find(':'))));
    } catch (const CLI::ParseError& error) {
      throw usage_error(command, one_line(error.what()));
    }
  }

  [[nodiscard]] bool has(std::string_view name) const { return option(name).count() > 0; }
  [[nodiscard]] const std::vector<std::string>& values(std::string_view name) const {
    return option(name).results();
  }
  /// The value of an option that may stand once.
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const {
    if (!has(name)) return std::nullopt;
    return values(name).back();
  }

  /// Throws Error(kUsage) for the first word that is no option, for a value that is missing and
  /// for an option that is repeated or missing.
  void check() const {
    const auto extras = app_.remaining();
    if (!extras.empty()) throw unexpected(extras.front());
    for (const auto& option : kSharedOptions) check_option(option);
    for (const auto& option : command_.options) check_option(option);
  }

 private:
  void add(const command::Option& option) {
    std::string names(option.name);
    if (option.name == "--help") names += ",-h";
    if (option.name == command_.positional) names += "," + std::string(without_dashes(option.name));
    auto* added = option.value.empty() ? app_.add_flag(names) : app_.add_option(names);
    // One word a use; repeated uses are judged in check_option.
    if (!option.value.empty()) added->expected(1)->take_all()->allow_extra_args(false);
  }

  [[nodiscard]] const CLI::Option& option(std::string_view name) const {
    return *app_.get_option(std::string(name));
  }

  void check_option(const command::Option& option) const {
    if (!has(option.name)) {
      if (!option.is_required) return;
      throw usage_error(command_, fmt::format("{} {} is required", option.name, option.value));
    }
    if (option.value.empty()) return;
    const auto& given = values(option.name);
    const bool may_repeat = option.name == "--params" || option.name == "--set";
    if (given.size() > 1 && !may_repeat) {
      throw usage_error(command_, fmt::format("{} was given {} times", option.name, given.size()));
    }
    for (const auto& value : given) {
      if (value.empty() || value.starts_with("--")) {
        throw wrong_value(command_, option.name, value, fmt::format("a value {}", option.value));
      }
    }
  }

  [[nodiscard]] Error unexpected(std::string_view word) const {
    if (!word.starts_with('-')) {
      return usage_error(command_, fmt::format("unexpected word '{}'", printable(word)));
    }
    const auto name = word.substr(0, word.find('='));
    std::vector<std::string_view> names;
    names.reserve(kSharedOptions.size() + command_.options.size());
    for (const auto& option : kSharedOptions) names.push_back(option.name);
    for (const auto& option : command_.options) names.push_back(option.name);
    const auto nearest = nearest_name(name, names.data(), names.data() + names.size());
    return usage_error(
        command_, fmt::format("unknown option '{}'{}", printable(name),
                              nearest.empty() ? "" : fmt::format(", did you mean {}", nearest)));
  }

  const command::Command& command_;
  CLI::App app_;
};

int parse_threads(const command::Command& command, const ParsedWords& words) {
  std::string_view place = "--threads";
  auto text = words.value("--threads");
  if (!text) {
    const char* from_environment = std::getenv("VITRINA_THREADS");
    if (from_environment == nullptr || *from_environment == '\0') return resolve_threads(0);
    place = "VITRINA_THREADS";
    text = from_environment;
  }
  const auto threads = parse_whole<int>(*text);
  if (!threads || *threads < 0 || *threads > kMaxThreads) {
    throw wrong_value(command, place, *text,
                      fmt::format("a whole number from 0 to {}", kMaxThreads));
  }
  return resolve_threads(*threads);
}

std::uint64_t parse_seed(const command::Command& command, const ParsedWords& words) {
  constexpr std::uint64_t kDefaultSeed = 42;
  const auto text = words.value("--seed");
  if (!text) return kDefaultSeed;
  const auto seed = parse_whole<std::uint64_t>(*text);
  if (!seed) throw wrong_value(command, "--seed", *text, "a whole number from 0 to 2^64 - 1");
  return *seed;
}

ProgressMode parse_progress(const command::Command& command, const ParsedWords& words) {
  if (words.has("--quiet")) return ProgressMode::kNone;
  const auto text = words.value("--progress").value_or("auto");
  const auto mode = parse_progress_mode(text);
  if (!mode) throw wrong_value(command, "--progress", text, "auto, plain, json or none");
  return *mode;
}

ParamMap parse_overrides(const command::Command& command, const ParsedWords& words,
                         const command::Context& context) {
  ParamMap overrides;
  for (const auto& word : words.values("--set")) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw wrong_value(command, "--set", word, "KEY=VALUE");
    }
    overrides.insert_or_assign(word.substr(0, equals), word.substr(equals + 1));
  }
  for (const auto& option : command.options) {
    if (option.param.empty() || !words.has(option.name)) continue;
    auto value = option.value.empty() ? "true" : *words.value(option.name);
    if (option.is_path) value = context.path_param(value);
    overrides.insert_or_assign(std::string(option.param), std::move(value));
  }
  return overrides;
}

/// `word` as a shell would read it back.
std::string shell_quoted(std::string_view word) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=:,+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + '\'';
}

std::string options_to_repeat(const ParsedWords& words) {
  std::string text;
  for (const std::string_view name : {"--workspace", "--params", "--set", "--seed"}) {
    for (const auto& value : words.values(name)) {
      text += fmt::format("{}{} {}", text.empty() ? "" : " ", name, shell_quoted(value));
    }
  }
  return text;
}

}  // namespace

std::span<const command::Option> shared_options() { return kSharedOptions; }

CommandLine parse_command_line(const command::Command& command,
                               const std::vector<std::string>& words) {
  const ParsedWords parsed(command, words);
  CommandLine line;
  line.is_help = parsed.has("--help");
  if (line.is_help) return line;
  parsed.check();
  line.is_list_io = parsed.has("--list-io");
  line.is_dry_run = parsed.has("--dry-run");
  line.progress = parse_progress(command, parsed);
  if (const auto timing = parsed.value("--timing")) line.timing_file = *timing;
  const auto& files = parsed.values("--params");
  line.params_files.assign(files.begin(), files.end());
  line.context.workspace = parsed.value("--workspace").value_or(".");
  line.overrides = parse_overrides(command, parsed, line.context);
  for (const auto& word : parsed.values("--set")) {
    line.context.set_keys.push_back(word.substr(0, word.find('=')));
  }
  line.context.threads = parse_threads(command, parsed);
  line.context.seed = parse_seed(command, parsed);
  for (const auto& option : command.options) {
    if (!option.param.empty() || !parsed.has(option.name)) continue;
    line.context.options.emplace(without_dashes(option.name),
                                 option.value.empty() ? "true" : *parsed.value(option.name));
  }
  line.same_options = options_to_repeat(parsed);
  return line;
}

}  // namespace vitrina::cli
