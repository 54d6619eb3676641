#include "tools/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "candidates/generator.hpp"
#include "command/option_values.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "data/purchases.hpp"
#include "engine/engine.hpp"
#include "evaluation/ceiling_tallies.hpp"
#include "models/model_set.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/read_shop.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::tools {
namespace {

using Json = nlohmann::ordered_json;
using metrics::CeilingTally;

struct CeilingsConfig {
  std::vector<double> k{10, 25, 50, 100};

  void visit(ConfigVisitor& v) {
    v.field("k", k, {1, 1000}, "lengths at which the generators' lists are cut");
  }
};

std::vector<std::size_t> lengths(const CeilingsConfig& config) {
  std::vector<std::size_t> ks;
  for (const double k : config.k) {
    if (k != std::floor(k)) {
      throw Error(ErrorCode::kConfig,
                  fmt::format("ceilings.k: found {}, expected whole numbers", k));
    }
    ks.push_back(static_cast<std::size_t>(k));
  }
  if (ks.empty()) throw Error(ErrorCode::kConfig, "ceilings.k: no length is given");
  return ks;
}

std::vector<TimeUs> cuts_of(const command::Context& context) {
  std::vector<TimeUs> cuts;
  for (const auto& text : command::option_values(context, "as-of"))
    cuts.push_back(command::option_time("as-of", text));
  for (auto cut = cuts.begin(); cut != cuts.end(); ++cut) {
    if (std::find(cuts.begin(), cut, *cut) == cut) continue;
    throw Error(ErrorCode::kUsage,
                fmt::format("--as-of: found {} twice, expected each cut once", format_time(*cut)));
  }
  return cuts;
}

/// The shop with what is bought after the last cut, and nothing later.
Shop read_until(command::Context context, TimeUs end) {
  context.params["ingest.as_of"] = format_time(end);
  return pipeline::read_shop(context).shop;
}

evaluation::CeilingTallies tally_at(const command::Context& context, const Shop& shop, TimeUs cut,
                                    std::span<const std::size_t> ks) {
  if (cut <= shop.begin) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--as-of: found {}, expected a time after the first event at {}",
                            format_time(cut), format_time(shop.begin)));
  }
  const auto choose = selection::read_choose(context.params);
  const auto folds = pipeline::decide_folds(
      shop.begin, cut, read_section<pipeline::SplitConfig>(context.params, "split"));
  if (purchases_between(shop.events, cut, cut + folds.horizon).n_buyers() == 0) {
    throw Error(
        ErrorCode::kBadData,
        fmt::format("log: nothing was ordered from {} to {}, expected orders to hold the "
                    "generators against; it ends at {}, choose an earlier --as-of",
                    format_time(cut), format_time(cut + folds.horizon), format_time(shop.end - 1)));
  }
  const models::FitContext fit{shop,           cut, folds.label_length, choose.max_users, choose.k,
                               context.threads};
  return evaluation::tally_ceilings(fit, cut + folds.horizon, ks, context.params,
                                    *context.progress);
}

Json tally_json(const CeilingTally& tally) {
  return {{"share_of_pairs", tally.share_of_pairs()},
          {"share_of_new_pairs", tally.share_of_new_pairs()},
          {"recall_a", tally.recall()},
          {"products", tally.mean_list()}};
}

Json row_json(const evaluation::CeilingRow& row, std::span<const std::size_t> ks) {
  Json json{{"on", row.is_on}, {"by_k", Json::array()}};
  for (std::size_t i = 0; i < ks.size(); ++i) {
    Json entry{{"k", ks[i]}};
    entry.update(tally_json(row.by_k[i]));
    json["by_k"].push_back(entry);
  }
  return json;
}

Json to_json(const evaluation::CeilingTallies& tallies, const std::vector<TimeUs>& cuts,
             std::span<const std::size_t> ks) {
  Json json;
  for (const auto cut : cuts) json["cuts"].push_back(format_time(cut));
  json["k"] = ks;
  json["buyers"] = tallies.candidates.buyers;
  json["buyers_unknown_at_the_cut"] = tallies.unknown_buyers;
  json["bought_pairs"] = tallies.candidates.bought;
  json["new_pairs"] = tallies.candidates.bought_new;
  for (const auto& row : tallies.generators) json["generators"][row.name] = row_json(row, ks);
  json["union_of_all"] = row_json(tallies.all, ks);
  json["union_of_on"] = row_json(tallies.on, ks);
  json["candidates"] = tally_json(tallies.candidates);
  return json;
}

/// One line a row: a value for every length.
template <class Value>
std::string block(std::string_view title, const evaluation::CeilingTallies& tallies,
                  std::span<const std::size_t> ks, const Value& value) {
  std::string text = fmt::format("\n{:<40}", title);
  for (const auto k : ks) text += fmt::format("{:>8}", fmt::format("k={}", k));
  text += '\n';
  const auto add = [&](const evaluation::CeilingRow& row) {
    text += fmt::format("  {:<30}{:<8}", row.name, row.is_on ? "on" : "off");
    for (const auto& tally : row.by_k) text += fmt::format("{:>8.4f}", value(tally));
    text += '\n';
  };
  for (const auto& row : tallies.generators) add(row);
  add(tallies.on);
  add(tallies.all);
  return text + fmt::format("  {:<38}{:>8.4f} ({:.0f} products a buyer)\n",
                            "what the engine scores", value(tallies.candidates),
                            tallies.candidates.mean_list());
}

std::string to_text(const evaluation::CeilingTallies& tallies, std::span<const std::size_t> ks) {
  auto text = fmt::format(
      "{} bought pairs of {} buyers; {} pairs of products new to the buyer, {} buyers not seen "
      "before\n",
      tallies.candidates.bought, tallies.candidates.buyers, tallies.candidates.bought_new,
      tallies.unknown_buyers);
  text += block("share of bought pairs found", tallies, ks,
                [](const CeilingTally& tally) { return tally.share_of_pairs(); });
  text += block("of pairs new to the buyer", tallies, ks,
                [](const CeilingTally& tally) { return tally.share_of_new_pairs(); });
  return text + block("reading A if all of it were sent", tallies, ks,
                      [](const CeilingTally& tally) { return tally.recall(); });
}

void run(const command::Context& context) {
  const auto config = read_section<CeilingsConfig>(context.params, "ceilings");
  const auto ks = lengths(config);
  const auto cuts = cuts_of(context);
  const auto horizon =
      from_days(read_section<pipeline::SplitConfig>(context.params, "split").horizon_days);
  const auto shop = read_until(context, *std::max_element(cuts.begin(), cuts.end()) + horizon);
  std::optional<evaluation::CeilingTallies> sum;
  context.progress->begin("fit and hold against purchases", 0, "");
  for (const auto cut : cuts) {
    const auto tallies = tally_at(context, shop, cut, ks);
    if (sum) {
      sum->add(tallies);
    } else {
      sum = tallies;
    }
  }
  context.progress->end(fmt::format("{} cuts", cuts.size()));
  if (const auto path = context.option("json")) {
    write_file(*path, to_json(*sum, cuts, ks).dump(2) + "\n");
  }
  *context.out << to_text(*sum, ks);
}

std::vector<SectionInfo> sections() {
  auto sections = models::model_sections();
  for (auto& section : engine::engine_sections()) sections.push_back(std::move(section));
  sections.push_back({"ingest", describe<pipeline::IngestConfig>()});
  sections.push_back({"split", describe<pipeline::SplitConfig>()});
  sections.push_back({"choose", describe<selection::ChooseConfig>()});
  sections.push_back({"ceilings", describe<CeilingsConfig>()});
  return sections;
}

std::vector<command::Option> options() {
  std::vector<command::Option> options{
      {"--as-of", "TIME[,TIME...]",
       "cuts: lists are made from events before each, and compared with what is bought after it; "
       "several are pooled",
       true}};
  for (const auto& option : pipeline::ingest_options()) {
    if (option.name != "--as-of") options.push_back(option);
  }
  options.push_back({"--horizon-days", "DAYS", "days after a cut whose purchases count", false,
                     "split.horizon_days"});
  options.push_back(
      {"--k", "K[,K...]", "lengths at which the generators' lists are cut", false, "ceilings.k"});
  options.push_back({"--json", "FILE", "write the figures there as JSON too"});
  return options;
}

}  // namespace

command::Command ceilings_command() {
  return {.name = "ceilings",
          .summary =
              "tells how much of what was bought each generator proposed, those that are off too",
          .inputs = {{"{ingest.data_dir}", "the log, the catalog and the title vectors"}},
          .outputs = {{"{json}", "the figures with all digits", true}},
          .sections = sections(),
          .options = options(),
          .example = "vitrina ceilings --data shop/ --as-of 2024-09-25,2024-09-26",
          .run = run,
          .is_pipeline = false};
}

}  // namespace vitrina::tools
