#include "io/log_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "io/yaml_support.hpp"

namespace vitrina::io {
namespace {

using Targets = std::vector<std::pair<std::string_view, std::string*>>;

std::string scalar(const std::filesystem::path& path, const YAML::Node& node,
                   std::string_view what) {
  if (!node.IsScalar() || node.Scalar().empty()) {
    throw yaml_error(path, node, fmt::format("{}: expected a single value", what));
  }
  return node.Scalar();
}

/// Assigns every key of the map `node` to its target.
void assign_names(const std::filesystem::path& path, const YAML::Node& node,
                  std::string_view section, const Targets& targets) {
  if (!node.IsMap()) {
    throw yaml_error(path, node, fmt::format("{}: expected `name: column` lines", section));
  }
  std::vector<std::string_view> known;
  for (const auto& [name, target] : targets) known.push_back(name);
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const auto key = scalar(path, entry.first, section);
    const auto place = fmt::format("{}.{}", section, printable(key));
    const auto it = std::find_if(targets.begin(), targets.end(),
                                 [&](const auto& target) { return target.first == key; });
    if (it == targets.end()) {
      throw yaml_error(path, entry.first, fmt::format("{}: {}", section, unknown_key(key, known)));
    }
    if (!seen.insert(key).second) {
      throw yaml_error(path, entry.first, fmt::format("{}: given twice", place));
    }
    *it->second = scalar(path, entry.second, place);
  }
}

void assign_actions(const std::filesystem::path& path, const YAML::Node& node,
                    ActionCodes& actions) {
  if (!node.IsMap() || node.size() == 0) {
    throw yaml_error(path, node, "actions: expected `code: action` lines");
  }
  actions.clear();
  for (const auto& entry : node) {
    const auto value = scalar(path, entry.first, "actions");
    const auto action_name =
        scalar(path, entry.second, fmt::format("actions.{}", printable(value)));
    const auto* const it = std::ranges::find(kActionTraits, action_name, &ActionTraits::name);
    if (it == kActionTraits.end()) {
      std::vector<std::string_view> names;
      names.reserve(kActionTraits.size());
      for (const auto& action : kActionTraits) names.push_back(action.name);
      throw yaml_error(
          path, entry.second,
          fmt::format("actions.{}: {}", printable(value), unknown_key(action_name, names)));
    }
    if (!actions.emplace(value, static_cast<Action>(it - kActionTraits.begin())).second) {
      throw yaml_error(path, entry.first, fmt::format("actions.{}: given twice", printable(value)));
    }
  }
}

DateUnit date_unit(const std::filesystem::path& path, const YAML::Node& node) {
  const auto text = scalar(path, node, "date_unit");
  if (text == "s") return DateUnit::kSeconds;
  if (text == "ms") return DateUnit::kMilliseconds;
  if (text == "us") return DateUnit::kMicroseconds;
  if (text == "ns") return DateUnit::kNanoseconds;
  throw yaml_error(path, node,
                   fmt::format("date_unit: found '{}', expected s, ms, us or ns", printable(text)));
}

DateFormat date_format(const std::filesystem::path& path, const YAML::Node& node) {
  const auto text = scalar(path, node, "date_format");
  if (text == "dd/mm/yyyy") return DateFormat::kDaySlash;
  if (text == "mm/dd/yyyy") return DateFormat::kMonthSlash;
  if (text == "dd-mm-yyyy") return DateFormat::kDayDash;
  if (text == "mm-dd-yyyy") return DateFormat::kMonthDash;
  throw yaml_error(path, node,
                   fmt::format("date_format: found '{}', expected dd/mm/yyyy, mm/dd/yyyy, "
                               "dd-mm-yyyy or mm-dd-yyyy",
                               printable(text)));
}

}  // namespace

ActionCodes default_action_codes() {
  ActionCodes codes;
  for (std::size_t i = 0; i < kActionCount; ++i) {
    codes.emplace(fmt::to_string(i), static_cast<Action>(i));
    codes.emplace(kActionTraits[i].name, static_cast<Action>(i));
  }
  return codes;
}

LogSchema read_schema(const std::filesystem::path& path) {
  const auto root = load_yaml(path);
  if (!root.IsMap()) {
    throw yaml_error(path, root,
                     "expected a map with columns, date_unit, date_format, time_zone, actions or "
                     "catalog");
  }
  LogSchema schema;
  auto& catalog = schema.catalog;
  const Targets log_targets{{"user", &schema.user},         {"device", &schema.device},
                            {"action", &schema.action},     {"date", &schema.date},
                            {"products", &schema.products}, {"page", &schema.page}};
  const Targets catalog_targets{{"product", &catalog.product},   {"category", &catalog.category},
                                {"price", &catalog.price},       {"old_price", &catalog.old_price},
                                {"add_date", &catalog.add_date}, {"title", &catalog.title},
                                {"vector", &catalog.vector}};
  std::set<std::string> seen;
  for (const auto& entry : root) {
    const auto key = scalar(path, entry.first, "schema");
    if (!seen.insert(key).second) {
      throw yaml_error(path, entry.first, fmt::format("{}: given twice", printable(key)));
    }
    if (key == "columns") {
      assign_names(path, entry.second, key, log_targets);
    } else if (key == "catalog") {
      assign_names(path, entry.second, key, catalog_targets);
    } else if (key == "actions") {
      assign_actions(path, entry.second, schema.actions);
    } else if (key == "date_unit") {
      schema.date_unit = date_unit(path, entry.second);
    } else if (key == "date_format") {
      schema.date_format = date_format(path, entry.second);
    } else if (key == "time_zone") {
      schema.time_zone = scalar(path, entry.second, key);
    } else {
      throw yaml_error(path, entry.first,
                       unknown_key(key, {"columns", "date_unit", "date_format", "time_zone",
                                         "actions", "catalog"}));
    }
  }
  return schema;
}

}  // namespace vitrina::io
