// A policy as a command uses it. May include: runtime/run, tools/muster. Called by: the commands.
#pragma once

#include "runtime/run/policy.h"
#include "tools/muster/exit_code.h"

namespace muster::tools {

using runtime::compile_policy;
using runtime::has_dated_settings;
using runtime::parse_as_of;
using runtime::PolicyChoices;

// A policy with errors; mistakes in --set are mistakes of the command line.
[[nodiscard]] inline ExitCode exit_code_of_errors(const compiler::Compiled& compiled) {
  return compiled.has_wrong_settings ? ExitCode::usage : ExitCode::policy_has_errors;
}

}  // namespace muster::tools
