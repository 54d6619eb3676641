# Arrow, Parquet and LightGBM come from the pinned wheels of the project's virtual environment:
# imported targets vitrina::arrow, vitrina::parquet, vitrina::lightgbm. Never mix with a libarrow
# of the system. Programs find the libraries again through the RPATH that CMake writes.

set(VITRINA_PYARROW_VERSION 25.0.1)
set(VITRINA_ARROW_SONAME 2500)
set(VITRINA_LIGHTGBM_VERSION 4.7.0)
set(VITRINA_NANOBIND_VERSION 3.1.0)
if(SKBUILD)
  # pip builds a wheel in an environment of its own, which has what pyproject.toml requires.
  set(VITRINA_PYTHON "${Python_EXECUTABLE}" CACHE FILEPATH "Python that pip builds for")
endif()
set(VITRINA_PYTHON "${CMAKE_SOURCE_DIR}/.venv/bin/python" CACHE FILEPATH
  "Python of the environment that holds the pinned wheels")
set(VITRINA_LIGHTGBM_INCLUDE
  "${CMAKE_SOURCE_DIR}/.cache/lightgbm-${VITRINA_LIGHTGBM_VERSION}/include" CACHE PATH
  "Folder that holds LightGBM/c_api.h")

function(vitrina_require path what)
  if(NOT EXISTS "${path}")
    message(FATAL_ERROR "${what}: ${path} is missing; run `make setup`")
  endif()
endfunction()

# Sets <out> to the folder of an installed package of exactly the pinned version.
function(vitrina_wheel_dir package version out)
  execute_process(
    COMMAND "${VITRINA_PYTHON}" -c
      "import importlib.metadata as m, importlib.util as u
print(m.version('${package}'), u.find_spec('${package}').submodule_search_locations[0], sep=';')"
    OUTPUT_VARIABLE found RESULT_VARIABLE status ERROR_VARIABLE error
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR
      "python package ${package}: not found by ${VITRINA_PYTHON}; run `make setup`\n${error}")
  endif()
  list(GET found 0 have)
  list(GET found 1 dir)
  if(NOT have STREQUAL version)
    message(FATAL_ERROR
      "python package ${package}: found ${have}, expected ${version}; run `make setup`")
  endif()
  set(${out} "${dir}" PARENT_SCOPE)
endfunction()

# An imported shared library whose headers count as system headers.
function(vitrina_import target library include)
  add_library(vitrina::${target} SHARED IMPORTED GLOBAL)
  set_target_properties(vitrina::${target} PROPERTIES
    IMPORTED_LOCATION "${library}"
    INTERFACE_INCLUDE_DIRECTORIES "${include}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${include}")
endfunction()

vitrina_require("${VITRINA_PYTHON}" "virtual environment")

vitrina_wheel_dir(pyarrow ${VITRINA_PYARROW_VERSION} pyarrow_dir)
foreach(library arrow parquet)
  set(path "${pyarrow_dir}/lib${library}.so.${VITRINA_ARROW_SONAME}")
  vitrina_require("${path}" "library of pyarrow")
  vitrina_import(${library} "${path}" "${pyarrow_dir}/include")
endforeach()
set_target_properties(vitrina::parquet PROPERTIES INTERFACE_LINK_LIBRARIES vitrina::arrow)

vitrina_wheel_dir(lightgbm ${VITRINA_LIGHTGBM_VERSION} lightgbm_dir)
set(path "${lightgbm_dir}/lib/lib_lightgbm.so")
vitrina_require("${path}" "library of lightgbm")
vitrina_require("${VITRINA_LIGHTGBM_INCLUDE}/LightGBM/c_api.h" "header of lightgbm")
vitrina_import(lightgbm "${path}" "${VITRINA_LIGHTGBM_INCLUDE}")
