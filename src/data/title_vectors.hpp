#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/catalog.hpp"
#include "data/id_map.hpp"

namespace vitrina {

/// Dimension of the title vectors made from words.
inline constexpr std::uint32_t kTitleVectorDim = 32;

/// log((titles + 1) / titles with the word), by word code, of `n_words` words; 0 for a word that no
/// title has.
std::vector<float> word_idf(const Catalog& catalog, std::size_t n_words);

/// Scales a vector to length 1; one of zeros stays.
void normalise(std::span<float> vector);

/// Writes the kTitleVectorDim numbers of a title with these words: the idf-weighted sum of signed
/// random directions, one a word (Achlioptas, 2003, «Database-friendly random projections»), of
/// unit length.
void write_title_vector(std::span<const std::uint32_t> title, const IdMapBase& words,
                        std::span<const float> idf, std::span<float> out);

}  // namespace vitrina
