#include "pipeline/summarise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "bundle/json_problem.hpp"
#include "command/layout.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

namespace vitrina::pipeline {
namespace {

using Json = nlohmann::ordered_json;

Json read_json(const std::filesystem::path& path) {
  try {
    return Json::parse(read_file(path));
  } catch (const Json::exception& error) {
    throw Error(
        ErrorCode::kIncompatibleArtifact,
        fmt::format("{}: {}; run the pipeline again", path.string(), bundle::json_problem(error)));
  }
}

/// Names in Russian of what reports name in English; a name that is not here stays as it is.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kRussianNames{{
    {"junk_user", "некорректный пользователь"},
    {"null_date", "нет даты"},
    {"unknown_action", "неизвестное действие"},
    {"implausible_date", "неправдоподобная дата"},
    {"junk_product", "некорректный товар"},
    {"duplicate", "дубликат"},
    {"organisers", "правило организаторов"},
    {"own_history", "собственная история"},
    {"popularity", "популярные товары"},
    {"the log is too short for a valid fold: nothing was judged",
     "лог слишком короткий для валидационного фолда: оценки нет"},
    {"nobody bought anything in the valid fold: nothing was judged",
     "в валидационном фолде никто ничего не купил: оценки нет"},
}};

class Summary {
 public:
  explicit Summary(command::Language language) : language_(language), writer_(language) {}

  void log(const Json& ingest) {
    line("log", "лог",
         writer_.say("{} events of {} users and {} products, {} to {}{}",
                     "событий {}, пользователей {}, товаров {}, с {} по {}{}",
                     count(ingest, "events"), count(ingest, "users"), count(ingest, "products"),
                     moment(ingest, "begin"), moment(ingest, "end"), origin(ingest)));
    line("bad rows", "брак", bad_rows(ingest));
  }

  void folds(const Json& split) {
    const bool is_judged = !split.at("valid").is_null();
    line("folds", "фолды",
         writer_.say("{} train windows of {} days, {}",
                     "обучающих окон {}, длина окна в днях {}, {}",
                     writer_.count(split.at("train").size()),
                     writer_.decimal(split.at("label_days").get<double>()),
                     is_judged ? word("one valid fold", "один валидационный")
                               : word("no valid fold", "валидационного нет")));
  }

  void judged(const Json& metrics, const Json& model) {
    if (metrics.at("valid").is_null()) {
      line("reading A", "метрика A", name_of(metrics.at("reason").get<std::string>()));
      return;
    }
    const auto& valid = metrics.at("valid");
    if (metrics.contains("reason"))
      line("note", "заметка", name_of(metrics.at("reason").get<std::string>()));
    line("judged", "оценивалась", model_text(model));
    line("valid fold", "валидация",
         writer_.say("{} to {}: {} buyers, {} of them among the {} named",
                     "с {} по {}: покупателей {}, из них названо {} (всего названо {})",
                     moment(valid, "cut"), moment(valid, "to"), count(valid, "buyers"),
                     count(valid, "buyers_sent"), count(valid, "sent")));
    line("reading A", "метрика A",
         writer_.say("{}, B {}, C {}, precision {}", "{}, B {}, C {}, precision {}",
                     interval(valid, "recall_a"), number(valid, "recall_b"),
                     number(valid, "recall_c"), number(valid, "precision")));
    std::string others;
    for (const auto& [name, baseline] : metrics.at("baselines").items()) {
      others += fmt::format("{}{} {}", others.empty() ? "" : separator(), name_of(name),
                            interval(baseline, "recall_a"));
    }
    line("baselines", "бейзлайны", others);
  }

  void answers(const Json& model, const Json& answer) {
    line("answers", "отвечает", model_text(model));
    line("named", "ответ",
         writer_.say("{} customers x {} products as of {}",
                     "покупателей {}, товаров каждому {}, на момент {}", count(answer, "users"),
                     count(answer, "k"), moment(answer, "as_of")));
    line("expected", "ожидается",
         writer_.say("{}{} buyers among them, bundle {}", "{}{} купят; бандл {}",
                     answer.at("expected_buyers_is_lower_bound").get<bool>()
                         ? word("at least ", "не меньше ")
                         : "",
                     number(answer, "expected_buyers", 1), answer.at("bundle").get<std::string>()));
    // without a catalog nothing is listed, and both are null or not there
    if (!answer.value("products_not_listed", Json()).is_null()) {
      line("not listed", "вне каталога",
           writer_.say("{} of {} named products are not in the catalog",
                       "{} из {} названных товаров", count(answer, "products_not_listed"),
                       count(answer, "products_named")));
    }
    if (answer.at("users_with_fewer_than_k") != 0) {
      line("note", "заметка",
           writer_.say("{} customers have fewer than {} products: the shop has no more",
                       "у {} покупателей меньше {} товаров: больше в магазине нет",
                       count(answer, "users_with_fewer_than_k"), count(answer, "k")));
    }
  }

  std::string text;

 private:
  void line(std::string_view english, std::string_view russian, std::string_view value) {
    text += summary_line(word(english, russian), value);
  }

  [[nodiscard]] std::string word(std::string_view english, std::string_view russian) const {
    return std::string(language_ == command::Language::kRussian ? russian : english);
  }

  [[nodiscard]] std::string name_of(const std::string& name) const {
    const auto* const found =
        std::ranges::find(kRussianNames, name, [](const auto& entry) { return entry.first; });
    return found == kRussianNames.end() ? name : word(name, found->second);
  }

  /// A decimal comma is no separator of a list.
  [[nodiscard]] std::string separator() const { return word(", ", "; "); }

  [[nodiscard]] std::string count(const Json& json, const char* key) const {
    return writer_.count(json.at(key).get<std::uint64_t>());
  }
  [[nodiscard]] std::string moment(const Json& json, const char* key) const {
    return writer_.moment(json.at(key).get<std::string>());
  }
  /// A dash where there was nobody to judge.
  [[nodiscard]] std::string number(const Json& json, const std::string& key, int digits = 4) const {
    return json.at(key).is_null() ? "–" : writer_.decimal(json.at(key).get<double>(), digits);
  }
  [[nodiscard]] std::string interval(const Json& json, const std::string& key) const {
    if (json.at(key).is_null()) return "–";
    return fmt::format("{} [{}{}{}]", number(json, key), number(json, key + "_low"), separator(),
                       number(json, key + "_high"));
  }

  [[nodiscard]] std::string bad_rows(const Json& ingest) const {
    std::string reasons;
    std::uint64_t total = 0;
    for (const auto& [reason, n] : ingest.at("bad_rows").items()) {
      if (n == 0) continue;
      total += n.get<std::uint64_t>();
      reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ",
                             writer_.count(n.get<std::uint64_t>()), name_of(reason));
    }
    return total == 0 ? word("none", "нет") : fmt::format("{} ({})", writer_.count(total), reasons);
  }

  /// A simulated shop is named wherever its figures are shown.
  [[nodiscard]] std::string origin(const Json& ingest) const {
    if (!ingest.contains("simulation") || ingest.at("simulation").is_null()) return "";
    const auto& simulation = ingest.at("simulation");
    return writer_.say(" (simulated shop, version {}, scale {})",
                       " (синтетический магазин, версия {}, масштаб {})",
                       simulation.value("simulator_version", 0),
                       writer_.decimal(simulation.value("scale", 0.0)));
  }

  /// The model of reports/train.json, which is judged, or of reports/refit.json, which answers.
  [[nodiscard]] std::string model_text(const Json& model) const {
    const auto trees = count(model, "trees");
    return writer_.say("{}{} from {} bought pairs of {} windows, {} columns",
                       "деревьев {}{}; купленных пар {}, окон {}, признаков {}", trees,
                       word(trees == "0" ? " trees, own history alone," : " trees",
                            trees == "0" ? ", только собственная история" : ""),
                       count(model, "bought_pairs"), count(model, "windows"),
                       count(model, "columns"));
  }

  command::Language language_;
  command::Writer writer_;
};

}  // namespace

std::string summary_line(std::string_view label, std::string_view value) {
  return fmt::format("{:<13} {}\n", label, value);
}

std::string summarise(const std::filesystem::path& workspace, command::Language language) {
  const auto read = [&](std::string_view report) { return read_json(workspace / report); };
  Summary summary(language);
  summary.log(read(command::kIngestReport));
  summary.folds(read(command::kSplitFile));
  summary.judged(read(command::kMetricsReport), read(command::kTrainReport));
  summary.answers(read(command::kRefitReport), read(command::kAnswerReport));
  return summary.text;
}

}  // namespace vitrina::pipeline
