#include "stdlib/kernels/number.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace muster::kernels {
namespace {

using UnsignedWide = unsigned __int128;

constexpr unsigned most_narrow_exponent = 18;
constexpr unsigned most_wide_exponent = 38;

constexpr auto wide_powers = [] {
  std::array<Wide, most_wide_exponent + 1> powers{};
  Wide power = 1;
  for (unsigned exponent = 0; exponent <= most_wide_exponent; ++exponent) {
    powers[exponent] = power;
    if (exponent < most_wide_exponent) power *= 10;
  }
  return powers;
}();

constexpr auto narrow_powers = [] {
  std::array<std::int64_t, most_narrow_exponent + 1> powers{};
  for (unsigned exponent = 0; exponent <= most_narrow_exponent; ++exponent) {
    powers[exponent] = static_cast<std::int64_t>(wide_powers[exponent]);
  }
  return powers;
}();

// The magnitude, also of the least value, which has no positive counterpart.
UnsignedWide magnitude(Wide value) {
  return value < 0 ? UnsignedWide{0} - static_cast<UnsignedWide>(value) : static_cast<UnsignedWide>(value);
}

// One magnitude divided by another, rounded away from zero where the mode says so. The quotient grows by at most 1,
// and only where the divisor is at least 2, so it cannot overflow.
UnsignedWide divide_magnitudes(UnsignedWide numerator, UnsignedWide denominator, RoundingMode mode) {
  const UnsignedWide quotient = numerator / denominator;
  const UnsignedWide rest = numerator - quotient * denominator;  // cheaper than a second 128-bit division
  if (rest == 0) return quotient;
  const UnsignedWide until_next = denominator - rest;
  bool away = false;
  switch (mode) {
    case RoundingMode::half_even:
      away = rest > until_next || (rest == until_next && (quotient & 1U) != 0);
      break;
    case RoundingMode::half_up:
      away = rest >= until_next;
      break;
    case RoundingMode::up:
      away = true;
      break;
    case RoundingMode::down:
      break;
  }
  return away ? quotient + 1 : quotient;
}

// Back to a signed value modulo 2^128, without undefined behaviour.
Wide with_sign(UnsignedWide value, bool negative) {
  return static_cast<Wide>(negative ? UnsignedWide{0} - value : value);
}

Checked checked_with_sign(UnsignedWide value, bool negative) {
  const UnsignedWide most = static_cast<UnsignedWide>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1U : 0U);
  if (value > most) return {0, Fault::overflow};
  return {static_cast<std::int64_t>(with_sign(value, negative)), Fault::none};
}

}  // namespace

std::int64_t power_of_ten(unsigned exponent) {
  assert(exponent <= most_narrow_exponent);
  return narrow_powers[std::min(exponent, most_narrow_exponent)];
}

Wide wide_power_of_ten(unsigned exponent) {
  assert(exponent <= most_wide_exponent);
  return wide_powers[std::min(exponent, most_wide_exponent)];
}

Checked narrow(Wide value) {
  if (value < std::numeric_limits<std::int64_t>::min() || value > std::numeric_limits<std::int64_t>::max()) {
    return {0, Fault::overflow};
  }
  return {static_cast<std::int64_t>(value), Fault::none};
}

Wide divide_rounded(Wide numerator, Wide denominator, RoundingMode mode) {
  assert(denominator != 0);
  const UnsignedWide quotient = divide_magnitudes(magnitude(numerator), magnitude(denominator), mode);
  return with_sign(quotient, (numerator < 0) != (denominator < 0));
}

Checked multiply(std::int64_t left, std::int64_t right, unsigned drop) {
  const Wide product = static_cast<Wide>(left) * right;
  if (drop == 0) return narrow(product);
  // |product| <= 2^126 < 0.86 * 10^38: beyond 38 dropped digits nothing is left to round.
  if (drop > most_wide_exponent) return {0, Fault::none};
  return narrow(divide_rounded(product, wide_powers[drop], RoundingMode::half_even));
}

Checked divide(std::int64_t left, unsigned raise_left, std::int64_t right, unsigned raise_right, RoundingMode mode) {
  if (right == 0) return {0, Fault::division_by_zero};
  // |operand| * 10^18 <= 2^63 * 10^18 < 2^123.
  const Wide numerator = static_cast<Wide>(left) * power_of_ten(raise_left);
  const Wide denominator = static_cast<Wide>(right) * power_of_ten(raise_right);
  return narrow(divide_rounded(numerator, denominator, mode));
}

Checked remainder(std::int64_t left, unsigned raise_left, std::int64_t right, unsigned raise_right) {
  if (right == 0) return {0, Fault::division_by_zero};
  const Wide dividend = static_cast<Wide>(left) * power_of_ten(raise_left);
  const Wide divisor = static_cast<Wide>(right) * power_of_ten(raise_right);
  Wide rest = dividend % divisor;
  if (rest != 0 && (rest < 0) != (divisor < 0)) rest += divisor;
  return narrow(rest);
}

Checked rescale(std::int64_t value, unsigned from, unsigned to, RoundingMode mode) {
  assert(from <= most_narrow_exponent && to <= most_narrow_exponent);
  if (from == to) return {value, Fault::none};
  if (from < to) return narrow(static_cast<Wide>(value) * power_of_ten(to - from));
  return narrow(divide_rounded(value, power_of_ten(from - to), mode));
}

Checked scale_by(std::int64_t value, std::int64_t numerator, std::int64_t denominator) {
  assert(denominator > 0);
  if (denominator == 0) return {0, Fault::division_by_zero};
  return narrow(divide_rounded(static_cast<Wide>(value) * numerator, denominator, RoundingMode::half_even));
}

std::int64_t whole_steps(std::int64_t value, std::int64_t step) {
  assert(step > 0);
  return value <= 0 || step <= 0 ? 0 : value / step;
}

int compare(std::int64_t left, unsigned left_digits, std::int64_t right, unsigned right_digits) {
  if (left_digits == right_digits) return left < right ? -1 : (left > right ? 1 : 0);
  if (left_digits > right_digits) return -compare(right, right_digits, left, left_digits);
  // left has fewer digits and is raised to right's. From 19 more digits on anything but 0 outgrows 64 bits.
  const unsigned raise = right_digits - left_digits;
  if (raise > most_narrow_exponent) {
    if (left != 0) return left < 0 ? -1 : 1;
    return right > 0 ? -1 : (right < 0 ? 1 : 0);
  }
  const Wide raised = static_cast<Wide>(left) * narrow_powers[raise];
  return raised < right ? -1 : (raised > right ? 1 : 0);
}

Checked absolute(std::int64_t value) { return checked_with_sign(magnitude(value), false); }

std::int64_t floor(std::int64_t mantissa, unsigned digits) {
  if (digits > most_narrow_exponent) return mantissa < 0 ? -1 : 0;
  const std::int64_t unit = narrow_powers[digits];
  const std::int64_t quotient = mantissa / unit;
  return mantissa % unit < 0 ? quotient - 1 : quotient;
}

std::int64_t ceiling(std::int64_t mantissa, unsigned digits) {
  if (digits > most_narrow_exponent) return mantissa > 0 ? 1 : 0;
  const std::int64_t unit = narrow_powers[digits];
  const std::int64_t quotient = mantissa / unit;
  return mantissa % unit > 0 ? quotient + 1 : quotient;
}

Wide smaller_of(Wide left, Wide right) { return std::min(left, right); }
Wide larger_of(Wide left, Wide right) { return std::max(left, right); }

std::string format_decimal(std::int64_t mantissa, unsigned digits) {
  auto rest = static_cast<std::uint64_t>(magnitude(mantissa));
  std::string text;  // back to front
  unsigned fraction_left = digits;
  bool nothing_yet = true;  // trailing zeros of the fraction are not written
  while (rest != 0 || fraction_left > 0) {
    const auto digit = static_cast<char>('0' + rest % 10);
    rest /= 10;
    if (fraction_left > 0) {
      --fraction_left;
      if (digit != '0' || !nothing_yet) {
        text.push_back(digit);
        nothing_yet = false;
      }
      if (fraction_left == 0) {
        if (!nothing_yet) text.push_back('.');
        if (rest == 0) text.push_back('0');
      }
    } else {
      text.push_back(digit);
    }
  }
  if (text.empty()) text.push_back('0');
  if (mantissa < 0) text.push_back('-');
  std::reverse(text.begin(), text.end());
  return text;
}

}  // namespace muster::kernels
