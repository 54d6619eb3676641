#include "io/params_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/yaml_support.hpp"

namespace vitrina::io {
namespace {

/// Aliases let a page of YAML stand for any number of keys.
constexpr std::size_t kMaxKeys = 10'000;
constexpr int kMaxDepth = 16;

constexpr std::size_t kCommentWidth = 98;

class Flattener {
 public:
  explicit Flattener(const std::filesystem::path& path) : path_(path) {}

  void add(const std::string& key, const YAML::Node& node, int depth) {
    if (depth > kMaxDepth) throw yaml_error(path_, node, "nested too deep");
    if (node.IsMap()) {
      for (const auto& entry : node) {
        if (!entry.first.IsScalar() || entry.first.Scalar().empty()) {
          throw yaml_error(path_, entry.first, "expected a name before the colon");
        }
        const auto& name = entry.first.Scalar();
        const auto path = key.empty() ? name : fmt::format("{}.{}", key, name);
        if (entry.second.IsNull()) {
          throw yaml_error(path_, entry.first,
                           fmt::format("{}: found nothing, expected a value; leave the key out to "
                                       "keep its default",
                                       printable(path)));
        }
        add(path, entry.second, depth + 1);
      }
    } else if (node.IsSequence()) {
      put(key, node, list_text(key, node));
    } else {
      put(key, node, node.Scalar());
    }
  }

  ParamMap params;

 private:
  void put(const std::string& key, const YAML::Node& node, std::string value) {
    if (key.empty()) throw yaml_error(path_, node, "expected `section:` with fields below it");
    if (!params.emplace(key, std::move(value)).second) {
      throw yaml_error(path_, node, fmt::format("{}: given twice", printable(key)));
    }
    if (params.size() > kMaxKeys) throw yaml_error(path_, node, "too many keys");
  }

  [[nodiscard]] std::string list_text(const std::string& key, const YAML::Node& node) const {
    std::vector<std::string> values;
    for (const auto& entry : node) {
      if (!entry.IsScalar()) {
        throw yaml_error(path_, entry,
                         fmt::format("{}: expected a list of single values", printable(key)));
      }
      values.push_back(entry.Scalar());
      if (values.size() > kMaxKeys) throw yaml_error(path_, entry, "too many values");
    }
    return fmt::format("[{}]", fmt::join(values, ", "));
  }

  const std::filesystem::path& path_;
};

std::vector<std::string_view> split_path(std::string_view dotted) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto dot = dotted.find('.');
    parts.push_back(dotted.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    dotted.remove_prefix(dot + 1);
  }
}

/// A value as YAML: texts that a parser could take for something else are quoted.
std::string yaml_value(const FieldInfo& field) {
  if (field.type != "text") return field.default_value;
  const auto& text = field.default_value;
  const bool plain =
      !text.empty() && text != "true" && text != "false" && text != "null" &&
      std::all_of(text.begin(), text.end(),
                  [](char c) {
                    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
                  }) &&
      text.front() != '-';
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + "'";
}

void append_comment(std::string& out, std::string_view text, const std::string& indent) {
  for (const auto& line : wrap(text, kCommentWidth - indent.size() - 2)) {
    out += fmt::format("{}# {}\n", indent, line);
  }
}

void append_fields(std::string& out, const SectionInfo& section, const std::string& indent) {
  for (const auto& field : section.fields) {
    auto comment = field.sentence;
    if (!field.range.empty()) comment += fmt::format(" [{}: {}]", field.type, field.range);
    append_comment(out, comment, indent);
    out += fmt::format("{}{}: {}\n", indent, field.name, yaml_value(field));
  }
}

/// A section's place in the tree; children keep the order in which they were met.
struct Branch {
  std::string name;
  std::vector<const SectionInfo*> sections;
  std::vector<Branch> children;

  Branch& child(std::string_view wanted) {
    for (auto& branch : children) {
      if (branch.name == wanted) return branch;
    }
    return children.emplace_back(Branch{std::string(wanted), {}, {}});
  }
};

void append_branch(std::string& out, const Branch& branch, std::size_t depth) {
  const std::string indent(2 * depth, ' ');
  for (const auto* section : branch.sections) append_fields(out, *section, indent);
  for (const auto& child : branch.children) {
    if (depth == 0 && !out.empty()) out += '\n';
    out += fmt::format("{}{}:\n", indent, child.name);
    append_branch(out, child, depth + 1);
  }
}

}  // namespace

ParamMap read_params(const std::filesystem::path& path) {
  const auto root = load_yaml(path);
  Flattener flattener(path);
  if (root.IsNull()) return {};  // only comments: all defaults
  flattener.add("", root, 0);
  return std::move(flattener.params);
}

std::string params_yaml(const std::vector<SectionInfo>& sections) {
  Branch root;
  for (const auto& section : sections) {
    if (section.fields.empty()) continue;  // an empty map would read as a missing value
    auto* branch = &root;
    for (const auto part : split_path(section.name)) branch = &branch->child(part);
    branch->sections.push_back(&section);
  }
  std::string out;
  append_branch(out, root, 0);
  return out;
}

}  // namespace vitrina::io
