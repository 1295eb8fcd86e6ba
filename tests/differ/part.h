// Some of a program's outputs, so that a kernel of them takes little time to make.
// May include: compiler/ir, tests/differ/outputs.h. Called by: differ.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/program.h"
#include "tests/differ/outputs.h"

namespace muster::differ {

// The values of a verdict that the seed picks among those that need at most `most_of_first` instructions, and those of
// the labels behind it, and from the front again, as long as all need at most `most` together. The same for the same
// seed; empty where all verdicts need more.
[[nodiscard]] std::vector<compiler::ValueId> part_of(const compiler::Program& program, const Outputs& outputs,
                                                     std::uint64_t seed, std::size_t most_of_first, std::size_t most);

}  // namespace muster::differ
