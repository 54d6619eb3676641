#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/params.hpp"

namespace vitrina::io {

/// Reads a YAML file of parameters. Nested maps become dotted keys, so `candidates: {popular:
/// {days: 3}}` gives `candidates.popular.days` = `3`; a list gives `[1, 6, 24]`. Which keys exist
/// is not checked here (core/params.hpp). Throws Error(kMissingInput) when the file is not there
/// and Error(kConfig) with the line for anything that is not such a tree: no value, a list of
/// maps, a key given twice.
ParamMap read_params(const std::filesystem::path& path);

/// The text of a params.yaml with every field at its default, each under a comment with its
/// sentence and range. Section names are dotted paths. read_params() gives the defaults back.
std::string params_yaml(const std::vector<SectionInfo>& sections);

}  // namespace vitrina::io
