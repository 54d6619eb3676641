#pragma once

#include "core/time.hpp"
#include "data/shop.hpp"

namespace vitrina::models {

/// What a model may learn from: the shop's events before `as_of`, nothing later. Where customers
/// are dealt to parts, the shop of each has the products, `begin` and `end` of the whole, and
/// customers who are linked to one another (data/links.hpp) are in one part.
struct FitContext {
  const Shop& shop;
  TimeUs as_of;
  TimeUs label_length;  ///< length of the windows in which earlier purchases are looked at
  int max_users;        ///< how many users the answer may name: rules are tuned for that
  int k;                ///< how many products a user
  int threads;
};

}  // namespace vitrina::models
