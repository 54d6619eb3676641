#include "data/word_idf.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace vitrina {

std::vector<float> word_idf(const Catalog& catalog) {
  const auto n_titles =
      static_cast<double>(std::count(catalog.is_listed.begin(), catalog.is_listed.end(), 1));
  std::vector<std::uint32_t> titles_with(catalog.n_words, 0);
  for (const auto word : catalog.title_words.values) ++titles_with[word];
  std::vector<float> idf(catalog.n_words, 0.0F);
  for (std::size_t w = 0; w < idf.size(); ++w) {
    if (titles_with[w] > 0) {
      idf[w] = static_cast<float>(std::log((n_titles + 1) / static_cast<double>(titles_with[w])));
    }
  }
  return idf;
}

}  // namespace vitrina
