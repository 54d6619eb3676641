#include "simulate/shop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/hash.hpp"
#include "core/parallel.hpp"
#include "simulate/external_ids.hpp"
#include "simulate/lives.hpp"

namespace vitrina::simulate {
namespace {

constexpr std::size_t kPeopleAChunk = 2048;

/// First user code and first device code of each person; one past the last at the end.
struct IdStarts {
  std::vector<std::uint32_t> user{0};
  std::vector<std::uint32_t> device{0};
};

IdStarts number_ids(const SimulateConfig& config, std::uint64_t seed, std::size_t n) {
  IdStarts starts;
  for (std::size_t p = 0; p < n; ++p) {
    const auto counts = count_ids(config, seed, p);
    starts.user.push_back(starts.user.back() + counts.users);
    starts.device.push_back(starts.device.back() + counts.devices);
  }
  return starts;
}

std::vector<EventSink> live_all(const Surroundings& around, const IdStarts& starts,
                                std::uint64_t seed, int threads, Progress& progress) {
  const std::size_t n = starts.user.size() - 1;
  std::vector<EventSink> sinks((n + kPeopleAChunk - 1) / kPeopleAChunk);
  parallel_chunks(n, kPeopleAChunk, threads, [&](std::size_t begin, std::size_t end) {
    auto& sink = sinks[begin / kPeopleAChunk];
    for (std::size_t p = begin; p < end; ++p) {
      Rng rng(mix64(seed, 61), p);
      const Kind kind = kind_of(around.config, seed, p);
      Person person = draw_person(around.world, around.config, kind, rng);
      person.first_user = starts.user[p];
      person.first_device = starts.device[p];
      person.ids = {starts.user[p + 1] - starts.user[p], starts.device[p + 1] - starts.device[p]};
      live(around, person, rng, sink);
    }
    progress.advance(end - begin);
  });
  return sinks;
}

/// Puts the rows of all chunks one after another and frees the chunks on the way.
EventSink joined(std::vector<EventSink> sinks) {
  EventSink all;
  std::size_t n_rows = 0;
  std::size_t n_products = 0;
  for (const auto& sink : sinks) {
    n_rows += sink.rows.size();
    n_products += sink.products.size();
  }
  all.rows.reserve(n_rows);
  all.products.reserve(n_products);
  for (auto& sink : sinks) {
    const auto shift = static_cast<std::uint32_t>(all.products.size());
    for (auto& row : sink.rows) row.first_product += shift;
    all.rows.insert(all.rows.end(), sink.rows.begin(), sink.rows.end());
    all.products.insert(all.products.end(), sink.products.begin(), sink.products.end());
    sink = {};
  }
  return all;
}

/// Indices of the rows by time, equal times in the order of people. Hours are sorted apart, so
/// that threads share the work and the result does not depend on them.
std::vector<std::uint32_t> time_order(const std::vector<EventRow>& rows, int threads) {
  constexpr std::uint32_t kSecondsAnHour = 3600;
  std::vector<std::size_t> starts(1, 0);
  for (const auto& row : rows) {
    const std::size_t hour = row.second / kSecondsAnHour;
    if (starts.size() < hour + 2) starts.resize(hour + 2, 0);
    ++starts[hour + 1];
  }
  for (std::size_t h = 1; h < starts.size(); ++h) starts[h] += starts[h - 1];
  std::vector<std::uint32_t> order(rows.size());
  std::vector<std::size_t> next = starts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    order[next[rows[i].second / kSecondsAnHour]++] = static_cast<std::uint32_t>(i);
  }
  parallel_chunks(starts.size() - 1, 1, threads, [&](std::size_t hour, std::size_t /*end*/) {
    const auto begin = order.begin();
    std::sort(begin + static_cast<std::ptrdiff_t>(starts[hour]),
              begin + static_cast<std::ptrdiff_t>(starts[hour + 1]),
              [&](std::uint32_t a, std::uint32_t b) {
                return rows[a].second != rows[b].second ? rows[a].second < rows[b].second : a < b;
              });
  });
  return order;
}

void fill_columns(SimulatedShop& shop, const EventSink& events,
                  const std::vector<std::uint32_t>& order, int threads) {
  const std::size_t n = order.size();
  shop.user.resize(n);
  shop.device.resize(n);
  shop.action.resize(n);
  shop.time.resize(n);
  shop.page.resize(n);
  shop.products.offsets.resize(n + 1);
  for (std::size_t i = 0; i < n; ++i) {
    shop.products.offsets[i + 1] = shop.products.offsets[i] + events.rows[order[i]].n_products;
  }
  shop.products.values.resize(events.products.size());
  parallel_chunks(n, std::size_t{1} << 16U, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const auto& row = events.rows[order[i]];
      shop.user[i] = row.user;
      shop.device[i] = row.device;
      shop.action[i] = row.action;
      shop.time[i] = kLogStart + static_cast<TimeUs>(row.second) * kUsPerSecond;
      shop.page[i] = row.page;
      std::copy_n(
          events.products.begin() + row.first_product, row.n_products,
          shop.products.values.begin() + static_cast<std::ptrdiff_t>(shop.products.offsets[i]));
    }
  });
}

template <class T>
void update(Sha256& hash, const std::vector<T>& column) {
  hash.update({reinterpret_cast<const char*>(column.data()), column.size() * sizeof(T)});
}

void update(Sha256& hash, const std::vector<std::string>& column) {
  for (const auto& text : column) {
    hash.update(text);
    hash.update("\n");
  }
}

}  // namespace

SimulatedShop simulate(const SimulateConfig& config, std::uint64_t seed, int threads,
                       Progress& progress) {
  threads = resolve_threads(threads);
  SimulatedShop shop;
  const Calendar calendar(config);
  progress.begin("shop", 0, "products");
  const World world = make_world(config, calendar, seed);
  shop.item_ids = product_ids(world, seed);
  shop.catalog = take_snapshot(world, config, calendar, shop.item_ids, seed, threads);
  progress.end(
      fmt::format("{} products, {} categories", shop.catalog.n_rows(), world.categories.size()));

  const std::size_t n = n_people(config);
  const IdStarts starts = number_ids(config, seed, n);
  const Surroundings around{world,
                            config,
                            calendar,
                            starts.user.back(),
                            starts.device.back(),
                            static_cast<std::uint32_t>(world.products.size())};
  progress.begin("people", n, "people");
  EventSink events = joined(live_all(around, starts, seed, threads, progress));
  progress.end(fmt::format("{} events", events.rows.size()));

  progress.begin("log", events.rows.size(), "events");
  fill_columns(shop, events, time_order(events.rows, threads), threads);
  events = {};
  shop.user_ids = user_ids(starts.user.back(), seed);
  shop.device_ids = device_ids(starts.device.back(), seed);
  shop.user_ids.emplace_back(kJunkId);
  shop.device_ids.emplace_back(kJunkId);
  shop.item_ids.emplace_back(kJunkId);
  progress.end(fmt::format("{} days", config.days));
  return shop;
}

std::uint64_t checksum(const SimulatedShop& shop) {
  Sha256 hash;
  update(hash, shop.user_ids);
  update(hash, shop.device_ids);
  update(hash, shop.item_ids);
  update(hash, shop.user);
  update(hash, shop.device);
  update(hash, shop.action);
  update(hash, shop.time);
  update(hash, shop.page);
  update(hash, shop.products.offsets);
  update(hash, shop.products.values);
  const auto& catalog = shop.catalog;
  update(hash, catalog.add_date);
  update(hash, catalog.shop_id);
  update(hash, catalog.product_id);
  update(hash, catalog.category_id);
  update(hash, catalog.price);
  update(hash, catalog.title_words.offsets);
  update(hash, catalog.title_words.values);
  update(hash, catalog.old_price);
  update(hash, catalog.mapped_product);
  update(hash, catalog.vector_id);
  update(hash, catalog.vectors);
  return hash_text(hash.hex());
}

}  // namespace vitrina::simulate
