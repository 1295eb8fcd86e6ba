// The order in which a long plan is best computed. May include: runtime/jit/plan.h. Called by: runtime/jit/compile.cpp.
#pragma once

#include "runtime/jit/plan.h"

namespace muster::runtime::jit {

// The same plan, each node as soon as its operands are there, one column after the other: all that is asked of a
// column's lanes is asked while they are in registers, and what is kept for later are masks. Of a plan that is cut into
// functions, of which each reads the columns anew and finds in memory what the ones before it left, this saves a tenth
// of the time; a plan that is one function does not gain.
[[nodiscard]] Plan by_column(const Plan& plan);

}  // namespace muster::runtime::jit
