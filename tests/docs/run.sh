#!/usr/bin/env bash
# tests/docs/run.sh [--update] MUSTER: what the pages show is true.
#
# Every block of Muster in README.md, docs/*.md and docs/reference/*.md passes `muster check` without a warning, and
# stands as `muster fmt` writes it: a reader copies it. The first block of a page is the data that its other blocks are
# about; a block with an `object Lead` of its own, or with that of a CRM's module, stands alone. A block that names a
# file behind its language, ```text shared/names.txt, lies beside the others under that name.
#
# A page in which a line says "Save this as `FILE`:" is walked from top to bottom in an empty folder, as its reader would:
#   Save this as `FILE`:    the block below the line becomes the file
#   Add this to `FILE`:     the block below the line is appended to it
#   ```sh                   is typed; a ```text block directly below is all that the terminal then shows. A line `...`
#                           in it stands for any lines. Without such a block the command has to succeed.
# --update puts what the terminal shows into the pages, wherever no `...` stands, and each policy into its one layout.
set -euo pipefail
update=0
if [[ $1 == --update ]]; then
  update=1
  shift
fi
bin=$(mktemp -d)
folder=$(mktemp -d)
trap 'rm -rf "$bin" "$folder"' EXIT
ln -s "$(readlink -f "$1")" "$bin/muster"
export PATH=$bin:$PATH LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1
here=$(cd "$(dirname "$0")/../.." && pwd)

formats=0
if muster fmt --help >/dev/null 2>&1; then formats=1; fi
failed=0
checked=0

complain() {  # title, file with what was seen
  echo "$1"
  sed 's/^/    /' "$2"
  failed=1
}

# check NAME FILE: the policy FILE passes; it lies in $folder.
check() {
  checked=$((checked + 1))
  if ! (cd "$folder" && muster check "$2") >"$bin/out" 2>&1 || ! grep -q ": 0 errors, 0 warnings" "$bin/out"; then
    complain "$1 does not pass muster check:" "$bin/out"
  fi
}

# formatted NAME FILE: the block stands as `muster fmt` writes it.
formatted() {
  ((formats)) || return 0
  if ! muster fmt --check "$2" >"$bin/out" 2>&1; then complain "$1 is not what muster fmt writes:" "$bin/out"; fi
}

# blocks FILE FOLDER: writes the blocks marked ```muster to FOLDER/block1, FOLDER/block2, ..., and those that name a file.
blocks() {
  awk -v folder="$2" '
    /^```[a-z]+ [A-Za-z0-9_.\/-]+$/ {
      inside = 1
      beside = file = folder "/" $2
      sub(/\/[^\/]*$/, "", beside)
      system("mkdir -p \047" beside "\047")
      next
    }
    /^```muster$/ { inside = 1; file = folder "/block" (++count); printf "" > file; next }
    /^```$/ { inside = 0 }
    inside { print > file }' "$1"
}

layout() {  # page: its policies as `muster fmt` writes them
  local line inside=0 body='' out='' formatted
  while IFS= read -r line; do
    if ((inside)) && [[ $line != '```' ]]; then
      body+=$line$'\n'
      continue
    fi
    if ((inside)); then
      formatted=$(printf %s "$body" | muster fmt - 2>/dev/null) || formatted=${body%$'\n'}
      out+=$formatted$'\n'
      inside=0 body=''
    fi
    if [[ $line == '```muster'* ]]; then inside=1; fi
    out+=$line$'\n'
  done <"$1"
  printf %s "$out" >"$1"
}

check_blocks() {  # page
  local name=${1#"$here"/} i block policy
  rm -rf "${folder:?}"/*
  blocks "$1" "$folder"
  for ((i = 1; ; i++)); do
    block=$folder/block$i
    [[ -e $block ]] || break
    policy=$folder/policy$i.muster
    cp "$block" "$policy"
    formatted "$name, block $i" "$policy"
    if ((i > 1)) && ! grep -qE '^(object Lead|import std\.crm)' "$block"; then cat "$folder/block1" "$block" >"$policy"; fi
    check "$name, block $i" "policy$i.muster"
    if grep -q '^test ' "$policy" && ! (cd "$folder" && muster test "$policy") >"$bin/out" 2>&1; then
      complain "a test of $name, block $i fails:" "$bin/out"
    fi
  done
}

# What differs from machine to machine has one name in the pages.
steady() { sed -E 's/tz database [0-9a-z]+/tz database VERSION/'; }

# fits SHOWN EXPECTED: the terminal's lines are the page's, in which `...` stands for one or more lines.
fits() {
  local pattern
  pattern=$(sed -E '/^\.\.\.$/ { s/.*/*/; b }; s/[][\\*?()!@+|]/\\&/g' <<<"$2")
  # shellcheck disable=SC2053  # the right side is a pattern
  [[ $1 == $pattern ]]
}

# Types the commands of a ```sh block; what the terminal shows is in $shown.
shown=''
type_in() {  # page and line, commands
  local code=0
  (cd "$folder" && bash -c "$2") >"$bin/out" 2>&1 || code=$?
  shown=$(steady <"$bin/out")
  typed_at=$1
  typed_code=$code
}
# Nothing follows that says what the terminal shows: the commands have to succeed.
settle() {
  if [[ -n $typed_at ]] && ((typed_code)); then complain "$typed_at ended with code $typed_code:" "$bin/out"; fi
  typed_at=''
}

walk() {  # page
  local name=${1#"$here"/} number=0 line kind='' body='' told='' out='' file
  typed_at='' typed_code=0
  rm -rf "${folder:?}"/*
  while IFS= read -r line; do
    number=$((number + 1))
    if [[ -z $kind ]]; then
      out+=$line$'\n'
      if [[ $line =~ ^\`\`\`([a-z]+) ]]; then
        kind=${BASH_REMATCH[1]} body=''
      elif [[ -n $line ]]; then
        settle
        told=$line
      fi
      continue
    fi
    if [[ $line != '```' ]]; then
      body+=$line$'\n'
      continue
    fi
    # A block is complete.
    if [[ $kind == text && -n $typed_at ]]; then
      if ! fits "$shown" "${body%$'\n'}"; then
        if ((update)) && ! grep -qx '\.\.\.' <<<"$body"; then
          body=$shown$'\n'
        else
          diff <(printf %s "$body") <(printf '%s\n' "$shown") >"$bin/difference" || true
          complain "$typed_at shows something else (>) than the page (<):" "$bin/difference"
        fi
      fi
      typed_at=''
    elif [[ $kind == sh ]]; then
      settle
      type_in "$name, line $number" "$body"
    elif [[ $told =~ ^(Save|Add)\ this\ (as|to)\ \`([A-Za-z0-9._/-]+)\`:$ ]]; then
      file=$folder/${BASH_REMATCH[3]}
      mkdir -p "$(dirname "$file")"
      if [[ ${BASH_REMATCH[1]} == Save ]]; then printf %s "$body" >"$file"; else printf '\n%s' "$body" >>"$file"; fi
      if [[ $kind == muster ]]; then
        printf %s "$body" >"$bin/block.muster"
        formatted "$name, line $number" "$bin/block.muster"
        check "$name, line $number" "${BASH_REMATCH[3]}"
      fi
    elif [[ $kind == muster ]]; then
      echo "$name, line $number: this page is walked, but nothing says which file the block belongs to"
      failed=1
    fi
    told=''
    kind=''
    out+=$body'```'$'\n'
  done <"$1"
  settle
  if ((update)); then printf %s "$out" >"$1"; fi
}

for page in "$here"/README.md "$here"/docs/*.md "$here"/docs/reference/*.md; do
  if ((update && formats)); then layout "$page"; fi
  # shellcheck disable=SC2016  # backticks of Markdown
  if grep -q '^Save this as `.*`:$' "$page"; then walk "$page"; else check_blocks "$page"; fi
  name=${page#"$here/docs/"}
  if [[ $name != "$page" && $name != README.md ]] && ! grep -qF "]($name)" "$here/docs/README.md"; then
    echo "docs/README.md does not name $name"
    failed=1
  fi
done
if ((checked < 45)); then
  echo "only $checked blocks were found; are they still marked \`\`\`muster?"
  failed=1
fi
echo "$checked blocks checked"
exit $failed
