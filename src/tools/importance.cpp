#include "tools/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>

#include "command/layout.hpp"
#include "command/workspace_shop.hpp"
#include "core/file.hpp"
#include "core/rng.hpp"
#include "data/purchases.hpp"
#include "evaluation/permutation.hpp"
#include "pipeline/fold_engine.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/lineage.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::tools {
namespace {

using Json = nlohmann::ordered_json;

struct ImportanceConfig {
  int repeats = 1;
  int max_users = 0;
  int memory_mib = 512;

  void visit(ConfigVisitor& v) {
    v.field("repeats", repeats, {1, 1000}, "permutations that importances are the mean of");
    v.field("max_users", max_users, {0, 1e8},
            "about how many of the scored users are looked at, drawn at random with their share of "
            "the answer and of the buyers; 0: all");
    v.field("memory_mib", memory_mib, {1, 1e6},
            "memory for permuted columns; with less, features are made more often, and the figures "
            "are the same");
  }
};

/// Users drawn by hashes of their ids, so that a log that grows keeps them; scored or not.
class UserSample {
 public:
  UserSample(const Shop& shop, std::uint64_t seed, std::size_t n_scored, int max_users)
      : shop_(shop),
        seed_(seed),
        share_(max_users == 0 ? 1.0
                              : static_cast<double>(max_users) / static_cast<double>(n_scored)) {}

  [[nodiscard]] bool holds(UserIdx user) const {
    return share_ >= 1 ||
           unit_interval(mix64(hash_text(shop_.users.external(user)), seed_)) < share_;
  }
  [[nodiscard]] std::vector<UserIdx> of(const std::vector<UserIdx>& users) const {
    std::vector<UserIdx> drawn;
    std::copy_if(users.begin(), users.end(), std::back_inserter(drawn),
                 [&](UserIdx user) { return holds(user); });
    return drawn;
  }
  [[nodiscard]] Purchases of(const Purchases& bought) const {
    Purchases drawn;
    for (std::size_t b = 0; b < bought.n_buyers(); ++b) {
      if (!holds(bought.buyers[b])) continue;
      const auto items = bought.items.row(b);
      drawn.buyers.push_back(bought.buyers[b]);
      drawn.items.values.insert(drawn.items.values.end(), items.begin(), items.end());
      drawn.items.offsets.push_back(drawn.items.values.size());
    }
    return drawn;
  }
  [[nodiscard]] selection::ChoiceLimits of(selection::ChoiceLimits limits) const {
    const double n_users = std::min(1.0, share_) * static_cast<double>(limits.max_users);
    return {static_cast<std::size_t>(std::max(1.0, std::round(n_users))), limits.k};
  }

 private:
  const Shop& shop_;
  std::uint64_t seed_;
  double share_;
};

/// The columns of a feature group, which stand side by side.
struct Group {
  std::string name;
  std::vector<std::size_t> columns;
};

std::vector<Group> groups_of(const std::vector<std::string>& columns) {
  std::vector<Group> groups;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto name = columns[c].substr(0, columns[c].find("__"));
    if (groups.empty() || groups.back().name != name) groups.push_back({name, {}});
    groups.back().columns.push_back(c);
  }
  return groups;
}

/// What is permuted: the base, then group by group each column that a tree splits on, alone, and
/// all of the group together. The others cannot change a score.
std::vector<evaluation::ColumnSet> sets_of(const std::vector<Group>& groups,
                                           const std::vector<std::string>& columns,
                                           const std::vector<double>& gain) {
  std::vector<evaluation::ColumnSet> sets{{"base", {evaluation::kBaseColumn}}};
  for (const auto& group : groups) {
    evaluation::ColumnSet whole{group.name, {}};
    for (const auto c : group.columns) {
      const bool is_used = gain[c] > 0;
      sets.push_back({columns[c], is_used ? std::vector{c} : std::vector<std::size_t>{}});
      if (is_used) whole.columns.push_back(c);
    }
    sets.push_back(std::move(whole));
  }
  return sets;
}

Json measures_json(const evaluation::Measures& untouched, const evaluation::Measures& permuted) {
  return {{"recall_a_drop", untouched.recall_a - permuted.recall_a},
          {"cross_entropy_rise", permuted.cross_entropy - untouched.cross_entropy}};
}

Json gain_json(double gain, double total) {
  return {{"gain", gain}, {"gain_share", total > 0 ? gain / total : 0.0}};
}

/// `result` has the sets of sets_of().
void add_importances(const std::vector<Group>& groups, const std::vector<std::string>& columns,
                     const std::vector<double>& gain, const evaluation::PermutationResult& result,
                     Json& json) {
  const double total = std::accumulate(gain.begin(), gain.end(), 0.0);
  std::size_t set = 0;
  json["base"] = measures_json(result.untouched, result.permuted[set++]);
  json["groups"] = Json::array();
  json["columns"] = Json::array();
  for (const auto& group : groups) {
    double group_gain = 0;
    for (const auto c : group.columns) {
      Json row{{"column", columns[c]}};
      row.update(gain_json(gain[c], total));
      row.update(measures_json(result.untouched, result.permuted[set++]));
      json["columns"].push_back(row);
      group_gain += gain[c];
    }
    Json row{{"group", group.name}, {"columns", group.columns.size()}};
    row.update(gain_json(group_gain, total));
    row.update(measures_json(result.untouched, result.permuted[set++]));
    json["groups"].push_back(row);
  }
}

Json importance_json(const command::Context& context, const Shop& shop,
                     const pipeline::Fold& fold) {
  const auto config = read_section<ImportanceConfig>(context.params, "importance");
  const auto choose = selection::read_choose(context.params);
  const pipeline::FoldEngine fold_engine(context, shop, fold);
  const auto& engine = fold_engine.engine();
  const auto ranker = ranking::Ranker::load(context.path(command::kRankerFolder));
  const auto limit = engine::max_scored_users(
      read_section<engine::EngineConfig>(context.params, "engine"), choose.max_users);
  const auto scored = engine::users_to_score(
      fold_engine.queries(), *fold_engine.models().own_history, limit, {}, context.threads);
  const UserSample sample(shop, context.seed, scored.size(), config.max_users);
  const auto users = sample.of(scored);
  const auto bought = sample.of(purchases_between(shop.events, fold.cut, fold.to));
  const auto limits = sample.of(choose.limits());
  const auto& columns = engine.column_names();
  auto gain = ranker.gains();
  gain.resize(columns.size(), 0.0);  // without trees there are none
  const auto groups = groups_of(columns);
  const auto sets = sets_of(groups, columns, gain);
  std::size_t n_permuted = 0;
  for (const auto& set : sets) n_permuted += set.columns.empty() ? 0 : 1;
  context.progress->begin("permute columns",
                          users.size() * n_permuted * static_cast<std::size_t>(config.repeats),
                          "users");
  const evaluation::PermutationTask task{.engine = engine,
                                         .scorer = {ranker, *fold_engine.models().own_history},
                                         .queries = fold_engine.queries(),
                                         .users = users,
                                         .bought = bought,
                                         .limits = limits,
                                         .sets = sets,
                                         .repeats = config.repeats,
                                         .seed = context.seed,
                                         .max_bytes = static_cast<std::size_t>(config.memory_mib)
                                                      << 20U,
                                         .threads = context.threads};
  const auto result = evaluation::permute(task, *context.progress);
  Json json{{"cut", format_time(fold.cut)},
            {"to", format_time(fold.to)},
            {"scored_users", scored.size()},
            {"users", users.size()},
            {"max_sent", limits.max_users},
            {"rows", result.n_rows},
            {"buyers", bought.n_buyers()},
            {"bought_pairs", bought.n_pairs()},
            {"trees", ranker.rounds()},
            {"repeats", config.repeats},
            {"seed", context.seed},
            {"recall_a", result.untouched.recall_a},
            {"cross_entropy", result.untouched.cross_entropy}};
  add_importances(groups, columns, gain, result, json);
  context.progress->end(fmt::format(
      "{} columns of {} groups, {} of them used by {} trees", columns.size(), groups.size(),
      std::count_if(gain.begin(), gain.end(), [](double g) { return g > 0; }), ranker.rounds()));
  return json;
}

void run(const command::Context& context) {
  const auto kept_shop = command::workspace_shop(context);
  const Shop& shop = *kept_shop;
  const auto folds = pipeline::folds_of_shop(context);
  pipeline::check_made_of(context.path(command::kModelsFolder), folds, "fit");
  pipeline::check_made_of(context.path(command::kRankerFolder), folds, "train");
  const Json json =
      folds.valid ? importance_json(context, shop, *folds.valid)
                  : Json{{"cut", nullptr},
                         {"reason", "the log is too short for a valid fold: nothing was judged"}};
  const auto given = context.option("json");
  write_file(given ? std::filesystem::path(*given) : context.path(command::kImportanceReport),
             json.dump(2) + "\n");
}

std::vector<SectionInfo> sections() {
  auto sections = engine::engine_sections();
  sections.push_back({"choose", describe<selection::ChooseConfig>()});
  sections.push_back({"importance", describe<ImportanceConfig>()});
  return sections;
}

}  // namespace

command::Command importance_command() {
  return {.name = "importance",
          .summary =
              "says what each feature column and group brings on the valid fold: gain, and what is "
              "lost when its values are permuted",
          .inputs = {{command::kShopFile, "the shop"},
                     {command::kSplitFile, "the folds"},
                     {command::kModelsFolder, "the valid fold's models"},
                     {command::kRankerFolder, "the ranker"}},
          .outputs = {{command::kImportanceReport, "gains and importances, unless --json is given",
                       true},
                      {"{json}", "the same", true}},
          .sections = sections(),
          .options = {{"--json", "FILE",
                       "write them there (default: reports/importance.json of the workspace)"},
                      {"--repeats", "N", "permutations that importances are the mean of", false,
                       "importance.repeats"},
                      {"--max-users", "N", "about how many scored users are looked at, 0 for all",
                       false, "importance.max_users"}},
          // `vitrina run --keep-stages stages/` leaves such a workspace
          .example = "vitrina importance --workspace stages/ --json importance.json",
          .run = run,
          .is_pipeline = false};
}

}  // namespace vitrina::tools
