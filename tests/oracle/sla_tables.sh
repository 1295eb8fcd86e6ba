# shellcheck shell=bash
# Sourced by tests/oracle/sla.sh and tests/bench/run_sla_bench.sh.

# write_tables MUSTER POLICY FOLDER [OPTION...]: every table of the report that the oracle judges, beside the leads in the
# folder; the options are for the first one. The moment of the report is that of tests/oracle/sla_world.h.
write_tables() {
  local muster=$1 policy=$2 folder=$3 table
  shift 3
  for table in handoffs clauses parties owners weeks volume pace; do
    report_table "$muster" "$policy" "$folder" "$table" "$@"
    set --
  done
}
report_table() {
  local muster=$1 policy=$2 folder=$3 table=$4
  shift 4
  "$muster" sla "$policy" "$folder/leads.csv" "Activity=$folder/activities.csv" --as-of 2026-11-18T15:00:00 --quiet \
    --format csv --table "$table" -o "$folder/$table.csv" "$@"
}
