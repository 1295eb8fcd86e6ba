# Every library that Muster uses, by its Debian package. Headers are SYSTEM so that their warnings are not ours.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)      # libfmt-dev
find_package(pegtl REQUIRED)    # tao-pegtl-dev: lang/parse only
find_package(date REQUIRED)     # libhowardhinnant-date-dev: stdlib/kernels/time.cpp only
find_package(CLI11 REQUIRED)    # libcli11-dev: tools/muster/command_line.cpp only
find_package(doctest REQUIRED)  # doctest-dev: tests only
find_package(nlohmann_json REQUIRED)  # nlohmann-json3-dev: tools/muster/render_tables.cpp and tests only
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)  # libutf8proc-dev: lang/source/unicode.cpp only
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)               # libre2-dev: stdlib/kernels/text.cpp only
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)      # libxxhash-dev: runtime/data only
