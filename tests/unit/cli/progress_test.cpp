#include "cli/progress.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace vitrina::cli {
namespace {

/// A reporter whose time stands still until it is moved, and what it wrote.
class Desk {
 public:
  explicit Desk(ProgressMode mode, std::size_t columns = 0)
      : reporter("fit",
                 make_renderer(mode, columns, [this](std::string_view text) { written += text; }),
                 [this] { return now; }) {}

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> out;
    std::istringstream in(written);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }

  double now = 100;
  std::string written;
  ProgressReporter reporter;
};

TEST(Progress, PlainSaysBeginAndEndAndOneLineAMinute) {
  Desk desk(ProgressMode::kPlain);
  desk.reporter.begin("counting pairs", 1000, "rows");
  for (int second = 1; second <= 130; ++second) {
    desk.now += 1;
    desk.reporter.advance(5);
  }
  desk.reporter.end("7 pairs");
  desk.reporter.finish(false, 123U << 20U);
  const std::vector<std::string> expected{
      "fit: counting pairs: 1.00k rows",
      "fit: counting pairs: 300 of 1.00k rows, 30%, 5 rows/s, 2 min 20 s left",
      "fit: counting pairs: 600 of 1.00k rows, 60%, 5 rows/s, 1 min 20 s left",
      "fit: counting pairs: 7 pairs (2 min 10 s)",
      "fit: done in 2 min 10 s, peak memory 123 MiB",
  };
  EXPECT_EQ(desk.lines(), expected);
}

TEST(Progress, AWarningIsALineOfItsOwnInEveryMode) {
  const std::string line = "vitrina fit: warning: the log is 40 days old; give a newer one\n";
  for (const auto mode : {ProgressMode::kPlain, ProgressMode::kNone}) {
    Desk desk(mode);
    desk.reporter.warn("the log is 40 days old; give a newer one");
    EXPECT_EQ(desk.written, line);
  }
  Desk terminal(ProgressMode::kAuto, 80);
  terminal.reporter.warn("the log is 40 days old; give a newer one");
  EXPECT_EQ(terminal.written, "\r\x1b[K" + line);
  Desk json(ProgressMode::kJson);
  json.reporter.warn("a\nb");
  const auto event = nlohmann::json::parse(json.written);
  EXPECT_EQ(event["event"], "warning");
  EXPECT_EQ(event["message"], "a\nb");
}

TEST(Progress, AnUnknownTotalShowsNoShareAndNoTimeLeft) {
  Desk desk(ProgressMode::kPlain);
  desk.reporter.begin("reading", 0, "bytes");
  desk.now += 64;
  desk.reporter.advance(64U << 20U);
  desk.reporter.end("");
  const std::vector<std::string> expected{"fit: reading", "fit: reading: 64.0 MiB, 1.00 MiB/s",
                                          "fit: reading: 64.0 MiB (1 min 04 s)"};
  EXPECT_EQ(desk.lines(), expected);
}

TEST(Progress, TheTerminalLineIsRedrawnAndNeverWraps) {
  constexpr std::size_t kColumns = 30;
  Desk desk(ProgressMode::kAuto, kColumns);
  desk.reporter.begin("a step with a rather long name", 10, "rows");
  EXPECT_EQ(desk.written, "\rfit: a step with a rather lon\x1b[K");
  desk.written.clear();
  desk.now += 0.05;
  desk.reporter.advance(1);
  EXPECT_EQ(desk.written, "") << "redrawn sooner than 0.1 s after the last time";
  desk.now += 0.05;
  desk.reporter.advance(1);
  EXPECT_EQ(desk.written, "\rfit: a step with a rather lon\x1b[K");
  desk.written.clear();
  desk.reporter.end("10 rows");
  EXPECT_EQ(desk.written, "\rfit: a step with a rather long name: 10 rows (0.1 s)\x1b[K\n");
}

TEST(Progress, AStageThatFailsWithinAStepLeavesTheTerminalLine) {
  std::string written;
  {
    ProgressReporter reporter(
        "fit",
        make_renderer(ProgressMode::kAuto, 80, [&](std::string_view text) { written += text; }),
        [] { return 0.0; });
    reporter.begin("reading", 0, "");
  }
  EXPECT_EQ(written, "\rfit: reading\x1b[K\n");
}

TEST(Progress, JsonIsOneObjectALine) {
  Desk desk(ProgressMode::kJson);
  desk.reporter.begin("reading \"x\"\n", 4, "rows");
  desk.now += 2;
  desk.reporter.advance(3);
  desk.reporter.advance(1);
  desk.reporter.end("all \xff read");
  desk.reporter.finish(false, 5);
  const auto lines = desk.lines();
  ASSERT_EQ(lines.size(), 4U);
  const auto begin = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(begin["event"], "begin");
  EXPECT_EQ(begin["stage"], "fit");
  EXPECT_EQ(begin["step"], "reading \"x\"\n");
  EXPECT_EQ(begin["total"], 4);
  const auto advance = nlohmann::json::parse(lines[1]);
  EXPECT_EQ(advance["event"], "advance");
  EXPECT_EQ(advance["done"], 3);
  EXPECT_EQ(advance["seconds"], 2.0);
  const auto end = nlohmann::json::parse(lines[2]);
  EXPECT_EQ(end["event"], "end");
  EXPECT_EQ(end["done"], 4);
  const auto done = nlohmann::json::parse(lines[3]);
  EXPECT_EQ(done["event"], "done");
  EXPECT_EQ(done["peak_bytes"], 5);
}

TEST(Progress, NoneSaysNothing) {
  Desk desk(ProgressMode::kNone);
  desk.reporter.begin("reading", 4, "rows");
  desk.now += 100;
  desk.reporter.advance(4);
  desk.reporter.end("read");
  desk.reporter.finish(true, 5);
  EXPECT_EQ(desk.written, "");
}

TEST(Progress, ACommandWithoutStepsEndsSilentlyUnlessAsked) {
  Desk desk(ProgressMode::kPlain);
  desk.reporter.finish(false, 1024);
  EXPECT_EQ(desk.written, "");
  desk.reporter.finish(true, 1024);
  EXPECT_EQ(desk.written, "fit: done in 0.0 s, peak memory 1.00 KiB\n");
}

TEST(Progress, AStepThatBeginsEndsTheOneBefore) {
  Desk desk(ProgressMode::kPlain);
  desk.reporter.begin("one", 0, "");
  desk.reporter.begin("two", 0, "");
  desk.reporter.end("");
  desk.reporter.end("nothing is open");
  const std::vector<std::string> expected{"fit: one", "fit: one: done (0.0 s)", "fit: two",
                                          "fit: two: done (0.0 s)"};
  EXPECT_EQ(desk.lines(), expected);
}

TEST(Progress, CountsWhatSeveralThreadsReport) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 20'000;
  std::string written;
  std::atomic<int> ticks{0};
  ProgressReporter reporter(
      "fit", make_renderer(ProgressMode::kJson, 0, [&](std::string_view text) { written += text; }),
      [&] { return 0.01 * ticks.fetch_add(1); });
  reporter.begin("rows", kThreads * kCalls, "rows");
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kCalls; ++i) reporter.advance(1);
    });
  }
  for (auto& thread : threads) thread.join();
  reporter.end("");
  std::istringstream in(written);
  std::uint64_t last = 0;
  std::size_t n_lines = 0;
  for (std::string line; std::getline(in, line); ++n_lines) {
    const auto event = nlohmann::json::parse(line);
    if (event["event"] != "advance") continue;
    EXPECT_LE(event["done"].get<std::uint64_t>(), std::uint64_t{kThreads * kCalls});
  }
  const auto end = nlohmann::json::parse(written.substr(written.rfind('{')));
  last = end["done"];
  EXPECT_EQ(last, std::uint64_t{kThreads * kCalls});
  EXPECT_GT(n_lines, 2U);
}

TEST(Progress, KnowsItsModes) {
  EXPECT_EQ(parse_progress_mode("auto"), ProgressMode::kAuto);
  EXPECT_EQ(parse_progress_mode("plain"), ProgressMode::kPlain);
  EXPECT_EQ(parse_progress_mode("json"), ProgressMode::kJson);
  EXPECT_EQ(parse_progress_mode("none"), ProgressMode::kNone);
  EXPECT_EQ(parse_progress_mode("Plain"), std::nullopt);
}

}  // namespace
}  // namespace vitrina::cli
