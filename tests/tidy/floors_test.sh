#!/usr/bin/env bash
# Holds the order of the floors (docs/architecture.md): lang < stdlib < compiler < runtime < library < tools. A floor includes
# itself and lower ones, by paths from the root. Each library is known by the place that wraps it and nobody else.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
sources=$(find lang stdlib compiler runtime library tools -name '*.cpp' -o -name '*.h' -o -name '*.hpp' -o -name '*.def' | LC_ALL=C sort)
[[ -n $sources ]] || { echo "no sources found"; exit 1; }

# shellcheck disable=SC2086  # the names hold no blanks
grep -nH '^[[:space:]]*#[[:space:]]*include' $sources | awk '
  BEGIN {
    split("lang stdlib compiler runtime library tools", order, " ")
    for (i in order) rank[order[i]] = i
    # library header (prefix) -> where it may be included
    allowed["tao/"] = "lang/parse/"
    allowed["utf8proc"] = "lang/source/unicode.cpp"
    allowed["re2/"] = "stdlib/kernels/text.cpp"
    allowed["date/"] = "stdlib/kernels/time.cpp"
    allowed["xxhash"] = "runtime/data/"
    allowed["xxh3"] = "runtime/data/"
    allowed["CLI/"] = "tools/muster/command_line.cpp"
    allowed["doctest"] = "tests/"
    allowed["nlohmann"] = "tests/"
    allowed["llvm/"] = "runtime/jit/"
  }
  {
    file = $0; sub(/:.*/, "", file)
    place = $0; sub(/:[^:]*#.*/, "", place)
    header = $0; sub(/^[^#]*#[ \t]*include[ \t]*/, "", header)
    quoted = substr(header, 1, 1) == "\""
    sub(/^["<]/, "", header); sub(/[">].*/, "", header)
    for (prefix in allowed) {
      # The JSON library belongs to tests and to reports.
      if (index(header, "nlohmann") == 1 && file == "tools/muster/render_tables.cpp") continue
      if (index(header, prefix) == 1 && index(file, allowed[prefix]) != 1) {
        print place ": <" header "> belongs to " allowed[prefix] " only; use what that place offers"; bad++
      }
    }
    if (quoted) {
      from = file; sub(/\/.*/, "", from)
      to = header; sub(/\/.*/, "", to)
      if (!(to in rank)) { print place ": \"" header "\" is not written from the root of the tree"; bad++ }
      else if (rank[to] > rank[from]) { print place ": " from " is below " to " and must not include " header; bad++ }
      includes++
    }
    # Whoever uses the library has this header and nothing else of ours.
    if (file ~ /^library\/include\// && (quoted || header ~ /[\/.]/)) {
      print place ": a public header includes the standard library only, not " header; bad++
    }
  }
  END {
    if (includes < 10) { print "only " includes + 0 " includes were read: this test no longer sees the sources"; bad++ }
    exit bad > 0
  }'
