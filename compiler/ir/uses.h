// Who needs what in a program: how often a value is read, and whether anything asks for the moment of the evaluation.
// May include: compiler/ir. Called by: lower, passes, tests.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/program.h"

namespace muster::compiler {

// By instruction: how many outputs, fault roots, links of spaces and operands of needed instructions read it.
// 0: nobody needs it.
[[nodiscard]] std::vector<std::uint32_t> uses_of(const Program& program);

// Whether an output depends on the moment of the evaluation: Program::reads_as_of.
[[nodiscard]] bool reads_moment(const Program& program);

}  // namespace muster::compiler
