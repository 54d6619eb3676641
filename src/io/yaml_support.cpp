#include "io/yaml_support.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>

#include "core/file.hpp"

namespace vitrina::io {
namespace {

/// Parameters are a page of text; more is a mistake, and the parser's memory is not bounded.
constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;

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
    throw Error(ErrorCode::kConfig, fmt::format("{}:{}: not valid YAML: {}", path.string(),
                                                error.mark.line + 1, printable(error.msg)));
  } catch (const std::exception& error) {
    throw Error(ErrorCode::kConfig,
                fmt::format("{}: not valid YAML: {}", path.string(), printable(error.what())));
  }
}

Error yaml_error(const std::filesystem::path& path, const YAML::Node& node,
                 std::string_view message) {
  return {ErrorCode::kConfig,
          fmt::format("{}:{}: {}", path.string(), std::max(node.Mark().line, 0) + 1, message)};
}

std::string unknown_key(std::string_view key, const std::vector<std::string_view>& known) {
  const auto nearest = nearest_name(key, known.data(), known.data() + known.size());
  return fmt::format("unknown key '{}', expected one of {}{}", printable(key),
                     fmt::join(known, ", "),
                     nearest.empty() ? "" : fmt::format("; did you mean '{}'", nearest));
}

}  // namespace vitrina::io
