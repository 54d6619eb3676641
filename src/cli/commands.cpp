#include "cli/commands.hpp"

#include "program/table.hpp"

namespace vitrina::cli {
namespace {

std::vector<command::Command> make_commands() {
  auto rows = program::table();
  rows.push_back(serve_command());
  rows.push_back(export_command());
  rows.push_back(forget_command());
  return rows;
}

}  // namespace

const std::vector<command::Command>& commands() {
  static const auto kRows = make_commands();
  return kRows;
}

const command::Command& find_command(std::string_view name) {
  return program::find(name, commands());
}

}  // namespace vitrina::cli
