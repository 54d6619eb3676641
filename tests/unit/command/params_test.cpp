#include <gtest/gtest.h>

#include "command/configuration.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "io/params_file.hpp"

namespace vitrina::command {
namespace {

namespace fs = std::filesystem;

struct SampleConfig {
  bool is_on = true;
  int n_trees = 300;
  double rate = 0.05;
  std::string name = "a \"b\": #1\\";
  std::vector<double> hours{1, 6, 24};

  void visit(ConfigVisitor& visitor) {
    visitor.field("is_on", is_on, "whether it is on");
    visitor.field("n_trees", n_trees, {1, 5000}, "trees");
    visitor.field("rate", rate, {0.001, 1}, "step of one tree");
    visitor.field("name", name, "a name");
    visitor.field("hours", hours, {0.5, 720}, "half-lives");
  }
};

std::vector<SectionInfo> sample_sections() {
  return {{"train", describe<SampleConfig>()},
          {"candidates", describe<SampleConfig>()},
          {"features.pair", describe<SampleConfig>()},
          {"candidates.basket", describe<SampleConfig>()}};
}

ErrorCode code_of(const ParamMap& params) {
  try {
    check_values(params, sample_sections());
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kInternal;
}

TEST(Params, TheYamlOfDefaultsReadsBackAsDefaults) {
  const auto sections = sample_sections();
  const auto path = fs::path(testing::TempDir()) / "params_test_defaults.yaml";
  write_file(path, io::params_yaml(sections));
  const auto read = io::read_params(path);
  fs::remove(path);
  EXPECT_EQ(read.size(), 20U);
  EXPECT_NO_THROW(check_known(read, sections));
  EXPECT_NO_THROW(check_values(read, sections));
  EXPECT_EQ(canonical_text(read, sections), canonical_text({}, sections));
  EXPECT_EQ(read_section<SampleConfig>(read, "candidates.basket").name, SampleConfig{}.name);
}

TEST(Params, ValuesOfTheWrongTypeOrRangeAreRefused) {
  EXPECT_NO_THROW(
      check_values({{"train.rate", "1e-2"}, {"train.hours", "[1, 2.5]"}}, sample_sections()));
  EXPECT_EQ(code_of({{"train.is_on", "yes"}}), ErrorCode::kConfig);
  EXPECT_EQ(code_of({{"train.n_trees", "0"}}), ErrorCode::kConfig);
  EXPECT_EQ(code_of({{"train.n_trees", "2.5"}}), ErrorCode::kConfig);
  EXPECT_EQ(code_of({{"train.n_trees", "12x"}}), ErrorCode::kConfig);
  EXPECT_EQ(code_of({{"candidates.basket.rate", "nan"}}), ErrorCode::kConfig);
  EXPECT_EQ(code_of({{"train.hours", "1, 721"}}), ErrorCode::kConfig);
}

TEST(Params, CanonicalTextWritesANumberOneWayOnly) {
  const std::vector<SectionInfo> sections{{"train", describe<SampleConfig>()}};
  const ParamMap spelt{{"train.rate", "5e-2"},
                       {"train.n_trees", "3e2"},
                       {"train.hours", "1.0,6 , 24"},
                       {"other.key", "1"}};
  EXPECT_EQ(canonical_text(spelt, sections), canonical_text({}, sections));
  EXPECT_NE(canonical_text({{"train.rate", "0.06"}}, sections), canonical_text({}, sections));
}

TEST(Params, AFileThatIsNotThereIsAMissingInput) {
  try {
    load_params({"no_such_file.yaml"}, {}, {});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kMissingInput);
  }
}

TEST(Params, AnUnknownKeyOfAFileNamesTheFile) {
  const auto path = fs::path(testing::TempDir()) / "params_test_unknown.yaml";
  write_file(path, "no_such_section:\n  key: 1\n");
  try {
    load_params({path}, {}, sample_sections());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kConfig);
    EXPECT_TRUE(std::string_view(error.what()).starts_with(path.string() + ": ")) << error.what();
    EXPECT_NE(std::string_view(error.what()).find("no_such_section.key"), std::string_view::npos);
  }
  fs::remove(path);
}

}  // namespace
}  // namespace vitrina::command
