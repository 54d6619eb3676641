#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "data/product_space.hpp"
#include "data/shop.hpp"
#include "models/model_set.hpp"
#include "ranking/examples.hpp"
#include "ranking/ranker.hpp"

// Artifacts as text that people can read and compare: sorted, numbers of four digits.

namespace vitrina::golden {

std::string number(double value);

std::string to_text(const Shop& shop);
std::string to_text(const models::ModelSet& models, const Shop& shop);
std::string to_text(const ranking::Examples& examples);
/// With the scores that it gives to the rows of some examples.
std::string to_text(const ranking::Ranker& ranker, const ranking::Examples& examples);
std::string to_text(const ProductSpace& products);

/// A JSON file with its numbers shortened; keys that hold a build id or a hash get `...`.
std::string json_text(const std::filesystem::path& path);
std::string json_text(const nlohmann::ordered_json& json);

/// A Parquet file, a line a row.
std::string parquet_text(const std::filesystem::path& path);

}  // namespace vitrina::golden
