#pragma once

#include <filesystem>
#include <memory>

#include "data/shop.hpp"
#include "stages/stage.hpp"

namespace vitrina::stages {

/// The shop of a workspace, kept between the stages of a chain that read it one after another.
struct ShopMemo {
  std::filesystem::path file;
  std::shared_ptr<const Shop> shop;
};

/// What `ingest` left in the context's workspace: read from its file, or from the context's memo
/// where a stage before has read it. Errors as load_shop().
std::shared_ptr<const Shop> workspace_shop(const StageContext& context);

}  // namespace vitrina::stages
