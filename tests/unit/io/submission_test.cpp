#include "io/submission.hpp"

#include "core/file.hpp"
#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

using SubmissionTest = ScratchTest;
using Texts = std::vector<std::string>;

Submission one(const std::string& user, Texts products) {
  return {{user}, {std::move(products)}, {}, {}};
}

/// The row that pandas writes, without the header and the last line break.
std::string row_text(const std::string& user, Texts products) {
  const auto text = submission_text(one(user, std::move(products)));
  const std::string header = "user_id,products\n";
  EXPECT_EQ(text.substr(0, header.size()), header);
  EXPECT_EQ(text.back(), '\n');
  return text.substr(header.size(), text.size() - header.size() - 1);
}

// Expected texts are what pandas 3.1.1 printed for the same frames.
TEST_F(SubmissionTest, WritesTheBytesOfPandas) {
  EXPECT_EQ(row_text("u", {"1", "2"}), R"(u,"['1', '2']")");
  EXPECT_EQ(row_text("u", {"1"}), "u,['1']");
  EXPECT_EQ(row_text("u", {}), "u,[]");
  EXPECT_EQ(row_text("u", {"it's"}), R"(u,"[""it's""]")");
  EXPECT_EQ(row_text("u", {"a\"b"}), R"(u,"['a""b']")");
  EXPECT_EQ(row_text("u", {"'\""}), R"(u,"['\'""']")");
  EXPECT_EQ(row_text("u", {"a\\b"}), R"(u,['a\\b'])");
  EXPECT_EQ(row_text("u", {"\n\r\t"}), R"(u,['\n\r\t'])");
  EXPECT_EQ(row_text("u", {std::string("\0\x1f\x7f", 3)}), R"(u,['\x00\x1f\x7f'])");
  EXPECT_EQ(row_text("u", {"\xc2\x85\xc2\xa0\xc2\xad"}), R"(u,['\x85\xa0\xad'])");
  EXPECT_EQ(row_text("u", {"\xe2\x80\x8b\xe2\x80\xa8\xee\x80\x80"}), R"(u,['\u200b\u2028\ue000'])");
  EXPECT_EQ(row_text("u", {"\xf3\xa0\x80\x81"}), R"(u,['\U000e0001'])");
  EXPECT_EQ(row_text("u", {"\xd0\xb6\xf0\x9f\x98\x80"}), "u,['\xd0\xb6\xf0\x9f\x98\x80']");
  EXPECT_EQ(row_text("a,b", {"1"}), "\"a,b\",['1']");
  EXPECT_EQ(row_text("a\"b", {"1"}), "\"a\"\"b\",['1']");
  EXPECT_EQ(row_text("a\nb", {"1"}), "\"a\nb\",['1']");
  EXPECT_EQ(row_text(" a'b ", {"1"}), " a'b ,['1']");
}

TEST_F(SubmissionTest, ReadsBackWhatItWrote) {
  const Submission written{
      {"u,1", "u\"2\"", "u\n3", "\xd0\xb6"},
      {{"it's", "a\"b'c", "x\\y"}, {}, {"\n\r\t\x01", "\xe2\x80\x8b\xf3\xa0\x80\x81"}, {"[,]", ""}},
      {},
      {}};
  write_submission(folder_ / "p.csv", written);
  const auto read = read_submission(folder_ / "p.csv");
  EXPECT_EQ(read.user_id, written.user_id);
  EXPECT_EQ(read.products, written.products);
  EXPECT_EQ(read.line, (std::vector<std::size_t>{2, 3, 4, 6}));
}

TEST_F(SubmissionTest, ReadsOtherSpellingsOfAList) {
  const auto products = [](const std::string& field) {
    return parse_submission("user_id,products\nu," + field + "\n", "p.csv").products.at(0);
  };
  EXPECT_EQ(products(R"("[""1"",'2' ,  '3']")"), (Texts{"1", "2", "3"}));
  EXPECT_EQ(products(R"(" [ '1', ] ")"), Texts{"1"});
  EXPECT_EQ(products("[ ]"), Texts{});
}

TEST_F(SubmissionTest, NamesTheLineAndTheReason) {
  const std::string header = "user_id,products\n";
  const auto refuse = [](const std::string& text) {
    return error_of([&] { parse_submission(text, "p.csv"); });
  };
  const auto bad = ErrorCode::kBadData;
  EXPECT_TRUE(says(refuse(""), bad, "p.csv:1: the file is empty"));
  EXPECT_TRUE(says(refuse("user,products\n"), bad, "p.csv:1: found header 'user,products'"));
  EXPECT_TRUE(says(refuse("\xef\xbb\xbf" + header), bad, "p.csv:1: the file begins with a byte"));
  EXPECT_TRUE(says(refuse("user_id,products\r\nu,['1']\r\n"), bad, "p.csv:1: the line ends with"));
  EXPECT_TRUE(says(refuse(header + "a,['1']\nu,['1']\r\n"), bad, "p.csv:3: the line ends with"));
  EXPECT_TRUE(says(refuse(header + "u,['1', '2']\n"), bad, "p.csv:2: found 3 fields"));
  EXPECT_TRUE(says(refuse(header + "\nu,['1']\n"), bad, "p.csv:2: the line is empty"));
  EXPECT_TRUE(says(refuse(header + ",['1']\n"), bad, "p.csv:2: the user_id is empty"));
  EXPECT_TRUE(says(refuse(header + "u,['1' '2']\n"), bad, "no comma between two strings"));
  EXPECT_TRUE(says(refuse(header + "u,['1''2']\n"), bad, "no comma after a string"));
  EXPECT_TRUE(says(refuse(header + "u,\"[1, 2]\"\n"), bad, "expected quoted strings"));
  EXPECT_TRUE(says(refuse(header + "u,1\n"), bad, "expected a list that begins with ["));
  EXPECT_TRUE(says(refuse(header + "u,['1'\n"), bad, "no comma after a string"));
  EXPECT_TRUE(says(refuse(header + "u,[\n"), bad, "closing ] is missing"));
  EXPECT_TRUE(says(refuse(header + "u,['1\n"), bad, "a quote that is not closed"));
  EXPECT_TRUE(says(refuse(header + "u,['\\q']\n"), bad, "an escape that Python does not know"));
  EXPECT_TRUE(says(refuse(header + "u,['1']x\n"), bad, "text after the closing ]"));
  EXPECT_TRUE(says(refuse(header + "u,\"['1']\n"), bad, "p.csv:2: a quoted field is not closed"));
  EXPECT_TRUE(says(refuse(header + "u,\"['1']\"x\n"), bad, "p.csv:2: text after a closing quote"));
  EXPECT_TRUE(
      says(refuse(header + "u,['\xff']\n"), bad, "p.csv:2: found bytes that are not UTF-8"));
}

// What people send instead: each is told by what it is and how it is mended.
TEST_F(SubmissionTest, KnowsTheLookAlikes) {
  const auto refuse = [](const std::string& text) {
    return error_of([&] { parse_submission(text, "p.csv"); });
  };
  const auto bad = ErrorCode::kBadData;
  const std::string row = "0,u,\"['1', '2']\"\n";
  EXPECT_TRUE(says(refuse(",user_id,products\n" + row), bad,
                   "p.csv:1: found a column without a name (column 1) beside user_id and products, "
                   "expected those two alone: it is the index of a pandas table; write it with "
                   "to_csv(FILE, index=False)"));
  EXPECT_TRUE(says(refuse("Unnamed: 0,user_id,products\n" + row), bad, "index=False"));
  EXPECT_TRUE(says(refuse("user_id,products,w,x,y,z\n"), bad,
                   "found the column 'w' (column 3), the column 'x' (column 4) and 2 more beside"));
  EXPECT_TRUE(says(refuse("user_id,products,user_id\n"), bad, "'user_id' (column 3)"));
  EXPECT_TRUE(says(refuse("user_id;products\nu;['1']\n"), bad, "separated by ';', expected ','"));
  EXPECT_TRUE(says(refuse("user_id\tproducts\n"), bad, "separated by '\\t', expected ','"));
  EXPECT_TRUE(says(refuse("products,user_id\n['1'],u\n"), bad, "in this order"));
  EXPECT_TRUE(
      says(refuse("u,['1']\nv,['1']\n"), bad, "found a row 'u,['1']', expected the header"));
  EXPECT_TRUE(says(refuse("User_ID, products\n"), bad, "in small letters and without spaces"));
  EXPECT_TRUE(says(refuse("user_id,products\ru,['1']\r"), bad, "lines end with \\r alone"));
  EXPECT_TRUE(says(refuse("user_id\n"), bad, "found header 'user_id', expected"));
  EXPECT_TRUE(says(refuse("\xff\xfeu"), bad, "found UTF-16"));
  EXPECT_TRUE(says(refuse("PAR1..."), bad, "found a Parquet file"));
  EXPECT_TRUE(says(refuse("\x1f\x8b..."), bad, "found a gzip file"));
  EXPECT_TRUE(says(refuse("user_id,products\nu,1;2;3\n"), bad, "found '1;2;3', expected a list"));
  EXPECT_TRUE(says(refuse("user_id,products\nu,['1' '2']\n"), bad, "array.tolist()"));
  EXPECT_TRUE(says(refuse("user_id,products\nu,[1]\n"), bad, "make texts of the ids"));
}

TEST_F(SubmissionTest, ReadsListsOfIds) {
  EXPECT_EQ(read_id_list(put("ids", "a\n\nb\r\nc"), "user_id"), (Texts{"a", "b", "c"}));
  EXPECT_EQ(read_id_list(put("ids", "\xef\xbb\xbfproduct_id\n1\n2\n"), "product_id"),
            (Texts{"1", "2"}));
  EXPECT_EQ(read_id_list(put("ids", "x,user_id\n1,a\n2,\n3,\"b,c\"\n"), "user_id"),
            (Texts{"a", "b,c"}));
  EXPECT_EQ(read_id_list(put("ids", "user_id,products\nu,\"['1', '2']\"\n"), "user_id"),
            Texts{"u"});
  EXPECT_EQ(read_id_list(put("ids", ""), "user_id"), Texts{});
  EXPECT_TRUE(says(error_of([&] { read_id_list(put("ids", "a\nb,c\n"), "user_id"); }),
                   ErrorCode::kBadData, "ids:2: found 2 fields"));
  const auto both = put("both", "user_id,product_id\nu,p\n");
  EXPECT_EQ(read_id_list(both, "user_id"), Texts{"u"});
  EXPECT_EQ(read_id_list(both, "product_id"), Texts{"p"});
  EXPECT_TRUE(says(error_of([&] { read_id_list(put("ids", "user_id,x\nu,1\n"), "product_id"); }),
                   ErrorCode::kBadData,
                   "ids:1: found 0 columns product_id in the header, expected one"));
  EXPECT_TRUE(says(error_of([&] { read_id_list(folder_ / "none", "user_id"); }),
                   ErrorCode::kMissingInput, "none"));
}

}  // namespace
}  // namespace vitrina::io
