// One instruction over values that are known without data, by the kernels that the engines call.
// May include: compiler/ir, stdlib/kernels. Called by: fold, tests.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "compiler/ir/program.h"

namespace muster::compiler {

// A value that is the same for every row: missing (and then without a fault), or known.
struct Fixed {
  bool known = false;
  std::int64_t number = 0;  // the number, the code, 0/1 for a condition
  std::string text;

  bool operator==(const Fixed&) const = default;
};

// The result of `op` where its operands are these. Nothing where that depends on data or on the moment of the
// evaluation, and where it is a fault: a fault must stay where a fault root sees it.
// `program` gives weights, texts, sets and patterns at `immediate`, and the zone.
[[nodiscard]] std::optional<Fixed> evaluate(const Program& program, Op op, std::int64_t immediate,
                                            std::span<const Fixed> operands);

}  // namespace muster::compiler
