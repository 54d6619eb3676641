#include "tools/tools.hpp"

#include <fmt/format.h>

#include <ostream>
#include <sstream>

#include "command/configuration.hpp"
#include "io/params_file.hpp"

namespace vitrina::tools {
namespace {

/// Lists what in the file is not the default. The file's keys and values were checked on reading.
void compare(const std::filesystem::path& path, const std::vector<SectionInfo>& sections,
             std::ostream& out) {
  const auto params = command::load_params({path}, {}, sections);
  std::istringstream values(canonical_text(params, sections));
  std::istringstream defaults(canonical_text({}, sections));
  std::string value;
  std::string by_default;
  std::size_t n_known = 0;
  std::size_t n_changed = 0;
  while (std::getline(values, value) && std::getline(defaults, by_default)) {
    ++n_known;
    if (value == by_default) continue;
    ++n_changed;
    out << fmt::format("{} (default{})\n", value, by_default.substr(by_default.find(" = ") + 2));
  }
  out << fmt::format("{}: {} of {} parameters given, {} not the default\n", path.string(),
                     params.size(), n_known, n_changed);
}

void run(const command::Context& context, const std::vector<SectionInfo>& sections) {
  if (const auto path = context.option("check")) {
    compare(*path, sections, *context.out);
  } else {
    *context.out
        << "# Every parameter of vitrina with its default. A file may hold any part of it; "
           "a key that\n# is not here is an error.\n\n"
        << io::params_yaml(sections);
  }
}

}  // namespace

command::Command params_command(std::vector<SectionInfo> sections) {
  return {
      .name = "params",
      .summary = "prints every parameter with its default, or checks a params file",
      .inputs = {{"{check}", "the params file to check", true}},
      .outputs = {},
      .sections = {},
      .options = {{"--check", "FILE",
                   "check the keys and values of FILE and list what is not the default"}},
      .example = "vitrina params > params.yaml",
      .run = [sections =
                  std::move(sections)](const command::Context& context) { run(context, sections); },
      .is_pipeline = false,
  };
}

}  // namespace vitrina::tools
