#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace vitrina::bench {

/// Requests that are due at fixed moments, whatever the server does: what waits for a free
/// connection has its wait counted, so a server that stalls cannot hide it.
struct OpenLoop {
  std::uint16_t port = 0;
  double per_second = 1000;
  double seconds = 10;
  double warm_up_seconds = 1;  ///< asked, and not counted
  std::size_t connections = 64;
  std::size_t sample_every = 200;  ///< answers that are kept, to be checked afterwards

  /// The bytes of a request by its number.
  std::function<std::string(std::size_t number)> request = {};
};

/// An answer that was kept.
struct Sample {
  std::size_t number = 0;
  std::string body;
};

struct Outcome {
  std::vector<double> latencies;  ///< seconds from the due moment to the last byte, ascending
  std::size_t n_failed = 0;       ///< answers that were not 200, or none
  std::size_t n_unsent = 0;       ///< due, and not answered a second after the end
  std::vector<Sample> samples;
  std::string first_failure;  ///< what came in the place of an answer

  /// The latency that a share of the answers keeps.
  [[nodiscard]] double percentile(double share) const;
};

/// Asks from this thread. Throws std::runtime_error where the server cannot be reached.
Outcome run(const OpenLoop& load);

}  // namespace vitrina::bench
