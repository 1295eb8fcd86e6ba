// Comparisons and sets of numbers and codes. Equal scales compare as they are; others in 128 bits (section 4, number
// 7).
#include <cassert>
#include <optional>

#include "lang/syntax/compare_op.h"
#include "runtime/interpret/step.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime::interpret {
namespace {

using compiler::Op;
using kernels::Wide;
using lang::CompareOp;

template <class Left, class Right>
void compare_rows(const Frame& frame, const Step& step, CompareOp op, Left left, Right right) {
  switch (op) {
    case CompareOp::equal:
      run_predicate(frame, step, [&](std::size_t row) { return left(row) == right(row); });
      return;
    case CompareOp::not_equal:
      run_predicate(frame, step, [&](std::size_t row) { return left(row) != right(row); });
      return;
    case CompareOp::less:
      run_predicate(frame, step, [&](std::size_t row) { return left(row) < right(row); });
      return;
    case CompareOp::less_equal:
      run_predicate(frame, step, [&](std::size_t row) { return left(row) <= right(row); });
      return;
    case CompareOp::greater:
      run_predicate(frame, step, [&](std::size_t row) { return left(row) > right(row); });
      return;
    case CompareOp::greater_equal:
      run_predicate(frame, step, [&](std::size_t row) { return left(row) >= right(row); });
      return;
  }
}

// The constant of a comparison as the other operand counts; nothing where 64 bits do not hold it, or there is none.
std::optional<std::int64_t> constant_of(const Register& reg, unsigned digits, unsigned other_digits) {
  if (!reg.is_scalar || other_digits != 0) return std::nullopt;
  const Wide value = static_cast<Wide>(reg.number) * kernels::power_of_ten(digits);
  const auto narrow = static_cast<std::int64_t>(value);
  return narrow == value ? std::optional(narrow) : std::nullopt;
}

// What numbers that count `scale` each are compared with instead of a constant: a lane above them is above it, and so
// on. Nothing where none is equal to it, and somebody asks for that.
std::optional<std::int64_t> constant_of_lanes(CompareOp op, std::int64_t constant, std::int64_t scale) {
  const std::int64_t rest = constant % scale;
  const std::int64_t below = constant / scale - static_cast<std::int64_t>(rest < 0);
  if (rest == 0) return constant / scale;
  switch (op) {
    case CompareOp::less:
    case CompareOp::greater_equal:
      return below + 1;
    case CompareOp::less_equal:
    case CompareOp::greater:
      return below;
    case CompareOp::equal:
    case CompareOp::not_equal:
      return std::nullopt;
  }
  return std::nullopt;
}

// Calls use(codes) with the codes of an operand, in the width that they have.
template <class Use>
void with_code_column(const Frame& frame, const Step& step, std::size_t which, Use use) {
  const Register& reg = frame.operand(step, which);
  if (reg.is_narrow() && reg.narrow_bytes == 1) {
    use(static_cast<const std::uint8_t*>(reg.narrow));
  } else {
    use(frame.wide_operand(step, which).codes);
  }
}

// Columns against a constant or one another; false where that takes more than 64 bits.
bool compare_columns(const Frame& frame, const Step& step, CompareOp op, unsigned left_digits, unsigned right_digits) {
  const Register& left = frame.operand(step, 0);
  const Register& right = frame.operand(step, 1);
  const auto compare_to = [&](std::size_t which, CompareOp order, std::int64_t constant) {
    const Register& column = frame.operand(step, which);
    const auto of_lanes =
        column.is_narrow() ? constant_of_lanes(order, constant, column.scale) : std::optional(constant);
    const simd::Lanes lanes = lanes_of(of_lanes ? column : frame.wide_operand(step, which));
    simd::compare(order, lanes, of_lanes.value_or(constant), frame.rows, begin_predicate(frame, step));
  };
  if (const auto constant = constant_of(right, right_digits, left_digits); constant && !left.is_scalar) {
    compare_to(0, op, *constant);
  } else if (const auto first = constant_of(left, left_digits, right_digits); first && !right.is_scalar) {
    compare_to(1, lang::mirrored(op), *first);
  } else if (left_digits == right_digits && !left.is_scalar && !right.is_scalar) {
    simd::compare(op, frame.wide_operand(step, 0).integers, frame.wide_operand(step, 1).integers, frame.rows,
                  begin_predicate(frame, step));
  } else {
    return false;
  }
  return true;
}

void run_compare_numbers(const Frame& frame, const Step& step) {
  const auto op = static_cast<CompareOp>(step.immediate & 7);
  const auto left_digits = static_cast<unsigned>(step.immediate >> 8 & 31);
  const auto right_digits = static_cast<unsigned>(step.immediate >> 16 & 31);
  if (compare_columns(frame, step, op, left_digits, right_digits)) return;
  with_integers(frame.wide_operand(step, 0), [&](auto left) {
    with_integers(frame.wide_operand(step, 1), [&](auto right) {
      if (left_digits == right_digits) {
        compare_rows(frame, step, op, left, right);
        return;
      }
      // 2^63 * 10^18 < 2^123: nothing overflows.
      const Wide left_power = kernels::power_of_ten(left_digits);
      const Wide right_power = kernels::power_of_ten(right_digits);
      compare_rows(
          frame, step, op, [&](std::size_t row) { return left(row) * left_power; },
          [&](std::size_t row) { return right(row) * right_power; });
    });
  });
}

void run_in_numbers(const Frame& frame, const Step& step) {
  const auto& set = frame.program->number_sets[static_cast<std::size_t>(step.immediate)];
  const Register& operand = frame.operand(step, 0);
  if (!operand.is_scalar && set.size() <= simd::largest_set) {
    const bool is_scaled = operand.is_narrow() && operand.scale != 1;
    const simd::Lanes lanes = lanes_of(is_scaled ? frame.wide_operand(step, 0) : operand);
    simd::is_among(lanes, set, frame.rows, begin_predicate(frame, step));
    return;
  }
  with_integers(frame.wide_operand(step, 0), [&](auto value) {
    step.set->with_test(
        [&](auto is_in) { run_predicate(frame, step, [&](std::size_t row) { return is_in(value(row)); }); });
  });
}

void run_in_codes(const Frame& frame, const Step& step) {
  const auto& codes = frame.program->number_sets[static_cast<std::size_t>(step.immediate)];
  if (!frame.operand(step, 0).is_scalar && codes.size() <= simd::largest_set) {
    with_code_column(frame, step, 0, [&](const auto* column) {
      simd::is_among(column, codes, frame.rows, begin_predicate(frame, step));
    });
    return;
  }
  with_codes(frame.wide_operand(step, 0), [&](auto code) {
    step.set->with_test([&](auto is_in) {
      run_predicate(frame, step, [&](std::size_t row) { return is_in(static_cast<std::int64_t>(code(row))); });
    });
  });
}

void run_compare_codes(const Frame& frame, const Step& step) {
  const auto op = static_cast<CompareOp>(step.immediate);
  const Register& left = frame.operand(step, 0);
  const Register& right = frame.operand(step, 1);
  const auto compare_to = [&](std::size_t which, CompareOp order, std::uint32_t code) {
    with_code_column(frame, step, which, [&](const auto* column) {
      simd::compare(order, column, std::int64_t{code}, frame.rows, begin_predicate(frame, step));
    });
  };
  if (!left.is_scalar && !right.is_scalar) {
    simd::compare(op, frame.wide_operand(step, 0).codes, frame.wide_operand(step, 1).codes, frame.rows,
                  begin_predicate(frame, step));
  } else if (!left.is_scalar) {
    compare_to(0, op, right.code);
  } else if (!right.is_scalar) {
    compare_to(1, lang::mirrored(op), left.code);
  } else {
    compare_rows(frame, step, op, [&](std::size_t) { return left.code; }, [&](std::size_t) { return right.code; });
  }
}

}  // namespace

void run_compare(const Frame& frame, const Step& step) {
  switch (step.op) {
    case Op::compare:
      run_compare_numbers(frame, step);
      break;
    case Op::compare_code:
      run_compare_codes(frame, step);
      break;
    case Op::in_numbers:
      run_in_numbers(frame, step);
      break;
    case Op::in_codes:
      run_in_codes(frame, step);
      break;
    default:
      assert(false && "not a comparison");
  }
}

}  // namespace muster::runtime::interpret
