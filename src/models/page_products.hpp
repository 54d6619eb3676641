#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/archive.hpp"
#include "core/csr.hpp"
#include "core/ids.hpp"
#include "core/params.hpp"
#include "data/user_history.hpp"
#include "models/fit_context.hpp"

namespace vitrina::models {

/// Windows before `as_of`, in days, in which what follows a page is counted.
inline constexpr std::array<double, 3> kPageWindowsDays{1, 3, 7};
inline constexpr std::size_t kPageWindowCount = kPageWindowsDays.size();

struct PageProductsConfig {
  double half_life_days = 4;
  int products = 60;
  int pages_back = 4;
  double prior_visits = 5;

  void visit(ConfigVisitor& v) {
    v.field("half_life_days", half_life_days, {0.01, 365}, "how fast what followed a page fades");
    v.field("products", products, {1, 1000}, "products kept of each page");
    v.field("pages_back", pages_back, {1, 100},
            "distinct pages of a visit, newest first, that a purchase is counted after");
    v.field("prior_visits", prior_visits, {0, 1e6},
            "visits added to a page's own, so that rare pages do not promise much");
  }
};

/// What was put into baskets (worth 1) and ordered (worth 3) in the same visit after a category
/// page or a search, by pageId; a page n others before the last one counts 1 / (1 + n).
class PageProducts {
 public:
  struct Entry {
    ItemIdx item;
    float rate = 0;                               ///< decayed worth per decayed visit with the page
    std::array<float, kPageWindowCount> worth{};  ///< by window
  };

  PageProducts() = default;

  static PageProducts fit(const FitContext& context, const PageProductsConfig& config);

  /// The products of a page, the highest rate first; none for an unknown page.
  [[nodiscard]] std::span<const Entry> after(std::uint32_t page) const;
  [[nodiscard]] std::size_t n_pages() const { return pages_.size(); }

  void save(ArchiveWriter& out) const;
  static PageProducts load(const ArchiveReader& in, const ProductSpace& products);

 private:
  std::uint64_t n_items_ = 0;         ///< of the shop
  std::vector<std::uint32_t> pages_;  ///< ascending
  Csr<Entry> products_;               ///< by position in pages_
};

/// Whether the event opens a list of products that has a pageId.
constexpr bool is_list_page(Action action, std::uint32_t page) {
  return page != 0 && opens_list(action);
}

/// A page that a user opened, and when last.
struct PageVisit {
  std::uint32_t page;
  TimeUs time;
};

/// The user's distinct category pages and searches, newest first, ties by page, `limit` at most.
std::vector<PageVisit> recent_pages(const UserHistory& history, std::size_t limit);

}  // namespace vitrina::models
