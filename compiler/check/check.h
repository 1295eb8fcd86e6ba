// Syntax with bound names to a typed policy. May include: compiler/check/typed.h, compiler/options.h. Called by:
// compile.cpp.
#pragma once

#include "compiler/check/typed.h"
#include "compiler/options.h"
#include "lang/diagnostics/diagnostics.h"
#include "lang/spec/limits.h"

namespace muster::compiler {

// Types everything and reports every mistake. The result may be lowered only if `diagnostics` has no errors.
TypedPolicy check(const lang::Tree& tree, const Symbols& symbols, const DefinitionOrder& order,
                  const lang::SourceMap& sources, const lang::Limits& limits, const CompileOptions& options,
                  lang::Diagnostics& diagnostics);

}  // namespace muster::compiler
