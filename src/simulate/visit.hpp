#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/action.hpp"
#include "core/rng.hpp"
#include "core/time.hpp"
#include "simulate/people.hpp"
#include "simulate/world.hpp"

namespace vitrina::simulate {

/// One row of the log before it is put in its place; 24 bytes, as there are millions.
struct EventRow {
  std::uint32_t second = 0;  ///< since the log's start
  std::uint32_t user = 0;
  std::uint32_t device = 0;
  std::uint32_t page = 0;
  std::uint32_t first_product = 0;  ///< in EventSink::products
  std::uint16_t n_products = 0;
  std::uint8_t action = 0;
};

/// Rows of one chunk of people. Rows outside the log (the warm-up) are dropped.
struct EventSink {
  std::vector<EventRow> rows;
  std::vector<std::uint32_t> products;
};

/// What every visit needs to know.
struct Surroundings {
  const World& world;
  const SimulateConfig& config;
  const Calendar& calendar;
  std::uint32_t junk_user = 0;
  std::uint32_t junk_device = 0;
  std::uint32_t junk_product = 0;
};

/// Pages of searches are numbered from here on; below are categories and fixed pages.
inline constexpr std::uint32_t kFirstSearchPage = 1'000'000;
inline constexpr std::uint32_t kBasketPageId = 900'001;
inline constexpr std::uint32_t kFirstInfoPage = 900'010;

/// One visit of a person: a clock that moves on from page to page, under one of the person's
/// user_ids and on one of their devices. Each call is one thing the person does.
class Visit {
 public:
  Visit(const Surroundings& surroundings, const Person& person, TimeUs start, Rng& rng,
        EventSink& sink);

  [[nodiscard]] TimeUs now() const { return now_; }

  /// The home page and about `mean` pages without products.
  void look_around(double mean);
  /// A category's list or, sometimes, a search for it; later views carry its page.
  void open_list(std::uint32_t category);
  /// A product's page; nothing happens where the product is not on sale. True when seen.
  bool view(std::uint32_t product);
  void like(std::uint32_t product) { on_product(Action::kLike, product); }
  void add(std::uint32_t product) { on_product(Action::kBasketAdd, product); }
  void remove(std::uint32_t product) { on_product(Action::kBasketDelete, product); }
  void clear();
  void basket_page(std::span<const std::uint32_t> basket);
  void order(std::span<const std::uint32_t> products);

  /// For programs: no hesitation between pages.
  void hurry() { pause_seconds_ = 2; }

 private:
  void wait();
  /// The tracker counts most page loads as visits too.
  void page_load(std::uint32_t page);
  void emit(Action action, std::span<const std::uint32_t> products, std::uint32_t page);
  void on_product(Action action, std::uint32_t product);

  const Surroundings& around_;
  Rng& rng_;
  EventSink& sink_;
  TimeUs now_;
  double pause_seconds_ = 22;
  std::uint32_t user_;
  std::uint32_t device_;
  std::uint32_t list_page_ = 0;
};

}  // namespace vitrina::simulate
