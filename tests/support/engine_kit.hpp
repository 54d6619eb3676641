#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "candidates/generator.hpp"
#include "core/params.hpp"
#include "engine/engine.hpp"
#include "models/model_set.hpp"
#include "support/events.hpp"

namespace vitrina::test {

/// Every kind of model.
const std::vector<models::ModelKind>& all_models();

/// Parameters that switch on every generator and feature group, those that are off by default too.
ParamMap everything_on();

/// The same, and the models learn from a small shop too.
ParamMap small_shop_params();

/// Fits the wanted models at the cut, with windows of a day.
models::ModelSet fit_at(const Shop& shop, TimeUs cut,
                        std::span<const models::ModelKind> wanted = all_models(), int threads = 1,
                        const ParamMap& params = small_shop_params());

/// A history with the events that it refers to.
struct OwnedHistory : UserHistory {
  EventColumns merged;
};
OwnedHistory history_of(const EventLog& log, UserIdx user, TimeUs as_of);

/// Candidates and features of a user of the shop as of the cut, and one generator's list for it.
engine::UserBlock block_of(const engine::Engine& engine, const Shop& shop, TimeUs cut, UserIdx user,
                           std::span<const std::uint8_t> allowed = {}, std::size_t k = 25);
std::vector<ScoredItem> list_of(const engine::Engine& engine, std::size_t generator,
                                const UserHistory& history);

/// A list in external ids, so that lists of shops with other products can be compared.
using NamedList = std::vector<std::pair<std::string, float>>;
NamedList named(const Shop& shop, std::span<const ScoredItem> list);

/// What the generator of that name proposes to a user of the shop as of the cut, from models that
/// were fitted at the cut.
std::vector<ScoredItem> propose(const Shop& shop, TimeUs cut, std::string_view generator,
                                UserIdx user, const ParamMap& params = small_shop_params());

/// The row of a registry by name; throws std::out_of_range.
const candidates::GeneratorInfo& generator_row(std::string_view name);

}  // namespace vitrina::test
