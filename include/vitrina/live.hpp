#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vitrina/error.hpp"
#include "vitrina/types.hpp"
#include "vitrina/version.hpp"

struct ArrowArrayStream;  // of the Arrow C data interface

namespace vitrina {

/// What a customer did, as a site tells it.
struct LiveEvent {
  /// The customer, or the visit of somebody who has not signed in; where both are given, the event
  /// is the customer's.
  std::string user_id = {};
  std::string visit_id = {};
  /// A name, such as `view`, `basket_add` or `order`, or the case's code, `0` to `9`.
  std::string action = {};
  std::vector<std::string> products = {};
  unsigned page = 0;        ///< the page's number; 0: none
  std::string device = {};  ///< `loc_user_id`; empty: none
  /// ISO time in the log's own clock; empty: now, by this machine's clock.
  std::string time = {};
};

/// An event as it is kept: checked, its moment known, one product or none. A told event with
/// several products is kept as several.
struct KeptEvent {
  bool is_visit = false;      ///< `customer` is a visit, not a user
  std::string customer = {};  ///< its id
  int action = 0;             ///< the case's code, 0 to 9
  std::string product = {};   ///< empty: none
  unsigned page = 0;
  std::string device = {};
  std::int64_t time_us = 0;  ///< microseconds since 1970 on the log's own clock

  friend bool operator==(const KeptEvent&, const KeptEvent&) = default;
};

/// What a shop says of a product now. What is not given stays as it was told before, or as the
/// bundle's catalog has it.
struct ProductFacts {
  std::string product_id = {};
  std::optional<double> price = {};          ///< what prices are filtered by; not negative
  std::optional<bool> available = {};        ///< false: it is not proposed (LiveQuery)
  std::optional<std::string> category = {};  ///< what categories are filtered by
  /// For who shows it.
  std::optional<std::string> title = {};
  std::optional<std::string> url = {};
  std::optional<std::string> picture = {};

  friend bool operator==(const ProductFacts&, const ProductFacts&) = default;
};

/// Who is to be answered, and how.
struct LiveQuery {
  /// One of them, both (a customer who signed in during the visit), or neither: somebody of whom
  /// nothing is known.
  std::string user_id = {};
  std::string visit_id = {};

  /// Products wanted, 1 to 1000; as the bundle was packed (25) if not given.
  std::optional<int> k = {};
  std::vector<std::string> exclude = {};              ///< never propose these products
  std::optional<std::vector<std::string>> only = {};  ///< propose none but these
  bool exclude_touched = false;    ///< propose nothing that the customer's events name, ...
  bool exclude_seen = false;       ///< ... nothing that they look at or like, ...
  bool exclude_in_basket = false;  ///< ... nothing that is in the basket at that moment, ...
  bool exclude_bought = false;     ///< ... nothing that they order
  /// Propose only products of these categories, by the catalog; empty: of any.
  std::vector<std::string> categories = {};
  std::optional<double> min_price = {};  ///< propose nothing cheaper, nor of no known price
  std::optional<double> max_price = {};  ///< the same, dearer
  bool only_listed = false;              ///< propose only products that the catalog lists
  bool also_unavailable = false;         ///< and those that put() has said not to be available
  /// A product whose neighbours come first, it never being named itself; empty: none.
  std::string beside = {};
  /// The models of the bundle whose neighbours they are, in turn (similar()).
  std::vector<std::string> by = {kSimilarBy};
  /// At most so many of the products are such as the customer's events name, while there are
  /// others; as the engine ranks if not given.
  std::optional<int> max_touched = {};
  /// The moment of the answer, by the events before it: ISO time in the log's own clock; empty:
  /// now.
  std::string at = {};
  bool explain = false;  ///< say of every product why it has its score
};

/// A part of a product's logit.
struct LiveReason {
  /// A column of docs/features.md, `group__column`; or `own_history`, the learned rule over what
  /// the customer did with the product itself; or `buyer`, how likely the customer is to buy
  /// anything.
  std::string feature = {};
  std::optional<double> value = {};  ///< for this customer and product; none: unknown
  double contribution = 0;           ///< what it adds to the logit, below 0: takes from it
};

/// Why a product has its score, which is 1 / (1 + e^-logit):
/// logit = base + contributions of the features + other, to rounding. The contributions are Shapley
/// values (path-dependent TreeSHAP), weighted as the models are blended.
struct LiveReasons {
  double logit = 0;
  double base = 0;                        ///< of a product of which nothing is known
  std::vector<LiveReason> features = {};  ///< the five that contribute most, up or down
  double other = 0;                       ///< what all other features contribute together
};

struct LiveProduct {
  std::string product_id = {};
  double score = 0;  ///< share of what the customer buys next that this product is expected to be
  /// The generator of candidates that ranked it best; of a neighbour, its model, whose weight the
  /// score is then.
  std::string source = {};
  std::optional<LiveReasons> reasons = {};  ///< where LiveQuery::explain asks for them
};

/// An answer to one query.
struct LiveAnswer {
  std::vector<LiveProduct> products = {};  ///< best first
  /// Share of what the customer buys that is expected to be among them, neighbours left aside; none
  /// where neighbours of LiveQuery::beside are all of them.
  std::optional<double> expected_recall = {};
  /// Probability that the customer buys anything in the next days; of what rules leave, where they
  /// leave less than all. None as above.
  std::optional<double> p_buy = {};
  /// Empty, or `popular`: what sells, where nothing is known of who or what was asked about.
  std::string fallback = {};
  std::string as_of = {};   ///< the moment of the answer
  std::string bundle = {};  ///< fingerprint of the bundle that answered
};

struct LiveOptions {
  /// Clock of events and queries without a time, to which times with a zone are turned, those of
  /// add_log() too: `UTC`, an offset such as `+03:00`, or a name such as `Europe/Moscow`. It should
  /// be the log's own. Empty: the one of `schema`, else the bundle's, else UTC.
  std::string time_zone = {};

  /// A catalog to list products by in the place of the bundle's: a folder or file as `--data`
  /// takes it. What only it lists can be proposed to.
  std::filesystem::path catalog = {};

  /// YAML file with the shop's own column names and action codes, of add_log() and `catalog`.
  std::filesystem::path schema = {};

  int threads = 0;                 ///< that reading may use, 0: every processor
  bool allow_future = false;       ///< answer for moments before the bundle had learned
  bool answers_now = false;        ///< refuse a bundle that could not answer for the present moment
  WarningHandler on_warning = {};  ///< empty: warnings are passed over
};

/// The engine inside a visit: takes events as they happen, and the next answer counts them.
///
///     auto live = vitrina::Live::open("bundle");
///     live.add_log("shop");                    // what was known before
///     live.add({{.user_id = "7", .action = "view", .products = {"1234"}}});
///     for (const auto& product : live.recommend({.user_id = "7", .k = 10}).products) {
///       std::cout << product.product_id << '\n';
///     }
///
/// Everything is kept in this process's memory. Given the bundle, the events and the moment, an
/// answer has the products, scores and order, to the bit, that Recommender::recommend names with
/// `at` for the log of those events. There are always k products while so many may be proposed:
/// who is not known is named what sells.
///
/// All methods may be called from several threads. What goes wrong is thrown as vitrina::Error with
/// a message of one line; nothing is taken in then.
class Live {
 public:
  /// Reads a bundle. Throws as Recommender::load, and Error(kConfig) for a clock that is none.
  static Live open(const std::filesystem::path& bundle, const LiveOptions& options = {});

  Live(Live&&) noexcept;
  Live& operator=(Live&&) noexcept;
  ~Live();

  /// Takes events in, all or none; how many were new, a product an event: the very same event
  /// counts once. Throws Error(kBadData) naming the event that cannot be understood.
  std::size_t add(const std::vector<LiveEvent>& events);

  /// What each event would be kept as, without taking it in: for who writes events down before
  /// they count. One without a time is of now. Throws as add().
  [[nodiscard]] std::vector<std::vector<KeptEvent>> check(
      const std::vector<LiveEvent>& events) const;

  /// The present moment as events without a time are dated, microseconds since 1970 on the log's
  /// own clock; each is later than all before. Only where the machine's clock turns out to have
  /// been hours ahead it goes back, with a warning.
  [[nodiscard]] std::int64_t now_us() const;

  /// Takes in what check() has given, now or before a restart; how many were new.
  std::size_t add_kept(const std::vector<KeptEvent>& events);

  /// A user's events, or a visit's, oldest first; none where the id is unknown.
  [[nodiscard]] std::vector<KeptEvent> events_of(const std::string& user_id) const;
  [[nodiscard]] std::vector<KeptEvent> events_of_visit(const std::string& visit_id) const;

  /// Takes a log in, as Recommender::recommend reads one: rows without a usable user, date or
  /// action are passed over. Only events before `before` where it is given. How many were new.
  std::size_t add_log(const std::filesystem::path& data, const std::string& before = {});
  std::size_t add_log(ArrowArrayStream* events, const std::string& before = {});

  /// Throws Error(kConfig) for a k out of range or a moment that is none, and
  /// Error(kIncompatibleArtifact) for one before the bundle had learned.
  [[nodiscard]] LiveAnswer recommend(const LiveQuery& query) const;

  /// What the shop says of its products: the next answer knows it. Prices and categories count for
  /// what a query asks of them; what the engine learned, it learned from the bundle's. Throws
  /// Error(kBadData) naming the product that cannot be understood.
  void put(const std::vector<ProductFacts>& products);
  /// Throws what put() would.
  static void check(const std::vector<ProductFacts>& products);
  /// All that put() was told of a product; nothing where it never was.
  [[nodiscard]] std::optional<ProductFacts> product(const std::string& product_id) const;

  /// Makes a visit's events a user's: those there are and those to come. False where the visit is
  /// another user's already, whose it stays.
  bool link(const std::string& visit_id, const std::string& user_id);

  /// As Recommender::similar, by the present bundle.
  [[nodiscard]] std::vector<SimilarProduct> similar(const std::string& product, int k = 10,
                                                    const std::string& by = kSimilarBy) const;

  /// Drops a customer's events, or a visit's; how many there were. The devices that nobody else's
  /// events name go with them. Throws Error(kBadData) for a visit that is linked to a user: its
  /// events are the user's, who is to be forgotten.
  std::size_t forget(const std::string& user_id);
  std::size_t forget_visit(const std::string& visit_id);
  /// Drops the events of all users whose ids are meant; how many users there were.
  std::size_t forget_users(const std::function<bool(std::string_view user_id)>& meant);

  /// Drops all events from before a moment (KeptEvent::time_us), while others add and ask; how many
  /// there were. Links of visits to users stay.
  std::size_t forget_before(std::int64_t time_us);

  /// Writes all events into a file, with a note of the caller's, while others add and ask. False
  /// where anything was forgotten meanwhile, which may be in it still, or restore() came between:
  /// it is to be removed. What is added after the call may be in it or not. Throws
  /// Error(kOutOfResources).
  bool save(const std::filesystem::path& file, const std::string& note) const;

  /// Takes the events of such a file in the place of those there are, if `is_wanted` of its note;
  /// whether it did. They take less memory than events that were added. Throws
  /// Error(kIncompatibleArtifact) for a file that is damaged; then nothing has changed.
  bool restore(const std::filesystem::path& file,
               const std::function<bool(std::string_view note)>& is_wanted);

  /// After a restart: goes on behind the latest moment that was told before, as now_us(), so that
  /// the next answer counts it though the machine's clock was set back meanwhile, or its time zone
  /// repeats an hour. The clock stands until that moment has come.
  void go_on_from(std::int64_t latest_us);

  /// Answers by another bundle from now on; answers on their way end with the one they began with.
  /// `catalog` as in LiveOptions, of the new bundle. It is asked for somebody unknown first. When
  /// it throws, as open(), nothing has changed. Error(kIncompatibleArtifact) where it has no
  /// catalog and the present one has.
  void swap(const std::filesystem::path& bundle, const std::filesystem::path& catalog = {});

  /// Products that events name, and how many of them the bundle knows: next to none is another
  /// shop's.
  struct KnownProducts {
    std::size_t named = 0;
    std::size_t known = 0;
  };
  [[nodiscard]] KnownProducts known_products() const;

  /// The clock of its events, as LiveOptions::time_zone.
  [[nodiscard]] std::string time_zone() const;

  /// Of the present bundle, as in Recommender.
  [[nodiscard]] std::string fingerprint() const;
  [[nodiscard]] std::string learned_until() const;

  [[nodiscard]] std::size_t n_events() const;     ///< kept
  [[nodiscard]] std::size_t n_customers() const;  ///< users and visits with events

 private:
  struct State;
  explicit Live(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace vitrina
