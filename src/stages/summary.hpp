#pragma once

#include <filesystem>
#include <string>

namespace vitrina::stages {

/// Ten lines on a finished pipeline, read from the reports of its workspace: data range, bad rows,
/// folds, model, who was chosen, expected buyers, metrics and what they are compared with.
std::string summarise(const std::filesystem::path& workspace);

}  // namespace vitrina::stages
