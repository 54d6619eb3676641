#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "fuzz/target.hpp"

// What libFuzzer has found, and what it began with, through the same doors once more: a promise
// that is not kept is thrown as Broken, and the sanitizers see the rest.

namespace vitrina::fuzz {

/// How GoogleTest names it.
void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

namespace {

std::filesystem::path corpus() { return std::filesystem::path(VITRINA_TESTS_DIR) / "fuzz/corpus"; }

void run(const Target& target, const std::string& bytes) {
  target.run({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

class FuzzTarget : public testing::TestWithParam<Target> {};

TEST_P(FuzzTarget, KeepsItsPromisesForSeedsAndCorpus) {
  const auto& target = GetParam();
  run(target, "");
  const auto seeds = target.seeds();
  ASSERT_FALSE(seeds.empty());
  for (const auto& seed : seeds) {
    SCOPED_TRACE(seed.name);
    EXPECT_NO_THROW(run(target, seed.bytes));
    EXPECT_NO_THROW(run(target, seed.bytes.substr(0, seed.bytes.size() / 2)));
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(corpus() / target.name)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) {
    SCOPED_TRACE(file.string());
    EXPECT_NO_THROW(run(target, read_file(file)));
  }
}

std::string target_name(const testing::TestParamInfo<Target>& target) {
  return std::string(target.param.name);
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzTarget, testing::ValuesIn(targets().begin(), targets().end()),
                         target_name);

TEST(FuzzCorpus, HasNoFolderThatNobodyReads) {
  std::set<std::string> names;
  for (const auto& target : targets()) names.emplace(target.name);
  std::set<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(corpus())) {
    folders.insert(entry.path().filename().string());
  }
  EXPECT_EQ(folders, names);
  EXPECT_THROW(find_target("nothing"), std::invalid_argument);
}

}  // namespace
}  // namespace vitrina::fuzz
