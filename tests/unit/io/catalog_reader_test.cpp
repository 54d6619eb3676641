#include "io/catalog_reader.hpp"

#include <cmath>

#include "io/npz.hpp"
#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

class CatalogReaderTest : public ScratchTest {
 protected:
  std::optional<RawCatalog> read() const {
    SilentProgress progress;
    return read_catalog(folder_, {}, progress);
  }

  void put_catalog(const std::string& name, const std::shared_ptr<arrow::Array>& product,
                   const std::shared_ptr<arrow::Array>& category,
                   const std::shared_ptr<arrow::Array>& price) const {
    const auto date = json_array(arrow::timestamp(arrow::TimeUnit::MICRO), "[5, null, 7]");
    put_table(name,
              *arrow::Table::Make(arrow::schema({arrow::field("product_id", product->type()),
                                                 arrow::field("category_id", category->type()),
                                                 arrow::field("price", price->type()),
                                                 arrow::field("add_date", date->type())}),
                                  {product, category, price, date}));
  }

  void put_mapping() const {
    put_table("catalog_vector_mapping.pq",
              *arrow::Table::Make(arrow::schema({arrow::field("product_id", arrow::large_utf8()),
                                                 arrow::field("vector_id", arrow::int64())}),
                                  {json_array(arrow::large_utf8(), R"(["1", "2", "3", "4", null])"),
                                   json_array(arrow::int64(), "[1, 0, 2, 99, 1]")}));
  }
};

TEST_F(CatalogReaderTest, NothingWithoutACatalog) {
  EXPECT_FALSE(read().has_value());
  SilentProgress progress;
  EXPECT_FALSE(read_catalog(folder_ / "none", {}, progress).has_value());
}

TEST_F(CatalogReaderTest, ReadsAnyTypesAndFillsWhatIsAbsent) {
  const std::vector<std::shared_ptr<arrow::Array>> prices{
      json_array(arrow::int32(), "[10, null, 30]"),
      json_array(arrow::uint64(), "[10, null, 30]"),
      json_array(arrow::float64(), "[10.0, null, 30.0]"),
      json_array(arrow::float16(), "[10.0, null, 30.0]"),
      json_array(arrow::decimal128(8, 2), R"(["10.00", null, "30.00"])"),
      json_array(arrow::decimal256(8, 2), R"(["10.00", null, "30.00"])"),
      json_array(arrow::utf8(), R"(["10", "free", "30"])")};
  for (const auto& price : prices) {
    put_catalog("catalog.pq", json_array(arrow::int64(), "[11, 12, 13]"),
                json_array(arrow::utf8(), R"(["7", "/*", null])"), price);
    const auto catalog = read();
    ASSERT_TRUE(catalog.has_value());
    EXPECT_EQ(catalog->product_id, (std::vector<std::string>{"11", "12", "13"}));
    EXPECT_EQ(catalog->category_id, (std::vector<std::string>{"7", "", ""}));
    EXPECT_EQ(catalog->price[0], 10.0F) << price->type()->ToString();
    EXPECT_TRUE(std::isnan(catalog->price[1])) << price->type()->ToString();
    EXPECT_EQ(catalog->price[2], 30.0F) << price->type()->ToString();
    EXPECT_TRUE(std::isnan(catalog->old_price[0]));
    EXPECT_EQ(catalog->add_date, (std::vector<TimeUs>{5, kNoTime, 7}));
    EXPECT_EQ(catalog->title, (std::vector<std::string>{"", "", ""}));
    EXPECT_EQ(catalog->dim, 0U);
  }
}

TEST_F(CatalogReaderTest, LeavesOutRowsWithoutAProduct) {
  put_catalog("stokman_catalog_preprocessed.pq",
              json_array(arrow::large_utf8(), R"(["1", "/*", null])"),
              json_array(arrow::large_utf8(), R"(["7", "7", "7"])"),
              json_array(arrow::int32(), "[1, 2, 3]"));
  EXPECT_EQ(read()->product_id, std::vector<std::string>{"1"});
}

TEST_F(CatalogReaderTest, ReadsVectorsWhereBothFilesAre) {
  put("catalog.csv", "product_id,title,price\n1,10 20,5\n2,,\n3,30,1.5\n");
  put_mapping();
  EXPECT_EQ(read()->vector_product.size(), 0U) << "a mapping without vectors gives none";
  const std::vector<float> vectors{1, 2, 3, 4, NAN, 6};
  write_npz(folder_ / "vectors.npz", "arr_0", vectors, 2);
  const auto catalog = read();
  EXPECT_EQ(catalog->title, (std::vector<std::string>{"10 20", "", "30"}));
  EXPECT_EQ(catalog->price[2], 1.5F);
  EXPECT_EQ(catalog->dim, 2U);
  EXPECT_EQ(catalog->vectors.size(), 6U);
  EXPECT_EQ(catalog->vector_product, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(catalog->vector_of, (std::vector<std::uint64_t>{1, 0}));
}

TEST_F(CatalogReaderTest, ColumnsAreRefusedThatStandTwiceOrNowhere) {
  put("catalog.csv", "product_id,price,prices\np,1,2\n");
  SilentProgress progress;
  LogSchema schema;
  schema.catalog.price = "prise";
  EXPECT_TRUE(says(error_of([&] { read_catalog(folder_, schema, progress); }), ErrorCode::kBadData,
                   "column 'prise' is missing, found columns product_id, price, prices, the "
                   "nearest is 'price'"));
  schema.catalog.price = "prices";
  EXPECT_EQ(read_catalog(folder_, schema, progress)->price.at(0), 2.0F);
  put("catalog.csv", "product_id,price,price\np,1,2\n");
  EXPECT_TRUE(
      says(error_of([&] { read(); }), ErrorCode::kBadData, "column 'price' stands there 2 times"));
}

TEST_F(CatalogReaderTest, NamesTheFileOfAnError) {
  put("catalog.csv", "id,title\n1,a\n");
  EXPECT_TRUE(says(error_of([&] { read(); }), ErrorCode::kBadData,
                   "catalog.csv: column 'product_id' is missing"));
  put("catalog.csv", "product_id\n1\n");
  put_mapping();
  put("vectors.npz", "PK nothing");
  EXPECT_TRUE(says(error_of([&] { read(); }), ErrorCode::kBadData, "vectors.npz"));
}

}  // namespace
}  // namespace vitrina::io
