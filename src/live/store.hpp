#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/string_table.hpp"
#include "live/packed.hpp"
#include "live/stored_event.hpp"

namespace vitrina::live {

/// An event as it is told: one product, or none.
struct Event {
  TimeUs time = 0;
  Action action = Action::kView;
  std::string_view product = {};  ///< empty where the event names none
  std::uint32_t page = 0;         ///< 0 where there is none
  std::string_view device = {};   ///< empty where there is none
};

/// What customers did, in memory. Products have codes by order of arrival, which no bundle changes:
/// another generation translates them anew. Ids of customers and of their devices are kept nowhere
/// but with their events, so that who is forgotten is gone. Not thread-safe.
class Store {
 public:
  /// Adds events, each of the customer beside it, behind those of their moment; how many there were
  /// without the very same ones that are there already, as a log's rows count once.
  std::size_t add(Kind kind, std::span<const std::string_view> ids, std::span<const Event> events);
  /// The same of one; false where it is there already.
  bool add(Kind kind, std::string_view id, const Event& event) {
    return add(kind, std::span(&id, 1), std::span(&event, 1)) > 0;
  }

  /// Makes a visit's events a user's, now and from now on. A visit has one user: the first. False
  /// where that is another one.
  bool link(std::string_view visit, std::string_view user);

  /// Whose the events of a customer are: a visit's may be a user's.
  [[nodiscard]] std::pair<Kind, std::string_view> owner(Kind kind, std::string_view id) const;

  /// A customer's events, oldest first; none where the id is unknown.
  [[nodiscard]] std::span<const StoredEvent> of(Kind kind, std::string_view id) const;

  /// Drops all events of a customer, and the links of a user's visits; how many events there were.
  /// Devices that nobody else's events name are overwritten. Throws Error(kBadData) for a visit
  /// that is linked to a user, whose its events are.
  std::size_t forget(Kind kind, std::string_view id);

  /// The same of all whose ids are `meant`; how many customers there were.
  std::size_t forget_if(Kind kind, const std::function<bool(std::string_view)>& meant);

  struct Walk;
  /// Goes on with dropping all events from before a moment, as walk() goes over about so many; how
  /// many there were. Customers with none left go too.
  std::size_t forget_before(TimeUs time, Walk& at, std::size_t n_events);

  /// An event as it was told; its texts are the store's.
  [[nodiscard]] Event told(const StoredEvent& event) const;

  [[nodiscard]] std::size_t n_products() const { return products_.size(); }
  [[nodiscard]] std::string_view product(std::uint32_t code) const { return products_.text(code); }
  [[nodiscard]] std::size_t n_events() const { return n_events_; }
  /// Users and visits with events.
  [[nodiscard]] std::size_t n_customers() const {
    return customers_[0].size() + customers_[1].size() + packed_[0].size() + packed_[1].size();
  }

  /// What a snapshot is made of and made into (live/snapshot.hpp).
  [[nodiscard]] StringTable& products() { return products_; }
  [[nodiscard]] const StringTable& products() const { return products_; }
  [[nodiscard]] StringTable& devices() { return devices_; }
  [[nodiscard]] const StringTable& devices() const { return devices_; }
  /// Takes in a customer with all of its events, oldest first, none of them twice. After the last
  /// of them count_devices() has to follow.
  void put_packed(Kind kind, std::string_view id, std::span<const StoredEvent> events);
  /// Counts anew who names which device, and overwrites those that nobody names.
  void count_devices();
  void reserve_packed(std::size_t n_users_events);
  /// The users of visits, as another store knows them.
  void take_links(Store& other) { user_of_ = std::move(other.user_of_); }

  /// Where a walk over all customers has come to.
  struct Walk {
    std::size_t part = 0;   ///< visits before users, those that are packed before the others
    std::size_t place = 0;  ///< a customer that is packed, or a bucket
    std::size_t n_buckets = 0;
    [[nodiscard]] bool is_over() const { return part == 4; }
  };
  using WalkUse =
      std::function<void(Kind kind, std::string_view id, std::span<const StoredEvent> events)>;
  /// Goes on with a walk, for about so many events. The store may change between two calls: who is
  /// there all the time is met once or more, the last time with all events from before the walk.
  void walk(Walk& at, std::size_t n_events, const WalkUse& use) const;
  /// Grows with all that is forgotten.
  [[nodiscard]] std::size_t n_forgets() const { return n_forgets_; }

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Customers =
      std::unordered_map<std::string, std::vector<StoredEvent>, Hash, std::equal_to<>>;

  [[nodiscard]] StoredEvent stored(const Event& event);
  /// Adds to a customer's events others, oldest first as they are.
  void merge(std::vector<StoredEvent>& events, std::span<const StoredEvent> late);
  /// Of the id itself, whoever's they are.
  [[nodiscard]] std::span<const StoredEvent> own(Kind kind, std::string_view id) const;
  std::size_t drop(Kind kind, std::string_view id);
  /// Of a customer that has more.
  void drop_first(Kind kind, std::string_view id, std::size_t n);
  /// Drops a customer's first events, and overwrites devices that nobody names any more.
  void forget_first(Kind kind, std::string_view id, std::size_t n);
  void name_device(const StoredEvent& event);

  /// A customer's events where more can come to them.
  std::vector<StoredEvent>& opened(Kind kind, std::string_view id);
  [[nodiscard]] bool walk_packed(Walk& at, Kind kind, std::size_t& left, const WalkUse& use) const;
  [[nodiscard]] bool walk_opened(Walk& at, Kind kind, std::size_t& left, const WalkUse& use) const;

  Packed packed_[2];        ///< by Kind; who is there is not in `customers_`
  Customers customers_[2];  ///< the same
  /// Users by their visits.
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> user_of_;
  StringTable products_;
  StringTable devices_;
  std::vector<std::uint32_t> n_named_;  ///< events that name a device, by code
  std::size_t n_events_ = 0;
  std::size_t n_forgets_ = 0;
};

}  // namespace vitrina::live
