#include "vitrina/live.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>

#include "api/live_clock.hpp"
#include "api/live_events.hpp"
#include "api/option_values.hpp"
#include "api/similar.hpp"
#include "api/stream.hpp"
#include "api/terms.hpp"
#include "api/warnings.hpp"
#include "bundle/generation.hpp"
#include "bundle/similar.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "data/build.hpp"
#include "data/catalog_build.hpp"
#include "io/catalog_reader.hpp"
#include "io/log_reader.hpp"
#include "io/log_schema.hpp"
#include "live/service.hpp"
#include "selection/choose_config.hpp"

namespace vitrina {
namespace {

using GenerationPtr = std::shared_ptr<const bundle::Generation>;

const Terms& live_terms() {
  static const Terms kTerms{{{"choose.k", "k"},
                             {"dates, --as-of and --since", "dates"},
                             {"set it by --set ingest.time_zone", "give it as time_zone"}},
                            {}};
  return kTerms;
}

TimeUs parse_moment(const LiveClock& clock, std::string_view option, const std::string& text) {
  if (const auto time = clock.parse(text)) return *time;
  throw bad_moment(option, text);
}

/// Products that are asked for; as the bundle was packed where nothing is said.
std::size_t wanted(std::optional<int> k, const bundle::Generation& generation) {
  if (!k) return generation.k();
  // what is likely is not put into words to be read again
  if (*k >= 1 && *k <= 100) return static_cast<std::size_t>(*k);
  return selection::read_choose({{"choose.k", fmt::to_string(*k)}}).limits().k;
}

std::string feature_name(std::size_t column, const std::vector<std::string>& columns) {
  if (column == live::Reason::kOwnHistory) return "own_history";
  return column == live::Reason::kBuyer ? "buyer" : columns[column];
}

LiveReasons told(const live::Reasons& reasons, const std::vector<std::string>& columns) {
  LiveReasons told{.logit = reasons.logit, .base = reasons.base, .other = reasons.other};
  for (const auto& reason : reasons.strongest) {
    auto& feature = told.features.emplace_back();
    feature.feature = feature_name(reason.column, columns);
    if (!std::isnan(reason.value)) feature.value = reason.value;
    feature.contribution = reason.contribution;
  }
  return told;
}

/// NaN, as tables have it where there is none, would let nothing pass.
float price_limit(std::string_view name, double limit) {
  if (!std::isnan(limit)) return static_cast<float>(limit);
  throw Error(ErrorCode::kBadData, fmt::format("{}: found 'nan', expected a number", name));
}

}  // namespace

struct Live::State {
  State(const std::filesystem::path& bundle, LiveOptions given)
      : State(bundle::Generation::load(bundle), std::move(given)) {}

  State(GenerationPtr loaded, LiveOptions given)
      : options(std::move(given)),
        schema(schema_of(options, loaded->bundle())),
        progress(options.on_warning, live_terms()),
        clock(schema.time_zone.empty() ? "UTC" : schema.time_zone,
              [this](TimeUs by) { warn_of_time_set_back(by); }),
        service(made_ready(std::move(loaded), options.catalog)) {}

  /// How logs are read: on the clock of live events, whoever names it.
  static io::LogSchema schema_of(const LiveOptions& options, const bundle::Bundle& bundle) {
    auto schema = options.schema.empty() ? io::LogSchema{} : io::read_schema(options.schema);
    schema.zone_is_the_readers = schema.time_zone.empty() || !options.time_zone.empty();
    if (!options.time_zone.empty()) schema.time_zone = options.time_zone;
    if (schema.time_zone.empty()) schema.time_zone = bundle.time_zone();
    return schema;
  }

  GenerationPtr read(const std::filesystem::path& bundle, const std::filesystem::path& catalog) {
    return made_ready(bundle::Generation::load(bundle), catalog);
  }

  GenerationPtr made_ready(GenerationPtr generation, const std::filesystem::path& catalog) {
    if (!catalog.empty()) generation = beside(*generation, catalog);
    check_answers(generation);
    warn_of_clock(generation->bundle());
    if (options.answers_now) check_present(generation->bundle());
    return generation;
  }

  GenerationPtr beside(const bundle::Generation& generation, const std::filesystem::path& catalog) {
    const auto raw = is_directory(catalog) ? io::read_catalog(catalog, schema, progress)
                                           : io::read_catalog_file(catalog, schema, progress);
    if (!raw) {
      throw Error(ErrorCode::kMissingInput,
                  fmt::format("catalog: {} has none; name its folder or file",
                              printable(catalog.string())));
    }
    const auto products = build_products(*raw);
    return generation.with_catalog(&products);
  }

  void warn_of_time_set_back(TimeUs by) const {
    if (!options.on_warning) return;
    options.on_warning(fmt::format(
        "clock: the machine's was set back by {:.1f} hours, and time goes on from there; events "
        "that were told meanwhile are dated ahead, and count from then on",
        static_cast<double>(by) / static_cast<double>(kUsPerHour)));
  }

  /// Asks for somebody unknown: what cannot name one product is no bundle to answer by.
  static void check_answers(const GenerationPtr& generation) {
    const auto reply = live::Service(generation)
                           .recommend({.as_of = generation->bundle().learned().until, .k = 1});
    if (!reply.products.empty()) return;
    throw Error(ErrorCode::kIncompatibleArtifact,
                "bundle: names no product to somebody unknown; pack one that has learned of some");
  }

  /// Filters would find nothing from one answer to the next.
  static void check_catalog(const bundle::Generation& present, const bundle::Generation& next) {
    if (next.products().catalog.lists_any() || !present.products().catalog.lists_any()) return;
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("bundle {}: found no catalog, and the present one has it; put the "
                            "catalog beside the log it learns from, or name one for it",
                            next.bundle().fingerprint()));
  }

  void warn_of_clock(const bundle::Bundle& bundle) {
    const auto learned_on = bundle.time_zone();
    if (learned_on.empty() || learned_on == clock.zone()) return;
    progress.warn(
        fmt::format("bundle {}: learned on the clock {}, and events are on {}: hours and "
                    "days are not the same there",
                    bundle.fingerprint(), learned_on, clock.zone()));
  }

  void check_present(const bundle::Bundle& bundle) {
    const TimeUs now = clock.now();
    if (now >= bundle.learned().until) return;
    throw Error(
        ErrorCode::kIncompatibleArtifact,
        fmt::format("bundle {}: learned from events until {}, and now it is {} on the log's "
                    "own clock; name that clock's time zone, or another bundle",
                    bundle.fingerprint(), format_time(bundle.learned().until), format_time(now)));
  }

  std::size_t take_log(const RawLog& log) {
    if (options.answers_now) warn_of_future(log);
    return take(told_by(log));
  }

  /// They are kept, and do not count before their time comes.
  void warn_of_future(const RawLog& log) {
    const TimeUs now = clock.now();
    const auto n =
        std::count_if(log.time.begin(), log.time.end(), [now](TimeUs time) { return time > now; });
    if (n == 0) return;
    progress.warn(
        fmt::format("log: {} events are later than now, which is {} on the clock {}, the "
                    "last of {}; they do not count yet: name the log's own time zone",
                    n, format_time(now), clock.zone(),
                    format_time(*std::max_element(log.time.begin(), log.time.end()))));
  }

  std::size_t take(const ToldEvents& all) {
    std::size_t n = 0;
    for (const auto kind : {live::Kind::kUser, live::Kind::kVisit}) {
      const auto k = static_cast<std::size_t>(kind);
      if (!all.ids[k].empty()) n += service.add(kind, all.ids[k], all.events[k]);
    }
    return n;
  }

  std::vector<KeptEvent> kept(live::Kind kind, const std::string& id) const {
    std::vector<KeptEvent> kept;
    service.with_events(kind, id, [&](const auto& events) {
      for (const auto& event : events) kept.push_back(to_kept(kind, id, event));
    });
    return kept;
  }

  live::Request request_of(const LiveQuery& query, TimeUs as_of) const;
  LiveAnswer answer_of(const live::Reply& reply, TimeUs as_of) const;
  void check_moment(const bundle::Bundle& bundle, TimeUs as_of) const;

  /// The moment from which on a log is not taken in; kNoTime: it is taken whole.
  TimeUs before(const std::string& text) {
    return text.empty() ? kNoTime : parse_moment(clock, "before", text);
  }

  LiveOptions options;
  io::LogSchema schema;
  CallerProgress progress;
  LiveClock clock;
  live::Service service;
  std::mutex swapping;  ///< one after the other: the last one asked for stays
};

Live::Live(std::unique_ptr<State> state) : state_(std::move(state)) {}
Live::Live(Live&&) noexcept = default;
Live& Live::operator=(Live&&) noexcept = default;
Live::~Live() = default;

Live Live::open(const std::filesystem::path& bundle, const LiveOptions& options) {
  return with_terms(live_terms(), [&] { return Live(std::make_unique<State>(bundle, options)); });
}

std::size_t Live::add(const std::vector<LiveEvent>& events) {
  std::vector<KeptEvent> kept;
  for (auto& one : check(events)) {
    kept.insert(kept.end(), std::make_move_iterator(one.begin()),
                std::make_move_iterator(one.end()));
  }
  return add_kept(kept);
}

std::vector<std::vector<KeptEvent>> Live::check(const std::vector<LiveEvent>& events) const {
  std::vector<std::vector<KeptEvent>> kept;
  kept.reserve(events.size());
  for (const auto& event : events) {
    kept.push_back(kept_as(event, kept.size(), state_->schema.actions, state_->clock));
  }
  return kept;
}

std::int64_t Live::now_us() const { return state_->clock.now(); }

std::size_t Live::add_kept(const std::vector<KeptEvent>& events) {
  return state_->take(told_by(events));
}

std::vector<KeptEvent> Live::events_of(const std::string& user_id) const {
  return state_->kept(live::Kind::kUser, user_id);
}

std::vector<KeptEvent> Live::events_of_visit(const std::string& visit_id) const {
  return state_->kept(live::Kind::kVisit, visit_id);
}

std::size_t Live::add_log(const std::filesystem::path& data, const std::string& before) {
  return with_terms(live_terms(), [&] {
    const auto log = io::read_log(data, state_->schema, state_->before(before),
                                  resolve_threads(state_->options.threads), state_->progress);
    return state_->take_log(log);
  });
}

std::size_t Live::add_log(ArrowArrayStream* events, const std::string& before) {
  const auto owned = own(events);
  return with_terms(live_terms(), [&] {
    const auto log =
        io::read_log_stream(events, state_->schema, state_->before(before),
                            resolve_threads(state_->options.threads), state_->progress);
    return state_->take_log(log);
  });
}

live::Request Live::State::request_of(const LiveQuery& query, TimeUs as_of) const {
  live::Request request{.user = query.user_id,
                        .visit = query.visit_id,
                        .as_of = as_of,
                        .k = wanted(query.k, *service.generation()),
                        .exclude = query.exclude,
                        .excludes_touched = query.exclude_touched,
                        .history = {.excludes_seen = query.exclude_seen,
                                    .excludes_in_basket = query.exclude_in_basket,
                                    .excludes_bought = query.exclude_bought},
                        .catalog = {.categories = query.categories,
                                    .only_listed = query.only_listed,
                                    .also_unavailable = query.also_unavailable},
                        .beside = query.beside,
                        .by = query.by,
                        .explains = query.explain};
  if (query.min_price) request.catalog.min_price = price_limit("min_price", *query.min_price);
  if (query.max_price) request.catalog.max_price = price_limit("max_price", *query.max_price);
  if (query.only) request.only = *query.only;
  if (query.max_touched) {
    request.max_touched = static_cast<std::size_t>(std::max(0, *query.max_touched));
  }
  return request;
}

void Live::State::check_moment(const bundle::Bundle& bundle, TimeUs as_of) const {
  if (as_of >= bundle.learned().until || options.allow_future) return;
  throw Error(
      ErrorCode::kIncompatibleArtifact,
      fmt::format("bundle {}: learned from events until {}, later than the moment asked "
                  "for, {}; ask for a later moment, open a bundle as of this one, or "
                  "insist with allow_future",
                  bundle.fingerprint(), format_time(bundle.learned().until), format_time(as_of)));
}

LiveAnswer Live::State::answer_of(const live::Reply& reply, TimeUs as_of) const {
  const auto& bundle = reply.generation->bundle();
  check_moment(bundle, as_of);
  LiveAnswer answer;
  answer.products.reserve(reply.products.size());
  for (const auto& product : reply.products) {
    answer.products.push_back({product.id, double{product.score}, std::string(product.source)});
    if (product.reasons) {
      const auto& columns = reply.generation->engine().column_names();
      answer.products.back().reasons = told(*product.reasons, columns);
    }
  }
  const auto buyers = bundle.buyers_at(as_of);
  if (reply.best_sum) {
    answer.expected_recall = buyers.recall(reply.score_sum);
    answer.p_buy = buyers.probability(*reply.best_sum);
  }
  if (!reply.has_history && reply.n_neighbours == 0) answer.fallback = "popular";
  answer.as_of = format_time(as_of);
  answer.bundle = bundle.fingerprint();
  return answer;
}

LiveAnswer Live::recommend(const LiveQuery& query) const {
  return with_terms(live_terms(), [&] {
    const TimeUs as_of =
        query.at.empty() ? state_->clock.now() : parse_moment(state_->clock, "at", query.at);
    const auto reply = state_->service.recommend(state_->request_of(query, as_of));
    return state_->answer_of(reply, as_of);
  });
}

std::vector<SimilarProduct> Live::similar(const std::string& product, int k,
                                          const std::string& by) const {
  const auto generation = state_->service.generation();
  return similar_products(bundle::SimilarProducts(generation->bundle()), product, k, by);
}

void Live::check(const std::vector<ProductFacts>& products) { check_facts(products); }

void Live::put(const std::vector<ProductFacts>& products) {
  check(products);
  for (const auto& facts : products) state_->service.put(facts.product_id, to_facts(facts));
}

std::optional<ProductFacts> Live::product(const std::string& product_id) const {
  const auto facts = state_->service.facts_of(product_id);
  return facts ? std::optional(to_told(product_id, *facts)) : std::nullopt;
}

bool Live::link(const std::string& visit_id, const std::string& user_id) {
  return state_->service.link(visit_id, user_id);
}

std::size_t Live::forget(const std::string& user_id) {
  return state_->service.forget(live::Kind::kUser, user_id);
}

std::size_t Live::forget_visit(const std::string& visit_id) {
  return state_->service.forget(live::Kind::kVisit, visit_id);
}

std::size_t Live::forget_users(const std::function<bool(std::string_view)>& meant) {
  return state_->service.forget_if(live::Kind::kUser, meant);
}

std::size_t Live::forget_before(std::int64_t time_us) {
  return state_->service.forget_before(time_us);
}

bool Live::save(const std::filesystem::path& file, const std::string& note) const {
  return state_->service.save(file, note);
}

void Live::go_on_from(std::int64_t latest_us) { state_->clock.go_on_from(latest_us); }

bool Live::restore(const std::filesystem::path& file,
                   const std::function<bool(std::string_view)>& is_wanted) {
  return state_->service.restore(file, is_wanted);
}

// NOLINTNEXTLINE(bugprone-exception-escape): of a bundle for another, not of two values
void Live::swap(const std::filesystem::path& bundle, const std::filesystem::path& catalog) {
  with_terms(live_terms(), [&] {
    const std::scoped_lock lock(state_->swapping);
    auto next = state_->read(bundle, catalog);
    State::check_catalog(*state_->service.generation(), *next);
    state_->service.swap(std::move(next));
  });
}

Live::KnownProducts Live::known_products() const {
  const auto [named, known] = state_->service.known_products();
  return {named, known};
}

std::string Live::time_zone() const { return state_->clock.zone(); }

std::string Live::fingerprint() const {
  return state_->service.generation()->bundle().fingerprint();
}

std::string Live::learned_until() const {
  return format_time(state_->service.generation()->bundle().learned().until);
}

std::size_t Live::n_events() const { return state_->service.n_events(); }
std::size_t Live::n_customers() const { return state_->service.n_customers(); }

}  // namespace vitrina
