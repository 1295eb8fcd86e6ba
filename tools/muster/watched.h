// A long run that a person can watch and stop. May include: runtime/run, tools/muster. Called by: run, sla.
#pragma once

#include <optional>
#include <string>

#include "tools/muster/exit_code.h"
#include "tools/muster/interrupt.h"
#include "tools/muster/progress.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

// What run(options) gives, with a line that says how far it has come, unless `quiet`, and with a way to interrupt it.
// `what` is safe for a terminal.
template <class Options, class Run>
[[nodiscard]] auto watched(const std::string& what, bool quiet, Options options, Run run) {
  Progress progress(what, !quiet);
  options.progress = [&](const auto& read) { progress.update(read.bytes_read, read.bytes_total); };
  options.should_stop = [] {
    defer_interrupts();
    return was_interrupted();
  };
  return run(options);
}

// How the program ends where a run came to nothing: nobody reads any more what it writes, or it was interrupted.
template <class Summary>
[[nodiscard]] std::optional<ExitCode> early_end(const Summary& summary) {
  if (summary.broken_pipe) return ExitCode::broken_pipe;
  if (!summary.stopped) return std::nullopt;
  write(Stream::error, "muster: interrupted; no file was written\n");
  return ExitCode::ok;  // main ends by the signal
}

}  // namespace muster::tools
