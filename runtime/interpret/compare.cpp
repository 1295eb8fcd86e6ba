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

// Sets up to this size are looked through; larger ones are searched in halves.
constexpr std::size_t small_set = 8;

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

// Calls use(values) with the numbers of a column, in the width that it has.
template <class Use>
void with_column(const Register& reg, Use use) {
  if (reg.integers != nullptr) {
    use(reg.integers);
  } else if (reg.narrow_bytes == 1) {
    use(static_cast<const std::int8_t*>(reg.narrow));
  } else if (reg.narrow_bytes == 2) {
    use(static_cast<const std::int16_t*>(reg.narrow));
  } else {
    use(static_cast<const std::int32_t*>(reg.narrow));
  }
}

// Columns against a constant or one another; false where that takes more than 64 bits.
bool compare_columns(const Frame& frame, const Step& step, CompareOp op, unsigned left_digits, unsigned right_digits) {
  const Register& left = frame.operand(step, 0);
  const Register& right = frame.operand(step, 1);
  Word* const bits = frame.result(step).out.no;
  const auto compare_to = [&](const Register& column, CompareOp order, std::int64_t constant) {
    with_column(column, [&](const auto* values) { simd::compare(order, values, constant, frame.rows, bits); });
  };
  if (const auto constant = constant_of(right, right_digits, left_digits); constant && !left.is_scalar) {
    compare_to(left, op, *constant);
  } else if (const auto first = constant_of(left, left_digits, right_digits); first && !right.is_scalar) {
    compare_to(right, lang::mirrored(op), *first);
  } else if (left_digits == right_digits && !left.is_scalar && !right.is_scalar) {
    simd::compare(op, frame.wide_operand(step, 0).integers, frame.wide_operand(step, 1).integers, frame.rows, bits);
  } else {
    return false;
  }
  finish_predicate(frame, step);
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
  if (!operand.is_scalar && !set.empty() && set.size() <= small_set) {
    Word* const bits = frame.result(step).out.no;
    std::vector<Word>& one = frame.scratch->bits;
    if (one.size() < frame.words) one.resize(frame.words);
    with_column(operand, [&](const auto* values) {
      simd::compare(CompareOp::equal, values, set.front(), frame.rows, bits);
      for (const std::int64_t number : std::span(set).subspan(1)) {
        simd::compare(CompareOp::equal, values, number, frame.rows, one.data());
        for (std::size_t word = 0; word < frame.words; ++word) bits[word] |= one[word];
      }
    });
    finish_predicate(frame, step);
    return;
  }
  with_integers(frame.wide_operand(step, 0), [&](auto value) {
    if (set.size() > small_set) {
      run_predicate(frame, step,
                    [&](std::size_t row) { return std::binary_search(set.begin(), set.end(), value(row)); });
      return;
    }
    run_predicate(frame, step, [&](std::size_t row) {
      bool is_in = false;
      for (const std::int64_t number : set) is_in |= value(row) == number;
      return is_in;
    });
  });
}

void run_in_codes(const Frame& frame, const Step& step) {
  const std::span<const Word> set = step.code_set;
  const Register& operand = frame.operand(step, 0);
  const auto is_in = [set](std::size_t code) { return code / word_bits < set.size() && test_bit(set.data(), code); };
  if (operand.is_scalar || set.size() != 1) {
    with_codes(operand,
               [&](auto code) { run_predicate(frame, step, [&](std::size_t row) { return is_in(code(row)); }); });
    return;
  }
  Word* const bits = frame.result(step).out.no;
  std::vector<Word>& one = frame.scratch->bits;
  if (one.size() < frame.words) one.resize(frame.words);
  std::fill_n(bits, frame.words, Word{0});
  for_bits(set.front(), 0, [&](std::size_t code) {
    simd::compare(CompareOp::equal, operand.codes, static_cast<std::int64_t>(code), frame.rows, one.data());
    for (std::size_t word = 0; word < frame.words; ++word) bits[word] |= one[word];
  });
  finish_predicate(frame, step);
}

void run_compare_codes(const Frame& frame, const Step& step) {
  const auto op = static_cast<CompareOp>(step.immediate);
  const Register& left = frame.operand(step, 0);
  const Register& right = frame.operand(step, 1);
  Word* const bits = frame.result(step).out.no;
  if (!left.is_scalar && !right.is_scalar) {
    simd::compare(op, left.codes, right.codes, frame.rows, bits);
  } else if (!left.is_scalar) {
    simd::compare(op, left.codes, std::int64_t{right.code}, frame.rows, bits);
  } else if (!right.is_scalar) {
    simd::compare(lang::mirrored(op), right.codes, std::int64_t{left.code}, frame.rows, bits);
  } else {
    compare_rows(frame, step, op, [&](std::size_t) { return left.code; }, [&](std::size_t) { return right.code; });
    return;
  }
  finish_predicate(frame, step);
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
