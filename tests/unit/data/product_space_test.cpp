#include "data/product_space.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/archive.hpp"
#include "core/error.hpp"
#include "support/events.hpp"
#include "support/scratch.hpp"

namespace vitrina {
namespace {

constexpr TimeUs kTime = 1'710'000'000'000'000;

/// What is said of an archive of products in which one block of texts is another.
std::string fault_of(std::string_view block, const std::vector<std::string>& texts) {
  const test::ScratchFolder scratch;
  const std::vector<test::Event> events{{"u", "a", kTime, Action::kView, 0, ""},
                                        {"u", "b", kTime + 1, Action::kView, 0, ""}};
  const std::vector<test::Product> products{{.id = "a", .category = "c", .title = "red lamp"},
                                            {.id = "b", .category = "d", .title = "blue lamp"}};
  ArchiveWriter out("products", 1);
  save_products(test::shop_of(events, products), out);
  if (!texts.empty()) out.put_texts(block, texts);  // of two blocks of a name the last is read
  out.write(scratch.path() / "products.vtr");
  try {
    (void)load_products({scratch.path() / "products.vtr", "products", 1});
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
    return error.what();
  }
  return "";
}

TEST(ProductSpace, RefusesTextsThatNobodyCouldLookUpOrAnswerWith) {
  EXPECT_EQ(fault_of("items", {}), "");
  EXPECT_EQ(fault_of("items", {"a", "ж"}), "");
  for (const auto* block : {"items", "categories", "words"}) {
    EXPECT_NE(fault_of(block, {"b", "a"}).find("is not in order"), std::string::npos) << block;
    EXPECT_NE(fault_of(block, {"a", "a"}).find("is not in order"), std::string::npos) << block;
  }
  EXPECT_NE(fault_of("items", {"a", "\xd1"}).find("an id that is no UTF-8"), std::string::npos);
}

}  // namespace
}  // namespace vitrina
