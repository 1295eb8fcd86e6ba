#!/usr/bin/env bash
# tests/bench/compare.sh [ROWS] [ROUNDS]: the thirty rules of lead-scoring-30 by Muster, by the hand-written kernel of the
# workload ("HAND", where the machine has AVX-512), and where they are installed by SQLite and DuckDB; each of them in turn in every round, one thread.
# Every answer must have the checksums of the specification, or the script fails. Prints two tables as Markdown: leads
# that are in memory, and from a CSV file to a CSV file. Default: 1,000,000 leads, 5 rounds.
# Needs the workload's reference (lead_scoring_30/README.md), and
#   cmake --preset release && cmake --build build/release --target muster benches
#   apt-get install sqlite3                                     (or scripts/setup bench)
#   npm install --prefix build/bench/duckdb @duckdb/node-api    (and node)
set -euo pipefail
cd "$(dirname "$0")/../.."
rows=${1:-1000000}
rounds=${2:-5}
benches=build/release/tests/bench
muster=build/release/tools/muster
workload=tests/bench/lead_scoring_30
folder=build/bench
mkdir -p "$folder"
source tests/bench/measure.sh
source tests/bench/lead_scoring_30/sums.sh

if [[ ! -x $benches/lead_scoring_bench || ! -x $muster ]]; then
  echo "compare.sh: build muster and benches first; they need the workload's reference ($workload/README.md)" >&2
  exit 2
fi
tell() { echo "compare.sh: $*" >&2; }
leads=$(tests/bench/leads.sh "$rows")

has_hand=false
if [[ -x $benches/lead_scoring_hand ]]; then
  has_hand=true
else
  tell "HAND is left out: it was not built, for this machine has no AVX-512 with VBMI"
fi
expected=$(expected_sums "$benches/lead_scoring_bench" "$workload/policy.muster" "$leads" "$rows" 2>/dev/null)
reference=$(sed -n 's/^MUSTER_BENCH_REFERENCE:[A-Z]*=//p' build/release/CMakeCache.txt)
specified=$(specified_sums "$rows" "$reference/RULES.md")
if [[ -z $specified ]]; then
  tell "the specification has no checksums for $rows leads; those of the reference without vectors are taken"
elif [[ $specified != "$expected" ]]; then
  tell "the reference without vectors has the checksums $expected, and the specification $specified"
  exit 1
fi
require_sums() {  # who, sums
  [[ $2 == "$expected" ]] && return
  tell "$1 has the checksums $2, and not $expected"
  exit 1
}

# A line for each measurement: table, who, milliseconds.
times=$folder/compare.times
: >"$times"
note() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$times"; }

in_memory() {  # several rounds of its own, so that what is noted is not the first touch of the memory
  "$benches/lead_scoring_bench" "$workload/policy.muster" "$leads" "$rows" 3 2>/dev/null |
    awk -F ' *[|] *' -v rows="$rows" -v OFS='\t' '
      $3 ~ /^(HAND|interpreter|jit)$/ { print "memory", ($3 == "HAND" ? "" : "Muster, ") $3, $5 * rows / 1e6 }' >>"$times"
}

hand_file() {
  measured "$benches/lead_scoring_hand" e2e "$leads" "$folder/hand.csv" 1 >"$folder/hand.out"
  note file HAND "$measured_ms"
  require_sums "HAND from file to file" "$(sums_of_file "$folder/hand.csv")"
}

muster_file() {  # engine
  measured "$muster" run "$workload/policy.muster" "$leads" --as-of 2026-01-01T00:00 --quiet --threads 1 --engine "$1" \
    --columns scores,values -o "$folder/scored.csv" --rejects "$folder/rejects.csv"
  note file "Muster, $2" "$measured_ms"
  require_sums "muster run --engine $1" "$(sums_of_file "$folder/scored.csv")"
}

sqlite_leads=$folder/leads-$rows.sqlite
sqlite_memory() {
  local output
  output=$(sqlite3 :memory: ".restore $sqlite_leads" '.timer on' ".read $workload/rules.sql" '.timer off' \
    '.mode csv' ".read $workload/checksums.sql" | tr -d '\r')
  require_sums SQLite "$(tail -n 1 <<<"$output")"
  note memory SQLite "$(awk '/^Run Time: real/ { print $4 * 1000; exit }' <<<"$output")"
}
if command -v sqlite3 >/dev/null; then
  if [[ ! -s $sqlite_leads || $leads -nt $sqlite_leads ]]; then
    rm -f "$sqlite_leads"
    sqlite3 "$sqlite_leads" '.mode csv' ".import $leads raw" ".read $workload/sqlite_leads.sql"
  fi
else
  tell "SQLite is left out: apt-get install sqlite3 brings it"
fi

duckdb_both() {
  local memory file sums
  read -r memory file sums < <(node "$workload/duckdb.mjs" "$folder/duckdb" "$leads" "$folder/duckdb.csv")
  require_sums DuckDB "$sums"
  require_sums "DuckDB from file to file" "$(sums_of_file "$folder/duckdb.csv")"
  note memory DuckDB "$memory"
  note file DuckDB "$file"
}
has_duckdb=false
if command -v node >/dev/null && [[ -d $folder/duckdb/node_modules/@duckdb/node-api ]]; then
  has_duckdb=true
else
  tell "DuckDB is left out: npm install --prefix $folder/duckdb @duckdb/node-api brings it"
fi

for ((round = 1; round <= rounds; round++)); do
  in_memory
  if command -v sqlite3 >/dev/null; then sqlite_memory; fi
  if $has_hand; then hand_file; fi
  muster_file interpreter interpreter
  muster_file auto 'interpreter, then jit'
  if $has_duckdb; then duckdb_both; fi
done

table() {  # which, heading
  printf '\n%s\n\n' "$2"
  echo '| by | M leads/s | seconds | fastest to slowest | x HAND |'
  echo '|---|---:|---:|---:|---:|'
  awk -F '\t' -v which="$1" -v rows="$rows" '
    function median(list, n,   i, j, x) {
      for (i = 2; i <= n; i++) { x = list[i]; for (j = i; j > 1 && list[j - 1] > x; j--) list[j] = list[j - 1]; list[j] = x }
      return list[int(n / 2) + 1]
    }
    $1 == which { if (!($2 in rounds)) order[++known] = $2; ms[$2, ++rounds[$2]] = $3 }
    END {
      for (k = 1; k <= known; k++) {
        who = order[k]; n = rounds[who]
        for (i = 1; i <= n; i++) { t[i] = ms[who, i]; ratio[i] = ms["HAND", i] / t[i] }
        middle = median(t, n)
        printf "| %s | %.2f | %.4f | %.4f to %.4f | %s |\n", who, rows / middle / 1000, middle / 1000, t[1] / 1000, \
          t[n] / 1000, rounds["HAND"] ? sprintf("%.4f", median(ratio, n)) : ""
      }
    }' "$times"
}
table memory "Leads in memory, the rules alone ($rows leads, $rounds rounds)"
table file "From a CSV file to a CSV file ($rows leads, $rounds rounds)"
