// Tells a store of events what a server would, one thing after the other, and says what became of
// it, a line a thing, each written when it is known. With the words `store_driver FOLDER`:
//
//   had a b           these events were there at the start
//   stored a b        these events are acknowledged
//   repeated a        was stored before
//   forgot gone       and so are a customer's being forgotten, with the visits linked to it,
//   linked v0         a visit's being a user's,
//   put lamp          and what a product is
//   erase             events from before a moment are about to go, some by some,
//   erased            and are gone
//   refused c d: why  nothing of these was done
//   stopped
//
// With `store_driver FOLDER list` it says what there is, `link v0` and `product lamp` too, and
// stops.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "store/event_writer.hpp"
#include "store/forgetter.hpp"
#include "store/retention.hpp"

namespace vitrina::store {
namespace {

/// By one call of the system, which the shim sees.
void say(const std::string& line) {
  const auto text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(1);
}

class Driver {
 public:
  explicit Driver(const std::filesystem::path& folder)
      : folder_(folder),
        writer_(std::make_unique<EventStore>(folder, EventStore::Access::kWrite),
                {.now = [this] { return ++clock_; },
                 .apply =
                     [this](const std::vector<KeptEvent>& events) {
                       // a linked visit's are the user's: the product tells them apart
                       for (const auto& event : events) {
                         if (is_starting_) say("had " + event.product);
                       }
                     },
                 .observe = [](const Commit&) {}}),
        forgetter_(folder, writer_) {
    is_starting_ = false;
  }

  /// Of now, or of a moment.
  void append(const std::vector<std::string>& ids, Kind kind = Kind::kUser,
              std::optional<std::int64_t> time = {}) {
    std::vector<NewEvent> events;
    events.reserve(ids.size());
    for (const auto& id : ids) {
      KeptEvent kept{.is_visit = kind == Kind::kVisit,
                     .customer = id,
                     .action = 0,
                     .product = id,
                     .device = std::string(100, 'd'),  // so that they fill some pages
                     .time_us = time.value_or(0)};
      events.push_back({EventKey::of(id), {std::move(kept)}, !time});
    }
    std::promise<void> told;
    const bool is_taken = writer_.append(std::move(events), [&](const Appended& appended) {
      tell(ids, appended);
      told.set_value();
    });
    if (!is_taken) ::_exit(1);
    told.get_future().wait();
  }

  /// Says `words` when the work is done.
  void change(const std::string& words, const std::function<void(EventStore&)>& work) {
    std::promise<void> told;
    writer_.change(work, [&](const std::optional<Error>& error) {
      say(error ? fmt::format("refused {}: {}", words, error->what()) : words);
      told.set_value();
    });
    told.get_future().wait();
  }

  /// The same of a customer's rows, as a server does.
  void forget(const std::string& user) {
    std::promise<void> told;
    forgetter_.forget(
        Kind::kUser, user,
        [&](EventStore& store, const FoundRows& found) {
          (void)store.forget(Kind::kUser, user, found);
          if (!store.empty_log()) throw Error(ErrorCode::kInternal, "a reader is in the way");
        },
        [&](const std::optional<Error>& error) {
          say(error ? fmt::format("refused forgot {}: {}", user, error->what()) : "forgot " + user);
          told.set_value();
        });
    told.get_future().wait();
  }

  void erase_before(std::int64_t time) {
    say("erase");
    try {
      (void)Retention(folder_, writer_).erase_before(time, [] { return false; });
      say("erased");
    } catch (const Error& error) {
      say(fmt::format("refused erased: {}", error.what()));
    }
  }

 private:
  static void tell(const std::vector<std::string>& ids, const Appended& appended) {
    if (appended.error) {
      say(fmt::format("refused {}: {}", fmt::join(ids, " "), appended.error->what()));
      return;
    }
    std::vector<std::string> stored;
    std::vector<std::string> repeated;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      (appended.is_stored[i] ? stored : repeated).push_back(ids[i]);
    }
    if (!stored.empty()) say(fmt::format("stored {}", fmt::join(stored, " ")));
    if (!repeated.empty()) say(fmt::format("repeated {}", fmt::join(repeated, " ")));
  }

  std::atomic<bool> is_starting_{true};
  std::atomic<std::int64_t> clock_{0};
  std::filesystem::path folder_;
  EventWriter writer_;
  Forgetter forgetter_;
};

std::vector<std::string> many(const std::string& prefix, int n) {
  std::vector<std::string> ids;
  for (int i = 0; i < n; ++i) ids.push_back(fmt::format("{}{}", prefix, i));
  return ids;
}

void link(Driver& driver, const std::string& visit, const std::string& user) {
  driver.append({visit}, Kind::kVisit);
  driver.change("linked " + visit, [&](EventStore& store) {
    if (!store.link(visit, user)) throw Error(ErrorCode::kBadData, "another user's");
  });
}

void tell_all(Driver& driver) {
  driver.append({"gone"});
  link(driver, "gone-visit", "gone");
  driver.append(many("a", 40));
  driver.append({"a1", "b0"});
  driver.change("put lamp", [](EventStore& store) {
    const ProductFacts lamp{.product_id = "lamp", .price = 12.5};
    store.products().put(std::span(&lamp, 1));
  });
  driver.forget("gone");
  driver.append({"c0"});
  link(driver, "v0", "c0");
  driver.append(many("d", 3));
  driver.append(many("old", 3), Kind::kUser, -7);
  driver.append({"f0"});
  driver.erase_before(0);
  driver.append({"a0", "d0", "e0"});
}

void list(Driver& driver) {
  driver.change("listed", [](EventStore& store) {
    for (const auto* visit : {"gone-visit", "v0"}) {
      if (store.links().user_of(visit)) say(std::string("link ") + visit);
    }
    store.products().read([](const ProductFacts& facts) { say("product " + facts.product_id); });
  });
}

void run(const std::filesystem::path& folder, bool only_lists) {
  {
    Driver driver(folder);
    only_lists ? list(driver) : tell_all(driver);
  }
  say("stopped");
}

}  // namespace
}  // namespace vitrina::store

int main(int n_words, char** words) {
  if (n_words < 2) return 2;
  try {
    vitrina::store::run(words[1], n_words > 2);
    return 0;
  } catch (const vitrina::Error& error) {
    vitrina::store::say(std::string("error ") + error.what());
    return 7;
  }
}
