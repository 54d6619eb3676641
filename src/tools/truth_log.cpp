#include "tools/truth_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

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
    constexpr std::array<std::string_view, 3> kRead{"ingest.schema", "ingest.time_zone",
                                                    "ingest.max_bad_share"};
    if (!key.starts_with("ingest.") || std::ranges::find(kRead, key) != kRead.end()) continue;
    throw Error(ErrorCode::kUsage,
                fmt::format("--set {}: has no effect here, of ingest only schema, time_zone and "
                            "max_bad_share are read; leave it out",
                            printable(key)));
  }
}

double max_bad_share(const command::Context& context) {
  return read_section<pipeline::IngestConfig>(context.params, "ingest").max_bad_share;
}

io::LogSchema truth_schema(const command::Context& context) {
  const auto config = read_section<pipeline::IngestConfig>(context.params, "ingest");
  return pipeline::schema_of(context, config);
}

}  // namespace vitrina::tools
