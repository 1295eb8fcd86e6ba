// muster check: every mistake of every policy in one run.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/compile.h"
#include "lang/source/unicode.h"
#include "tools/muster/commands.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

namespace {

std::string count_of(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

// Messages go to the standard error, the result of each policy is one line of the standard output.
ExitCode check(const CheckCommand& command) {
  ExitCode worst = ExitCode::ok;
  for (const std::string& path : command.policies) {
    const auto compiled = compiler::compile_file(path, command.limits);
    if (!compiled) {
      print_error(compiled.error());
      worst = std::max(worst, exit_code_of_policy(compiled.error().kind));
      continue;
    }
    const lang::Diagnostics& diagnostics = compiled->diagnostics;
    if (!diagnostics.all().empty()) {
      const lang::RenderOptions options{wants_color(Stream::error), command.limits.diagnostics};
      write(Stream::error, lang::render(diagnostics, compiled->sources, options));
    }
    if (diagnostics.has_errors() && worst == ExitCode::ok) worst = ExitCode::policy_has_errors;
    if (command.print_ir) {
      if (compiled->program) write(Stream::output, compiler::print(*compiled->program));
      continue;
    }
    write(Stream::output,
          fmt::format("{}: {}, {}\n", lang::escape_for_terminal(path), count_of(diagnostics.error_count(), "error"),
                      count_of(diagnostics.warning_count(), "warning")));
  }
  return worst;
}

}  // namespace muster::tools
