#pragma once

#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina {

/// Parameters as flat text: `section.field` -> value; a list is `1, 6, 24`. The file reader and
/// the command line both make one; the typed configs below read it.
using ParamMap = std::map<std::string, std::string>;

/// Inclusive bounds of a numeric field.
struct Range {
  double min = std::numeric_limits<double>::lowest();
  double max = std::numeric_limits<double>::max();
};

/// What is known about one field: the source of `--help`, docs and params.yaml.
struct FieldInfo {
  std::string name;
  std::string type;  ///< bool, int, number, text or list of numbers
  std::string default_value;
  std::string range;  ///< for people; empty for text
  std::string sentence;
  Range bounds = {};  ///< the same of a number, an int or a list's elements
};

/// Visits the fields of a config struct. A config is a plain struct with
/// `void visit(ConfigVisitor&)` that names every member once, with range and sentence.
class ConfigVisitor {
 public:
  ConfigVisitor() = default;
  ConfigVisitor(const ConfigVisitor&) = delete;
  ConfigVisitor& operator=(const ConfigVisitor&) = delete;
  virtual ~ConfigVisitor() = default;

  virtual void field(std::string_view name, bool& value, std::string_view sentence) = 0;
  virtual void field(std::string_view name, int& value, Range range, std::string_view sentence) = 0;
  virtual void field(std::string_view name, double& value, Range range,
                     std::string_view sentence) = 0;
  virtual void field(std::string_view name, std::string& value, std::string_view sentence) = 0;
  virtual void field(std::string_view name, std::vector<double>& value, Range range,
                     std::string_view sentence) = 0;
};

/// Collects what a config's fields are; values seen are the defaults.
class FieldCollector final : public ConfigVisitor {
 public:
  void field(std::string_view name, bool& value, std::string_view sentence) override;
  void field(std::string_view name, int& value, Range range, std::string_view sentence) override;
  void field(std::string_view name, double& value, Range range, std::string_view sentence) override;
  void field(std::string_view name, std::string& value, std::string_view sentence) override;
  void field(std::string_view name, std::vector<double>& value, Range range,
             std::string_view sentence) override;

  std::vector<FieldInfo> fields;
};

/// Assigns a section's values from a ParamMap. Throws Error(kConfig) naming the key, the value
/// found and the type or range expected. Fields that are not given keep their default.
class FieldAssigner final : public ConfigVisitor {
 public:
  FieldAssigner(const ParamMap& params, std::string_view section)
      : params_(params), section_(section) {}

  void field(std::string_view name, bool& value, std::string_view sentence) override;
  void field(std::string_view name, int& value, Range range, std::string_view sentence) override;
  void field(std::string_view name, double& value, Range range, std::string_view sentence) override;
  void field(std::string_view name, std::string& value, std::string_view sentence) override;
  void field(std::string_view name, std::vector<double>& value, Range range,
             std::string_view sentence) override;

 private:
  [[nodiscard]] const std::string* find(std::string_view name) const;
  [[nodiscard]] double number(std::string_view name, std::string_view text, Range range) const;

  const ParamMap& params_;
  std::string section_;
};

template <class Config>
std::vector<FieldInfo> describe() {
  Config config;
  FieldCollector collector;
  config.visit(collector);
  return collector.fields;
}

template <class Config>
Config read_section(const ParamMap& params, std::string_view section) {
  Config config;
  FieldAssigner assigner(params, section);
  config.visit(assigner);
  return config;
}

/// A known section of the parameters, for validation and documentation.
struct SectionInfo {
  std::string name;
  std::vector<FieldInfo> fields;
};

/// Throws Error(kConfig) for the first key that no section has, naming the nearest known key.
void check_known(const ParamMap& params, const std::vector<SectionInfo>& sections);

/// Throws Error(kConfig) for the first value of a known key that has not the type or is outside
/// the range of its field, in the words that reading the section would use.
void check_values(const ParamMap& params, const std::vector<SectionInfo>& sections);

/// `section.field = value` lines in the order of `sections` for what the configs would use, each
/// number written one way only: the base of fingerprints. Sections not named are left out; values
/// must have passed check_values.
std::string canonical_text(const ParamMap& params, const std::vector<SectionInfo>& sections);

}  // namespace vitrina
