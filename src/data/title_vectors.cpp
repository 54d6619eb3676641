#include "data/title_vectors.hpp"

#include <algorithm>
#include <cmath>

#include "core/rng.hpp"

namespace vitrina {

std::vector<float> word_idf(const Catalog& catalog, std::size_t n_words) {
  // products that only the log names have no title, and their number grows with the log's future
  const auto n_titles =
      static_cast<double>(std::count(catalog.is_listed.begin(), catalog.is_listed.end(), 1));
  std::vector<std::uint32_t> titles_with(n_words, 0);
  for (const auto word : catalog.title_words.values) ++titles_with[word];
  std::vector<float> idf(n_words, 0.0F);
  for (std::size_t w = 0; w < idf.size(); ++w) {
    if (titles_with[w] > 0) {
      idf[w] = static_cast<float>(std::log((n_titles + 1) / static_cast<double>(titles_with[w])));
    }
  }
  return idf;
}

void normalise(std::span<float> vector) {
  double square = 0;
  for (const float x : vector) square += double{x} * double{x};
  if (square <= 0) return;
  const auto scale = static_cast<float>(1.0 / std::sqrt(square));
  for (float& x : vector) x *= scale;
}

void write_title_vector(std::span<const std::uint32_t> title, const IdMapBase& words,
                        std::span<const float> idf, std::span<float> out) {
  std::fill(out.begin(), out.end(), 0.0F);
  for (const auto word : title) {
    const std::uint64_t signs = hash_text(words.text(word));
    for (std::uint32_t d = 0; d < kTitleVectorDim; ++d) {
      out[d] += (signs >> d & 1U) != 0 ? idf[word] : -idf[word];
    }
  }
  normalise(out);
}

}  // namespace vitrina
