#pragma once

#include <cstdint>

#include "core/params.hpp"
#include "core/time.hpp"

namespace vitrina::simulate {

/// Version of the simulator's rules. It rises whenever the same scale and seed give another shop;
/// every table made from a simulated log names it.
inline constexpr int kSimulatorVersion = 1;

/// First moment of every simulated log: 2024-09-07T00:00:00, a Saturday.
inline constexpr TimeUs kLogStart = 1'725'667'200 * kUsPerSecond;

/// What shop to make. Defaults give one tenth of the case's log; `scale` 1 gives its figures.
struct SimulateConfig {
  double scale = 0.1;
  int days = 22;
  int vector_dim = 32;
  double junk_share = 0.002;
  double bots_per_100k = 30;
  double many_devices_share = 0.2;
  double many_ids_share = 0.05;
  double buying_share = 0.24;
  double purchase_delay_days = 3.5;
  double consumable_share = 0.22;
  double new_product_share = 0.1;
  double gone_product_share = 0.09;
  double refreshed_share = 0.51;

  void visit(ConfigVisitor& visitor);

  /// First moment after the log.
  [[nodiscard]] TimeUs log_end() const { return kLogStart + days * kUsPerDay; }
};

}  // namespace vitrina::simulate
