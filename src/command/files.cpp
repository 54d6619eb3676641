#include "command/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <system_error>

#include "core/error.hpp"
#include "core/text.hpp"

namespace vitrina::command {
namespace {

namespace fs = std::filesystem;

/// The value of a parameter as the command's sections would use it; empty when none has it.
std::string param_value(std::string_view key, const Command& command, const ParamMap& params) {
  if (const auto it = params.find(std::string(key)); it != params.end()) return it->second;
  for (const auto& section : command.sections) {
    for (const auto& field : section.fields) {
      if (section.name + "." + field.name == key) return field.default_value;
    }
  }
  return {};
}

/// The path with its leading brace replaced, or nothing when that value was not given. A result
/// that came from an option is not relative to the workspace.
struct Expanded {
  fs::path path;
  bool is_in_workspace = true;
};

std::optional<Expanded> expand(std::string_view declared, const Command& command,
                               const Context& context) {
  const auto close = declared.find('}');
  if (!declared.starts_with('{') || close == std::string_view::npos) {
    return Expanded{fs::path(declared)};
  }
  const auto name = declared.substr(1, close - 1);
  const bool is_param = name.find('.') != std::string_view::npos;
  const auto value =
      is_param ? param_value(name, command, context.params) : context.option(name).value_or("");
  if (value.empty()) return std::nullopt;
  return Expanded{fs::path(value + std::string(declared.substr(close + 1))), is_param};
}

bool is_pattern(const fs::path& component) {
  return component.native().find_first_of("<*") != std::string::npos;
}

/// The part of a path before its first described component.
fs::path real_part(const fs::path& path) {
  fs::path real;
  for (const auto& component : path) {
    if (is_pattern(component)) break;
    real /= component;
  }
  return real.empty() ? fs::path(".") : real;
}

std::string path_text(const fs::path& path) {
  auto text = path.lexically_normal().string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

bool covers(std::string_view folder, std::string_view path) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool is_there(const fs::path& path) {
  std::error_code status;
  return fs::exists(path, status);
}

struct Amount {
  std::uint64_t bytes = 0;
  std::size_t n_files = 0;
  bool is_folder = false;
};

Amount amount_of(const fs::path& path) {
  Amount amount;
  std::error_code status;
  if (!fs::is_directory(path, status)) {
    const auto bytes = fs::file_size(path, status);
    return {.bytes = status ? 0 : bytes, .n_files = 1};
  }
  amount.is_folder = true;
  constexpr auto kOptions = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(path, kOptions, status), end; !status && it != end;
       it.increment(status)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    const auto bytes = it->file_size(ignored);
    amount.bytes += ignored ? 0 : bytes;
    ++amount.n_files;
  }
  return amount;
}

std::string amount_text(const fs::path& path) {
  const auto amount = amount_of(path);
  if (!amount.is_folder) return bytes_text(amount.bytes);
  return fmt::format("{} in {} file{}", bytes_text(amount.bytes), amount.n_files,
                     amount.n_files == 1 ? "" : "s");
}

std::string missing_hint(const File& file, const Command& command, const ParamMap& params,
                         const std::vector<Command>& rows, std::string_view same_options) {
  const Command* maker = maker_of(file, command, params, rows);
  if (maker == nullptr) return {};
  return fmt::format("; run 'vitrina {}{}{}' first", maker->name, same_options.empty() ? "" : " ",
                     same_options);
}

std::string output_state(const File& file, const std::optional<fs::path>& path) {
  if (!path) return "not given";
  if (!is_there(*path)) return "new";
  if (is_pattern(file.path)) return "new or replaced";
  return "replaces " + amount_text(*path);
}

/// One line of describe_run: path, state, meaning.
std::string file_line(std::string_view path, std::string_view state, std::string_view meaning) {
  return fmt::format("  {:<40} {:<28} {}\n", path, state, meaning);
}

std::string input_state(const File& file, const std::optional<fs::path>& path,
                        const Command& command, const ParamMap& params,
                        const std::vector<Command>& rows) {
  if (!path && !file.unless.empty()) return fmt::format("not read with --{}", file.unless);
  if (!path) return "not given";
  if (is_there(*path)) return amount_text(*path);
  if (file.is_optional) return "not there, optional";
  const Command* maker = maker_of(file, command, params, rows);
  if (maker == nullptr) return "MISSING";
  return fmt::format("MISSING, made by {}", maker->name);
}

std::string shown_path(const File& file, const std::optional<Expanded>& expanded,
                       const Context& context) {
  if (!expanded) return declared_path(file.path);
  if (!expanded->is_in_workspace) return expanded->path.string();
  return (context.workspace / expanded->path).lexically_normal().string();
}

}  // namespace

std::optional<fs::path> locate(const File& file, const Command& command, const Context& context) {
  if (!file.unless.empty() && context.option(file.unless)) return std::nullopt;
  const auto expanded = expand(file.path, command, context);
  if (!expanded) return std::nullopt;
  const auto real = real_part(expanded->path);
  return (expanded->is_in_workspace ? context.workspace / real : real).lexically_normal();
}

std::string declared_path(std::string_view path) {
  const auto close = path.find('}');
  if (!path.starts_with('{') || close == std::string_view::npos) return std::string(path);
  const auto name = path.substr(1, close - 1);
  const bool is_param = name.find('.') != std::string_view::npos;
  return fmt::format("<{}{}>{}", is_param ? "" : "--", name, path.substr(close + 1));
}

const Command* maker_of(const File& input, const Command& command, const ParamMap& params,
                        const std::vector<Command>& rows) {
  // Options stand for files of the user's own, so only parameters take part.
  Context context;
  context.params = params;
  const auto wanted = expand(input.path, command, context);
  if (!wanted) return nullptr;
  const auto wanted_path = path_text(wanted->path);
  for (const auto& row : rows) {
    for (const auto& file : row.outputs) {
      const auto made = expand(file.path, row, context);
      if (!made || row.name == command.name) continue;
      const auto made_path = path_text(made->path);
      if (covers(made_path, wanted_path) || covers(wanted_path, made_path)) return &row;
    }
  }
  return nullptr;
}

void check_inputs(const Command& command, const Context& context, const std::vector<Command>& rows,
                  std::string_view same_options) {
  for (const auto& file : command.inputs) {
    const auto path = locate(file, command, context);
    if (file.is_optional || !path || is_there(*path)) continue;
    throw Error(ErrorCode::kMissingInput,
                fmt::format("{} is missing{}", path->string(),
                            missing_hint(file, command, context.params, rows, same_options)));
  }
}

void run(const Command& command, const Context& context, const std::vector<Command>& rows,
         std::string_view same_options) {
  try {
    command.run(context);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kMissingInput) throw;
    // the message begins with its place (core/error.hpp)
    const std::string message = error.what();
    const auto place = fs::path(message.substr(0, message.find(": "))).lexically_normal().string();
    for (const auto& file : command.inputs) {
      const auto path = locate(file, command, context);
      if (!path || !covers(path->string(), place)) continue;
      throw Error(error.code(),
                  message + missing_hint(file, command, context.params, rows, same_options));
    }
    throw;
  }
}

void list_io(const Command& command, const Context& context, std::ostream& out) {
  const auto list = [&](const std::vector<File>& files, std::string_view kind) {
    for (const auto& file : files) {
      out << fmt::format("{}{}\t{}\t{}\n", file.is_optional ? "optional-" : "", kind,
                         shown_path(file, expand(file.path, command, context), context),
                         file.meaning);
    }
  };
  list(command.inputs, "input");
  list(command.outputs, "output");
  for (const auto& section : command.sections) {
    out << fmt::format("params\t{}\t{} fields\n", section.name, section.fields.size());
  }
}

void describe_run(const Command& command, const Context& context, const std::vector<Command>& rows,
                  std::ostream& out) {
  out << fmt::format("vitrina {} would read{}\n", command.name,
                     command.inputs.empty() ? " no files of the workspace" : "");
  for (const auto& file : command.inputs) {
    out << file_line(
        shown_path(file, expand(file.path, command, context), context),
        input_state(file, locate(file, command, context), command, context.params, rows),
        file.meaning);
  }
  out << fmt::format("and write{}\n", command.outputs.empty() ? " no files of the workspace" : "");
  for (const auto& file : command.outputs) {
    out << file_line(shown_path(file, expand(file.path, command, context), context),
                     output_state(file, locate(file, command, context)), file.meaning);
  }
  out << fmt::format("with {} thread{} and seed {}; nothing was run\n", context.threads,
                     context.threads == 1 ? "" : "s", context.seed);
}

}  // namespace vitrina::command
