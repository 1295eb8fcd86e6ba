#!/usr/bin/env bash
# tests/bench/report.sh [--write] [TABLE...]: measures everything that docs/benchmarks.md shows, and prints the tables as
# Markdown; --write puts them into the page instead. A TABLE alone is measured alone: machine leads threads rules files
# compare child_rows rows sla kernels cost. All takes about ten minutes, which the machine should have to itself, and 3 GB in
# build/bench. Needs what compare.sh needs, a whole release build, and sqlite3 and DuckDB where they are to be shown.
set -euo pipefail
cd "$(dirname "$0")/../.."
write=false
if [[ ${1:-} == --write ]]; then
  write=true
  shift
fi
tables=("$@")
((${#tables[@]})) || tables=(machine leads threads rules files compare child_rows rows sla kernels cost)

page=docs/benchmarks.md
benches=build/release/tests/bench
policy=tests/bench/lead_scoring_30/policy.muster
muster=build/release/tools/muster
folder=build/bench/report
rounds=7
mkdir -p "$folder"
source tests/bench/measure.sh
source tests/bench/lead_scoring_30/sums.sh
if [[ ! -x $benches/lead_scoring_bench || ! -x $muster ]]; then
  echo "report.sh: build everything and the target benches first; tests/bench/lead_scoring_30/README.md says how" >&2
  exit 2
fi

if [[ ! -x $benches/lead_scoring_hand ]]; then
  echo "report.sh: HAND is left out: it was not built, for this machine has no AVX-512 with VBMI" >&2
fi

# The command that made a table stands above it.
made_by() { printf "Made by \`%s\`.\n\n" "$*"; }
only_table() { grep '^|'; }

# In general words: who reads the page wants to know the kind of machine and not its name.
table_machine() {
  local wide="none beyond SSE2"
  if grep -qw avx2 /proc/cpuinfo; then wide="AVX2"; fi
  if grep -qw avx512bw /proc/cpuinfo; then wide="AVX-512"; fi
  if grep -qw avx512vbmi /proc/cpuinfo; then wide="AVX-512 with VBMI"; fi
  echo '| what | figure |'
  echo '|---|---|'
  echo "| cores | $(nproc) |"
  echo "| widest vectors | $wide |"
  echo "| last cache | $(awk '{ printf "%.0f MiB", $1 / 1024 }' /sys/devices/system/cpu/cpu0/cache/index3/size) |"
  echo "| memory | $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo) |"
  echo "| compiler | $(sed -n 's/^set(CMAKE_CXX_COMPILER_\(ID\|VERSION\) "\([^"]*\)".*/\2/p' \
    build/release/CMakeFiles/*/CMakeCXXCompiler.cmake | paste -s -d ' '), release preset |"
  echo "| source | $(git describe --always --dirty 2>/dev/null || echo "not under version control") |"
}

table_leads() {
  local rows leads in_cache=4096 header=1
  made_by "lead_scoring_bench POLICY LEADS ROWS $rounds, and 301 rounds of $in_cache leads"
  leads=$(tests/bench/leads.sh 10000000)
  : >"$folder/leads.memory"
  for rows in $in_cache 1000000 2000000 5000000 10000000; do  # a process for each, so that the memory is its own
    "$benches/lead_scoring_bench" "$policy" "$leads" "$rows" "$((rows == in_cache ? 301 : rounds))" >"$folder/leads.out"
    only_table <"$folder/leads.out" | tail -n +"$header"
    header=3
    ((rows == in_cache)) || sed -n "s/^memory: \(.*\)/$rows \1/p" "$folder/leads.out" >>"$folder/leads.memory"
  done
  echo
  awk '{ printf "%s%d million leads: %s MiB", NR == 1 ? "Peak memory of the process: " : "; ", $1 / 1e6, $2 }
    END { print ". The columns are there twice where HAND has them as floating point." }' "$folder/leads.memory"
}

table_threads() {
  made_by "lead_scoring_threads POLICY LEADS 10000000 $rounds 1,2"
  "$benches/lead_scoring_threads" "$policy" "$(tests/bench/leads.sh 10000000)" 10000000 "$rounds" 1,2
}

table_rules() {
  made_by "lead_scoring_rules LEADS 1000000 5 10,34,100,340,680,1000"
  "$benches/lead_scoring_rules" "$(tests/bench/leads.sh 1000000)" 1000000 5 10,34,100,340,680,1000
}

table_files() {
  local rows leads round sums
  declare -A expected
  made_by "muster run POLICY LEADS --as-of 2026-01-01T00:00 --columns scores,values --threads 1"
  : >"$folder/files.times"
  for round in 1 2 3; do
    for rows in 1000000 2000000 5000000 10000000; do
      leads=build/bench/lead_scoring-10000000.csv
      if ((rows < 10000000)); then
        leads=build/bench/lead_scoring-$rows.csv
        [[ -s $leads ]] || head -n $((rows + 1)) "$(tests/bench/leads.sh 10000000)" >"$leads"
      fi
      measured "$muster" run "$policy" "$leads" --as-of 2026-01-01T00:00 --columns scores,values --threads 1 --quiet \
        -o "$folder/scored.csv" --rejects "$folder/rejects.csv"
      [[ -n ${expected[$rows]:-} ]] ||
        expected[$rows]=$(expected_sums "$benches/lead_scoring_bench" "$policy" "$leads" "$rows" 2>/dev/null)
      sums=$(sums_of_file "$folder/scored.csv")
      if [[ $sums != "${expected[$rows]}" ]]; then
        echo "report.sh: $rows leads from file to file have the checksums $sums, and not ${expected[$rows]}" >&2
        exit 1
      fi
      echo "$rows $measured_ms $measured_peak_kib $(stat -L -c %s "$leads") $round" >>"$folder/files.times"
    done
  done
  echo '| leads | seconds | fastest to slowest | M leads/s | MB/s of the export | peak MiB |'
  echo '|---:|---:|---:|---:|---:|---:|'
  sort -n -k 1,1 -k 2,2 "$folder/files.times" | awk '
    { k = NR % 3; ms[k] = $2; if ($3 > kib) kib = $3 }
    k == 0 { printf "| %d,000,000 | %.2f | %.2f to %.2f | %.2f | %.0f | %.0f |\n", $1 / 1e6, ms[2] / 1000, ms[1] / 1000,
      ms[0] / 1000, $1 / ms[2] / 1000, $4 / ms[2] / 1000, kib / 1024; kib = 0 }'
  rm -f "$folder/scored.csv"
}

table_compare() {
  made_by "tests/bench/compare.sh 1000000 5"
  tests/bench/compare.sh 1000000 5 | sed '1{/^$/d}'
}

table_child_rows() {
  local policy
  for policy in tests/bench/child_rows/policy.muster tests/bench/ten_windows.muster; do
    made_by "child_rows_bench $policy 20 15"
    "$benches/child_rows_bench" "$policy" 20 15 | sed '1s/$/\n/'
    echo
  done
}

fenced() {
  printf '```text\n'
  "$@"
  printf '```\n'
}
table_rows() {
  made_by "tests/bench/run_rows_bench.sh 100000 200000"
  fenced tests/bench/run_rows_bench.sh 100000 200000
}
table_sla() {
  made_by "tests/bench/run_sla_bench.sh 100000 200000"
  fenced tests/bench/run_sla_bench.sh 100000 200000
}

table_kernels() {
  made_by "kernel_bench --benchmark_repetitions=5 --benchmark_report_aggregates_only"
  if [[ ! -x $benches/kernel_bench ]]; then
    echo "Google Benchmark was not installed (libbenchmark-dev)."
    return
  fi
  "$benches/kernel_bench" --benchmark_repetitions=5 --benchmark_report_aggregates_only --benchmark_min_time=0.2 \
    --benchmark_format=csv 2>/dev/null >"$folder/kernels.csv"
  echo '| kernel | ns for each value or row | GB/s | spread |'
  echo '|---|---:|---:|---:|'
  # name,iterations,real_time,cpu_time,time_unit,bytes_per_second,items_per_second,...
  awk -F , '
    { gsub(/"/, "") }
    $1 ~ /_median$/ { name = $1; sub(/_median$/, "", name); items = $7; bytes = $6 }
    $1 ~ /_cv$/ && items > 0 { printf "| %s | %.3g | %.1f | %.1f %% |\n", name, 1e9 / items, bytes / 1e9, $7 * 100 }' "$folder/kernels.csv"
}

table_cost() {
  made_by "tests/bench/cost/run.sh"
  tests/bench/cost/run.sh >"$folder/cost.out"
  echo '| case | instructions |'
  echo '|---|---:|'
  sed -n 's/^\([a-z0-9_]*\): \([0-9]*\) instructions.*/\1 \2/p' "$folder/cost.out" | while read -r case count; do
    echo "| $case | $(sed ':a; s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/; ta' <<<"$count") |"
  done
}

for table in "${tables[@]}"; do
  if ! declare -F "table_$table" >/dev/null || { $write && ! grep -qx "<!-- $table -->" "$page"; }; then
    echo "report.sh: no table \"$table\"" >&2
    exit 2
  fi
done
for table in "${tables[@]}"; do
  "table_$table" >"$folder/$table.md"
  if $write; then
    # What stands between <!-- TABLE --> and <!-- end --> is the table.
    awk -v begin="<!-- $table -->" -v file="$folder/$table.md" '
      $0 == begin { print; while ((getline line < file) > 0) print line; inside = 1; next }
      inside && $0 == "<!-- end -->" { inside = 0 }
      !inside' "$page" >"$folder/page.md"
    cp "$folder/page.md" "$page"
    echo "$page: $table" >&2
  else
    printf '<!-- %s -->\n' "$table"
    cat "$folder/$table.md"
    printf '<!-- end -->\n\n'
  fi
done
