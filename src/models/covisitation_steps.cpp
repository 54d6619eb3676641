#include "models/covisitation_steps.hpp"

#include "core/parallel.hpp"
#include "data/user_history.hpp"

namespace vitrina::models {
namespace {

constexpr std::size_t kUsersAChunk = 4096;
constexpr std::uint32_t kVisitMask = (1U << 27U) - 1;
constexpr std::uint32_t kNoKind = kStepKindCount;

/// Deletes and clears are no interest; basket pages repeat what the basket said.
std::uint32_t step_kind(Action action) {
  switch (action) {
    case Action::kView:
      return 0;
    case Action::kLike:
      return 1;
    case Action::kBasketAdd:
      return 2;
    case Action::kOrder:
      return 3;
    default:
      return kNoKind;
  }
}
static_assert(kStepView == 1U << 0U && kStepLike == 1U << 1U && kStepBasket == 1U << 2U &&
              kStepOrder == 1U << 3U);

/// Appends the last `max_events` steps before the cut of one user; a lone step has nothing to be
/// paired with.
void read_steps(const EventSpan& events, std::size_t max_events, std::vector<Step>& out) {
  const std::size_t first = out.size();
  std::uint32_t visit = 0;
  bool is_visit_start = true;
  for (std::size_t e = 0; e < events.size(); ++e) {
    if (e > 0 && events.time[e] - events.time[e - 1] > kVisitGap) {
      ++visit;
      is_visit_start = true;
    }
    const auto kind = step_kind(events.action[e]);
    if (kind == kNoKind || !events.item[e].valid()) continue;
    out.push_back({events.time[e], events.item[e], visit & kVisitMask, kind & 3U,
                   is_visit_start ? 1U : 0U, 0, 0});
    is_visit_start = false;
  }
  const std::size_t n = out.size() - first;
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(first);
  if (n > max_events) out.erase(begin, begin + static_cast<std::ptrdiff_t>(n - max_events));
  if (n == 1) out.pop_back();
  if (out.size() == first) return;
  out[first].is_first = 1;
  out.back().is_last = 1;
}

}  // namespace

StepIndex index_steps(const FitContext& context, std::size_t max_events) {
  const std::size_t n_users = context.shop.users.size();
  std::vector<std::vector<Step>> chunks((n_users + kUsersAChunk - 1) / kUsersAChunk);
  parallel_chunks(n_users, kUsersAChunk, context.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t u = begin; u < end; ++u) {
      read_steps(context.shop.events.before(UserIdx(u), context.as_of), max_events,
                 chunks[begin / kUsersAChunk]);
    }
  });

  StepIndex index;
  auto& offsets = index.occurrences.offsets;
  offsets.assign(context.shop.items.size() + 1, 0);
  for (auto& chunk : chunks) {
    for (const auto& step : chunk) ++offsets[step.item.value + 1];
    index.steps.insert(index.steps.end(), chunk.begin(), chunk.end());
    chunk = {};
  }
  for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
  index.occurrences.values.resize(index.steps.size());
  auto next = offsets;
  for (std::size_t s = 0; s < index.steps.size(); ++s) {
    index.occurrences.values[next[index.steps[s].item.value]++] = static_cast<std::uint32_t>(s);
  }
  return index;
}

}  // namespace vitrina::models
