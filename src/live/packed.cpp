#include "live/packed.hpp"

#include <algorithm>

namespace vitrina::live {

void Packed::put(std::string_view id, std::span<const StoredEvent> events) {
  const auto place = ids_.intern(id);
  if (place == rows_.size()) {
    rows_.emplace_back();
    ++n_customers_;
  }
  rows_[place] = {events_.size(), static_cast<std::uint32_t>(events.size()), false};
  events_.insert(events_.end(), events.begin(), events.end());
}

std::span<const StoredEvent> Packed::of(std::string_view id) const {
  const auto place = ids_.find(id);
  return place ? events(*place) : std::span<const StoredEvent>{};
}

std::string_view Packed::id(std::size_t place) const {
  return rows_[place].has_left ? std::string_view{} : ids_.text(place);
}

std::span<const StoredEvent> Packed::events(std::size_t place) const {
  const auto& row = rows_[place];
  if (row.has_left) return {};
  return std::span(events_).subspan(row.begin, row.n);
}

std::size_t Packed::drop(std::string_view id) {
  const auto place = ids_.find(id);
  if (!place || rows_[*place].has_left) return 0;
  const std::size_t n = rows_[*place].n;
  leave(*place);
  return n;
}

void Packed::drop_first(std::string_view id, std::size_t n) {
  auto& row = rows_[ids_.find(id).value()];
  blank(row.begin, n);
  row.begin += n;
  row.n -= static_cast<std::uint32_t>(n);
}

std::size_t Packed::drop_if(const std::function<bool(std::string_view)>& meant,
                            std::size_t& n_events) {
  std::size_t n = 0;
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    if (rows_[place].has_left || !meant(ids_.text(place))) continue;
    n_events += rows_[place].n;
    leave(static_cast<std::uint32_t>(place));
    ++n;
  }
  return n;
}

void Packed::blank(std::size_t first, std::size_t n) {
  const auto begin = events_.begin() + static_cast<std::ptrdiff_t>(first);
  std::fill(begin, begin + static_cast<std::ptrdiff_t>(n), StoredEvent{});
}

void Packed::leave(std::uint32_t place) {
  auto& row = rows_[place];
  blank(row.begin, row.n);
  ids_.blank(place);
  row.has_left = true;
  --n_customers_;
}

}  // namespace vitrina::live
