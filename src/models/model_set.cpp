#include "models/model_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "core/error.hpp"

namespace vitrina::models {
namespace {

constexpr std::uint32_t kModelSetVersion = 4;

/// The row of a model that is kept in `ModelSet::*Member` and configured by `Config`.
template <auto Member, class Model, class Config>
ModelInfo row(ModelKind kind, std::string_view name) {
  return {.kind = kind,
          .name = name,
          .fields = describe<Config>,
          .is_present = [](const ModelSet& set) { return (set.*Member).has_value(); },
          .fit =
              [](const FitContext& context, const ParamMap& params, const std::string& section,
                 ModelSet& set) {
                set.*Member = Model::fit(context, read_section<Config>(params, section));
              },
          .by_parts = std::nullopt,
          .save = [](const ModelSet& set, ArchiveWriter& out) { (set.*Member)->save(out); },
          .load = [](const ArchiveReader& in, const ProductSpace& products,
                     ModelSet& set) { set.*Member = Model::load(in, products); }};
}

/// The same of one that can be fitted in parts, which are kept in `PartialSet::*PartMember`.
template <auto Member, auto PartMember, class Model, class Config>
ModelInfo row_by_parts(ModelKind kind, std::string_view name) {
  auto made = row<Member, Model, Config>(kind, name);
  made.by_parts = {.map =
                       [](const FitContext& part, const ParamMap& params,
                          const std::string& section, PartialSet& set) {
                         set.*PartMember = Model::map(part, read_section<Config>(params, section));
                       },
                   .merge =
                       [](PartialSet& into, PartialSet& other) {
                         VITRINA_CHECK((into.*PartMember).has_value(), ==,
                                       (other.*PartMember).has_value());
                         if (into.*PartMember)
                           (into.*PartMember)->merge(std::move(*(other.*PartMember)));
                       },
                   .finish =
                       [](const FitContext& any, const ParamMap& params, const std::string& section,
                          PartialSet& parts, ModelSet& set) {
                         if (!(parts.*PartMember)) return;
                         set.*Member = Model::finish(any, read_section<Config>(params, section),
                                                     std::move(*(parts.*PartMember)));
                         (parts.*PartMember).reset();
                       }};
  return made;
}

std::string flag_of(const ModelInfo& model) { return fmt::format("has_{}", model.name); }

/// A program that did not know the model yet wrote no flag of it.
bool is_saved(const ModelInfo& model, const ArchiveReader& in) {
  const auto flag = flag_of(model);
  return in.has(flag) && in.get_value<std::uint8_t>(flag) != 0;
}

}  // namespace

const std::vector<ModelInfo>& registry() {
  static const std::vector<ModelInfo> kRows{
      row_by_parts<&ModelSet::own_history, &PartialSet::own_history, OwnHistory, OwnHistoryConfig>(
          ModelKind::kOwnHistory, "own_history"),
      row_by_parts<&ModelSet::popularity, &PartialSet::popularity, Popularity, PopularityConfig>(
          ModelKind::kPopularity, "popularity"),
      row_by_parts<&ModelSet::covisitation, &PartialSet::covisitation, Covisitation,
                   CovisitationConfig>(ModelKind::kCovisitation, "covisitation"),
      row<&ModelSet::sessions, Sessions, SessionsConfig>(ModelKind::kSessions, "sessions"),
      row_by_parts<&ModelSet::repurchase, &PartialSet::repurchase, Repurchase, RepurchaseConfig>(
          ModelKind::kRepurchase, "repurchase"),
      row_by_parts<&ModelSet::titles, &PartialSet::titles, Titles, TitlesConfig>(ModelKind::kTitles,
                                                                                 "titles"),
      row_by_parts<&ModelSet::calendar, &PartialSet::calendar, Calendar, CalendarConfig>(
          ModelKind::kCalendar, "calendar"),
  };
  return kRows;
}

std::size_t count(const ModelSet& models) {
  return static_cast<std::size_t>(
      std::count_if(registry().begin(), registry().end(),
                    [&](const ModelInfo& model) { return model.is_present(models); }));
}

std::string section_of(const ModelInfo& model) { return fmt::format("models.{}", model.name); }

std::vector<SectionInfo> model_sections() {
  std::vector<SectionInfo> sections;
  for (const auto& model : registry()) sections.push_back({section_of(model), model.fields()});
  return sections;
}

void fit_missing(const FitContext& context, std::span<const ModelKind> wanted,
                 const ParamMap& params, Progress& progress, ModelSet& models) {
  for (const auto& model : registry()) {
    if (std::find(wanted.begin(), wanted.end(), model.kind) == wanted.end()) continue;
    if (!model.is_present(models)) model.fit(context, params, section_of(model), models);
    progress.advance(1);
  }
}

ModelSet fit_models(const FitContext& context, std::span<const ModelKind> wanted,
                    const ParamMap& params, Progress& progress) {
  ModelSet models;
  fit_missing(context, wanted, params, progress, models);
  return models;
}

PartialSet map_part(const FitContext& part, std::span<const ModelKind> wanted,
                    const ParamMap& params) {
  PartialSet set;
  for (const auto& model : registry()) {
    if (std::find(wanted.begin(), wanted.end(), model.kind) == wanted.end()) continue;
    if (!model.by_parts) {
      throw Error(ErrorCode::kConfig,
                  fmt::format("the model '{}' needs all customers at once: it cannot be fitted in "
                              "parts",
                              model.name));
    }
    model.by_parts->map(part, params, section_of(model), set);
  }
  return set;
}

void merge_parts(PartialSet& into, PartialSet other) {
  for (const auto& model : registry()) {
    if (model.by_parts) model.by_parts->merge(into, other);
  }
}

ModelSet finish_models(const FitContext& any, const ParamMap& params, PartialSet merged) {
  ModelSet models;
  for (const auto& model : registry()) {
    if (model.by_parts) model.by_parts->finish(any, params, section_of(model), merged, models);
  }
  return models;
}

void save_models(const ModelSet& models, const std::filesystem::path& path) {
  ArchiveWriter out("models", kModelSetVersion);
  for (const auto& model : registry()) {
    out.put_value(flag_of(model), static_cast<std::uint8_t>(model.is_present(models)));
    if (model.is_present(models)) model.save(models, out);
  }
  out.write(path);
}

ArchiveReader open_models(const std::filesystem::path& path) {
  return {path, "models", kModelSetVersion};
}

ModelSet load_models(const std::filesystem::path& path, const ProductSpace& products) {
  return load_models(open_models(path), products);
}

ModelSet load_models(const ArchiveReader& in, const ProductSpace& products) {
  ModelSet models;
  for (const auto& model : registry()) {
    if (is_saved(model, in)) model.load(in, products, models);
  }
  return models;
}

ModelSet load_models(const ArchiveReader& in, const ProductSpace& products,
                     std::span<const ModelKind> wanted) {
  ModelSet models;
  for (const auto& model : registry()) {
    if (std::find(wanted.begin(), wanted.end(), model.kind) == wanted.end()) continue;
    if (is_saved(model, in)) model.load(in, products, models);
  }
  return models;
}

}  // namespace vitrina::models
