#!/usr/bin/env bash
# tests/bench/run_rows_bench.sh [LEADS...]: how fast `muster run` is over child rows: 10 activities for each lead, ten
# rules over windows, one thread. The verdicts must be those of the interpreter. Prints a table. Default: 100,000 and
# 1,000,000 leads.
# Needs a release build and about 600 MB in build/bench.
set -euo pipefail
cd "$(dirname "$0")/../.."
muster=build/release/tools/muster
if [[ ! -x $muster ]]; then
  echo "run_rows_bench.sh: no release build; run cmake --preset release && cmake --build --preset release" >&2
  exit 2
fi
sizes=("$@")
((${#sizes[@]})) || sizes=(100000 1000000)
folder=build/bench
mkdir -p "$folder"
source tests/bench/measure.sh

# Leads in order, their activities in any order: the numbers are those of a linear congruential generator.
generate() {  # leads
  awk -v leads="$1" -v lead_file="$folder/rows-leads-$1.csv" -v row_file="$folder/rows-$1.csv" '
    function next_number(below) { x = (x * 1103515245 + 12345) % 2147483648; return int(x / 2147483648 * below) }
    BEGIN {
      split("PageView PageView PageView EmailClick EmailClick Webinar Download DemoRequested", kind, " ")
      split("/pricing /careers /docs / /blog", page, " ")
      x = 7
      print "lead_id" > lead_file
      for (i = 1; i <= leads; i++) printf "L%08d\n", i > lead_file
      print "lead_id,at,what,page,asset" > row_file
      for (i = 0; i < 10 * leads; i++) {
        k = kind[1 + next_number(8)]
        printf "L%08d,2026-%02d-%02d %02d:%02d:00,%s,%s,%s\n", 1 + next_number(leads), 1 + next_number(6), \
          1 + next_number(28), next_number(24), next_number(60), k, k == "PageView" ? page[1 + next_number(5)] : "", \
          k == "Download" ? "paper " next_number(20) : "" > row_file
      }
    }'
}

printf '%12s  %12s  %8s  %12s  %14s  %10s\n' leads activities seconds leads/s activities/s "peak MiB"
for leads in "${sizes[@]}"; do
  [[ -s $folder/rows-$leads.csv ]] || generate "$leads"
  run=("$muster" run tests/bench/ten_windows.muster "$folder/rows-leads-$leads.csv" "Activity=$folder/rows-$leads.csv"
    --as-of 2026-06-28 --quiet --threads 1 --columns scores)
  measured "${run[@]}" -o "$folder/scored.csv"
  "${run[@]}" --engine interpreter -o "$folder/interpreted.csv"
  cmp "$folder/scored.csv" "$folder/interpreted.csv" >&2
  awk -v leads="$leads" -v ms="$measured_ms" -v kib="$measured_peak_kib" 'BEGIN {
    if (ms == 0) ms = 1
    printf "%12d  %12d  %8.2f  %12.0f  %14.0f  %10.1f\n", leads, 10 * leads, ms / 1000, leads * 1000 / ms,
      10 * leads * 1000 / ms, kib / 1024 }'
done
