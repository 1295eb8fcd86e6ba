#!/usr/bin/env bash
# tests/install/run.sh BUILD WORK CXX FLAGS: what `cmake --install` puts into a folder is enough to build and run a program
# of somebody else's. BUILD: a build tree of Muster; WORK: a folder of this test's own, made anew; CXX and FLAGS: the
# compiler that the library was made with. A failure here means that a user could not install, find, compile, link or
# load it, or that it answers something else than examples/library/expected.txt.
set -euo pipefail
build=$1 work=$2 cxx=$3 flags=$4
root=$(cd "$(dirname "$0")/../.." && pwd)
example=$root/examples/library
export LC_ALL=C.UTF-8 TZ=UTC

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/first" >"$work/install.log"
# In any prefix: it is found where it is moved to.
mv "$work/first" "$work/prefix"
# Nothing of the source tree can be seen from here.
cp -r "$example" "$work/example"

export CC=/nonexistent CXX=$cxx
# Ninja is what scripts/setup installs; CMake's default, make, need not be there.
cmake -G Ninja -S "$work/example" -B "$work/example/build" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_BUILD_TYPE=Debug >"$work/configure.log"
cmake --build "$work/example/build" >"$work/build.log"
for threads in 1 2; do
  (cd / && "$work/example/build/call_list" "$example/policy.muster" "$threads") >"$work/found.txt"
  diff -u "$example/expected.txt" "$work/found.txt"
done

# The installed tool runs, and finds the compiler of kernels where there is one.
"$work/prefix/bin/muster" check "$example/policy.muster" >/dev/null
printf 'object Lead { lead_id: text key }\nscore s { +1 when lead_id = "a" }\n' >"$work/score.muster"
printf 'lead_id\na\n' >"$work/leads.csv"
engine=interpreter
if [[ -n $(find "$work/prefix" -name libmuster_jit.so) ]]; then engine=jit; fi
"$work/prefix/bin/muster" run "$work/score.muster" "$work/leads.csv" --engine "$engine" --quiet -o "$work/scored.csv"
printf 'lead_id,s\na,1\n' | diff -u - <(cut -d , -f 1,2 "$work/scored.csv")
# A plug-in anywhere else is none: not in the folders that a build tree would have.
mkdir "$work/elsewhere"
cp "$work/prefix/bin/muster" "$work/elsewhere"
mkdir "$work/runtime"
touch "$work/runtime/libmuster_jit.so"
if "$work/elsewhere/muster" run "$work/score.muster" "$work/leads.csv" --engine jit -o - 2>"$work/none.txt"; then exit 1; fi
grep -q "has no compiler of kernels" "$work/none.txt"

# The header stands alone, and is clean where warnings are errors. The library finds the plug-in if it is installed.
cat >"$work/alone.cpp" <<'EOF'
#include <muster/muster.hpp>
int main() { return muster::has_jit() ? 0 : 3; }
EOF
library=$(dirname "$(find "$work/prefix" -name libmuster.so)")
# shellcheck disable=SC2086  # flags are words
"$cxx" $flags -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I"$work/prefix/include" "$work/alone.cpp" \
  -o "$work/alone" -L"$library" -lmuster -Wl,-rpath,"$library"
wanted=3
if [[ -e $library/muster/libmuster_jit.so ]]; then wanted=0; fi
has_jit=0
"$work/alone" || has_jit=$?
if ((has_jit != wanted)); then
  echo "the library does not find the plug-in that is installed beside it, or finds another"
  exit 1
fi

# A mistake in a policy is told with file and line.
printf 'policy "X" { version "1" }\nobject Lead { a: int? }\nscore s { +1 when b }\n' >"$work/wrong.muster"
if "$work/example/build/call_list" "$work/wrong.muster" 2>"$work/wrong.txt"; then
  echo "a policy with a mistake was accepted"
  exit 1
fi
grep -q "wrong.muster:3:" "$work/wrong.txt"
