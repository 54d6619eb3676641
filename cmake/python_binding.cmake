# The Python package as it is imported from <binaryDir>/python: the extension module
# vitrina/_vitrina built from src/python, beside links to the sources in python/.

# nanobind's own search wants the variables of CMake's FindPython.
set(Python_EXECUTABLE "${VITRINA_PYTHON}")
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module
  OPTIONAL_COMPONENTS Development.SABIModule)
execute_process(
  COMMAND "${VITRINA_PYTHON}" -m nanobind --cmake_dir
  OUTPUT_VARIABLE nanobind_ROOT RESULT_VARIABLE status ERROR_VARIABLE error
  OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "python package nanobind: not found; run `make setup`\n${error}")
endif()
find_package(nanobind ${VITRINA_NANOBIND_VERSION} EXACT CONFIG REQUIRED)

file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/python/*.cpp")
# The stable ABI is used from Python 3.12 on; nanobind falls back by itself before.
nanobind_add_module(_vitrina STABLE_ABI NB_STATIC NB_SUPPRESS_WARNINGS PROTECT_STACK ${sources})
target_link_libraries(_vitrina PRIVATE vitrina_flags vitrina_api)
set(VITRINA_PYTHON_DIR "${CMAKE_BINARY_DIR}/python")
set_target_properties(_vitrina PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY "${VITRINA_PYTHON_DIR}/vitrina")

if(SKBUILD)
  # In a wheel the libraries are those of the packages that it depends on.
  set_target_properties(_vitrina PROPERTIES
    INSTALL_RPATH "$ORIGIN/../pyarrow:$ORIGIN/../lightgbm/lib")
  install(TARGETS _vitrina LIBRARY DESTINATION vitrina)
  return()
endif()

# Links and not copies: an edited source is what the next import sees. Relative ones: they are
# right where the checkout is moved to.
file(GLOB package_files CONFIGURE_DEPENDS
  "${CMAKE_SOURCE_DIR}/python/vitrina/*.py" "${CMAKE_SOURCE_DIR}/python/vitrina/*.pyi"
  "${CMAKE_SOURCE_DIR}/python/vitrina/py.typed" "${CMAKE_SOURCE_DIR}/python/vitrina/client")
file(MAKE_DIRECTORY "${VITRINA_PYTHON_DIR}/vitrina")
foreach(file ${package_files})
  get_filename_component(name "${file}" NAME)
  file(RELATIVE_PATH target "${VITRINA_PYTHON_DIR}/vitrina" "${file}")
  file(CREATE_LINK "${target}" "${VITRINA_PYTHON_DIR}/vitrina/${name}" SYMBOLIC)
endforeach()
