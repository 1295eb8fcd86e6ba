// Text to syntax. The grammar lives behind this header; nobody else sees PEGTL.
// May include: lang/*. Called by: the compiler's front door, fuzz targets, tests.
#pragma once

#include <cstddef>
#include <optional>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/source.h"
#include "lang/spec/limits.h"
#include "lang/syntax/tree.h"

namespace muster::lang {

// Appends the declarations of one file to `tree` and every syntax mistake to `diagnostics`. Never throws, takes
// time linear in the file, and always returns: what could not be read is skipped up to the next rule or declaration.
void parse(const SourceMap& sources, FileId file, const Limits& limits, Tree& tree, Diagnostics& diagnostics);

// Reads a value that stands outside a policy, from byte `begin` to the end of a file: that of `--set`. The grammar is
// that of a setting's value. Shells take quotes away: where `is_text`, words without quotes are a text as they stand.
// Nothing after a mistake, which is in `diagnostics`.
std::optional<ExprId> parse_value(const SourceMap& sources, FileId file, std::size_t begin, bool is_text,
                                  const Limits& limits, Tree& tree, Diagnostics& diagnostics);

}  // namespace muster::lang
