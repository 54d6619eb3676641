#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/progress.hpp"

namespace vitrina::test {

/// Keeps what is warned of.
class WarningsOnly final : public Progress {
 public:
  void begin(std::string_view, std::uint64_t, std::string_view) override {}
  void advance(std::uint64_t) override {}
  void end(std::string_view) override {}
  void warn(std::string_view message) override { warnings.emplace_back(message); }

  std::vector<std::string> warnings;
};

}  // namespace vitrina::test
