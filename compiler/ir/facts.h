// What holds for an instruction's result whatever the data are: the numbers that it stays between, and whether it can
// overflow. Sound, not exact: a wider range is always allowed. May include: compiler/ir,
// stdlib/kernels. Called by: the rest of compiler/ir, passes, engines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "compiler/ir/program.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

struct Range {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
  bool may_overflow = false;

  bool operator==(const Range&) const = default;
};

// Whether the result may be missing because operand `index` of `count` has a fault.
[[nodiscard]] bool passes_fault(Op op, std::size_t index, std::size_t count);

// No row has more child rows than this: batches count them in 32 bits.
inline constexpr std::int64_t most_child_rows = 0xFFFF'FFFF;

[[nodiscard]] std::int64_t saturated(kernels::Wide value);             // the nearest 64-bit number
[[nodiscard]] Range from_wide(kernels::Wide low, kernels::Wide high);  // may overflow where it leaves 64 bits
[[nodiscard]] Range widened(Range range, std::int64_t by);             // at both ends, as far as 64 bits go
// How much further from zero a fade may come out than its points, by rounding.
[[nodiscard]] std::int64_t most_gained(const FadeRule& rule);

// `weights` is Program::weights; operands that are not numbers have any range.
[[nodiscard]] Range range_of(Op op, Type type, std::int64_t immediate, std::span<const std::int64_t> weights,
                             std::span<const Range> operands);

// Whether no row can lack the result. whole(k) says so of operand `k` of `count`; `own_fault`: the instruction may
// overflow or divide by zero itself.
template <class Whole>
[[nodiscard]] bool is_never_missing(Op op, std::int64_t immediate, std::size_t count, Whole whole, bool own_fault) {
  switch (op) {
    case Op::column:
    case Op::missing:
    case Op::first_yes:
    case Op::truth_between:
    case Op::text_function:
    case Op::convert_money:
    case Op::is_linked:  // not given, or no such row
    case Op::from_one:
    case Op::smallest_row:  // over no rows
    case Op::largest_row:
    case Op::first_row:
    case Op::last_row:
      return false;
    case Op::is_known:
    case Op::count_rows:
    case Op::count_distinct:
    case Op::most_days:
      return true;
    case Op::sum_rows:
      return whole(0) && !own_fault;
    case Op::default_to:
      return whole(0) || whole(1);
    case Op::select:
      if (immediate != static_cast<std::int64_t>(OnUndecided::agree)) return whole(1) && whole(2);
      break;
    default:
      break;
  }
  for (std::size_t k = 0; k < count; ++k) {
    if (!whole(k)) return false;
  }
  return !own_fault;
}

// text_function: the sign that the text is cut at may not be in it.
[[nodiscard]] constexpr bool is_cut(std::int64_t immediate) {
  const lang::FunctionRow& row = lang::function_rows[static_cast<std::size_t>(immediate & 255)];
  return row.shape == lang::FunctionShape::text_with_text_to_text;
}

// Whether the result may be missing or undecided, or be an end of a count that is open, although all fields are known
// that it is made from: what is divided by zero, looked up or cut in vain, or asked of rows that are not there. A row
// that is referred to may still come. Overflow is none of these, since it rejects the lead. stays(k) says so of operand
// `k` of `count`. `x is known` tells how open a count is, so that it stays open with `x`.
template <class Stays>
[[nodiscard]] bool may_stay_open(Op op, std::int64_t immediate, std::size_t count, Stays stays, bool divides_by_zero) {
  switch (op) {
    case Op::missing:
    case Op::first_yes:
    case Op::convert_money:
    case Op::smallest_row:
    case Op::largest_row:
    case Op::first_row:
    case Op::last_row:
      return true;
    case Op::text_function:
      if (is_cut(immediate)) return true;
      break;
    case Op::default_to:
      return stays(1);
    default:
      break;
  }
  for (std::size_t k = 0; k < count; ++k) {
    if (stays(k)) return true;
  }
  return divides_by_zero;
}

// divide and remainder: their second operand, where it is 0, is a fault.
[[nodiscard]] constexpr bool may_divide_by_zero(Op op) { return op == Op::divide || op == Op::remainder; }

// Days further away than this from 1970 have no first moment: `instant_of_date` is an overflow there. Every day that a
// field can hold (years 1 to 9999) lies far within.
inline constexpr std::int64_t furthest_day = 104'000'000;
inline constexpr std::int64_t first_field_day = -719'162;
inline constexpr std::int64_t last_field_day = 2'932'896;

}  // namespace muster::compiler
