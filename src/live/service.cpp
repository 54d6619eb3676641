#include "live/service.hpp"

#include <algorithm>
#include <utility>

#include "core/file.hpp"
#include "data/event_rows.hpp"
#include "live/listing.hpp"
#include "live/snapshot.hpp"
#include "live/worker.hpp"

namespace vitrina::live {
namespace {

/// What is looked at while nobody can add or ask: a third of a millisecond's work.
constexpr std::size_t kEventsAtOnce = 20'000;

/// Products that are kept of what sells, at most.
constexpr std::size_t kPopular = 250;

bool is_for_popular(const Request& request, const bundle::Generation& generation) {
  return request.as_of >= generation.bundle().learned().until && !request.explains;
}

/// Of a customer's events those that may count: as many as a question reads, and with the first of
/// them all of its moment, among which the order of a log decides.
std::span<const StoredEvent> newest(std::span<const StoredEvent> events, TimeUs as_of) {
  const auto by_time = [](const StoredEvent& event, TimeUs time) { return event.time < time; };
  const auto end = std::lower_bound(events.begin(), events.end(), as_of, by_time);
  if (end - events.begin() <= static_cast<std::ptrdiff_t>(kMostEvents)) {
    return {events.begin(), end};
  }
  const auto first = end - static_cast<std::ptrdiff_t>(kMostEvents);
  return {std::lower_bound(events.begin(), first, first->time, by_time), end};
}

/// The beginning of a request's minute, or where the bundle has learned until if that is later.
TimeUs minute_of(const Request& request, const bundle::Generation& generation) {
  constexpr TimeUs kMinute = 60 * kUsPerSecond;
  return std::max(request.as_of - request.as_of % kMinute, generation.bundle().learned().until);
}

}  // namespace

void Service::Numbers::extend(const bundle::Generation& generation, const Store& store) {
  for (std::size_t code = item.size(); code < store.n_products(); ++code) {
    const auto known =
        generation.products().items.find(store.product(static_cast<std::uint32_t>(code)));
    item.push_back(known.value_or(ItemIdx{}));
  }
}

Service::Service(std::shared_ptr<const bundle::Generation> generation)
    : present_{std::move(generation), nullptr} {
  present_.shelf = shelf_of(*present_.generation);
}

Service::~Service() = default;

std::size_t Service::add(Kind kind, std::span<const std::string_view> ids,
                         std::span<const Event> events) {
  const std::unique_lock lock(mutex_);
  const auto n = store_.add(kind, ids, events);
  numbers_.extend(*present_.generation, store_);
  return n;
}

/// Copies the events that count, in the generation's numbers; the generation is the present one.
Service::Present Service::collect(const Request& request, Worker& worker) const {
  const std::shared_lock lock(mutex_);
  worker.stored.clear();
  for (const auto& [kind, id] :
       {std::pair(Kind::kUser, request.user), std::pair(Kind::kVisit, request.visit)}) {
    if (id.empty()) continue;
    // a visit that is another user's says nothing of who asks
    const auto [whose, owner] = store_.owner(kind, id);
    if (whose != kind && !request.user.empty() && owner != request.user) continue;
    const auto events = newest(store_.of(kind, id), request.as_of);
    worker.stored.insert(worker.stored.end(), events.begin(), events.end());
  }
  worker.number_newcomers(store_, numbers_.item, present_.generation->products().items.size());
  worker.rows.clear();
  for (const auto& event : worker.stored) {
    ItemIdx item;
    if (event.product != kNoCode) {
      item = numbers_.item[event.product];
      if (!item.valid()) item = worker.newcomer(event.product);
    }
    worker.rows.push_back({event.time, event.action, item, event.page, event.device});
  }
  return present_;
}

Query Service::query_of(const Request& request, const Present& present, Worker& worker) {
  auto& rows = worker.rows;
  if (!std::is_sorted(rows.begin(), rows.end())) std::sort(rows.begin(), rows.end());
  // a customer's own events are distinct; those of the visit may be among them
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  if (rows.size() > kMostEvents) {
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(kMostEvents));
  }
  to_columns(rows, worker.events);
  const auto& events = worker.events;
  return {.events = {events.time, events.item, events.action, events.page, events.device},
          .as_of = request.as_of,
          .filter = {.allowed = worker.find_allowed(request, present.generation->products(),
                                                    *present.shelf)},
          .k = request.k};
}

void Service::with_query(const Request& request, const QueryUse& use) const {
  auto worker = take_worker();
  const auto present = collect(request, *worker);
  use(query_of(request, present, *worker), *present.generation);
  give_back(std::move(worker));
}

Reply Service::recommend(const Request& request) const {
  auto worker = take_worker();
  const auto present = collect(request, *worker);
  auto query = query_of(request, present, *worker);
  Reply reply{.generation = present.generation, .products = {}};
  reply.products.reserve(request.k);
  reply.has_history = query.events.size() > 0;
  Listing listing(*worker, request, query, reply);
  if (!request.beside.empty()) listing.add_neighbours();
  const bool is_anybody = query.events.size() == 0 && query.filter.allowed.empty();
  const bool takes_popular =
      !request.beside.empty() && is_anybody && is_for_popular(request, *present.generation);
  if (takes_popular && reply.products.size() < request.k) {
    listing.add_popular(popular(request, present, *worker)->items);
  }
  if (reply.products.size() < request.k) listing.add_ranked(query);
  give_back(std::move(worker));
  return reply;
}

/// Behind a product's neighbours everybody without a history is named the same: it is found once a
/// minute, not with each page.
std::shared_ptr<const Service::Popular> Service::popular(const Request& request,
                                                         const Present& present,
                                                         Worker& worker) const {
  const TimeUs minute = minute_of(request, *present.generation);
  {
    const std::scoped_lock lock(popular_mutex_);
    if (popular_ && popular_->generation == present.generation && popular_->as_of == minute) {
      return popular_;
    }
  }
  auto fresh = std::make_shared<Popular>(Popular{present.generation, minute, {}});
  const auto& generation = *present.generation;
  const Query query{.events = {}, .as_of = minute, .filter = {}, .k = generation.k()};
  engine::answer_one(generation.engine(), generation.scorer(), query, kPopular, worker.batch,
                     fresh->items);
  const std::shared_lock present_lock(mutex_);
  // one that was swapped out meanwhile would be kept by it
  if (present_.generation == present.generation) {
    const std::scoped_lock lock(popular_mutex_);
    popular_ = fresh;
  }
  return fresh;
}

void Service::with_events(Kind kind, std::string_view id, const EventsUse& use) const {
  const std::shared_lock lock(mutex_);
  std::vector<Event> events;
  for (const auto& event : store_.of(kind, id)) events.push_back(store_.told(event));
  use(events);
}

std::size_t Service::forget(Kind kind, std::string_view id) {
  const std::unique_lock lock(mutex_);
  return store_.forget(kind, id);
}

std::size_t Service::forget_if(Kind kind, const std::function<bool(std::string_view)>& meant) {
  const std::unique_lock lock(mutex_);
  return store_.forget_if(kind, meant);
}

std::size_t Service::forget_before(TimeUs time) {
  std::size_t n = 0;
  std::size_t n_restores = 0;
  for (Store::Walk at; !at.is_over();) {
    const std::unique_lock lock(mutex_);
    if (n_restores != n_restores_) at = {};  // over another store
    n_restores = n_restores_;
    n += store_.forget_before(time, at, kEventsAtOnce);
  }
  return n;
}

bool Service::link(std::string_view visit, std::string_view user) {
  const std::unique_lock lock(mutex_);
  return store_.link(visit, user);
}

void Service::put(const std::string& product, const Facts& facts) {
  const std::unique_lock lock(mutex_);
  auto& known = facts_[product];
  const auto take = [&](auto field) {
    if (facts.*field) known.*field = facts.*field;
  };
  take(&Facts::price);
  take(&Facts::available);
  take(&Facts::category);
  take(&Facts::title);
  take(&Facts::url);
  take(&Facts::picture);
  ++n_puts_;
  present_.shelf->put(product, facts);
}

std::optional<Facts> Service::facts_of(const std::string& product) const {
  const std::shared_lock lock(mutex_);
  const auto found = facts_.find(product);
  return found == facts_.end() ? std::nullopt : std::optional(found->second);
}

std::shared_ptr<Shelf> Service::shelf_of(const bundle::Generation& generation) const {
  auto shelf = std::make_shared<Shelf>(generation.products());
  for (const auto& [product, facts] : facts_) shelf->put(product, facts);
  return shelf;
}

bool Service::save(const std::filesystem::path& file, std::string_view note) const {
  std::size_t n_forgets = 0;
  std::size_t n_restores = 0;
  std::size_t n_events = 0;
  {
    const std::shared_lock lock(mutex_);
    n_forgets = store_.n_forgets();
    n_restores = n_restores_;
    n_events = store_.n_events();
  }
  write_atomically(file, [&](const std::filesystem::path& temporary) {
    SnapshotWriter out(temporary, note, n_events);
    for (Store::Walk at; !at.is_over(); out.flush()) {
      const std::shared_lock lock(mutex_);
      if (n_restores != n_restores_) return;
      store_.walk(at, kEventsAtOnce, [&](Kind kind, std::string_view id, const auto& events) {
        out.add(kind, id, events);
      });
    }
    for (bool is_more = true; is_more; out.flush()) {
      const std::shared_lock lock(mutex_);
      if (n_restores != n_restores_) return;
      is_more = out.add_texts(store_.products(), store_.devices());
    }
    out.finish();
  });
  const std::shared_lock lock(mutex_);
  return store_.n_forgets() == n_forgets && n_restores == n_restores_;
}

bool Service::restore(const std::filesystem::path& file,
                      const std::function<bool(std::string_view note)>& is_wanted) {
  Store store;
  if (!read_snapshot(file, is_wanted, store)) return false;
  const std::unique_lock lock(mutex_);
  store.take_links(store_);
  store_ = std::move(store);
  ++n_restores_;
  numbers_.item.clear();
  numbers_.extend(*present_.generation, store_);
  return true;
}

void Service::swap(std::shared_ptr<const bundle::Generation> generation) {
  Numbers numbers;
  Present present{std::move(generation), nullptr};
  std::shared_ptr<const Popular> popular;  // of the old one, which it keeps
  const auto& next = *present.generation;
  std::size_t n_puts = 0;
  std::size_t n_restores = 0;
  {
    // most of the work, while others read
    const std::shared_lock lock(mutex_);
    numbers.extend(next, store_);
    present.shelf = shelf_of(next);
    n_puts = n_puts_;
    n_restores = n_restores_;
  }
  const std::unique_lock lock(mutex_);
  if (n_restores != n_restores_) numbers.item.clear();
  numbers.extend(next, store_);
  if (n_puts != n_puts_) present.shelf = shelf_of(next);
  std::swap(present_, present);
  numbers_ = std::move(numbers);
  const std::scoped_lock popular_lock(popular_mutex_);
  std::swap(popular_, popular);
}

std::pair<std::size_t, std::size_t> Service::known_products() const {
  const std::shared_lock lock(mutex_);
  const auto known =
      std::ranges::count_if(numbers_.item, [](const ItemIdx item) { return item.valid(); });
  return {numbers_.item.size(), static_cast<std::size_t>(known)};
}

std::shared_ptr<const bundle::Generation> Service::generation() const {
  const std::shared_lock lock(mutex_);
  return present_.generation;
}

std::size_t Service::n_events() const {
  const std::shared_lock lock(mutex_);
  return store_.n_events();
}

std::size_t Service::n_customers() const {
  const std::shared_lock lock(mutex_);
  return store_.n_customers();
}

std::unique_ptr<Worker> Service::take_worker() const {
  const std::scoped_lock lock(idle_mutex_);
  if (idle_.empty()) return std::make_unique<Worker>();
  auto worker = std::move(idle_.back());
  idle_.pop_back();
  return worker;
}

void Service::give_back(std::unique_ptr<Worker> worker) const {
  const std::scoped_lock lock(idle_mutex_);
  idle_.push_back(std::move(worker));
}

}  // namespace vitrina::live
