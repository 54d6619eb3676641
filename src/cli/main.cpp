#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/peak_memory.hpp"
#include "cli/plain_output.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "command/configuration.hpp"
#include "command/files.hpp"
#include "command/places.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/file_error.hpp"
#include "core/lock.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "program/table.hpp"

namespace vitrina::cli {
namespace {

/// Everything the program says when it fails: one line.
void complain(std::string_view place, std::string_view message) {
  const auto line = fmt::format("{}: error: {}\n", place, one_line(message));
  std::fwrite(line.data(), 1, line.size(), stderr);
}

/// What a finished command cost, for those who keep a record of it.
void write_timing(const std::filesystem::path& path, double seconds, std::uint64_t peak_bytes) {
  const nlohmann::ordered_json json{{"seconds", seconds}, {"peak_bytes", peak_bytes}};
  write_file(path, json.dump(2) + "\n");
}

void run_command(const command::Command& command, const std::vector<std::string>& words,
                 std::ostream& out) {
  auto line = parse_command_line(command, words);
  if (line.is_help) {
    out << command_help(command, commands());
    return;
  }
  auto& context = line.context;
  context.params = command::load_params(line.params_files, line.overrides, program::all_sections());
  if (line.is_list_io) {
    command::list_io(command, context, out);
    return;
  }
  if (std::error_code ignored; !std::filesystem::is_directory(context.workspace, ignored)) {
    throw Error(ErrorCode::kMissingInput, fmt::format("--workspace: {} is not a folder",
                                                      printable(context.workspace.string())));
  }
  if (command.check != nullptr) command.check(context);
  if (const auto file = context.option("json")) command::check_json_place("json", *file);
  if (!line.timing_file.empty()) command::check_json_place("timing", line.timing_file);
  if (line.is_dry_run) command::describe_run(command, context, commands(), out);
  command::check_inputs(command, context, commands(), line.same_options);
  if (line.is_dry_run) return;
  ProgressReporter progress(command.name, make_stderr_renderer(line.progress), monotonic_seconds);
  context.progress = &progress;
  context.out = &out;
  std::optional<FolderLock> lock;
  if (command.is_pipeline) {
    lock.emplace(context.option("out").value_or(context.workspace.string()),
                 fmt::format("vitrina {}", command.name));
  }
  const double start = monotonic_seconds();
  command::run(command, context, commands(), line.same_options);
  out.flush();
  std::cout.flush();
  if (!line.timing_file.empty()) {
    write_timing(line.timing_file, monotonic_seconds() - start, peak_memory_bytes());
  }
  progress.finish(command.is_pipeline, peak_memory_bytes());
}

/// Does what `words` say; `place` becomes the command, for messages.
void run_words(const std::vector<std::string>& words, std::string& place) {
  if (words.empty()) {
    throw Error(ErrorCode::kUsage, "no command given; run 'vitrina --help' to list the commands");
  }
  PlainOutput plain(std::cout);
  std::ostream out(&plain);
  const auto& first = words.front();
  if (first == "--help" || first == "-h") {
    out << general_help(commands());
  } else if (first == "--version") {
    out << fmt::format("vitrina {} (build {})\n", version(), build_id());
  } else {
    const auto& command = find_command(first);
    place = fmt::format("vitrina {}", command.name);
    watch_signals(place, command.stop_seconds);
    run_command(command, {words.begin() + 1, words.end()}, out);
  }
  out.flush();
  if (!std::cout.flush()) {
    throw Error(ErrorCode::kOutOfResources, "standard output: cannot be written");
  }
}

/// Whether a failed call of the system means that the machine has no more to give.
bool is_exhausted(const std::error_code& code) {
  constexpr std::array kExhausted{
      std::errc::not_enough_memory,    std::errc::resource_unavailable_try_again,
      std::errc::no_space_on_device,   std::errc::too_many_files_open,
      std::errc::file_too_large,       std::errc::too_many_files_open_in_system,
      std::errc::read_only_file_system};
  return std::any_of(kExhausted.begin(), kExhausted.end(),
                     [&](std::errc condition) { return code == condition; });
}

/// The one place where errors become exit codes.
int guarded_main(const std::vector<std::string>& words) {
  std::string place = "vitrina";
  const auto fail = [&](ErrorCode code, std::string_view message) {
    take_the_end();
    complain(place, code == ErrorCode::kCancelled ? cancelled_text() : message);
    return info(code).exit_code;
  };
  try {
    run_words(words, place);
    take_the_end();
    return EXIT_SUCCESS;
  } catch (const Error& error) {
    return fail(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::kOutOfResources, "not enough memory; close other programs or use less");
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(ErrorCode::kOutOfResources,
                file_error(error.path1(), "use", error.code().value()).what());
  } catch (const std::system_error& error) {
    return fail(is_exhausted(error.code()) ? ErrorCode::kOutOfResources : ErrorCode::kInternal,
                error.what());
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, error.what());
  }
}

/// An exception that no ladder can see (thrown while another one is under way, or out of a
/// noexcept function) still ends with a line and a documented exit code.
[[noreturn]] void end_at_once() {
  complain("vitrina", "an error could not be handled; this is a bug");
  std::_Exit(info(ErrorCode::kInternal).exit_code);
}

/// Lets OpenMP threads sleep while they wait. LightGBM's default, spinning, is no faster on an idle
/// machine and was 2.5 times slower beside other work (docs/performance.md). OpenMP reads the
/// setting before main, so the program starts itself once more; where that fails it goes on as is.
void start_with_sleeping_openmp(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  if (::setenv("OMP_WAIT_POLICY", "passive", 0) == 0) ::execv("/proc/self/exe", argv);
}

}  // namespace
}  // namespace vitrina::cli

int main(int argc, char** argv) {
  vitrina::cli::start_with_sleeping_openmp(argv);
  std::set_terminate(vitrina::cli::end_at_once);
  // A file that grows beyond its limit is an error like a full disk, with its cleaning up.
  std::signal(SIGXFSZ, SIG_IGN);
  return vitrina::cli::guarded_main({argv + std::min(argc, 1), argv + argc});
}
