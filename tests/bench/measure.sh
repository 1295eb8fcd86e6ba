# shellcheck shell=bash
# Sourced by the benches: measured COMMAND... runs a command and sets measured_ms and measured_peak_kib.

# Milliseconds since some moment, from the shell itself: no GNU time on a bare machine.
now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo $((t / 1000)); }

# The peak of resident memory in KiB: the kernel's own high-water mark, read until the process is gone.
watch_peak_kib() {
  local pid=$1 peak=0 line
  while [[ -r /proc/$pid/status ]]; do
    while IFS= read -r line; do
      if [[ $line == VmHWM:* ]]; then line=${line//[^0-9]/}; ((line > peak)) && peak=$line; fi
    done 2>/dev/null <"/proc/$pid/status" || true
    sleep 0.02
    kill -0 "$pid" 2>/dev/null || break
  done
  echo "$peak"
}

measured() {
  local started pid
  started=$(now_ms)
  "$@" &
  pid=$!
  measured_peak_kib=$(watch_peak_kib "$pid")
  wait "$pid"
  measured_ms=$(($(now_ms) - started))
  export measured_ms measured_peak_kib
}
