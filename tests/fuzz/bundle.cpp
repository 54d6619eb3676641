#include <array>
#include <cstring>
#include <string>

#include "bundle/generation.hpp"
#include "bundle/manifest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "fuzz/folder.hpp"
#include "fuzz/target.hpp"
#include "vitrina/live.hpp"

// A bundle of which one file holds other bytes. The first byte says which. Checksums are set right
// first, or nothing behind them would ever be reached; the SHA-256 of the trees' text is not: what
// LightGBM is given is never made by strangers.

namespace vitrina::fuzz {
namespace {

struct File {
  char letter;
  const char* name;
};
constexpr std::array kFiles{File{'m', "models.vtr"}, File{'p', "products.vtr"},
                            File{'r', "ranker.vtr"}, File{'j', "params.json"}};
constexpr const char* kManifestName = "manifest.json";

template <class T>
T get(const std::string& bytes, std::size_t at) {
  T value{};
  if (at <= bytes.size() && bytes.size() - at >= sizeof(T)) {
    std::memcpy(&value, bytes.data() + at, sizeof(T));
  }
  return value;
}

template <class T>
void set(std::string& bytes, std::size_t at, T value) {
  if (at <= bytes.size() && bytes.size() - at >= sizeof(T)) {
    std::memcpy(bytes.data() + at, &value, sizeof(T));
  }
}

/// Sets the checksums of an archive right (docs/artifacts.md), as far as its header can be
/// followed.
void mend(std::string& bytes) {
  std::size_t at = 8 + 4;                   // magic, format version
  at += 4 + get<std::uint32_t>(bytes, at);  // kind
  const auto n_blocks = get<std::uint32_t>(bytes, at + 4);
  at += 8;
  std::vector<std::pair<std::size_t, std::uint64_t>> sums;  // where, and of how many bytes
  for (std::uint32_t b = 0; b < n_blocks && at < bytes.size(); ++b) {
    at += 4 + get<std::uint32_t>(bytes, at) + 4;
    sums.emplace_back(at + 8, get<std::uint64_t>(bytes, at));
    at += 12;
  }
  if (at + 4 > bytes.size()) return;
  std::size_t begin = at + 4;
  for (const auto& [where, size] : sums) {
    if (size > bytes.size() - begin) break;
    set(bytes, where, crc32c(std::as_bytes(std::span(bytes).subspan(begin, size))));
    begin += size;
  }
  set(bytes, at, crc32c(std::as_bytes(std::span(bytes).first(at))));
}

bundle::LearnedPeriod learned() {
  static const auto kLearned = bundle::check_manifest(tiny_bundle(), {kFiles[0].name}).learned;
  return kLearned;
}

/// A copy of the tiny bundle.
const std::filesystem::path& copy() {
  static const auto kCopy = [] {
    auto path = folder("changed_bundle");
    for (const auto& file : kFiles) {
      write_plain(path / file.name, read_file(tiny_bundle() / file.name));
    }
    return path;
  }();
  return kCopy;
}

/// Asks all that a server may ask.
void ask_all(Live& live) {
  live.add({{.user_id = "1", .action = "view", .products = {"1", "2", "new"}},
            {.user_id = "1", .action = "basket_add", .products = {"3"}},
            {.visit_id = "v", .action = "order", .products = {"4", "5"}}});
  for (const auto& query :
       {LiveQuery{.user_id = "1", .k = 7, .explain = true}, LiveQuery{.visit_id = "v", .k = 3},
        LiveQuery{.k = 20, .only_listed = true},
        LiveQuery{.user_id = "1", .exclude_seen = true, .categories = {"1"}, .max_price = 50}}) {
    (void)live.recommend(query);
  }
  for (const char* by : {"seen_together_1h", "bought_together_14d", "titles"}) {
    try {
      (void)live.recommend({.k = 5, .beside = "1", .by = {by}});
    } catch (const Error& error) {
      require(error.code() == ErrorCode::kConfig, error.what());
    }
  }
}

/// Opens the changed bundle: it is refused, or answers.
void use_copy() {
  try {
    auto live = Live::open(copy(), {.threads = 1, .allow_future = true});
    ask_all(live);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kIncompatibleArtifact ||
                error.code() == ErrorCode::kMissingInput || error.code() == ErrorCode::kConfig,
            error.what());
    require(std::string_view(error.what()).find('\n') == std::string_view::npos,
            "an error is one line");
  }
}

void change(const File& file, std::string bytes) {
  if (file.letter != 'j') mend(bytes);
  write_plain(copy() / file.name, bytes);
  std::vector<std::string> names;
  for (const auto& each : kFiles) names.emplace_back(each.name);
  bundle::write_manifest(copy(), names, learned());
  use_copy();
  write_plain(copy() / file.name, read_file(tiny_bundle() / file.name));
}

void run(Bytes input) {
  if (input.empty()) return;
  const auto letter = static_cast<char>(input[0]);
  const auto bytes = text_of(input.subspan(1));
  for (const auto& file : kFiles) {
    if (file.letter == letter) change(file, std::string(bytes));
  }
  if (letter != 'd') return;
  // the manifest itself
  write_plain(copy() / kManifestName, bytes);
  use_copy();
}

std::vector<Seed> seeds() {
  std::vector<Seed> seeds;
  for (const auto& file : kFiles) {
    seeds.push_back({file.name, file.letter + read_file(tiny_bundle() / file.name)});
  }
  seeds.push_back({kManifestName, "d" + read_file(tiny_bundle() / kManifestName)});
  return seeds;
}

}  // namespace

const Target kBundleTarget{"bundle", "a packed bundle, read and asked", run, seeds};

}  // namespace vitrina::fuzz
