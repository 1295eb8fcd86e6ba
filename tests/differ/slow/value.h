// Values of the slow evaluator, and arithmetic on them as the reference says it: exact in 128 bits, rounded once,
// checked once. It shares no code with Muster's kernels. May include: the standard library, lang/syntax (what to do).
// Called by: tests/differ/slow.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "lang/syntax/expression.h"

namespace muster::differ::slow {

using Wide = __int128;

enum class Kind : std::uint8_t { truth, number, text, member, date, moment, length };
inline constexpr std::uint8_t overflow_fault = 1;
inline constexpr std::uint8_t division_fault = 2;
inline constexpr std::int64_t without_end = std::numeric_limits<std::int64_t>::max();

// Unless it is known it is missing, or undecided. A count that is not known still has a least and a most.
struct Value {
  Kind kind = Kind::truth;
  bool known = false;
  bool is_extent = false;
  std::uint8_t digits = 0;  // number
  std::uint8_t faults = 0;  // why it is missing
  std::int32_t list = -1;   // member: the picklist or grade
  std::int64_t number = 0;  // mantissa, 0 and 1, position, days, microseconds
  std::int64_t least = 0, most = 0;
  std::string_view text{};
  std::string_view currency{};  // number: of an amount

  [[nodiscard]] bool is_yes() const { return known && number != 0; }
  [[nodiscard]] bool is_no() const { return known && number == 0; }
};

[[nodiscard]] inline Value missing(Kind kind, std::uint8_t faults = 0) {
  Value made;
  made.kind = kind;
  made.faults = faults;
  return made;
}
[[nodiscard]] inline Value known(Kind kind, std::int64_t number, unsigned digits = 0) {
  Value made;
  made.kind = kind;
  made.known = true;
  made.number = number;
  made.digits = static_cast<std::uint8_t>(digits);
  return made;
}
[[nodiscard]] inline Value truth(bool yes) { return known(Kind::truth, yes ? 1 : 0); }
[[nodiscard]] inline Value undecided(std::uint8_t faults = 0) { return missing(Kind::truth, faults); }
[[nodiscard]] Value extent(std::int64_t least, std::int64_t most, unsigned digits = 0);

// ---- Kleene
[[nodiscard]] Value negation(const Value& value);
[[nodiscard]] Value both(const Value& left, const Value& right);
[[nodiscard]] Value either(const Value& left, const Value& right);
// At least `least` of those are yes.
[[nodiscard]] Value at_least(std::uint32_t least, std::span<const Value> values);

// ---- numbers
[[nodiscard]] Wide ten_to(unsigned exponent);
// numerator / denominator; the denominator may be negative, not 0.
[[nodiscard]] Wide rounded(Wide numerator, Wide denominator, lang::RoundingMode mode = lang::RoundingMode::half_even);
[[nodiscard]] Wide floored(Wide numerator, Wide denominator);
[[nodiscard]] Value checked(Kind kind, Wide value, unsigned digits = 0);  // missing where 64 bits do not hold it
[[nodiscard]] Value rescaled(const Value& value, unsigned digits, lang::RoundingMode mode);
[[nodiscard]] Value multiplied(const Value& left, const Value& right);
// Numbers by numbers, lengths by lengths: `digits`, rounded once. A length by a number is a length.
[[nodiscard]] Value divided(const Value& left, const Value& right, unsigned digits, lang::RoundingMode mode);
[[nodiscard]] Value remainder(const Value& left, const Value& right);

// -1, 0, 1 of two known values of one kind, texts folded.
[[nodiscard]] int order(const Value& left, const Value& right);
[[nodiscard]] Value compared(lang::CompareOp op, const Value& left, const Value& right);
[[nodiscard]] bool same(const Value& left, const Value& right);

}  // namespace muster::differ::slow
