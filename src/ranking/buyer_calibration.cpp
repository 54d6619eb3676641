#include "ranking/buyer_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/check.hpp"

namespace vitrina::ranking {
namespace {

constexpr std::uint32_t kBuyersVersion = 3;

/// How many observations the prior slope, 1, is worth.
constexpr double kPriorRows = 5;

/// The line, or the mean of what it was fitted to where it falls: who is expected to buy more is
/// never less likely to buy.
LogisticLine rising(const LogisticLine& line, std::span<const float> labels) {
  if (line.slope >= 0) return line;
  const auto n = static_cast<double>(labels.size());
  const double mean = std::accumulate(labels.begin(), labels.end(), 0.0) / n;
  return {logit(std::clamp(mean, 0.5 / n, 1 - 0.5 / n)), 0};
}

/// 1 - (1 - p)^times, of which nothing is lost where p is small.
double at_least_once(double p, double times) { return -std::expm1(times * std::log1p(-p)); }

}  // namespace

BuyerCalibration BuyerCalibration::fit(std::span<const double> sums,
                                       std::span<const std::uint8_t> is_buyer,
                                       std::span<const float> recall) {
  VITRINA_CHECK(sums.size(), ==, is_buyer.size());
  VITRINA_CHECK(sums.size(), ==, recall.size());
  std::vector<double> x;
  std::vector<float> bought;
  std::vector<float> recalled;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i] <= 0) continue;
    x.push_back(std::log(sums[i]));
    bought.push_back(static_cast<float>(is_buyer[i]));
    recalled.push_back(recall[i]);
  }
  BuyerCalibration calibration;
  if (std::count(bought.begin(), bought.end(), 1.0F) == 0) return calibration;
  const std::vector<float> weight(x.size(), 1.0F);
  calibration.buys_ = rising(fit_logistic(x, bought, weight, {0, 1}, kPriorRows), bought);
  calibration.recall_ = rising(fit_logistic(x, recalled, weight, {0, 1}, kPriorRows), recalled);
  calibration.n_customers_ = x.size();
  return calibration;
}

double BuyerCalibration::probability(double sum) const {
  if (sum <= 0) return 0;
  if (n_customers_ == 0) return std::min(1.0, sum);
  return at_least_once(sigmoid(buys_.logit(std::log(sum))), traffic_);
}

double BuyerCalibration::recall(double sum) const {
  if (sum <= 0) return 0;
  if (n_customers_ == 0) return std::min(1.0, sum);
  const double x = std::log(sum);
  return at_least_once(std::min(sigmoid(recall_.logit(x)), sigmoid(buys_.logit(x))), traffic_);
}

BuyerCalibration BuyerCalibration::in_traffic(double traffic) const {
  auto other = *this;
  other.traffic_ = traffic;
  return other;
}

void BuyerCalibration::put(ArchiveWriter& out) const {
  out.put("buyers.lines",
          std::vector<double>{buys_.intercept, buys_.slope, recall_.intercept, recall_.slope});
  out.put_value("buyers.n_customers", n_customers_);
  out.put_value("buyers.from", from_);
  out.put_value("buyers.to", to_);
}

BuyerCalibration BuyerCalibration::get(const ArchiveReader& in) {
  BuyerCalibration calibration;
  const auto lines = in.get<double>("buyers.lines");
  if (lines.size() != 4) in.fail("buyers.lines", "has another length");
  calibration.buys_ = {lines[0], lines[1]};
  calibration.recall_ = {lines[2], lines[3]};
  calibration.n_customers_ = in.get_value<std::uint64_t>("buyers.n_customers");
  calibration.from_ = in.get_value<TimeUs>("buyers.from");
  calibration.to_ = in.get_value<TimeUs>("buyers.to");
  // the days of the window are gone through: a huge one would never end
  constexpr TimeUs kLongest = 366 * kUsPerDay;
  const auto length =  // of any two numbers
      static_cast<std::uint64_t>(calibration.to_) - static_cast<std::uint64_t>(calibration.from_);
  if (calibration.to_ < calibration.from_ || length > std::uint64_t{kLongest}) {
    in.fail("buyers.to", "is not within a year after buyers.from");
  }
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
