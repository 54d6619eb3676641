#include "golden/canonical.hpp"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <parquet/arrow/reader.h>

#include <array>
#include <cmath>
#include <set>

#include "core/file.hpp"
#include "data/raw_log.hpp"

namespace vitrina::golden {
namespace {

using Json = nlohmann::ordered_json;

/// Values that change with every build or with the last bit of a number.
const std::set<std::string> kVolatile{"build", "fingerprint", "bundle", "files", "sha256", "shop"};

std::string time_text(TimeUs time) { return time == kNoTime ? "-" : format_time(time); }

Json shortened(const Json& json) {
  if (json.is_number_float()) return Json::parse(number(json.get<double>()));
  if (json.is_object()) {
    Json copy = Json::object();
    for (const auto& [key, value] : json.items()) {
      copy[key] = kVolatile.contains(key) ? Json("...") : shortened(value);
    }
    return copy;
  }
  if (json.is_array()) {
    Json copy = Json::array();
    for (const auto& value : json) copy.push_back(shortened(value));
    return copy;
  }
  return json;
}

std::string cell_text(const arrow::ChunkedArray& column, std::int64_t row) {
  const auto scalar = column.GetScalar(row).ValueOrDie();
  if (scalar->type->id() == arrow::Type::FLOAT) {
    return number(static_cast<const arrow::FloatScalar&>(*scalar).value);
  }
  if (scalar->type->id() == arrow::Type::DOUBLE) {
    return number(static_cast<const arrow::DoubleScalar&>(*scalar).value);
  }
  return scalar->ToString();
}

}  // namespace

std::string number(double value) {
  // +0: a zero that came out negative is a zero
  return std::isnan(value) ? "null" : fmt::format("{:.4g}", value + 0.0);
}

std::string to_text(const Shop& shop) {
  std::string text = fmt::format("shop {} to {}\n", time_text(shop.begin), time_text(shop.end));
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    text += fmt::format("user {}\n", shop.users.text(u));
    const auto events = shop.events.of(UserIdx(u));
    for (std::size_t e = 0; e < events.size(); ++e) {
      const auto item = events.item[e];
      const bool has_device = events.device[e] != kNoCode;
      text += fmt::format("  {} {} {} page {} device {}\n", time_text(events.time[e]),
                          name(events.action[e]), item.valid() ? shop.items.external(item) : "-",
                          events.page[e], has_device ? fmt::to_string(events.device[e]) : "-");
    }
  }
  const auto& catalog = shop.catalog;
  for (std::size_t i = 0; i < shop.items.size(); ++i) {
    const auto category = catalog.category[i];
    text += fmt::format("product {} {} category {} price {} old {} added {} words {}\n",
                        shop.items.text(i), catalog.is_listed[i] != 0 ? "listed" : "unlisted",
                        category.valid() ? shop.categories.external(category) : "-",
                        number(catalog.price[i]), number(catalog.old_price[i]),
                        time_text(catalog.add_date[i]), catalog.title_words.row(i).size());
    if (catalog.vector_dim == 0) continue;
    text += " ";
    for (const float value : catalog.vector(ItemIdx(i)).first(4)) text += " " + number(value);
    text += " ...\n";
  }
  return text;
}

std::string to_text(const models::ModelSet& models, const Shop& shop) {
  const auto& rule = models.own_history->rule();
  std::string text = fmt::format("own history, {} buyers\n", models.own_history->n_buyers());
  for (std::size_t a = 0; a < kProductActionCount; ++a) {
    text += fmt::format("  {} x {}, half-life {} h\n", name(kProductActions[a]),
                        number(rule.weight[a]), number(kHalfLivesDays[rule.half_life[a]] * 24));
  }
  text += "popularity\n";
  for (const auto item : models.popularity->ranking()) {
    const auto& stats = models.popularity->stats(item);
    text += fmt::format("  {} score {} users {} buyers {} first {} last {}, orders",
                        shop.items.external(item), number(stats.score), stats.n_users,
                        stats.n_buyers, time_text(stats.first), time_text(stats.last));
    for (const float n : stats.count[product_action_slot(Action::kOrder)]) {
      text += fmt::format(" {}", n);
    }
    text += "\n";
  }
  for (std::size_t m = 0; m < models::kCovisitationCount; ++m) {
    text += fmt::format("co-visitation {}\n", models::kCovisitationSpecs[m].name);
    for (std::size_t i = 0; i < shop.items.size(); ++i) {
      const auto neighbours = models.covisitation->neighbours(m, ItemIdx(i));
      if (neighbours.empty()) continue;
      text += fmt::format("  {}:", shop.items.text(i));
      for (const auto& entry : neighbours) {
        text += fmt::format(" {} {}", shop.items.external(entry.id), number(entry.score));
      }
      text += "\n";
    }
  }
  return text;
}

std::string to_text(const ranking::Examples& examples) {
  constexpr std::size_t kRowsInFull = 2;
  const std::size_t n_columns = examples.columns.size();
  std::string text;
  for (std::size_t u = 0; u < examples.n_users(); ++u) {
    text += fmt::format("user {} weight {} {}\n", u, number(examples.user_weight[u]),
                        examples.is_buyer[u] != 0 ? "buyer" : "-");
    for (auto r = examples.offsets[u]; r < examples.offsets[u + 1]; ++r) {
      text += fmt::format("  label {} weight {} own history {} {}\n", number(examples.label[r]),
                          number(examples.weight[r]), number(examples.own_valid[r]),
                          number(examples.own_final[r]));
    }
  }
  for (std::size_t r = 0; r < std::min(kRowsInFull, examples.n_rows()); ++r) {
    text += fmt::format("row {}\n", r);
    for (std::size_t c = 0; c < n_columns; ++c) {
      text += fmt::format("  {} = {}\n", examples.columns[c],
                          number(examples.features[r * n_columns + c]));
    }
  }
  return text;
}

std::string to_text(const ranking::Ranker& ranker, const ranking::Examples& examples) {
  std::string text = fmt::format("{} trees, {} bought pairs, {} columns\n", ranker.rounds(),
                                 ranker.n_positives(), ranker.columns().size());
  for (const float own : {0.0F, 0.1F, 1.0F, 10.0F}) {
    text += fmt::format("own history {} is w {}\n", number(own), number(ranker.base_score(own)));
  }
  std::vector<float> w(examples.n_rows());
  ranker.score({{examples.features.data(), examples.n_rows(), examples.columns.size()},
                examples.offsets,
                examples.own_final},
               1, w);
  for (std::size_t r = 0; r < w.size(); ++r) text += fmt::format("row {} w {}\n", r, number(w[r]));
  for (const double sum : {0.0, 0.01, 0.5}) {
    text +=
        fmt::format("sum of w {} recalls {}, buys with {}\n", number(sum),
                    number(ranker.buyers().recall(sum)), number(ranker.buyers().probability(sum)));
  }
  return text;
}

std::string to_text(const ProductSpace& products) {
  std::string text;
  const auto& catalog = products.catalog;
  for (std::size_t i = 0; i < catalog.n_items(); ++i) {
    if (catalog.is_listed[i] == 0) continue;
    const auto category = catalog.category[i];
    text += fmt::format("{} category '{}' price {} old {} added {} title '{}'\n",
                        products.items.text(i),
                        category.valid() ? products.categories.external(category) : "",
                        number(catalog.price[i]), number(catalog.old_price[i]),
                        time_text(catalog.add_date[i]), fmt::join(catalog.title_words.row(i), " "));
  }
  return text + fmt::format("{} ids, vectors of {}\n", products.items.size(), catalog.vector_dim);
}

std::string json_text(const Json& json) { return shortened(json).dump(2) + "\n"; }

std::string json_text(const std::filesystem::path& path) {
  return json_text(Json::parse(read_file(path)));
}

std::string parquet_text(const std::filesystem::path& path) {
  const auto file = arrow::io::ReadableFile::Open(path.string()).ValueOrDie();
  const auto reader = parquet::arrow::OpenFile(file, arrow::default_memory_pool()).ValueOrDie();
  const auto table = reader->ReadTable().ValueOrDie();
  std::string text;
  for (const auto& field : table->schema()->fields()) {
    text += fmt::format("{} {}\n", field->name(), field->type()->ToString());
  }
  for (std::int64_t row = 0; row < table->num_rows(); ++row) {
    for (int c = 0; c < table->num_columns(); ++c) {
      text += (c == 0 ? "" : " ") + cell_text(*table->column(c), row);
    }
    text += "\n";
  }
  return text;
}

}  // namespace vitrina::golden
