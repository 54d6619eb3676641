# Run at every build by the target vitrina_build_id. Arguments: SOURCE_DIR FLAGS VERSION HEADER
# ID_FILE. Both files are touched only when the id changes.

file(GLOB_RECURSE sources RELATIVE "${SOURCE_DIR}"
  "${SOURCE_DIR}/src/*.cpp" "${SOURCE_DIR}/src/*.hpp"
  "${SOURCE_DIR}/include/*.hpp" "${SOURCE_DIR}/cmake/*.cmake")
list(APPEND sources CMakeLists.txt)
list(SORT sources)

set(text "${VERSION}\n${FLAGS}\n")
foreach(source IN LISTS sources)
  file(SHA256 "${SOURCE_DIR}/${source}" digest)
  string(APPEND text "${source} ${digest}\n")
endforeach()
string(SHA256 id "${text}")
string(SUBSTRING "${id}" 0 16 id)

function(write_if_different path content)
  if(EXISTS "${path}")
    file(READ "${path}" old)
    if(old STREQUAL content)
      return()
    endif()
  endif()
  file(WRITE "${path}" "${content}")
endfunction()

write_if_different("${ID_FILE}" "${id}\n")
write_if_different("${HEADER}"
  "#pragma once\n\n#define VITRINA_BUILD_ID \"${id}\"\n#define VITRINA_VERSION \"${VERSION}\"\n")
