# Compiler, linker and launcher settings for our own code: one interface library, vitrina_flags.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# Also for static libraries: the Python binding and PIE executables link the same objects.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

include(CheckPIESupported)
check_pie_supported()

find_program(VITRINA_CCACHE ccache)
if(VITRINA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # ccache takes precompiled headers only when told that __TIME__ and later defines do not matter;
  # the rest lets checkouts in several folders share what they compile.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros
    "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${VITRINA_CCACHE}")
endif()

# Flags that can change what the program computes or how it fails: these enter the build id.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(VITRINA_COMPILE_FLAGS
    -Wall -Wextra -Wpedantic -Wshadow -Werror
    # g++ 12 sees overlaps and overflows in `"literal" + std::string` that are not there (GCC bug
    # 105651); the address sanitizer looks for those that are.
    -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
else()
  # clang compiles the preset `asan`; what to warn of is g++'s and clang-tidy's business
  set(VITRINA_COMPILE_FLAGS -w)
endif()
list(APPEND VITRINA_COMPILE_FLAGS
  # Same bytes on every x86-64-v3 machine: no fused multiply-add behind our back.
  -ffp-contract=off
  -fstack-protector-strong)
set(VITRINA_LINK_FLAGS -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)

if(VITRINA_MARCH)
  list(APPEND VITRINA_COMPILE_FLAGS "-march=${VITRINA_MARCH}")
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  list(APPEND VITRINA_COMPILE_FLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
elseif(CMAKE_BUILD_TYPE STREQUAL "Debug")
  list(APPEND VITRINA_COMPILE_FLAGS -D_GLIBCXX_ASSERTIONS)
endif()

if(VITRINA_SANITIZE)
  list(APPEND VITRINA_COMPILE_FLAGS
    "-fsanitize=${VITRINA_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The sanitizers' own branches make g++ 12 lose track of initialisation.
    list(APPEND VITRINA_COMPILE_FLAGS -Wno-maybe-uninitialized)
  endif()
  list(APPEND VITRINA_LINK_FLAGS "-fsanitize=${VITRINA_SANITIZE}")
endif()
if(VITRINA_FUZZ)
  # Counters for libFuzzer in all of our code; its main is linked into vitrina_fuzz alone.
  list(APPEND VITRINA_COMPILE_FLAGS -fsanitize=fuzzer-no-link)
endif()
if(VITRINA_COVERAGE)
  # Atomic counters: worker threads update them too.
  list(APPEND VITRINA_COMPILE_FLAGS --coverage -fprofile-update=atomic)
  list(APPEND VITRINA_LINK_FLAGS --coverage)
endif()

include(CheckLinkerFlag)
check_linker_flag(CXX "-fuse-ld=mold" VITRINA_HAVE_MOLD)

add_library(vitrina_flags INTERFACE)
target_compile_options(vitrina_flags INTERFACE
  ${VITRINA_COMPILE_FLAGS}
  # __FILE__ and debug info do not carry the name of the folder of the checkout.
  "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/="
  # ccache needs it to see what a precompiled header holds.
  $<$<AND:$<BOOL:${VITRINA_CCACHE}>,$<CXX_COMPILER_ID:GNU>>:-fpch-preprocess>
  $<$<AND:$<BOOL:${VITRINA_CCACHE}>,$<CXX_COMPILER_ID:Clang>>:SHELL:-Xclang -fno-pch-timestamp>)
target_link_options(vitrina_flags INTERFACE
  ${VITRINA_LINK_FLAGS} $<$<BOOL:${VITRINA_HAVE_MOLD}>:-fuse-ld=mold>)
