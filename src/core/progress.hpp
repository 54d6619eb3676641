#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace vitrina {

/// Where long work tells how far it is. The library only calls it; the command line draws it.
/// Calls may come from any thread.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;

  /// A step of `total` units (0: unknown) begins and becomes the current one.
  virtual void begin(std::string_view step, std::uint64_t total, std::string_view unit) = 0;
  /// `n` more units of the current step are done.
  virtual void advance(std::uint64_t n) = 0;
  /// The current step is done; `summary` is one short line of what came out of it.
  virtual void end(std::string_view summary) = 0;
  /// Something that the user should know and that is no error: `place: what is so; what to do`, in
  /// the form of an error's text. Shown in every mode, silent ones included.
  virtual void warn(std::string_view message) = 0;
};

/// Says nothing, warnings included: for tests and for callers that do not care.
class SilentProgress final : public Progress {
 public:
  void begin(std::string_view, std::uint64_t, std::string_view) override {}
  void advance(std::uint64_t) override {}
  void end(std::string_view) override {}
  void warn(std::string_view) override {}
};

}  // namespace vitrina
