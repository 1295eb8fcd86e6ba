// Findings about a policy that is correct but hardly meant: rules that can never count, thresholds that nothing
// reaches, definitions that nobody uses. Warnings only; what cannot be decided is not reported. May include:
// compiler/check/typed.h, compiler/resolve, lang/*. Called by: compile.cpp, after a check without errors.
#pragma once

#include <cstdint>

#include "compiler/check/typed.h"
#include "lang/diagnostics/diagnostics.h"

namespace muster::compiler {

void analyze(const lang::Tree& tree, const Symbols& symbols, const lang::SourceMap& sources, const TypedPolicy& policy,
             lang::Diagnostics& diagnostics);

// What is wrong with using the policy on a day: it is not in effect, or nobody has reviewed it in time.
void warn_of_day(const lang::Tree& tree, const TypedPolicy& policy, std::int32_t day, lang::Diagnostics& diagnostics);

}  // namespace muster::compiler
