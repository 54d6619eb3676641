# Programs that measure: never part of `all`. `make bench` builds vitrina_bench by name.

file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/bench/speed/*.cpp")
add_executable(vitrina_bench EXCLUDE_FROM_ALL ${sources})
target_include_directories(vitrina_bench PRIVATE "${CMAKE_SOURCE_DIR}")
target_link_libraries(vitrina_bench PRIVATE vitrina_flags vitrina_cli CLI11::CLI11)
set_target_properties(vitrina_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

