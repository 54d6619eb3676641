#include "evaluation/segments.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace vitrina::evaluation {
namespace {

/// Users with that many events at times 1, 2, ...
EventLog log_of(const std::vector<std::size_t>& n_events) {
  EventLog log;
  for (const auto n : n_events) {
    for (std::size_t e = 1; e <= n; ++e) log.time.push_back(static_cast<TimeUs>(e));
    log.offsets.push_back(log.time.size());
  }
  log.item.resize(log.time.size());
  log.action.resize(log.time.size());
  log.page.resize(log.time.size());
  log.device.resize(log.time.size());
  return log;
}

metrics::UserResult result(std::size_t user, std::uint32_t n_bought, std::uint32_t n_hits,
                           bool sent) {
  return {UserIdx(user), 0, n_bought, n_hits, sent};
}

TEST(Segments, BuyersAreCountedByTheirEventsBeforeTheCut) {
  const auto log = log_of({2, 3, 9, 40, 40});
  const std::vector<metrics::UserResult> ours{result(0, 2, 1, true), result(1, 4, 1, true),
                                              result(2, 1, 0, false), result(3, 0, 0, true),
                                              result(4, 1, 1, true)};
  const std::vector<metrics::UserResult> rule{result(0, 2, 0, false), result(1, 4, 4, true),
                                              result(2, 1, 1, true), result(4, 1, 0, false)};
  const std::vector<NamedResults> answers{{"recall_a", ours}, {"rule", rule}};
  EXPECT_EQ(segments_csv(log, 1000, answers),
            "events_before,buyers,named,recall_a,rule\n"
            "1 to 2,1,1,0.500000,0.000000\n"
            "3 to 9,2,1,0.125000,1.000000\n"
            "30 or more,1,1,1.000000,0.000000\n");
}

TEST(Segments, EventsFromTheCutOnDoNotCount) {
  const std::vector<metrics::UserResult> ours{result(0, 1, 1, true)};
  const std::vector<NamedResults> answers{{"recall_a", ours}};
  const auto of_cut = [&](TimeUs cut) { return segments_csv(log_of({40}), cut, answers); };
  EXPECT_EQ(of_cut(1), "events_before,buyers,named,recall_a\nnone,1,1,1.000000\n");
  EXPECT_EQ(of_cut(31), "events_before,buyers,named,recall_a\n30 or more,1,1,1.000000\n");
  EXPECT_EQ(of_cut(30), "events_before,buyers,named,recall_a\n10 to 29,1,1,1.000000\n");
}

}  // namespace
}  // namespace vitrina::evaluation
