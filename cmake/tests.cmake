# Test executables from tests/<kind>.

find_package(GTest REQUIRED)
get_property(modules GLOBAL PROPERTY VITRINA_MODULES)

# What every test may use: all modules, the helpers of tests/support, and, to make and read back
# its own files, the third parties of io and ranking.
file(GLOB support_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/support/*.cpp")
add_library(vitrina_test_support STATIC ${support_sources})
target_link_libraries(vitrina_test_support PRIVATE vitrina_flags)
target_include_directories(vitrina_test_support PUBLIC "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(vitrina_test_support PUBLIC
  ${modules} GTest::gtest vitrina::arrow vitrina::parquet vitrina::lightgbm "${VITRINA_MINIZIP}" yaml-cpp)
vitrina_precompile(vitrina_test_support JSON)
target_compile_definitions(vitrina_test_support PUBLIC VITRINA_TESTS_DIR="${CMAKE_SOURCE_DIR}/tests")

# vitrina_tests(<kind> <pattern>): executable <kind>_tests. ctest runs its cases in a few processes
# side by side, as what many of them share (a shop that was learned) is made once in each.
set(shards 4)
function(vitrina_tests kind pattern)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${pattern}")
  set(target ${kind}_tests)
  add_executable(${target} "${CMAKE_SOURCE_DIR}/tests/main.cpp" ${sources})
  target_link_libraries(${target} PRIVATE vitrina_flags vitrina_test_support)
  # A test is compiled more often than it is run: only what it tests is worth optimizing.
  target_compile_options(${target} PRIVATE $<IF:$<CONFIG:Release>,-O1,-O0>)
  vitrina_precompile(${target} TESTS)
  math(EXPR last "${shards} - 1")
  foreach(shard RANGE ${last})
    set(name ${kind}_${shard})
    add_test(NAME ${name} COMMAND ${target})
    set_tests_properties(${name} PROPERTIES LABELS ${kind} TIMEOUT 1800 ENVIRONMENT
      "GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()

vitrina_tests(unit "unit/*/*.cpp")
file(GLOB unit_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/unit/*/*.cpp")
vitrina_unite_folders(unit_tests ${unit_sources})
target_link_libraries(unit_tests PRIVATE vitrina_fuzz_targets)
vitrina_tests(contract "contract/*.cpp")
vitrina_tests(oracle "oracle/*.cpp")
vitrina_tests(golden "golden/*.cpp")

# The sweeps over the calls of the system that the store and the copies of a server's memory make
# (tests/cli/test_store_faults.py, test_snapshot_faults.py), and a clock that is set
# (test_serve_clock.py).
foreach(shim fault_shim clock_shim)
  add_library(${shim} MODULE "${CMAKE_SOURCE_DIR}/tests/faults/${shim}.cpp")
  target_link_libraries(${shim} PRIVATE vitrina_flags ${CMAKE_DL_LIBS})
  set_target_properties(${shim} PROPERTIES PREFIX "")
endforeach()
add_executable(store_driver "${CMAKE_SOURCE_DIR}/tests/faults/store_driver.cpp")
target_link_libraries(store_driver PRIVATE vitrina_flags vitrina_store)
add_executable(snapshot_driver "${CMAKE_SOURCE_DIR}/tests/faults/snapshot_driver.cpp")
target_link_libraries(snapshot_driver PRIVATE vitrina_flags vitrina_server)
