// Tells a store of events what a server would, one thing after the other, and says what became of
// it, a line a thing, each written when it is known. With the words `store_driver FOLDER`:
//
//   had u1            a row of customer u1 was there at the start
//   stored a b        the events of these ids, which are also their customers, are acknowledged
//   repeated a        was stored before
//   refused c d: why  nothing of these was stored
//   forgot a          is gone
//   kept a: why       could not be forgotten
//   stopped
//
// With `store_driver FOLDER list` it says what there is and stops.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "store/event_writer.hpp"

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
      : writer_(std::make_unique<EventStore>(folder, EventStore::Access::kWrite),
                {.now = [this] { return ++clock_; },
                 .apply =
                     [this](const std::vector<KeptEvent>& events) {
                       for (const auto& event : events) {
                         if (is_starting_) say("had " + event.customer);
                       }
                     },
                 .forget = [](Kind, const std::string&) {},
                 .observe = [](const Commit&) {}}) {
    is_starting_ = false;
  }

  void append(const std::vector<std::string>& ids) {
    std::vector<NewEvent> events;
    events.reserve(ids.size());
    for (const auto& id : ids) {
      events.push_back(
          {id, {{.customer = id, .action = 0, .product = std::string(100, 'p')}}, true});
    }
    std::promise<void> told;
    const bool is_taken = writer_.append(std::move(events), [&](const Appended& appended) {
      tell(ids, appended);
      told.set_value();
    });
    if (!is_taken) ::_exit(1);
    told.get_future().wait();
  }

  void forget(const std::string& id) {
    std::promise<void> told;
    writer_.forget(Kind::kUser, id, [&](const Forgotten& forgotten) {
      say(forgotten.error ? fmt::format("kept {}: {}", id, forgotten.error->what())
                          : fmt::format("forgot {}", id));
      told.set_value();
    });
    told.get_future().wait();
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
  EventWriter writer_;
};

std::vector<std::string> many(const std::string& prefix, int n) {
  std::vector<std::string> ids;
  for (int i = 0; i < n; ++i) ids.push_back(fmt::format("{}{}", prefix, i));
  return ids;
}

void run(const std::filesystem::path& folder, bool only_lists) {
  {
    Driver driver(folder);
    if (!only_lists) {
      driver.append({"gone"});
      driver.append(many("a", 40));  // some pages
      driver.append({"a1", "b0"});
      driver.forget("gone");  // empties the log ahead of the database
      driver.append({"c0"});
      driver.append(many("d", 3));
      driver.append({"a0", "d0", "e0"});
    }
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
