// Some of a program's outputs, so that a kernel of them takes little time to make.
// May include: compiler/ir. Called by: differ.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/program.h"

namespace muster::differ {

// From one that the seed picks, all of `roots` in their order, and from the front again, as long as they need at most
// `most` instructions together; one that would need more than are left is passed over. The same for the same seed.
[[nodiscard]] std::vector<compiler::ValueId> part_of(const compiler::Program& program,
                                                     const std::vector<compiler::ValueId>& roots, std::uint64_t seed,
                                                     std::size_t most);

}  // namespace muster::differ
