#!/usr/bin/env bash
# tests/limit/run.sh MUSTER: policies at and beyond every limit. Each ends within the time allowed, with the exit code
# and the message that are written beside it, and never by a signal. What a failure means is in README.md.
set -uo pipefail
muster=${1:?usage: run.sh MUSTER}
seconds=${MUSTER_LIMIT_SECONDS:-30}  # what no case may take, on a slow machine with sanitizers; most take well under 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8 NO_COLOR=1
touch "$scratch/failed"  # a line for each; the cases run at the ends of pipes

# repeat N TEXT: the text N times; each `@` in it becomes the number of the copy, from 1.
repeat() {
  local line=${2%$'\n'} number='&'  # what sed puts in for the number
  if [[ $line == *@* ]]; then seq "$1" | sed "s/.*/${line//@/"$number"}/"; else yes -- "$line" | head -n "$1"; fi |
    if [[ $2 == *$'\n' ]]; then cat; else tr -d '\n'; fi
}

lead='object Lead {
  lead_id: text key
  n: int?
  t: text?
  a: bool?
}
'

# case_of NAME EXIT_CODE MESSAGE [ARGUMENT...]: checks the policy on the standard input. MESSAGE is an extended regular
# expression that a line of the output must match.
case_of() {
  cat >"$scratch/policy.muster"
  case_of_file "$scratch/policy.muster" "$@"
}

# case_of_file POLICY NAME EXIT_CODE MESSAGE [ARGUMENT...]: the same for a file.
case_of_file() {
  local policy=$1 name=$2 code=$3 message=$4
  shift 4
  local begin=$EPOCHREALTIME
  timeout "$seconds" "$muster" check "$policy" "$@" >"$scratch/out" 2>&1
  local got=$?
  local end=$EPOCHREALTIME
  if ((got != code)); then
    echo "FAILED $name: exit code $got, expected $code"
    head -c 600 "$scratch/out"
    echo "$name" >>"$scratch/failed"
  elif ! grep -Eq -- "$message" "$scratch/out"; then
    echo "FAILED $name: no line matches: $message"
    head -c 600 "$scratch/out"
    echo "$name" >>"$scratch/failed"
  else
    printf 'ok %s, %d ms\n' "$name" "$(((${end/./} - ${begin/./}) / 1000))"
  fi
}

fine='0 errors, [0-9]+ warnings?'  # names that nothing uses are told
deep='M1004: this is nested more than 200 levels deep'

# ---- rows, tables, frameworks
rows='object Lead {
  lead_id: text key
  n: int?
  t: text?
  many Activity by lead_id
}
object Activity {
  activity_id: text key
  lead_id: text
  at: datetime time
  m: int?
  s: text?
  what: kind { PageView, Webinar }
  many Activity by lead_id
}
'
{ echo "$rows"; printf 'output x = any Activity where ('; repeat 300 'any Activity where ('; } | case_of '300 rows inside rows, not closed' 1 'M1004|M1001'
{ echo "$rows"; printf 'output x = '; repeat 60 'any Activity where ('; printf 'm > 1'; repeat 60 ')'; echo; } | case_of '60 rows inside rows' 0 "$fine"
{ echo "$rows"; echo 'score s {'; repeat 5000 '  +1 per PageView where m > @ in last @ days, counting latest 1 per day, halving every @ days
'; echo '}'; } | case_of '5,000 rules over rows' 0 "$fine"
{ echo "$rows"; echo 'score s {'; repeat 50000 '  +1 per PageView where m > @ in last 30 days
'; echo '}'; } | case_of '50,000 rules over rows' 1 'larger than 1048576 bytes'
{ echo "$rows"; echo 'table g(t: text): int {'; repeat 20000 '  "word @" = @
'; echo '}'; echo 'output x = g(t)'; } | case_of 'a table of 20,000 texts' 0 "$fine"
{ echo "$rows"; echo 'table g(a: int, b: int): int unique {'; repeat 3000 '  @ | any = @
'; echo '  otherwise = 0'; echo '}'; echo 'output x = g(n, n)'; } | case_of 'a table of 3,000 rows of two numbers' 0 "$fine"
{ echo "$rows"; echo 'framework F {'; repeat 3000 '  L@ met when n > @
'; echo '  qualified when at least 1500 met'; echo '}'; } | case_of 'a framework of 3,000 letters' 0 "$fine"
{ echo "$rows"; echo 'framework F in order, stop at first not met {'; repeat 3000 '  L@ met when n > @
'; echo '}'; } | case_of '3,000 letters in order' 0 "$fine"
{ echo "$rows"; echo 'lifecycle {'; repeat 2000 '  stage S@ when n > @
'; echo '}'; } | case_of '2,000 stages' 0 "$fine"
{ echo "$rows"; printf 'setting x: int = 1'; repeat 5000 ', @ from 2026-01-01'; echo; echo 'output y = x'; } | case_of '5,000 values from one day' 1 'M2082'
{ echo "$rows"; printf 'score s { group "a" { '; repeat 300 'group "a" { '; } | case_of '300 groups, none closed' 1 'M1004|M1001'
{ echo "$rows"; echo 'output x = at least 4000000000 days of PageView within 7 days'; } | case_of 'four thousand million days' 1 'M2042'
{ echo "$rows"; echo 'output x = count of PageView in last 4000000000 months'; } | case_of 'four thousand million months' 1 'M[0-9]+'
{ echo "$rows"; echo 'score s { +1 per PageView, halving every 9000000000000 days }'; } | case_of 'a half-life longer than time' 1 'M[0-9]+'

{ echo "$lead"; echo 'let x0 = match n { under 1: 2 | otherwise: n / n }'; seq 40000 | awk '{ print "let x" $1 " = x" $1 - 1 }'; echo 'score s { points by x40000 { 0: 1 | otherwise: 2 } }'; echo 'score u = x40000'; } | case_of '40,000 names of one value' 0 "$fine"

# ---- nesting
# Each level is worked out once, for what the lead has and for its bounds.
{ echo "$lead"; printf 'score s = '; repeat 60 '(if '; printf n; repeat 60 ' > 1 then n else 2)'; echo; } | case_of '60 conditional values, each in the condition of the next' 0 "$fine"
{ echo "$lead"; printf 'score s = '; repeat 60 '(match '; printf n; repeat 60 ' { under 1: n | otherwise: 2 })'; echo; } | case_of '60 cases, each the subject of the next' 0 "$fine"
{ echo "$lead"; printf 'table step(x: int): int {\n  under 1 = 1\n  otherwise = 2\n}\nscore s = '; repeat 60 'step('; printf n; repeat 60 ')'; echo; } | case_of '60 look-ups, each of the one before' 0 "$fine"
{ echo "$lead"; printf 'let x = '; repeat 100000 '('; printf 'n'; repeat 100000 ')'; echo; } | case_of '100,000 parentheses' 1 "$deep"
{ echo "$lead"; printf 'let x = '; repeat 100000 '('; } | case_of '100,000 parentheses, none closed' 1 "$deep"
{ echo "$lead"; printf 'let x = '; repeat 190 '('; printf 'n'; repeat 190 ')'; echo; } | case_of '190 parentheses' 0 "$fine"
{ echo "$lead"; printf 'let x = '; repeat 100000 'not '; echo a; } | case_of '100,000 not' 1 "$deep"
{ echo "$lead"; printf 'let x = '; repeat 100000 '- '; echo n; } | case_of '100,000 minus signs' 1 "$deep"
{ echo "$lead"; printf 'let x = '; repeat 100000 '!'; echo a; } | case_of '100,000 exclamation marks' 1 'M1017|M1004'
{ echo "$lead"; printf 'let x = '; repeat 50000 'if a then n else '; echo n; } | case_of '50,000 else if' 1 "$deep"
{ echo "$lead"; printf 'let x = '; repeat 50000 'if '; echo a; } | case_of '50,000 if' 1 "$deep"
{ echo "$lead"; printf 'let x = '; repeat 50000 'match n { under 1: '; echo n; } | case_of '50,000 match' 1 "$deep"
{ echo "$lead"; printf 'let x = '; repeat 50000 'lower('; echo t; } | case_of '50,000 calls' 1 "$deep"
{ echo "$lead"; echo 'icp Deep {'; repeat 50000 'any of {
'; echo 'a'; repeat 50000 '}
'; echo '}'; } | case_of '50,000 groups of criteria' 1 "$deep"
{ echo "$lead"; echo 'score deep {'; repeat 50000 'group {
'; echo '+1 when a'; repeat 50000 '}
'; echo '}'; } | case_of '50,000 groups of points' 1 "$deep"
{ echo "$lead"; printf 'let x = n'; repeat 20000 ' default n'; echo; } | case_of '20,000 default' 1 "$deep|$fine"
{ echo "$lead"; printf 'let x = n'; repeat 20000 ' rounded to 2 digits'; echo; } | case_of '20,000 rounded' 1 "$deep"
{ echo "$lead"; printf 'let x = lead'; repeat 20000 '.n'; echo; } | case_of '20,000 points in a name' 1 'M2059'
repeat 100000 '{' | case_of 'nothing but braces' 1 'M1002'
repeat 100000 '}' | case_of 'nothing but closing braces' 1 'M1002'
repeat 100000 '"' | case_of 'nothing but quotation marks' 1 'M1002|M1005'

# ---- length
{ echo "$lead"; repeat 700000 '# a comment '; } | case_of 'a policy of 10 MB' 1 'larger than 1048576 bytes'
{ echo "$lead"; repeat 80000 '# a comment
'; } | case_of 'a policy of 1 MB of comments' 0 "$fine"
{ echo "$lead"; printf 'let x = a'; repeat 20000 ' or a'; echo; } | case_of '20,000 or' 0 "$fine"
{ echo "$lead"; printf 'let x = n > 0'; repeat 20000 ' and n > @'; echo; } | case_of '20,000 different and' 0 "$fine"
{ echo "$lead"; printf 'let x = n'; repeat 20000 ' + n'; echo; } | case_of 'a sum of 20,000' 0 "$fine"
{ echo "$lead"; printf 'let x = n'; repeat 20000 ' * n'; echo; } | case_of 'a product of 20,000' 1 "$deep"
{ echo "$lead"; printf 'let x = n'; repeat 20000 ' < n'; echo; } | case_of '20,000 comparisons in a chain' 1 'M1008'
{ echo "$lead"; printf 'let x = a'; repeat 10000 ' and a or a'; echo; } | case_of '20,000 and, or without parentheses' 1 'M1007'
{ echo "$lead"; printf 'let x = a'; repeat 20000 ' implies a'; echo; } | case_of '20,000 implies' 1 'M1026'
{ echo "$lead"; printf 'set big = { '; repeat 10000 '"value @", '; echo '}'; echo 'icp In { require t in big }'; } | case_of 'a set of 10,000' 0 "$fine"
{ echo "$lead"; printf 'set big = { '; repeat 10000 '"value @", '; echo '}'; repeat 1000 'let in@ = t in big
'; } | case_of 'a set of 10,000 in 1,000 conditions' 0 "$fine"
{ echo "$lead"; echo 'output v = match t {'; repeat 9000 '  "a text of some length, number @": "SMB"
'; echo '  otherwise: "Other"'; echo '}'; } | case_of 'a table of 9,000 texts with one answer' 0 "$fine"
for junction in and or; do
  { echo "$lead"; echo 'let m0 = a'; for ((k = 1; k <= 12000; k++)); do echo "let m$k = m$((k - 1)) $junction t = \"text $k\""; done
    echo 'icp In { require m12000 }'; } | case_of "12,000 conditions in a chain of $junction" 0 "$fine"
done
{ echo "$lead"; printf 'icp In { require t contains any { '; repeat 10000 '"value @", '; echo '} }'; } | case_of '10,000 texts to look for' 0 "$fine"
{ echo "$lead"; echo 'picklist P {'; repeat 10000 '  m@ = "Member @"
'; echo '}'; } | sed 's/t: text?/t: P?/' | cat - <(repeat 1000 'let is@ = t in { m@, "Member 77" }
') | case_of 'a picklist of 10,000 in 1,000 conditions' 0 "$fine"
{ echo "$lead"; echo 'score s {'; repeat 100000 '  +1 when n > @
'; echo '}'; } | case_of '100,000 rules' 1 'M1006: the policy has more than 100000 parts' --limit source_bytes=9000000
{ echo "$lead"; echo 'score s {'; repeat 15000 '  +1 when n > @
'; echo '}'; } | case_of '15,000 rules' 0 "$fine"
{ echo "$lead"; echo 'score s {'; repeat 100000 '  +1 when n > @
'; echo '}'; } | case_of '100,000 rules, allowed' 1 'M1006|M2045|larger|too large|0 errors' --limit syntax_nodes=2000000 --limit source_bytes=9000000
{ echo 'object Lead {'; echo '  lead_id: text key'; repeat 20000 '  f@: int?
'; echo '}'; } | case_of '20,000 fields' 0 "$fine"
{ echo "$lead"; echo 'score s { points by n {'; repeat 10000 '  @: @
'; echo '  otherwise: 0 } }'; } | case_of '10,000 bands' 0 "$fine"
{ echo "$lead"; echo 'lifecycle {'; repeat 10000 '  stage S@ when n > @
'; echo '}'; } | case_of '10,000 stages' 0 "$fine"
{ echo "$lead"; echo 'route {'; repeat 10000 '  to "Team @" when n > @
'; echo '}'; } | case_of '10,000 rows of a route' 0 "$fine"
{ echo "$lead"; printf 'let '; repeat 100000 'x'; echo ' = 1'; } | case_of 'a name of 100,000 letters' 0 "$fine"
{ echo "$lead"; printf 'let x = '; repeat 100000 '9'; echo; } | case_of 'a number of 100,000 digits' 1 'M1009'
{ echo "$lead"; printf 'let x = t matches regex "'; repeat 1000 '('; echo '"'; } | case_of 'a pattern of 1,000 parentheses' 1 'M2039'
{ echo "$lead"; echo 'icp R { require t matches regex "((a{1,100}){1,100}){1,100}" }'; } | case_of 'a pattern that explodes' 1 'M2039'

# ---- definitions
{ echo "$lead"; echo 'let x0 = n'; repeat 20000 'let x@ = y@ + 1
' | awk '{ sub(/y[0-9]+/, "x" (NR - 1)); print }'; } | case_of 'a chain of 20,000 let' 0 "$fine"
{ echo "$lead"; repeat 20000 'let x@ = y@ + 1
' | awk '{ sub(/y[0-9]+/, "x" (NR + 1)); print }'; echo 'let x20001 = n'; } | case_of 'a chain of 20,000 let, last first' 0 "$fine"
{ echo "$lead"; repeat 20000 'let x@ = y@ + 1
' | awk '{ sub(/y[0-9]+/, "x" (NR % 20000 + 1)); print }'; } | case_of 'a circle of 20,000 let' 1 'M2007'
{ echo "$lead"; echo 'define d0(x: int): int = x'; repeat 2000 'define d@(x: int): int = e@(x) + 1
' | awk '{ sub(/e[0-9]+/, "d" (NR - 1)); print }'; echo 'let y = d2000(n)'; } | case_of 'a chain of 2,000 define' 1 "$deep"
{ echo "$lead"; echo 'define d0(x: int): int = x'; repeat 60 'define d@(x: int): int = e@(x) + e@(x + @)
' | awk '{ gsub(/e[0-9]+/, "d" (NR - 1)); print }'; echo 'let y = d60(n)'; } | case_of '60 define that double' 1 'M2045'
{ echo "$lead"; echo 'define d0(x: int): int = x'; repeat 60 'define d@(x: int): int = e@(x) + e@(x)
' | awk '{ gsub(/e[0-9]+/, "d" (NR - 1)); print }'; echo 'let y = d60(n)'; } | case_of '60 define that use one twice' 0 "$fine"
{ echo "$lead"; echo 'let x0 = n'; repeat 60 'let x@ = y@ + y@
' | awk '{ gsub(/y[0-9]+/, "x" (NR - 1)); print }'; } | case_of '60 let that double' 0 "$fine"
{ echo "$lead"; repeat 20000 'let x = n
'; } | case_of 'one name 20,000 times' 1 'M2001'
{ echo "$lead"; repeat 20000 'let x@ = unknown@
'; } | case_of '20,000 unknown names' 1 'M2002'
{ echo "$lead"; repeat 20000 'scroe x@ { }
'; } | case_of '20,000 misspelled declarations' 1 'M1021'
repeat 20000 'import std.email
' | cat - <(echo "$lead") | case_of 'one module 20,000 times' 0 "$fine"

# ---- files of a policy: what lies outside of its folder, what is no file, too many, too deep
mkdir -p "$scratch/team/inner" "$scratch/outside"
echo 'a secret' >"$scratch/outside/secret.muster"
echo 'picklist Fine { A }' >"$scratch/team/inner/fine.muster"
ln -s ../outside/secret.muster "$scratch/team/link.muster"
ln -s "$scratch/outside/secret.muster" "$scratch/team/absolute.muster"
ln -s ../outside "$scratch/team/linked"
ln -s loop.muster "$scratch/team/loop.muster"
ln -s /proc/self "$scratch/team/magic"
ln -s /dev/zero "$scratch/team/zero.muster"
ln -s inner/fine.muster "$scratch/team/good.muster"
mkfifo "$scratch/team/pipe.muster"
long=$(repeat 5000 'x')
team=$scratch/team/policy.muster
# refused FILE MESSAGE: no kind of declaration reads it, and none of its text is shown.
refused() {
  local kind
  for kind in "import \"$1\"" "set s from \"$1\"" "rates \"$1\" at d"; do
    { echo 'object Lead { lead_id: text key, d: date? }'; echo "$kind"; } >"$team"
    case_of_file "$team" "${kind:0:60}" 1 "$2"
    if grep -q 'a secret' "$scratch/out"; then
      echo "FAILED ${kind:0:60}: the file is shown"
      echo secret >>"$scratch/failed"
    fi
  done
}
refused ../outside/secret.muster "leads out of the policy's folder"
refused inner/../../outside/secret.muster "leads out of the policy's folder"
refused "$scratch/outside/secret.muster" "leads out of the policy's folder"
refused "$team" "leads out of the policy's folder"
refused link.muster "leads out of the policy's folder"
refused absolute.muster "leads out of the policy's folder"
refused linked/secret.muster "leads out of the policy's folder"
refused magic/environ "leads out of the policy's folder"
refused zero.muster "leads out of the policy's folder"
refused /dev/zero "leads out of the policy's folder"
refused loop.muster 'leads in a circle|leads out'
refused pipe.muster 'not an ordinary file'
refused inner 'a folder, not a file'
refused . 'a folder, not a file'
refused "$long" 'there is no such file'
refused https://example.com/a.muster 'this is an address'
{ echo "$lead"; echo 'import "good.muster"'; } >"$team"
case_of_file "$team" 'a link inside the folder' 0 "$fine"
for ((i = 1; i <= 1001; ++i)); do echo "import \"$i.muster\""; echo "let x$i = 1" >"$scratch/team/$i.muster"; done >"$scratch/imports"
{ echo "$lead"; cat "$scratch/imports"; } >"$team"
case_of_file "$team" '1,001 files' 1 'M2131: the policy reads more than 1000 files'
{ echo "$lead"; head -1000 "$scratch/imports"; } >"$team"
case_of_file "$team" '1,000 files' 0 "$fine"
for ((i = 1; i <= 1000; ++i)); do { sed "1,${i}d" "$scratch/imports"; echo "let x$i = 1"; } >"$scratch/team/$i.muster"; done
case_of_file "$team" '1,000 files that import all later ones' 1 'M1006|M2131|M2132'
{ echo "$lead"; echo 'import "1.muster"'; } >"$team"
for ((i = 1; i <= 1000; ++i)); do echo "import \"$((i + 1)).muster\"" >"$scratch/team/$i.muster"; done
case_of_file "$team" 'a chain of 1,000 files' 1 'M2132: imports lead more than 64 files deep'
echo 'let last = 1' >"$scratch/team/64.muster"
case_of_file "$team" 'a chain of 64 files' 0 "$fine"
echo 'import "65.muster"' >"$scratch/team/64.muster"
echo 'let last = 1' >"$scratch/team/65.muster"
case_of_file "$team" 'a chain of 65 files' 1 'M2132'
echo 'import "1.muster"' >"$scratch/team/64.muster"
case_of_file "$team" 'a circle of 64 files' 1 'M2133: these files import one another in a circle: .*/1.muster -> .*/64.muster -> .*/1.muster$'
for ((i = 1; i <= 60; ++i)); do head -60 "$scratch/imports" >"$scratch/team/$i.muster"; done
case_of_file "$team" '60 files in every circle that there is' 1 'M2133'
{ echo "$lead"; repeat 20000 'import "policy.muster"
'; } >"$team"
case_of_file "$team" 'a policy that imports itself 20,000 times' 1 'M2133'
{ echo "$lead"; repeat 20000 'import "inner/fine.muster"
'; } >"$team"
case_of_file "$team" 'one file 20,000 times' 0 "$fine"
{ echo "$lead"; echo 'set s from "values.txt"'; repeat 100 'let in@ = t in s
'; } >"$team"
repeat 100000 'value @
' >"$scratch/team/values.txt"
case_of_file "$team" 'a set of 100,000 values in 100 conditions' 0 "$fine"
repeat 100001 'value @
' >"$scratch/team/values.txt"
case_of_file "$team" 'a set of 100,001 values' 1 'M2134'
repeat 100000 'value
' >"$scratch/team/values.txt"
case_of_file "$team" 'one value 100,000 times' 0 '100[01][0-9]{2} warnings'
repeat 5000000 'x' >"$scratch/team/values.txt"
case_of_file "$team" 'a value of 5 MB' 1 'together are larger than 4194304 bytes'
repeat 4000000 '
' >"$scratch/team/values.txt"
{ echo "$lead"; repeat 10000 'set s@ from "values.txt"
'; } >"$team"
case_of_file "$team" '4 MB of blank lines in 10,000 sets' 0 "$fine"
{ echo "$lead"; repeat 10000 'extend Lead { f@: int? }
'; } >"$team"
case_of_file "$team" '10,000 extensions of an object' 0 "$fine"
{ echo "$lead"; echo 'picklist P { A }'; repeat 10000 'extend P { M@ = "Member @", "m-@" }
'; } >"$team"
case_of_file "$team" '10,000 extensions of a picklist' 0 "$fine"
{ echo "$lead"; printf 'extend P { A'; repeat 20000 ' = "x", "y"'; echo ' }'; } >"$team"
case_of_file "$team" 'an extension of 20,000 spellings' 1 'M1'

echo "$(wc -l <"$scratch/failed") failed"
[[ ! -s $scratch/failed ]]
