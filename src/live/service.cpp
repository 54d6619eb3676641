#include "live/service.hpp"

#include <algorithm>
#include <utility>

#include "data/event_rows.hpp"
#include "engine/batch.hpp"

namespace vitrina::live {
namespace {

/// A product that the generation does not know, in this request.
struct Newcomer {
  std::uint32_t code;
  std::string id;
  ItemIdx item;
};

}  // namespace

/// Memory of one request at a time.
struct Service::Worker {
  std::vector<StoredEvent> stored;
  std::vector<EventRow> rows;
  EventColumns events;
  std::vector<Newcomer> newcomers;  ///< by id
  std::vector<std::uint8_t> allowed;
  UserHistory history;  ///< of the rules
  engine::Batch batch;
  std::vector<engine::SourcedItem> items;
  ReasonsMemory reasons;

  void number_newcomers(const Store& store, const std::vector<ItemIdx>& item_of,
                        std::size_t n_known);
  [[nodiscard]] ItemIdx newcomer(std::uint32_t code) const;
  [[nodiscard]] std::span<const std::uint8_t> find_allowed(const Request& request,
                                                           const ProductSpace& products);
  void mark(std::span<const std::string> ids, const ProductSpace& products, std::uint8_t value);
};

/// Behind the known products, by id: as in the log of any set of customers.
void Service::Worker::number_newcomers(const Store& store, const std::vector<ItemIdx>& item_of,
                                       std::size_t n_known) {
  newcomers.clear();
  for (const auto& event : stored) {
    if (event.product == kNoCode || item_of[event.product].valid()) continue;
    const bool is_met = std::any_of(newcomers.begin(), newcomers.end(),
                                    [&](const auto& other) { return other.code == event.product; });
    if (!is_met)
      newcomers.push_back({event.product, std::string(store.product(event.product)), {}});
  }
  std::sort(newcomers.begin(), newcomers.end(),
            [](const Newcomer& a, const Newcomer& b) { return a.id < b.id; });
  for (std::size_t n = 0; n < newcomers.size(); ++n) newcomers[n].item = ItemIdx(n_known + n);
}

ItemIdx Service::Worker::newcomer(std::uint32_t code) const {
  return std::find_if(newcomers.begin(), newcomers.end(),
                      [&](const auto& other) { return other.code == code; })
      ->item;
}

void Service::Worker::mark(std::span<const std::string> ids, const ProductSpace& products,
                           std::uint8_t value) {
  for (const auto& id : ids) {
    if (const auto item = products.items.find(id)) {
      allowed[item->value] = value;
      continue;
    }
    const auto met = std::lower_bound(newcomers.begin(), newcomers.end(), id,
                                      [](const Newcomer& a, const auto& b) { return a.id < b; });
    if (met != newcomers.end() && met->id == id) allowed[met->item.value] = value;
  }
}

std::span<const std::uint8_t> Service::Worker::find_allowed(const Request& request,
                                                            const ProductSpace& products) {
  if (!request.only && request.exclude.empty() && !request.excludes_touched &&
      request.history.is_empty() && request.catalog.is_empty()) {
    return {};
  }
  const std::size_t n = products.items.size() + newcomers.size();
  allowed.assign(n, request.only ? 0 : 1);
  if (request.only) mark(*request.only, products, 1);
  mark(request.exclude, products, 0);
  if (request.excludes_touched) {
    for (const auto item : events.item) {
      if (item.valid()) allowed[item.value] = 0;
    }
  }
  const EventSpan mine{events.time, events.item, events.action, events.page, events.device};
  forbid(request.history, mine, request.as_of, history, allowed);
  forbid(request.catalog, products, allowed);
  return allowed;
}

void Service::Numbers::extend(const bundle::Generation& generation, const Store& store) {
  for (std::size_t code = item.size(); code < store.n_products(); ++code) {
    const auto known =
        generation.products().items.find(store.product(static_cast<std::uint32_t>(code)));
    item.push_back(known.value_or(ItemIdx{}));
  }
}

Service::Service(std::shared_ptr<const bundle::Generation> generation)
    : generation_(std::move(generation)) {}

Service::~Service() = default;

std::size_t Service::add(Kind kind, std::span<const std::string_view> ids,
                         std::span<const Event> events) {
  const std::unique_lock lock(mutex_);
  std::size_t n = 0;
  for (std::size_t e = 0; e < events.size(); ++e) {
    n += store_.add(kind, ids[e], events[e]) ? 1 : 0;
  }
  numbers_.extend(*generation_, store_);
  return n;
}

/// Copies the events that count, in the generation's numbers; the generation is the present one.
std::shared_ptr<const bundle::Generation> Service::collect(const Request& request,
                                                           Worker& worker) const {
  const std::shared_lock lock(mutex_);
  worker.stored.clear();
  for (const auto& [kind, id] :
       {std::pair(Kind::kUser, request.user), std::pair(Kind::kVisit, request.visit)}) {
    if (id.empty()) continue;
    for (const auto& event : store_.of(kind, id)) {
      if (event.time >= request.as_of) break;
      worker.stored.push_back(event);
    }
  }
  worker.number_newcomers(store_, numbers_.item, generation_->products().items.size());
  worker.rows.clear();
  for (const auto& event : worker.stored) {
    ItemIdx item;
    if (event.product != kNoCode) {
      item = numbers_.item[event.product];
      if (!item.valid()) item = worker.newcomer(event.product);
    }
    worker.rows.push_back({event.time, event.action, item, event.page, event.device});
  }
  return generation_;
}

Query Service::query_of(const Request& request, const bundle::Generation& generation,
                        Worker& worker) {
  auto& rows = worker.rows;
  if (!std::is_sorted(rows.begin(), rows.end())) std::sort(rows.begin(), rows.end());
  // a customer's own events are distinct; those of the visit may be among them
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  to_columns(rows, worker.events);
  const auto& events = worker.events;
  return {.events = {events.time, events.item, events.action, events.page, events.device},
          .as_of = request.as_of,
          .filter = {.allowed = worker.find_allowed(request, generation.products())},
          .k = request.k};
}

void Service::with_query(const Request& request, const QueryUse& use) const {
  auto worker = take_worker();
  const auto generation = collect(request, *worker);
  use(query_of(request, *generation, *worker), *generation);
  give_back(std::move(worker));
}

Reply Service::recommend(const Request& request) const {
  auto worker = take_worker();
  Reply reply{.generation = collect(request, *worker), .products = {}, .reasons = {}};
  const auto& generation = *reply.generation;
  const auto query = query_of(request, generation, *worker);
  engine::answer_one(generation.engine(), generation.scorer(), query, worker->batch, worker->items);
  reply.has_history = query.events.size() > 0;
  const auto& items = generation.products().items;
  reply.products.reserve(worker->items.size());
  for (const auto& item : worker->items) {
    auto& product = reply.products.emplace_back();
    product.id = item.id.value < items.size() ? std::string(items.external(item.id))
                                              : worker->newcomers[item.id.value - items.size()].id;
    product.score = item.score;
    product.source = item.source;
    reply.score_sum += double{item.score};
  }
  if (request.explains) {
    reply.reasons = find_reasons(generation, worker->batch, worker->items, worker->reasons);
  }
  give_back(std::move(worker));
  return reply;
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

void Service::swap(std::shared_ptr<const bundle::Generation> generation) {
  Numbers numbers;
  {
    // most of the work, while others read
    const std::shared_lock lock(mutex_);
    numbers.extend(*generation, store_);
  }
  const std::unique_lock lock(mutex_);
  numbers.extend(*generation, store_);
  generation_.swap(generation);
  numbers_ = std::move(numbers);
}

std::shared_ptr<const bundle::Generation> Service::generation() const {
  const std::shared_lock lock(mutex_);
  return generation_;
}

std::size_t Service::n_events() const {
  const std::shared_lock lock(mutex_);
  return store_.n_events();
}

std::size_t Service::n_customers() const {
  const std::shared_lock lock(mutex_);
  return store_.n_customers();
}

std::unique_ptr<Service::Worker> Service::take_worker() const {
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
