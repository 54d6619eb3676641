#pragma once

#include <functional>
#include <span>

#include "store/database.hpp"
#include "vitrina/live.hpp"

namespace vitrina::store {

/// What a shop has said of its products, the newest of each field. Not thread-safe.
class ProductTable {
 public:
  static constexpr const char* kSchema = R"(
    CREATE TABLE products (
      product TEXT PRIMARY KEY,
      price REAL,
      available INTEGER,
      category TEXT,
      title TEXT,
      url TEXT,
      picture TEXT
    ) STRICT, WITHOUT ROWID;
  )";

  explicit ProductTable(const Database& database) : database_(database) {}

  /// All are written, or none. Throws Error of Database.
  void put(std::span<const ProductFacts> products);
  /// Calls `use` with every product, by id.
  void read(const std::function<void(const ProductFacts&)>& use) const;

 private:
  const Database& database_;
};

}  // namespace vitrina::store
