#pragma once

#include <cstdint>
#include <vector>

#include "core/rng.hpp"
#include "simulate/visit.hpp"

namespace vitrina::simulate {

/// Lives a person's whole log: all visits from first to last.
/// What a person does depends on `person` and `rng` alone. Rows go to `sink`.
void live(const Surroundings& surroundings, const Person& person, Rng& rng, EventSink& sink);

/// The part of `live` for people who keep a basket (shopper.cpp).
void live_as_shopper(const Surroundings& surroundings, const Person& person, Rng& rng,
                     EventSink& sink);

/// Opens a list of the category and looks at about `mean` products of it and `at_least` so many,
/// comparing neighbours; writes those seen to `seen`.
void browse(const Surroundings& surroundings, const Person& person, std::uint32_t category,
            double mean, int at_least, Visit& visit, Rng& rng, std::vector<std::uint32_t>& seen);

}  // namespace vitrina::simulate
