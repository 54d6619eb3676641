#include "data/event_rows.hpp"

namespace vitrina {

void to_columns(std::span<const EventRow> rows, EventColumns& columns) {
  columns.time.clear();
  columns.item.clear();
  columns.action.clear();
  columns.page.clear();
  columns.device.clear();
  for (const auto& row : rows) {
    columns.time.push_back(row.time);
    columns.item.push_back(row.item);
    columns.action.push_back(row.action);
    columns.page.push_back(row.page);
    columns.device.push_back(row.device);
  }
}

}  // namespace vitrina
