#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "cli/command_line.hpp"
#include "command/files.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace vitrina::cli {
namespace {

constexpr std::size_t kWidth = 100;

/// Rows of two columns; the second one is wrapped and starts a line of its own when the first is
/// longer than the column.
class Columns {
 public:
  void add(std::string left, std::string right) {
    rows_.emplace_back(std::move(left), std::move(right));
  }

  [[nodiscard]] std::string text(std::string_view title) const {
    if (rows_.empty()) return {};
    constexpr std::size_t kWidestLeft = 34;
    std::size_t column = 0;
    for (const auto& [left, right] : rows_) {
      if (left.size() <= kWidestLeft) column = std::max(column, left.size());
    }
    std::string out = fmt::format("\n{}:\n", title);
    for (const auto& [left, right] : rows_) {
      std::string begin = fmt::format("  {:<{}}  ", left, column);
      if (left.size() > column) {
        out += fmt::format("  {}\n", left);
        begin.assign(column + 4, ' ');
      }
      for (const auto& line : wrap(right, kWidth - column - 4)) {
        out += begin + line + '\n';
        begin.assign(column + 4, ' ');
      }
    }
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
};

std::string exit_codes() {
  Columns columns;
  columns.add(" 0", "all went well");
  for (const auto& code : kErrorCodes) {
    columns.add(fmt::format("{:>2}", code.exit_code),
                fmt::format("{}: {}", code.name, code.meaning));
  }
  return columns.text("Exit codes");
}

std::string option_left(const command::Option& option) {
  return option.value.empty() ? std::string(option.name)
                              : fmt::format("{} {}", option.name, option.value);
}

/// `[default 500; 1 to 3000]` of a field.
std::string default_and_range(const FieldInfo& field) {
  const auto value = field.type != "text"          ? field.default_value
                     : field.default_value.empty() ? std::string("none")
                                                   : fmt::format("'{}'", field.default_value);
  return fmt::format("[default {}{}{}]", value, field.range.empty() ? "" : "; ", field.range);
}

/// The default as a word of the command line: a list without brackets and spaces.
std::string default_word(const FieldInfo& field) {
  auto word = field.default_value;
  if (field.type == "list of numbers") {
    std::erase_if(word, [](char c) { return c == '[' || c == ']' || c == ' '; });
  }
  return word;
}

const FieldInfo* find_field(std::string_view key, const std::vector<command::Command>& rows) {
  for (const auto& command : rows) {
    for (const auto& section : command.sections) {
      for (const auto& field : section.fields) {
        if (section.name + "." + field.name == key) return &field;
      }
    }
  }
  return nullptr;
}

std::string usage(const command::Command& command) {
  std::string text = fmt::format("Usage: vitrina {}", command.name);
  for (const auto& option : command.options) {
    if (option.is_required && option.name != command.positional) text += ' ' + option_left(option);
  }
  text += " [OPTIONS]";
  for (const auto& option : command.options) {
    if (option.name != command.positional) continue;
    text +=
        option.is_required ? fmt::format(" {}", option.value) : fmt::format(" [{}]", option.value);
  }
  return text + '\n';
}

std::string files_text(std::string_view title, const std::vector<command::File>& files,
                       const command::Command& command,
                       const std::vector<command::Command>* makers) {
  Columns columns;
  for (const auto& file : files) {
    std::string meaning(file.meaning);
    if (file.is_optional) meaning += "; optional";
    const command::Command* maker =
        makers == nullptr ? nullptr : command::maker_of(file, command, {}, *makers);
    if (maker != nullptr) {
      meaning += fmt::format(" [made by {}]", maker->name);
    }
    columns.add(command::declared_path(file.path), meaning);
  }
  return columns.text(title);
}

std::string options_text(const command::Command& command,
                         const std::vector<command::Command>& rows) {
  Columns columns;
  for (const auto& option : command.options) {
    std::string sentence(option.sentence);
    if (option.is_required) sentence += " [required]";
    if (const auto* field = find_field(option.param, rows)) {
      sentence += " " + default_and_range(*field);
    }
    columns.add(option_left(option), sentence);
  }
  return columns.text("Options");
}

std::string shared_options_text() {
  Columns columns;
  for (const auto& option : shared_options()) {
    columns.add(option_left(option), std::string(option.sentence));
  }
  return columns.text("Options of every command");
}

std::string params_text(const command::Command& command) {
  std::string text;
  for (const auto& section : command.sections) {
    for (const auto& field : section.fields) {
      text += fmt::format("  --set {}.{}={}\n", section.name, field.name, default_word(field));
      const auto meaning = field.range.empty()
                               ? field.sentence
                               : fmt::format("{} [{}]", field.sentence, field.range);
      for (const auto& line : wrap(meaning, kWidth - 6)) text += fmt::format("      {}\n", line);
    }
  }
  if (text.empty()) return {};
  return "\nParameters with their defaults, each also a line of a params file:\n" + text;
}

std::string commands_text(std::string_view title, const std::vector<command::Command>& rows,
                          bool is_pipeline) {
  Columns columns;
  for (const auto& command : rows) {
    if (command.is_pipeline == is_pipeline) {
      columns.add(std::string(command.name), std::string(command.summary));
    }
  }
  return columns.text(title);
}

std::string first_steps(const std::vector<command::Command>& rows) {
  // A command that is not in the table is not advertised.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSteps{{
      {"simulate", "vitrina simulate --scale 0.01 --out simulated"},
      {"run", "vitrina run --data simulated --out answer"},
      {"check-submission", "vitrina check-submission answer/predictions.csv"},
      {"params", "vitrina params > params.yaml"},
  }};
  std::string text = "\nWhere to start:\n";
  for (const auto& [name, words] : kSteps) {
    const bool is_there =
        std::any_of(rows.begin(), rows.end(),
                    [&](const command::Command& command) { return command.name == name; });
    if (is_there) text += fmt::format("  {}\n", words);
  }
  return text;
}

}  // namespace

std::string general_help(const std::vector<command::Command>& rows) {
  std::string text =
      "vitrina: from a shop's click log to the customers who will buy and what they will buy\n\n"
      "Usage: vitrina COMMAND [OPTIONS]\n"
      "       vitrina COMMAND --help\n"
      "       vitrina --version\n";
  text += commands_text("Pipeline, in this order", rows, true);
  text += commands_text("Tools", rows, false);
  text += first_steps(rows);
  text += exit_codes();
  return text;
}

std::string command_help(const command::Command& command,
                         const std::vector<command::Command>& rows) {
  std::string text;
  for (const auto& line :
       wrap(fmt::format("vitrina {}: {}", command.name, command.summary), kWidth)) {
    text += line + '\n';
  }
  text += '\n' + usage(command);
  text += files_text("Inputs", command.inputs, command, &rows);
  text += files_text("Outputs", command.outputs, command, nullptr);
  text += options_text(command, rows);
  text += shared_options_text();
  text += params_text(command);
  text += fmt::format("\nExample:\n  {}\n", command.example);
  text += exit_codes();
  return text;
}

}  // namespace vitrina::cli
