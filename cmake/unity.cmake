# Files that are compiled several as one: what they include is read once, which is most of the work.
# Each still compiles by itself, as clang-tidy reads it (preset `tidy`). Names of their anonymous
# namespaces must differ, so folders whose files have names alike by design (every feature group its
# columns, every stage its run) are left out, and coroutines, whose frames hold unnamed types.

option(VITRINA_UNITY "Compile several files as one" ON)

function(vitrina_unite target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${VITRINA_UNITY} UNITY_BUILD_BATCH_SIZE 4)
endfunction()

# vitrina_unite_folders(<target> <source>...): one for each folder of the sources.
function(vitrina_unite_folders target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${VITRINA_UNITY} UNITY_BUILD_MODE GROUP)
  foreach(source ${ARGN})
    get_filename_component(folder "${source}" DIRECTORY)
    get_filename_component(name "${folder}" NAME)
    set_source_files_properties("${source}" PROPERTIES UNITY_GROUP ${name})
  endforeach()
endfunction()
