#!/usr/bin/env bash
# Each fact has its example: every diagnostic has tests/golden/diagnostics/CODE.golden that shows its code, every
# function has tests/golden/functions/NAME.golden that calls it; and no example is left of a fact that is gone.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
bad=0
complain() { echo "$1"; bad=1; }

codes=$(sed -n 's/^MUSTER_DIAGNOSTIC([a-z0-9_]*, "\(M[0-9]*\)".*/\1/p' lang/spec/diagnostics.def)
functions=$(sed -n 's/^MUSTER_FUNCTION(\([a-z0-9_]*\),.*/\1/p' lang/spec/functions.def)
[[ -n $codes && -n $functions ]] || complain "the tables could not be read: this test no longer sees them"

repeated=$(sort <<<"$codes" | uniq -d)
[[ -z $repeated ]] || complain "lang/spec/diagnostics.def: a code is used twice: $repeated"
for code in $codes; do
  case=tests/golden/diagnostics/$code.golden
  if [[ ! -f $case ]]; then
    complain "$case is missing: show the mistake and its message"
  elif ! sed -n '/^-- expected --$/,$p' "$case" | grep -q "$code"; then
    complain "$case: its expected section does not show $code"
  fi
done
for name in $functions; do
  case=tests/golden/functions/$name.golden
  if [[ ! -f $case ]]; then
    complain "$case is missing: show what the function does"
  elif ! grep -q "$name(" "$case"; then
    complain "$case does not call $name"
  fi
done
for case in tests/golden/diagnostics/M*.golden; do  # others show several at once
  [[ -e $case ]] || continue
  name=$(basename "$case" .golden)
  grep -qx "$name" <<<"$codes" || complain "$case: there is no diagnostic $name"
done
for case in tests/golden/functions/*.golden; do
  [[ -e $case ]] || continue
  name=$(basename "$case" .golden)
  grep -qx "$name" <<<"$functions" || complain "$case: there is no function $name"
done
exit $bad
