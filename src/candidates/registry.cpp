#include <memory>
#include <string_view>
#include <vector>

#include "candidates/basket_now.hpp"
#include "candidates/covisitation.hpp"
#include "candidates/generator.hpp"
#include "candidates/own_history.hpp"
#include "candidates/popular.hpp"
#include "candidates/popular_in_categories.hpp"
#include "candidates/repurchase.hpp"
#include "candidates/session_neighbours.hpp"

namespace vitrina::candidates {
namespace {

/// The row of the generator that `Make` makes from a context and a config.
template <auto Make>
struct Row;
template <class Config, std::unique_ptr<Generator> (*Make)(const GeneratorContext&, const Config&)>
struct Row<Make> {
  static GeneratorInfo of(std::string_view name, std::string_view summary,
                          const std::vector<models::ModelKind>& needs) {
    return {
        .name = name,
        .summary = summary,
        .needs = needs,
        .fields = describe<Config>,
        .enabled =
            [](const ParamMap& params, std::string_view section) {
              return read_section<Config>(params, section).enabled;
            },
        .make_in =
            [](const GeneratorContext& context, const ParamMap& params, std::string_view section) {
              return Make(context, read_section<Config>(params, section));
            }};
  }
};

template <auto Make>
GeneratorInfo row(std::string_view name, std::string_view summary,
                  const std::vector<models::ModelKind>& needs) {
  return Row<Make>::of(name, summary, needs);
}

}  // namespace

const std::vector<GeneratorInfo>& registry() {
  using models::ModelKind;
  static const std::vector<GeneratorInfo> kRows{
      row<make_own_history>("own_history", "products the user touched, by the learned decay rule",
                            {ModelKind::kOwnHistory}),
      row<make_basket_now>("basket_now", "what lies in the user's basket, newest first", {}),
      row<make_repurchase>(
          "repurchase",
          "what the user bought, and what sells in its category, when it is time again",
          {ModelKind::kRepurchase, ModelKind::kPopularity}),
      row<make_covisitation>("covisitation",
                             "what others bought or viewed with the user's last products",
                             {ModelKind::kCovisitation}),
      row<make_session_neighbours>("session_neighbours",
                                   "what visits of others with the user's last products were about",
                                   {ModelKind::kSessions}),
      row<make_popular_in_categories>("popular_in_categories",
                                      "what sells in the categories the user looks at",
                                      {ModelKind::kPopularity}),
      row<make_popular>("popular", "what sells in the whole shop", {ModelKind::kPopularity}),
  };
  return kRows;
}

}  // namespace vitrina::candidates
