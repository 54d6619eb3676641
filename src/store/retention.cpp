#include "store/retention.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace vitrina::store {
namespace {

/// As many as a commit of events takes at most: who tells one waits for no more.
constexpr std::size_t kRowsPerCommit = 4096;
constexpr std::size_t kRowsPerBlock = 20'000;
constexpr auto kNever = std::numeric_limits<std::int64_t>::max();

/// What a reader sees of the rows of a block.
struct Seen {
  std::int64_t last = 0;
  std::size_t n = 0;
  std::vector<std::int64_t> old;
  std::int64_t oldest_us = kNever;  ///< of the others
};

Seen look(const EventStore& reader, std::int64_t after, std::int64_t until, std::int64_t time_us) {
  Seen seen{.last = after, .old = {}};
  reader.read_times(after, until, kRowsPerBlock, [&](std::int64_t row, std::int64_t time) {
    seen.last = row;
    ++seen.n;
    if (time < time_us) {
      seen.old.push_back(row);
    } else {
      seen.oldest_us = std::min(seen.oldest_us, time);
    }
  });
  return seen;
}

}  // namespace

std::size_t Retention::erase_before(std::int64_t time_us, const std::function<bool()>& is_over) {
  const EventStore reader(folder_, EventStore::Access::kRead);
  std::size_t n_erased = 0;
  std::int64_t after = 0;
  for (std::size_t b = 0; !is_over(); ++b) {
    const bool is_known = b < blocks_.size();
    if (is_known && blocks_[b].oldest_us >= time_us) {
      after = blocks_[b].last;
      continue;
    }
    const auto seen = look(reader, after, is_known ? blocks_[b].last : kNever, time_us);
    for (auto old = std::span(seen.old); !old.empty();) {
      if (is_over()) return n_erased;
      // here, not on the writer's thread, for which events wait: they are large
      reader.erase_snapshots();
      const auto some = old.first(std::min(kRowsPerCommit, old.size()));
      writer_.change_now([&](EventStore& store) { n_erased += store.erase_before(time_us, some); });
      old = old.subspan(some.size());
    }
    if (is_known) {
      blocks_[b].oldest_us = seen.oldest_us;
      after = blocks_[b].last;
    } else if (seen.n == kRowsPerBlock) {
      blocks_.push_back({seen.last, seen.oldest_us});
      after = seen.last;
    } else {
      break;  // the newest rows, of which there will be more
    }
  }
  // the next block begins where the one before ends
  std::erase_if(blocks_, [](const Block& block) { return block.oldest_us == kNever; });
  return n_erased;
}

}  // namespace vitrina::store
