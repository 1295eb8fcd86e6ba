// The parser with a count of what it did, so that a test can hold it to linear time without a clock.
// May include: lang/parse/parse.h. Called by: parse.cpp, tests.
#pragma once

#include <cstdint>

#include "lang/parse/parse.h"

namespace muster::lang {

// As `parse`; returns the grammar rules tried plus the bytes looked ahead.
std::uint64_t parse_counting_steps(const SourceMap& sources, FileId file, const Limits& limits, Tree& tree,
                                   Diagnostics& diagnostics);

}  // namespace muster::lang
