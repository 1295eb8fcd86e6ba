// `extend` for objects and picklists: what it adds goes to the end of what it names, so that every later pass sees one
// object and one picklist. Rows of tables stay where they are: the table reads them before its own.
// May include: lang/*. Called by: compile.cpp, once all imports are in the tree and before names are bound.
#pragma once

#include "lang/diagnostics/diagnostics.h"
#include "lang/syntax/tree.h"

namespace muster::compiler {

// Reports extensions of what does not exist or is something else; those of unknown tables are the checker's.
void merge_extensions(lang::Tree& tree, lang::Diagnostics& diagnostics);

}  // namespace muster::compiler
