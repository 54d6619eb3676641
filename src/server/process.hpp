#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace vitrina::server {

/// What the system says that this process takes; nothing where it does not say so.
struct Process {
  std::optional<std::uint64_t> resident_bytes = {};
  std::optional<std::uint64_t> n_descriptors = {};
  std::optional<std::uint64_t> max_descriptors = {};
  std::optional<double> start_s = {};      ///< seconds of UTC since 1970
  std::optional<double> processor_s = {};  ///< of the program and of the system for it
};

/// Has the system allow this process `wanted` open files and connections, or as many as it may ask
/// for; says how many are allowed then.
std::size_t raise_descriptors(std::size_t wanted);

/// At this moment, by Linux's folder of processes.
Process this_process(const std::filesystem::path& proc = "/proc");

}  // namespace vitrina::server
