#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/params.hpp"
#include "data/candidate.hpp"
#include "data/places.hpp"
#include "data/scratch.hpp"
#include "data/shop.hpp"
#include "data/user_history.hpp"
#include "models/model_set.hpp"

namespace vitrina::features {

/// What a feature group is made from; all of it outlives the group.
struct FeatureContext {
  const ProductSpace& products;
  const models::ModelSet& models;
  std::span<const std::string> generator_names;
};

/// One column: its name inside the group and what it means (unit included).
struct ColumnInfo {
  std::string name;
  std::string meaning;
};

/// The candidates of one customer, as the groups see them; rows by product ascending.
class UserRows {
 public:
  /// `scratch` is in use as long as the rows are.
  UserRows(const UserHistory& user_history, std::span<const ItemIdx> items,
           std::span<const float> scores, std::span<const std::uint16_t> ranks, Scratch& scratch);

  [[nodiscard]] std::size_t n_rows() const { return item.size(); }
  /// The row of a candidate, or ItemPlaces::kNone.
  [[nodiscard]] std::uint32_t row_of(ItemIdx candidate) const { return places_.find(candidate); }
  /// What the customer did with the product of a row, or null.
  [[nodiscard]] const Touch* touch(std::size_t row) const {
    return touch_[row] == UserHistory::kNoTouch ? nullptr : &history.touches[touch_[row]];
  }
  /// The decayed sums of a row with a touch.
  [[nodiscard]] const DecaySums& sums(std::size_t row) const { return history.sums[touch_[row]]; }
  /// The products touched last, newest first, `limit` at most.
  [[nodiscard]] std::span<const ItemIdx> newest(std::size_t limit) const {
    return newest_.first(std::min(limit, newest_.size()));
  }
  /// What lies in the basket, by product.
  [[nodiscard]] std::span<const ItemIdx> basket() const { return basket_; }

  const UserHistory& history;
  std::span<const ItemIdx> item;
  std::span<const float> score;         ///< rows x generators
  std::span<const std::uint16_t> rank;  ///< rows x generators, kNoRank where not proposed

 private:
  const ItemPlaces& places_;
  std::span<const std::uint32_t> touch_;  ///< by row: position in history.touches, or kNoTouch
  std::span<const ItemIdx> newest_;
  std::span<const ItemIdx> basket_;
};

/// Where a group writes: row r's columns begin at `at(r)`.
struct FeatureBlock {
  float* data;
  std::size_t stride;

  [[nodiscard]] float* at(std::size_t row) const { return data + row * stride; }
};

/// Computes a block of columns for the candidates of one user. The contract, checked for every
/// row of the registry: every column of every row is written; NaN means «unknown»; values depend
/// on the history and its moment, the candidates and the fitted models only.
class FeatureGroup {
 public:
  FeatureGroup() = default;
  FeatureGroup(const FeatureGroup&) = delete;
  FeatureGroup& operator=(const FeatureGroup&) = delete;
  virtual ~FeatureGroup() = default;

  virtual void compute(const UserRows& rows, FeatureBlock out, Scratch& scratch) const = 0;
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
  /// Whether category, title or vector of a product, by the group itself or by a model it
  /// needs, can change a value. Where it is false, the contract tests prove it.
  bool reads_catalog = false;

  /// The parameter section: `features.<name>`.
  [[nodiscard]] std::string section() const { return "features." + std::string(name); }
  [[nodiscard]] bool is_enabled(const ParamMap& params) const;
};

/// Every group, in column order.
const std::vector<FeatureGroupInfo>& registry();

}  // namespace vitrina::features
