#pragma once

#include <string>
#include <utility>

#include "api/terms.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "vitrina/types.hpp"

namespace vitrina {

/// Hands warnings to the caller of the library, in its words; says nothing of how far the work is.
class CallerProgress final : public Progress {
 public:
  CallerProgress(WarningHandler handler, Terms terms)
      : handler_(std::move(handler)), terms_(std::move(terms)) {}

  void begin(std::string_view, std::uint64_t, std::string_view) override {}
  void advance(std::uint64_t) override {}
  void end(std::string_view) override {}
  void warn(std::string_view message) override {
    if (handler_) handler_(one_line(in_library_words(std::string(message), terms_)));
  }

 private:
  WarningHandler handler_;
  Terms terms_;
};

}  // namespace vitrina
