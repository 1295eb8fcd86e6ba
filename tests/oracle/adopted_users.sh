#!/usr/bin/env bash
# tests/oracle/adopted_users.sh MUSTER: the four readings of "three separate days in a seven-day period" on a public log
# of 207,917 logins, each against a count by awk, and all four different. The data are not part of the project: without
# them (MUSTER_SHARED names their folder) the test is skipped.
set -euo pipefail
muster=$(readlink -f "$1")
here=$(cd "$(dirname "$0")" && pwd)
shared=${MUSTER_SHARED:-$here/../../../shared}
data=$shared/data/relax_product_usage
if [[ ! -r $data/takehome_users.csv || ! -r $data/takehome_user_engagement.csv ]]; then
  echo "skipped: no product usage data at $data"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$data/takehome_users.csv" "$data/takehome_user_engagement.csv" .
"$muster" run "$here/../../examples/adopted_users/policy.muster" takehome_users.csv Login=takehome_user_engagement.csv \
  --as-of 2014-12-31 --columns qualifiers --quiet

# By hand: the distinct days of each user in order, and for each day as the first one how many follow in time.
tr -d '\r' <takehome_user_engagement.csv | LC_ALL=C sort -t, -k2,2n -k1,1 | awk -F, '
  function number(y, m, d) {  # days since 0000-03-01 (Gregorian), months counted from March
    if (m <= 2) { y -= 1; m += 12 }
    return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * (m - 3) + 2) / 5) + d - 1
  }
  function finish(  i, j, n) {
    split("0 0 0 0", held, " ")
    for (i = 1; i <= days; i++) {
      split("0 0 0 0", n, " ")
      for (j = i; j <= days && day[j] - day[i] <= 7; j++) {
        if (day[j] - day[i] < 7) n[1]++
        n[2]++
        # 0000-03-01 was a Wednesday: days 5, 12, ... are Mondays
        if (int((day[j] + 2) / 7) == int((day[i] + 2) / 7)) n[3]++
        if (int((day[j] + 3) / 7) == int((day[i] + 3) / 7)) n[4]++
      }
      for (j = 1; j <= 4; j++) if (n[j] >= 3) held[j] = 1
    }
    for (j = 1; j <= 4; j++) total[j] += held[j]
    days = 0
  }
  $2 !~ /^[0-9]+$/ { next }
  $2 != user { if (days) finish(); user = $2 }
  {
    n = number(substr($1, 1, 4) + 0, substr($1, 6, 2) + 0, substr($1, 9, 2) + 0)
    if (!days || day[days] != n) day[++days] = n
  }
  END { finish(); print total[1], total[2], total[3], total[4] }' >by_hand

awk -F, 'NR > 1 { for (i = 2; i <= 5; i++) if ($i == "yes") yes[i]++ }
  END { print yes[2] + 0, yes[3] + 0, yes[4] + 0, yes[5] + 0 }' takehome_users.scored.csv >by_muster
echo "rolling, at most 7 days apart, ISO week, week from Sunday"
echo "by hand:   $(<by_hand)"
echo "by Muster: $(<by_muster)"
cmp -s by_hand by_muster || { echo "they differ"; exit 1; }
if (($(tr ' ' '\n' <by_hand | sort -u | wc -l) != 4)); then
  echo "two readings give the same number, so this test shows less than it says"
  exit 1
fi
