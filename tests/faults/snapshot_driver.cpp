// Asks a server, without HTTP, what a shop would while copies of its memory are made, erased and
// read (server/snapshots.hpp), and says what became of it, a line a thing, each written when it is
// known. With the words `snapshot_driver BUNDLE FOLDER` it starts three times:
//
//   link stay-visit   after a start, memory has this visit as a user's,
//   product lamp      this product,
//   had a b           these events
//   total 2           and so many in all
//   stored a b        these events are acknowledged
//   repeated a        was stored before
//   linked v          and so are a visit's being a user's,
//   put lamp          what a product is
//   forget gone-user  is asked for,
//   forgot gone-user  and acknowledged, of the visits linked to the user too
//   refused c d: why  nothing of these was done
//   warning why       is told to who looks after the server
//   stopped
//
// With `snapshot_driver BUNDLE FOLDER list` it starts once, says what there is and stops. With
// `more` it stores an event, and with `forget` it forgets another user; then it ends as if killed.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <future>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "server/app.hpp"
#include "server/router.hpp"

namespace vitrina::server {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr int kKilled = 77;

/// By one call of the system.
void say(const std::string& line) {
  const auto text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(1);
}

std::string joined(const std::vector<std::string>& ids) {
  return fmt::format("{}", fmt::join(ids, " "));
}

/// A server from its start to its stop.
class Driver {
 public:
  Driver(const fs::path& bundle, const fs::path& folder, std::size_t min_snapshot_events = 1)
      : app_({.bundle = bundle,
              .store = folder,
              .threads = 1,
              .min_snapshot_events = min_snapshot_events,
              .on_warning = [](const std::string& text) { say("warning " + text); }}) {
    list();
  }

  /// An event of each id, which is its product's too.
  void tell(const std::vector<std::string>& ids, std::string_view whose, const std::string& who) {
    json::array events;
    for (const auto& id : ids) {
      events.push_back({{"event_id", id},
                        {whose, who},
                        {"action", "view"},
                        {"products", {id}},
                        {"device", std::string(100, 'd') + id}});  // so that they fill some pages
    }
    const auto response = ask(Method::kPost, "/v1/events", {{"events", std::move(events)}});
    if (response.status != 200) return refuse(joined(ids), response);
    const auto statuses = json::parse(response.body).at("statuses").as_array();
    for (const std::string_view word : {"stored", "repeated"}) {
      std::vector<std::string> those;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (statuses[i].as_string() == word) those.push_back(ids[i]);
      }
      if (!those.empty()) say(fmt::format("{} {}", word, joined(those)));
    }
  }
  void link(const std::string& visit, const std::string& user) {
    const auto response =
        ask(Method::kPost, fmt::format("/v1/users/{}/link", user), {{"visit_id", visit}});
    say_done("linked " + visit, response);
  }
  void put(const std::string& product) {
    const json::object facts{{"product_id", product}, {"price", 12.5}};
    say_done("put " + product, ask(Method::kPut, "/v1/products", {{"products", {facts}}}));
  }
  void forget(const std::string& user) {
    say("forget " + user);
    say_done("forgot " + user, ask(Method::kDelete, "/v1/users/" + user, nullptr));
  }

 private:
  static void refuse(const std::string& what, const Response& response) {
    say(fmt::format("refused {}: {}", what, response.body));
  }
  static void say_done(const std::string& what, const Response& response) {
    response.status == 200 ? say(what) : refuse(what, response);
  }

  void list() {
    const auto& live = app_.live();
    std::vector<std::string> ids;
    const auto add = [&](const std::vector<KeptEvent>& events) {
      for (const auto& event : events) ids.push_back(event.product);
    };
    for (const auto* user : {"gone-user", "late-user", "stay-user"}) add(live.events_of(user));
    for (const std::string visit : {"gone-visit", "stay-visit"}) {
      const auto events = live.events_of_visit(visit);
      const bool is_users = events.size() > 1;  // a visit alone has one
      is_users ? say("link " + visit) : add(events);
    }
    if (live.product("lamp")) say("product lamp");
    say("had " + joined(ids));
    say(fmt::format("total {}", live.n_events()));
  }

  Response ask(Method method, std::string target, const json::value& body) {
    std::promise<Response> told;
    Request request{.method = method, .target = std::move(target)};
    if (!body.is_null()) request.body = json::serialize(body);
    request.content_type = "application/json";
    router_.handle(request, [&](Response response) { told.set_value(std::move(response)); });
    return told.get_future().get();
  }

  App app_;
  Router router_{app_, Door::kShop};
};

std::vector<std::string> many(const std::string& prefix, int n) {
  std::vector<std::string> ids;
  for (int i = 0; i < n; ++i) ids.push_back(fmt::format("{}{}", prefix, i));
  return ids;
}

void tell_all(const fs::path& bundle, const fs::path& folder) {
  {
    Driver driver(bundle, folder, std::numeric_limits<std::size_t>::max());  // makes no copy
    driver.tell({"gone-1", "gone-2"}, "user_id", "gone-user");
    driver.tell({"gone-3"}, "visit_id", "gone-visit");
    driver.link("gone-visit", "gone-user");
    driver.tell({"late-1", "late-2"}, "user_id", "late-user");
    driver.tell(many("a", 100), "user_id", "stay-user");
    driver.put("lamp");
  }
  {
    Driver driver(bundle, folder);  // makes one at its start, of who is forgotten too
    driver.tell({"a1", "b0"}, "user_id", "stay-user");
    driver.forget("gone-user");
    driver.tell({"c0"}, "visit_id", "stay-visit");
    driver.link("stay-visit", "stay-user");
  }
  Driver driver(bundle, folder);  // has one to read, and another one takes its place
  driver.tell({"a0", "c0", "d0"}, "user_id", "stay-user");
}

void run(const fs::path& bundle, const fs::path& folder, std::string_view what) {
  if (what.empty()) {
    tell_all(bundle, folder);
  } else {
    Driver driver(bundle, folder);
    if (what == "more") driver.tell({"e0"}, "user_id", "stay-user");
    if (what == "forget") driver.forget("late-user");
    if (what != "list") ::_exit(kKilled);
  }
  say("stopped");
}

}  // namespace
}  // namespace vitrina::server

int main(int n_words, char** words) {
  if (n_words < 3) return 2;
  try {
    vitrina::server::run(words[1], words[2], n_words > 3 ? words[3] : "");
    return 0;
  } catch (const vitrina::Error& error) {
    vitrina::server::say(std::string("error ") + error.what());
    return 7;
  }
}
