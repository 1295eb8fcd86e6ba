// What an interpreter must work out: the values that somebody wants, and the spaces that belong together.
// May include: compiler/ir. Called by: runtime/interpret.
#pragma once

#include <vector>

#include "compiler/ir/program.h"
#include "runtime/interpret/interpreter.h"

namespace muster::runtime::interpret {

// Values of which only the bits are read: rules are asked whether they are undecided, faults whether there is one.
[[nodiscard]] std::vector<compiler::ValueId> bit_roots_of(const compiler::Program& program, const Wanted& wanted);
// All others. A value may be in both.
[[nodiscard]] std::vector<compiler::ValueId> value_roots_of(const compiler::Program& program, const Wanted& wanted);

// The first space of the region that a space belongs to.
[[nodiscard]] compiler::SpaceId region_root_of(const compiler::Program& program, compiler::SpaceId space);
// The operand of a `from_one` belongs to another region, unless it is the same for all rows.
[[nodiscard]] bool reads_other_region(const compiler::Program& program, const compiler::Inst& inst);

}  // namespace muster::runtime::interpret
