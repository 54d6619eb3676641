#include "pipeline/write_answer.hpp"

#include "io/submission.hpp"

namespace vitrina::pipeline {

void write_predictions(const Shop& shop, const engine::Answer& answer,
                       const std::filesystem::path& path) {
  io::Submission submission;
  for (std::size_t row = 0; row < answer.users.size(); ++row) {
    submission.user_id.emplace_back(shop.users.external(answer.users[row]));
    auto& products = submission.products.emplace_back();
    for (const auto& entry : answer.items.row(row)) {
      products.emplace_back(shop.items.external(entry.id));
    }
  }
  io::write_submission(path, submission);
}

void write_recommendations(const Shop& shop, const engine::Answer& answer,
                           const ranking::BuyerCalibration& buyers,
                           const std::vector<std::string>& generator_names,
                           const io::FileMetadata& metadata, const std::filesystem::path& path) {
  std::vector<std::string_view> user;
  std::vector<std::int32_t> rank;
  std::vector<std::string_view> product;
  std::vector<float> score;
  std::vector<double> expected_recall;
  std::vector<double> p_buy;
  std::vector<std::string_view> source;
  for (std::size_t row = 0; row < answer.users.size(); ++row) {
    const double probability = buyers.probability(answer.score_sum[row]);
    const double recall = buyers.recall(answer.score_sum[row]);
    std::int32_t place = 0;
    for (const auto& entry : answer.items.row(row)) {
      user.push_back(shop.users.external(answer.users[row]));
      rank.push_back(++place);
      product.push_back(shop.items.external(entry.id));
      score.push_back(entry.score);
      expected_recall.push_back(recall);
      p_buy.push_back(probability);
      source.push_back(generator_names[entry.source]);
    }
  }
  using io::ColumnType;
  const auto as_data = [](const auto& values) { return io::ColumnData(std::span(values)); };
  io::write_table(
      path,
      {{"user_id", ColumnType::kString},
       {"rank", ColumnType::kInt32},
       {"product_id", ColumnType::kString},
       {"score", ColumnType::kFloat},
       {"expected_recall", ColumnType::kDouble},
       {"p_buy", ColumnType::kDouble},
       {"source", ColumnType::kString}},
      [&](io::TableWriter& table) {
        table.append({as_data(user), as_data(rank), as_data(product), as_data(score),
                      as_data(expected_recall), as_data(p_buy), as_data(source)});
      },
      metadata);
}

}  // namespace vitrina::pipeline
