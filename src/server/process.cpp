#include "server/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

namespace vitrina::server {
namespace {

namespace fs = std::filesystem;

/// Behind `word`, where a line of the file begins with it.
std::optional<std::uint64_t> number_behind(const fs::path& file, std::string_view word) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(word)) continue;
    std::istringstream rest(line.substr(word.size()));
    if (std::uint64_t number = 0; rest >> number) return number;
    break;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> n_entries(const fs::path& folder) {
  std::error_code status;
  std::uint64_t n = 0;
  for (fs::directory_iterator at(folder, status); !status && at != fs::directory_iterator();
       at.increment(status)) {
    ++n;
  }
  return status ? std::nullopt : std::optional(n);
}

double seconds_of(::clockid_t clock) {
  ::timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// When the machine started, of UTC; from the clocks, because a sandbox may hide the file that says
/// it (ProcSubset=pid of systemd). Found once: a clock that is set right must not look like a start
/// of this process.
double boot_s() {
  static const double kBoot = seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME);
  return kBoot;
}

/// Reads proc_pid_stat(5).
void read_stat(const fs::path& proc, Process& process) {
  std::ifstream in(proc / "self" / "stat");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  // the name before it may hold spaces and brackets
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return;
  std::istringstream fields(text.substr(name_end + 1));
  std::string state;
  fields >> state;
  std::array<long long, 21> numbers{};  // from field 4 on
  for (auto& number : numbers) fields >> number;
  const auto field = [&](std::size_t n) { return static_cast<double>(numbers[n - 4]); };
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  if (!fields || ticks <= 0) return;
  process.processor_s = (field(14) + field(15)) / ticks;
  process.resident_bytes =
      static_cast<std::uint64_t>(numbers[24 - 4]) * static_cast<std::uint64_t>(::getpagesize());
  process.start_s = boot_s() + field(22) / ticks;
}

}  // namespace

std::size_t raise_descriptors(std::size_t wanted) {
  ::rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur >= wanted) return limit.rlim_cur;
  ::rlimit raised{std::min<::rlim_t>(wanted, limit.rlim_max), limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) raised = limit;
  return raised.rlim_cur;
}

Process this_process(const fs::path& proc) {
  Process process;
  read_stat(proc, process);
  process.n_descriptors = n_entries(proc / "self" / "fd");
  process.max_descriptors = number_behind(proc / "self" / "limits", "Max open files");
  return process;
}

}  // namespace vitrina::server
