#pragma once

#include <string>
#include <vector>

#include "server/app.hpp"
#include "server/message.hpp"
#include "server/routes.hpp"

namespace vitrina::server {

/// Finds the route of a request, checks who asks and what, and calls its handler; whatever goes
/// wrong is an answer. A request of any bytes is answered.
class Router final : public Handler {
 public:
  Router(App& app, Door door) : app_(app), door_(door) {}

  [[nodiscard]] Admission admit(const Request& head) override;
  void handle(const Request& request, Respond respond) override;
  void on_refused(int status) override;

 private:
  struct Match {
    const Route* route = nullptr;
    std::string id;
  };

  [[nodiscard]] Match find_route(const Request& request) const;
  void check_key(const Request& request, const Route& route) const;
  void check_rate(const Request& request) const;
  /// Refuses what the server has no time for, before anything is done for it.
  void check_load(const Route& route) const;

  App& app_;
  Door door_;
};

}  // namespace vitrina::server
