#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bundle/generation.hpp"
#include "engine/batch.hpp"
#include "live/facts.hpp"
#include "live/request.hpp"
#include "live/shelf.hpp"
#include "live/store.hpp"

namespace vitrina::live {

struct Worker;

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

  /// Drops all events from before a moment, while others add and ask; how many there were.
  std::size_t forget_before(TimeUs time);

  /// Makes a visit's events a user's, now and from now on; false where they are another user's.
  bool link(std::string_view visit, std::string_view user);

  /// What the shop says of a product: the next answer's rules know it.
  void put(const std::string& product, const Facts& facts);
  /// All it has said of one.
  [[nodiscard]] std::optional<Facts> facts_of(const std::string& product) const;

  /// Writes all events into a file, with a note (live/snapshot.hpp), while others add and ask.
  /// False where somebody or something was forgotten meanwhile, and may be in it still, or all was
  /// restored:
  /// then it is to be removed. What was added after the call may be in it or not. Throws
  /// Error(kOutOfResources).
  bool save(const std::filesystem::path& file, std::string_view note) const;
  /// Takes the events of such a file in the place of those there are; whether its note was wanted.
  /// Throws Error(kIncompatibleArtifact) and Error(kMissingInput); then nothing has changed.
  bool restore(const std::filesystem::path& file,
               const std::function<bool(std::string_view note)>& is_wanted);

  void swap(std::shared_ptr<const bundle::Generation> generation);
  /// Products that events name, and how many of them the bundle knows.
  [[nodiscard]] std::pair<std::size_t, std::size_t> known_products() const;

  [[nodiscard]] std::shared_ptr<const bundle::Generation> generation() const;

  [[nodiscard]] std::size_t n_events() const;
  [[nodiscard]] std::size_t n_customers() const;

 private:
  /// The products of the store as a generation numbers them; not valid() for those it does not
  /// know.
  struct Numbers {
    std::vector<ItemIdx> item;  ///< by code
    void extend(const bundle::Generation& generation, const Store& store);
  };

  /// Who answers: a generation and what the shop has told of its products.
  struct Present {
    std::shared_ptr<const bundle::Generation> generation;
    std::shared_ptr<Shelf> shelf;
  };

  /// What sells, as it was at the beginning of a minute.
  struct Popular {
    std::shared_ptr<const bundle::Generation> generation;
    TimeUs as_of = 0;
    std::vector<engine::SourcedItem> items;  ///< best first
  };

  [[nodiscard]] std::shared_ptr<const Popular> popular(const Request& request,
                                                       const Present& present,
                                                       Worker& worker) const;
  [[nodiscard]] Present collect(const Request& request, Worker& worker) const;
  static Query query_of(const Request& request, const Present& present, Worker& worker);
  [[nodiscard]] std::shared_ptr<Shelf> shelf_of(const bundle::Generation& generation) const;
  [[nodiscard]] std::unique_ptr<Worker> take_worker() const;
  void give_back(std::unique_ptr<Worker> worker) const;

  mutable std::shared_mutex mutex_;               ///< of what follows
  std::unordered_map<std::string, Facts> facts_;  ///< by product
  std::size_t n_puts_ = 0;
  std::size_t n_restores_ = 0;
  Present present_;
  Store store_;
  Numbers numbers_;

  mutable std::mutex popular_mutex_;
  mutable std::shared_ptr<const Popular> popular_;  ///< the last one

  mutable std::mutex idle_mutex_;
  mutable std::vector<std::unique_ptr<Worker>> idle_;  ///< their memory is kept warm
};

}  // namespace vitrina::live
