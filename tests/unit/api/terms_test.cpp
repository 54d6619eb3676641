#include "api/terms.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vitrina {
namespace {

std::string said(const std::string& text, const Terms& terms = {}) {
  return in_library_terms(Error(ErrorCode::kBadData, text), terms).what();
}

TEST(ApiTerms, OptionsAreCalledAsFields) {
  EXPECT_EQ(said("--as-of: found 'soon', expected a time"), "as_of: found 'soon', expected a time");
  EXPECT_EQ(said("log: empty; check --as-of, --since and --schema"),
            "log: empty; check as_of, since and schema");
  EXPECT_EQ(said("log: too new (--allow-future)"), "log: too new (allow_future)");
}

TEST(ApiTerms, WhatIsNoOptionStays) {
  for (const std::string text :
       {"data/--as-of/x.pq: no such file", "as_of: found '--as-of', expected a time",
        "a -- b: is wrong", "x--as-of: is wrong", "--", "events: found ---"}) {
    EXPECT_EQ(said(text), text);
  }
}

TEST(ApiTerms, WordsOfACall) {
  const Terms terms{{{"choose.k", "k"}, {"--from", "start"}, {"events:", "truth:"}}, {}};
  EXPECT_EQ(said("choose.k: found '0', check --from", terms), "k: found '0', check start");
  EXPECT_EQ(said("events: no events", terms), "truth: no events");
  EXPECT_EQ(said("choose.keep: is wrong", terms), "choose.keep: is wrong");
  EXPECT_EQ(said("my/choose.k: is wrong", terms), "my/choose.k: is wrong");
}

TEST(ApiTerms, NobodyIsToldToRunTheProgram) {
  const std::string text = "m.json: no such file; run 'vitrina pack' first";
  EXPECT_EQ(said(text), "m.json: no such file");
  EXPECT_EQ(said(text, {{}, "fit again"}), "m.json: no such file; fit again");
  EXPECT_EQ(said("a; b: is wrong; mend it"), "a; b: is wrong; mend it");
}

TEST(ApiTerms, ThereIsNoCommandLine) {
  EXPECT_EQ(in_library_terms(Error(ErrorCode::kUsage, "x"), {}).code(), ErrorCode::kConfig);
  EXPECT_EQ(in_library_terms(Error(ErrorCode::kBadData, "x"), {}).code(), ErrorCode::kBadData);
}

}  // namespace
}  // namespace vitrina
