#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "data/event_log.hpp"
#include "metrics/recall.hpp"

namespace vitrina::evaluation {

/// An answer's name in the table and what became of everyone.
using NamedResults = std::pair<std::string, std::span<const metrics::UserResult>>;

/// Reading A of each answer over the buyers by how many events they had before `cut`, as CSV: what
/// the shop knew of a customer decides how well anybody can do. All answers are over the same
/// buyers; `named` counts those whom the first answer names. Segments without a buyer are left out.
std::string segments_csv(const EventLog& events, TimeUs cut, std::span<const NamedResults> answers);

}  // namespace vitrina::evaluation
