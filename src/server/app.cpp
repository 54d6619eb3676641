#include "server/app.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "core/error.hpp"
#include "core/time.hpp"
#include "store/event_store.hpp"

namespace vitrina::server {
namespace {

/// What is sold, and for what, changes sooner than that.
constexpr TimeUs kOldBundle = 7 * kUsPerDay;
/// How far a machine's clock is set back at most.
constexpr TimeUs kMostBack = 2 * kUsPerHour;

/// The clock of the store's times stays: what was told on one would be hours away on another.
std::string clock_of(const AppOptions& options) {
  auto kept = store::EventStore::clock_of(options.store);
  if (kept.empty() || options.time_zone.empty() || kept == options.time_zone) {
    return kept.empty() ? options.time_zone : kept;
  }
  throw Error(
      ErrorCode::kConfig,
      fmt::format("--time-zone: found {}, but the times in {} are on the clock {}; leave it "
                  "out, or name another store",
                  printable(options.time_zone), printable(options.store.string()), kept));
}

LiveOptions live_options(const AppOptions& options) {
  return {
      .time_zone = clock_of(options),
      .catalog = options.catalog,
      .schema = options.schema,
      .threads = options.threads,
      // it answers as of now alone, and a clock that was ahead may be set back behind the bundle
      .allow_future = true,
      .answers_now = true,
      .on_warning = options.on_warning};
}

std::string random_prefix() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

}  // namespace

App::App(AppOptions options)
    : options_(std::move(options)),
      keys_(std::make_shared<Keys>(options_.keys.empty() ? Keys{} : Keys::read(options_.keys))),
      rate_limit_(options_.rate_limit),
      live_(Live::open(options_.bundle, live_options(options_))),
      id_prefix_(random_prefix()) {
  auto store =
      std::make_unique<store::EventStore>(options_.store, store::EventStore::Access::kWrite);
  Snapshots::Options snapshots{
      // a copy without what is still to leave the store is of no use to who keeps that
      .data = fmt::format("{} {}", Snapshots::describe(options_.data, options_.schema),
                          options_.keep_days),
      .min_events = options_.min_snapshot_events,
      .every = options_.snapshot_every,
      .on_warning = options_.on_warning};
  // what is later is of a clock that was wrong, and not waited for
  if (const auto latest = store->latest(); latest <= live_.now_us() + kMostBack) {
    live_.go_on_from(latest);
  }
  began_us_ = live_.now_us();
  if (options_.keep_days > 0) beware_of_clock(*store);
  const auto restored = Snapshots::restore(*store, snapshots, live_);
  if (restored) {
    snapshots.restored = restored->note;
    snapshots.restored_of_s = restored->of_s;
  }
  if (!restored) read_data(*store);
  for (const auto& [visit, user] : store->links().all()) live_.link(visit, user);
  store->products().read([&](const ProductFacts& facts) { live_.put({facts}); });
  // what has no event yet may begin on any
  if (store->last_row() == 0 && store->clock() != live_.time_zone()) {
    store->set_clock(live_.time_zone());
  }
  writer_ = std::make_unique<store::EventWriter>(
      std::move(store),
      store::WriterActions{
          .now = [this] { return live_.now_us(); },
          .apply = [this](const std::vector<KeptEvent>& events) { live_.add_kept(events); },
          .observe =
              [this](const store::Commit& commit) {
                if (commit.n_rows > 0 || !commit.is_done)
                  metrics_.commit(commit.is_done, commit.seconds);
              },
          .warn = [this](const Error& error) { warn_of_store(error); }},
      restored ? restored->last_row : 0);
  forgetter_ = std::make_unique<store::Forgetter>(options_.store, *writer_);
  retention_ = std::make_unique<store::Retention>(options_.store, *writer_);
  if (options_.keep_days > 0) {
    if (is_dropping()) (void)live_.forget_before(kept_from());
    snapshots.tidy = [this](const std::function<bool()>& is_over) { drop_old(is_over); };
  }
  warn_of_other_shop();
  snapshots_ = std::make_unique<Snapshots>(live_, *writer_, snapshots);
  // The first answers would otherwise wait for memory that nobody has touched yet.
  for (int i = 0; i < 8; ++i) (void)live_.recommend({.k = 10});
}

void App::warn_of_other_shop() const {
  constexpr std::size_t kTelling = 100;  // products, as many as that are no chance
  const auto [named, known] = live_.known_products();
  if (named < kTelling || 10 * known >= named || !options_.on_warning) return;
  options_.on_warning(fmt::format(
      "bundle {}: knows {} of the {} products that the customers' events name; it is probably "
      "another shop's, or --data and --store are",
      live_.fingerprint(), known, named));
}

TimeUs App::bundle_age() const {
  const auto now = live_.now_us();
  return now - parse_time(live_.learned_until()).value_or(now);
}

void App::warn_of_old_bundle() const {
  if (const auto age = bundle_age(); age > kOldBundle) {
    warn(fmt::format("bundle {}: learned until {}, {:.0f} days ago; make one of newer events",
                     live_.fingerprint(), live_.learned_until(), to_days(age)));
  }
}

void App::read_data(const store::EventStore& store) {
  if (options_.data.empty()) return;
  live_.add_log(options_.data);
  if (!store.has_forgotten()) return;
  live_.forget_users(
      [&](std::string_view user) { return store.receipt(store::Kind::kUser, user).has_value(); });
}

TimeUs App::kept_from() const {
  using std::chrono::microseconds;
  const auto passed = std::chrono::duration_cast<microseconds>(Clock::now() - began_).count();
  return std::min(live_.now_us(), began_us_ + passed) - options_.keep_days * kUsPerDay;
}

void App::beware_of_clock(const store::EventStore& store) {
  const auto latest = store.latest();
  if (latest == 0 || latest >= kept_from()) return;
  drops_from_ = began_ + options_.snapshot_every;
  warn(fmt::format(
      "store: the newest event is of {}, and now is {}: all are older than the {} days "
      "that they are kept; they go in {:.3g} hours, unless the machine's clock is wrong",
      format_time(latest), format_time(began_us_), options_.keep_days,
      std::chrono::duration<double, std::ratio<3600>>(options_.snapshot_every).count()));
}

void App::drop_old(const std::function<bool()>& is_over) try {
  if (!is_dropping()) return;
  const auto from = kept_from();
  (void)live_.forget_before(from);
  metrics_.expired(retention_->erase_before(from, is_over));
} catch (const Error& error) {
  warn_of_store(error);
}

void App::warn_of_store(const Error& error) {
  {
    const auto now = Clock::now();
    const std::scoped_lock lock(warned_mutex_);
    if (warned_ == error.what() && now < warned_at_ + std::chrono::minutes(1)) return;
    warned_ = error.what();
    warned_at_ = now;
  }
  warn(fmt::format("store: {}", error.what()));
}

std::shared_ptr<const Keys> App::keys() const {
  const std::scoped_lock lock(keys_mutex_);
  return keys_;
}

bool App::reload_keys() {
  if (options_.keys.empty()) return false;
  std::error_code status;
  if (!std::filesystem::is_regular_file(options_.keys, status)) {
    // a pipe has been read to its end, and would be waited for
    throw Error(ErrorCode::kConfig,
                fmt::format("{}: is no file", printable(options_.keys.string())));
  }
  auto keys = std::make_shared<Keys>(Keys::read(options_.keys));
  const std::scoped_lock lock(keys_mutex_);
  keys_ = std::move(keys);
  return true;
}

void App::wait_for_disk() {
  writer_->change_now([](const store::EventStore&) {});
}

std::string App::new_id() { return fmt::format("{}{:016x}", id_prefix_, ++n_ids_); }

}  // namespace vitrina::server
