#include "core/topk.hpp"

#include <array>
#include <limits>

namespace vitrina {
namespace {

/// As many as are sorted faster by counting, for each, those below it: that is their number
/// squared, but a comparison of four at a time with no branch to predict.
constexpr std::size_t kFew = 64;

void sort_few(std::span<std::uint64_t> numbers) {
  std::array<std::uint64_t, kFew> sorted;    // NOLINT(*-member-init): written before it is read
  std::array<std::uint8_t, kFew> n_equal{};  // met so far at a place
  for (const auto number : numbers) {
    std::size_t place = 0;
    for (const auto other : numbers) place += other < number ? 1 : 0;
    sorted[place + n_equal[place]++] = number;
  }
  std::copy_n(sorted.begin(), numbers.size(), numbers.begin());
}

}  // namespace

void sort_numbers(std::span<std::uint64_t> numbers) {
  if (numbers.size() <= kFew) {
    sort_few(numbers);
  } else {
    std::sort(numbers.begin(), numbers.end());
  }
}

std::span<std::uint64_t> smallest(std::span<std::uint64_t> numbers, std::size_t k) {
  if (k == 0) return {};
  if (numbers.size() > k) {
    // those that may still be among the k move to the front, where the k smallest are found anew
    // whenever there are twice as many; most numbers fail one comparison
    const auto keep = [&](std::size_t n) {
      const auto last = numbers.begin() + static_cast<std::ptrdiff_t>(k) - 1;
      std::nth_element(numbers.begin(), last, numbers.begin() + static_cast<std::ptrdiff_t>(n));
      return *last;
    };
    auto bound = std::numeric_limits<std::uint64_t>::max();
    std::size_t n = 0;
    for (const auto number : numbers) {
      numbers[n] = number;
      n += number <= bound ? 1 : 0;
      if (n == 2 * k) {
        bound = keep(n);
        n = k;
      }
    }
    if (n > k) (void)keep(n);
    numbers = numbers.first(k);
  }
  sort_numbers(numbers);
  return numbers;
}

}  // namespace vitrina
