#!/usr/bin/env bash
# The grammar page knows every word of the language: whatever lang/spec/*.def adds is described there.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
page=$root/docs/reference/grammar.md
text=$(<"$page")
failed=0
found=0

# names FILE MACRO: the first argument of each row, without quotes.
names() { sed -nE "s/^$2\((\"([^\"]*)\"|([A-Za-z_]+)).*/\2\3/p" "$root/lang/spec/$1.def"; }

# expect KIND WORDS...: each stands on the page between quotes, backticks, or as a cell or word of its own.
expect() {
  local kind=$1 word
  shift
  for word in "$@"; do
    found=$((found + 1))
    if ! grep -qE "(^|[^A-Za-z0-9_])$word([^A-Za-z0-9_]|\$)" <<<"$text"; then
      echo "docs/reference/grammar.md says nothing about the $kind \`$word\`"
      failed=1
    fi
  done
}

mapfile -t reserved < <(names keywords MUSTER_RESERVED)
mapfile -t declarations < <(names keywords MUSTER_DECLARATION)
mapfile -t functions < <(names functions MUSTER_FUNCTION)
mapfile -t limits < <(names limits MUSTER_LIMIT)
mapfile -t types < <(sed -nE 's/^MUSTER_SCALAR_TYPE\([a-z]+, "([a-z]+)".*/\1/p' "$root/lang/spec/types.def")
mapfile -t tests < <(sed -nE 's/^MUSTER_TEXT_TEST\([a-z_]+, "([a-z ]+)".*/\1/p' "$root/lang/spec/operators.def")
mapfile -t units < <(sed -nE 's/^MUSTER_DURATION_UNIT\(([a-z]+), "([a-z]+)".*/\1\n\2/p' "$root/lang/spec/units.def")
expect "reserved word" "${reserved[@]}"
expect declaration "${declarations[@]}"
expect function "${functions[@]}"
expect limit "${limits[@]}"
expect type "${types[@]}"
expect "text test" "${tests[@]}"
expect unit "${units[@]}"
# Every table was read: an empty list would make this test pass.
for count in "${#reserved[@]}" "${#declarations[@]}" "${#functions[@]}" "${#limits[@]}" "${#types[@]}" "${#tests[@]}" "${#units[@]}"; do
  if ((count < 5)); then
    echo "a table of lang/spec was not read: $count rows"
    failed=1
  fi
done

# Each declaration also stands in a block that the tests check.
shown=$(awk '/^```muster$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$page")
for word in "${declarations[@]}"; do
  if ! grep -qE "^$word " <<<"$shown"; then
    echo "docs/reference/grammar.md has no example of \`$word\`"
    failed=1
  fi
done
echo "$found words looked up"
exit $failed
