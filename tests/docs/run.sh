#!/usr/bin/env bash
# tests/docs/run.sh MUSTER: every block of Muster in README.md and the reference's pages passes `muster check`,
# without a warning: a reader copies it.
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

# files FILE: writes the blocks that name a file behind their language, ```text shared/names.txt, under that name.
files() {
  local name
  while read -r _ name; do
    mkdir -p "$folder/$(dirname "$name")"
    awk -v name="$name" '
      /^```[a-z]+ / && $2 == name { inside = 1; next }
      /^```$/ { inside = 0 }
      inside' "$1" >"$folder/$name"
  done < <(grep -E '^```[a-z]+ [A-Za-z0-9_/.]+$' "$1")
}

failed=0
checked=0
check() {  # name, file
  checked=$((checked + 1))
  if ! (cd "$folder" && "$muster" check "$2") >"$folder/out" 2>&1 || ! grep -q ": 0 errors, 0 warnings" "$folder/out"; then
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
# A page of the reference: its first block is the data that its other blocks are about; a block that imports a CRM has
# its data from there and stands alone.
for page in language behaviour frameworks library; do
  files "$here/docs/$page.md"
  blocks "$here/docs/$page.md" "$folder/$page"
  for ((i = 1; ; i++)); do
    [[ -e $folder/$page$i ]] || break
    policy=$folder/$page-$i.muster
    if ((i == 1)) || grep -q '^import std\.crm' "$folder/$page$i"; then cp "$folder/$page$i" "$policy"; else cat "$folder/${page}1" "$folder/$page$i" >"$policy"; fi
    check "docs/$page.md, block $i" "$policy"
  done
done
if ((checked < 15)); then
  echo "only $checked blocks were found; are they still marked \`\`\`muster?"
  exit 1
fi
echo "$checked blocks checked"
exit $failed
