#include "data/wanted.hpp"

#include <algorithm>

namespace vitrina {

std::size_t end_of_second(const EventSpan& events, std::size_t begin) {
  const TimeUs second = events.time[begin] / kUsPerSecond;
  std::size_t end = begin + 1;
  while (end < events.size() && events.time[end] / kUsPerSecond == second) ++end;
  return end;
}

std::vector<ItemIdx> wanted_products(const EventSpan& events, std::size_t begin, std::size_t end) {
  std::vector<ItemIdx> wanted;
  for (std::size_t e = begin; e < end; ++e) {
    if (shows_intent(events.action[e]) && events.item[e].valid()) wanted.push_back(events.item[e]);
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  return wanted;
}

}  // namespace vitrina
