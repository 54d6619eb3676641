#include "command/configuration.hpp"

#include "core/error.hpp"
#include "io/params_file.hpp"

namespace vitrina::command {

ParamMap load_params(const std::vector<std::filesystem::path>& files, const ParamMap& overrides,
                     const std::vector<SectionInfo>& sections) {
  ParamMap params;
  for (const auto& path : files) {
    auto from_file = io::read_params(path);
    try {
      check_known(from_file, sections);
      check_values(from_file, sections);
    } catch (const Error& error) {
      throw error.with_context(path.string());
    }
    from_file.merge(params);
    params = std::move(from_file);
  }
  check_known(overrides, sections);
  check_values(overrides, sections);
  for (const auto& [key, value] : overrides) params.insert_or_assign(key, value);
  return params;
}

}  // namespace vitrina::command
