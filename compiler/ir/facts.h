// What holds for an instruction's result whatever the data are: the numbers that it stays between, and whether it can
// overflow. Sound, not exact: a wider range is always allowed. May include: compiler/ir. Called by: builder.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "compiler/ir/program.h"

namespace muster::compiler {

struct Range {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
  bool may_overflow = false;

  bool operator==(const Range&) const = default;
};

// `weights` is Program::weights; operands that are not numbers have any range.
[[nodiscard]] Range range_of(Op op, Type type, std::int64_t immediate, std::span<const std::int64_t> weights,
                             std::span<const Range> operands);

// divide and remainder: their second operand, where it is 0, is a fault.
[[nodiscard]] constexpr bool may_divide_by_zero(Op op) { return op == Op::divide || op == Op::remainder; }

// Days further away than this from 1970 have no first moment: `instant_of_date` is an overflow there. Every day that a
// field can hold (years 1 to 9999) lies far within.
inline constexpr std::int64_t furthest_day = 104'000'000;
inline constexpr std::int64_t first_field_day = -719'162;
inline constexpr std::int64_t last_field_day = 2'932'896;

}  // namespace muster::compiler
