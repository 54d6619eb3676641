#include "tools/data_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/error.hpp"
#include "pipeline/read_report.hpp"

namespace vitrina::tools {
namespace {

using Json = nlohmann::ordered_json;

/// File names listed at most; a log may have thousands of parts.
constexpr std::size_t kListedFiles = 5;

std::string line(std::string_view name, std::string_view text) {
  return fmt::format("{:<14}{}\n", name, text);
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "none";
  return fmt::format("{} ({:.1f}%)", part,
                     100 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string files(const ReadNotes& notes) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kListedFiles, notes.files.size()); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", printable(notes.files[i]));
  }
  if (notes.files.size() > kListedFiles) {
    text += fmt::format(" and {} more", notes.files.size() - kListedFiles);
  }
  return text;
}

std::string recognised(const Facts& facts) {
  std::string text;
  for (const auto* notes : {&facts.log_notes, &facts.catalog_notes}) {
    for (const auto& note : notes->recognised) {
      text += fmt::format("{}{}", text.empty() ? "" : "; ", note);
    }
  }
  return text;
}

std::string bad_rows(const IngestCounts& counts) {
  std::string text;
  for (std::size_t b = 0; b < kBadRowCount; ++b) {
    if (counts.bad[b] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts.bad[b], kBadRowNames[b]);
    if (!counts.example[b].empty()) text += fmt::format(" ('{}')", printable(counts.example[b]));
  }
  return text.empty() ? "none" : text;
}

std::string zone(const ReadNotes& notes) {
  if (notes.zone.empty()) return "none: times are taken for the shop's own clock";
  return fmt::format("{}, read as {}", printable(notes.zone), notes.clock);
}

std::string actions(const Facts& facts) {
  std::string text;
  for (std::size_t a = 0; a < kActionCount; ++a) {
    if (facts.by_action[a] == 0) continue;
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", kActionTraits[a].name, facts.by_action[a]);
  }
  return text;
}

std::string catalog_lines(const Facts& facts) {
  if (!facts.catalog) return line("catalog", "none");
  const auto& catalog = *facts.catalog;
  return line("catalog", fmt::format("{}: {} rows, lists {} of the log's {} products",
                                     files(facts.catalog_notes), catalog.rows,
                                     share(catalog.in_log, facts.products), facts.products)) +
         line("",
              fmt::format("of these with a price {}, a category {} ({} categories), a title {}; "
                          "title vectors: {}",
                          catalog.priced, catalog.categorised, catalog.categories, catalog.titled,
                          catalog.vectors_from));
}

std::string event_lines(const Facts& facts) {
  auto text = line("events", fmt::format("{} of {} users and {} products on {} days, {} to {}",
                                         facts.events, facts.users, facts.products, facts.days,
                                         format_time(facts.begin), format_time(facts.end - 1)));
  text += line("time zone", zone(facts.log_notes));
  text += line("actions", actions(facts));
  text += line("bought", fmt::format("{} customers bought {} products in the last {:g} days",
                                     facts.late_buyers, facts.late_bought, facts.horizon_days));
  text += catalog_lines(facts);
  return text +
         line("folds", fmt::format("{} windows of {:g} days to learn from, {}", facts.train_windows,
                                   facts.label_days,
                                   facts.has_valid ? "and one to judge by" : "none to judge by"));
}

Json notes_json(const ReadNotes& notes) {
  Json json{{"files", Json::array()}, {"recognised", notes.recognised}};
  for (const auto& file : notes.files) json["files"].push_back(printable(file));
  return json;
}

Json counts_json(const IngestCounts& counts) {
  Json json{{"read", counts.rows_read}, {"hidden_by_as_of", counts.rows_hidden}};
  for (std::size_t b = 0; b < kBadRowCount; ++b) {
    const auto& example = counts.example[b];
    json["bad"][std::string(kBadRowNames[b])] = {
        {"rows", counts.bad[b]}, {"example", example.empty() ? Json() : Json(printable(example))}};
  }
  json["unknown_actions"] = pipeline::unknown_actions_json(counts.unknown_actions);
  return json;
}

Json catalog_json(const Facts& facts) {
  if (!facts.catalog) return nullptr;
  const auto& catalog = *facts.catalog;
  return {{"rows", catalog.rows},
          {"products_of_the_log", catalog.in_log},
          {"priced", catalog.priced},
          {"prices_not_understood", catalog.prices_unread},
          {"price_not_understood",
           catalog.price_unread.empty() ? Json() : Json(printable(catalog.price_unread))},
          {"prices_below_0", catalog.prices_negative},
          {"price_below_0",
           catalog.price_negative.empty() ? Json() : Json(printable(catalog.price_negative))},
          {"with_category", catalog.categorised},
          {"categories", catalog.categories},
          {"with_title", catalog.titled},
          {"title_vectors", catalog.vectors_from}};
}

}  // namespace

std::string to_text(const Verdict& verdict) {
  const auto& facts = verdict.facts;
  const auto& counts = facts.counts;
  auto text = line("log", files(facts.log_notes));
  if (const auto found = recognised(facts); !found.empty()) text += line("recognised", found);
  text += line(
      "rows", fmt::format("{} read, {} at or after --as-of", counts.rows_read, counts.rows_hidden));
  text += line("bad rows", bad_rows(counts));
  if (!counts.unknown_actions.empty()) {
    text += line("unknown", fmt::format("actions {}", describe(counts.unknown_actions, 10)));
  }
  if (facts.events > 0) text += event_lines(facts);
  for (const auto& finding : verdict.missing) {
    text += line("missing", fmt::format("{}; lost: {}; to mend: {}", finding.what, finding.lost,
                                        finding.mend));
  }
  for (const auto& warning : verdict.warnings) text += line("warning", warning);
  for (const auto& problem : verdict.problems) text += line("problem", problem);
  return text + line("usable", verdict.problems.empty() ? "yes" : "no");
}

Json to_json(const Verdict& verdict) {
  const auto& facts = verdict.facts;
  Json json{{"usable", verdict.problems.empty()}, {"problems", verdict.problems}};
  json["warnings"] = verdict.warnings;
  json["missing"] = Json::array();
  for (const auto& finding : verdict.missing) {
    json["missing"].push_back(
        {{"what", finding.what}, {"lost", finding.lost}, {"mend", finding.mend}});
  }
  json["log"] = notes_json(facts.log_notes);
  json["rows"] = counts_json(facts.counts);
  json["time_zone"] = pipeline::zone_json(facts.log_notes);
  if (facts.events == 0) return json;
  json["events"] = facts.events;
  json["users"] = facts.users;
  json["products"] = facts.products;
  json["days"] = facts.days;
  json["begin"] = format_time(facts.begin);
  json["end"] = format_time(facts.end - 1);
  for (std::size_t a = 0; a < kActionCount; ++a) {
    json["events_by_action"][std::string(kActionTraits[a].name)] = facts.by_action[a];
  }
  json["last_days"] = {
      {"days", facts.horizon_days}, {"buyers", facts.late_buyers}, {"bought", facts.late_bought}};
  json["catalog_files"] = notes_json(facts.catalog_notes);
  json["catalog"] = catalog_json(facts);
  json["folds"] = {{"train", facts.train_windows},
                   {"label_days", facts.label_days},
                   {"valid", facts.has_valid},
                   {"days_for_valid", facts.days_for_valid}};
  return json;
}

}  // namespace vitrina::tools
