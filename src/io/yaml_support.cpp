#include "io/yaml_support.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "core/file.hpp"

namespace vitrina::io {
namespace {

/// Parameters are a page of text; more is a mistake, and the parser's memory is not bounded.
constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;

/// What the parser stumbled over, without its own terms.
std::string_view problem_of(const YAML::Exception& error) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kProblems{{
      {"tab", "a tab where spaces are expected"},
      {"map", "a colon, a brace or the indentation is wrong"},
      {"sequence", "a bracket, a comma or the indentation of a list is wrong"},
      {"flow", "a bracket or a brace is not closed"},
      {"quote", "a quote is not closed"},
      {"escape", "an escape in quotes is not known"},
      {"anchor", "the anchor or alias is not known"},
  }};
  for (const auto& [word, problem] : kProblems) {
    if (error.msg.find(word) != std::string::npos) return problem;
  }
  return "the line cannot be understood";
}

}  // namespace

YAML::Node load_yaml(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  if (text.size() > kMaxBytes) {
    throw Error(ErrorCode::kConfig, fmt::format("{}: found {} bytes, expected at most {}",
                                                path.string(), text.size(), kMaxBytes));
  }
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    throw Error(ErrorCode::kConfig,
                fmt::format("{}:{}: not valid YAML, column {}: {}; expected `section:` lines with "
                            "indented `name: value` lines below",
                            printable(path.string()), error.mark.line + 1, error.mark.column + 1,
                            problem_of(error)));
  } catch (const std::exception&) {
    throw Error(ErrorCode::kConfig, fmt::format("{}: not valid YAML", printable(path.string())));
  }
}

Error yaml_error(const std::filesystem::path& path, const YAML::Node& node,
                 std::string_view message) {
  return {ErrorCode::kConfig, fmt::format("{}:{}: {}", printable(path.string()),
                                          std::max(node.Mark().line, 0) + 1, message)};
}

std::string unknown_key(std::string_view key, const std::vector<std::string_view>& known) {
  const auto nearest = nearest_name(key, known.data(), known.data() + known.size());
  return fmt::format("unknown key '{}', expected one of {}{}", printable(key),
                     fmt::join(known, ", "),
                     nearest.empty() ? "" : fmt::format("; did you mean '{}'", nearest));
}

}  // namespace vitrina::io
