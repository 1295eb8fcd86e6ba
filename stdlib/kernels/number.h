// Exact arithmetic on 64-bit fixed point numbers: mantissa / 10^digits (language section 4, numbers 7 to 9).
// Every operation computes in 128 bits, rounds once and checks once; none has undefined behaviour for any input.
// May include: the standard library. Called by: constant folding, the engines, ingest, tests.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "lang/syntax/expression.h"  // RoundingMode

namespace muster::kernels {

using Wide = __int128;
using lang::RoundingMode;

enum class Fault : std::uint8_t { none = 0, overflow = 1, division_by_zero = 2 };

struct Checked {
  std::int64_t value = 0;
  Fault fault = Fault::none;
};

// 10^exponent for 0..18 as 64 bits, and for 0..38 as 128 bits. Precondition: the exponent is in range.
[[nodiscard]] std::int64_t power_of_ten(unsigned exponent);
[[nodiscard]] Wide wide_power_of_ten(unsigned exponent);

[[nodiscard]] Checked narrow(Wide value);  // overflow where it does not fit 64 bits
// numerator / denominator rounded once. Precondition: denominator != 0.
[[nodiscard]] Wide divide_rounded(Wide numerator, Wide denominator, RoundingMode mode);
// left * right / 10^drop, rounded half to even.
[[nodiscard]] Checked multiply(std::int64_t left, std::int64_t right, unsigned drop);
// (left * 10^raise_left) / (right * 10^raise_right), rounded once. Precondition: both powers <= 18.
[[nodiscard]] Checked divide(std::int64_t left, unsigned raise_left, std::int64_t right, unsigned raise_right,
                             RoundingMode mode = RoundingMode::half_even);
// The remainder has the sign of the divisor; both operands raised by their powers (<= 9) first.
[[nodiscard]] Checked remainder(std::int64_t left, unsigned raise_left, std::int64_t right, unsigned raise_right);
// From `from` to `to` digits (0..18).
[[nodiscard]] Checked rescale(std::int64_t value, unsigned from, unsigned to, RoundingMode mode);
// value * numerator / denominator rounded half to even. Precondition: denominator > 0.
[[nodiscard]] Checked scale_by(std::int64_t value, std::int64_t numerator, std::int64_t denominator);
// How many whole steps fit into value, never below 0. Precondition: step > 0.
[[nodiscard]] std::int64_t whole_steps(std::int64_t value, std::int64_t step);
// -1, 0, 1; exact for any scales.
[[nodiscard]] int compare(std::int64_t left, unsigned left_digits, std::int64_t right, unsigned right_digits);

// Kernels of functions.def.
[[nodiscard]] Checked absolute(std::int64_t value);
[[nodiscard]] std::int64_t floor(std::int64_t mantissa, unsigned digits);
[[nodiscard]] std::int64_t ceiling(std::int64_t mantissa, unsigned digits);
[[nodiscard]] Wide smaller_of(Wide left, Wide right);
[[nodiscard]] Wide larger_of(Wide left, Wide right);

// mantissa / 10^digits in plain decimal, without trailing zeros after the point: 8.7, -0.5, 80.
[[nodiscard]] std::string format_decimal(std::int64_t mantissa, unsigned digits);

}  // namespace muster::kernels
