#include "io/buyers_csv.hpp"

#include "core/file.hpp"
#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

using BuyersCsvTest = ScratchTest;

TEST_F(BuyersCsvTest, ReadsWhatItWrites) {
  const std::vector<BuyerRow> rows{
      {"u1", 3, 2, true}, {"u,2 \"x\"\nv", 1, 0, false}, {"u3", 4, 0, true}};
  const auto text = buyers_text(rows);
  EXPECT_TRUE(text.starts_with("user_id,n_bought,n_hits,sent\nu1,3,2,1\n"));
  EXPECT_EQ(read_buyers(put("buyers.csv", text)), rows);
  EXPECT_TRUE(read_buyers(put("none.csv", buyers_text({}))).empty());
}

TEST_F(BuyersCsvTest, RefusesOtherFilesWithTheLineAndTheReason) {
  const std::string header = "user_id,n_bought,n_hits,sent\n";
  const struct {
    std::string text;
    std::string reason;
  } files[] = {
      {"", "f.csv:1: found header ''"},
      {"user_id,products\nu1,['1']\n", "f.csv:1: found header 'user_id,products'"},
      {header + "u1,1,0,0\nu2,1,0\n", "f.csv:3: found 3 fields, expected 4"},
      {header + "u1,one,0,0\n", "f.csv:2: found 'one', expected a whole number"},
      {header + "u1,-1,0,0\n", "f.csv:2: found '-1'"},
      {header + "u1,0,0,1\n", "f.csv:2: found 0 bought"},
      {header + "u1,1,2,1\n", "f.csv:2: found 1 bought, 2 hits"},
      {header + "u1,1,1,0\n", "f.csv:2: found 1 bought, 1 hits, sent 0"},
      {header + "\"u1,1,1,1\n", "f.csv:2: a quoted field is not closed"},
  };
  for (const auto& file : files) {
    const auto path = put("f.csv", file.text);
    EXPECT_TRUE(says(error_of([&] { read_buyers(path); }), ErrorCode::kBadData, file.reason));
  }
  EXPECT_TRUE(says(error_of([&] { read_buyers(folder_ / "nothing.csv"); }),
                   ErrorCode::kMissingInput, "nothing.csv"));
}

}  // namespace
}  // namespace vitrina::io
