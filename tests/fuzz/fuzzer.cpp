// The entry of libFuzzer, for any target:
//   vitrina_fuzz --target=NAME [OPTION OF LIBFUZZER...] CORPUS_FOLDER...
//   vitrina_fuzz --targets              names them, one a line
//   vitrina_fuzz --seeds=DIR            writes what to begin with to DIR/NAME/

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/file.hpp"
#include "fuzz/target.hpp"

namespace {

using vitrina::fuzz::Target;

const Target* g_target = nullptr;

void write_seeds(const std::filesystem::path& folder) {
  for (const auto& target : vitrina::fuzz::targets()) {
    for (const auto& seed : target.seeds()) {
      vitrina::write_file(folder / target.name / seed.name, seed.bytes);
    }
  }
}

/// The value of an option that libFuzzer passes over: it knows none with two dashes.
std::string_view value_of(std::string_view argument, std::string_view option) {
  return argument.starts_with(option) ? argument.substr(option.size()) : std::string_view{};
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  try {
    for (int a = 1; a < *argc; ++a) {
      const std::string_view argument = (*argv)[a];
      if (argument == "--targets") {
        for (const auto& target : vitrina::fuzz::targets()) {
          std::printf("%s\n", std::string(target.name).c_str());
        }
        std::exit(0);
      }
      if (const auto folder = value_of(argument, "--seeds="); !folder.empty()) {
        write_seeds(folder);
        std::exit(0);
      }
      if (const auto name = value_of(argument, "--target="); !name.empty()) {
        g_target = &vitrina::fuzz::find_target(name);
      }
    }
    if (g_target != nullptr) return 0;
    std::fprintf(stderr, "vitrina_fuzz: --target=NAME is required\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vitrina_fuzz: %s\n", error.what());
  }
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  g_target->run({data, size});
  return 0;
}
