#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "models/model_set.hpp"

namespace vitrina::pipeline {

/// What each of a fold's models was made of, as a digest by name: the program, the shop, what
/// FitContext says but for the threads, and the model's own parameters. Equal digests mean equal
/// models.
using ModelOrigins = std::map<std::string, std::string, std::less<>>;

ModelOrigins origins_of(std::span<const models::ModelKind> wanted,
                        const models::FitContext& context, const ParamMap& params,
                        std::string_view shop_digest);

/// The models of an earlier call that would be fitted the same again. A fold's origins lie beside
/// its archive; where they are missing, damaged or of another archive, nothing is kept.
models::ModelSet load_kept(const std::filesystem::path& archive, const ModelOrigins& wanted,
                           const Shop& shop);

/// Whether the archive is whole and holds the models of these origins and no others.
bool is_up_to_date(const std::filesystem::path& archive, const ModelOrigins& wanted);

/// Puts an archive of an earlier call, and its origins, to where `archive` is; both stay.
void keep(const std::filesystem::path& known, const std::filesystem::path& archive);

/// Writes a fold's archive and then its origins: whoever is stopped between finds none.
void save_with_origins(const models::ModelSet& models, const std::filesystem::path& archive,
                       const ModelOrigins& origins);

}  // namespace vitrina::pipeline
