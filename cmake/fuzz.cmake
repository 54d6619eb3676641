# What is fuzzed (tests/fuzz): the targets, which the unit tests feed with the corpus too, and, with
# clang, the program that libFuzzer drives. `make fuzz` builds it by name.

file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fuzz/*.cpp")
list(FILTER sources EXCLUDE REGEX "/fuzzer\\.cpp$")
get_property(modules GLOBAL PROPERTY VITRINA_MODULES)
add_library(vitrina_fuzz_targets STATIC EXCLUDE_FROM_ALL ${sources})
target_include_directories(vitrina_fuzz_targets PUBLIC "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(vitrina_fuzz_targets PRIVATE vitrina_flags PUBLIC ${modules})
vitrina_precompile(vitrina_fuzz_targets JSON)

if(VITRINA_FUZZ)
  add_executable(vitrina_fuzz EXCLUDE_FROM_ALL "${CMAKE_SOURCE_DIR}/tests/fuzz/fuzzer.cpp")
  target_link_libraries(vitrina_fuzz PRIVATE
    vitrina_flags vitrina_fuzz_targets vitrina_test_support)
  target_link_options(vitrina_fuzz PRIVATE -fsanitize=fuzzer)
  set_target_properties(vitrina_fuzz PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
endif()
