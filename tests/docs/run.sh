#!/usr/bin/env bash
# tests/docs/run.sh MUSTER: every block of Muster in README.md and docs/language.md passes `muster check`.
# On docs/language.md the first block is the data that all later blocks are about.
set -euo pipefail
muster=$(readlink -f "$1")
here=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# blocks FILE PREFIX: writes the blocks marked ```muster to PREFIX1, PREFIX2, ...
blocks() {
  awk -v prefix="$2" '
    /^```muster$/ { inside = 1; file = prefix (++count); printf "" > file; next }
    /^```$/ { inside = 0 }
    inside { print > file }' "$1"
}

failed=0
checked=0
check() {  # name, file
  checked=$((checked + 1))
  if ! (cd "$folder" && "$muster" check "$2") >"$folder/out" 2>&1; then
    echo "$1 does not pass muster check:"
    cat "$folder/out"
    failed=1
  fi
}

blocks "$here/README.md" "$folder/readme"
for block in "$folder"/readme*; do
  [[ -e $block ]] || continue
  mv "$block" "$block.muster"
  check "README.md, block ${block##*readme}" "$block.muster"
done
blocks "$here/docs/language.md" "$folder/language"
for ((i = 1; ; i++)); do
  [[ -e $folder/language$i ]] || break
  if ((i == 1)); then cp "$folder/language1" "$folder/page1.muster"; else cat "$folder/language1" "$folder/language$i" >"$folder/page$i.muster"; fi
  check "docs/language.md, block $i" "$folder/page$i.muster"
done
if ((checked < 8)); then
  echo "only $checked blocks were found; are they still marked \`\`\`muster?"
  exit 1
fi
echo "$checked blocks checked"
exit $failed
