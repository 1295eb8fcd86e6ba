// Settings that a run gives another value: `--set smallest_company=50`. The value takes the place of the policy's own
// in the syntax, before names are bound, so that every later stage sees a policy with one value for all days.
// May include: lang/*. Called by: compile.cpp.
#pragma once

#include <string>
#include <vector>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/source.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "lang/syntax/tree.h"

namespace muster::compiler {

// Each text is NAME=VALUE and becomes a source of its own, called `name`, so that messages show it. Mistakes are
// diagnostics. Errors (ErrorKind::usage) only where a text holds what no policy may hold.
lang::Result<> override_settings(const std::vector<std::string>& texts, const std::string& name,
                                 const lang::Limits& limits, lang::SourceMap& sources, lang::Tree& tree,
                                 lang::Diagnostics& diagnostics);

}  // namespace muster::compiler
