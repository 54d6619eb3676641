#include <time.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "bench/speed/allocations.hpp"
#include "bench/speed/part.hpp"
#include "bundle/generation.hpp"
#include "core/progress.hpp"
#include "core/rng.hpp"
#include "data/build.hpp"
#include "data/join.hpp"
#include "data/log_queries.hpp"
#include "engine/batch.hpp"
#include "io/log_reader.hpp"
#include "io/log_schema.hpp"

namespace vitrina::bench {
namespace {

constexpr std::size_t kWarm = 2000;
constexpr std::size_t kChecked = 500;

/// Customers as a site meets them: who does more is asked about more often.
std::vector<UserIdx> drawn_by_event(const EventLog& log, std::size_t n) {
  std::vector<UserIdx> users;
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto event = mix64(42, i) % log.n_events();
    const auto next = std::upper_bound(log.offsets.begin(), log.offsets.end(), event);
    users.emplace_back(next - log.offsets.begin() - 1);
  }
  return users;
}

/// Microseconds of the processor that this thread has used: what others take of the machine is not
/// in it.
double processor_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

double quantile(std::vector<double>& values, double share) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// Throws unless a customer alone is answered as in the batch.
void check(const bundle::Generation& generation, const LogQueries& queries,
           std::vector<UserIdx> users) {
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  SilentProgress silent;
  const auto batch = engine::answer(generation.engine(), generation.scorer(), queries, users,
                                    users.size(), {}, 2, silent);
  engine::Batch memory;
  std::vector<engine::SourcedItem> found;
  EventColumns merged;
  for (std::size_t row = 0; row < batch.users.size(); ++row) {
    engine::answer_one(generation.engine(), generation.scorer(),
                       queries.of(batch.users[row], merged), queries.k, memory, found);
    const auto expected = batch.items.row(row);
    if (!std::equal(found.begin(), found.end(), expected.begin(), expected.end(),
                    [](const auto& a, const auto& b) {
                      return a.id == b.id && a.score == b.score && a.source == b.source;
                    })) {
      throw std::runtime_error("answer: a customer alone is not answered as in the batch");
    }
  }
}

}  // namespace

/// --input: a bundle; --data: a log. Answers to --users customers drawn by event, one by one on one
/// thread, as of the log's end; the first of them are compared with the batch's.
Json run_answer(const Options& options) {
  const Stopwatch load;
  const auto generation = bundle::Generation::load(options.input);
  const double load_seconds = load.seconds();
  SilentProgress silent;
  auto raw = io::read_log(options.data, {}, kNoTime, options.threads, silent);
  const auto shop = join(build_shop(raw, nullptr, options.threads), generation->products()).shop;
  const LogQueries queries{shop.events, shop.end, static_cast<std::size_t>(options.k)};
  const auto users = drawn_by_event(shop.events, kWarm + static_cast<std::size_t>(options.users));
  check(*generation, queries, {users.begin(), users.begin() + kChecked});

  engine::Batch memory;
  std::vector<engine::SourcedItem> found;
  EventColumns merged;
  std::vector<double> microseconds;
  std::uint64_t allocations = 0;
  double seconds = 0;
  for (std::size_t u = 0; u < users.size(); ++u) {
    const auto before = n_allocations();
    const double begin = processor_us();
    engine::answer_one(generation->engine(), generation->scorer(), queries.of(users[u], merged),
                       queries.k, memory, found);
    const double end = processor_us();
    if (u < kWarm) continue;
    seconds += (end - begin) * 1e-6;
    microseconds.push_back(end - begin);
    allocations += n_allocations() - before;
  }
  const auto n = static_cast<double>(microseconds.size());
  return {{"seconds", seconds},
          {"answers", microseconds.size()},
          {"answers_a_core_per_second", n / seconds},
          {"p50_us", quantile(microseconds, 0.5)},
          {"p99_us", quantile(microseconds, 0.99)},
          {"allocations_an_answer", static_cast<double>(allocations) / n},
          {"generation_seconds", load_seconds}};
}

}  // namespace vitrina::bench
