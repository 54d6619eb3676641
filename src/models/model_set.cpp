#include "models/model_set.hpp"

#include <algorithm>

namespace vitrina::models {
namespace {

constexpr std::uint32_t kModelSetVersion = 1;
constexpr std::string_view kOwnHistorySection = "models.own_history";
constexpr std::string_view kPopularitySection = "models.popularity";
constexpr std::string_view kCovisitationSection = "models.covisitation";

}  // namespace

std::vector<SectionInfo> model_sections() {
  return {{std::string(kOwnHistorySection), describe<OwnHistoryConfig>()},
          {std::string(kPopularitySection), describe<PopularityConfig>()},
          {std::string(kCovisitationSection), describe<CovisitationConfig>()}};
}

ModelSet fit_models(const FitContext& context, std::span<const ModelKind> wanted,
                    const ParamMap& params, Progress& progress) {
  const auto is_wanted = [&](ModelKind kind) {
    return std::find(wanted.begin(), wanted.end(), kind) != wanted.end();
  };
  ModelSet models;
  if (is_wanted(ModelKind::kOwnHistory)) {
    models.own_history =
        OwnHistory::fit(context, read_section<OwnHistoryConfig>(params, kOwnHistorySection));
    progress.advance(1);
  }
  if (is_wanted(ModelKind::kPopularity)) {
    models.popularity =
        Popularity::fit(context, read_section<PopularityConfig>(params, kPopularitySection));
    progress.advance(1);
  }
  if (is_wanted(ModelKind::kCovisitation)) {
    models.covisitation =
        Covisitation::fit(context, read_section<CovisitationConfig>(params, kCovisitationSection));
    progress.advance(1);
  }
  return models;
}

void save_models(const ModelSet& models, const std::filesystem::path& path) {
  ArchiveWriter out("models", kModelSetVersion);
  out.put_value("has_own_history", static_cast<std::uint8_t>(models.own_history.has_value()));
  out.put_value("has_popularity", static_cast<std::uint8_t>(models.popularity.has_value()));
  out.put_value("has_covisitation", static_cast<std::uint8_t>(models.covisitation.has_value()));
  if (models.own_history) models.own_history->save(out);
  if (models.popularity) models.popularity->save(out);
  if (models.covisitation) models.covisitation->save(out);
  out.write(path);
}

ArchiveReader open_models(const std::filesystem::path& path) {
  return {path, "models", kModelSetVersion};
}

ModelSet load_models(const std::filesystem::path& path, std::span<const ItemIdx> remap,
                     const Shop& shop) {
  return load_models(open_models(path), remap, shop);
}

ModelSet load_models(const ArchiveReader& in, std::span<const ItemIdx> remap, const Shop& shop) {
  ModelSet models;
  if (in.get_value<std::uint8_t>("has_own_history") != 0) models.own_history = OwnHistory::load(in);
  if (in.get_value<std::uint8_t>("has_popularity") != 0) {
    models.popularity = Popularity::load(in, remap, shop);
  }
  if (in.get_value<std::uint8_t>("has_covisitation") != 0) {
    models.covisitation = Covisitation::load(in, remap, shop.items.size());
  }
  return models;
}

std::vector<ItemIdx> identity_remap(const Shop& shop) {
  std::vector<ItemIdx> remap;
  remap.reserve(shop.items.size());
  for (std::size_t i = 0; i < shop.items.size(); ++i) remap.emplace_back(i);
  return remap;
}

}  // namespace vitrina::models
