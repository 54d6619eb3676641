#include "pipeline/blend_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bundle/json_problem.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

namespace vitrina::pipeline {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const ranking::Blend& blend) {
  Json json;
  for (std::size_t m = 0; m < blend.size(); ++m) json[ranking::kModelNames[m]] = blend[m];
  return json;
}

}  // namespace

void save_blend(const ranking::BlendChoice& choice, const std::filesystem::path& path) {
  Json json{{"chosen", nullptr}, {"tested", choice.is_tested}};
  if (!choice.options.empty()) {
    json["chosen"] = {
        {"weights", to_json(choice.best().blend)},
        {"trees", choice.best().rounds},
        {"of_trees", choice.is_tested ? choice.options.front().rounds : choice.best().rounds}};
  }
  json["options"] = Json::array();
  for (const auto& option : choice.options) {
    if (!choice.is_tested) break;
    json["options"].push_back({{"weights", to_json(option.blend)},
                               {"trees", option.rounds},
                               {"loss", option.loss},
                               {"gain", option.gain},
                               {"standard_error", option.error}});
  }
  write_file(path, json.dump(2) + "\n");
}

ranking::RankerConfig with_blend(const ranking::RankerConfig& config,
                                 const std::filesystem::path& path) {
  try {
    const auto json = Json::parse(read_file(path));
    const auto& chosen = json.at("chosen");
    if (chosen.is_null()) return config;
    auto result = config;
    const auto weight = [&](ranking::Model model) {
      return chosen.at("weights").at(ranking::kModelNames[model]).get<double>();
    };
    result.share_weight = weight(ranking::kShare);
    result.hit_weight = weight(ranking::kHit);
    result.two_step_weight = weight(ranking::kTwoStep);
    const int trees = chosen.at("trees").get<int>();
    if (!json.at("tested").get<bool>()) {
      result.rounds = trees;
    } else {
      // there is more to learn from now: the share of the trees is what was chosen
      result.rounds = config.rounds * trees / std::max(1, chosen.at("of_trees").get<int>());
    }
    return result;
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("{}: {}; run 'vitrina train' again", path.string(),
                            bundle::json_problem(error)));
  }
}

}  // namespace vitrina::pipeline
