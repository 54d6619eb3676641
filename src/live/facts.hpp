#pragma once

#include <optional>
#include <string>

namespace vitrina::live {

/// What a shop says of a product now; what is not given stays as it was.
struct Facts {
  std::optional<double> price = {};
  std::optional<bool> available = {};
  std::optional<std::string> category = {};
  std::optional<std::string> title = {};
  std::optional<std::string> url = {};
  std::optional<std::string> picture = {};
};

}  // namespace vitrina::live
