// What to do about values that could not be used, in the words of a policy: told below each issue of the summary.
// May include: runtime/init, runtime/ingest, runtime/data, compiler/ir. Called by: run.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/ir/schema.h"
#include "runtime/ingest/cell_reader.h"

namespace muster::runtime {

// `fault` is that of a CellIssue about a field; `examples` are some of its cells, so that a type and format can be
// named that would read them all. Empty where the data must be mended, not the policy.
[[nodiscard]] std::string fix_of(std::uint8_t fault, const compiler::Schema& schema, const compiler::FieldSchema& field,
                                 const CellExamples& examples);

}  // namespace muster::runtime
