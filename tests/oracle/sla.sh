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
for seed in 1 2; do
  mkdir "$folder/$seed"
  "$oracle" generate "$folder/$seed" "$seed" 2000
  write_tables "$muster" "$here/sla_policy.muster" "$folder/$seed" --verdicts "$folder/$seed/verdicts.csv"
  "$oracle" compare "$folder/$seed"
done
