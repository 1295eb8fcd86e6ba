// Ctrl-C and friends: a command that has files half-written stops at the next batch and removes them, any other
// command ends at once. May include: the standard library. Called by: tools/muster.
#pragma once

namespace muster::tools {

// Installs the handlers (SIGINT, SIGTERM, SIGHUP) and ignores SIGPIPE, so that a write reports it.
void catch_interrupts();
// From now on an interrupt only sets a flag: there is something to remove.
void defer_interrupts();
[[nodiscard]] bool was_interrupted();
// Ends the process the way the signal would have, so that shells see it. Returns only if there was no signal.
void end_by_signal();

}  // namespace muster::tools
