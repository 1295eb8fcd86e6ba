#include "tests/differ/slow/value.h"

#include <algorithm>

#include "tests/differ/slow/text.h"

namespace muster::differ::slow {

using lang::CompareOp;
using lang::RoundingMode;

Value extent(std::int64_t least, std::int64_t most, unsigned digits) {
  Value made = least == most ? known(Kind::number, least, digits) : missing(Kind::number);
  made.digits = static_cast<std::uint8_t>(digits);
  made.is_extent = true;
  made.least = least;
  made.most = most;
  return made;
}

Value negation(const Value& value) { return value.known ? truth(value.is_no()) : undecided(value.faults); }

Value both(const Value& left, const Value& right) {
  if (left.is_no() || right.is_no()) return truth(false);
  if (left.known && right.known) return truth(true);
  return undecided(static_cast<std::uint8_t>((left.known ? 0 : left.faults) | (right.known ? 0 : right.faults)));
}
Value either(const Value& left, const Value& right) { return negation(both(negation(left), negation(right))); }

Value at_least(std::uint32_t least, std::span<const Value> values) {
  std::uint32_t yes = 0;
  std::uint32_t open = 0;
  std::uint8_t faults = 0;
  for (const Value& value : values) {
    if (value.is_yes()) ++yes;
    if (value.known) continue;
    ++open;
    faults = static_cast<std::uint8_t>(faults | value.faults);
  }
  if (yes >= least) return truth(true);
  return yes + open < least ? truth(false) : undecided(faults);
}

Wide ten_to(unsigned exponent) {
  Wide power = 1;
  for (unsigned i = 0; i < exponent; ++i) power *= 10;
  return power;
}

Wide rounded(Wide numerator, Wide denominator, RoundingMode mode) {
  const bool is_minus = (numerator < 0) != (denominator < 0);
  const Wide top = numerator < 0 ? -numerator : numerator;
  const Wide bottom = denominator < 0 ? -denominator : denominator;
  Wide whole = top / bottom;
  const Wide rest = top % bottom;
  const Wide gap = bottom - rest;  // to the next whole number: no doubling, which might not fit
  bool up = false;
  if (mode == RoundingMode::up) up = rest != 0;
  if (mode == RoundingMode::half_up) up = rest >= gap;
  if (mode == RoundingMode::half_even) up = rest > gap || (rest == gap && whole % 2 != 0);
  if (up) ++whole;
  return is_minus ? -whole : whole;
}
Wide floored(Wide numerator, Wide denominator) {
  const Wide whole = numerator / denominator;
  return numerator % denominator != 0 && (numerator < 0) != (denominator < 0) ? whole - 1 : whole;
}

Value checked(Kind kind, Wide value, unsigned digits) {
  Value made = missing(kind, overflow_fault);
  made.digits = static_cast<std::uint8_t>(digits);
  if (value < std::numeric_limits<std::int64_t>::min() || value > std::numeric_limits<std::int64_t>::max()) return made;
  return known(kind, static_cast<std::int64_t>(value), digits);
}

Value rescaled(const Value& value, unsigned digits, RoundingMode mode) {
  if (!value.known) {
    Value made = missing(value.kind, value.faults);
    made.digits = static_cast<std::uint8_t>(digits);
    made.currency = value.currency;
    return made;
  }
  Value made = digits >= value.digits
                   ? checked(value.kind, value.number * ten_to(digits - value.digits), digits)
                   : checked(value.kind, rounded(value.number, ten_to(value.digits - digits), mode), digits);
  made.currency = value.currency;
  return made;
}

namespace {

Value missing_of(Kind kind, const Value& left, const Value& right, unsigned digits = 0) {
  Value made = missing(kind);
  made.faults = static_cast<std::uint8_t>((left.known ? 0 : left.faults) | (right.known ? 0 : right.faults));
  made.digits = static_cast<std::uint8_t>(digits);
  made.currency = left.currency.empty() ? right.currency : left.currency;
  return made;
}

}  // namespace

Value multiplied(const Value& left, const Value& right) {
  const bool is_length = left.kind == Kind::length || right.kind == Kind::length;
  const unsigned digits = left.digits + right.digits;
  const unsigned kept = is_length ? 0 : std::min(digits, 9U);
  if (!left.known || !right.known) return missing_of(is_length ? Kind::length : Kind::number, left, right, kept);
  const Wide product = static_cast<Wide>(left.number) * right.number;
  Value made = checked(is_length ? Kind::length : Kind::number, rounded(product, ten_to(digits - kept)), kept);
  made.currency = left.currency.empty() ? right.currency : left.currency;
  return made;
}

Value divided(const Value& left, const Value& right, unsigned digits, RoundingMode mode) {
  const bool is_length = left.kind == Kind::length && right.kind == Kind::number;
  const Kind kind = is_length ? Kind::length : Kind::number;
  const unsigned kept = is_length ? 0 : digits;
  Value nothing = missing_of(kind, left, right, kept);
  if (!left.known || !right.known) return nothing;
  nothing.faults = division_fault;
  if (right.number == 0) return nothing;
  // left / 10^l / (right / 10^r) * 10^kept
  const Wide top = left.number * ten_to(kept + right.digits);
  Value made = checked(kind, rounded(top, right.number * ten_to(left.digits), mode), kept);
  if (right.currency.empty()) made.currency = left.currency;  // an amount by an amount is a number
  return made;
}

Value remainder(const Value& left, const Value& right) {
  const unsigned digits = std::max(left.digits, right.digits);
  Value nothing = missing_of(Kind::number, left, right, digits);
  if (!left.known || !right.known) return nothing;
  nothing.faults = division_fault;
  if (right.number == 0) return nothing;
  const Wide a = left.number * ten_to(digits - left.digits);
  const Wide b = right.number * ten_to(digits - right.digits);
  return checked(Kind::number, a - floored(a, b) * b, digits);
}

int order(const Value& left, const Value& right) {
  if (left.kind == Kind::text) {
    const int found = folded(left.text).compare(folded(right.text));
    return found < 0 ? -1 : found > 0 ? 1 : 0;
  }
  const Wide a = left.number * ten_to(right.digits);
  const Wide b = right.number * ten_to(left.digits);
  return a < b ? -1 : a > b ? 1 : 0;
}

bool same(const Value& left, const Value& right) { return left.known && right.known && order(left, right) == 0; }

Value compared(CompareOp op, const Value& left, const Value& right) {
  const auto holds = [op](int found) {
    switch (op) {
      case CompareOp::equal:
        return found == 0;
      case CompareOp::not_equal:
        return found != 0;
      case CompareOp::less:
        return found < 0;
      case CompareOp::less_equal:
        return found <= 0;
      case CompareOp::greater:
        return found > 0;
      case CompareOp::greater_equal:
        return found >= 0;
    }
    return false;
  };
  if (left.known && right.known) return truth(holds(order(left, right)));
  const auto bounded = [](const Value& value) { return value.known || value.is_extent; };
  if (bounded(left) && bounded(right)) {
    // Whatever the two may turn out to be: smaller, equal, larger.
    const auto end = [](const Value& value, bool upper) {
      return value.known ? value : known(Kind::number, upper ? value.most : value.least, value.digits);
    };
    const bool may_be_less = order(end(left, false), end(right, true)) < 0;
    const bool may_be_more = order(end(left, true), end(right, false)) > 0;
    const bool may_be_equal =
        order(end(left, false), end(right, true)) <= 0 && order(end(left, true), end(right, false)) >= 0;
    bool may_hold = false;
    bool may_fail = false;
    const auto possible = [&](bool may, int found) {
      if (may) (holds(found) ? may_hold : may_fail) = true;
    };
    possible(may_be_less, -1);
    possible(may_be_equal, 0);
    possible(may_be_more, 1);
    if (may_hold != may_fail) return truth(may_hold);
  }
  return missing_of(Kind::truth, left, right);
}

}  // namespace muster::differ::slow
