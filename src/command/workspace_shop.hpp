#pragma once

#include <filesystem>
#include <memory>

#include "command/command.hpp"
#include "data/shop.hpp"

namespace vitrina::command {

/// The shop of a workspace, kept between the stages of a chain that read it one after another.
struct ShopMemo {
  std::filesystem::path file;
  std::shared_ptr<const Shop> shop;
};

/// What `ingest` left in the context's workspace: read from its file, or from the context's memo
/// where a stage before has read it. Errors as load_shop().
std::shared_ptr<const Shop> workspace_shop(const Context& context);

}  // namespace vitrina::command
