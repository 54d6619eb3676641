#include "ranking/examples.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.hpp"
#include "core/file.hpp"
#include "support/scratch.hpp"
#include "unit/ranking/ranker_fixture.hpp"

namespace vitrina::ranking {
namespace {

TEST(Examples, ComeBackFromDiskAsTheyWere) {
  const auto path = test::scratch("examples_test.vtr");
  auto examples = make_examples(30, 13);
  examples.cut = 5 * kUsPerDay;
  examples.to = 6 * kUsPerDay;
  save_examples(examples, path);
  const auto bytes = read_file(path);
  const auto loaded = load_examples(path);
  EXPECT_EQ(loaded.cut, examples.cut);
  EXPECT_EQ(loaded.to, examples.to);
  EXPECT_EQ(loaded.columns, examples.columns);
  EXPECT_EQ(loaded.offsets, examples.offsets);
  EXPECT_EQ(loaded.label, examples.label);
  EXPECT_EQ(loaded.is_buyer, examples.is_buyer);
  save_examples(loaded, path);
  EXPECT_EQ(read_file(path), bytes);
  auto torn = examples;
  torn.weight.pop_back();
  save_examples(torn, path);
  EXPECT_THROW((void)load_examples(path), Error);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace vitrina::ranking
