#include "models/sessions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/parallel.hpp"

namespace vitrina::models {
namespace {

constexpr std::size_t kMaxLastProducts = 32;
constexpr std::size_t kUsersAChunk = 4096;

/// A product of a visit while the visit is read.
struct Visited {
  ItemIdx item;
  Interest interest;
  std::uint32_t order;  ///< of the event in the visit
};

/// Visits as they are read: of users in order, oldest first.
struct VisitList {
  std::vector<std::uint32_t> length;
  std::vector<TimeUs> end;
  std::vector<ItemIdx> item;
  std::vector<Interest> interest;
};

/// Leaves every product once, with the strongest interest in it, the best `limit`; by product
/// ascending.
void keep_products(std::vector<Visited>& products, std::size_t limit) {
  std::sort(products.begin(), products.end(), [](const Visited& a, const Visited& b) {
    return a.item != b.item ? a.item < b.item : a.order < b.order;
  });
  std::size_t n = 0;
  for (const auto& product : products) {
    if (n > 0 && products[n - 1].item == product.item) {
      products[n - 1].interest = std::max(products[n - 1].interest, product.interest);
      products[n - 1].order = product.order;
    } else {
      products[n++] = product;
    }
  }
  products.resize(n);
  if (n <= limit) return;
  std::sort(products.begin(), products.end(), [](const Visited& a, const Visited& b) {
    return a.interest != b.interest ? a.interest > b.interest : a.order > b.order;
  });
  products.resize(limit);
  std::sort(products.begin(), products.end(),
            [](const Visited& a, const Visited& b) { return a.item < b.item; });
}

/// Reads the visits of one user; those with a single product say nothing of neighbours.
void read_visits(const EventSpan& events, std::size_t max_products, std::vector<Visited>& products,
                 VisitList& out) {
  for (std::size_t begin = 0; begin < events.size();) {
    std::size_t end = begin;
    products.clear();
    do {
      if (events.item[end].valid() && shows_interest(events.action[end])) {
        products.push_back({events.item[end], interest(events.action[end]),
                            static_cast<std::uint32_t>(end - begin)});
      }
      ++end;
    } while (end < events.size() && events.time[end] - events.time[end - 1] <= kVisitGap);
    begin = end;
    if (products.size() < 2) continue;
    keep_products(products, max_products);
    if (products.size() < 2) continue;
    out.length.push_back(static_cast<std::uint32_t>(products.size()));
    out.end.push_back(events.time[end - 1]);
    for (const auto& product : products) {
      out.item.push_back(product.item);
      out.interest.push_back(product.interest);
    }
  }
}

/// The ends of the user's own visits, ascending.
std::vector<TimeUs> visit_ends(const UserHistory& history) {
  std::vector<TimeUs> ends;
  ends.reserve(history.n_visits);
  const auto& time = history.events.time;
  for (std::size_t e = 0; e < time.size(); ++e) {
    if (e + 1 == time.size() || history.visit_of[e + 1] != history.visit_of[e]) {
      ends.push_back(time[e]);
    }
  }
  return ends;
}

}  // namespace

Sessions Sessions::fit(const FitContext& context, const SessionsConfig& config) {
  const std::size_t n_users = context.shop.users.size();
  std::vector<VisitList> chunks((n_users + kUsersAChunk - 1) / kUsersAChunk);
  parallel_chunks(n_users, kUsersAChunk, context.threads, [&](std::size_t begin, std::size_t end) {
    std::vector<Visited> products;
    for (std::size_t u = begin; u < end; ++u) {
      read_visits(context.shop.events.before(UserIdx(u), context.as_of),
                  static_cast<std::size_t>(config.max_session_products), products,
                  chunks[begin / kUsersAChunk]);
    }
  });

  struct Place {
    TimeUs end;
    std::uint32_t chunk;
    std::uint32_t first;
    std::uint32_t length;
  };
  std::vector<Place> places;
  for (std::size_t c = 0; c < chunks.size(); ++c) {
    std::uint32_t first = 0;
    for (std::size_t v = 0; v < chunks[c].length.size(); ++v) {
      places.push_back(
          {chunks[c].end[v], static_cast<std::uint32_t>(c), first, chunks[c].length[v]});
      first += chunks[c].length[v];
    }
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.end, a.chunk, a.first) < std::tie(b.end, b.chunk, b.first);
  });

  Sessions model;
  model.last_products_ = static_cast<std::uint32_t>(config.last_products);
  model.recent_sessions_ = static_cast<std::uint32_t>(config.recent_sessions);
  model.neighbours_ = static_cast<std::uint32_t>(config.neighbours);
  model.interest_weight_ = {1.0F, static_cast<float>(config.basket_weight),
                            static_cast<float>(config.order_weight)};
  for (const auto& place : places) {
    const auto& chunk = chunks[place.chunk];
    for (std::uint32_t i = place.first; i < place.first + place.length; ++i) {
      model.sessions_.values.push_back({chunk.item[i], chunk.interest[i]});
    }
    model.sessions_.offsets.push_back(model.sessions_.values.size());
    model.end_.push_back(place.end);
  }
  model.index_products(context.shop.items.size());
  return model;
}

/// A counting sort of the visits by product, newest first, of which the first m are kept.
void Sessions::index_products(std::size_t n_items) {
  std::vector<std::uint32_t> n_with(n_items, 0);
  for (const auto& entry : sessions_.values) ++n_with[entry.item.value];
  sessions_of_.offsets.assign(n_items + 1, 0);
  rarity_.assign(n_items, 0);
  for (std::size_t i = 0; i < n_items; ++i) {
    sessions_of_.offsets[i + 1] = sessions_of_.offsets[i] + std::min(n_with[i], recent_sessions_);
    if (n_with[i] > 0) {
      rarity_[i] = static_cast<float>(
          std::log(static_cast<double>(sessions_.n_rows()) / static_cast<double>(n_with[i])));
    }
  }
  sessions_of_.values.resize(sessions_of_.offsets.back());
  auto next = sessions_of_.offsets;
  for (std::size_t s = sessions_.n_rows(); s-- > 0;) {
    for (const auto& entry : sessions_.row(s)) {
      auto& place = next[entry.item.value];
      if (place < sessions_of_.offsets[entry.item.value + 1]) {
        sessions_of_.values[place++] = static_cast<std::uint32_t>(s);
      }
    }
  }
}

bool Sessions::is_own(std::uint32_t session, std::span<const TimeUs> own_ends,
                      const UserHistory& history) const {
  if (!std::binary_search(own_ends.begin(), own_ends.end(), end_[session])) return false;
  const auto row = sessions_.row(session);
  return std::all_of(row.begin(), row.end(),
                     [&](const Entry& entry) { return history.find(entry.item) != nullptr; });
}

/// Merges the products' visits from the newest on and stops at the m-th: what the paper reaches
/// with a heap of the m newest, without a table of similarities.
std::vector<Sessions::Neighbour> Sessions::merge_newest(const UserHistory& history) const {
  struct Cursor {
    const std::uint32_t* next;
    const std::uint32_t* end;
    std::uint32_t place;
  };
  std::array<Cursor, kMaxLastProducts> cursors{};
  std::size_t n = 0;
  const auto recent = history.newest(last_products_);
  for (std::uint32_t place = 0; place < recent.size(); ++place) {
    const auto item = history.touches[recent[place]].item;
    if (item.value >= sessions_of_.n_rows()) continue;
    const auto row = sessions_of_.row(item.value);
    if (!row.empty()) cursors[n++] = {row.data(), row.data() + row.size(), place};
  }
  const auto own = visit_ends(history);
  std::vector<Neighbour> found;
  found.reserve(std::min<std::size_t>(recent_sessions_, 1024));
  for (std::uint32_t n_met = 0; n > 0 && n_met < recent_sessions_; ++n_met) {
    std::uint32_t newest = 0;
    for (std::size_t c = 0; c < n; ++c) newest = std::max(newest, *cursors[c].next);
    Neighbour neighbour{0, newest, last_products_};
    std::size_t n_left = 0;
    for (std::size_t c = 0; c < n; ++c) {
      auto cursor = cursors[c];
      if (*cursor.next == newest) {
        neighbour.overlap += last_products_ - cursor.place;
        neighbour.newest_place = std::min(neighbour.newest_place, cursor.place);
        ++cursor.next;
      }
      if (cursor.next != cursor.end) cursors[n_left++] = cursor;
    }
    n = n_left;
    if (!is_own(newest, own, history)) found.push_back(neighbour);
  }
  return found;
}

std::vector<Sessions::Neighbour> Sessions::neighbours(const UserHistory& history) const {
  auto found = merge_newest(history);
  const auto nearer = [](const Neighbour& a, const Neighbour& b) {
    return a.overlap != b.overlap ? a.overlap > b.overlap : a.session > b.session;
  };
  if (found.size() > neighbours_) {
    std::nth_element(found.begin(), found.begin() + neighbours_, found.end(), nearer);
    found.resize(neighbours_);
  }
  std::sort(found.begin(), found.end(), nearer);
  return found;
}

std::vector<SessionVote> Sessions::votes(const UserHistory& history) const {
  std::vector<SessionVote> votes;
  for (const auto& neighbour : neighbours(history)) {
    const float similarity = in_places(neighbour.overlap);
    const float weight = similarity * in_places(last_products_ - neighbour.newest_place);
    for (const auto& entry : sessions_.row(neighbour.session)) {
      const float score = weight * interest_weight_[static_cast<std::size_t>(entry.interest)] *
                          rarity_[entry.item.value];
      if (score > 0) votes.push_back({entry.item, score, similarity, 1});
    }
  }
  // neighbours come most similar first; a stable sort keeps them so within a product
  std::stable_sort(votes.begin(), votes.end(),
                   [](const SessionVote& a, const SessionVote& b) { return a.item < b.item; });
  std::size_t n = 0;
  for (const auto& vote : votes) {
    if (n > 0 && votes[n - 1].item == vote.item) {
      votes[n - 1].score += vote.score;
      ++votes[n - 1].n_sessions;
    } else {
      votes[n++] = vote;
    }
  }
  votes.resize(n);
  return votes;
}

void Sessions::save(ArchiveWriter& out) const {
  std::vector<std::uint32_t> items;
  std::vector<std::uint8_t> actions;
  items.reserve(sessions_.values.size());
  actions.reserve(sessions_.values.size());
  for (const auto& entry : sessions_.values) {
    items.push_back(entry.item.value);
    actions.push_back(static_cast<std::uint8_t>(entry.interest));
  }
  const std::array<std::uint32_t, 4> limits{last_products_, recent_sessions_, neighbours_,
                                            static_cast<std::uint32_t>(rarity_.size())};
  out.put("sessions.limits", std::span<const std::uint32_t>(limits));
  out.put("sessions.action_weights", interest_weight_);
  out.put("sessions.offsets", sessions_.offsets);
  out.put("sessions.items", items);
  out.put("sessions.actions", actions);
  out.put("sessions.ends", end_);
}

Sessions Sessions::load(const ArchiveReader& in, const ProductSpace& products) {
  const auto limits = in.get<std::uint32_t>("sessions.limits");
  const auto items = in.get<std::uint32_t>("sessions.items");
  const auto actions = in.get<std::uint8_t>("sessions.actions");
  Sessions model;
  model.interest_weight_ = in.get_finite<float>("sessions.action_weights");
  model.sessions_.offsets = in.get<std::uint64_t>("sessions.offsets");
  model.end_ = in.get<TimeUs>("sessions.ends");
  const auto& offsets = model.sessions_.offsets;
  if (limits.size() != 4 || limits[0] == 0 || limits[0] > kMaxLastProducts ||
      limits[3] != products.items.size() || model.interest_weight_.size() != kInterestCount ||
      items.size() != actions.size() || offsets.empty() || offsets.front() != 0 ||
      offsets.back() != items.size() || !std::is_sorted(offsets.begin(), offsets.end()) ||
      model.end_.size() != model.sessions_.n_rows()) {
    in.fail("sessions", "has columns that do not fit together");
  }
  model.last_products_ = limits[0];
  model.recent_sessions_ = limits[1];
  model.neighbours_ = limits[2];
  model.sessions_.values.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i] >= products.items.size())
      in.fail("sessions.items", "names a product out of range");
    if (actions[i] >= model.interest_weight_.size()) {
      in.fail("sessions.actions", "names an action out of range");
    }
    model.sessions_.values.push_back({ItemIdx(items[i]), static_cast<Interest>(actions[i])});
  }
  model.index_products(products.items.size());
  return model;
}

}  // namespace vitrina::models
