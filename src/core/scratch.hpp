#pragma once

#include <cstddef>
#include <vector>

namespace vitrina {

/// Makes room for `n` elements in memory that is used again and again. It never shrinks: a vector
/// that is resized up and down clears what it regains every time.
template <class T>
void grow_to(std::vector<T>& values, std::size_t n) {
  if (values.size() < n) values.resize(n);
}

}  // namespace vitrina
