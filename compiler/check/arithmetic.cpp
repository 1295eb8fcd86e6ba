// Types of sums, products and rounding: units are kept, currencies never mix (section 4, number 7).
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/checker.h"

namespace muster::compiler {

using namespace lang;

namespace {

bool is_plain(Kind kind) { return kind == Kind::integer || kind == Kind::decimal; }

std::uint8_t capped(int digits) {
  return static_cast<std::uint8_t>(std::min(digits, static_cast<int>(most_decimal_digits)));
}

}  // namespace

std::optional<Type> Checker::common(const Type& left, const Type& right) const {
  if (left.kind == Kind::poison || right.kind == Kind::poison) return Type{};
  if (!comparable(left, right)) return std::nullopt;
  Type both = left.kind == Kind::decimal ? left : right.kind == Kind::decimal ? right : left;
  both.digits = std::max(left.digits, right.digits);
  return both;
}

Type Checker::add(const Type& left, const Type& right, bool minus, ExprId left_id, ExprId right_id) {
  const Kind l = left.kind;
  const Kind r = right.kind;
  if (l == Kind::poison || r == Kind::poison) return poison();
  if (mixes(left, right)) {
    Type both = left;
    both.digits = std::max(left.digits, right.digits);
    return both;
  }
  if (l == Kind::money && r == Kind::money && left.currency != right.currency) {
    report_currencies(join(span(left_id), span(right_id)), left, right);
    return poison();
  }
  if ((is_plain(l) && is_plain(r)) || (l == r && (l == Kind::percent || l == Kind::money || l == Kind::duration))) {
    return common(left, right).value_or(poison());
  }
  if ((l == Kind::date || l == Kind::datetime) && r == Kind::duration) return left;
  if (l == Kind::duration && (r == Kind::date || r == Kind::datetime) && !minus) return right;
  if (minus && l == r && (l == Kind::date || l == Kind::datetime)) return {.kind = Kind::duration};
  Diagnostic& message =
      diagnostics_.emit<DiagnosticId::cannot_add>(join(span(left_id), span(right_id)), words(left), words(right));
  if ((l == Kind::money && is_plain(r)) || (r == Kind::money && is_plain(l))) {
    message.fix = "write the currency behind the number, such as `50K USD`";
  } else if ((l == Kind::date && r == Kind::datetime) || (l == Kind::datetime && r == Kind::date)) {
    message.fix = "take the day of the moment first: `date_of(...)`";
  } else if (((l == Kind::date || l == Kind::datetime) && is_plain(r)) ||
             ((r == Kind::date || r == Kind::datetime) && is_plain(l))) {
    message.fix = "say which unit the number has, such as `30 days`";
  }
  return poison();
}

// A date is a number of days, and so is each term that leads to it.
void Checker::check_whole_days(ExprId term) {
  const Kind kind = policy_.type_of(term).kind;
  if (kind == Kind::datetime) diagnostics_.emit<DiagnosticId::below_a_day>(span(term));
  if (kind != Kind::duration) return;
  const auto value = require_constant(term, "the number of days added to a date");
  if (value && value->value % kernels::microseconds_per_day != 0) {
    diagnostics_.emit<DiagnosticId::below_a_day>(span(term));
  }
}

Type Checker::check_sum(ExprId id, const SumChain& sum) {
  bool may = false;
  Type type;
  std::size_t in_days = 0;  // the terms before it are known to be whole days
  for (std::size_t i = 0; i < sum.terms.size(); ++i) {
    const SumTerm& term = sum.terms[i];
    const Type next = check(term.operand);
    may = may || may_miss(term.operand);
    if (i == 0) {
      type = next;
      const bool fits = next.kind == Kind::poison || is_number(next.kind) || next.kind == Kind::money ||
                        next.kind == Kind::date || next.kind == Kind::datetime || next.kind == Kind::duration;
      if (!fits) {
        diagnostics_.emit<DiagnosticId::wrong_type>(span(term.operand), "a number", words(next));
        type = poison();
      }
    } else {
      may = may || mixes(type, next);  // a day without a rate
      type = add(type, next, term.minus, sum.terms[i - 1].operand, term.operand);
    }
    if (type.kind == Kind::date) {
      for (; in_days <= i; ++in_days) check_whole_days(sum.terms[in_days].operand);
    }
  }
  info(id).may_be_missing = may;
  return type;
}

Type Checker::check_product(ExprId id, const Product& product) {
  const Type left = check(product.left);
  const Type right = check(product.right);
  const Kind l = left.kind;
  const Kind r = right.kind;
  info(id).may_be_missing = may_miss(product.left) || may_miss(product.right);
  if (l == Kind::poison || r == Kind::poison) return poison();
  const std::uint8_t both_digits = capped(left.digits + right.digits);
  const std::uint8_t quotient = static_cast<std::uint8_t>(quotient_digits);
  switch (product.op) {
    case ProductOp::share_of:
    case ProductOp::multiply: {
      if (is_plain(l) && is_plain(r)) {
        return both_digits == 0 ? Type{.kind = Kind::integer} : Type{.kind = Kind::decimal, .digits = both_digits};
      }
      if (is_number(l) && is_number(r)) {
        return {.kind = l == r ? Kind::percent : Kind::decimal, .digits = both_digits};
      }
      if ((l == Kind::money && is_number(r)) || (is_number(l) && r == Kind::money)) {
        return {
            .kind = Kind::money, .digits = both_digits, .currency = l == Kind::money ? left.currency : right.currency};
      }
      if ((l == Kind::duration && is_number(r)) || (is_number(l) && r == Kind::duration))
        return {.kind = Kind::duration};
      break;
    }
    case ProductOp::divide: {
      const auto divisor = constant(product.right);
      if (divisor && divisor->value == 0) {
        diagnostics_.emit<DiagnosticId::constant_division>(span(product.right));
        return poison();
      }
      if (!divisor) info(id).may_be_missing = true;  // a zero in the data
      if (mixes(left, right)) {
        info(id).may_be_missing = true;
        return {.kind = Kind::decimal, .digits = quotient};
      }
      if (l == Kind::money && r == Kind::money && left.currency != right.currency) {
        report_currencies(span(id), left, right);
        return poison();
      }
      if (l == Kind::percent && is_plain(r)) return {.kind = Kind::percent, .digits = quotient};
      if ((is_number(l) && is_number(r)) || (l == r && (l == Kind::money || l == Kind::duration))) {
        return {.kind = Kind::decimal, .digits = quotient};
      }
      if (l == Kind::money && is_number(r)) return {.kind = Kind::money, .digits = quotient, .currency = left.currency};
      if (l == Kind::duration && is_number(r)) return {.kind = Kind::duration};
      break;
    }
    case ProductOp::remainder: {
      const auto divisor = constant(product.right);
      if (divisor && divisor->value == 0) {
        diagnostics_.emit<DiagnosticId::constant_division>(span(product.right));
        return poison();
      }
      if (!divisor) info(id).may_be_missing = true;
      if ((is_plain(l) && is_plain(r)) || (l == Kind::duration && r == Kind::duration))
        return common(left, right).value_or(poison());
      break;
    }
  }
  const bool multiplies = product.op == ProductOp::multiply || product.op == ProductOp::share_of;
  const char* const verb = multiplies ? "multiplied" : "divided";
  diagnostics_.emit<DiagnosticId::cannot_multiply>(span(id), words(left), verb, words(right));
  return poison();
}

Type Checker::check_round(ExprId id, const Round& round) {
  Type type = check(round.operand);
  info(id).may_be_missing = may_miss(round.operand);
  if (type.kind == Kind::poison) return type;
  if (!is_number(type.kind) && type.kind != Kind::money) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(round.operand), "a number to round", words(type));
    return poison();
  }
  if (round.digits > most_decimal_digits) {
    diagnostics_.emit<DiagnosticId::digits_out_of_range>(span(id));
    return poison();
  }
  type.digits = round.digits;
  if (type.kind == Kind::decimal && round.digits == 0) type.kind = Kind::integer;
  if (type.kind == Kind::integer && round.digits > 0) type.kind = Kind::decimal;
  return type;
}

}  // namespace muster::compiler
