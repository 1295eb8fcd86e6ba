#!/usr/bin/env bash
# tests/bench/cost/run.sh [--update] [BUILD]: how many instructions small fixed runs of Muster take, counted by callgrind,
# against expected.txt beside this file. BUILD is a release build, build/release by default. Fails where a count is off by
# more than the band, in either direction; --update writes the counts of this build instead.
#
# Counts do not depend on how busy the machine is. They must not depend on its processor either: callgrind knows no
# AVX-512, so that Muster takes its loops for AVX2, a machine without that is passed over, and the C library is told to
# leave what else a processor may have (the names are glibc's; one that it does not know is passed over). What the
# dynamic loader does is not counted.
set -euo pipefail
cd "$(dirname "$0")/../../.."
update=false
if [[ ${1:-} == --update ]]; then
  update=true
  shift
fi
build=${1:-build/release}
expected=tests/bench/cost/expected.txt
# Two runs of one program differ by up to 0.2 %, as hashes have a seed for each process. Another compiler's counts differ
# by up to 14 %, so that the file holds those of one.
band_percent=2
folder=$build/tests/bench/cost
mkdir -p "$folder"

skip() { echo "skipped: $*"; exit 77; }
command -v valgrind >/dev/null || skip "valgrind is not installed (scripts/setup test brings it)"
for instructions in avx2 fma; do
  grep -qw "$instructions" /proc/cpuinfo || skip "expected.txt holds the counts of machines that have $instructions"
done
# Of the compiler that CMake found: name and major version.
compiler=$(sed -n 's/^set(CMAKE_CXX_COMPILER_\(ID\|VERSION\) "\([A-Za-z]*[0-9]*\).*/\2/p' \
  "$build"/CMakeFiles/*/CMakeCXXCompiler.cmake | paste -s -d ' ')
expected_compiler=$(sed -n 's/^compiler //p' "$expected" 2>/dev/null || true)
if ! $update && [[ $compiler != "$expected_compiler" ]]; then
  skip "expected.txt holds the counts of $expected_compiler, and this build is by $compiler"
fi

muster=$build/tools/muster
leads=$folder/leads.csv
rule_leads=$folder/rule-leads.csv
"$build/tools/muster-generate-leads" 5000 7 >"$leads"
"$build/tests/bench/generate_rules" leads 2048 >"$rule_leads"
for rules in 100 1000; do "$build/tests/bench/generate_rules" rules "$rules" >"$folder/$rules-rules.muster"; done

# Sets `seen` to the instructions of a command within one function and what that calls.
instructions_in() {  # function, command...
  local function=$1 log=$folder/callgrind.log status=0
  shift
  env -i PATH="$PATH" LC_ALL=C TZ=UTC LD_BIND_NOW=1 \
    GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX,-AVX2_Usable,-AVX_Usable,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM,-BMI2,-RTM,-SSE4_2,-SSSE3 \
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="$function" \
    "$@" >"$folder/output.log" 2>"$log" || status=$?
  seen=$(sed -n 's/^==[0-9]*== Collected : \([0-9]*\).*/\1/p' "$log")
  if ((status != 0)) || [[ -z $seen ]] || ((seen == 0)); then
    tail -n 20 "$log" "$folder/output.log"
    echo "callgrind could not count: $*"
    exit 1
  fi
}

run_rules() {  # number of rules
  instructions_in 'muster::runtime::Interpreter::evaluate*' "$muster" run "$folder/$1-rules.muster" "$rule_leads" \
    --as-of 2026-01-01 --engine interpreter --threads 1 --columns scores --quiet -o "$folder/scored.csv" --rejects "$folder/rejects.csv"
}

declare -A instructions
cases=(run_5000_leads check_largest_example check_1000_rules evaluate_100_rules evaluate_1000_rules)
for case in "${cases[@]}"; do
  case $case in
    run_5000_leads)
      instructions_in main "$muster" run tests/bench/thirty_rules.muster "$leads" --as-of 2026-02-01 --max-rejects 2% \
        --engine interpreter --threads 1 --quiet -o "$folder/scored.csv" --rejects "$folder/rejects.csv" ;;
    check_largest_example) instructions_in main "$muster" check examples/acme/policy.muster ;;
    check_1000_rules) instructions_in main "$muster" check "$folder/1000-rules.muster" ;;
    evaluate_100_rules) run_rules 100 ;;
    evaluate_1000_rules) run_rules 1000 ;;
  esac
  instructions[$case]=$seen
done

if $update; then
  {
    echo "# Instructions of each case of run.sh; tests/bench/cost/run.sh --update writes this file."
    echo "compiler $compiler"
    for case in "${cases[@]}"; do echo "$case ${instructions[$case]}"; done
  } >"$expected"
  echo "$expected: the counts of $compiler are written"
  exit 0
fi

bad=0
for case in "${cases[@]}"; do
  was=$(awk -v name="$case" '$1 == name { print $2 }' "$expected")
  if [[ -z $was ]]; then
    echo "$case: expected.txt has no count"
    bad=1
    continue
  fi
  now=${instructions[$case]}
  percent=$(awk -v was="$was" -v now="$now" 'BEGIN { printf "%+.2f", (now - was) / was * 100 }')
  if awk -v percent="$percent" -v band="$band_percent" 'BEGIN { exit percent <= band && percent >= -band }'; then
    echo "$case: expected $was instructions, seen $now ($percent %), which is beyond the band of $band_percent %"
    bad=1
  else
    echo "$case: $now instructions ($percent %)"
  fi
done
# The cost of a lead grows no faster than the number of rules.
if ((instructions[evaluate_1000_rules] > 10 * instructions[evaluate_100_rules])); then
  echo "evaluate_1000_rules: ${instructions[evaluate_1000_rules]} instructions are more than ten times those of 100 rules"
  bad=1
fi
if ((bad)); then
  echo "Where the change is wanted: tests/bench/cost/run.sh --update, and say why in the commit."
fi
exit $bad
