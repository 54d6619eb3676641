# The build id: SHA-256 over sources and flags, known to the program (core/version.hpp) and written
# to <binaryDir>/build_id.txt. Pipeline stages depend on that file and not on the program's bytes,
# which differ between two links of the same sources. It holds nothing of the machine.

string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type_upper)
string(JOIN " " VITRINA_BUILD_FLAGS
  "${CMAKE_CXX_COMPILER_ID}" "${CMAKE_CXX_COMPILER_VERSION}" "${CMAKE_BUILD_TYPE}"
  ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type_upper}}
  ${VITRINA_COMPILE_FLAGS} ${VITRINA_LINK_FLAGS})

set(VITRINA_GENERATED_DIR "${CMAKE_BINARY_DIR}/generated")
add_custom_target(vitrina_build_id ALL
  COMMAND "${CMAKE_COMMAND}"
    "-DSOURCE_DIR=${CMAKE_SOURCE_DIR}"
    "-DFLAGS=${VITRINA_BUILD_FLAGS}"
    "-DHEADER=${VITRINA_GENERATED_DIR}/vitrina_build_id.hpp"
    "-DID_FILE=${CMAKE_BINARY_DIR}/build_id.txt"
    "-DVERSION=${PROJECT_VERSION}"
    -P "${CMAKE_SOURCE_DIR}/cmake/write_build_id.cmake"
  BYPRODUCTS
    "${VITRINA_GENERATED_DIR}/vitrina_build_id.hpp" "${CMAKE_BINARY_DIR}/build_id.txt"
  COMMENT "Build id"
  VERBATIM)

# Only core/version.cpp sees the generated header, so a new id recompiles that one file.
set_property(SOURCE "${CMAKE_SOURCE_DIR}/src/core/version.cpp" DIRECTORY "${CMAKE_SOURCE_DIR}"
  APPEND PROPERTY INCLUDE_DIRECTORIES "${VITRINA_GENERATED_DIR}")
set_property(SOURCE "${CMAKE_SOURCE_DIR}/src/core/version.cpp" DIRECTORY "${CMAKE_SOURCE_DIR}"
  APPEND PROPERTY OBJECT_DEPENDS "${VITRINA_GENERATED_DIR}/vitrina_build_id.hpp")
