#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/progress.hpp"
#include "core/text.hpp"

namespace vitrina::cli {
namespace {

std::string amount_text(std::uint64_t amount, std::string_view unit) {
  if (unit == "bytes") return bytes_text(amount);
  return fmt::format("{}{}{}", count_text(static_cast<double>(amount)), unit.empty() ? "" : " ",
                     unit);
}

/// `1.20M of 6.86M rows, 17%, 3.40M rows/s, 2 s left`; what is not known is left out.
std::string advance_text(const StepState& state) {
  std::string text;
  if (state.total > 0) {
    const auto percent = std::min<std::uint64_t>(100, 100 * state.done / state.total);
    text = fmt::format("{} of {}, {}%",
                       state.unit == "bytes" ? bytes_text(state.done)
                                             : count_text(static_cast<double>(state.done)),
                       amount_text(state.total, state.unit), percent);
  } else {
    text = amount_text(state.done, state.unit);
  }
  if (state.done == 0 || state.seconds <= 0) return text;
  const double rate = static_cast<double>(state.done) / state.seconds;
  text += fmt::format(", {}/s", state.unit == "bytes"
                                    ? bytes_text(static_cast<std::uint64_t>(rate))
                                    : amount_text(static_cast<std::uint64_t>(rate), state.unit));
  if (state.total > state.done) {
    text += fmt::format(", {} left",
                        duration_text(static_cast<double>(state.total - state.done) / rate));
  }
  return text;
}

std::string end_text(const StepState& state, std::string_view summary) {
  const auto result = !summary.empty() ? one_line(summary)
                      : state.done > 0 ? amount_text(state.done, state.unit)
                                       : std::string("done");
  return fmt::format("{}: {}: {} ({})", state.command, state.step, result,
                     duration_text(state.seconds));
}

std::string finish_text(std::string_view command, double seconds, std::uint64_t peak_bytes) {
  return fmt::format("{}: done in {}, peak memory {}\n", command, duration_text(seconds),
                     bytes_text(peak_bytes));
}

/// The form of an error's line (cli/main.cpp).
std::string warning_text(std::string_view command, std::string_view message) {
  return fmt::format("vitrina {}: warning: {}\n", command, one_line(message));
}

class PlainRenderer final : public ProgressRenderer {
 public:
  explicit PlainRenderer(TextSink sink) : sink_(std::move(sink)) {}

  [[nodiscard]] double interval_seconds() const override { return 60; }
  void begin(const StepState& state) override {
    sink_(state.total == 0 ? fmt::format("{}: {}\n", state.command, state.step)
                           : fmt::format("{}: {}: {}\n", state.command, state.step,
                                         amount_text(state.total, state.unit)));
  }
  void advance(const StepState& state) override {
    sink_(fmt::format("{}: {}: {}\n", state.command, state.step, advance_text(state)));
  }
  void end(const StepState& state, std::string_view summary) override {
    sink_(end_text(state, summary) + '\n');
  }
  void warn(std::string_view command, std::string_view message) override {
    sink_(warning_text(command, message));
  }
  void finish(std::string_view command, double seconds, std::uint64_t peak_bytes) override {
    sink_(finish_text(command, seconds, peak_bytes));
  }
  void abandon() override {}

 private:
  TextSink sink_;
};

/// Redraws one line a step and leaves its last state on the screen.
class TerminalRenderer final : public ProgressRenderer {
 public:
  TerminalRenderer(std::size_t columns, TextSink sink)
      : columns_(columns), sink_(std::move(sink)) {}

  [[nodiscard]] double interval_seconds() const override { return 0.1; }
  void begin(const StepState& state) override {
    draw(fmt::format("{}: {}", state.command, state.step), "");
  }
  void advance(const StepState& state) override {
    draw(fmt::format("{}: {}: {}", state.command, state.step, advance_text(state)), "");
  }
  void end(const StepState& state, std::string_view summary) override {
    draw(end_text(state, summary), "\n");
  }
  void warn(std::string_view command, std::string_view message) override {
    // What is drawn of an open step goes; its next state is drawn below.
    sink_("\r\x1b[K" + warning_text(command, message));
  }
  void finish(std::string_view command, double seconds, std::uint64_t peak_bytes) override {
    sink_(finish_text(command, seconds, peak_bytes));
  }
  void abandon() override { sink_("\n"); }

 private:
  void draw(std::string line, std::string_view after) {
    // A line that wraps could not be redrawn. The last one of a step may.
    if (after.empty() && line.size() >= columns_) line.resize(columns_ - 1);
    sink_(fmt::format("\r{}\x1b[K{}", line, after));
  }

  std::size_t columns_;
  TextSink sink_;
};

class JsonRenderer final : public ProgressRenderer {
 public:
  explicit JsonRenderer(TextSink sink) : sink_(std::move(sink)) {}

  [[nodiscard]] double interval_seconds() const override { return 1; }
  void begin(const StepState& state) override { write(step_event("begin", state)); }
  void advance(const StepState& state) override { write(step_event("advance", state)); }
  void end(const StepState& state, std::string_view summary) override {
    auto event = step_event("end", state);
    event["summary"] = summary;
    write(event);
  }
  void warn(std::string_view command, std::string_view message) override {
    Json event;
    event["event"] = "warning";
    event["stage"] = command;
    event["message"] = message;
    write(event);
  }
  void finish(std::string_view command, double seconds, std::uint64_t peak_bytes) override {
    Json event;
    event["event"] = "done";
    event["stage"] = command;
    event["seconds"] = seconds;
    event["peak_bytes"] = peak_bytes;
    write(event);
  }
  void abandon() override {}

 private:
  using Json = nlohmann::ordered_json;

  static Json step_event(std::string_view name, const StepState& state) {
    Json event;
    event["event"] = name;
    event["stage"] = state.command;
    event["step"] = state.step;
    event["done"] = state.done;
    event["total"] = state.total;
    event["unit"] = state.unit;
    event["seconds"] = state.seconds;
    return event;
  }
  void write(const Json& event) {
    sink_(event.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n');
  }

  TextSink sink_;
};

/// Shows nothing but warnings.
class SilentRenderer final : public ProgressRenderer {
 public:
  explicit SilentRenderer(TextSink sink) : sink_(std::move(sink)) {}

  [[nodiscard]] double interval_seconds() const override { return 1e9; }
  void begin(const StepState& /*state*/) override {}
  void advance(const StepState& /*state*/) override {}
  void end(const StepState& /*state*/, std::string_view /*summary*/) override {}
  void warn(std::string_view command, std::string_view message) override {
    sink_(warning_text(command, message));
  }
  void finish(std::string_view /*command*/, double /*seconds*/,
              std::uint64_t /*peak_bytes*/) override {}
  void abandon() override {}

 private:
  TextSink sink_;
};

/// The width of the terminal that standard error is, or 0 when it is none that can redraw a line.
std::size_t stderr_columns() {
  const char* kind = std::getenv("TERM");
  if (::isatty(STDERR_FILENO) == 0 || kind == nullptr || std::string_view(kind) == "dumb") return 0;
  constexpr std::size_t kUsual = 80;
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return size.ws_col;
}

}  // namespace

std::optional<ProgressMode> parse_progress_mode(std::string_view word) {
  if (word == "auto") return ProgressMode::kAuto;
  if (word == "plain") return ProgressMode::kPlain;
  if (word == "json") return ProgressMode::kJson;
  if (word == "none") return ProgressMode::kNone;
  return std::nullopt;
}

std::unique_ptr<ProgressRenderer> make_renderer(ProgressMode mode, std::size_t columns,
                                                TextSink sink) {
  switch (mode) {
    case ProgressMode::kJson:
      return std::make_unique<JsonRenderer>(std::move(sink));
    case ProgressMode::kNone:
      return std::make_unique<SilentRenderer>(std::move(sink));
    case ProgressMode::kAuto:
      if (columns > 0) return std::make_unique<TerminalRenderer>(columns, std::move(sink));
      break;
    case ProgressMode::kPlain:
      break;
  }
  return std::make_unique<PlainRenderer>(std::move(sink));
}

std::unique_ptr<ProgressRenderer> make_stderr_renderer(ProgressMode mode) {
  return make_renderer(mode, mode == ProgressMode::kAuto ? stderr_columns() : 0,
                       [](std::string_view text) {
                         // One call a line: standard error is not buffered, lines stay whole.
                         std::fwrite(text.data(), 1, text.size(), stderr);
                       });
}

}  // namespace vitrina::cli
