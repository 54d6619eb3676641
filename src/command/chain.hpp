#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "command/command.hpp"

namespace vitrina::command {

/// The context for commands whose files are in `workspace`: the user's paths mean what they mean in
/// `context`.
Context in_workspace(const Context& context, const std::filesystem::path& workspace);

/// Runs commands one after another; returns the name of each and the seconds that it took.
std::vector<std::pair<std::string_view, double>> run_chain(const Context& context,
                                                           std::span<const Command> commands);

/// Throws Error(kUsage) where a bundle cannot take the place of `folder` without a loss: it holds
/// files that are no bundle's.
void check_bundle_place(const std::filesystem::path& folder);

/// Puts a copy of the bundle that was packed in `workspace` to where `to` is, whole.
void copy_bundle(const std::filesystem::path& workspace, const std::filesystem::path& to);

}  // namespace vitrina::command
