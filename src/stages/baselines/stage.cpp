#include "stages/baselines/stage.hpp"

#include <fmt/format.h>

#include <array>

#include "core/lock.hpp"
#include "io/submission.hpp"
#include "models/model_set.hpp"
#include "selection/choose_config.hpp"
#include "stages/baseline_rules.hpp"
#include "stages/folds.hpp"
#include "stages/read_shop.hpp"

namespace vitrina::stages::baselines {
namespace {

void write(const Shop& shop, const Baseline& baseline, const std::filesystem::path& path) {
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

void run(const StageContext& context) {
  const std::filesystem::path out = context.option("out").value_or("out");
  const FolderLock lock(out, "vitrina baselines");
  const auto shop = read_shop(context).shop;
  const auto folds =
      decide_folds(shop.begin, shop.end, read_section<SplitConfig>(context.params, "split"));
  const auto choose = selection::read_choose(context.params);
  const models::FitContext fit{shop,     shop.end,        folds.label_length, choose.max_users,
                               choose.k, context.threads, context.seed};
  constexpr std::array kWanted{models::ModelKind::kOwnHistory, models::ModelKind::kPopularity};
  context.progress->begin("fit models", kWanted.size(), "models");
  const auto fitted = models::fit_models(fit, kWanted, context.params, *context.progress);
  context.progress->end("own history and popularity");
  for (const auto& baseline :
       make_baselines(shop, fitted, shop.end, choose.limits(), context.threads)) {
    write(shop, baseline, out / fmt::format("{}.csv", baseline.name));
  }
}

std::vector<SectionInfo> sections() {
  auto sections = models::model_sections();
  sections.push_back({"ingest", describe<IngestConfig>()});
  sections.push_back({"split", describe<SplitConfig>()});
  sections.push_back({"choose", describe<selection::ChooseConfig>()});
  return sections;
}

std::vector<StageOption> options() {
  auto options = ingest_options();
  options.push_back({"--out", "DIR", "where the answers go (default: out)"});
  return options;
}

}  // namespace

Stage stage() {
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

}  // namespace vitrina::stages::baselines
