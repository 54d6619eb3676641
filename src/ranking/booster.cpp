#include "ranking/booster.hpp"

#include <LightGBM/c_api.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <condition_variable>
#include <mutex>

#include "core/cancel.hpp"
#include "core/error.hpp"

namespace vitrina::ranking {
namespace {

void silence(const char* /*message*/) {}

/// LightGBM prints to stdout unless told otherwise, by every thread; a library must not.
void redirect_log() {
  thread_local bool is_redirected = false;
  if (!is_redirected) LGBM_RegisterLogCallback(silence);
  is_redirected = true;
}

void check(int status, std::string_view doing, ErrorCode error = ErrorCode::kInternal) {
  if (status != 0) {
    throw Error(error,
                fmt::format("lightgbm: cannot {}: {}", doing, printable(LGBM_GetLastError())));
  }
}

/// LightGBM has one number of threads for the whole process: each call sets it that is given one,
/// and training has a buffer for each thread of the number that was set when it began. A larger one
/// that another thread sets meanwhile writes beyond them. So while somebody trains the number
/// stays.
class LightGbmThreads {
 public:
  /// Waits until nobody is at work with another number than `n`.
  static LightGbmThreads exactly(int n) {
    std::unique_lock lock(shared().mutex);
    shared().is_free.wait(lock, [&] { return shared().n_users == 0 || shared().n_threads == n; });
    return LightGbmThreads(n);
  }
  /// The number of those who are at work, `n` where nobody is; does not wait.
  static LightGbmThreads about(int n) {
    const std::scoped_lock lock(shared().mutex);
    return LightGbmThreads(shared().n_users == 0 ? n : shared().n_threads);
  }
  ~LightGbmThreads() {
    const std::scoped_lock lock(shared().mutex);
    if (--shared().n_users == 0) shared().is_free.notify_all();
  }
  LightGbmThreads(const LightGbmThreads&) = delete;
  LightGbmThreads& operator=(const LightGbmThreads&) = delete;

  [[nodiscard]] int n() const { return n_; }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable is_free;
    int n_users = 0;
    int n_threads = 0;
  };
  static Shared& shared() {
    static Shared the_one;
    return the_one;
  }
  explicit LightGbmThreads(int n) : n_(n) {
    shared().n_threads = n;
    ++shared().n_users;
  }

  int n_;
};

std::string with_threads(const std::string& params, const LightGbmThreads& threads) {
  return fmt::format("{} num_threads={}", params, threads.n());
}

/// Rows that LightGBM lays the bins of the columns by: of each column the values that are not zero,
/// with the number of their row in the sample.
class Sample {
 public:
  Sample(const BoosterTask& task, const std::string& params) {
    const auto n_rows = static_cast<std::int32_t>(task.rows.size());
    int n = 0;
    check(LGBM_GetSampleCount(n_rows, params.c_str(), &n), "count a sample");
    std::vector<std::int32_t> rows(static_cast<std::size_t>(n));
    check(LGBM_SampleIndices(n_rows, params.c_str(), rows.data(), &n), "draw a sample");
    rows.resize(static_cast<std::size_t>(n));
    n_rows_ = n;

    // counted first: the values are most of what a dataset takes while it is made
    const std::size_t n_columns = task.columns.size();
    sizes_.resize(n_columns);
    for (const auto row : rows) {
      const float* values = task.rows[static_cast<std::size_t>(row)];
      for (std::size_t c = 0; c < n_columns; ++c) sizes_[c] += is_kept(values[c]) ? 1 : 0;
    }
    values_.resize(n_columns);
    numbers_.resize(n_columns);
    for (std::size_t c = 0; c < n_columns; ++c) {
      values_[c].reserve(static_cast<std::size_t>(sizes_[c]));
      numbers_[c].reserve(static_cast<std::size_t>(sizes_[c]));
    }
    for (std::int32_t number = 0; number < n_rows_; ++number) {
      const float* values =
          task.rows[static_cast<std::size_t>(rows[static_cast<std::size_t>(number)])];
      for (std::size_t c = 0; c < n_columns; ++c) {
        if (!is_kept(values[c])) continue;
        values_[c].push_back(double{values[c]});
        numbers_[c].push_back(number);
      }
    }
  }

  /// An empty dataset of the task's rows with the bins laid.
  [[nodiscard]] DatasetHandle make_dataset(const BoosterTask& task, const std::string& params) {
    std::vector<double*> values;
    std::vector<int*> numbers;
    values.reserve(values_.size());
    numbers.reserve(numbers_.size());
    for (auto& column : values_) values.push_back(column.data());
    for (auto& column : numbers_) numbers.push_back(column.data());
    const auto n_rows = static_cast<std::int32_t>(task.rows.size());
    DatasetHandle handle = nullptr;
    check(LGBM_DatasetCreateFromSampledColumn(
              values.data(), numbers.data(), static_cast<std::int32_t>(task.columns.size()),
              sizes_.data(), n_rows_, n_rows, n_rows, params.c_str(), &handle),
          "lay the bins");
    return handle;
  }

 private:
  /// LightGBM's own rule of what is no zero.
  static bool is_kept(float value) { return std::abs(value) > 1e-35F || std::isnan(value); }

  std::int32_t n_rows_ = 0;
  std::vector<int> sizes_;
  std::vector<std::vector<double>> values_;
  std::vector<std::vector<int>> numbers_;
};

/// A dataset handle that is freed. The rows are gathered a block at a time, so that there never is
/// a second copy of all; what is made is what LightGBM makes of a whole matrix.
class Dataset {
 public:
  Dataset(const BoosterTask& task, const std::string& params) : handle_(with_bins(task, params)) {
    try {
      push_rows(task);
      set_field("label", task.label.data(), task.label.size(), C_API_DTYPE_FLOAT32);
      set_field("weight", task.weight.data(), task.weight.size(), C_API_DTYPE_FLOAT32);
      set_field("init_score", task.init_score.data(), task.init_score.size(), C_API_DTYPE_FLOAT64);
      std::vector<const char*> names;
      names.reserve(task.columns.size());
      for (const auto& name : task.columns) names.push_back(name.c_str());
      check(LGBM_DatasetSetFeatureNames(handle_, names.data(), static_cast<int>(names.size())),
            "name the columns");
    } catch (...) {
      LGBM_DatasetFree(handle_);
      throw;
    }
  }
  ~Dataset() { LGBM_DatasetFree(handle_); }
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;

  [[nodiscard]] DatasetHandle handle() const { return handle_; }

 private:
  /// One at a time: the sample is the largest thing that training holds, and two models are trained
  /// side by side.
  static DatasetHandle with_bins(const BoosterTask& task, const std::string& params) {
    static std::mutex sampling;
    const std::scoped_lock lock(sampling);
    return Sample(task, params).make_dataset(task, params);
  }

  void push_rows(const BoosterTask& task) {
    constexpr std::size_t kBlock = 1024;
    const std::size_t n_columns = task.columns.size();
    std::vector<float> block;
    for (std::size_t begin = 0; begin < task.rows.size(); begin += kBlock) {
      const auto rows = task.rows.subspan(begin, std::min(kBlock, task.rows.size() - begin));
      block.clear();
      for (const float* row : rows) block.insert(block.end(), row, row + n_columns);
      check(LGBM_DatasetPushRows(
                handle_, block.data(), C_API_DTYPE_FLOAT32, static_cast<std::int32_t>(rows.size()),
                static_cast<std::int32_t>(n_columns), static_cast<std::int32_t>(begin)),
            "fill a dataset");
    }
  }

  void set_field(const char* name, const void* data, std::size_t n, int type) {
    check(LGBM_DatasetSetField(handle_, name, data, static_cast<int>(n), type), name);
  }

  DatasetHandle handle_ = nullptr;
};

/// LightGBM notes the number of threads in the model's text; the same trees must be the same bytes.
void forget_threads(std::string& text) {
  const auto begin = text.find("\n[num_threads: ");
  if (begin != std::string::npos) text.erase(begin, text.find('\n', begin + 1) - begin);
}

}  // namespace

struct Booster::State {
  BoosterHandle handle = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (handle != nullptr) LGBM_BoosterFree(handle);
  }
};

Booster::Booster() : state_(std::make_unique<State>()) { redirect_log(); }
Booster::~Booster() = default;
Booster::Booster(Booster&&) noexcept = default;
Booster& Booster::operator=(Booster&&) noexcept = default;

Booster Booster::train(const BoosterTask& task) {
  Booster booster;
  const auto threads = LightGbmThreads::exactly(task.threads);
  const auto params = with_threads(task.params, threads);
  const Dataset dataset(task, params);
  check(LGBM_BoosterCreate(dataset.handle(), params.c_str(), &booster.state_->handle),
        "start training");
  for (int round = 0; round < task.rounds; ++round) {
    throw_if_cancelled();
    // «finished» only says that no leaf could be split by the columns drawn for this tree: the
    // next draw may do better
    int is_finished = 0;
    check(LGBM_BoosterUpdateOneIter(booster.state_->handle, &is_finished), "train a tree");
  }
  // a copy through text forgets the dataset, and what is used is what will be saved
  return from_text(booster.to_text());
}

Booster Booster::from_text(const std::string& text) {
  Booster booster;
  int rounds = 0;
  check(LGBM_BoosterLoadModelFromString(text.c_str(), &rounds, &booster.state_->handle),
        "load a model", ErrorCode::kIncompatibleArtifact);
  booster.scorer_ = TreeScorer::from_text(text);
  booster.check_scorer();
  return booster;
}

void Booster::check_scorer() const {
  constexpr std::size_t kProbes = 64;
  const auto probes = scorer_.probe_rows(kProbes);
  const MatrixView rows{probes.data(), kProbes, scorer_.n_columns()};
  std::vector<double> ours(kProbes);
  std::vector<double> theirs(kProbes);
  predict(rows, 1, ours);
  predict_by_lightgbm(rows, 1, theirs);
  for (std::size_t r = 0; r < kProbes; ++r) {
    if (std::bit_cast<std::uint64_t>(ours[r]) == std::bit_cast<std::uint64_t>(theirs[r])) continue;
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("trees: a probe scores {} here and {} by LightGBM, expected the same: "
                            "the model text means something else to this LightGBM; install the "
                            "one that requirements.lock pins",
                            ours[r], theirs[r]));
  }
}

std::string Booster::to_text(int rounds) const {
  std::int64_t size = 0;
  check(LGBM_BoosterSaveModelToString(state_->handle, 0, rounds, C_API_FEATURE_IMPORTANCE_GAIN, 0,
                                      &size, nullptr),
        "measure a model");
  std::string text(static_cast<std::size_t>(size), '\0');
  check(LGBM_BoosterSaveModelToString(state_->handle, 0, rounds, C_API_FEATURE_IMPORTANCE_GAIN,
                                      size, &size, text.data()),
        "save a model");
  text.resize(static_cast<std::size_t>(size) - 1);  // the size counts the closing zero
  forget_threads(text);
  return text;
}

void Booster::predict_by_lightgbm(MatrixView rows, int threads, std::span<double> out) const {
  ask_lightgbm(C_API_PREDICT_RAW_SCORE, rows, threads, out);
}

void Booster::contributions_by_lightgbm(MatrixView rows, int threads, std::span<double> out) const {
  ask_lightgbm(C_API_PREDICT_CONTRIB, rows, threads, out);
}

void Booster::ask_lightgbm(int kind, MatrixView rows, int threads, std::span<double> out) const {
  if (rows.n_rows == 0) return;
  std::int64_t n = 0;
  const auto in_use = LightGbmThreads::about(threads);
  const auto params = with_threads({}, in_use);
  check(LGBM_BoosterPredictForMat(state_->handle, rows.data, C_API_DTYPE_FLOAT32,
                                  static_cast<std::int32_t>(rows.n_rows),
                                  static_cast<std::int32_t>(rows.n_columns), 1, kind, 0, -1,
                                  params.c_str(), &n, out.data()),
        "predict");
}

std::vector<double> Booster::gains() const {
  int n = 0;
  check(LGBM_BoosterGetNumFeature(state_->handle, &n), "count the columns");
  std::vector<double> gains(static_cast<std::size_t>(n));
  check(LGBM_BoosterFeatureImportance(state_->handle, -1, C_API_FEATURE_IMPORTANCE_GAIN,
                                      gains.data()),
        "read the gains");
  return gains;
}

}  // namespace vitrina::ranking
