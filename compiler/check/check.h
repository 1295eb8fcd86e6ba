// Syntax with bound names to a typed policy. May include: compiler/check/typed.h,
// compiler/passes/options.h. Called by: compile.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/check/typed.h"
#include "compiler/passes/options.h"
#include "lang/diagnostics/diagnostics.h"
#include "lang/spec/limits.h"

namespace muster::compiler {

// What a policy is compiled for.
struct CompileOptions {
  std::optional<std::int32_t> as_of_day;  // days since 1970-01-01: settings with dates have the value of this day
  bool agreements = false;                // with what SLA clauses ask for, which only `muster sla` tells
  std::string folder;                     // of the policy: files that it names lie there; empty: it has none
  std::vector<std::string> settings;      // NAME=VALUE: settings that have another value this time (override.h)
  bool guarantees = false;                // the program also says where guarantees do not hold
  bool with_tests = false;                // keep the tests of the policy, for `muster test`
  PassOptions passes;                     // what makes the program quicker; its answers stay the same
  bool log_passes = false;                // keep the program as it was after each pass: Compiled::passes
};

// Types everything and reports every mistake. The result may be lowered only if `diagnostics` has no errors.
TypedPolicy check(const lang::Tree& tree, const Symbols& symbols, const DefinitionOrder& order,
                  const lang::SourceMap& sources, const lang::Limits& limits, const CompileOptions& options,
                  lang::Diagnostics& diagnostics);

}  // namespace muster::compiler
