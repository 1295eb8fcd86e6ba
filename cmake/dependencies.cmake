# Every library that Muster uses, by its Debian package. Headers are SYSTEM so that their warnings are not ours.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)      # libfmt-dev
find_package(pegtl REQUIRED)    # tao-pegtl-dev: lang/parse only
find_package(date REQUIRED)     # libhowardhinnant-date-dev: stdlib/kernels/time.cpp and tests only
find_package(CLI11 REQUIRED)    # libcli11-dev: tools/muster/command_line.cpp only
find_package(doctest REQUIRED)  # doctest-dev: tests only
find_package(nlohmann_json REQUIRED)  # nlohmann-json3-dev: tools/muster/render_tables.cpp and tests only
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)  # libutf8proc-dev: lang/source/unicode.cpp and tests only
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)               # libre2-dev: stdlib/kernels/text.cpp only
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)      # libxxhash-dev: runtime/data only

# llvm-19-dev: runtime/jit only, as a plug-in. Its CMake file answers to 19.1, not to 19.
find_package(LLVM 19.1 QUIET CONFIG)
if(LLVM_FOUND)
  set(MUSTER_JIT_DEFAULT ON)
else()
  set(MUSTER_JIT_DEFAULT OFF)
endif()
option(MUSTER_JIT "Build the compiler of kernels (needs LLVM 19)" ${MUSTER_JIT_DEFAULT})
if(MUSTER_JIT)
  find_package(LLVM 19.1 REQUIRED CONFIG)
  separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND "${LLVM_DEFINITIONS}")
  # What the plug-in needs of LLVM is linked into it: the shared library has every target and pass, and takes five times
  # as long to load. Its static parts ask for zlib and zstd, of which the package brings the libraries, not the headers.
  function(muster_library target name)
    find_library(MUSTER_${name} NAMES ${name} lib${name}.so.1)
    if(MUSTER_${name} AND NOT TARGET ${target})
      add_library(${target} UNKNOWN IMPORTED GLOBAL)
      set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${MUSTER_${name}}")
    endif()
  endfunction()
  muster_library(ZLIB::ZLIB z)
  muster_library(zstd::libzstd_shared zstd)
  if(TARGET LLVMOrcJIT AND TARGET ZLIB::ZLIB AND TARGET zstd::libzstd_shared)
    llvm_map_components_to_libnames(MUSTER_LLVM orcjit nativecodegen)
  else()
    set(MUSTER_LLVM LLVM)
  endif()
endif()
