// What the values of a whole program lie between, more sharply than the builder knows it while it adds instructions.
// May include: compiler/ir, stdlib/kernels. Called by: passes, engines, tests.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/program.h"

namespace muster::compiler {

// What is known of columns besides their types: by space, then by column of the space. What is not there is not known.
using ColumnRanges = std::vector<std::vector<std::optional<ValueRange>>>;

struct ValueFacts {
  ValueRange range;            // of every known value: the number, the code, 0/1 of a condition; texts: anything
  bool never_missing = false;  // for no row
  bool may_fault = false;      // as Inst::may_fault, and never where that is not set
};

// By instruction. Sound, not exact: a wider range is always allowed.
[[nodiscard]] std::vector<ValueFacts> facts_of(const Program& program, const ColumnRanges& columns = {});

// The ranges alone. An engine that has seen all values of its columns may ask again with what it has seen, and compute
// in 32 bits what then stays in them. A narrow result does not mean that rows without a value are narrow, nor what an
// instruction computes on its way (the product in `multiply`, the terms of a sum).
[[nodiscard]] std::vector<ValueRange> ranges_of(const Program& program, const ColumnRanges& columns = {});

}  // namespace muster::compiler
