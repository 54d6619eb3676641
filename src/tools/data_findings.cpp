#include "tools/data_findings.hpp"

#include <fmt/format.h>

#include <string_view>

#include "core/error.hpp"

namespace vitrina::tools {
namespace {

constexpr double kFewProducts = 0.5;

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void add_judging(const Facts& facts, std::vector<Finding>& out) {
  if (!facts.has_valid) {
    out.push_back({fmt::format("the log is too short for a valid fold: {} days, expected {:g}",
                               facts.days, facts.days_for_valid),
                   "nothing is judged: no readings, no baselines beside them",
                   "export a longer stretch of the log"});
  } else if (facts.late_buyers == 0) {
    out.push_back({fmt::format("nobody bought anything in the last {:g} days", facts.horizon_days),
                   "nothing is judged: the readings are over nobody",
                   "check that the log's end is whole, or give --as-of"});
  }
}

void add_actions(const Facts& facts, std::vector<Finding>& out) {
  const auto missing = [&](Action action) { return facts.by_action[code(action)] == 0; };
  const auto mend = [](Action action) {
    return fmt::format("map the shop's code under `actions:` of --schema: `CODE: {}`",
                       name(action));
  };
  if (missing(Action::kView)) {
    out.push_back({"no view", "what customers looked at, the larger part of every history",
                   mend(Action::kView)});
  }
  if (missing(Action::kBasketAdd)) {
    out.push_back({"no basket_add",
                   "baskets, the strongest sign of an order; the generator "
                   "basket_now and the organisers' rule find nothing",
                   mend(Action::kBasketAdd)});
  }
}

void add_products(const Facts& facts, std::vector<Finding>& out) {
  if (facts.joined_product.empty()) return;
  out.push_back(
      {fmt::format("a product id with a separator in it: '{}'", printable(facts.joined_product)),
       "several products in one cell are taken for one",
       "write lists with brackets, such as [101, 102] or ['a', 'b']"});
}

void add_catalog_parts(const Facts& facts, const CatalogFacts& catalog, std::vector<Finding>& out) {
  if (catalog.in_log > 0 && share(catalog.in_log, facts.products) < kFewProducts) {
    out.push_back(
        {fmt::format("the catalog lists {} of the log's {} products, and not '{}'", catalog.in_log,
                     facts.products, printable(facts.some_product)),
         "category, price and title of the others",
         "export the catalog with the products that are no longer sold; where its ids are "
         "not the log's, name the column: `catalog: {product: ...}` in --schema"});
  } else if (catalog.in_log == 0) {
    out.push_back(
        {fmt::format("the catalog lists {} of the log's {} products (in the log '{}', in the "
                     "catalog '{}')",
                     catalog.in_log, facts.products, printable(facts.some_product),
                     printable(catalog.some_product)),
         "category, price and title of the others",
         "name the column that holds the log's ids: `catalog: {product: ...}` in --schema"});
  }
  if (catalog.prices_unread > 0) {
    out.push_back({fmt::format("{} prices are not understood, such as '{}'", catalog.prices_unread,
                               printable(catalog.price_unread)),
                   "the price of those products", "write prices as 1299.90 or 1 299,90"});
  } else if (catalog.priced == 0 && catalog.prices_negative == 0) {
    out.push_back({"no price", "the feature group price",
                   "name the column: `catalog: {price: ...}` in --schema"});
  }
  if (catalog.prices_negative > 0) {
    out.push_back({fmt::format("{} prices are below 0, such as '{}'", catalog.prices_negative,
                               printable(catalog.price_negative)),
                   "the price of those products, which is taken for unknown",
                   "write what a product costs, or nothing"});
  }
  if (catalog.categorised == 0) {
    out.push_back({"no category", "the feature group category, popular products by category",
                   "name the column: `catalog: {category: ...}` in --schema"});
  }
  if (catalog.titled == 0) {
    out.push_back({"no title", "the likeness of products by their titles",
                   "name the column: `catalog: {title: ...}` in --schema"});
  }
  if (catalog.vectors_from != "vectors.npz") {
    out.push_back({"no title vectors",
                   catalog.titled > 0 ? "little: vectors are made of the titles' words"
                                      : "the likeness of products by their titles",
                   "put catalog_vector_mapping.pq and vectors.npz beside the catalog"});
  }
}

}  // namespace

std::vector<Finding> missing_parts(const Facts& facts) {
  std::vector<Finding> out;
  if (facts.events == 0) return out;
  add_judging(facts, out);
  add_actions(facts, out);
  add_products(facts, out);
  if (facts.catalog) {
    add_catalog_parts(facts, *facts.catalog, out);
  } else {
    out.push_back({"no catalog", "categories, prices and titles with all that is made of them",
                   facts.names_file
                       ? "name the log's folder by --data: the catalog is looked for there"
                       : "put catalog.pq or catalog.csv beside the log: product_id, category_id, "
                         "price, title"});
  }
  if (!facts.has_devices) {
    out.push_back({"no loc_user_id",
                   "people who share a device cannot be read as one "
                   "(ingest.link_users, off by default)",
                   "name the column: `columns: {device: ...}` in --schema"});
  }
  return out;
}

std::vector<std::string> customer_warnings(const Facts& facts) {
  std::vector<std::string> out;
  out.reserve(facts.doubtful.size());
  for (const auto& customer : facts.doubtful) {
    out.push_back(fmt::format(
        "customer '{}' has {} of {} events ({:.1f}%): is this one customer? {}; leave the id empty "
        "there, such rows are passed over",
        printable(customer.id), customer.events, facts.events,
        100 * share(customer.events, facts.events),
        customer.is_word_for_nothing ? "table tools write this where there is nothing"
                                     : "it may stand for all who are not known"));
  }
  return out;
}

}  // namespace vitrina::tools
