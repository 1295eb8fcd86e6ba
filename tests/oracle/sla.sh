#!/usr/bin/env bash
# tests/oracle/sla.sh MUSTER SLA_ORACLE: every clause of an agreement (sla_policy.muster) over a year of leads, against
# a count that shares no code with Muster: the tables, and the verdicts lead by lead.
set -euo pipefail
muster=$(readlink -f "$1")
oracle=$(readlink -f "$2")
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/oracle/sla_tables.sh
source "$here/sla_tables.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
judge() {  # seed, policy, mode of the oracle
  local data=$folder/$1
  mkdir "$data"
  "$oracle" generate "$data" "$1" 2000
  write_tables "$muster" "$2" "$data" --verdicts "$data/verdicts.csv"
  "$oracle" "$3" "$data"
}

judge 1 "$here/sla_policy.muster" compare
sed 's/# clock pauses/clock pauses/; s/5 business days/40 hours/; s/2 business days/16 hours/' "$here/sla_policy.muster" \
  >"$folder/paused.muster"
judge 2 "$folder/paused.muster" compare-paused
