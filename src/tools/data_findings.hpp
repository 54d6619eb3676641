#pragma once

#include <string>
#include <vector>

#include "tools/data_facts.hpp"

namespace vitrina::tools {

/// Something that is not as it could be.
struct Finding {
  std::string what;
  std::string lost;  ///< by it
  std::string mend;  ///< the line that mends it
};

/// What is missing in the files of a shop that can be used all the same.
std::vector<Finding> missing_parts(const Facts& facts);

/// A question for each customer that may be nobody, or many.
std::vector<std::string> customer_warnings(const Facts& facts);

}  // namespace vitrina::tools
