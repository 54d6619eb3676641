#include "vitrina/live.hpp"

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "python/binding.hpp"

namespace vitrina::python {

using nb::literals::operator""_a;

namespace {

LiveEvent make_event(std::string user_id, std::string visit_id, std::string action,
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

LiveQuery make_query(std::string user_id, std::string visit_id, std::optional<int> k,
                     std::vector<std::string> exclude, std::optional<std::vector<std::string>> only,
                     bool exclude_touched, bool exclude_seen, bool exclude_in_basket,
                     bool exclude_bought, std::vector<std::string> categories,
                     std::optional<double> min_price, std::optional<double> max_price,
                     bool only_listed, bool also_unavailable, std::string beside,
                     std::vector<std::string> by, std::optional<int> max_touched, std::string at,
                     bool explain) {
  return {.user_id = std::move(user_id),
          .visit_id = std::move(visit_id),
          .k = k,
          .exclude = std::move(exclude),
          .only = std::move(only),
          .exclude_touched = exclude_touched,
          .exclude_seen = exclude_seen,
          .exclude_in_basket = exclude_in_basket,
          .exclude_bought = exclude_bought,
          .categories = std::move(categories),
          .min_price = min_price,
          .max_price = max_price,
          .only_listed = only_listed,
          .also_unavailable = also_unavailable,
          .beside = std::move(beside),
          .by = std::move(by),
          .max_touched = max_touched,
          .at = std::move(at),
          .explain = explain};
}

ProductFacts make_facts(std::string product_id, std::optional<double> price,
                        std::optional<bool> available, std::optional<std::string> category,
                        std::optional<std::string> title, std::optional<std::string> url,
                        std::optional<std::string> picture) {
  return {.product_id = std::move(product_id),
          .price = price,
          .available = available,
          .category = std::move(category),
          .title = std::move(title),
          .url = std::move(url),
          .picture = std::move(picture)};
}

/// A live engine whose warnings wait until the call that they are of returns.
class PythonLive {
 public:
  PythonLive(const std::filesystem::path& bundle, LiveOptions options)
      : live_(Live::open(bundle, waiting(std::move(options)))) {}

  Live& get() { return live_; }
  Warnings take_warnings() {
    const std::scoped_lock lock(waiting_->mutex);
    return std::exchange(waiting_->warnings, {});
  }

 private:
  struct Waiting {
    std::mutex mutex;
    Warnings warnings;
  };

  LiveOptions waiting(LiveOptions options) {
    options.on_warning = [kept = waiting_](const std::string& message) {
      const std::scoped_lock lock(kept->mutex);
      kept->warnings.push_back(message);
    };
    return options;
  }

  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
  Live live_;
};

std::pair<std::unique_ptr<PythonLive>, Warnings> open_live(const std::filesystem::path& bundle,
                                                           std::filesystem::path catalog,
                                                           std::string time_zone,
                                                           std::filesystem::path schema,
                                                           int threads, bool allow_future) {
  const nb::gil_scoped_release released;
  auto live = std::make_unique<PythonLive>(bundle, LiveOptions{.time_zone = std::move(time_zone),
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

nb::dict to_dict(const LiveReasons& reasons) {
  nb::list features;
  for (const auto& reason : reasons.features) {
    nb::dict feature;
    feature["feature"] = reason.feature;
    feature["value"] = reason.value;
    feature["contribution"] = reason.contribution;
    features.append(feature);
  }
  nb::dict said;
  said["logit"] = reasons.logit;
  said["base"] = reasons.base;
  said["features"] = features;
  said["other"] = reasons.other;
  return said;
}

/// Reasons are one for each product, or none at all.
std::tuple<LiveColumns, nb::list, Metadata> recommend_live(PythonLive& live,
                                                           const LiveQuery& query) {
  const auto answer = [&] {
    const nb::gil_scoped_release released;
    return live.get().recommend(query);
  }();
  LiveColumns columns;
  nb::list reasons;
  for (const auto& product : answer.products) {
    std::get<0>(columns).push_back(product.product_id);
    std::get<1>(columns).push_back(product.score);
    std::get<2>(columns).push_back(product.source);
    if (product.reasons) reasons.append(to_dict(*product.reasons));
  }
  Metadata about{{"vitrina.as_of", answer.as_of},
                 {"vitrina.bundle", answer.bundle},
                 {"vitrina.fallback", answer.fallback}};
  if (answer.expected_recall) {
    about["vitrina.expected_recall"] = fmt::to_string(*answer.expected_recall);
  }
  if (answer.p_buy) about["vitrina.p_buy"] = fmt::to_string(*answer.p_buy);
  return {std::move(columns), std::move(reasons), std::move(about)};
}

/// What is known of a product, by the names of ProductFacts' fields.
std::optional<nb::dict> product_of(PythonLive& live, const std::string& product_id) {
  const auto facts = [&] {
    const nb::gil_scoped_release released;
    return live.get().product(product_id);
  }();
  if (!facts) return std::nullopt;
  nb::dict said;
  said["product_id"] = facts->product_id;
  if (facts->price) said["price"] = *facts->price;
  if (facts->available) said["available"] = *facts->available;
  if (facts->category) said["category"] = *facts->category;
  if (facts->title) said["title"] = *facts->title;
  if (facts->url) said["url"] = *facts->url;
  if (facts->picture) said["picture"] = *facts->picture;
  return said;
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

}  // namespace

void bind_live(nb::module_& m) {
  nb::class_<LiveEvent>(m, "LiveEvent")
      .def(nb::new_(&make_event), nb::kw_only(), "user_id"_a, "visit_id"_a, "action"_a,
           "products"_a, "page"_a, "device"_a, "time"_a);
  nb::class_<LiveQuery>(m, "LiveQuery")
      .def(nb::new_(&make_query), nb::kw_only(), "user_id"_a, "visit_id"_a, "k"_a.none(),
           "exclude"_a, "only"_a.none(), "exclude_touched"_a, "exclude_seen"_a,
           "exclude_in_basket"_a, "exclude_bought"_a, "categories"_a, "min_price"_a.none(),
           "max_price"_a.none(), "only_listed"_a, "also_unavailable"_a, "beside"_a, "by"_a,
           "max_touched"_a.none(), "at"_a, "explain"_a);
  nb::class_<ProductFacts>(m, "ProductFacts")
      .def(nb::new_(&make_facts), nb::kw_only(), "product_id"_a, "price"_a.none(),
           "available"_a.none(), "category"_a.none(), "title"_a.none(), "url"_a.none(),
           "picture"_a.none());
  nb::class_<PythonLive>(m, "Live")
      .def_prop_ro("fingerprint", [](PythonLive& live) { return live.get().fingerprint(); })
      .def_prop_ro("learned_until", [](PythonLive& live) { return live.get().learned_until(); })
      .def_prop_ro("n_events", [](PythonLive& live) { return live.get().n_events(); })
      .def_prop_ro("n_customers", [](PythonLive& live) { return live.get().n_customers(); })
      .def(
          "add",
          [](PythonLive& live, const std::vector<LiveEvent>& events) {
            const nb::gil_scoped_release released;
            return live.get().add(events);
          },
          "events"_a)
      .def("add_path", &add_path, "data"_a, "before"_a)
      .def("add_stream", &add_stream, "stream"_a, "before"_a)
      .def("recommend", &recommend_live, "query"_a)
      .def(
          "put",
          [](PythonLive& live, const std::vector<ProductFacts>& products) {
            const nb::gil_scoped_release released;
            live.get().put(products);
          },
          "products"_a)
      .def("product", &product_of, "product_id"_a)
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
      .def(
          "link",
          [](PythonLive& live, const std::string& visit_id, const std::string& user_id) {
            return live.get().link(visit_id, user_id);
          },
          "visit_id"_a, "user_id"_a)
      .def("swap", &swap_live, "bundle"_a, "catalog"_a);
  m.def("open_live", &open_live, "bundle"_a, nb::kw_only(), "catalog"_a, "time_zone"_a, "schema"_a,
        "threads"_a, "allow_future"_a);
}

}  // namespace vitrina::python
