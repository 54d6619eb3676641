#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/generation.hpp"
#include "live/reasons.hpp"
#include "live/rules.hpp"
#include "live/store.hpp"

namespace vitrina::live {

/// Who asks, and for what. With both ids the events of both count: a customer who signed in during
/// a visit. With neither, nothing is known of who asks.
struct Request {
  std::string_view user = {};
  std::string_view visit = {};
  TimeUs as_of = 0;                                       ///< events before it count
  std::size_t k = 0;                                      ///< products that are wanted
  std::span<const std::string> exclude = {};              ///< products never proposed
  std::optional<std::span<const std::string>> only = {};  ///< where given, no others are
  bool excludes_touched = false;                          ///< nothing that is among the events
  HistoryRules history = {};                              ///< nothing that these exclude
  CatalogRules catalog = {};                              ///< and nothing but what these allow
  bool explains = false;                                  ///< say why
};

struct Product {
  std::string id;
  float score = 0;           ///< w (selection::Offer)
  std::uint16_t source = 0;  ///< generator that ranked it best
};

/// An answer and who gave it.
struct Reply {
  std::shared_ptr<const bundle::Generation> generation;
  std::vector<Product> products;  ///< best first; k of them where so many may be proposed
  std::vector<Reasons> reasons;   ///< of the products where they were asked for
  double score_sum = 0;           ///< of w
  bool has_history = false;       ///< whether any event counted; otherwise what sells is named
};

/// The engine live: takes events and answers with them, in one process. Given the same bundle,
/// events and moment, an answer is to the bit what `vitrina recommend --at` gives for the log of
/// those events. All methods may be called from several threads; another generation takes the place
/// of the present one between two answers, and those on their way end with the one they began with.
class Service {
 public:
  explicit Service(std::shared_ptr<const bundle::Generation> generation);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  /// Takes events in; the next answer counts them. How many were new: the very same event counts
  /// once. `ids[i]` is whose event `events[i]` is.
  std::size_t add(Kind kind, std::span<const std::string_view> ids, std::span<const Event> events);

  [[nodiscard]] Reply recommend(const Request& request) const;

  /// Calls `use` with the query that a request comes down to, and with who would answer it.
  using QueryUse = std::function<void(const Query&, const bundle::Generation&)>;
  void with_query(const Request& request, const QueryUse& use) const;

  /// A customer's events, oldest first. The texts live as long as `use` runs.
  using EventsUse = std::function<void(const std::vector<Event>&)>;
  void with_events(Kind kind, std::string_view id, const EventsUse& use) const;

  /// Drops all events of a customer; how many there were.
  std::size_t forget(Kind kind, std::string_view id);
  /// The same of all whose ids are `meant`; how many customers there were.
  std::size_t forget_if(Kind kind, const std::function<bool(std::string_view)>& meant);

  void swap(std::shared_ptr<const bundle::Generation> generation);
  [[nodiscard]] std::shared_ptr<const bundle::Generation> generation() const;

  [[nodiscard]] std::size_t n_events() const;
  [[nodiscard]] std::size_t n_customers() const;

 private:
  struct Worker;

  /// The products of the store as a generation numbers them; not valid() for those it does not
  /// know.
  struct Numbers {
    std::vector<ItemIdx> item;  ///< by code
    void extend(const bundle::Generation& generation, const Store& store);
  };

  [[nodiscard]] std::shared_ptr<const bundle::Generation> collect(const Request& request,
                                                                  Worker& worker) const;
  static Query query_of(const Request& request, const bundle::Generation& generation,
                        Worker& worker);
  [[nodiscard]] std::unique_ptr<Worker> take_worker() const;
  void give_back(std::unique_ptr<Worker> worker) const;

  mutable std::shared_mutex mutex_;  ///< of what follows
  std::shared_ptr<const bundle::Generation> generation_;
  Store store_;
  Numbers numbers_;

  mutable std::mutex idle_mutex_;
  mutable std::vector<std::unique_ptr<Worker>> idle_;  ///< their memory is kept warm
};

}  // namespace vitrina::live
