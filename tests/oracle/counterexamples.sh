#!/usr/bin/env bash
# tests/oracle/counterexamples.sh MUSTER: what `muster test` prints about a broken guarantee is a test of the same policy.
# Promises that cannot be kept are added to the examples; each printed test is put into the policy in place of the
# promises, and must be read, run, and fail at its expectation because the lead in it breaks the promise.
set -euo pipefail
muster=$(readlink -f "$1")
examples=$(cd "$(dirname "$0")/../../examples" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

promises() {  # example: conditions that some lead breaks, one a line
  case $1 in
    acme) echo "fit < 60"; echo "stage < MQL"; echo "not (MidMarket is undecided)"
      echo "Pain implies fit >= 20"; echo "not Buyer" ;;
    contract) echo "stage < MQL"; echo "not (stage becomes MQL)"; echo "MidMarket implies market = US"
      echo "none of DemoRequested in last 3 days" ;;
    decay | engagement | recycling) echo "$(score "$1") <= 10"; echo "$(score "$1") >= 0 implies lead_id is missing" ;;
    account) echo "priority < 20"; echo "company.account < 10"; echo "company is missing" ;;
    product_qualified) echo "stage < PQL" ;;
    matrix) echo "lead_grade not in { A1, A2 }"; echo "profile + engagement <= 100" ;;
    fit_table | x_education) echo "$(score "$1") < 30" ;;
    bank) echo "promise < 50" ;;
    required_information) echo "not (Handover qualified)"; echo "Handover qualified" ;;
    three_dates) echo "not (BANT qualified)"; echo "BANT.met < 2" ;;
    two_frameworks) echo "quick_score < 50"; echo "deep_score < quick_score" ;;
    gate) echo "Sellable"; echo "not Sellable" ;;
  esac
}
score() { sed -n 's/^score \([a-z_]*\) .*/\1/p' "$examples/$1/policy.muster" | head -n 1; }

broken=0 wrong=0 kept=0
for policy in "$examples"/*/policy.muster; do
  name=$(basename "$(dirname "$policy")")
  mapfile -t conditions < <(promises "$name")
  ((${#conditions[@]})) || continue
  rm -rf "${folder:?}/$name"
  cp -r "$examples/$name" "$folder/$name"
  cd "$folder/$name"
  # Without the tests and guarantees of its own: from such a head to the next line that is not indented.
  awk '/^(test|guarantee) "/ { own = 1; next } own && (/^[ }]/ || /^$/) { next } { own = 0; print }' "$policy" >bare.muster
  { cat bare.muster; number=0
    for condition in "${conditions[@]}"; do number=$((number + 1)); echo "guarantee \"promise $number\": $condition"; done
  } >promises.muster
  for seed in 1 2 3; do
    "$muster" test promises.muster --leads 2000 --seed "$seed" >told.txt 2>errors.txt || true
    if [[ -s errors.txt ]]; then echo "$name:"; cat errors.txt; wrong=$((wrong + 1)); break; fi
    kept=$((kept + $(grep -c "no counterexample" told.txt || true)))
    sed -n '/^test "/,/^}/p' told.txt >tests.txt
    count=$(grep -c '^test "' tests.txt || true)
    ((count)) || continue
    cat bare.muster tests.txt >again.muster
    "$muster" test again.muster >again.txt 2>&1 || true
    failed=$(grep -c "^FAIL  counterexample to" again.txt || true)
    broken=$((broken + count))
    if ((failed != count)); then
      echo "$name, seed $seed: $failed of $count printed tests fail as they should"; cat tests.txt again.txt
      wrong=$((wrong + count - failed))
    fi
  done
done
echo "$broken counterexamples, $wrong do not come back; $kept promises were not broken"
((wrong == 0 && broken >= 60))
