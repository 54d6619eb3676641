#include "vitrina/live.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "api/moments.hpp"
#include "api/similar.hpp"
#include "api/stream.hpp"
#include "api/terms.hpp"
#include "api/warnings.hpp"
#include "bundle/generation.hpp"
#include "bundle/similar.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/time.hpp"
#include "data/build.hpp"
#include "data/catalog_build.hpp"
#include "io/catalog_reader.hpp"
#include "io/date_text.hpp"
#include "io/log_reader.hpp"
#include "io/log_schema.hpp"
#include "io/sound_id.hpp"
#include "io/time_zone.hpp"
#include "live/service.hpp"
#include "selection/choose_config.hpp"

namespace vitrina {
namespace {

using Generations = std::shared_ptr<const bundle::Generation>;

const Terms& live_terms() {
  static const Terms kTerms{{{"choose.k", "k"}, {"dates, --as-of and --since", "dates"}}, {}};
  return kTerms;
}

/// The machine's clock, every moment later than all before it: an answer counts what was told
/// before it was asked for.
class Clock {
 public:
  explicit Clock(std::string_view zone) : zone_(io::TimeZone::find(zone)) {}

  TimeUs now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const TimeUs utc = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
    const TimeUs local = zone_.to_local(utc);
    TimeUs last = last_.load();
    while (!last_.compare_exchange_weak(last, std::max(local, last + 1))) {
    }
    return std::max(local, last + 1);
  }

  /// A moment as written: ISO, in the clock's own time where it names no zone.
  [[nodiscard]] std::optional<TimeUs> parse(std::string_view text) const {
    const auto date = io::parse_date_text(text, io::DateFormat::kPlain);
    if (!date || !date->is_iso) return std::nullopt;
    return date->zone.empty() ? date->time : zone_.to_local(date->time);
  }

 private:
  io::TimeZone zone_;
  std::atomic<TimeUs> last_{kNoTime};
};

TimeUs parse_moment(const Clock& clock, std::string_view option, const std::string& text) {
  if (const auto time = clock.parse(text)) return *time;
  throw bad_moment(option, text);
}

/// What is wrong with the event at a place of a list.
Error bad_event(std::size_t place, std::string_view field, std::string_view found,
                std::string_view expected) {
  return {ErrorCode::kBadData, fmt::format("event {}: {}: found '{}', expected {}", place, field,
                                           printable(found), expected)};
}

/// Events of users and of visits, checked, a product each; texts belong to what they were read of.
struct ToldEvents {
  std::vector<std::string_view> ids[2];  ///< by live::Kind
  std::vector<live::Event> events[2];

  void add(live::Kind kind, std::string_view id, const live::Event& event) {
    ids[static_cast<std::size_t>(kind)].push_back(id);
    events[static_cast<std::size_t>(kind)].push_back(event);
  }
};

void add_event(const LiveEvent& told, std::size_t place, const io::ActionCodes& actions,
               Clock& clock, ToldEvents& all) {
  const bool is_user = !told.user_id.empty();
  const auto kind = is_user ? live::Kind::kUser : live::Kind::kVisit;
  const auto& id = is_user ? told.user_id : told.visit_id;
  if (!io::is_sound_id(id)) {
    throw bad_event(place, is_user ? "user_id" : "visit_id", id,
                    "the id of a customer or of a visit, in UTF-8");
  }
  const auto action = actions.find(told.action);
  if (action == actions.end()) {
    throw bad_event(place, "action", told.action,
                    "a name such as view, basket_add or order, or a code from 0 to 9");
  }
  TimeUs time = 0;
  if (told.time.empty()) {
    time = clock.now();
  } else if (const auto given = clock.parse(told.time)) {
    time = *given;
  } else {
    throw bad_event(place, "time", told.time, "an ISO time such as 2024-09-28T12:00:00");
  }
  if (time < kAllTimes.first || time > kAllTimes.last) {
    throw bad_event(place, "time", told.time, "a time from 1995 to 2099");
  }
  live::Event event{
      .time = time, .action = action->second, .page = told.page, .device = told.device};
  if (!told.device.empty() && !io::is_sound_id(told.device)) event.device = {};
  for (const auto& product : told.products) {
    if (!io::is_sound_id(product)) {
      throw bad_event(place, "products", product, "the id of a product, in UTF-8");
    }
    event.product = product;
    all.add(kind, id, event);
  }
  if (told.products.empty()) all.add(kind, id, event);
}

/// Products that are asked for; as the bundle was packed where nothing is said.
std::size_t wanted(std::optional<int> k, const bundle::Bundle& bundle) {
  if (!k) return selection::read_choose(bundle.params()).limits().k;
  return selection::read_choose({{"choose.k", fmt::to_string(*k)}}).limits().k;
}

ToldEvents rows_of(const RawLog& log) {
  ToldEvents all;
  const auto text = [](const StringTable& table, std::uint32_t code) {
    return code == kNoCode ? std::string_view{} : table.text(code);
  };
  for (std::size_t row = 0; row < log.user.size(); ++row) {
    if (log.time[row] < kAllTimes.first || log.time[row] > kAllTimes.last) continue;
    all.add(live::Kind::kUser, log.users.text(log.user[row]),
            {.time = log.time[row],
             .action = static_cast<Action>(log.action[row]),
             .product = text(log.items, log.item[row]),
             .page = log.page[row],
             .device = text(log.devices, log.device[row])});
  }
  return all;
}

}  // namespace

struct Live::State {
  State(const std::filesystem::path& bundle, LiveOptions given)
      : options(std::move(given)),
        schema(options.schema.empty() ? io::LogSchema{} : io::read_schema(options.schema)),
        progress(options.on_warning, live_terms()),
        clock(options.time_zone),
        service(read(bundle, options.catalog)) {}

  Generations read(const std::filesystem::path& bundle, const std::filesystem::path& catalog) {
    auto generation = bundle::Generation::load(bundle);
    if (catalog.empty()) return generation;
    const auto raw = is_directory(catalog) ? io::read_catalog(catalog, schema, progress)
                                           : io::read_catalog_file(catalog, schema, progress);
    if (!raw) {
      throw Error(ErrorCode::kMissingInput,
                  fmt::format("catalog: {} has none; name its folder or file",
                              printable(catalog.string())));
    }
    const auto products = build_products(*raw);
    return generation->with_catalog(&products);
  }

  std::size_t take(const ToldEvents& all) {
    std::size_t n = 0;
    for (const auto kind : {live::Kind::kUser, live::Kind::kVisit}) {
      const auto k = static_cast<std::size_t>(kind);
      if (!all.ids[k].empty()) n += service.add(kind, all.ids[k], all.events[k]);
    }
    return n;
  }

  /// The moment from which on a log is not taken in; kNoTime: it is taken whole.
  TimeUs before(const std::string& text) {
    return text.empty() ? kNoTime : parse_moment(clock, "before", text);
  }

  LiveOptions options;
  io::LogSchema schema;
  CallerProgress progress;
  Clock clock;
  live::Service service;
};

Live::Live(std::unique_ptr<State> state) : state_(std::move(state)) {}
Live::Live(Live&&) noexcept = default;
Live& Live::operator=(Live&&) noexcept = default;
Live::~Live() = default;

Live Live::open(const std::filesystem::path& bundle, const LiveOptions& options) {
  return with_terms(live_terms(), [&] { return Live(std::make_unique<State>(bundle, options)); });
}

std::size_t Live::add(const std::vector<LiveEvent>& events) {
  ToldEvents all;
  for (std::size_t e = 0; e < events.size(); ++e) {
    add_event(events[e], e, state_->schema.actions, state_->clock, all);
  }
  return state_->take(all);
}

std::size_t Live::add_log(const std::filesystem::path& data, const std::string& before) {
  return with_terms(live_terms(), [&] {
    const auto log = io::read_log(data, state_->schema, state_->before(before),
                                  resolve_threads(state_->options.threads), state_->progress);
    return state_->take(rows_of(log));
  });
}

std::size_t Live::add_log(ArrowArrayStream* events, const std::string& before) {
  const auto owned = own(events);
  return with_terms(live_terms(), [&] {
    const auto log =
        io::read_log_stream(events, state_->schema, state_->before(before),
                            resolve_threads(state_->options.threads), state_->progress);
    return state_->take(rows_of(log));
  });
}

LiveAnswer Live::recommend(const LiveQuery& query) const {
  return with_terms(live_terms(), [&] {
    const TimeUs as_of =
        query.at.empty() ? state_->clock.now() : parse_moment(state_->clock, "at", query.at);
    live::Request request{.user = query.user_id,
                          .visit = query.visit_id,
                          .as_of = as_of,
                          .k = wanted(query.k, state_->service.generation()->bundle()),
                          .exclude = query.exclude,
                          .excludes_touched = query.exclude_touched};
    if (query.only) request.only = *query.only;
    const auto reply = state_->service.recommend(request);
    const auto& bundle = reply.generation->bundle();
    if (as_of < bundle.learned().until && !state_->options.allow_future) {
      throw Error(ErrorCode::kIncompatibleArtifact,
                  fmt::format("bundle {}: learned from events until {}, later than the moment "
                              "asked for, {}; ask for a later moment, open a bundle as of this "
                              "one, or insist with allow_future",
                              bundle.fingerprint(), format_time(bundle.learned().until),
                              format_time(as_of)));
    }
    LiveAnswer answer;
    const auto& sources = reply.generation->engine().generator_names();
    for (const auto& product : reply.products) {
      answer.products.push_back({product.id, double{product.score}, sources[product.source]});
    }
    const auto buyers = bundle.buyers_at(as_of);
    answer.expected_recall = buyers.recall(reply.score_sum);
    answer.p_buy = buyers.probability(reply.score_sum);
    if (!reply.has_history) answer.fallback = "popular";
    answer.as_of = format_time(as_of);
    answer.bundle = bundle.fingerprint();
    return answer;
  });
}

std::vector<SimilarProduct> Live::similar(const std::string& product, int k,
                                          const std::string& by) const {
  const auto generation = state_->service.generation();
  return similar_products(bundle::SimilarProducts(generation->bundle()), product, k, by);
}

std::size_t Live::forget(const std::string& user_id) {
  return state_->service.forget(live::Kind::kUser, user_id);
}

std::size_t Live::forget_visit(const std::string& visit_id) {
  return state_->service.forget(live::Kind::kVisit, visit_id);
}

// NOLINTNEXTLINE(bugprone-exception-escape): of a bundle for another, not of two values
void Live::swap(const std::filesystem::path& bundle, const std::filesystem::path& catalog) {
  with_terms(live_terms(), [&] { state_->service.swap(state_->read(bundle, catalog)); });
}

std::string Live::fingerprint() const {
  return state_->service.generation()->bundle().fingerprint();
}

std::string Live::learned_until() const {
  return format_time(state_->service.generation()->bundle().learned().until);
}

std::size_t Live::n_events() const { return state_->service.n_events(); }
std::size_t Live::n_customers() const { return state_->service.n_customers(); }

}  // namespace vitrina
