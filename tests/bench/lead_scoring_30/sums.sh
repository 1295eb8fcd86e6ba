# shellcheck shell=bash
# Sourced: the checksums of lead-scoring-30 on one line with commas. n, tiers A B C D X, stages in the policy's order,
# and the sums of fit, engagement and total in hundredths.

# specified_sums ROWS RULES: what the specification says of so many leads; nothing where it says nothing.
specified_sums() {
  awk -F ' *[|] *' -v rows="$1" '{ n = $2; gsub(",", "", n) }
    n == rows && NF == 16 { line = n; for (i = 3; i <= 15; i++) line = line "," $i; print line }' "$2"
}

# expected_sums BENCH POLICY LEADS ROWS: as the reference answers so many leads without vectors; BENCH is lead_scoring_bench.
expected_sums() {
  "$1" "$2" "$3" "$4" 1 | sed -n '/^expected /{ s/[^=]*n=\([0-9]*\)/\1/; s/ | / /g; s/ *[A-Za-z.]*=/,/gp; }' | head -n 1
}

# sums_of_file VERDICTS: of a file of verdicts, by the names of its columns.
sums_of_file() {
  awk -F , '
    function whole(x) { return x < 0 ? -int(-x * 100 + 0.5) : int(x * 100 + 0.5) }
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { tier[$at["tier"] == "Disqualified" ? "X" : $at["tier"]]++; stage[$at["stage"]]++
      fit += $at["fit"]; engagement += whole($at["engagement"]); total += whole($at["total"]) }
    END {
      printf "%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%.0f,%.0f,%.0f\n", NR - 1, tier["A"], tier["B"], tier["C"],
        tier["D"], tier["X"], stage["SQL"], stage["MQL"], stage["Nurture"], stage["Lead"], stage["Disqualified"], fit,
        engagement, total
    }' "$1"
}
