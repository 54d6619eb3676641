#include "pipeline/blend_file.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "support/scratch.hpp"

namespace vitrina::pipeline {
namespace {

using ranking::BlendChoice;
using ranking::RankerConfig;

std::filesystem::path file() { return test::scratch("blend.json"); }

TEST(BlendFile, WhatWasChosenTakesThePlaceOfTheParameters) {
  BlendChoice choice{.options = {{{0.5, 0.5, 0}, 80, 2, 0, 0}, {{0.5, 0, 0.5}, 40, 1.9, 0.1, 0.05}},
                     .chosen = 1,
                     .is_tested = true};
  save_blend(choice, file());
  const auto config = with_blend({.rounds = 200}, file());
  EXPECT_EQ(config.blend(), choice.best().blend);
  EXPECT_EQ(config.rounds, 100) << "half of the trees, whatever there is to learn from";
}

TEST(BlendFile, WithoutATestTheTreesAreTakenAsTheyAre) {
  save_blend({.options = {{{0.5, 0.5, 0}, 30}}}, file());
  EXPECT_EQ(with_blend({.rounds = 200}, file()).rounds, 30);
}

TEST(BlendFile, NothingChosenChangesNothing) {
  save_blend({}, file());
  const RankerConfig config{.share_weight = 0.25, .hit_weight = 0, .rounds = 12};
  const auto same = with_blend(config, file());
  EXPECT_EQ(same.share_weight, config.share_weight);
  EXPECT_EQ(same.hit_weight, config.hit_weight);
  EXPECT_EQ(same.rounds, config.rounds);
}

TEST(BlendFile, AnotherFileIsRefused) {
  for (const auto* text : {"", "[]", "{\"chosen\": {\"weights\": {}}}"}) {
    write_file(file(), text);
    try {
      (void)with_blend({}, file());
      ADD_FAILURE() << text << " was read";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
    }
  }
}

}  // namespace
}  // namespace vitrina::pipeline
