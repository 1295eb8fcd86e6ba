#!/usr/bin/env bash
# tests/golden/run.sh [--update] [--with-jit] [--muster PATH] FILE|FOLDER...: runs golden cases and compares what people
# would see. With --update the expected sections are rewritten with what came out. Without the compiler of kernels cases
# compare no jit; --with-jit says that it must be there. The form of a case is in README.md.
set -uo pipefail
shopt -s globstar nullglob

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MUSTER_SOURCE=$(cd "$here/../.." && pwd)
muster=$MUSTER_SOURCE/build/release/tools/muster
update=no
needs_jit=no
paths=()
while (($#)); do
  case $1 in
    --update) update=yes ;;
    --with-jit) needs_jit=yes ;;
    --muster) shift; muster=${1:?--muster takes a path} ;;
    -*) echo "run.sh: unknown option $1" >&2; exit 2 ;;
    *) paths+=("$1") ;;
  esac
  shift
done
if ((${#paths[@]} == 0)); then paths=("$here"); fi
if [[ ! -x $muster ]]; then
  echo "run.sh: there is no program at $muster; build it, or name another with --muster" >&2
  exit 2
fi
muster=$(cd "$(dirname "$muster")" && pwd)/$(basename "$muster")

cases=()
for path in "${paths[@]}"; do
  if [[ -d $path ]]; then
    found=("$path"/**/*.golden)
    cases+=(${found[@]+"${found[@]}"})
  elif [[ -f $path ]]; then
    cases+=("$path")
  else
    echo "run.sh: no such file or folder: $path" >&2
    exit 2
  fi
done
if ((${#cases[@]} == 0)); then
  echo "run.sh: no case (*.golden) in ${paths[*]}" >&2
  exit 2
fi

scratch=$(mktemp -d)
trap 'chmod -R u+rwX "$scratch" 2>/dev/null; rm -rf "$scratch"' EXIT

# What a case's command sees: nothing of the machine but the tools, the source tree and the program.
export MUSTER_SOURCE NO_COLOR=1 LC_ALL=C.UTF-8 TZ=UTC COLUMNS=100
unset CDPATH ENV BASH_ENV
mkdir "$scratch/bin"
ln -s "$muster" "$scratch/bin/muster"
generator=$(dirname "$muster")/muster-generate-leads
if [[ -x $generator ]]; then ln -s "$generator" "$scratch/bin/muster-generate-leads"; fi
export PATH=$scratch/bin:$PATH

# The engines that a case compares.
export MUSTER_ENGINES="interpreter jit"
mkdir "$scratch/probe"
printf 'object Lead { lead_id: text key }\nscore s { +1 when lead_id = "a" }\n' >"$scratch/probe/policy.muster"
printf 'lead_id\na\n' >"$scratch/probe/leads.csv"
if ! (cd "$scratch/probe" && muster run policy.muster leads.csv --engine jit -q) >"$scratch/probe/notes" 2>&1; then
  if [[ $needs_jit == yes ]]; then
    echo "run.sh: --engine jit does not work:" >&2
    cat "$scratch/probe/notes" >&2
    exit 2
  fi
  echo "run.sh: no compiler of kernels: what compares engines has the interpreter only" >&2
  MUSTER_ENGINES=interpreter
fi

# Splits a case: files into $1, command and expected beside it. Lines of a section that look like a marker are
# written with a backslash before them, which is taken off here.
split_case() {
  awk -v root="$1" -v out="$2" '
    /^-- (file [^ ].*|command|expected) --$/ {
      if ($2 == "file") {
        name = $0; sub(/^-- file /, "", name); sub(/ --$/, "", name)
        if (name ~ /^\// || name ~ /(^|\/)\.\.(\/|$)/) { print "a file name leaves the folder: " name; exit 1 }
        target = root "/" name
        folder = target; sub(/\/[^\/]*$/, "", folder)
        if (folder != root) { quoted = folder; gsub(/\047/, "\047\\\047\047", quoted); system("mkdir -p \047" quoted "\047") }
      } else {
        target = out "/" $2; seen[$2]++
      }
      printf "" > target
      next
    }
    target == "" {
      if ($0 !~ /^#/ && $0 !~ /^[ \t]*$/) { print "line " NR " stands before the first section and is no comment"; exit 1 }
      next
    }
    { if (/^\\+-- /) $0 = substr($0, 2); print > target }
    END { if (seen["command"] != 1) { print "there must be one `-- command --`"; exit 1 } }
  ' "$3"
}

# The case as it is up to its expected section, then what came out.
write_case() {
  local temporary="$1.new"
  {
    awk '/^-- expected --$/ { exit } { print }' "$1"
    echo "-- expected --"
    awk '/^\\*-- / { $0 = "\\" $0 } { print }' "$2"
  } >"$temporary" && mv "$temporary" "$1"
}

passed=0 failed=0 skipped=0 updated=0
for case in "${cases[@]}"; do
  work=$scratch/case
  chmod -R u+rwX "$work" 2>/dev/null
  rm -rf "$work" "$scratch/parts"
  mkdir -p "$work" "$scratch/parts"
  if ! complaint=$(split_case "$work" "$scratch/parts" "$case"); then
    echo "FAILED $case: $complaint"
    failed=$((failed + 1))
    continue
  fi
  (cd "$work" && HOME=$work exec bash "$scratch/parts/command") >"$scratch/actual" 2>&1 </dev/null
  code=$?
  if ((code == 77)); then
    echo "skipped $case: $(head -n 1 "$scratch/actual")"
    skipped=$((skipped + 1))
    continue
  fi
  # Whatever a case is about, a policy that `muster init` writes has the one layout and no errors.
  for written in "$work"/*.muster; do
    grep -q '^# Made by .muster init. from the names' "$written" || continue
    (cd "$work" && muster fmt --check "${written##*/}" && muster check "${written##*/}" >/dev/null) >>"$scratch/actual" 2>&1
  done
  # What differs between machines and is nobody's mistake.
  sed -i 's/(tz database [0-9a-z]*)/(tz database VERSION)/' "$scratch/actual"
  # The last line may lack its end.
  if [[ -s $scratch/actual && -n $(tail -c 1 "$scratch/actual") ]]; then echo >>"$scratch/actual"; fi
  echo "exit code $code" >>"$scratch/actual"
  touch "$scratch/parts/expected"
  if cmp -s "$scratch/parts/expected" "$scratch/actual"; then
    passed=$((passed + 1))
  elif [[ $update == yes ]]; then
    write_case "$case" "$scratch/actual"
    echo "updated $case"
    updated=$((updated + 1))
  else
    echo "FAILED $case"
    sed -n 's/^# \{0,1\}/    /p; /^--/q' "$case"
    diff -U 3 --label expected --label "what came out" "$scratch/parts/expected" "$scratch/actual" | sed 's/^/    /'
    failed=$((failed + 1))
  fi
done

echo "$passed passed, $failed failed, $skipped skipped, $updated updated"
((failed == 0))
