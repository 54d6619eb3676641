#include "cli/peak_memory.hpp"

#include <fstream>
#include <limits>
#include <string>

namespace vitrina::cli {

std::uint64_t peak_memory_bytes() {
  // Not getrusage: its maximum outlives exec, so a large parent would be counted as ours.
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") {
      std::uint64_t kibibytes = 0;
      status >> kibibytes;
      return kibibytes * 1024;
    }
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

}  // namespace vitrina::cli
