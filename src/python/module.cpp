#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "core/text.hpp"
#include "python/binding.hpp"
#include "vitrina/fit.hpp"
#include "vitrina/recommender.hpp"
#include "vitrina/score.hpp"

namespace nb = nanobind;
using nb::literals::operator""_a;

namespace {

using vitrina::python::interruptible;
using vitrina::python::Metadata;
using vitrina::python::SimilarColumns;
using vitrina::python::stream_of;
using vitrina::python::to_similar_columns;
using vitrina::python::Warnings;

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

/// The options of a call with its warnings kept: Python is told when the lock is held again.
template <class Options>
Options with_warnings(const Options& options, Warnings& warnings) {
  Options told = options;
  told.on_warning = [&warnings](const std::string& message) { warnings.push_back(message); };
  return told;
}

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

Answered recommend_stream(const vitrina::Recommender& recommender, const nb::capsule& capsule,
                          const vitrina::RecommendOptions& options) {
  auto* stream = stream_of(capsule);
  return interruptible([&] { return answered(recommender, stream, options); });
}

SimilarColumns similar(const vitrina::Recommender& recommender, const std::string& product, int k,
                       const std::string& by) {
  const nb::gil_scoped_release released;
  return to_similar_columns(recommender.similar(product, k, by));
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
                                         double max_bad_share, int threads, bool allow_overlap) {
  return {.start = std::move(start),
          .end = std::move(end),
          .k = k,
          .draws = draws,
          .seed = seed,
          .schema = std::move(schema),
          .max_bad_share = max_bad_share,
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

  vitrina::python::bind_live(m);

  using vitrina::Reading;
  using vitrina::Scores;
  nb::class_<vitrina::ScoreOptions>(m, "ScoreOptions")
      .def(nb::new_(&make_score_options), nb::kw_only(), "start"_a, "end"_a, "k"_a, "draws"_a,
           "seed"_a, "schema"_a, "max_bad_share"_a, "threads"_a, "allow_overlap"_a);
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
