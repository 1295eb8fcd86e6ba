#!/usr/bin/env bash
# tests/bench/run_sla_bench.sh [LEADS...]: how fast `muster sla` is over a year of leads of 30 owners in three offices, with
# about 10 activities for each lead, one thread. Prints a table, and compares the report with a count by hand.
# Default: 200,000 leads, 2 million activities. Needs a release build and about 200 MB in build/bench.
set -euo pipefail
cd "$(dirname "$0")/../.."
muster=build/release/tools/muster
oracle=build/release/tests/oracle/sla_oracle
if [[ ! -x $muster || ! -x $oracle ]]; then
  echo "run_sla_bench.sh: no release build; run cmake --preset release && cmake --build --preset release" >&2
  exit 2
fi
sizes=("$@")
((${#sizes[@]})) || sizes=(200000)
source tests/bench/measure.sh
source tests/oracle/sla_tables.sh

printf '%12s  %12s  %8s  %12s  %14s  %10s\n' leads activities seconds leads/s activities/s "peak MiB"
for leads in "${sizes[@]}"; do
  folder=build/bench/sla-$leads
  mkdir -p "$folder"
  [[ -s $folder/activities.csv ]] || "$oracle" generate "$folder" 1 "$leads"
  measured "$muster" sla tests/oracle/sla_policy.muster "$folder/leads.csv" "Activity=$folder/activities.csv" \
    --as-of 2026-11-18T15:00:00 --quiet -o "$folder/report.txt"
  rows=$(($(wc -l <"$folder/activities.csv") - 1))
  awk -v leads="$leads" -v rows="$rows" -v ms="$measured_ms" -v kib="$measured_peak_kib" 'BEGIN {
    if (ms == 0) ms = 1
    printf "%12d  %12d  %8.2f  %12.0f  %14.0f  %10.1f\n", leads, rows, ms / 1000, leads * 1000 / ms,
      rows * 1000 / ms, kib / 1024 }'
  write_tables "$muster" tests/oracle/sla_policy.muster "$folder"
  "$oracle" compare "$folder"
done
