# vitrina_module: a folder of src/ becomes the library vitrina_<name> (alias vitrina::<name>).

# Third-party headers never raise our warnings, wherever they are installed.
function(vitrina_system_library target)
  get_target_property(aliased ${target} ALIASED_TARGET)
  if(aliased)
    set(target ${aliased})
  endif()
  get_target_property(dirs ${target} INTERFACE_INCLUDE_DIRECTORIES)
  if(dirs)
    set_target_properties(${target} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${dirs}")
  endif()
endfunction()

# vitrina_module(<name> [SEPARATE] [DEPS <module>...]
#   [LIBS [PUBLIC <target>...] [PRIVATE <target>...]])
#
# Static library from src/<name>/*.cpp. New files are found without a change here. main.cpp is left
# to vitrina_program, so that tests can link the rest of a program's folder.
# SEPARATE files are compiled each by itself (unity.cmake). PRIVATE third parties are invisible to the
# modules that depend on this one.
function(vitrina_module name)
  cmake_parse_arguments(ARG "SEPARATE" "" "DEPS;LIBS" ${ARGN})
  cmake_parse_arguments(LIB "" "" "PUBLIC;PRIVATE" ${ARG_LIBS})
  if(ARG_UNPARSED_ARGUMENTS OR LIB_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR
      "vitrina_module(${name}): unknown arguments ${ARG_UNPARSED_ARGUMENTS} "
      "${LIB_UNPARSED_ARGUMENTS}")
  endif()
  list(TRANSFORM ARG_DEPS PREPEND vitrina_)

  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")

  set(target vitrina_${name})
  add_library(${target} STATIC ${sources})
  target_link_libraries(${target} PRIVATE vitrina_flags ${LIB_PRIVATE})
  if("${ARG_LIBS}" MATCHES "nlohmann_json")
    vitrina_precompile(${target} JSON)
  else()
    vitrina_precompile(${target} COMMON)
  endif()
  if(NOT ARG_SEPARATE)
    vitrina_unite(${target})
  endif()
  add_library(vitrina::${name} ALIAS ${target})
  target_include_directories(${target} PUBLIC
    "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
  target_link_libraries(${target} PUBLIC ${ARG_DEPS} ${LIB_PUBLIC})
  set_property(GLOBAL APPEND PROPERTY VITRINA_MODULES ${target})
endfunction()

# vitrina_program(<name> FOLDER <folder> [DEPS <module>...])
#
# Executable <binaryDir>/<name> from src/<folder>/main.cpp.
function(vitrina_program name)
  cmake_parse_arguments(ARG "" "FOLDER" "DEPS" ${ARGN})
  list(TRANSFORM ARG_DEPS PREPEND vitrina_)
  add_executable(${name} "${CMAKE_SOURCE_DIR}/src/${ARG_FOLDER}/main.cpp")
  target_link_libraries(${name} PRIVATE vitrina_flags ${ARG_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
endfunction()
