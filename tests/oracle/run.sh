#!/usr/bin/env bash
# tests/oracle/run.sh MUSTER BEHAVIOUR_ORACLE PAIRS_ORACLE: answers about child rows against brute-force counts that share no
# code with Muster: every construct (policy.muster), and every operator of a score together with every other. Well
# over 100,000 cases.
set -euo pipefail
muster=$(readlink -f "$1")
behaviour=$(readlink -f "$2")
pairs=$(readlink -f "$3")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cases=0

judge() {  # policy, columns, oracle; in a folder with leads.csv and activities.csv
  "$muster" run "$1" leads.csv Activity=activities.csv --as-of 2026-03-31T12:00:00-04:00 --columns "$2" --quiet \
    -o leads.scored.csv
  "$3" compare . | tee result
  cases=$((cases + $(cut -d' ' -f1 result)))
}

for seed in 1 2; do
  mkdir "$folder/$seed"
  cd "$folder/$seed"
  "$behaviour" generate . "$seed" 1300
  cp "$here/policy.muster" .
  judge policy.muster scores,values "$behaviour"
done
mkdir "$folder/pairs"
cd "$folder/pairs"
"$behaviour" generate . 3 300
"$pairs" policy >pairs.muster
judge pairs.muster scores "$pairs"

echo "$cases cases"
((cases >= 100000)) || { echo "fewer than 100,000 cases were compared"; exit 1; }
