#!/usr/bin/env bash
# tests/bench/lead_scoring_30/checksums.sh MUSTER REFERENCE ROWS ENGINE...: the workload has the checksums of its
# specification with each of these engines, for one thread and more, and the verdicts are the same byte for byte.
# REFERENCE is the folder with gen.cpp and RULES.md, which is not part of the project: without it the test is skipped.
set -euo pipefail
muster=$(readlink -f "$1")
reference=$2
rows=$3
engines=("${@:4}")
here=$(cd "$(dirname "$0")" && pwd)
if [[ ! -r $reference/gen.cpp || ! -r $reference/RULES.md ]]; then
  echo "skipped: no specification of lead-scoring-30 at $reference"
  exit 77
fi
reference=$(cd "$reference" && pwd)
# shellcheck source=tests/bench/lead_scoring_30/sums.sh
source "$here/sums.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
c++ -std=c++20 -O1 -w "$reference/gen.cpp" -o generate
./generate "$rows" 1 csv >leads.csv
expected=$(specified_sums "$rows" "$reference/RULES.md")
if [[ -z $expected ]]; then
  echo "checksums.sh: the specification has no checksums for $rows leads" >&2
  exit 2
fi

failed=0
for engine in "${engines[@]}"; do
  for threads in 1 2 3; do
    "$muster" run "$here/policy.muster" leads.csv --as-of 2026-01-01T00:00 --quiet --engine "$engine" \
      --threads "$threads" -o scored.csv
    sums=$(sums_of_file scored.csv)
    if [[ ! -e all.csv ]]; then mv scored.csv all.csv; elif ! cmp scored.csv all.csv; then failed=1; fi
    if [[ $sums != "$expected" ]]; then
      echo "--engine $engine --threads $threads has the checksums $sums, and the specification $expected"
      failed=1
    fi
  done
done
((failed)) || echo "${engines[*]}, with 1, 2 and 3 threads: $expected"
exit "$failed"
