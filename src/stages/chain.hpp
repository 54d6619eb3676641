#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "stages/stage.hpp"

namespace vitrina::stages {

/// The stages from a shop's log to a packed bundle, in their order.
inline constexpr std::array<std::string_view, 8> kBundleChain{
    "ingest", "split", "fit", "examples", "train", "evaluate", "refit", "pack"};

/// The context for stages whose files are in `workspace`: the user's paths mean what they mean in
/// `context`.
StageContext in_workspace(const StageContext& context, const std::filesystem::path& workspace);

/// Runs stages by their names one after another; returns the seconds that each took.
std::vector<std::pair<std::string_view, double>> run_chain(const StageContext& context,
                                                           std::span<const std::string_view> names);

/// Throws Error(kUsage) where a bundle cannot take the place of `folder` without a loss: it holds
/// files that are no bundle's.
void check_bundle_place(const std::filesystem::path& folder);

/// Puts a copy of the bundle that was packed in `workspace` to where `to` is, whole.
void copy_bundle(const std::filesystem::path& workspace, const std::filesystem::path& to);

}  // namespace vitrina::stages
