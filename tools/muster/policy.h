// A policy as a command uses it: for the day of the evaluation, with the settings that the command line gives another
// value. May include: compiler, runtime/data, tools/muster. Called by: the commands.
#pragma once

#include <string>
#include <vector>

#include "compiler/compile.h"
#include "lang/support/result.h"
#include "runtime/data/as_of.h"
#include "tools/muster/exit_code.h"

namespace muster::tools {

struct PolicyChoices {
  std::string as_of;                  // as typed: 2026-02-01, 2026-02-01T09:30; empty: not given
  std::vector<std::string> settings;  // as typed behind --set: smallest_company=50
  compiler::PassOptions passes;
};

// Compiles the policy with the settings and warnings of the day; `options` says what else is wanted. Errors: the file
// or a setting cannot be read, or `as_of` is no date (only told once the policy is free of mistakes, since its zone
// decides which day a moment is on).
[[nodiscard]] lang::Result<compiler::Compiled> compile_policy(const std::string& path, const PolicyChoices& choices,
                                                              const lang::Limits& limits,
                                                              compiler::CompileOptions options = {});

// A day means its last moment (section 4, number 17); a moment without an offset is local time of the policy's zone.
[[nodiscard]] lang::Result<runtime::AsOf> parse_as_of(const std::string& text, const kernels::Zone& zone);

[[nodiscard]] bool has_dated_settings(const lang::Tree& tree);

// A policy with errors; mistakes in --set are mistakes of the command line.
[[nodiscard]] inline ExitCode exit_code_of_errors(const compiler::Compiled& compiled) {
  return compiled.has_wrong_settings ? ExitCode::usage : ExitCode::policy_has_errors;
}

}  // namespace muster::tools
