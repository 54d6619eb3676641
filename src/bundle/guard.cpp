#include "bundle/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"

namespace vitrina::bundle {
namespace {

/// Refuses, or only warns where the caller insists.
void object(bool insists, const std::string& what, const std::string& remedy,
            const std::string& consequence, Progress& progress) {
  if (!insists) throw Error(ErrorCode::kIncompatibleArtifact, what + "; " + remedy);
  progress.warn(what + "; " + consequence);
}

void check_moment(const Bundle& bundle, const Shop& shop, TimeUs as_of, bool allow_future,
                  Progress& progress) {
  const TimeUs until = bundle.learned().until;
  if (as_of >= until) return;
  object(allow_future,
         fmt::format(
             "bundle {}: learned from events until {}, later than {}, {}", bundle.fingerprint(),
             format_time(until),
             as_of == shop.end ? "the end of the events that are read" : "the moment asked for",
             format_time(as_of)),
         fmt::format("{}, pack a bundle as of this one, or insist with --allow-future",
                     as_of == shop.end ? "name a later moment by --at" : "name a later moment"),
         "the answer has seen the future, judge nothing by it", progress);
}

void check_products(const Bundle& bundle, const Shop& shop, bool force_bundle, Progress& progress) {
  const auto [named, known] = known_products(bundle, shop);
  if (named == 0) {
    progress.warn(fmt::format(
        "log: its last {} days name no product; whether bundle {} is this shop's cannot be told",
        kProductDays, bundle.fingerprint()));
    return;
  }
  const auto what =
      fmt::format("bundle {}: knows {} of the {} products that the log's last {} days name",
                  bundle.fingerprint(), known, named, kProductDays);
  if (10 * known < named) {
    object(force_bundle, what,
           "it is probably another shop's: fetch or pack this shop's own, or insist with "
           "--force-bundle",
           "it is probably another shop's, most of the answer will be products that this one does "
           "not have",
           progress);
  } else if (2 * known < named) {
    progress.warn(what + "; fetch or pack a newer one of this shop");
  }
}

}  // namespace

KnownProducts known_products(const Bundle& bundle, const Shop& shop) {
  std::vector<bool> is_named(shop.items.size());
  const auto& events = shop.events;
  const TimeUs begin = shop.end - kProductDays * kUsPerDay;
  for (std::size_t e = 0; e < events.n_events(); ++e) {
    if (events.time[e] >= begin && events.item[e].valid()) is_named[events.item[e].value] = true;
  }
  KnownProducts found;
  found.named = static_cast<std::size_t>(std::count(is_named.begin(), is_named.end(), true));
  const auto n_known = static_cast<std::ptrdiff_t>(bundle.products().items.size());
  found.known =
      static_cast<std::size_t>(std::count(is_named.begin(), is_named.begin() + n_known, true));
  return found;
}

void check_fit(const Bundle& bundle, const Shop& shop, TimeUs as_of, Permissions permissions,
               Progress& progress) {
  // Of another shop's bundle it is no use to hear how old it is.
  check_products(bundle, shop, permissions.force_bundle, progress);
  check_moment(bundle, shop, as_of, permissions.allow_future, progress);
}

}  // namespace vitrina::bundle
