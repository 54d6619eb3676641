#include "evaluation/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
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
#include "data/log_checks.hpp"
#include "io/catalog_reader.hpp"
#include "io/log_reader.hpp"
#include "io/log_schema.hpp"
#include "tools/tools.hpp"
#include "tools/truth_log.hpp"

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

/// A bundle and the log before the replay's end, numbered as the bundle's products are.
struct Contestant {
  std::shared_ptr<const bundle::Generation> generation;
  Shop shop;
};

/// The bundle that is asked about and, where there is one, the other behind it. The log is read on
/// the former's clock where nothing else names one.
std::vector<Contestant> read_contestants(const command::Context& context, TimeUs end) {
  const auto given = context.option("bundle");
  std::vector<std::filesystem::path> folders{given ? std::filesystem::path(*given)
                                                   : context.path(command::kBundleFolder)};
  if (const auto other = context.option("vs")) folders.emplace_back(*other);
  std::vector<Contestant> contestants;
  for (const auto& folder : folders) contestants.push_back({bundle::Generation::load(folder), {}});

  auto schema = truth_schema(context);
  if (schema.time_zone.empty())
    schema.time_zone = contestants.front().generation->bundle().time_zone();
  const auto data = context.option("data").value();
  std::optional<ProductSpace> products;
  if (const auto catalog = io::read_catalog(data, schema, *context.progress)) {
    products = build_products(*catalog);
  }
  auto raw = io::read_log(data, schema, end, context.threads, *context.progress);
  check_truth(raw, max_bad_share(context), *context.progress);
  const auto shop = build_shop(raw, nullptr, context.threads);
  for (auto& [generation, joined] : contestants) {
    if (products) generation = generation->with_catalog(&*products);
    joined = join(shop, generation->products()).shop;
  }
  return contestants;
}

/// Null where there is no value.
Json to_json(double value) { return std::isnan(value) ? Json() : Json(value); }

void add_difference(const metrics::Difference& difference, Json& json) {
  json["difference"] = to_json(difference.value);
  json["low"] = to_json(difference.interval.low);
  json["high"] = to_json(difference.interval.high);
}

Json to_json(const evaluation::Versus& versus, const bundle::Bundle& other) {
  Json json{{"bundle", other.fingerprint()}, {"learned_until", format_time(other.learned().until)}};
  for (std::size_t t = 0; t < versus.size(); ++t) {
    Json rates = Json::array();
    for (const auto& rate : versus[t]) {
      rates.push_back({{"k", rate.k}, {"live", to_json(rate.live)}});
      add_difference(rate.difference, rates.back());
    }
    json["targets"][std::string(evaluation::kTargetNames[t])] = {{"hit_rates", rates}};
  }
  return json;
}

Json to_json(const evaluation::Replay& found, const evaluation::ReplayConfig& config,
             const bundle::Bundle& bundle) {
  Json json{
      {"bundle", bundle.fingerprint()},   {"learned_until", format_time(bundle.learned().until)},
      {"from", format_time(config.from)}, {"to", format_time(config.to)},
      {"events", found.n_events},         {"answers", found.n_answers}};
  for (std::size_t t = 0; t < found.hits.size(); ++t) {
    const auto& hits = found.hits[t];
    Json rates = Json::array();
    for (const auto& rate : hits.rates) {
      rates.push_back(
          {{"k", rate.k}, {"live", to_json(rate.live)}, {"frozen", to_json(rate.frozen)}});
      add_difference(rate.difference, rates.back());
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

std::string header_text(std::string_view other) {
  return fmt::format("{:<16}{:>5}{:>9}{:>9}{:>9}   live - {}, 95% interval\n", "targets", "hit@",
                     "moments", "live", other, other);
}

std::string line_text(evaluation::Target target, std::size_t k, std::uint64_t n_moments,
                      std::array<double, 2> rates, const metrics::Difference& difference) {
  const auto number = [](double value, const char* form) {
    return std::isnan(value) ? std::string("-") : fmt::format(fmt::runtime(form), value);
  };
  return fmt::format(
      "{:<16}{:>5}{:>9}{:>9}{:>9}   {} [{}, {}]\n",
      evaluation::kTargetNames[static_cast<std::size_t>(target)], k, n_moments,
      number(rates[0], "{:.4f}"), number(rates[1], "{:.4f}"), number(difference.value, "{:+.4f}"),
      number(difference.interval.low, "{:+.4f}"), number(difference.interval.high, "{:+.4f}"));
}

std::string table_text(const evaluation::Replay& found) {
  auto text = header_text("frozen");
  for (std::size_t t = 0; t < found.hits.size(); ++t) {
    for (const auto& rate : found.hits[t].rates) {
      text += line_text(evaluation::Target(t), rate.k, found.hits[t].n_moments,
                        {rate.live, rate.frozen}, rate.difference);
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

std::string table_text(const evaluation::Replay& found, const evaluation::Versus& versus,
                       const bundle::Bundle& other) {
  auto text = fmt::format("other: bundle {}, learned from events until {}, asked live too\n",
                          other.fingerprint(), format_time(other.learned().until));
  text += header_text("other");
  for (std::size_t t = 0; t < versus.size(); ++t) {
    for (std::size_t i = 0; i < versus[t].size(); ++i) {
      const auto& rate = versus[t][i];
      text += line_text(evaluation::Target(t), rate.k, found.hits[t].n_moments,
                        {found.hits[t].rates[i].live, rate.live}, rate.difference);
    }
  }
  return text;
}

evaluation::Replay play(const Contestant& contestant, const evaluation::ReplayConfig& config,
                        Progress& progress) {
  live::Service service(contestant.generation);
  return evaluation::replay(contestant.shop, service, contestant.generation->bundle().params(),
                            config, progress);
}

void refuse_other_answers(const evaluation::EqualityCheck& check, const bundle::Bundle& bundle) {
  if (check.n_other_lists + check.n_other_features == 0) return;
  throw Error(
      ErrorCode::kInternal,
      fmt::format("replay: {} of {} live answers are not those of the batch, expected none; "
                  "please report it with the bundle's fingerprint {}",
                  std::max(check.n_other_lists, check.n_other_features), check.n_pairs,
                  bundle.fingerprint()));
}

void run(const command::Context& context) {
  const auto config = read_config(context);
  const auto contestants = read_contestants(context, config.to);
  for (const auto& [generation, shop] : contestants) {
    bundle::check_fit(generation->bundle(), shop, config.from,
                      {.allow_future = context.option("allow-future").has_value(),
                       .force_bundle = context.option("force-bundle").has_value()},
                      *context.progress);
  }
  const auto& bundle = contestants.front().generation->bundle();
  const auto found = play(contestants.front(), config, *context.progress);
  if (found.n_answers == 0) {
    context.progress->warn(fmt::format(
        "replay: from {} to {} no product is put into a basket or ordered, nothing could be hit; "
        "take other moments",
        format_time(config.from), format_time(config.to)));
  }
  auto json = to_json(found, config, bundle);
  auto text = table_text(found);
  if (contestants.size() > 1) {
    auto unchecked = config;
    unchecked.check_pairs = 0;
    const auto other = play(contestants.back(), unchecked, *context.progress);
    const auto versus = evaluation::compare_live(found, other, config);
    const auto& other_bundle = contestants.back().generation->bundle();
    json["versus"] = to_json(versus, other_bundle);
    text += table_text(found, versus, other_bundle);
  }
  if (const auto path = context.option("json")) write_file(*path, json.dump(2) + "\n");
  *context.out << text;
  refuse_other_answers(found.check, bundle);
}

}  // namespace

command::Command replay_command() {
  return {
      .name = "replay",
      .summary =
          "plays a log through the live engine: how often it names what comes next, beside "
          "the list of the day's start or another bundle's answer",
      .inputs = {{command::kBundleFolder, "the bundle, unless --bundle is given", false, "bundle"},
                 {"{vs}", "another bundle", true},
                 {"{data}", "the log"},
                 {"{ingest.schema}", "the log's column names and action codes", true}},
      .outputs = {{"{json}", "the figures with all digits", true}},
      .sections = {truth_section()},
      .options =
          {{"--bundle", "DIR", "the packed bundle (default: models/bundle of the workspace)"},
           {"--data", "DIR", "folder with the shop's log and catalog, or the log", true},
           {"--from", "TIME", "first moment that is asked about, in the log's own clock", true},
           {"--to", "TIME", "the moment after the last", true},
           {"--vs", "DIR",
            "another packed bundle, asked at the same moments, for the paired difference of live "
            "answers"},
           {"--k", "K[,K...]", "lengths of lists that hits are counted in (default: 10,25)"},
           {"--check", "N",
            "compare N live answers, at 50 moments, with those of the batch, bit by bit (default: "
            "0)"},
           {"--allow-future", "",
            "replay moments before the bundle had learned; such hits mean nothing"},
           {"--force-bundle", "",
            "replay although the bundle knows next to none of the log's products"},
           schema_option(),
           {"--json", "FILE", "write the figures there as JSON too"}},
      .example = "vitrina replay --bundle bundle/ --data shop/ --from 2024-09-26 --to 2024-09-29",
      .run = run,
      .is_pipeline = false,
      .check = check_truth_keys,
  };
}

}  // namespace vitrina::tools
