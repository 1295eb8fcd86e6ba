#!/usr/bin/env bash
# tests/bench/leads.sh ROWS: makes the first ROWS leads of lead-scoring-30 in build/bench, where they are not there
# already, and prints the file's name. Needs the workload's generator (cmake --build build/release --target benches).
set -euo pipefail
cd "$(dirname "$0")/../.."
rows=$1
generator=build/release/tests/bench/lead_scoring_generator
file=build/bench/lead_scoring-$rows.csv
if [[ ! -s $file ]]; then
  if [[ ! -x $generator ]]; then
    echo "leads.sh: no generator; tests/bench/lead_scoring_30/README.md says what it needs" >&2
    exit 2
  fi
  mkdir -p build/bench
  "$generator" "$rows" 1 csv >"$file.part"
  mv "$file.part" "$file"
fi
echo "$file"
