#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "vitrina/recommender.hpp"

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
    const std::string_view message = error.what();
    // A message may quote bytes of a damaged file.
    const auto text = nb::steal(PyUnicode_DecodeUTF8(
        message.data(), static_cast<Py_ssize_t>(message.size()), "backslashreplace"));
    const auto exception = exception_type(text);
    exception.attr("code") = std::string(vitrina::info(error.code()).name);
    PyErr_SetObject(exception_type.ptr(), exception.ptr());
  }
}

vitrina::RecommendOptions make_options(std::optional<int> max_users, std::optional<int> k,
                                       std::string as_of,
                                       std::optional<std::vector<std::string>> only_users,
                                       std::vector<std::string> exclude_users,
                                       std::vector<std::string> exclude_products,
                                       std::filesystem::path schema, double max_bad_share,
                                       int threads) {
  return {.max_users = max_users,
          .k = k,
          .as_of = std::move(as_of),
          .only_users = std::move(only_users),
          .exclude_users = std::move(exclude_users),
          .exclude_products = std::move(exclude_products),
          .schema = std::move(schema),
          .max_bad_share = max_bad_share,
          .threads = threads};
}

/// An answer in columns: user ids, product lists, expected recalls, probabilities to buy.
using Columns = std::tuple<std::vector<std::string>, std::vector<std::vector<std::string>>,
                           std::vector<double>, std::vector<double>>;

Columns to_columns(vitrina::Answer answer) {
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

Columns recommend_path(const vitrina::Recommender& recommender, const std::filesystem::path& data,
                       const vitrina::RecommendOptions& options) {
  const nb::gil_scoped_release released;
  return to_columns(recommender.recommend(data, options));
}

/// Takes the stream out of its capsule; the capsule's own destructor then finds it released.
Columns recommend_stream(const vitrina::Recommender& recommender, const nb::capsule& capsule,
                         const vitrina::RecommendOptions& options) {
  auto* stream =
      static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), kStreamCapsule));
  if (stream == nullptr) throw nb::python_error();
  const nb::gil_scoped_release released;
  return to_columns(recommender.recommend(stream, options));
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
           "only_users"_a.none(), "exclude_users"_a, "exclude_products"_a, "schema"_a,
           "max_bad_share"_a, "threads"_a);
  nb::class_<Recommender>(m, "Recommender")
      .def_static("load", &Recommender::load, "bundle"_a, nb::call_guard<nb::gil_scoped_release>())
      .def_prop_ro("fingerprint", &Recommender::fingerprint)
      .def("recommend_path", &recommend_path, "data"_a, "options"_a)
      .def("recommend_stream", &recommend_stream, "stream"_a, "options"_a);
}
