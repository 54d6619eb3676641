#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace vitrina::cli {

/// Passes whole lines on to another stream, with everything in them escaped that a terminal would
/// not show as itself (core/utf8.hpp): texts of the program quote files, and a file may hold
/// anything. Line ends and tabs stay.
class PlainOutput final : public std::streambuf {
 public:
  explicit PlainOutput(std::ostream& to) : to_(to) {}

 protected:
  int_type overflow(int_type c) override;
  /// Also what of the last line is there.
  int sync() override;

 private:
  std::ostream& to_;
  std::string line_;
};

}  // namespace vitrina::cli
