# Precompiled headers: reading the standard library and fmt is over half of a file's compilation.
# Each file still includes what it uses: clang-tidy reads the sources without them (preset `tidy`).

option(VITRINA_PCH "Precompile the headers that most files include" ON)

set(VITRINA_PCH_COMMON
  <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <limits> <map> <memory>
  <numeric> <optional> <set> <span> <string> <string_view> <utility> <vector> <fmt/format.h>)
set(VITRINA_PCH_JSON ${VITRINA_PCH_COMMON} <fmt/ranges.h> <nlohmann/json.hpp>)
set(VITRINA_PCH_TESTS ${VITRINA_PCH_JSON} <gtest/gtest.h>)

# vitrina_precompile(<target> <kind>): the first target of a kind (COMMON, JSON, TESTS) makes the
# precompiled header, the others of that kind take it from there: libraries and executables are
# compiled with other flags, so a kind is for one of the two.
function(vitrina_precompile target kind)
  if(NOT VITRINA_PCH)
    return()
  endif()
  get_property(maker GLOBAL PROPERTY VITRINA_PCH_MAKER_${kind})
  if(maker)
    target_precompile_headers(${target} REUSE_FROM ${maker})
  else()
    target_precompile_headers(${target} PRIVATE ${VITRINA_PCH_${kind}})
    set_property(GLOBAL PROPERTY VITRINA_PCH_MAKER_${kind} ${target})
  endif()
endfunction()
