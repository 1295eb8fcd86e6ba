// muster test: tries what the policy guarantees.
#include "compiler/compile.h"
#include "tools/muster/commands.h"
#include "tools/muster/guarantees.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

ExitCode test(const TestCommand& command) {
  const auto compiled = compiler::compile_file(command.policy, command.limits);
  if (!compiled) {
    print_error(compiled.error());
    return exit_code_of_policy(compiled.error().kind);
  }
  if (compiled->diagnostics.has_errors()) {
    const lang::RenderOptions options{wants_color(Stream::error), command.limits.diagnostics};
    write(Stream::error, lang::render(compiled->diagnostics, compiled->sources, options));
    return ExitCode::policy_has_errors;
  }
  return try_guarantees(command.policy, compiled->tree, command.search, command.limits);
}

}  // namespace muster::tools
