#include "tools/tools.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "core/lock.hpp"
#include "core/temporary.hpp"
#include "evaluation/baseline_rules.hpp"
#include "io/submission.hpp"
#include "models/model_set.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/read_shop.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::tools {
namespace {

void write(const Shop& shop, const evaluation::Baseline& baseline,
           const std::filesystem::path& path) {
  io::Submission submission;
  for (std::size_t row = 0; row < baseline.sent.size(); ++row) {
    submission.user_id.emplace_back(shop.users.external(baseline.sent.users[row]));
    auto& products = submission.products.emplace_back();
    for (const auto item : baseline.sent.items.row(row)) {
      products.emplace_back(shop.items.external(item));
    }
  }
  io::write_submission(path, submission);
}

void run(const command::Context& context) {
  const std::filesystem::path out = context.option("out").value_or("out");
  const FolderLock lock(out, "vitrina baselines");
  const auto shop = pipeline::read_shop(context).shop;
  const auto folds = pipeline::decide_folds(
      shop.begin, shop.end, read_section<pipeline::SplitConfig>(context.params, "split"));
  const auto choose = selection::read_choose(context.params);
  const models::FitContext fit{shop,     shop.end,       folds.label_length, choose.max_users,
                               choose.k, context.threads};
  constexpr std::array kWanted{models::ModelKind::kOwnHistory, models::ModelKind::kPopularity};
  context.progress->begin("fit models", kWanted.size(), "models");
  const auto fitted = models::fit_models(fit, kWanted, context.params, *context.progress);
  context.progress->end("own history and popularity");
  // All or none take the place of what was there: the files do not say as of when they are.
  const TemporaryPath fresh(out / ".baselines");
  std::filesystem::remove_all(fresh.path());  // what a killed one has left
  const auto baselines =
      evaluation::make_baselines(shop, fitted, shop.end, choose.limits(), context.threads);
  const auto file = [](const auto& baseline) { return fmt::format("{}.csv", baseline.name); };
  for (const auto& baseline : baselines) write(shop, baseline, fresh.path() / file(baseline));
  for (const auto& baseline : baselines) {
    std::filesystem::rename(fresh.path() / file(baseline), out / file(baseline));
  }
}

std::vector<SectionInfo> sections() {
  auto sections = models::model_sections();
  sections.push_back({"ingest", describe<pipeline::IngestConfig>()});
  sections.push_back({"split", describe<pipeline::SplitConfig>()});
  sections.push_back({"choose", describe<selection::ChooseConfig>()});
  return sections;
}

std::vector<command::Option> options() {
  auto options = pipeline::ingest_options();
  options.push_back({"--out", "DIR", "where the answers go (default: out)"});
  return options;
}

}  // namespace

command::Command baselines_command() {
  return {.name = "baselines",
          .summary = "answers by the simple rules that the engine is compared with",
          .inputs = {{"{ingest.data_dir}", "the log, the catalog and the title vectors"}},
          .outputs = {{"{out}/organisers.csv", "additions to the basket in the last 5 days"},
                      {"{out}/popularity.csv", "what sells, to the newest visitors"},
                      {"{out}/own_history.csv", "learned decay of what the user touched"}},
          .sections = sections(),
          .options = options(),
          .example = "vitrina baselines --data shop/ --as-of 2024-09-26 --out answer/",
          .run = run,
          .is_pipeline = false};
}

}  // namespace vitrina::tools
