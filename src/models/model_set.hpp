#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/archive.hpp"
#include "core/params.hpp"
#include "core/progress.hpp"
#include "models/calendar.hpp"
#include "models/covisitation.hpp"
#include "models/fit_context.hpp"
#include "models/own_history.hpp"
#include "models/popularity.hpp"
#include "models/repurchase.hpp"
#include "models/sessions.hpp"
#include "models/titles.hpp"

namespace vitrina::models {

/// The models that generators and feature groups may query; rows of the registries say which.
enum class ModelKind : std::uint8_t {
  kOwnHistory,
  kPopularity,
  kCovisitation,
  kSessions,
  kRepurchase,
  kTitles,
  kCalendar,
};

/// The models fitted at one cut; those that nobody needs are absent.
struct ModelSet {
  std::optional<OwnHistory> own_history;
  std::optional<Popularity> popularity;
  std::optional<Covisitation> covisitation;
  std::optional<Sessions> sessions;
  std::optional<Repurchase> repurchase;
  std::optional<Titles> titles;
  std::optional<Calendar> calendar;
};

/// What some customers say to the models that can be fitted in parts.
struct PartialSet {
  std::optional<OwnHistory::Partial> own_history;
  std::optional<Popularity::Partial> popularity;
  std::optional<Covisitation::Partial> covisitation;
  std::optional<Repurchase::Partial> repurchase;
  std::optional<Titles::Partial> titles;
  std::optional<Calendar::Partial> calendar;
};

/// How a model is fitted on customers dealt to parts. Partials are whole numbers, or rows that are
/// sorted by external id before anything is summed: the model is the same to the bit for any parts,
/// merged in any order.
struct ByParts {
  void (*map)(const FitContext& part, const ParamMap&, const std::string& section, PartialSet&);
  void (*merge)(PartialSet& into, PartialSet& other);
  /// Of the context only what all parts share is read: no customer.
  void (*finish)(const FitContext& any, const ParamMap&, const std::string& section, PartialSet&,
                 ModelSet&);
};

/// One row of the registry: all that the rest of the project knows of a model.
struct ModelInfo {
  ModelKind kind;
  std::string_view name;  ///< its parameters are the section `models.<name>`
  std::vector<FieldInfo> (*fields)();
  bool (*is_present)(const ModelSet&);
  void (*fit)(const FitContext&, const ParamMap&, const std::string& section, ModelSet&);
  std::optional<ByParts> by_parts;  ///< none: it needs all customers at once
  void (*save)(const ModelSet&, ArchiveWriter&);
  void (*load)(const ArchiveReader&, const ProductSpace&, ModelSet&);
};

/// Every model, in the order in which they are fitted and saved.
const std::vector<ModelInfo>& registry();

/// How many models the set has.
std::size_t count(const ModelSet& models);

/// The parameter section of a model.
std::string section_of(const ModelInfo& model);
/// The parameter sections of the models.
std::vector<SectionInfo> model_sections();

/// Fits those of the wanted models that the set lacks, on the events before `context.as_of`.
void fit_missing(const FitContext& context, std::span<const ModelKind> wanted,
                 const ParamMap& params, Progress& progress, ModelSet& models);
/// All of the wanted models.
ModelSet fit_models(const FitContext& context, std::span<const ModelKind> wanted,
                    const ParamMap& params, Progress& progress);

/// What the customers of a part say to the wanted models. Throws Error(kConfig) for a model that
/// needs all customers at once.
PartialSet map_part(const FitContext& part, std::span<const ModelKind> wanted,
                    const ParamMap& params);
/// Adds another part of other customers, mapped for the same models; `other` is used up.
void merge_parts(PartialSet& into, PartialSet other);
/// The models of all parts that were merged: what fit_models() makes of all customers, to the bit.
/// `any` is the context of any part.
ModelSet finish_models(const FitContext& any, const ParamMap& params, PartialSet merged);

/// Writes the set as one archive, with the external product ids it was fitted on left to the
/// caller (the shop or the bundle has them).
void save_models(const ModelSet& models, const std::filesystem::path& path);

/// Opens what save_models() wrote, for a set that is loaded more than once.
ArchiveReader open_models(const std::filesystem::path& path);

/// Reads a set back that was fitted on these products. Of products that come behind them, as in
/// data/join.hpp, it knows nothing: they can be asked about.
ModelSet load_models(const ArchiveReader& in, const ProductSpace& products);
/// The wanted ones of those that the set has.
ModelSet load_models(const ArchiveReader& in, const ProductSpace& products,
                     std::span<const ModelKind> wanted);
ModelSet load_models(const std::filesystem::path& path, const ProductSpace& products);

}  // namespace vitrina::models
