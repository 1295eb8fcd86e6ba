// Exact arithmetic against an oracle that shares nothing with it: decimal digits in strings, long division by hand.
#include "stdlib/kernels/number.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

namespace muster::kernels {
namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

// ---- the oracle: magnitudes as decimal digits without leading zeros ("" is 0)
using Digits = std::string;

Digits strip(Digits value) { return value.erase(0, std::min(value.find_first_not_of('0'), value.size())); }

int order(const Digits& a, const Digits& b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b) < 0 ? -1 : (a == b ? 0 : 1);
}

Digits plus(Digits a, Digits b) {
  const std::size_t size = std::max(a.size(), b.size()) + 1;
  a.insert(0, size - a.size(), '0');
  b.insert(0, size - b.size(), '0');
  int carry = 0;
  for (std::size_t at = size; at-- > 0;) {
    const int sum = (a[at] - '0') + (b[at] - '0') + carry;
    a[at] = static_cast<char>('0' + sum % 10);
    carry = sum / 10;
  }
  return strip(a);
}

Digits minus(Digits a, Digits b) {  // a >= b
  b.insert(0, a.size() - b.size(), '0');
  int borrow = 0;
  for (std::size_t at = a.size(); at-- > 0;) {
    int rest = (a[at] - '0') - (b[at] - '0') - borrow;
    borrow = rest < 0 ? 1 : 0;
    if (rest < 0) rest += 10;
    a[at] = static_cast<char>('0' + rest);
  }
  return strip(a);
}

Digits times(const Digits& a, const Digits& b) {
  Digits sum;
  for (const char digit : b) {
    if (!sum.empty()) sum.push_back('0');
    for (char count = '0'; count < digit; ++count) sum = plus(sum, a);
  }
  return sum;
}

struct Quotient {
  Digits whole;
  Digits rest;
};
Quotient long_division(const Digits& a, const Digits& b) {
  Quotient result;
  for (const char digit : a) {
    result.rest = strip(result.rest + digit);
    char count = '0';
    for (; order(result.rest, b) >= 0; ++count) result.rest = minus(result.rest, b);
    result.whole.push_back(count);
  }
  result.whole = strip(result.whole);
  return result;
}

struct Signed {
  bool negative = false;
  Digits digits;
};
Signed to_signed(std::int64_t value) {
  std::string text = std::to_string(value);
  const bool negative = text.front() == '-';
  return {negative, strip(negative ? text.substr(1) : text)};
}
Digits ten_to(unsigned exponent) { return "1" + std::string(exponent, '0'); }

Signed rounded(const Signed& numerator, const Signed& denominator, RoundingMode mode) {
  Quotient quotient = long_division(numerator.digits, denominator.digits);
  const int half = order(plus(quotient.rest, quotient.rest), denominator.digits);
  const bool odd = !quotient.whole.empty() && (quotient.whole.back() - '0') % 2 == 1;
  bool away = false;
  if (mode == RoundingMode::half_even) away = half > 0 || (half == 0 && odd);
  if (mode == RoundingMode::half_up) away = half >= 0;
  if (mode == RoundingMode::up) away = !quotient.rest.empty();
  if (away) quotient.whole = plus(quotient.whole, "1");
  return {numerator.negative != denominator.negative, quotient.whole};
}

Signed product(const Signed& a, const Signed& b) { return {a.negative != b.negative, times(a.digits, b.digits)}; }

// As text, with "overflow" for what 64 bits do not hold.
std::string text_of(const Signed& value) {
  const std::string limit = value.negative ? "9223372036854775808" : "9223372036854775807";
  if (order(value.digits, limit) > 0) return "overflow";
  if (value.digits.empty()) return "0";
  return (value.negative ? "-" : "") + value.digits;
}
std::string text_of(Checked value) {
  if (value.fault == Fault::overflow) return "overflow";
  if (value.fault == Fault::division_by_zero) return "division by zero";
  return std::to_string(value.value);
}

// Random numbers of every size, with the extremes and small ones often among them.
class Source {
 public:
  std::int64_t next() {
    static constexpr std::array<std::int64_t, 12> favourites = {least, least + 1, most, most - 1, 0,   1,
                                                                -1,    2,         -2,   5,        -10, 10'000};
    if (engine_() % 4 == 0) return favourites[engine_() % favourites.size()];
    return static_cast<std::int64_t>(engine_()) >> (engine_() % 64U);
  }
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }

 private:
  std::mt19937_64 engine_{20260201};
};

constexpr auto modes =
    std::to_array<RoundingMode>({RoundingMode::half_even, RoundingMode::half_up, RoundingMode::up, RoundingMode::down});

}  // namespace

TEST_CASE("rounding of small quotients in every mode and sign (section 4, number 7)") {
  for (int numerator = -60; numerator <= 60; ++numerator) {
    for (int denominator = -12; denominator <= 12; ++denominator) {
      if (denominator == 0) continue;
      for (const RoundingMode mode : modes) {
        CAPTURE(numerator);
        CAPTURE(denominator);
        CHECK(std::to_string(static_cast<std::int64_t>(divide_rounded(numerator, denominator, mode))) ==
              text_of(rounded(to_signed(numerator), to_signed(denominator), mode)));
      }
    }
  }
}

TEST_CASE("ties: 2.5, 3.5 and -2.5 by mode") {
  const auto round_to_whole = [](std::int64_t tenths, RoundingMode mode) { return rescale(tenths, 1, 0, mode).value; };
  CHECK(round_to_whole(25, RoundingMode::half_even) == 2);
  CHECK(round_to_whole(35, RoundingMode::half_even) == 4);
  CHECK(round_to_whole(-25, RoundingMode::half_even) == -2);
  CHECK(round_to_whole(25, RoundingMode::half_up) == 3);
  CHECK(round_to_whole(-25, RoundingMode::half_up) == -3);
  CHECK(round_to_whole(21, RoundingMode::up) == 3);
  CHECK(round_to_whole(-21, RoundingMode::up) == -3);
  CHECK(round_to_whole(29, RoundingMode::down) == 2);
  CHECK(round_to_whole(-29, RoundingMode::down) == -2);
}

TEST_CASE("divide_rounded at the ends of 128 bits") {
  const Wide widest = static_cast<Wide>(~static_cast<unsigned __int128>(0) >> 1U);
  const Wide lowest = -widest - 1;
  for (const RoundingMode mode : modes) {
    CHECK(divide_rounded(lowest, 1, mode) == lowest);
    CHECK(divide_rounded(lowest, lowest, mode) == 1);
    CHECK(divide_rounded(widest, -1, mode) == -widest);
    CHECK(divide_rounded(0, lowest, mode) == 0);
  }
  CHECK(divide_rounded(widest, lowest, RoundingMode::half_even) == -1);
  CHECK(divide_rounded(widest, lowest, RoundingMode::down) == 0);
  CHECK(divide_rounded(1, lowest, RoundingMode::up) == -1);
  CHECK(divide_rounded(lowest / 2, lowest, RoundingMode::half_even) == 0);
  CHECK(divide_rounded(lowest / 2, lowest, RoundingMode::half_up) == 1);
}

TEST_CASE("random operations against long division (section 4, numbers 7 and 8)") {
  Source source;
  for (int round = 0; round < 20'000; ++round) {
    const std::int64_t a = source.next();
    const std::int64_t b = source.next();
    const Signed left = to_signed(a);
    const Signed right = to_signed(b);
    CAPTURE(a);
    CAPTURE(b);
    const unsigned drop = source.below(40);
    REQUIRE(text_of(multiply(a, b, drop)) ==
            text_of(rounded(product(left, right), {false, ten_to(drop)}, RoundingMode::half_even)));

    const unsigned raise_left = source.below(19);
    const unsigned raise_right = source.below(19);
    CAPTURE(raise_left);
    CAPTURE(raise_right);
    const Signed raised_left{left.negative, times(left.digits, ten_to(raise_left))};
    const Signed raised_right{right.negative, times(right.digits, ten_to(raise_right))};
    if (b == 0) {
      REQUIRE(divide(a, raise_left, b, raise_right).fault == Fault::division_by_zero);
      REQUIRE(remainder(a, 0, b, 0).fault == Fault::division_by_zero);
    } else {
      REQUIRE(text_of(divide(a, raise_left, b, raise_right)) ==
              text_of(rounded(raised_left, raised_right, RoundingMode::half_even)));
      const unsigned small_left = raise_left % 10;
      const unsigned small_right = raise_right % 10;
      const Digits divisor = times(right.digits, ten_to(small_right));
      Digits rest = long_division(times(left.digits, ten_to(small_left)), divisor).rest;
      if (!rest.empty() && left.negative != right.negative) rest = minus(divisor, rest);
      REQUIRE(text_of(remainder(a, small_left, b, small_right)) == text_of(Signed{right.negative, rest}));
    }
    const std::int64_t positive = b > 0 ? b : (b == least ? most : (b == 0 ? 1 : -b));
    const std::int64_t factor = source.next();
    REQUIRE(text_of(scale_by(a, factor, positive)) ==
            text_of(rounded(product(left, to_signed(factor)), to_signed(positive), RoundingMode::half_even)));

    const int order_of_raised = left.negative != right.negative
                                    ? (left.negative ? -1 : (left.digits.empty() && right.digits.empty() ? 0 : 1))
                                    : order(raised_left.digits, raised_right.digits) * (left.negative ? -1 : 1);
    // a * 10^raise_left against b * 10^raise_right is a with fewer digits.
    REQUIRE(compare(a, raise_right, b, raise_left) == order_of_raised);

    const RoundingMode mode = modes[source.below(4)];
    const Signed rescaled = raise_left <= raise_right
                                ? Signed{left.negative, times(left.digits, ten_to(raise_right - raise_left))}
                                : rounded(left, {false, ten_to(raise_left - raise_right)}, mode);
    REQUIRE(text_of(rescale(a, raise_left, raise_right, mode)) == text_of(rescaled));
  }
}

TEST_CASE("compare with far apart scales") {
  CHECK(compare(1, 0, most, 30) == 1);
  CHECK(compare(-1, 0, least, 30) == -1);
  CHECK(compare(0, 0, 1, 30) == -1);
  CHECK(compare(0, 0, -1, 4'000'000'000U) == 1);
  CHECK(compare(0, 0, 0, 30) == 0);
  CHECK(compare(150, 2, 15, 1) == 0);
}

TEST_CASE("the remainder has the sign of the divisor (section 4, number 8)") {
  CHECK(remainder(7, 0, 3, 0).value == 1);
  CHECK(remainder(-7, 0, 3, 0).value == 2);
  CHECK(remainder(7, 0, -3, 0).value == -2);
  CHECK(remainder(-7, 0, -3, 0).value == -1);
  CHECK(remainder(least, 0, -1, 0).value == 0);
  CHECK(remainder(least, 0, -1, 0).fault == Fault::none);
}

TEST_CASE("faults: overflow and division by zero") {
  CHECK(divide(least, 0, -1, 0).fault == Fault::overflow);
  CHECK(divide(0, 0, 0, 18).fault == Fault::division_by_zero);
  CHECK(absolute(least).fault == Fault::overflow);
  CHECK(absolute(-5).value == 5);
  CHECK(narrow(static_cast<Wide>(most) + 1).fault == Fault::overflow);
  CHECK(narrow(least).value == least);
}

TEST_CASE("floor, ceiling and whole steps") {
  CHECK(floor(-25, 1) == -3);
  CHECK(ceiling(-25, 1) == -2);
  CHECK(floor(25, 1) == 2);
  CHECK(ceiling(25, 1) == 3);
  CHECK(floor(least, 0) == least);
  CHECK(ceiling(most, 0) == most);
  CHECK(floor(least, 18) == -10);
  CHECK(ceiling(most, 18) == 10);
  CHECK(floor(-1, 19) == -1);
  CHECK(ceiling(1, 19) == 1);
  CHECK(whole_steps(499, 100) == 4);
  CHECK(whole_steps(-499, 100) == 0);
  CHECK(whole_steps(least, 1) == 0);
  CHECK(smaller_of(2, -3) == -3);
  CHECK(larger_of(2, -3) == 2);
}

TEST_CASE("format_decimal") {
  CHECK(format_decimal(87, 1) == "8.7");
  CHECK(format_decimal(-5, 1) == "-0.5");
  CHECK(format_decimal(800'000, 4) == "80");
  CHECK(format_decimal(0, 0) == "0");
  CHECK(format_decimal(0, 9) == "0");
  CHECK(format_decimal(100, 0) == "100");
  CHECK(format_decimal(1, 18) == "0.000000000000000001");
  CHECK(format_decimal(-10'050, 2) == "-100.5");
  CHECK(format_decimal(least, 0) == "-9223372036854775808");
  CHECK(format_decimal(least, 18) == "-9.223372036854775808");
  CHECK(format_decimal(most, 9) == "9223372036.854775807");
}

}  // namespace muster::kernels
