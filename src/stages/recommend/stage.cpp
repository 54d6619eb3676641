#include "stages/recommend/stage.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/file.hpp"
#include "data/shop_file.hpp"
#include "engine/answer.hpp"
#include "stages/answer_rules.hpp"
#include "stages/bundle.hpp"
#include "stages/choose_config.hpp"
#include "stages/layout.hpp"
#include "stages/read_shop.hpp"
#include "stages/recommend/write.hpp"

namespace vitrina::stages::recommend {
namespace {

using Json = nlohmann::ordered_json;

std::filesystem::path bundle_folder(const StageContext& context) {
  const auto given = context.option("bundle");
  return given ? std::filesystem::path(*given) : context.path(kBundleFolder);
}

/// The bundle's parameters with the present size of the answer and way of reading laid over.
ParamMap merged_params(const StageContext& context, const std::filesystem::path& folder) {
  ParamMap params;
  try {
    const auto json = Json::parse(read_file(folder / "params.json"));
    for (const auto& [key, value] : json.items()) params[key] = value.get<std::string>();
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("{}: {}; pack the bundle again", (folder / "params.json").string(),
                            printable(error.what())));
  }
  for (const auto& [key, value] : context.params) {
    if (key.starts_with("choose.") || key.starts_with("ingest.")) params[key] = value;
  }
  return params;
}

/// The shop to answer for: --data's, else the workspace's own.
Shop read_answer_shop(StageContext context, const BundleProductsFile& products) {
  const auto data = context.option("data");
  if (!data) return load_shop(context.path(kShopFile));
  context.params["ingest.data_dir"] = *data;
  if (const auto as_of = context.option("as-of")) context.params["ingest.as_of"] = *as_of;
  if (const auto schema = context.option("schema")) context.params["ingest.schema"] = *schema;
  return read_shop(context, {products.product_ids, &products.catalog}).shop;
}

/// Where the bundle's products are in this shop.
std::vector<ItemIdx> remap_products(const std::vector<std::string>& product_ids,
                                    const Shop& shop) {
  std::vector<ItemIdx> remap;
  remap.reserve(product_ids.size());
  for (const auto& id : product_ids) {
    const auto item = shop.items.find(id);
    if (!item) {
      throw Error(ErrorCode::kIncompatibleArtifact,
                  fmt::format("recommend: product '{}' of the bundle is not in {}; run the "
                              "pipeline again or give --data",
                              printable(id), kShopFile));
    }
    remap.push_back(*item);
  }
  return remap;
}

Json report_of(const engine::Engine& engine, const engine::Answer& answer,
               const ranking::Ranker& ranker, const ChooseConfig& choose,
               std::size_t unknown_ids) {
  double expected_recall = 0;
  double expected_buyers = 0;
  std::size_t n_short = 0;
  std::map<std::string, std::size_t> by_source;
  for (std::size_t row = 0; row < answer.users.size(); ++row) {
    expected_recall += answer.expected_recall[row];
    expected_buyers += ranker.buy_probability(answer.expected_recall[row]);
    const auto items = answer.items.row(row);
    if (items.size() < static_cast<std::size_t>(choose.k)) ++n_short;
    for (const auto& entry : items) ++by_source[engine.generator_names()[entry.source]];
  }
  Json json{{"as_of", format_time(engine.as_of())},
            {"users", answer.users.size()},
            {"pairs", answer.items.values.size()},
            {"k", choose.k},
            {"users_with_fewer_than_k", n_short},
            {"unknown_ids_in_rules", unknown_ids},
            {"expected_buyers", expected_buyers},
            {"expected_recall_sum", expected_recall}};
  json["pairs_by_source"] = by_source;
  return json;
}

void run(const StageContext& context) {
  const auto folder = bundle_folder(context);
  const auto fingerprint = check_manifest(folder);
  const auto params = merged_params(context, folder);
  const auto products = load_bundle_products(folder / "products.vtr");
  const auto shop = read_answer_shop(context, products);
  const auto models = models::load_models(folder / "models.vtr",
                                          remap_products(products.product_ids, shop), shop);
  const auto ranker = ranking::Ranker::load(folder);
  const auto rules = read_answer_rules(context, shop);
  const auto choose = read_choose(params);
  const engine::Engine engine(shop, models, shop.end, rules.allowed, params);
  const auto users = engine::users_to_score(
      shop, models, shop.end, read_section<engine::EngineConfig>(params, "engine"),
      choose.max_users, choose.k, rules.may_send, context.threads);
  context.progress->begin("score users", users.size(), "users");
  const auto answer = engine::answer(engine, {ranker, *models.own_history}, users, choose.limits(),
                                     context.threads, *context.progress);
  context.progress->end(fmt::format("{} users chosen", answer.users.size()));

  const auto out = context.option("out");
  const auto file = [&](std::string_view relative) {
    const std::filesystem::path path(relative);
    return out ? std::filesystem::path(*out) / path.filename() : context.path(relative);
  };
  auto report = report_of(engine, answer, ranker, choose, rules.unknown_ids);
  report["bundle"] = fingerprint;
  write_predictions(shop, answer, file(kPredictions));
  write_recommendations(shop, answer, ranker, engine.generator_names(), file(kRecommendations));
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
          .sections = {{"choose", describe<ChooseConfig>()},
                       {"ingest", describe<IngestConfig>()}},
          .options = options(),
          .example = "vitrina recommend --bundle bundle/ --data shop/ --out answer/",
          .run = run};
}

}  // namespace vitrina::stages::recommend
