#include "stages/recommend/stage.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "bundle/answer.hpp"
#include "bundle/bundle.hpp"
#include "bundle/origin.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "selection/choose_config.hpp"
#include "stages/answer_rules.hpp"
#include "stages/layout.hpp"
#include "stages/read_shop.hpp"
#include "stages/recommend/write.hpp"
#include "stages/workspace_shop.hpp"

namespace vitrina::stages::recommend {
namespace {

using Json = nlohmann::ordered_json;

std::filesystem::path bundle_folder(const StageContext& context) {
  const auto given = context.option("bundle");
  return given ? std::filesystem::path(*given) : context.path(kBundleFolder);
}

/// The bundle's parameters with the present size of the answer laid over.
ParamMap merged_params(const StageContext& context, const bundle::Bundle& bundle) {
  ParamMap params = bundle.params();
  for (const auto& [key, value] : context.params) {
    if (key.starts_with("choose.")) params[key] = value;
  }
  return params;
}

/// The shop to answer for: --data's, else the workspace's own.
std::shared_ptr<const Shop> read_answer_shop(StageContext context,
                                             const bundle::Products& products) {
  const auto data = context.option("data");
  if (!data) return workspace_shop(context);
  context.params["ingest.data_dir"] = context.path_param(*data);
  if (const auto as_of = context.option("as-of")) context.params["ingest.as_of"] = *as_of;
  if (const auto schema = context.option("schema"))
    context.params["ingest.schema"] = context.path_param(*schema);
  return std::make_shared<const Shop>(read_shop(context, {products.ids, &products.catalog}).shop);
}

Json report_of(const bundle::ShopAnswer& shop_answer, const bundle::Bundle& bundle,
               const bundle::Origin& origin, std::size_t k, std::size_t unknown_ids) {
  const auto& answer = shop_answer.answer;
  double expected_recall = 0;
  double expected_buyers = 0;
  std::size_t n_short = 0;
  std::map<std::string, std::size_t> by_source;
  for (std::size_t row = 0; row < answer.users.size(); ++row) {
    expected_recall += bundle.ranker().expected_recall(answer.score_sum[row]);
    expected_buyers += bundle.ranker().buy_probability(answer.score_sum[row]);
    const auto items = answer.items.row(row);
    if (items.size() < k) ++n_short;
    for (const auto& entry : items) ++by_source[shop_answer.generator_names[entry.source]];
  }
  Json json{{"as_of", format_time(origin.as_of)},
            {"learned_until", format_time(origin.learned_until)},
            {"bundle_days_old", to_days(origin.as_of - origin.learned_until)},
            {"users", answer.users.size()},
            {"pairs", answer.items.values.size()},
            {"k", k},
            {"users_with_fewer_than_k", n_short},
            {"products_named", shop_answer.products_named},
            {"products_not_listed", nullptr},
            {"unknown_ids_in_rules", unknown_ids},
            {"expected_buyers", expected_buyers},
            {"expected_buyers_is_lower_bound", !bundle.ranker().has_buyers()},
            {"expected_recall_sum", expected_recall}};
  if (shop_answer.products_not_listed) {
    json["products_not_listed"] = *shop_answer.products_not_listed;
  }
  json["pairs_by_source"] = by_source;
  json["bundle"] = bundle.fingerprint();
  return json;
}

void run(const StageContext& context) {
  const auto bundle = bundle::Bundle::load(bundle_folder(context));
  const auto params = merged_params(context, bundle);
  const auto kept_shop = read_answer_shop(context, bundle.products());
  const Shop& shop = *kept_shop;
  const auto resolved = bundle::resolve(read_id_rules(context), shop);
  const auto result =
      bundle::answer(bundle, shop, resolved.rules, params, context.threads, *context.progress);

  const auto out = context.option("out");
  const auto file = [&](std::string_view relative) {
    const std::filesystem::path path(relative);
    return out ? std::filesystem::path(*out) / path.filename() : context.path(relative);
  };
  const auto origin = bundle::origin_of(bundle, shop);
  auto report = report_of(result, bundle, origin, selection::read_choose(params).limits().k,
                          resolved.unknown_ids);
  write_predictions(shop, result.answer, file(kPredictions));
  // What the case's format has no place for stands beside it, bound to its bytes.
  const auto digest = sha256_file(file(kPredictions));
  auto metadata = bundle::to_metadata(origin);
  metadata[bundle::kPredictionsDigest] = digest;
  report["predictions_sha256"] = digest;
  write_recommendations(shop, result.answer, bundle.ranker(), result.generator_names, metadata,
                        file(kRecommendations));
  write_file(file(kAnswerReport), report.dump(2) + "\n");
}

std::vector<StageOption> options() {
  std::vector<StageOption> options{
      {"--bundle", "DIR", "the packed bundle (default: models/bundle of the workspace)"},
      {"--data", "DIR", "answer for this log instead of the workspace's"},
      {"--as-of", "TIME", "with --data: use events before this moment only"},
      {"--schema", "FILE", "with --data: the shop's own column names and action codes"},
      {"--out", "DIR", "where the answer goes (default: data/out of the workspace)"}};
  for (auto& option : answer_options()) options.push_back(option);
  return options;
}

}  // namespace

Stage stage() {
  return {.name = "recommend",
          .summary = "answers from the packed bundle alone: who will buy, and what",
          .inputs = {{kBundleFolder, "the bundle, unless --bundle is given", true},
                     {kShopFile, "the shop, unless --data is given", true}},
          .outputs = {{kPredictions, "the answer in the case's format"},
                      {kRecommendations, "the same, a row a pair, with scores and sources"},
                      {kAnswerReport, "who was chosen, expected buyers"}},
          .sections = {{"choose", describe<selection::ChooseConfig>()},
                       {"ingest", describe<IngestConfig>()}},
          .options = options(),
          .example = "vitrina recommend --bundle bundle/ --data shop/ --out answer/",
          .run = run};
}

}  // namespace vitrina::stages::recommend
