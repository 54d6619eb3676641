#pragma once

#include <filesystem>
#include <string>

#include "command/language.hpp"

namespace vitrina::pipeline {

/// Some ten lines on a finished pipeline, read from the reports of its workspace: data range, bad
/// rows, folds, the model that was judged and its metrics beside the baselines', the model that
/// answers, who was named, expected buyers.
std::string summarise(const std::filesystem::path& workspace, command::Language language);

/// A line of a summary: its label, padded to the column of the values, and its value.
std::string summary_line(std::string_view label, std::string_view value);

}  // namespace vitrina::pipeline
