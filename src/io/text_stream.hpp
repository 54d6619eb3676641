#pragma once

// Internal to io: the bytes of a text file as UTF-8.

#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <memory>
#include <string>
#include <string_view>

namespace vitrina::io {

/// What the stream's error of a quote that is not closed begins with; the quoted cell follows.
inline constexpr std::string_view kOpenQuote = "a quote that is not closed: ";

/// Watches a CSV text go by for a quote that nothing closes: it would take all rows behind it into
/// one cell. A quote opens a cell only where one begins: `27" monitor` is sound.
class OpenQuote {
 public:
  void watch(std::string_view text, char delimiter);
  /// How the cell that is open begins; empty when none is.
  [[nodiscard]] std::string_view found() const {
    return may_be_closed_ ? std::string_view() : begins_;
  }

 private:
  bool is_open_ = false;
  bool may_be_closed_ = false;  ///< the text so far ends with a quote inside a cell
  char last_ = '\n';
  std::string begins_;
};

/// Passes a text on, without its byte order mark, and as UTF-8 where it is Windows-1251 (cp1251):
/// bytes that are no UTF-8 but read as Cyrillic. Which of the two it is shows at the first byte
/// that is no ASCII; what is neither is passed on as it is. Throws nothing: as all of Arrow's
/// streams it answers with a Status.
class TextStream final : public arrow::io::InputStream {
 public:
  explicit TextStream(std::shared_ptr<arrow::io::InputStream> input) : input_(std::move(input)) {}

  /// The beginning of the text, at most `n` bytes of the file; to be called before the first
  /// read. Fails for UTF-16.
  arrow::Result<std::string_view> beginning(std::int64_t n);
  /// From now on the end of the text is an error while a quoted cell is open.
  void watch_quotes(char delimiter) { delimiter_ = delimiter; }
  [[nodiscard]] bool is_cp1251() const { return state_ == State::kCp1251; }

  arrow::Status Close() override { return input_->Close(); }
  [[nodiscard]] bool closed() const override { return input_->closed(); }
  [[nodiscard]] arrow::Result<std::int64_t> Tell() const override { return told_; }
  arrow::Result<std::int64_t> Read(std::int64_t n_bytes, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t n_bytes) override;

 private:
  enum class State : std::uint8_t { kAscii, kAsIs, kCp1251 };

  arrow::Result<std::shared_ptr<arrow::Buffer>> take(std::int64_t n_bytes);
  /// Reads up to `n` bytes of the file into `pending_`; it stays empty at the end only.
  arrow::Status fill(std::int64_t n);
  void add(std::string_view bytes, bool is_end);

  std::shared_ptr<arrow::io::InputStream> input_;
  State state_ = State::kAscii;
  std::string held_;     ///< bytes of the file that may be half a character
  std::string pending_;  ///< text that was not yet asked for
  std::size_t used_ = 0;
  std::int64_t told_ = 0;
  char delimiter_ = '\0';  ///< none: quotes are not watched
  OpenQuote quote_;
};

/// The character that separates the columns of a CSV text, by its first line: of comma, semicolon,
/// tab and bar the most frequent one outside quotes.
char guess_delimiter(std::string_view text);

}  // namespace vitrina::io
