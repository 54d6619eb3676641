#pragma once

#include <functional>
#include <string>

#include "server/app.hpp"
#include "server/http_server.hpp"

namespace vitrina::server {

struct ServeOptions {
  AppOptions app;
  HttpOptions shop;   ///< for the site
  HttpOptions admin;  ///< for who runs the server
  std::function<void(const std::string& line)> say = [](const std::string&) {};
  /// Asked now and then; true: the file of keys is read again.
  std::function<bool()> is_told_to_reload = [] { return false; };
  /// All that was asked is answered, and what was told is on the disk: what follows saves the next
  /// start its time, and may be cut off.
  std::function<void()> on_stopped = [] {};
};

/// Answers until this thread's work is cancelled (core/cancel.hpp), then ends what has begun.
/// Throws Error where it cannot begin; Error(kConfig) for an address that others can reach and
/// nobody needs a key for.
void serve(const ServeOptions& options);

}  // namespace vitrina::server
