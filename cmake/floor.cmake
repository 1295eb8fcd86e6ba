# muster_floor(name BELOW floor... SOURCES file... LIBRARIES lib...): one static library per floor, with the
# project's warnings. Includes are written from the root of the tree.
set(MUSTER_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

function(muster_settings target)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_compile_options(${target} PRIVATE ${MUSTER_WARNINGS})
  # __int128 is a GNU extension that both compilers have; -Wpedantic alone would refuse it.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-pedantic>)
  # GCC 12 sees an overlap in `"text" + std::string` that cannot be (GCC bug 105651).
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
  # clang 19 reports what std::stable_sort of libstdc++ 12 does inside as a use of something deprecated.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
  if(MUSTER_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${MUSTER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${MUSTER_SANITIZE})
  endif()
  if(MUSTER_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  muster_link_to_jit(${target})
endfunction()

# muster_link_to_jit(target): what is loaded as a program or a shared library looks for the plug-in beside itself and
# where it is installed, so that in the build tree a link stands beside it. Nothing of the build tree is in what is
# installed.
function(muster_link_to_jit target)
  get_target_property(type ${target} TYPE)
  set(link ${CMAKE_CURRENT_BINARY_DIR}/libmuster_jit.so)
  set(plugin ${PROJECT_BINARY_DIR}/runtime/libmuster_jit.so)
  if(NOT type MATCHES "^(EXECUTABLE|SHARED_LIBRARY)$" OR link STREQUAL plugin)
    return()
  endif()
  if(MUSTER_JIT)
    file(CREATE_LINK ${plugin} ${link} SYMBOLIC)
  else()
    file(REMOVE ${link})
  endif()
endfunction()

# muster_precompile(target): reads the headers that nearly every source includes once for all of them, where
# MUSTER_PRECOMPILE asks for it. Only headers of others, and never for what is shipped: the release build shows that
# every source includes what it uses.
function(muster_precompile target)
  if(MUSTER_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <cmath> <cstdint> <functional> <map> <memory>
      <optional> <set> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector> <fmt/format.h>)
    # ccache compares the precompiled file byte by byte.
    target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
endfunction()

function(muster_floor name)
  cmake_parse_arguments(ARG "" "" "BELOW;SOURCES;LIBRARIES" ${ARGN})
  add_library(muster_${name} STATIC ${ARG_SOURCES})
  muster_settings(muster_${name})
  muster_precompile(muster_${name})
  # So that the floors can become one shared library, which shows its users nothing of them.
  set_target_properties(muster_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  foreach(floor IN LISTS ARG_BELOW)
    target_link_libraries(muster_${name} PUBLIC muster_${floor})
  endforeach()
  target_link_libraries(muster_${name} PUBLIC fmt::fmt PRIVATE ${ARG_LIBRARIES})
endfunction()

# muster_unit_test(floor SOURCES file... LIBRARIES lib...): the doctest program of one floor.
function(muster_unit_test floor)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(unit_${floor} ${PROJECT_SOURCE_DIR}/tests/unit/main.cpp ${ARG_SOURCES})
  muster_settings(unit_${floor})
  muster_precompile(unit_${floor})
  # Doctest's macros take long to optimise. The release build does it all the same, for what stands in headers.
  if(MUSTER_SANITIZE)
    target_compile_options(unit_${floor} PRIVATE -O0)
  endif()
  target_link_libraries(unit_${floor} PRIVATE muster_${floor} doctest::doctest ${ARG_LIBRARIES})
  add_test(NAME unit_${floor} COMMAND unit_${floor} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(unit_${floor} PROPERTIES LABELS fast)
endfunction()
