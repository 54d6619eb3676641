# Programs that measure: never part of `all`. `make bench` builds vitrina_bench by name.

file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/bench/speed/*.cpp")
add_executable(vitrina_bench EXCLUDE_FROM_ALL ${sources})
target_include_directories(vitrina_bench PRIVATE "${CMAKE_SOURCE_DIR}")
target_link_libraries(vitrina_bench PRIVATE vitrina_flags vitrina_cli CLI11::CLI11)
set_target_properties(vitrina_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

# Offers a load to a running server.
file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/bench/load/*.cpp")
add_executable(vitrina_load EXCLUDE_FROM_ALL ${sources})
target_include_directories(vitrina_load PRIVATE "${CMAKE_SOURCE_DIR}")
target_link_libraries(vitrina_load PRIVATE vitrina_flags vitrina_api CLI11::CLI11)
set_target_properties(vitrina_load PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

# What there is to be had beside it: HTTP without an engine, commits without a server.
add_executable(vitrina_floor EXCLUDE_FROM_ALL "${CMAKE_SOURCE_DIR}/bench/load/floor/main.cpp")
target_link_libraries(vitrina_floor PRIVATE vitrina_flags vitrina_server SQLite::SQLite3 CLI11::CLI11)
set_target_properties(vitrina_floor PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
