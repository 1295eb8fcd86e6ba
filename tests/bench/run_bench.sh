#!/usr/bin/env bash
# tests/bench/run_bench.sh [ROWS...]: how fast `muster run` is with 30 rules, on one thread and on all cores, and that its
# memory does not grow with the export. The files must be those of the interpreter on one thread. Prints tables. Default:
# 100,000, 1,000,000 and 2,000,000 leads.
# Needs a release build (cmake --preset release && cmake --build --preset release) and about 1 GB in build/bench.
set -euo pipefail
cd "$(dirname "$0")/../.."
muster=build/release/tools/muster
generator=build/release/tools/muster-generate-leads
if [[ ! -x $muster || ! -x $generator ]]; then
  echo "run_bench.sh: no release build; run cmake --preset release && cmake --build --preset release" >&2
  exit 2
fi
sizes=("$@")
((${#sizes[@]})) || sizes=(100000 1000000 2000000)
folder=build/bench
mkdir -p "$folder"

source tests/bench/measure.sh

measure() {  # rows, options of the run; prints one line of the table
  local rows=$1 bytes
  shift
  local run=("$muster" run tests/bench/thirty_rules.muster "$folder/leads-$rows.csv" --as-of 2026-02-01 --max-rejects 2%
    --quiet)
  measured "${run[@]}" -o "$folder/scored.csv" --rejects "$folder/rejects.csv" "$@"
  # Of one option that is given twice the last one counts.
  "${run[@]}" -o "$folder/interpreted.csv" --rejects "$folder/interpreted-rejects.csv" "$@" --engine interpreter --threads 1
  cmp "$folder/scored.csv" "$folder/interpreted.csv" >&2
  cmp "$folder/rejects.csv" "$folder/interpreted-rejects.csv" >&2
  bytes=$(stat -c %s "$folder/leads-$rows.csv")
  awk -v rows="$rows" -v ms="$measured_ms" -v kib="$measured_peak_kib" -v bytes="$bytes" 'BEGIN {
    if (ms == 0) ms = 1
    printf "%12d  %8.2f  %12.0f  %8.1f  %10.1f\n", rows, ms / 1000, rows * 1000 / ms, bytes / 1e6 / (ms / 1000), kib / 1024 }'
}

for rows in "${sizes[@]}"; do
  file=$folder/leads-$rows.csv
  if [[ ! -s $file || $generator -nt $file ]]; then
    "$generator" "$rows" 7 >"$file.part"
    mv "$file.part" "$file"
  fi
done

table() {  # what it shows, options of the run
  echo "$1"
  shift
  printf '%12s  %8s  %12s  %8s  %10s\n' leads seconds leads/s MB/s "peak MiB"
  for rows in "${sizes[@]}"; do measure "$rows" "$@"; done
}
for threads in 1 "$(nproc)"; do
  table "all columns, threads: $threads" --threads "$threads"
  table "scores, grades and stages only, threads: $threads" --threads "$threads" --columns scores,grades,stage,route
done
