#!/usr/bin/env bash
# The house style that no compiler holds. Each ban says why, and what to do instead.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
sources=$(find lang stdlib compiler runtime library tools tests -name '*.cpp' -o -name '*.h' | LC_ALL=C sort)
# shellcheck disable=SC2086  # the names hold no blanks
awk '
  function complain(what) { print FILENAME ":" FNR ": " what; bad++ }
  # clang-tidy, which looks at sources of a folder together, would take the use in one for that in another.
  function check_names(  name) {
    for (name in declared) {
      if (!(name in used)) { print previous ":" declared[name] ": `" name "` is not used; take the using-declaration away"; bad++ }
    }
    split("", declared)
    split("", used)
  }
  FNR == 1 {
    check_names()
    files++
    if (previous != "" && lines > 700) { print previous ": " lines " lines; past 700 look for the seam and split"; bad++ }
    previous = FILENAME; lines = 0
    header = FILENAME ~ /\.h$/ && FILENAME !~ /^tests\//
    if (header && $0 !~ /^\/\//) complain("a header opens with what lives here, what it may include, who calls it")
    if (header) opened[FILENAME] = 0
  }
  { lines = FNR }
  FILENAME ~ /\.cpp$/ && /^ *using [A-Za-z_0-9:]+::[A-Za-z_0-9]+;/ {
    name = $2
    gsub(/.*::|;/, "", name)
    declared[name] = FNR
    next
  }
  {
    code = $0
    sub(/\/\/.*/, "", code)
    count = split(code, words, /[^A-Za-z_0-9]+/)
    for (k = 1; k <= count; ++k) used[words[k]]
  }
  header && /[Mm]ay include/ { opened[FILENAME] = 1 }
  header && /[Cc]alled by|who calls/ { called[FILENAME] = 1 }
  header && /^#pragma once/ { guarded[FILENAME] = 1 }
  /\t/ { complain("a tab; two spaces instead") }
  /[ ]$/ { complain("blank at the end of the line") }
  /TO[D]O|FIX[M]E/ { complain("unfinished work is an issue, not a comment") }
  FILENAME !~ /^tests\// && /using namespace std/ { complain("write std:: so that readers see whose name it is") }
  FILENAME !~ /^tests\// && /(^|[^_a-z.>])(s?rand|strtok|gets|sprintf|strcpy|strcat|atoi|atof|system|popen)\(/ { complain("unsafe or not reproducible; use the kernels or fmt") }
  FILENAME !~ /^(tests|tools)\// && /system_clock|time\(nullptr|time\(NULL|gettimeofday|std::random_device/ && FILENAME !~ /dictionary\.cpp$/ {
    complain("the same lead gets the same answer: no clock and no randomness below the tools; take `as of` as an input")
  }
  FILENAME ~ /^(lang|stdlib|compiler)\// && /(^|[^a-z_:.])(float|double) [a-z]/ { complain("no binary floating point: exact numbers live in stdlib/kernels/number.h") }
  END {
    check_names()
    if (lines > 700) { print previous ": " lines " lines; past 700 look for the seam and split"; bad++ }
    for (file in opened) {
      if (!opened[file]) { print file ": the opening comment does not say what the header may include"; bad++ }
      if (!(file in called)) { print file ": the opening comment does not say who calls it"; bad++ }
      if (!(file in guarded)) { print file ": #pragma once is missing"; bad++ }
    }
    if (files < 20) { print "only " files + 0 " files were read: this test no longer sees the sources"; bad++ }
    exit bad > 0
  }' $sources
