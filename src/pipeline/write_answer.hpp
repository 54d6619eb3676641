#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/shop.hpp"
#include "engine/answer.hpp"
#include "io/parquet_writer.hpp"
#include "ranking/buyer_calibration.hpp"

namespace vitrina::pipeline {

/// predictions.csv, the case's format.
void write_predictions(const Shop& shop, const engine::Answer& answer,
                       const std::filesystem::path& path);

/// recommendations.parquet: user_id, rank (from 1), product_id, score (w), expected_recall and
/// p_buy (of the user, by `buyers`), source (generator that ranked the product best); a row a pair.
/// `metadata` stands beside the table.
void write_recommendations(const Shop& shop, const engine::Answer& answer,
                           const ranking::BuyerCalibration& buyers,
                           const std::vector<std::string>& generator_names,
                           const io::FileMetadata& metadata, const std::filesystem::path& path);

}  // namespace vitrina::pipeline
