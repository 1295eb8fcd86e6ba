// Sums, products and what else stays a number (section 4, numbers 7 and 8). Each loop computes all rows, also those
// where an operand is missing; the kernels have no undefined behaviour on any value. Results that fit 64 bits on the
// way take a short cut, which gives what the kernel gives.
#include <cassert>
#include <limits>
#include <optional>

#include "runtime/interpret/step.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime::interpret {
namespace {

using compiler::Op;
using kernels::Checked;
using kernels::Fault;
using kernels::Wide;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

// A sum of any number of 128-bit terms: the halves are added apart, so that nothing overflows on the way.
class WideSum {
 public:
  void add(Wide term) {
    high_ += term >> 64;
    low_ += static_cast<Wide>(static_cast<std::uint64_t>(term));
  }
  [[nodiscard]] bool fits() const { return high() == (value() < 0 ? -1 : 0); }
  [[nodiscard]] bool is_negative() const { return high() < 0; }
  // Precondition: fits().
  [[nodiscard]] std::int64_t value() const { return static_cast<std::int64_t>(static_cast<std::uint64_t>(low_)); }

 private:
  [[nodiscard]] Wide high() const { return high_ + (low_ >> 64); }
  Wide high_ = 0;
  Wide low_ = 0;
};

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

// What no narrow number exceeds in size, whatever it is.
std::uint64_t size_of_lanes(const Register& reg) {
  return size_of_bits((std::uint64_t{1} << (8U * reg.narrow_bytes - 1)) - 1, reg.scale);
}

// What no number of the batch exceeds in size, rows without a value included.
std::uint64_t largest_size(const Frame& frame, const Register& reg) {
  if (reg.is_scalar) return magnitude(reg.number);
  if (reg.is_masked && lanes_of(reg).values == nullptr) return std::max(magnitude(reg.number), magnitude(reg.other));
  if (reg.size != 0) return reg.size;
  if (reg.is_narrow()) return size_of_lanes(reg);
  return size_of_bits(simd::sizes(reg.integers, frame.rows), 1);
}

// What the sum of the batch does not exceed in size, in any order of its terms; nothing where that may be more than 64
// bits hold.
std::optional<std::uint64_t> size_of_sum(const Frame& frame, const Step& step) {
  const auto weights = frame.weights(step);
  Wide total = 0;
  for (std::size_t k = 0; k < step.operands.size(); ++k) {
    total += static_cast<Wide>(magnitude(weights[k])) * static_cast<Wide>(largest_size(frame, frame.operand(step, k)));
    if (total > most || total < 0) return std::nullopt;
  }
  return static_cast<std::uint64_t>(total);
}

// Of numbers of at most `size` (0: nobody knows) that are brought into limits. These lift a number beyond its size
// where they leave out 0.
std::uint64_t size_between(std::int64_t low, std::int64_t high, std::uint64_t size) {
  const std::uint64_t limit = std::max(magnitude(low), magnitude(high));
  if (low > 0 || high < 0) return limit;
  return std::min(size, limit);
}

bool fits_32_bits(std::uint64_t size) { return size <= std::numeric_limits<std::int32_t>::max(); }

// A product of narrow numbers is these numbers, which count for more.
bool scale_only(const Frame& frame, const Step& step, Register& result) {
  if (!step.stays_narrow || step.operands.size() != 1 || frame.weights(step)[0] < 1) return false;
  const Register& operand = frame.operand(step, 0);
  std::int64_t scale = 0;
  if (!operand.is_narrow() || operand.is_masked ||
      __builtin_mul_overflow(operand.scale, frame.weights(step)[0], &scale))
    return false;
  result.lie_narrow(operand.narrow, operand.narrow_bytes, scale);
  return true;
}

// Modulo 2^64, or 2^32 where every known sum fits that.
void run_small_sum(const Frame& frame, const Step& step, bool is_narrow) {
  // Unsigned numbers, which wrap: rows without a value may hold anything.
  const auto weights = frame.weights(step);
  const auto times = [](std::int64_t weight, std::int64_t value) {
    return static_cast<std::uint64_t>(weight) * static_cast<std::uint64_t>(value);
  };
  std::vector<simd::Term>& terms = frame.scratch->terms;
  terms.clear();
  std::uint64_t constant = 0;
  for (std::size_t k = 0; k < step.operands.size(); ++k) {
    const Register& operand = frame.operand(step, k);
    if (operand.is_scalar) {
      constant += times(weights[k], operand.number);
    } else if (const simd::Lanes lanes = lanes_of(operand); lanes.values != nullptr) {
      const std::int64_t scale = operand.is_narrow() ? operand.scale : 1;
      const Word* const mask = operand.is_masked ? operand.mask : nullptr;
      terms.push_back({lanes, mask, static_cast<std::int64_t>(times(weights[k], scale))});
    } else {
      constant += times(weights[k], operand.other);
      const std::uint64_t more = times(weights[k], operand.number) - times(weights[k], operand.other);
      terms.push_back({{}, operand.mask, static_cast<std::int64_t>(more)});
    }
  }
  Register& result = frame.result(step);
  if (is_narrow) {
    simd::sum(static_cast<std::int32_t>(constant), terms, frame.rows, result.out.narrow_integers);
    result.lie_narrow(result.out.narrow_integers, sizeof(std::int32_t), 1);
  } else {
    simd::sum(static_cast<std::int64_t>(constant), terms, frame.rows, result.out.integers);
  }
}

void run_sum(const Frame& frame, const Step& step) {
  Register& result = frame.result(step);
  begin_strict(frame, step, result.out.known);
  result.size = 0;
  const bool is_proved = !result.may_fault;  // when the program was built
  const auto size = is_proved ? std::nullopt : size_of_sum(frame, step);
  if (is_proved || size) {
    result.size = size.value_or(0);
    if (scale_only(frame, step, result)) return;
    run_small_sum(frame, step,
                  step.stays_narrow && (step.fits_narrow || (result.size != 0 && fits_32_bits(result.size))));
    return;
  }
  const auto weights = frame.weights(step);
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    WideSum sums[word_bits];
    for (std::size_t k = 0; k < step.operands.size(); ++k) {
      with_integers(frame.wide_operand(step, k), [&](auto value) {
        for (std::size_t row = 0; row < rows; ++row) sums[row].add(static_cast<Wide>(value(first + row)) * weights[k]);
      });
    }
    Word overflow = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      const bool fits = sums[row].fits();
      result.out.integers[first + row] = fits ? sums[row].value() : 0;
      overflow |= static_cast<Word>(!fits) << row;
    }
    mark_faults(result, word, overflow, 0);
  });
}

// Bounds of scores: the smallest and largest number mean "without bound" and win against everything; minus infinity
// against plus infinity too. A sum beyond them has no bound either.
void run_saturating_sum(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  begin_strict(frame, step, result.out.known);
  const auto weights = frame.weights(step);
  for_words(frame, [&](std::size_t, std::size_t first, std::size_t rows) {
    WideSum sums[word_bits];
    Word minus_infinity = 0;
    Word plus_infinity = 0;
    for (std::size_t k = 0; k < step.operands.size(); ++k) {
      const std::int64_t weight = weights[k];
      if (weight == 0) continue;
      with_integers(frame.operand(step, k), [&](auto get) {
        for (std::size_t row = 0; row < rows; ++row) {
          const std::int64_t value = get(first + row);
          const bool is_infinite = value == least || value == most;
          const bool is_minus = (value == least) == (weight > 0);
          minus_infinity |= static_cast<Word>(is_infinite && is_minus) << row;
          plus_infinity |= static_cast<Word>(is_infinite && !is_minus) << row;
          if (!is_infinite) sums[row].add(static_cast<Wide>(value) * weight);
        }
      });
    }
    for (std::size_t row = 0; row < rows; ++row) {
      std::int64_t value = sums[row].is_negative() ? least : most;
      if (((minus_infinity >> row) & 1U) != 0) {
        value = least;
      } else if (((plus_infinity >> row) & 1U) != 0) {
        value = most;
      } else if (sums[row].fits()) {
        value = sums[row].value();
      }
      result.out.integers[first + row] = value;
    }
  });
}

// numerator / denominator in 64 bits. Precondition: denominator != 0, neither is the least number.
std::int64_t divide_small(std::int64_t numerator, std::int64_t denominator) {
  const std::uint64_t above = magnitude(numerator);
  const std::uint64_t below = magnitude(denominator);
  std::uint64_t quotient = above / below;
  const std::uint64_t rest = above % below;
  const std::uint64_t until_next = below - rest;
  if (rest > until_next || (rest == until_next && (quotient & 1U) != 0)) ++quotient;
  const auto value = static_cast<std::int64_t>(quotient);
  return (numerator < 0) != (denominator < 0) ? -value : value;
}

Checked multiply(std::int64_t left, std::int64_t right, unsigned drop) {
  std::int64_t product = 0;
  if (drop <= 18 && !__builtin_mul_overflow(left, right, &product) && product != least) {
    return {drop == 0 ? product : divide_small(product, kernels::power_of_ten(drop)), Fault::none};
  }
  return kernels::multiply(left, right, drop);
}

struct Raise {
  unsigned left_digits;
  unsigned right_digits;
  std::int64_t left;
  std::int64_t right;
  kernels::RoundingMode mode;
};

Checked divide(std::int64_t left, std::int64_t right, const Raise& raise) {
  std::int64_t numerator = 0;
  std::int64_t denominator = 0;
  if (right != 0 && raise.mode == kernels::RoundingMode::half_even &&
      !__builtin_mul_overflow(left, raise.left, &numerator) &&
      !__builtin_mul_overflow(right, raise.right, &denominator) && numerator != least && denominator != least) {
    return {divide_small(numerator, denominator), Fault::none};
  }
  return kernels::divide(left, raise.left_digits, right, raise.right_digits, raise.mode);
}

Checked scale_by(std::int64_t value, std::int64_t numerator, std::int64_t denominator) {
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(value, numerator, &product) && product != least) {
    return {divide_small(product, denominator), Fault::none};
  }
  return kernels::scale_by(value, numerator, denominator);
}

Checked rescale(std::int64_t value, unsigned from, unsigned to, kernels::RoundingMode mode) {
  std::int64_t raised = 0;
  if (to >= from) {
    if (!__builtin_mul_overflow(value, kernels::power_of_ten(to - from), &raised)) return {raised, Fault::none};
  } else if (mode == kernels::RoundingMode::half_even && value != least) {
    return {divide_small(value, kernels::power_of_ten(from - to)), Fault::none};
  }
  return kernels::rescale(value, from, to, mode);
}

template <class Compute>
void run_checked_one(const Frame& frame, const Step& step, Compute compute) {
  with_integers(frame.operand(step, 0),
                [&](auto value) { run_rows(frame, step, [&](std::size_t row) { return compute(value(row)); }); });
}
template <class Compute>
void run_checked_two(const Frame& frame, const Step& step, Compute compute) {
  with_integers(frame.operand(step, 0), [&](auto left) {
    with_integers(frame.operand(step, 1), [&](auto right) {
      run_rows(frame, step, [&](std::size_t row) { return compute(left(row), right(row)); });
    });
  });
}

template <class Compute>
void run_plain_one(const Frame& frame, const Step& step, Compute compute) {
  const Register& result = frame.result(step);
  begin_strict(frame, step, result.out.known);
  with_integers(frame.operand(step, 0), [&](auto value) {
    for (std::size_t row = 0; row < frame.rows; ++row) result.out.integers[row] = compute(value(row));
  });
}

// The same limits of lanes that count `scale` each; nothing where a limit lies between two of them.
struct LaneLimits {
  std::int32_t low = 0;
  std::int32_t high = 0;
};
std::optional<LaneLimits> limits_of_lanes(std::int64_t low, std::int64_t high, std::int64_t scale) {
  constexpr Wide fewest = std::numeric_limits<std::int32_t>::min();
  constexpr Wide greatest = std::numeric_limits<std::int32_t>::max();
  // No lane lies beyond these.
  if (low < fewest * scale) low = std::numeric_limits<std::int64_t>::min();
  if (high > greatest * scale) high = std::numeric_limits<std::int64_t>::max();
  const bool has_low = low != std::numeric_limits<std::int64_t>::min();
  const bool has_high = high != std::numeric_limits<std::int64_t>::max();
  if ((has_low && low % scale != 0) || (has_high && high % scale != 0)) return std::nullopt;
  const Wide least_lane = has_low ? low / scale : fewest;
  const Wide most_lane = has_high ? high / scale : greatest;
  if (least_lane > greatest || most_lane < fewest) return std::nullopt;
  return LaneLimits{static_cast<std::int32_t>(least_lane), static_cast<std::int32_t>(most_lane)};
}

void run_clamp(const Frame& frame, const Step& step) {
  const std::int64_t low = frame.weights(step)[0];
  const std::int64_t high = frame.weights(step)[1];
  const Register& operand = frame.operand(step, 0);
  if (operand.is_scalar) {
    run_plain_one(frame, step, [=](std::int64_t value) { return std::clamp(value, low, high); });
    return;
  }
  Register& result = frame.result(step);
  begin_strict(frame, step, result.out.known);
  const auto limits =
      step.stays_narrow && operand.is_narrow() ? limits_of_lanes(low, high, operand.scale) : std::nullopt;
  if (limits) {
    std::int32_t* const out = result.out.narrow_integers;
    const std::uint64_t bits = simd::clamp(lanes_of(operand), limits->low, limits->high, frame.rows, out);
    result.lie_narrow(out, sizeof(std::int32_t), operand.scale);
    result.size = size_of_bits(bits, operand.scale);
    return;
  }
  result.size = size_between(low, high, operand.size);
  simd::clamp(frame.wide_operand(step, 0).integers, low, high, frame.rows, result.out.integers);
}

}  // namespace

void run_arithmetic(const Frame& frame, const Step& step) {
  const std::int64_t immediate = step.immediate;
  const Raise raise{static_cast<unsigned>(immediate & 31), static_cast<unsigned>(immediate >> 8 & 31), 0, 0,
                    static_cast<kernels::RoundingMode>(immediate >> 16)};
  switch (step.op) {
    case Op::sum:
      run_sum(frame, step);
      break;
    case Op::saturating_sum:
      run_saturating_sum(frame, step);
      break;
    case Op::multiply:
      run_checked_two(frame, step, [drop = static_cast<unsigned>(immediate)](std::int64_t left, std::int64_t right) {
        return multiply(left, right, drop);
      });
      break;
    case Op::divide: {
      const Raise raised{raise.left_digits, raise.right_digits, kernels::power_of_ten(raise.left_digits),
                         kernels::power_of_ten(raise.right_digits), raise.mode};
      run_checked_two(frame, step, [&](std::int64_t left, std::int64_t right) { return divide(left, right, raised); });
      break;
    }
    case Op::remainder:
      run_checked_two(frame, step, [&](std::int64_t left, std::int64_t right) {
        return kernels::remainder(left, raise.left_digits, right, raise.right_digits);
      });
      break;
    case Op::rescale: {
      const auto mode = static_cast<kernels::RoundingMode>(immediate >> 16);
      run_checked_one(frame, step,
                      [&](std::int64_t value) { return rescale(value, raise.left_digits, raise.right_digits, mode); });
      break;
    }
    case Op::scale_by: {
      const auto weights = frame.weights(step);
      run_checked_one(frame, step, [&](std::int64_t value) { return scale_by(value, weights[0], weights[1]); });
      break;
    }
    case Op::whole_steps:
      run_plain_one(frame, step, [immediate](std::int64_t value) { return value <= 0 ? 0 : value / immediate; });
      break;
    case Op::clamp:
      run_clamp(frame, step);
      break;
    default:
      assert(false && "not an instruction of arithmetic");
  }
}

}  // namespace muster::runtime::interpret
