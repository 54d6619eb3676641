#include "tools/truth_log.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "pipeline/read_shop.hpp"

namespace vitrina::tools {

SectionInfo truth_section() { return {"ingest", describe<pipeline::IngestConfig>()}; }

command::Option schema_option() {
  return {"--schema", "FILE",          "column names and action codes of a log with other names",
          false,      "ingest.schema", true};
}

void check_truth_keys(const command::Context& context) {
  for (const auto& key : context.set_keys) {
    if (!key.starts_with("ingest.") || key == "ingest.schema" || key == "ingest.time_zone")
      continue;
    throw Error(ErrorCode::kUsage,
                fmt::format("--set {}: has no effect here, of ingest only schema and time_zone are "
                            "read; leave it out",
                            printable(key)));
  }
}

io::LogSchema truth_schema(const command::Context& context) {
  const auto config = read_section<pipeline::IngestConfig>(context.params, "ingest");
  return pipeline::schema_of(context, config);
}

}  // namespace vitrina::tools
