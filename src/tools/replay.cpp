#include "evaluation/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "bundle/guard.hpp"
#include "command/layout.hpp"
#include "command/option_values.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "data/build.hpp"
#include "data/catalog_build.hpp"
#include "data/join.hpp"
#include "io/catalog_reader.hpp"
#include "io/log_reader.hpp"
#include "io/log_schema.hpp"
#include "tools/tools.hpp"

namespace vitrina::tools {
namespace {

using Json = nlohmann::ordered_json;

std::size_t whole_number(std::string_view option, std::string_view text, std::size_t least,
                         std::size_t most) {
  std::size_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_read = status == std::errc{} && end == text.data() + text.size();
  if (is_read && number >= least && number <= most) return number;
  throw Error(ErrorCode::kUsage, fmt::format("--{}: found '{}', expected a whole number from {} to "
                                             "{}",
                                             option, printable(text), least, most));
}

evaluation::ReplayConfig read_config(const command::Context& context) {
  evaluation::ReplayConfig config;
  config.from = command::option_time("from", context.option("from").value());
  config.to = command::option_time("to", context.option("to").value());
  if (config.from >= config.to) {
    throw Error(ErrorCode::kUsage, fmt::format("--to: found {}, expected a time after --from {}",
                                               format_time(config.to), format_time(config.from)));
  }
  constexpr std::size_t kMostProducts = 1000;
  if (context.option("k")) {
    config.k.clear();
    for (const auto& text : command::option_values(context, "k")) {
      config.k.push_back(whole_number("k", text, 1, kMostProducts));
    }
    std::sort(config.k.begin(), config.k.end());
  }
  if (const auto pairs = context.option("check")) {
    config.check_pairs = whole_number("check", *pairs, 0, 1'000'000'000);
  }
  config.seed = context.seed;
  config.threads = context.threads;
  return config;
}

/// The log before the replay's end, numbered as the generation is.
Shop read_shop(const command::Context& context, const bundle::Generation& generation,
               const io::LogSchema& schema, TimeUs end) {
  auto raw =
      io::read_log(context.option("data").value(), schema, end, context.threads, *context.progress);
  return join(build_shop(raw, nullptr, context.threads, kAllTimes), generation.products()).shop;
}

std::shared_ptr<const bundle::Generation> read_generation(const command::Context& context,
                                                          const io::LogSchema& schema) {
  const auto given = context.option("bundle");
  auto generation = bundle::Generation::load(given ? std::filesystem::path(*given)
                                                   : context.path(command::kBundleFolder));
  const auto catalog = io::read_catalog(context.option("data").value(), schema, *context.progress);
  if (!catalog) return generation;
  const auto products = build_products(*catalog);
  return generation->with_catalog(&products);
}

Json to_json(const evaluation::Replay& found, const evaluation::ReplayConfig& config,
             const bundle::Bundle& bundle) {
  const auto number = [](double value) { return std::isnan(value) ? Json() : Json(value); };
  Json json{
      {"bundle", bundle.fingerprint()},   {"learned_until", format_time(bundle.learned().until)},
      {"from", format_time(config.from)}, {"to", format_time(config.to)},
      {"events", found.n_events},         {"answers", found.n_answers}};
  for (std::size_t t = 0; t < found.hits.size(); ++t) {
    const auto& hits = found.hits[t];
    Json rates = Json::array();
    for (const auto& rate : hits.rates) {
      rates.push_back({{"k", rate.k},
                       {"live", number(rate.live)},
                       {"frozen", number(rate.frozen)},
                       {"difference", number(rate.difference.value)},
                       {"low", number(rate.difference.interval.low)},
                       {"high", number(rate.difference.interval.high)}});
    }
    json["targets"][std::string(evaluation::kTargetNames[t])] = {{"moments", hits.n_moments},
                                                                 {"hit_rates", rates}};
  }
  json["check"] = {{"answers", found.check.n_pairs},
                   {"moments", found.check.n_moments},
                   {"other_lists", found.check.n_other_lists},
                   {"other_features", found.check.n_other_features}};
  json["p50_us"] = found.p50_us;
  json["p99_us"] = found.p99_us;
  return json;
}

std::string table_text(const evaluation::Replay& found) {
  const auto number = [](double value, const char* form) {
    return std::isnan(value) ? std::string("-") : fmt::format(fmt::runtime(form), value);
  };
  std::string text = fmt::format("{:<16}{:>5}{:>9}{:>9}{:>9}   {}\n", "targets", "hit@", "moments",
                                 "live", "frozen", "live - frozen, 95% interval");
  for (std::size_t t = 0; t < found.hits.size(); ++t) {
    for (const auto& rate : found.hits[t].rates) {
      const auto& difference = rate.difference;
      text += fmt::format("{:<16}{:>5}{:>9}{:>9}{:>9}   {} [{}, {}]\n", evaluation::kTargetNames[t],
                          rate.k, found.hits[t].n_moments, number(rate.live, "{:.4f}"),
                          number(rate.frozen, "{:.4f}"), number(difference.value, "{:+.4f}"),
                          number(difference.interval.low, "{:+.4f}"),
                          number(difference.interval.high, "{:+.4f}"));
    }
  }
  text +=
      fmt::format("{} events, {} live answers, {:.0f} us each (half of them), {:.0f} us (99%)\n",
                  found.n_events, found.n_answers, found.p50_us, found.p99_us);
  if (found.check.n_pairs > 0) {
    text += fmt::format(
        "{} answers at {} moments against the batch: {} lists and {} feature tables "
        "differ\n",
        found.check.n_pairs, found.check.n_moments, found.check.n_other_lists,
        found.check.n_other_features);
  }
  return text;
}

void run(const command::Context& context) {
  const auto config = read_config(context);
  const auto schema_path = context.option("schema");
  const auto schema = schema_path ? io::read_schema(*schema_path) : io::LogSchema{};
  const auto generation = read_generation(context, schema);
  const auto& bundle = generation->bundle();
  const auto shop = read_shop(context, *generation, schema, config.to);
  bundle::check_fit(bundle, shop, config.from,
                    {.allow_future = context.option("allow-future").has_value(),
                     .force_bundle = context.option("force-bundle").has_value()},
                    *context.progress);
  live::Service service(generation);
  const auto found = evaluation::replay(shop, service, bundle.params(), config, *context.progress);
  if (found.n_answers == 0) {
    context.progress->warn(fmt::format(
        "replay: from {} to {} no product is put into a basket or ordered, nothing could be hit; "
        "take other moments",
        format_time(config.from), format_time(config.to)));
  }
  if (const auto path = context.option("json")) {
    write_file(*path, to_json(found, config, bundle).dump(2) + "\n");
  }
  *context.out << table_text(found);
  if (found.check.n_other_lists + found.check.n_other_features == 0) return;
  throw Error(
      ErrorCode::kInternal,
      fmt::format("replay: {} of {} live answers are not those of the batch, expected none; "
                  "please report it with the bundle's fingerprint {}",
                  std::max(found.check.n_other_lists, found.check.n_other_features),
                  found.check.n_pairs, bundle.fingerprint()));
}

}  // namespace

command::Command replay_command() {
  return {
      .name = "replay",
      .summary =
          "plays a log through the live engine: how often it names what comes next, beside "
          "the list of the day's start",
      .inputs = {{command::kBundleFolder, "the bundle, unless --bundle is given", false, "bundle"},
                 {"{data}", "the log"},
                 {"{schema}", "the log's column names and action codes", true}},
      .outputs = {{"{json}", "the figures with all digits", true}},
      .sections = {},
      .options =
          {{"--bundle", "DIR", "the packed bundle (default: models/bundle of the workspace)"},
           {"--data", "DIR", "folder with the shop's log and catalog, or the log", true},
           {"--from", "TIME", "first moment that is asked about, in the log's own clock", true},
           {"--to", "TIME", "the moment after the last", true},
           {"--k", "K[,K...]", "lengths of lists that hits are counted in (default: 10,25)"},
           {"--check", "N",
            "compare N live answers, at 50 moments, with those of the batch, bit by bit (default: "
            "0)"},
           {"--allow-future", "",
            "replay moments before the bundle had learned; such hits mean nothing"},
           {"--force-bundle", "",
            "replay although the bundle knows next to none of the log's products"},
           {"--schema", "FILE", "column names and action codes of a log with other names"},
           {"--json", "FILE", "write the figures there as JSON too"}},
      .example = "vitrina replay --bundle bundle/ --data shop/ --from 2024-09-26 --to 2024-09-29",
      .run = run,
      .is_pipeline = false,
  };
}

}  // namespace vitrina::tools
