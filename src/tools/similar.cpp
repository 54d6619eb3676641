#include "tools/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "bundle/bundle.hpp"
#include "bundle/similar.hpp"
#include "command/layout.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

namespace vitrina::tools {
namespace {

// What the library's Recommender::similar takes by default.
constexpr std::size_t kDefaultK = 10;
constexpr const char* kDefaultBy = "seen_together_1h";

std::size_t read_k(const command::Context& context) {
  const auto text = context.option("k");
  if (!text) return kDefaultK;
  std::size_t k = 0;
  const auto [end, status] = std::from_chars(text->data(), text->data() + text->size(), k);
  if (status == std::errc{} && end == text->data() + text->size() && k > 0) return k;
  throw Error(ErrorCode::kUsage,
              fmt::format("--k: found '{}', expected a whole number from 1 on", printable(*text)));
}

std::string table_text(const std::vector<bundle::Neighbour>& neighbours, std::string_view product,
                       std::string_view by) {
  if (neighbours.empty()) {
    return fmt::format("product '{}' has no neighbours by {}\n", printable(product), by);
  }
  std::size_t width = std::string_view("product").size();
  for (const auto& neighbour : neighbours) width = std::max(width, neighbour.product.size());
  std::string text = fmt::format("{:<{}}  {:>10}\n", "product", width, "weight");
  for (const auto& neighbour : neighbours) {
    text +=
        fmt::format("{:<{}}  {:>10.6g}\n", printable(neighbour.product), width, neighbour.weight);
  }
  return text;
}

std::string json_text(const std::vector<bundle::Neighbour>& neighbours, std::string_view product,
                      std::string_view by, const std::string& fingerprint) {
  nlohmann::ordered_json json{{"product", product}, {"by", by}, {"bundle", fingerprint}};
  json["neighbours"] = nlohmann::ordered_json::array();
  for (const auto& neighbour : neighbours) {
    json["neighbours"].push_back({{"product", neighbour.product}, {"weight", neighbour.weight}});
  }
  return json.dump(2) + "\n";
}

void run(const command::Context& context) {
  const std::string product = context.option("product").value();
  const std::string by = context.option("by").value_or(kDefaultBy);
  const auto k = read_k(context);
  const auto given = context.option("bundle");
  const auto bundle = bundle::Bundle::load(given ? std::filesystem::path(*given)
                                                 : context.path(command::kBundleFolder));
  const auto neighbours = bundle::SimilarProducts(bundle).of(product, by, k);
  if (const auto path = context.option("json")) {
    write_file(*path, json_text(neighbours, product, by, bundle.fingerprint()));
  }
  *context.out << table_text(neighbours, product, by);
}

}  // namespace

command::Command similar_command() {
  return {
      .name = "similar",
      .summary = "names the products that go with one, from a packed bundle",
      .inputs = {{command::kBundleFolder, "the bundle, unless --bundle is given", true},
                 {"{bundle}", "the bundle", true}},
      .outputs = {{"{json}", "the neighbours with all digits"}},
      .sections = {},
      .options =
          {{"--product", "ID", "the product whose neighbours are wished", true},
           {"--bundle", "DIR", "the packed bundle (default: models/bundle of the workspace)"},
           {"--by", "NAME",
            "a co-visitation matrix, such as seen_together_1h, click_to_buy_6h or "
            "bought_together_14d, or titles; those that the bundle has are named when another "
            "is given (default: seen_together_1h)"},
           {"--k", "K", "neighbours at most (default: 10)"},
           {"--json", "FILE", "write the neighbours there as JSON too"}},
      .positional = "--product",
      .example = "vitrina similar --bundle bundle/ 1234 --by bought_together_14d",
      .run = run,
      .is_pipeline = false,
  };
}

}  // namespace vitrina::tools
