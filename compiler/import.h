// Brings in what a policy names: modules of the standard library, files of policy text, files with the values of sets.
// May include: lang/*, stdlib/std. Called by: compile.cpp.
#pragma once

#include <string>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/source.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "lang/syntax/tree.h"

namespace muster::compiler {

// Parses everything that `policy`, which has been parsed, imports, and what that imports, each once; then gives the
// sets that name a file their values. `folder` is the policy's (CompileOptions). Every mistake is a diagnostic; the
// answer is whether all files could be read: without one of them nobody knows which names there are.
// Error: a module of the standard library is broken, which is our mistake.
lang::Result<bool> read_imports(lang::FileId policy, const std::string& folder, const lang::Limits& limits,
                                lang::SourceMap& sources, lang::Tree& tree, lang::Diagnostics& diagnostics);

}  // namespace muster::compiler
