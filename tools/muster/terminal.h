// The standard output and standard error of the process: checked writes, in order, and whether colours are welcome.
// May include: lang/*. Called by: tools/muster.
#pragma once

#include <string>
#include <string_view>

#include "lang/support/result.h"
#include "tools/muster/exit_code.h"

namespace muster::tools {

enum class Stream : int { output = 1, error = 2 };

// Writes everything at once; nothing is held back, so that both streams keep their order. A failure is remembered.
void write(Stream stream, std::string_view text);
[[nodiscard]] bool is_terminal(Stream stream);
// A terminal, NO_COLOR is not set (no-color.org) and TERM is not "dumb".
[[nodiscard]] bool wants_color(Stream stream);
// Columns of the terminal behind the standard error; 80 where nobody knows.
[[nodiscard]] unsigned terminal_width();

// "muster: leads.csv:12: message" and the fix, on the standard error; everything from data made safe.
void print_error(const lang::Error& error);
// The same, and the exit code that it means.
[[nodiscard]] ExitCode fail(const lang::Error& error);
// What is wrong with the command line.
[[nodiscard]] lang::Error usage(std::string message, std::string fix);

// `code`, or what a failed write to the standard output makes of it.
[[nodiscard]] ExitCode after_output(ExitCode code);

}  // namespace muster::tools
