#include "pipeline/steps.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "bundle/answer.hpp"
#include "bundle/generation.hpp"
#include "bundle/guard.hpp"
#include "bundle/origin.hpp"
#include "bundle/rules.hpp"
#include "command/layout.hpp"
#include "command/option_values.hpp"
#include "command/places.hpp"
#include "command/workspace_shop.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "data/join.hpp"
#include "pipeline/answer_rules.hpp"
#include "pipeline/read_shop.hpp"
#include "pipeline/write_answer.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::pipeline {
namespace {

using Json = nlohmann::ordered_json;

std::filesystem::path bundle_folder(const command::Context& context) {
  const auto given = context.option("bundle");
  return given ? std::filesystem::path(*given) : context.path(command::kBundleFolder);
}

/// The bundle's parameters with the present size of the answer laid over.
ParamMap merged_params(const command::Context& context, const bundle::Bundle& bundle) {
  ParamMap params = bundle.params();
  for (const auto& [key, value] : context.params) {
    if (key.starts_with("choose.")) params[key] = value;
  }
  return params;
}

/// The context with what --data, --as-of and --schema say as parameters.
command::Context with_data(command::Context context) {
  const auto data = context.option("data");
  if (!data) return context;
  context.params["ingest.data_dir"] = context.path_param(*data);
  if (const auto as_of = context.option("as-of")) context.params["ingest.as_of"] = *as_of;
  if (const auto schema = context.option("schema"))
    context.params["ingest.schema"] = context.path_param(*schema);
  return context;
}

/// The context, where it names a log, with the bundle's clock if neither a parameter nor the schema
/// names one.
command::Context on_clock_of(const bundle::Bundle& bundle, command::Context context) {
  if (!context.option("data")) return context;
  const auto config = read_section<IngestConfig>(context.params, "ingest");
  if (schema_of(context, config).time_zone.empty())
    context.params["ingest.time_zone"] = bundle.time_zone();
  return context;
}

/// --at; kNoTime where it is not given.
TimeUs given_at(const command::Context& context) {
  const auto at = context.option("at");
  return at ? command::option_time("at", *at) : kNoTime;
}

/// The shop to answer for, joined to the bundle's products: --data's, else the workspace's own.
ShopInput read_answer_shop(const command::Context& context, const ProductSpace& products) {
  if (context.option("data")) {
    const AnswerInput answer{products, given_at(context)};
    return read_shop(context, &answer);
  }
  ShopInput input;
  auto joined = join(Shop(*command::workspace_shop(context)), products);
  input.shop = std::move(joined.shop);
  input.other_prices = joined.other_prices;
  input.other_categories = joined.other_categories;
  return input;
}

Json report_of(const bundle::ShopAnswer& shop_answer, const bundle::Bundle& bundle,
               const bundle::Origin& origin, std::size_t k, std::size_t unknown_ids) {
  const auto& answer = shop_answer.answer;
  const auto buyers = bundle.buyers_at(origin.as_of);
  double expected_recall = 0;
  double expected_buyers = 0;
  std::size_t n_short = 0;
  std::map<std::string, std::size_t> by_source;
  for (std::size_t row = 0; row < answer.users.size(); ++row) {
    expected_recall += buyers.recall(answer.score_sum[row]);
    expected_buyers += buyers.probability(answer.score_sum[row]);
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
            {"expected_buyers_is_lower_bound", !buyers.is_fitted()},
            {"expected_recall_sum", expected_recall}};
  if (!origin.time_zone.empty()) json["time_zone"] = origin.time_zone;
  if (shop_answer.products_not_listed) {
    json["products_not_listed"] = *shop_answer.products_not_listed;
  }
  json["pairs_by_source"] = by_source;
  json["bundle"] = bundle.fingerprint();
  return json;
}

/// What is set must have an effect: the bundle brings its own parameters.
void check_set_keys(const command::Context& context) {
  for (const auto& key : context.set_keys) {
    if (key.starts_with("choose.")) continue;
    if (!key.starts_with("ingest.")) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("--set {}: has no effect here, the bundle answers with the "
                              "parameters it was packed with; set it where the bundle is trained",
                              printable(key)));
    }
    if (!context.option("data") || key == "ingest.data_dir") {
      throw Error(ErrorCode::kUsage,
                  fmt::format("--set {}: has no effect here; {}", printable(key),
                              context.option("data") ? "--data names the folder"
                                                     : "name the log by --data, or run 'vitrina "
                                                       "ingest' with it first"));
    }
  }
}

void check(const command::Context& context) {
  check_set_keys(context);
  if (context.option("at") && context.option("as-of")) {
    throw Error(ErrorCode::kUsage,
                "--at: found with --as-of, expected one of them; --at answers as of that very "
                "moment, --as-of as of the last event before it");
  }
  for (const auto* name : {"as-of", "schema"}) {
    if (!context.option(name) || context.option("data")) continue;
    throw Error(ErrorCode::kUsage,
                fmt::format("--{}: has no effect without --data; name the log by --data, or run "
                            "'vitrina ingest' with it first",
                            name));
  }
  bundle::check_listed(context.option("only-listed").has_value(),
                       context.option("as-of") || context.option("at") ||
                           !read_section<IngestConfig>(context.params, "ingest").as_of.empty());
  if (context.option("bundle")) bundle::require_manifest(bundle_folder(context));
  if (const auto out = context.option("out")) command::check_no_bundle("out", *out);
}

void run(const command::Context& given) {
  const auto generation = bundle::Generation::load(bundle_folder(given));
  const auto& bundle = generation->bundle();
  const auto context = on_clock_of(bundle, with_data(given));
  const auto params = merged_params(context, bundle);
  auto input = read_answer_shop(context, bundle.products());
  Shop& shop = input.shop;
  const TimeUs at = given_at(context);
  const TimeUs as_of = at != kNoTime ? at : shop.end;
  bundle::check_fit(bundle, shop, as_of,
                    {.allow_future = context.option("allow-future").has_value(),
                     .force_bundle = context.option("force-bundle").has_value()},
                    *context.progress);
  const auto ids = read_id_rules(context);
  const auto resolved = bundle::resolve(ids, shop, *context.progress);
  const auto result = bundle::answer(*generation, shop, as_of, resolved.rules, params,
                                     context.threads, *context.progress);
  bundle::check_answered(ids, result.answer.users.size());

  const auto out = context.option("out");
  const auto file = [&](std::string_view relative) {
    const std::filesystem::path path(relative);
    return out ? std::filesystem::path(*out) / path.filename() : context.path(relative);
  };
  const auto origin = bundle::origin_of(bundle, as_of);
  auto report = report_of(result, bundle, origin, selection::read_choose(params).limits().k,
                          resolved.unknown_ids);
  report["other_prices_in_catalog"] = input.other_prices;
  report["other_categories_in_catalog"] = input.other_categories;
  write_predictions(shop, result.answer, file(command::kPredictions));
  // What the case's format has no place for stands beside it, bound to its bytes.
  const auto digest = sha256_file(file(command::kPredictions));
  auto metadata = bundle::to_metadata(origin);
  metadata[bundle::kPredictionsDigest] = digest;
  report["predictions_sha256"] = digest;
  write_recommendations(shop, result.answer, bundle.buyers_at(origin.as_of), result.generator_names,
                        metadata, file(command::kRecommendations));
  write_file(file(command::kAnswerReport), report.dump(2) + "\n");
}

std::vector<command::Option> options() {
  std::vector<command::Option> options{
      {"--bundle", "DIR", "the packed bundle (default: models/bundle of the workspace)"},
      {"--data", "DIR", "answer for this log instead of the workspace's"},
      {"--as-of", "TIME",
       "with --data: use events before this moment only, and answer as of the last of them"},
      {"--at", "TIME",
       "answer as of this very moment, by the events before it; customers split into several "
       "logs then get the answers that one log would give them"},
      {"--schema", "FILE", "with --data: the shop's own column names and action codes"},
      {"--allow-future", "",
       "answer although the bundle learned from events after the moment; such an answer has seen "
       "the future"},
      {"--force-bundle", "", "answer although the bundle knows next to none of the log's products"},
      {"--out", "DIR", "where the answer goes (default: data/out of the workspace)"}};
  for (auto& option : answer_options()) options.push_back(option);
  return options;
}

}  // namespace

command::Command recommend_command() {
  return {
      .name = "recommend",
      .summary = "answers from the packed bundle alone: who will buy, and what",
      .inputs = {{command::kBundleFolder, "the bundle, unless --bundle is given", false, "bundle"},
                 {command::kShopFile, "the shop, unless --data is given", false, "data"},
                 {"{data}", "the log to answer for"}},
      .outputs = {{command::kPredictions, "the answer in the case's format"},
                  {command::kRecommendations, "the same, a row a pair, with scores and sources"},
                  {command::kAnswerReport, "who was chosen, expected buyers"}},
      .sections = {{"choose", describe<selection::ChooseConfig>()},
                   {"ingest", describe<IngestConfig>()}},
      .options = options(),
      .example = "vitrina recommend --bundle bundle/ --data shop/ --out answer/",
      .run = run,
      .check = check};
}

}  // namespace vitrina::pipeline
