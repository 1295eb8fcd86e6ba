#include "stdlib/kernels/fade.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <numeric>

#include "lang/spec/spec.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::kernels {
namespace {

using UnsignedWide = unsigned __int128;

constexpr UnsignedWide one = UnsignedWide{1} << 127U;       // shares of 1 are parts of 2^127
constexpr std::uint64_t ln_2 = 0xB172'17F7'D1CF'79ABU;      // parts of 2^64
constexpr std::uint64_t ln_2_low = 0xC9E3'B398'03F2'F6AFU;  // and the 64 bits behind them
constexpr std::uint64_t whole_share = 1'000'000'000;        // 9 digits
constexpr std::uint64_t lost = 64;                          // halvings after which no 64-bit number is left
constexpr std::size_t power_count = 64;                     // percent: intervals that one table covers
constexpr std::size_t square_count = 58;                    // and the bits of a count above that
constexpr std::uint64_t day = std::uint64_t{microseconds_per_day};

constexpr std::uint64_t high_half(UnsignedWide value) { return static_cast<std::uint64_t>(value >> 64U); }
constexpr std::uint64_t low_half(UnsignedWide value) { return static_cast<std::uint64_t>(value); }

// The upper 128 bits of the 256-bit product.
constexpr UnsignedWide high_product(UnsignedWide left, UnsignedWide right) {
  const UnsignedWide low_low = UnsignedWide{low_half(left)} * low_half(right);
  const UnsignedWide low_high = UnsignedWide{low_half(left)} * high_half(right);
  const UnsignedWide high_low = UnsignedWide{high_half(left)} * low_half(right);
  const UnsignedWide middle = UnsignedWide{low_half(low_high)} + low_half(high_low) + high_half(low_low);
  return UnsignedWide{high_half(left)} * high_half(right) + high_half(low_high) + high_half(high_low) +
         high_half(middle);
}

// The product of two shares, at most 2 parts of 2^127 too small.
constexpr UnsignedWide share_product(UnsignedWide left, UnsignedWide right) { return high_product(left, right) << 1U; }

// The upper 128 bits of a 192-bit product.
constexpr UnsignedWide high_product(std::uint64_t left, UnsignedWide right) {
  return UnsignedWide{left} * high_half(right) + high_half(UnsignedWide{left} * low_half(right));
}

// 2^(-k / 2^bits) for k = 0..255. One step is worked out by the series of exp, the others are its powers: 256 products
// lose less than 2^-117.
template <unsigned bits>
constexpr std::array<UnsignedWide, 256> make_table() {
  const UnsignedWide exponent = ((UnsignedWide{ln_2} << 64U) | ln_2_low) >> (bits + 1);  // parts of 2^127
  UnsignedWide step = one;
  UnsignedWide term = one;
  for (unsigned k = 1; k <= 20; ++k) {
    term = share_product(term, exponent) / k;
    if (k % 2 == 1) {
      step -= term;
    } else {
      step += term;
    }
  }
  std::array<UnsignedWide, 256> table{};
  table[0] = one;
  for (std::size_t k = 1; k < table.size(); ++k) table[k] = share_product(table[k - 1], step);
  return table;
}
constexpr std::array<UnsignedWide, 256> coarse = make_table<8>();
constexpr std::array<UnsignedWide, 256> fine = make_table<16>();

// 2^-f for f in parts of 2^128. The first 16 bits of f are looked up; for the others, below 2^-16, the series of exp
// is broken off after the third term, which leaves out less than 2^-70.
UnsignedWide share_after(UnsignedWide f) {
  const UnsignedWide looked_up =
      share_product(coarse[static_cast<std::size_t>(f >> 120U)], fine[static_cast<std::size_t>((f >> 112U) & 255U)]);
  const auto rest = static_cast<std::uint64_t>((f << 16U) >> 64U);  // from here on parts of 2^80, if not said otherwise
  const std::uint64_t x = high_half(UnsignedWide{rest} * ln_2);
  const std::uint64_t square = high_half(UnsignedWide{x} * x);            // parts of 2^96
  const std::uint64_t cube = high_half(UnsignedWide{square} * x) >> 32U;  // of 2^112, then of 2^80
  const std::uint64_t loss = x - (square >> 17U) + cube / 6;
  return looked_up - ((UnsignedWide{high_half(looked_up)} * loss) >> 16U);
}

}  // namespace

FadeCurve::FadeCurve(lang::FadeKind kind, std::int64_t interval, std::int64_t left, bool whole_days, unsigned digits,
                     lang::RoundingMode mode)
    : kind_(kind),
      whole_days_(whole_days),
      mode_(mode),
      unit_(static_cast<std::uint64_t>(power_of_ten(lang::points_digits - digits))),
      interval_(static_cast<std::uint64_t>(std::max<std::int64_t>(interval, 1))),
      reciprocal_(interval_ == 1 ? ~UnsignedWide{0} : ((UnsignedWide{0} - interval_) / interval_) + 1) {
  assert(kind == lang::FadeKind::never || interval > 0);
  assert(left >= 0 && static_cast<std::uint64_t>(left) <= whole_share);
  if (kind != lang::FadeKind::percent) return;
  const auto share = static_cast<std::uint64_t>(std::clamp<std::int64_t>(left, 0, std::int64_t{whole_share}));
  const std::uint64_t common = std::gcd(share, whole_share);
  numerator_ = share / common;
  denominator_ = whole_share / common;
  // In two steps, for the share of 2^127 would need more than 128 bits before the division.
  const UnsignedWide scaled = UnsignedWide{share} << 97U;
  const UnsignedWide left_once = ((scaled / whole_share) << 30U) + ((scaled % whole_share) << 30U) / whole_share;
  powers_.push_back(one);
  while (powers_.size() < power_count) powers_.push_back(share_product(powers_.back(), left_once));
  squares_.push_back(share_product(powers_.back(), left_once));
  while (squares_.size() < square_count) squares_.push_back(share_product(squares_.back(), squares_.back()));
}

std::int64_t FadeCurve::at(std::int64_t points, std::int64_t age) const {
  const bool negative = points < 0;
  const std::uint64_t magnitude =
      negative ? std::uint64_t{0} - static_cast<std::uint64_t>(points) : static_cast<std::uint64_t>(points);
  const auto counted =
      static_cast<std::uint64_t>(std::max<std::int64_t>(age, 0)) / (whole_days_ ? day : 1) * (whole_days_ ? day : 1);
  Left left{UnsignedWide{magnitude} * 2};
  if (counted > 0) {
    switch (kind_) {
      case lang::FadeKind::halving:
        left = halved(magnitude, counted);
        break;
      case lang::FadeKind::to_zero:
        left = linear(magnitude, counted);
        break;
      case lang::FadeKind::percent:
        left = reduced(magnitude, counted);
        break;
      case lang::FadeKind::never:
        break;
    }
  }
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const std::uint64_t result = std::min(rounded(left), negative ? most + 1 : most);
  return static_cast<std::int64_t>(negative ? std::uint64_t{0} - result : result);
}

std::uint64_t FadeCurve::rounded(Left left) const {
  // Halves of the unit: the quotient, and what is left of it compared with one half.
  const std::uint64_t two_units = 2 * unit_;
  std::uint64_t quotient = 0;
  std::uint64_t rest = 0;
  if (unit_ == 1) {
    quotient = static_cast<std::uint64_t>(left.doubled >> 1U);
    rest = static_cast<std::uint64_t>(left.doubled & 1U);
  } else if (high_half(left.doubled) == 0) {
    quotient = low_half(left.doubled) / two_units;
    rest = low_half(left.doubled) % two_units;
  } else {
    quotient = static_cast<std::uint64_t>(left.doubled / two_units);
    rest = static_cast<std::uint64_t>(left.doubled % two_units);
  }
  bool away = false;
  switch (mode_) {
    case lang::RoundingMode::half_even:
      away = rest > unit_ || (rest == unit_ && (left.more || (quotient & 1U) != 0));
      break;
    case lang::RoundingMode::half_up:
      away = rest >= unit_;
      break;
    case lang::RoundingMode::up:
      away = rest > 0 || left.more;
      break;
    case lang::RoundingMode::down:
      break;
  }
  return (quotient + (away ? 1U : 0U)) * unit_;
}

// The reciprocal is too small by less than 1, so the quotient is right or one too small.
std::uint64_t FadeCurve::whole_intervals(std::uint64_t age) const {
  const std::uint64_t count = high_half(high_product(age, reciprocal_));
  return age - count * interval_ >= interval_ ? count + 1 : count;
}

// Between whole intervals the result is irrational: there is always more behind a number of digits.
FadeCurve::Left FadeCurve::halved(std::uint64_t points, std::uint64_t age) const {
  const std::uint64_t halvings = whole_intervals(age);
  if (halvings >= lost) return {0, points != 0};
  const std::uint64_t rest = age - halvings * interval_;
  const auto shift = static_cast<unsigned>(halvings);
  const UnsignedWide doubled = UnsignedWide{points} * 2;
  if (rest == 0) return {doubled >> shift, (doubled & ((UnsignedWide{1} << shift) - 1)) != 0};
  return {high_product(points, share_after(rest * reciprocal_)) >> (62U + shift), points != 0};
}

FadeCurve::Left FadeCurve::linear(std::uint64_t points, std::uint64_t age) const {
  if (age >= interval_) return {};
  const UnsignedWide product = UnsignedWide{points} * (interval_ - age);
  UnsignedWide quotient = high_product(product, reciprocal_);
  UnsignedWide rest = product - quotient * interval_;
  while (rest >= interval_) {  // at most twice: see whole_intervals
    ++quotient;
    rest -= interval_;
  }
  const UnsignedWide until_next = interval_ - rest;
  return {quotient * 2 + (rest >= until_next ? 1U : 0U), rest != 0 && rest != until_next};
}

FadeCurve::Left FadeCurve::reduced(std::uint64_t points, std::uint64_t age) const {
  const std::uint64_t count = whole_intervals(age);
  if (denominator_ == 1)
    return {count == 0 || numerator_ == 1 ? UnsignedWide{points} * 2 : 0, false};  // all or nothing
  UnsignedWide share = powers_[count % power_count];
  std::uint64_t bits = count / power_count;
  for (std::size_t k = 0; bits != 0 && share != 0; ++k, bits >>= 1U) {
    if ((bits & 1U) != 0) share = share_product(share, squares_[k]);
  }
  const UnsignedWide product = high_product(points, share);  // parts of 2^63
  // Shares are rounded down, so a half or whole number looks like a little less. Where it may be one, integers decide:
  // numerator and denominator have no common factor, so then the denominator's power divides twice the points.
  constexpr UnsignedWide tolerance = UnsignedWide{1} << 42U;
  const UnsignedWide doubled_part = product >> 62U;
  const UnsignedWide next = (product + tolerance) >> 62U;
  if (next != doubled_part || (product & ((UnsignedWide{1} << 62U) - 1)) == 0) {
    const UnsignedWide doubled = UnsignedWide{points} * 2;
    UnsignedWide divisor = 1;
    UnsignedWide factor = 1;
    for (std::uint64_t k = 0; k < count && divisor <= doubled; ++k) {
      divisor *= denominator_;
      factor *= numerator_;
    }
    if (divisor <= doubled && doubled % divisor == 0) return {doubled / divisor * factor, false};
  }
  return {doubled_part, points != 0};  // a share of something is never nothing
}

std::int64_t age_at(std::int64_t as_of, std::int64_t event) {
  std::int64_t age = 0;
  if (__builtin_sub_overflow(as_of, event, &age)) return as_of > event ? std::numeric_limits<std::int64_t>::max() : 0;
  return std::max<std::int64_t>(age, 0);
}

std::int64_t age_of_day(std::int64_t as_of_day, std::int64_t event_day) {
  std::int64_t age = 0;
  if (__builtin_mul_overflow(age_at(as_of_day, event_day), microseconds_per_day, &age)) {
    return std::numeric_limits<std::int64_t>::max();
  }
  return age;
}

}  // namespace muster::kernels
