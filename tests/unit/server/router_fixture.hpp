#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/problem.hpp"
#include "server/router.hpp"
#include "support/scratch.hpp"
#include "unit/api/aged_bundle_fixture.hpp"

// The handlers as requests meet them, without a socket.

namespace vitrina::server {

namespace json = boost::json;

class RouterTest : public AgedBundleTest {
 protected:
  /// A server over an empty store.
  struct Server {
    explicit Server(const std::filesystem::path& store, const std::filesystem::path& keys = {},
                    double rate_limit = 0)
        : app({.bundle = folder() / "bundle",
               .store = store,
               .keys = keys,
               .rate_limit = rate_limit,
               .on_warning = [this](const std::string& text) {
                 const std::scoped_lock lock(mutex);
                 warnings.push_back(text);
               }}) {}

    Response ask(Request request, Door door = Door::kShop) {
      auto& router = door == Door::kShop ? shop : admin;
      auto admission = router.admit(request);
      if (!admission.is_admitted) return admission.refusal;
      std::promise<Response> told;
      router.handle(request, [&](Response response) { told.set_value(std::move(response)); });
      return told.get_future().get();
    }
    Response get(const std::string& target, Door door = Door::kShop) {
      return ask({.method = Method::kGet, .target = target}, door);
    }
    Response post(const std::string& target, const std::string& body, Door door = Door::kShop) {
      return ask({.method = Method::kPost,
                  .target = target,
                  .body = body,
                  .content_type = "application/json"},
                 door);
    }

    std::mutex mutex;
    std::vector<std::string> warnings;
    App app;
    Router shop{app, Door::kShop};
    Router admin{app, Door::kAdmin};
  };

  static json::object done(const Response& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body).as_object();
  }
  static std::vector<std::string> products_of(const json::object& answer) {
    std::vector<std::string> ids;
    for (const auto& product : answer.at("products").as_array()) {
      ids.emplace_back(product.at("product_id").as_string());
    }
    return ids;
  }
  static void expect_problem(const Response& response, int status, const std::string& detail) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.content_type, "application/problem+json");
    const auto problem = json::parse(response.body).as_object();
    EXPECT_EQ(problem.at("status").as_int64(), status);
    EXPECT_NE(std::string(problem.at("detail").as_string()).find(detail), std::string::npos)
        << response.body;
  }

  test::ScratchFolder scratch_;
};

}  // namespace vitrina::server
