#include "stages/params/stage.hpp"

#include <fmt/format.h>

#include <ostream>
#include <sstream>

#include "io/params_file.hpp"
#include "stages/configuration.hpp"
#include "stages/table.hpp"

namespace vitrina::stages::params {
namespace {

/// Lists what in the file is not the default. The file's keys and values were checked on reading.
void compare(const std::filesystem::path& path, std::ostream& out) {
  const auto sections = all_sections();
  const auto params = load_params({path}, {});
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

void run(const StageContext& context) {
  if (const auto path = context.option("check")) {
    compare(*path, *context.out);
  } else {
    *context.out
        << "# Every parameter of vitrina with its default. A file may hold any part of it; "
           "a key that\n# is not here is an error.\n\n"
        << io::params_yaml(all_sections());
  }
}

}  // namespace

Stage stage() {
  return {
      .name = "params",
      .summary = "prints every parameter with its default, or checks a params file",
      .inputs = {{"{check}", "the params file to check", true}},
      .outputs = {},
      .sections = {},
      .options = {{"--check", "FILE",
                   "check the keys and values of FILE and list what is not the default"}},
      .example = "vitrina params > params.yaml",
      .run = run,
      .is_pipeline = false,
  };
}

}  // namespace vitrina::stages::params
