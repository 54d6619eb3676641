#include "data/event_log.hpp"

#include <algorithm>

namespace vitrina {
namespace {

EventSpan slice(const EventLog& log, std::size_t begin, std::size_t end) {
  const std::size_t n = end - begin;
  return {std::span(log.time).subspan(begin, n), std::span(log.item).subspan(begin, n),
          std::span(log.action).subspan(begin, n), std::span(log.page).subspan(begin, n),
          std::span(log.device).subspan(begin, n)};
}

/// The first row of [begin, end) whose time is not before `time`.
std::size_t lower_bound(const EventLog& log, std::size_t begin, std::size_t end, TimeUs time) {
  // most users lie wholly on one side
  if (begin == end || log.time[end - 1] < time) return end;
  if (log.time[begin] >= time) return begin;
  const auto first = log.time.begin();
  return static_cast<std::size_t>(std::lower_bound(first + static_cast<std::ptrdiff_t>(begin),
                                                   first + static_cast<std::ptrdiff_t>(end), time) -
                                  first);
}

}  // namespace

EventSpan EventLog::of(UserIdx user) const {
  return slice(*this, offsets[user.value], offsets[user.value + 1]);
}

EventSpan EventLog::before(UserIdx user, TimeUs as_of) const {
  const std::size_t begin = offsets[user.value];
  return slice(*this, begin, lower_bound(*this, begin, offsets[user.value + 1], as_of));
}

EventSpan EventLog::between(UserIdx user, TimeUs from, TimeUs to) const {
  const std::size_t end = offsets[user.value + 1];
  const std::size_t begin = lower_bound(*this, offsets[user.value], end, from);
  return slice(*this, begin, lower_bound(*this, begin, end, to));
}

}  // namespace vitrina
