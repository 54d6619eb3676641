#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/params.hpp"
#include "data/candidate.hpp"
#include "data/places.hpp"
#include "data/shop.hpp"
#include "data/user_history.hpp"
#include "models/model_set.hpp"

namespace vitrina::features {

/// What a feature group is made from. Everything in it is as of `as_of`.
struct FeatureContext {
  const Shop& shop;
  const models::ModelSet& models;
  TimeUs as_of;
  std::span<const std::string> generator_names;
};

/// One column: its name inside the group and what it means (unit included).
struct ColumnInfo {
  std::string name;
  std::string meaning;
};

/// The candidates of one user, as the groups see them; rows by product ascending.
struct UserRows {
  const UserHistory& history;
  std::span<const ItemIdx> item;
  std::span<const float> score;         ///< rows x generators
  std::span<const std::uint16_t> rank;  ///< rows x generators, kNoRank where not proposed
  ItemPlaces places = ItemPlaces(item);

  /// The row of a candidate, or ItemPlaces::kNone.
  [[nodiscard]] std::uint32_t row_of(ItemIdx candidate) const { return places.find(candidate); }

  [[nodiscard]] std::size_t n_rows() const { return item.size(); }
};

/// Where a group writes: row r's columns begin at `at(r)`.
struct FeatureBlock {
  float* data;
  std::size_t stride;

  [[nodiscard]] float* at(std::size_t row) const { return data + row * stride; }
};

/// Computes a block of columns for the candidates of one user. The contract, checked for every
/// row of the registry: every column of every row is written; NaN means «unknown»; values depend
/// on the history before as_of, the candidates and the fitted models only.
class FeatureGroup {
 public:
  FeatureGroup() = default;
  FeatureGroup(const FeatureGroup&) = delete;
  FeatureGroup& operator=(const FeatureGroup&) = delete;
  virtual ~FeatureGroup() = default;

  virtual void compute(const UserRows& rows, FeatureBlock out) const = 0;
};

/// Parameters that every group has: `features.<name>`.
struct FeatureGroupConfig {
  bool enabled = true;

  void visit(ConfigVisitor& v) { v.field("enabled", enabled, "whether the group is used"); }
};

/// The same for groups that must be asked for: they cost more than they have shown to bring.
struct OffByDefaultConfig : FeatureGroupConfig {
  OffByDefaultConfig() { enabled = false; }
};

/// One row of the registry.
struct FeatureGroupInfo {
  std::string_view name;
  std::string_view summary;
  std::string_view scope;  ///< what one value belongs to: pair, item, user, ...
  std::vector<models::ModelKind> needs;
  std::vector<ColumnInfo> (*columns)(std::span<const std::string> generator_names);
  std::unique_ptr<FeatureGroup> (*make)(const FeatureContext&);
  std::vector<FieldInfo> (*fields)() = describe<FeatureGroupConfig>;
  /// Whether price, category, title or vector of a product, by the group itself or by a model it
  /// needs, can change a value. Where it is false, the contract tests prove it.
  bool reads_catalog = false;
};

/// Every group, in column order.
const std::vector<FeatureGroupInfo>& registry();

std::string section_of(std::string_view name);

}  // namespace vitrina::features
