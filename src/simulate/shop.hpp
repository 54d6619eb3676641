#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/csr.hpp"
#include "core/progress.hpp"
#include "core/time.hpp"
#include "simulate/config.hpp"
#include "simulate/snapshot.hpp"

namespace vitrina::simulate {

/// A simulated shop in columns, ready to be written as the case's four files. Events are in order
/// of time; their ids are codes into the tables. The last entry of each table is the junk id.
struct SimulatedShop {
  std::vector<std::string> user_ids;
  std::vector<std::string> device_ids;
  std::vector<std::string> item_ids;

  std::vector<std::uint32_t> user;    ///< code into user_ids
  std::vector<std::uint32_t> device;  ///< code into device_ids
  std::vector<std::uint8_t> action;   ///< 0..9, core/action.hpp
  std::vector<TimeUs> time;           ///< whole seconds
  std::vector<std::uint32_t> page;    ///< of a category or search; 0 where there is none
  Csr<std::uint32_t> products;        ///< codes into item_ids, junk included; empty on visits

  CatalogSnapshot catalog;

  [[nodiscard]] std::size_t n_events() const { return user.size(); }
};

/// Makes a shop. The same config and seed give the same shop on any number of threads (0: all).
SimulatedShop simulate(const SimulateConfig& config, std::uint64_t seed, int threads,
                       Progress& progress);

/// A hash over every column: equal for equal shops.
std::uint64_t checksum(const SimulatedShop& shop);

}  // namespace vitrina::simulate
