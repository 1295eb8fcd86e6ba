// Text to syntax. The grammar lives behind this header; nobody else sees PEGTL.
// May include: lang/*. Called by: the compiler's front door, fuzz targets, tests.
#pragma once

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/source.h"
#include "lang/spec/limits.h"
#include "lang/syntax/tree.h"

namespace muster::lang {

// Appends the declarations of one file to `tree` and every syntax mistake to `diagnostics`. Never throws, takes
// time linear in the file, and always returns: what could not be read is skipped up to the next rule or declaration.
void parse(const SourceMap& sources, FileId file, const Limits& limits, Tree& tree, Diagnostics& diagnostics);

}  // namespace muster::lang
