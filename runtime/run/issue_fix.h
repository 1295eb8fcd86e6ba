// What to do about values that could not be used, in the words of a policy: told below each issue of the summary.
// May include: runtime/init, runtime/data, compiler/ir. Called by: run.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "compiler/ir/schema.h"

namespace muster::runtime {

// `fault` is that of a CellIssue about a field; `examples` are some of the values that are no dates, so that the format
// can be named that would read them. Empty where the data must be mended, not the policy.
[[nodiscard]] std::string fix_of(std::uint8_t fault, const compiler::Schema& schema, const compiler::FieldSchema& field,
                                 std::span<const std::string> examples);

}  // namespace muster::runtime
