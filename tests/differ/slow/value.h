// Values of the slow evaluator, and arithmetic on them as the reference says it: exact in 128 bits, rounded once,
// checked once. It shares no code with Muster's kernels. May include: the standard library, lang/syntax (what to do).
// Called by: tests/differ/slow.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "lang/syntax/expression.h"
#include "tests/differ/slow/calendar.h"
#include "tests/differ/slow/text.h"

namespace muster::differ::slow {

using Wide = __int128;
using lang::CompareOp;
using lang::RoundingMode;

enum class Kind : std::uint8_t { truth, number, text, member, label, date, moment, length };
inline constexpr std::uint8_t overflow_fault = 1;
inline constexpr std::uint8_t division_fault = 2;
inline constexpr Wide without_end = Wide{1} << 80U;  // more than 64 bits hold, with room for nine digits more

inline bool fits(Wide number) { return number == static_cast<std::int64_t>(number); }

// What is known of a value: the least and the most that it may be, which are one where it is known. Undecided is from
// no to yes, and where rows may or may not count a number is open so; of all else that is missing nothing is known.
struct Value {
  Kind kind = Kind::truth;
  std::uint8_t digits = 0;  // number
  std::uint8_t faults = 0;  // why it is missing; none where it is known
  bool is_bounded = false;
  Wide least = 0, most = 0;     // mantissa, 0 and 1, position, days, microseconds
  std::string_view text{};      // trimmed; of a member and a label its name
  std::string_view list{};      // member: the picklist
  std::string_view currency{};  // number: of an amount

  [[nodiscard]] bool known() const { return is_bounded && least == most; }
  [[nodiscard]] bool is_yes() const { return known() && least == 1; }
  [[nodiscard]] bool is_no() const { return known() && least == 0; }

  // Others of the same type: between two ends, missing, or one number, which is missing where 64 bits do not hold it.
  [[nodiscard]] Value between(Wide low, Wide high, unsigned why = 0) const {
    Value made = *this;
    made.faults = static_cast<std::uint8_t>(low == high ? 0 : why);
    made.is_bounded = true;
    made.least = low;
    made.most = high;
    return made;
  }
  [[nodiscard]] Value missing(unsigned why = 0) const {
    Value made = between(0, 1, why);
    made.is_bounded = kind == Kind::truth;
    return made;
  }
  [[nodiscard]] Value with(Wide number) const {
    return fits(number) ? between(number, number) : missing(overflow_fault);
  }
};

inline Value of_kind(Kind kind, unsigned digits = 0) {
  return Value{kind, static_cast<std::uint8_t>(digits)}.missing();
}
inline Value known(Kind kind, Wide number, unsigned digits = 0) { return of_kind(kind, digits).with(number); }
inline Value text_value(std::string_view text) {
  Value made = trimmed(text).empty() ? of_kind(Kind::text) : known(Kind::text, 0);
  made.text = trimmed(text);
  return made;
}

// ---- Kleene
inline Value truth(bool yes) { return known(Kind::truth, yes ? 1 : 0); }
inline Value undecided(unsigned faults = 0) { return of_kind(Kind::truth).missing(faults); }
inline Value negation(const Value& value) { return value.between(1 - value.most, 1 - value.least, value.faults); }
inline Value both(const Value& left, const Value& right) {
  const unsigned faults = left.faults | right.faults;
  return left.between(std::min(left.least, right.least), std::min(left.most, right.most), faults);
}
inline Value either(const Value& left, const Value& right) { return negation(both(negation(left), negation(right))); }

// ---- numbers
inline Wide ten_to(unsigned exponent) { return exponent == 0 ? 1 : 10 * ten_to(exponent - 1); }

// numerator / denominator; the denominator may be negative, not 0.
inline Wide rounded(Wide numerator, Wide denominator, RoundingMode mode = RoundingMode::half_even) {
  const bool is_minus = (numerator < 0) != (denominator < 0);
  const Wide top = numerator < 0 ? -numerator : numerator;
  const Wide bottom = denominator < 0 ? -denominator : denominator;
  const Wide whole = top / bottom;
  const Wide rest = top % bottom;
  const Wide gap = bottom - rest;  // to the next whole number: no doubling, which might not fit
  const bool is_up = (mode == RoundingMode::up && rest != 0) || (mode == RoundingMode::half_up && rest >= gap) ||
                     (mode == RoundingMode::half_even && (rest > gap || (rest == gap && whole % 2 != 0)));
  return (is_minus ? -1 : 1) * (whole + (is_up ? 1 : 0));
}
inline Wide floored(Wide numerator, Wide denominator) {
  const Wide whole = numerator / denominator;
  return numerator % denominator != 0 && (numerator < 0) != (denominator < 0) ? whole - 1 : whole;
}

inline Value rescaled(const Value& value, unsigned digits, RoundingMode mode = RoundingMode::half_even) {
  Value made = value;
  made.digits = static_cast<std::uint8_t>(digits);
  if (!value.known()) return made.missing(value.faults);
  return made.with(digits >= value.digits ? value.least * ten_to(digits - value.digits)
                                          : rounded(value.least, ten_to(value.digits - digits), mode));
}

// Of numbers; or of dates, moments and lengths, in which a day is 24 hours. A term that is true is taken away.
inline Value sum(const std::vector<std::pair<bool, Value>>& terms) {
  unsigned digits = 0;
  unsigned faults = 0;
  int moments = 0;
  int dates = 0;
  bool is_bounded = true;
  for (const auto& [minus, term] : terms) {
    digits = std::max<unsigned>(digits, term.digits);
    faults |= term.faults;
    is_bounded = is_bounded && term.is_bounded;
    if (term.kind == Kind::moment) moments += minus ? -1 : 1;
    if (term.kind == Kind::date) dates += minus ? -1 : 1;
  }
  const Kind of_time = moments != 0 ? Kind::moment : dates != 0 ? Kind::date : Kind::length;
  const Value& first = terms[0].second;
  Value made = of_kind(first.kind == Kind::number ? Kind::number : of_time, digits).missing(faults);
  made.currency = first.currency;
  if (!is_bounded) return made;
  Wide least = 0;
  Wide most = 0;
  for (const auto& [minus, term] : terms) {
    const Wide unit = term.kind == Kind::date ? microseconds_of_day : ten_to(digits - term.digits);
    least += unit * (minus ? -term.most : term.least);
    most += unit * (minus ? -term.least : term.most);
  }
  if (made.kind == Kind::date) least = most = floored(least, microseconds_of_day);
  return least == most ? made.with(least) : made.between(least, most, faults);
}

// left * right, left / right and left mod right. A quotient has `digits`, rounded once. A length by a number is a
// length, an amount by a number an amount; by one another both are numbers.
inline Value product(lang::ProductOp op, const Value& left, const Value& right, unsigned digits, RoundingMode mode) {
  const bool divides = op == lang::ProductOp::divide;
  const bool is_remainder = op == lang::ProductOp::remainder;
  const bool is_length = (left.kind == Kind::length) != (right.kind == Kind::length);
  const unsigned exact = is_remainder ? std::max(left.digits, right.digits) : left.digits + right.digits;
  Value made = of_kind(is_length ? Kind::length : Kind::number, divides ? digits : std::min(exact, 9U));
  if (is_length) made.digits = 0;
  if (!divides || right.currency.empty()) made.currency = std::max(left.currency, right.currency);
  if (!left.known() || !right.known()) return made.missing(left.faults | right.faults);
  if ((divides || is_remainder) && right.least == 0) return made.missing(division_fault);
  if (is_remainder) {
    const Wide top = left.least * ten_to(exact - left.digits);
    const Wide bottom = right.least * ten_to(exact - right.digits);
    return made.with(top - floored(top, bottom) * bottom);
  }
  if (!divides) return made.with(rounded(left.least * right.least, ten_to(exact - made.digits)));
  // left / 10^l / (right / 10^r) * 10^digits
  return made.with(rounded(left.least * ten_to(made.digits + right.digits), right.least * ten_to(left.digits), mode));
}

// -1, 0, 1: how one number that `left` may be compares with one that `right` may be. Texts are compared folded; of the
// labels of a grade the first is the best.
inline int order(const Value& left, Wide a, const Value& right, Wide b) {
  if (left.kind == Kind::text) return std::clamp(folded(left.text).compare(folded(right.text)), -1, 1);
  if (left.kind == Kind::label) std::swap(a, b);
  const unsigned digits = std::max(left.digits, right.digits);
  a *= ten_to(digits - left.digits);
  b *= ten_to(digits - right.digits);
  return a < b ? -1 : a > b ? 1 : 0;
}

inline Value compared(CompareOp op, const Value& left, const Value& right) {
  // By operator: whether it holds of what is less, equal, more.
  static constexpr std::array<std::array<bool, 3>, 6> holds{{
      {false, true, false},  // =
      {true, false, true},   // !=
      {true, false, false},  // <
      {true, true, false},   // <=
      {false, false, true},  // >
      {false, true, true},   // >=
  }};
  const unsigned faults = left.faults | right.faults;
  if (!left.is_bounded || !right.is_bounded) return undecided(faults);
  const int lowest = order(left, left.least, right, right.most);
  const int highest = left.known() && right.known() ? lowest : order(left, left.most, right, right.least);
  const auto first = holds[static_cast<std::size_t>(op)].begin() + 1;
  const bool always = std::all_of(first + lowest, first + highest + 1, std::identity{});
  const bool ever = std::any_of(first + lowest, first + highest + 1, std::identity{});
  return undecided().between(always ? 1 : 0, ever ? 1 : 0, faults);
}
inline bool same(const Value& left, const Value& right) {
  return left.known() && right.known() && compared(CompareOp::equal, left, right).is_yes();
}
inline bool is_less(const Value& left, const Value& right) { return compared(CompareOp::less, left, right).is_yes(); }

}  // namespace muster::differ::slow
