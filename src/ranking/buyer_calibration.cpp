#include "ranking/buyer_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vitrina::ranking {
namespace {

constexpr std::uint32_t kBuyersVersion = 1;

/// How many observations the prior slope, 1, is worth.
constexpr double kPriorRows = 5;

}  // namespace

BuyerCalibration BuyerCalibration::fit(std::span<const double> expected,
                                       std::span<const std::uint8_t> is_buyer) {
  std::vector<double> x;
  std::vector<float> label;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] <= 0) continue;
    x.push_back(std::log(expected[i]));
    label.push_back(static_cast<float>(is_buyer[i]));
  }
  BuyerCalibration calibration;
  if (std::count(label.begin(), label.end(), 1.0F) == 0) return calibration;
  const std::vector<float> weight(x.size(), 1.0F);
  calibration.line_ = fit_logistic(x, label, weight, {0, 1}, kPriorRows);
  calibration.n_customers_ = x.size();
  return calibration;
}

double BuyerCalibration::probability(double expected_recall) const {
  if (expected_recall <= 0) return 0;
  if (n_customers_ == 0) return std::min(1.0, expected_recall);
  return sigmoid(line_.logit(std::log(expected_recall)));
}

void BuyerCalibration::put(ArchiveWriter& out) const {
  out.put("buyers.line", std::vector<double>{line_.intercept, line_.slope});
  out.put_value("buyers.n_customers", n_customers_);
}

BuyerCalibration BuyerCalibration::get(const ArchiveReader& in) {
  BuyerCalibration calibration;
  const auto line = in.get<double>("buyers.line");
  if (line.size() != 2) in.fail("buyers.line", "has another length");
  calibration.line_ = {line[0], line[1]};
  calibration.n_customers_ = in.get_value<std::uint64_t>("buyers.n_customers");
  return calibration;
}

void BuyerCalibration::save(const std::filesystem::path& path) const {
  ArchiveWriter out("buyers", kBuyersVersion);
  put(out);
  out.write(path);
}

BuyerCalibration BuyerCalibration::load(const std::filesystem::path& path) {
  return get(ArchiveReader(path, "buyers", kBuyersVersion));
}

}  // namespace vitrina::ranking
