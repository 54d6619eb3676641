#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "core/cancel.hpp"
#include "core/text.hpp"
#include "vitrina/fit.hpp"
#include "vitrina/live.hpp"
#include "vitrina/recommender.hpp"
#include "vitrina/score.hpp"

namespace nb = nanobind;
using nb::literals::operator""_a;

namespace {

/// The name that the Arrow PyCapsule interface gives to a capsule with a stream.
constexpr const char* kStreamCapsule = "arrow_array_stream";

/// vitrina::Error as the Python exception of `type`, with its code's name as `code`.
void translate_error(const std::exception_ptr& thrown, void* type) {
  try {
    std::rethrow_exception(thrown);
  } catch (const vitrina::Error& error) {
    const auto exception_type = nb::borrow(static_cast<PyObject*>(type));
    // A message may quote bytes of a damaged file.
    const auto exception = exception_type(vitrina::one_line(error.what()));
    exception.attr("code") = std::string(vitrina::info(error.code()).name);
    PyErr_SetObject(exception_type.ptr(), exception.ptr());
  }
}

/// Does `work` on a thread of its own, without the interpreter's lock, while this one looks for
/// Ctrl-C: then the work is cancelled and KeyboardInterrupt is raised.
template <class Work>
auto interruptible(Work work) {
  constexpr std::chrono::milliseconds kLook(50);
  vitrina::CancelFlag cancel;
  std::optional<nb::python_error> interrupted;
  std::future<decltype(work())> result;
  {
    const nb::gil_scoped_release released;
    result = std::async(std::launch::async, [&] {
      const vitrina::CancelScope scope(&cancel);
      return work();
    });
    while (!interrupted && result.wait_for(kLook) != std::future_status::ready) {
      const nb::gil_scoped_acquire held;
      if (PyErr_CheckSignals() != 0) interrupted.emplace();
    }
    if (interrupted) cancel.request();
    result.wait();
  }
  if (interrupted) throw nb::python_error(*interrupted);
  return result.get();
}

vitrina::RecommendOptions make_options(std::optional<int> max_users, std::optional<int> k,
                                       std::string as_of, std::string at,
                                       std::optional<std::vector<std::string>> only_users,
                                       std::vector<std::string> exclude_users,
                                       std::vector<std::string> exclude_products, bool only_listed,
                                       std::filesystem::path schema, double max_bad_share,
                                       int threads, bool allow_future, bool force_bundle) {
  return {.max_users = max_users,
          .k = k,
          .as_of = std::move(as_of),
          .at = std::move(at),
          .only_users = std::move(only_users),
          .exclude_users = std::move(exclude_users),
          .exclude_products = std::move(exclude_products),
          .only_listed = only_listed,
          .schema = std::move(schema),
          .max_bad_share = max_bad_share,
          .threads = threads,
          .allow_future = allow_future,
          .force_bundle = force_bundle};
}

/// An answer in columns: user ids, product lists, expected recalls, probabilities to buy.
using Columns = std::tuple<std::vector<std::string>, std::vector<std::vector<std::string>>,
                           std::vector<double>, std::vector<double>>;

/// What was to be told while a call worked.
using Warnings = std::vector<std::string>;

/// The options of a call with its warnings kept: Python is told when the lock is held again.
template <class Options>
Options with_warnings(const Options& options, Warnings& warnings) {
  Options told = options;
  told.on_warning = [&warnings](const std::string& message) { warnings.push_back(message); };
  return told;
}

using Metadata = std::map<std::string, std::string>;
using Answered = std::tuple<Columns, Metadata, Warnings>;

Columns to_columns(std::vector<vitrina::Recommendation> answer) {
  Columns columns;
  auto& [users, products, expected_recall, p_buy] = columns;
  for (auto& row : answer) {
    users.push_back(std::move(row.user_id));
    products.push_back(std::move(row.products));
    expected_recall.push_back(row.expected_recall);
    p_buy.push_back(row.p_buy);
  }
  return columns;
}

template <class Source>
Answered answered(const vitrina::Recommender& recommender, const Source& source,
                  const vitrina::RecommendOptions& options) {
  Warnings warnings;
  auto answer = recommender.recommend(source, with_warnings(options, warnings));
  return {to_columns(std::move(answer.rows)), std::move(answer.metadata), std::move(warnings)};
}

Answered recommend_path(const vitrina::Recommender& recommender, const std::filesystem::path& data,
                        const vitrina::RecommendOptions& options) {
  return interruptible([&] { return answered(recommender, data, options); });
}

/// The stream in a capsule: who is given it releases it, and the capsule's own destructor then
/// finds it released.
ArrowArrayStream* stream_of(const nb::capsule& capsule) {
  auto* stream =
      static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), kStreamCapsule));
  if (stream == nullptr) throw nb::python_error();
  return stream;
}

Answered recommend_stream(const vitrina::Recommender& recommender, const nb::capsule& capsule,
                          const vitrina::RecommendOptions& options) {
  auto* stream = stream_of(capsule);
  return interruptible([&] { return answered(recommender, stream, options); });
}

/// Neighbours in columns: product ids and weights.
using SimilarColumns = std::tuple<std::vector<std::string>, std::vector<double>>;

SimilarColumns to_similar_columns(std::vector<vitrina::SimilarProduct> products) {
  SimilarColumns columns;
  for (auto& row : products) {
    std::get<0>(columns).push_back(std::move(row.product_id));
    std::get<1>(columns).push_back(row.weight);
  }
  return columns;
}

SimilarColumns similar(const vitrina::Recommender& recommender, const std::string& product, int k,
                       const std::string& by) {
  const nb::gil_scoped_release released;
  return to_similar_columns(recommender.similar(product, k, by));
}

vitrina::LiveEvent make_event(std::string user_id, std::string visit_id, std::string action,
                              std::vector<std::string> products, unsigned page, std::string device,
                              std::string time) {
  return {.user_id = std::move(user_id),
          .visit_id = std::move(visit_id),
          .action = std::move(action),
          .products = std::move(products),
          .page = page,
          .device = std::move(device),
          .time = std::move(time)};
}

/// A live engine whose warnings wait until the call that they are of returns.
class PythonLive {
 public:
  PythonLive(const std::filesystem::path& bundle, vitrina::LiveOptions options)
      : live_(vitrina::Live::open(bundle, waiting(std::move(options)))) {}

  vitrina::Live& get() { return live_; }
  Warnings take_warnings() {
    const std::scoped_lock lock(waiting_->mutex);
    return std::exchange(waiting_->warnings, {});
  }

 private:
  struct Waiting {
    std::mutex mutex;
    Warnings warnings;
  };

  vitrina::LiveOptions waiting(vitrina::LiveOptions options) {
    options.on_warning = [kept = waiting_](const std::string& message) {
      const std::scoped_lock lock(kept->mutex);
      kept->warnings.push_back(message);
    };
    return options;
  }

  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
  vitrina::Live live_;
};

std::pair<std::unique_ptr<PythonLive>, Warnings> open_live(const std::filesystem::path& bundle,
                                                           std::filesystem::path catalog,
                                                           std::string time_zone,
                                                           std::filesystem::path schema,
                                                           int threads, bool allow_future) {
  const nb::gil_scoped_release released;
  auto live =
      std::make_unique<PythonLive>(bundle, vitrina::LiveOptions{.time_zone = std::move(time_zone),
                                                                .catalog = std::move(catalog),
                                                                .schema = std::move(schema),
                                                                .threads = threads,
                                                                .allow_future = allow_future});
  auto warnings = live->take_warnings();
  return {std::move(live), std::move(warnings)};
}

std::pair<std::size_t, Warnings> add_path(PythonLive& live, const std::filesystem::path& data,
                                          const std::string& before) {
  return interruptible([&]() -> std::pair<std::size_t, Warnings> {
    const auto n = live.get().add_log(data, before);
    return {n, live.take_warnings()};
  });
}

std::pair<std::size_t, Warnings> add_stream(PythonLive& live, const nb::capsule& capsule,
                                            const std::string& before) {
  auto* stream = stream_of(capsule);
  return interruptible([&]() -> std::pair<std::size_t, Warnings> {
    const auto n = live.get().add_log(stream, before);
    return {n, live.take_warnings()};
  });
}

/// Product ids, scores and sources; and what is said of the whole answer.
using LiveColumns =
    std::tuple<std::vector<std::string>, std::vector<double>, std::vector<std::string>>;

std::pair<LiveColumns, Metadata> recommend_live(PythonLive& live, std::string user_id,
                                                std::string visit_id, std::optional<int> k,
                                                std::vector<std::string> exclude,
                                                std::optional<std::vector<std::string>> only,
                                                bool exclude_touched, std::string at) {
  const nb::gil_scoped_release released;
  auto answer = live.get().recommend({.user_id = std::move(user_id),
                                      .visit_id = std::move(visit_id),
                                      .k = k,
                                      .exclude = std::move(exclude),
                                      .only = std::move(only),
                                      .exclude_touched = exclude_touched,
                                      .at = std::move(at)});
  LiveColumns columns;
  for (auto& product : answer.products) {
    std::get<0>(columns).push_back(std::move(product.product_id));
    std::get<1>(columns).push_back(product.score);
    std::get<2>(columns).push_back(std::move(product.source));
  }
  return {std::move(columns),
          {{"vitrina.as_of", answer.as_of},
           {"vitrina.bundle", answer.bundle},
           {"vitrina.expected_recall", fmt::to_string(answer.expected_recall)},
           {"vitrina.fallback", answer.fallback},
           {"vitrina.p_buy", fmt::to_string(answer.p_buy)}}};
}

SimilarColumns similar_live(PythonLive& live, const std::string& product, int k,
                            const std::string& by) {
  const nb::gil_scoped_release released;
  return to_similar_columns(live.get().similar(product, k, by));
}

Warnings swap_live(PythonLive& live, const std::filesystem::path& bundle,
                   const std::filesystem::path& catalog) {
  const nb::gil_scoped_release released;
  live.get().swap(bundle, catalog);
  return live.take_warnings();
}

vitrina::FitOptions make_fit_options(std::map<std::string, std::string> params, std::string as_of,
                                     std::optional<double> horizon_days,
                                     std::filesystem::path schema, std::filesystem::path workspace,
                                     std::filesystem::path bundle, std::uint64_t seed,
                                     int threads) {
  return {.params = std::move(params),
          .as_of = std::move(as_of),
          .horizon_days = horizon_days,
          .schema = std::move(schema),
          .workspace = std::move(workspace),
          .bundle = std::move(bundle),
          .seed = seed,
          .threads = threads};
}

using Fitted = std::pair<vitrina::Recommender, Warnings>;

/// What `learn` returns for the options, which keep its warnings.
template <class Learn>
Fitted fitted(const vitrina::FitOptions& options, const Learn& learn) {
  return interruptible([&]() -> Fitted {
    Warnings warnings;
    auto recommender = learn(with_warnings(options, warnings));
    return {std::move(recommender), std::move(warnings)};
  });
}

Fitted fit_path(const std::filesystem::path& data, const vitrina::FitOptions& options) {
  return fitted(options, [&](const auto& told) { return vitrina::fit(data, told); });
}

Fitted fit_streams(const nb::capsule& events, const std::optional<nb::capsule>& catalog,
                   const vitrina::FitOptions& options) {
  auto* events_stream = stream_of(events);
  auto* catalog_stream = catalog ? stream_of(*catalog) : nullptr;
  return fitted(
      options, [&](const auto& told) { return vitrina::fit(events_stream, catalog_stream, told); });
}

vitrina::ScoreOptions make_score_options(std::string start, std::string end, int k, int draws,
                                         std::uint64_t seed, std::filesystem::path schema,
                                         int threads, bool allow_overlap) {
  return {.start = std::move(start),
          .end = std::move(end),
          .k = k,
          .draws = draws,
          .seed = seed,
          .schema = std::move(schema),
          .threads = threads,
          .allow_overlap = allow_overlap};
}

using PathOrCapsule = std::variant<std::filesystem::path, nb::capsule>;

vitrina::Source source_of(const PathOrCapsule& given) {
  if (const auto* path = std::get_if<std::filesystem::path>(&given)) return *path;
  return stream_of(std::get<nb::capsule>(given));
}

std::pair<vitrina::Scores, Warnings> score(const PathOrCapsule& answer, const PathOrCapsule& truth,
                                           const vitrina::ScoreOptions& options) {
  const auto answer_source = source_of(answer);
  const auto truth_source = source_of(truth);
  return interruptible([&]() -> std::pair<vitrina::Scores, Warnings> {
    Warnings warnings;
    auto scores = vitrina::score(answer_source, truth_source, with_warnings(options, warnings));
    return {std::move(scores), std::move(warnings)};
  });
}

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): nanobind's macro makes the parameter.
NB_MODULE(_vitrina, m) {
  using vitrina::Recommender;
  using vitrina::RecommendOptions;

  m.attr("__version__") = vitrina::version();
  m.attr("build_id") = vitrina::build_id();

  const auto error_type = nb::steal(PyErr_NewExceptionWithDoc(
      "vitrina.Error",
      "What went wrong, in one line. `code` is one of the names of the table of exit codes,\n"
      "such as 'bad_data'.",
      PyExc_RuntimeError, nullptr));
  if (!error_type.is_valid()) throw nb::python_error();
  m.attr("Error") = error_type;
  nb::register_exception_translator(translate_error, error_type.ptr());

  nb::class_<RecommendOptions>(m, "RecommendOptions")
      .def(nb::new_(&make_options), nb::kw_only(), "max_users"_a.none(), "k"_a.none(), "as_of"_a,
           "at"_a, "only_users"_a.none(), "exclude_users"_a, "exclude_products"_a, "only_listed"_a,
           "schema"_a, "max_bad_share"_a, "threads"_a, "allow_future"_a, "force_bundle"_a);
  nb::class_<Recommender>(m, "Recommender")
      .def_static("load", &Recommender::load, "bundle"_a, nb::call_guard<nb::gil_scoped_release>())
      .def_prop_ro("fingerprint", &Recommender::fingerprint)
      .def_prop_ro("learned_from", &Recommender::learned_from)
      .def_prop_ro("learned_until", &Recommender::learned_until)
      .def_prop_ro("products", &Recommender::products)
      .def("similar", &similar, "product"_a, "k"_a, "by"_a)
      .def("recommend_path", &recommend_path, "data"_a, "options"_a)
      .def("recommend_stream", &recommend_stream, "stream"_a, "options"_a);

  m.attr("SIMILAR_BY") = vitrina::kSimilarBy;
  nb::class_<vitrina::FitOptions>(m, "FitOptions")
      .def(nb::new_(&make_fit_options), nb::kw_only(), "params"_a, "as_of"_a,
           "horizon_days"_a.none(), "schema"_a, "workspace"_a, "bundle"_a, "seed"_a, "threads"_a);
  m.def("fit_path", &fit_path, "data"_a, "options"_a);
  m.def("fit_streams", &fit_streams, "events"_a, "catalog"_a.none(), "options"_a);

  nb::class_<vitrina::LiveEvent>(m, "LiveEvent")
      .def(nb::new_(&make_event), nb::kw_only(), "user_id"_a, "visit_id"_a, "action"_a,
           "products"_a, "page"_a, "device"_a, "time"_a);
  nb::class_<PythonLive>(m, "Live")
      .def_prop_ro("fingerprint", [](PythonLive& live) { return live.get().fingerprint(); })
      .def_prop_ro("learned_until", [](PythonLive& live) { return live.get().learned_until(); })
      .def_prop_ro("n_events", [](PythonLive& live) { return live.get().n_events(); })
      .def_prop_ro("n_customers", [](PythonLive& live) { return live.get().n_customers(); })
      .def(
          "add",
          [](PythonLive& live, const std::vector<vitrina::LiveEvent>& events) {
            const nb::gil_scoped_release released;
            return live.get().add(events);
          },
          "events"_a)
      .def("add_path", &add_path, "data"_a, "before"_a)
      .def("add_stream", &add_stream, "stream"_a, "before"_a)
      .def("recommend", &recommend_live, nb::kw_only(), "user_id"_a, "visit_id"_a, "k"_a.none(),
           "exclude"_a, "only"_a.none(), "exclude_touched"_a, "at"_a)
      .def("similar", &similar_live, "product"_a, "k"_a, "by"_a)
      .def(
          "forget",
          [](PythonLive& live, const std::string& user_id) { return live.get().forget(user_id); },
          "user_id"_a)
      .def(
          "forget_visit",
          [](PythonLive& live, const std::string& visit_id) {
            return live.get().forget_visit(visit_id);
          },
          "visit_id"_a)
      .def("swap", &swap_live, "bundle"_a, "catalog"_a);
  m.def("open_live", &open_live, "bundle"_a, nb::kw_only(), "catalog"_a, "time_zone"_a, "schema"_a,
        "threads"_a, "allow_future"_a);

  using vitrina::Reading;
  using vitrina::Scores;
  nb::class_<vitrina::ScoreOptions>(m, "ScoreOptions")
      .def(nb::new_(&make_score_options), nb::kw_only(), "start"_a, "end"_a, "k"_a, "draws"_a,
           "seed"_a, "schema"_a, "threads"_a, "allow_overlap"_a);
  nb::class_<Reading>(m, "Reading", "A value with its 95% interval; NaN where it is over nobody.")
      .def_ro("value", &Reading::value)
      .def_ro("low", &Reading::low)
      .def_ro("high", &Reading::high)
      .def("__repr__", [](const Reading& reading) {
        return fmt::format("{:.4f} [{:.4f}, {:.4f}]", reading.value, reading.low, reading.high);
      });
  nb::class_<Scores>(m, "Scores",
                     "How an answer did: readings, the counts behind them, recall by k.")
      .def_ro("a", &Scores::a, "mean recall over all buyers, 0 for those not named")
      .def_ro("b", &Scores::b, "mean recall over the buyers among those named")
      .def_ro("c", &Scores::c, "mean recall over the buyers with a hit")
      .def_ro("precision", &Scores::precision, "share of those named who bought anything")
      .def_ro("buyers", &Scores::buyers)
      .def_ro("sent", &Scores::sent)
      .def_ro("buyers_sent", &Scores::buyers_sent)
      .def_ro("buyers_hit", &Scores::buyers_hit)
      .def_ro("bought", &Scores::bought, "pairs of a buyer and a product")
      .def_ro("hits", &Scores::hits, "those of them that were sent")
      .def_ro("recall_by_k", &Scores::recall_by_k, "reading A with lists cut at 1, ..., k")
      .def_ro("as_of", &Scores::as_of, "moment of the answer, empty where nothing says so")
      .def("__repr__", [](const Scores& found) {
        return fmt::format(
            "<vitrina.Scores A {:.4f}, B {:.4f}, C {:.4f} over {} buyers and {} sent>",
            found.a.value, found.b.value, found.c.value, found.buyers, found.sent);
      });
  m.def("score", &score, "answer"_a, "truth"_a, "options"_a);
}
