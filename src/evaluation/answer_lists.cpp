#include "evaluation/answer_lists.hpp"

#include <vector>

namespace vitrina::evaluation {

metrics::UserLists to_lists(const engine::Answer& answer) {
  metrics::UserLists lists;
  for (std::size_t row = 0; row < answer.users.size(); ++row) {
    std::vector<ItemIdx> items;
    for (const auto& entry : answer.items.row(row)) items.push_back(entry.id);
    lists.add(answer.users[row], items);
  }
  return lists;
}

}  // namespace vitrina::evaluation
