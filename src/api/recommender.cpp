#include "vitrina/recommender.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "api/option_values.hpp"
#include "api/similar.hpp"
#include "api/stream.hpp"
#include "api/terms.hpp"
#include "api/warnings.hpp"
#include "bundle/answer.hpp"
#include "bundle/generation.hpp"
#include "bundle/guard.hpp"
#include "bundle/origin.hpp"
#include "bundle/rules.hpp"
#include "bundle/similar.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/time.hpp"
#include "data/build.hpp"
#include "data/join.hpp"
#include "data/log_age.hpp"
#include "data/log_checks.hpp"
#include "io/catalog_reader.hpp"
#include "io/log_reader.hpp"
#include "io/log_schema.hpp"
#include "selection/choose_config.hpp"

namespace vitrina {
namespace {

const Terms& load_terms() {
  static const Terms kTerms{{}, "fit keeps one in the folder that its option bundle names"};
  return kTerms;
}

/// Parameters that RecommendOptions has as fields.
const Terms& recommend_terms() {
  static const Terms kTerms{
      {{"choose.k", "k"},
       {"choose.max_users", "max_users"},
       {"ingest.max_bad_share", "max_bad_share"},
       {"dates, --as-of and --since", "dates and as_of"},
       {"into the schema or set it by --set ingest.time_zone", "into the schema"},
       {"begin the log after the gap by --since", "begin the log after the gap"}},
      {}};
  return kTerms;
}

/// RecommendOptions, checked and in the terms of the parts that answer.
struct Request {
  ParamMap params;
  bundle::IdRules rules;
  bundle::Permissions permissions;
  io::LogSchema schema;
  TimeUs as_of = kNoTime;  ///< from then on nothing is looked at
  TimeUs at = kNoTime;     ///< of the answer; else just after the last event
  double max_bad_share = 0;
  int threads = 1;
};

TimeUs parse_moment(std::string_view option, const std::string& text) {
  if (text.empty()) return kNoTime;
  if (const auto time = parse_time(text)) return *time;
  throw bad_moment(option, text);
}

Request check_options(const RecommendOptions& options, const bundle::Bundle& bundle) {
  Request request{.params = bundle.params(), .rules = {}, .permissions = {}, .schema = {}};
  if (options.max_users) request.params["choose.max_users"] = fmt::to_string(*options.max_users);
  if (options.k) request.params["choose.k"] = fmt::to_string(*options.k);
  selection::read_choose(request.params);  // throws for what is out of range
  check_share("max_bad_share", options.max_bad_share);
  request.rules = {options.only_users, options.exclude_users, options.exclude_products,
                   options.only_listed};
  request.permissions = {options.allow_future, options.force_bundle};
  request.as_of = parse_moment("as_of", options.as_of);
  request.at = parse_moment("at", options.at);
  if (request.as_of != kNoTime && request.at != kNoTime) {
    throw Error(ErrorCode::kConfig,
                "at: found with as_of, expected one of them; at answers as of that very moment, "
                "as_of as of the last event before it");
  }
  if (request.at != kNoTime) request.as_of = request.at;
  bundle::check_listed(options.only_listed, request.as_of != kNoTime);
  request.max_bad_share = options.max_bad_share;
  request.threads = resolve_threads(options.threads);
  if (!options.schema.empty()) request.schema = io::read_schema(options.schema);
  if (request.schema.time_zone.empty()) request.schema.time_zone = bundle.time_zone();
  return request;
}

/// `catalog` is the shop's own, or null for the bundle's.
Answer answer_log(const bundle::Generation& generation, const Request& request, RawLog log,
                  const RawCatalog* catalog, Progress& progress) {
  const auto& bundle = generation.bundle();
  check_bad_share(log.counts, request.max_bad_share);
  const bool has_moment = request.at != kNoTime;
  drop_implausible(log, has_moment ? kAllTimes : plausible_range(log.time));
  warn_of_newer_rows(log.counts, progress);
  check_actions(log, LogUse::kAnswer, progress);
  auto shop = join(build_shop(log, catalog, request.threads), bundle.products()).shop;
  shop.end = has_moment ? std::min(shop.end, request.at) : answer_moment(shop, request.as_of);
  warn_of_old_log(request.as_of, shop.end - 1, /*has_later_rows=*/log.counts.rows_hidden > 0,
                  has_moment ? kKept : kMovedBack, progress);
  const TimeUs as_of = has_moment ? request.at : shop.end;
  bundle::check_fit(bundle, shop, as_of, request.permissions, progress);
  const auto rules = bundle::resolve(request.rules, shop, progress).rules;
  const auto answer =
      bundle::answer(generation, shop, as_of, rules, request.params, request.threads, progress)
          .answer;
  bundle::check_answered(request.rules, answer.users.size());
  Answer found{.rows = {}, .metadata = bundle::to_metadata(bundle::origin_of(bundle, as_of))};
  auto& rows = found.rows;
  const auto buyers = bundle.buyers_at(as_of);
  rows.reserve(answer.users.size());
  for (std::size_t row = 0; row < answer.users.size(); ++row) {
    auto& out = rows.emplace_back();
    out.user_id = shop.users.external(answer.users[row]);
    out.expected_recall = buyers.recall(answer.score_sum[row]);
    out.p_buy = buyers.probability(answer.score_sum[row]);
    for (const auto& entry : answer.items.row(row)) {
      out.products.emplace_back(shop.items.external(entry.id));
    }
  }
  return found;
}

}  // namespace

struct Recommender::State {
  explicit State(std::shared_ptr<const bundle::Generation> loaded)
      : generation(std::move(loaded)), similar(generation->bundle()) {
    const auto& items = generation->bundle().products().items;
    for (std::size_t i = 0; i < items.size(); ++i) products.emplace_back(items.text(i));
  }

  [[nodiscard]] const bundle::Bundle& bundle() const { return generation->bundle(); }

  std::shared_ptr<const bundle::Generation> generation;
  bundle::SimilarProducts similar;
  std::vector<std::string> products;
};

Recommender::Recommender(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Recommender::Recommender(Recommender&&) noexcept = default;
Recommender& Recommender::operator=(Recommender&&) noexcept = default;
Recommender::~Recommender() = default;

Recommender Recommender::load(const std::filesystem::path& bundle) {
  return with_terms(load_terms(), [&] {
    return Recommender(std::make_unique<const State>(bundle::Generation::load(bundle)));
  });
}

const std::string& Recommender::fingerprint() const { return state_->bundle().fingerprint(); }

std::string Recommender::learned_from() const {
  return format_time(state_->bundle().learned().from);
}

std::string Recommender::learned_until() const {
  return format_time(state_->bundle().learned().until);
}

const std::vector<std::string>& Recommender::products() const { return state_->products; }

Answer Recommender::recommend(const std::filesystem::path& data,
                              const RecommendOptions& options) const {
  return with_terms(recommend_terms(), [&] {
    const auto request = check_options(options, state_->bundle());
    CallerProgress progress(options.on_warning, recommend_terms());
    auto log = io::read_log(data, request.schema, request.as_of, request.threads, progress);
    const auto catalog = io::read_catalog(data, request.schema, progress);
    return answer_log(*state_->generation, request, std::move(log), catalog ? &*catalog : nullptr,
                      progress);
  });
}

Answer Recommender::recommend(ArrowArrayStream* events, const RecommendOptions& options) const {
  const auto owned = own(events);
  return with_terms(recommend_terms(), [&] {
    const auto request = check_options(options, state_->bundle());
    CallerProgress progress(options.on_warning, recommend_terms());
    auto log =
        io::read_log_stream(events, request.schema, request.as_of, request.threads, progress);
    return answer_log(*state_->generation, request, std::move(log), nullptr, progress);
  });
}

std::vector<SimilarProduct> Recommender::similar(const std::string& product, int k,
                                                 const std::string& by) const {
  return similar_products(state_->similar, product, k, by);
}

}  // namespace vitrina
