// One value in the form in which an export holds it, so that a later run reads back what this one wrote.
// May include: runtime/interpret, compiler/ir, stdlib/kernels. Called by: runtime/verdict.
#pragma once

#include <cstddef>
#include <string>

#include "runtime/interpret/interpreter.h"

namespace muster::runtime {

// A condition says yes, no or undecided; an amount stands without its currency, a moment is local time of the policy's
// zone. Nothing is appended where the value is missing.
void format_value(const compiler::Program& program, const compiler::Type& type, const Vector& value, std::size_t row,
                  std::string& out);

}  // namespace muster::runtime
