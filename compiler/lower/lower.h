// A typed policy to IR. May include: compiler/check/typed.h, compiler/ir. Called by: compile.cpp.
#pragma once

#include "compiler/check/typed.h"
#include "compiler/ir/program.h"
#include "lang/diagnostics/diagnostics.h"
#include "lang/spec/limits.h"

namespace muster::compiler {

// Precondition: the policy was checked without errors. The only mistakes left are those of size, which go to
// `diagnostics`; the program is then not to be used. What no output needs is still in it: passes leave that out.
Program lower(const lang::Tree& tree, const Symbols& symbols, const lang::SourceMap& sources, TypedPolicy policy,
              const lang::Limits& limits, lang::Diagnostics& diagnostics);

}  // namespace muster::compiler
