#include <string>

#include "command/configuration.hpp"
#include "core/error.hpp"
#include "fuzz/folder.hpp"
#include "fuzz/target.hpp"
#include "io/log_schema.hpp"
#include "io/params_file.hpp"
#include "program/table.hpp"

// A YAML file of parameters, and of a shop's own column names: the same bytes as both.

namespace vitrina::fuzz {
namespace {

void run(Bytes input) {
  const auto file = folder("params") / "params.yaml";
  write_plain(file, text_of(input));
  const auto refused = [](const Error& error) {
    require(error.code() == ErrorCode::kConfig, error.what());
    require(std::string_view(error.what()).find('\n') == std::string_view::npos,
            "an error is one line");
  };
  try {
    const auto params = command::load_params({file}, {}, program::all_sections());
    require(params == io::read_params(file), "what is loaded is what is read");
  } catch (const Error& error) {
    refused(error);
  }
  try {
    (void)io::read_schema(file);
  } catch (const Error& error) {
    refused(error);
  }
}

std::vector<Seed> seeds() {
  return {
      {"defaults", io::params_yaml(program::all_sections())},
      {"nested", "candidates: {popular: {days: 3}}\nfeatures.pair.enabled: false\n"},
      {"list", "# a comment\nmodels:\n  a: [1, 6, 24]\n  b: \"x\\n\"\n  c: &x 'y'\n  d: *x\n"},
      {"schema",
       "columns:\n  user: client_id\n  products: sku\ndate_unit: ms\n"
       "date_format: dd/mm/yyyy\ntime_zone: Europe/Moscow\nactions:\n  pageview: view\n"
       "  3: order\ncatalog:\n  product: sku\n"},
      {"documents", "---\na: 1\n...\n---\nb: !!int 2\n"},
  };
}

}  // namespace

const Target kParamsTarget{"params", "params.yaml and --schema", run, seeds};

}  // namespace vitrina::fuzz
