#include "evaluation/segments.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.hpp"

namespace vitrina::evaluation {
namespace {

struct ActivitySegment {
  std::string_view name;
  std::size_t least_events;
};
constexpr std::array<ActivitySegment, 5> kSegments{{
    {"none", 0},
    {"1 to 2", 1},
    {"3 to 9", 3},
    {"10 to 29", 10},
    {"30 or more", 30},
}};

std::size_t segment_of(std::size_t n_events) {
  std::size_t s = kSegments.size() - 1;
  while (kSegments[s].least_events > n_events) --s;
  return s;
}

struct Tally {
  std::uint64_t buyers = 0;
  std::uint64_t named = 0;
  double recall = 0;
};

std::array<Tally, kSegments.size()> tally(const EventLog& events, TimeUs cut,
                                          std::span<const metrics::UserResult> results) {
  std::array<Tally, kSegments.size()> tallies;
  for (const auto& result : results) {
    if (!result.is_buyer()) continue;
    auto& of_segment = tallies[segment_of(events.before(result.user, cut).size())];
    ++of_segment.buyers;
    of_segment.named += result.sent ? 1 : 0;
    of_segment.recall += result.recall();
  }
  return tallies;
}

}  // namespace

std::string segments_csv(const EventLog& events, TimeUs cut,
                         std::span<const NamedResults> answers) {
  std::string csv = "events_before,buyers,named";
  std::vector<std::array<Tally, kSegments.size()>> tallies;
  for (const auto& [name, results] : answers) {
    csv += "," + name;
    tallies.push_back(tally(events, cut, results));
  }
  csv += '\n';
  for (std::size_t s = 0; s < kSegments.size(); ++s) {
    const auto n_buyers = tallies.front()[s].buyers;
    if (n_buyers == 0) continue;
    csv += fmt::format("{},{},{}", kSegments[s].name, n_buyers, tallies.front()[s].named);
    for (const auto& of_answer : tallies) {
      VITRINA_CHECK(of_answer[s].buyers, ==, n_buyers);
      csv += fmt::format(",{:.6f}", of_answer[s].recall / static_cast<double>(n_buyers));
    }
    csv += '\n';
  }
  return csv;
}

}  // namespace vitrina::evaluation
