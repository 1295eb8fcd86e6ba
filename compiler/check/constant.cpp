// What is the same for every lead: worked out by the engines' own kernels, so that a constant and a column agree.
#include <algorithm>

#include "compiler/check/checker.h"
#include "lang/source/unicode.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;
using kernels::Checked;
using kernels::Fault;

std::optional<Constant> Checker::require_constant(ExprId id, std::string_view what) {
  if (policy_.type_of(id).kind == Kind::poison) return std::nullopt;
  auto value = constant(id);
  if (!value) diagnostics_.emit<DiagnosticId::not_constant>(span(id), what);
  return value;
}

std::optional<Constant> Checker::constant(ExprId id) {
  if (policy_.type_of(id).kind == Kind::poison) return std::nullopt;
  auto value = fold(id);
  if (value) {
    value->type = policy_.type_of(id);
    policy_.fixed[id.index] = *value;
  }
  return value;
}

// The quotient that an expression is, parentheses aside: it is rounded once, to the digits asked for (number 7).
const Product* Checker::quotient_in(ExprId id) const {
  id = without_parentheses(tree_, id);
  const auto* product = std::get_if<Product>(&tree_.expressions[id].node);
  return product != nullptr && product->op == ProductOp::divide ? product : nullptr;
}

std::optional<Checked> Checker::divide(const Product& quotient, const Type& type, RoundingMode mode) {
  const auto left = constant(quotient.left);
  const auto right = constant(quotient.right);
  if (!left || !right) return std::nullopt;
  if (mixes(left->type, right->type)) return std::nullopt;  // the rate depends on the day
  const int raise = type.digits + right->type.digits - left->type.digits;
  return kernels::divide(left->value, static_cast<unsigned>(std::max(0, raise)), right->value,
                         static_cast<unsigned>(std::max(0, -raise)), mode);
}

std::optional<Constant> Checker::fold(ExprId id) {
  const Type type = policy_.type_of(id);
  const ExprInfo& own = policy_.info(id);
  const auto number = [&](std::int64_t value) { return std::optional<Constant>({type, value, {}}); };
  const auto checked = [&](Checked result) -> std::optional<Constant> {
    if (result.fault == Fault::none) return Constant{type, result.value, {}};
    if (result.fault == Fault::overflow) diagnostics_.emit<DiagnosticId::constant_overflow>(span(id));
    return std::nullopt;
  };
  if (own.meaning == Meaning::member) return number(own.index);
  return std::visit(
      Overloaded{
          [&](const NumberLiteral& literal) { return number(literal.value.mantissa); },
          [&](const PercentLiteral& literal) { return number(literal.value.mantissa); },
          [&](const MoneyLiteral& literal) {
            return checked(
                kernels::rescale(literal.value.mantissa, literal.value.digits, type.digits, RoundingMode::half_even));
          },
          [&](const DurationLiteral& literal) { return number(literal.microseconds); },
          [&](const DateLiteral& literal) { return number(literal.days); },
          [&](const DateTimeLiteral& literal) {
            if (!literal.offset_minutes)
              return number(policy_.zone.instant_from_local(literal.days, literal.microsecond_of_day));
            return number(literal.days * kernels::microseconds_per_day + literal.microsecond_of_day -
                          *literal.offset_minutes * std::int64_t{60'000'000});
          },
          [&](const AsOf&) -> std::optional<Constant> { return test_instant_ ? number(*test_instant_) : std::nullopt; },
          [&](const Ago& ago) -> std::optional<Constant> {
            const auto length = constant(ago.duration);
            if (!length || !test_instant_) return std::nullopt;
            return checked(kernels::narrow(static_cast<kernels::Wide>(*test_instant_) - length->value));
          },
          [&](const TextLiteral& literal) {
            return std::optional<Constant>({type, 0, std::string(lang::trim(literal.value))});
          },
          [&](const BoolLiteral& literal) { return number(literal.value ? 1 : 0); },
          [&](const NameRef&) -> std::optional<Constant> {
            if (own.meaning != Meaning::setting && own.meaning != Meaning::let) return std::nullopt;
            // What every company has is still missing where there is no company.
            const auto path = policy_.paths.find(id.index);
            if (path != policy_.paths.end() && !path->second.references.empty()) return std::nullopt;
            const auto value = policy_.constants.find(own.index);
            return value == policy_.constants.end() ? std::nullopt : std::optional(value->second);
          },
          [&](const Parenthesised& group) { return constant(group.inner); },
          [&](const Negate& negate) -> std::optional<Constant> {
            const auto value = constant(negate.operand);
            return value ? checked(kernels::narrow(-static_cast<kernels::Wide>(value->value))) : std::nullopt;
          },
          [&](const SumChain& sum) -> std::optional<Constant> {
            kernels::Wide total = 0;
            for (const SumTerm& term : sum.terms) {
              const auto value = constant(term.operand);
              if (!value) return std::nullopt;
              // The rate between two currencies depends on the day.
              if (type.kind == Kind::money && value->type.currency != type.currency) return std::nullopt;
              kernels::Wide weight = term.minus ? -1 : 1;
              if (type.kind != Kind::date && value->type.kind == Kind::date) {
                weight *= kernels::microseconds_per_day;
              } else if (type.kind != Kind::date && value->type.digits < type.digits) {
                weight *= kernels::power_of_ten(type.digits - value->type.digits);
              }
              if (type.kind == Kind::date && value->type.kind == Kind::duration) {
                total += weight * (value->value / kernels::microseconds_per_day);
              } else {
                total += weight * value->value;
              }
            }
            return checked(kernels::narrow(total));
          },
          [&](const Product& product) -> std::optional<Constant> {
            const auto left = constant(product.left);
            const auto right = constant(product.right);
            if (!left || !right) return std::nullopt;
            const int left_digits = left->type.digits;
            const int right_digits = right->type.digits;
            switch (product.op) {
              case ProductOp::share_of:
              case ProductOp::multiply:
                return checked(
                    kernels::multiply(left->value, right->value,
                                      static_cast<unsigned>(std::max(0, left_digits + right_digits - type.digits))));
              case ProductOp::divide: {
                const auto result = divide(product, type, RoundingMode::half_even);
                return result ? checked(*result) : std::nullopt;
              }
              case ProductOp::remainder:
                return checked(kernels::remainder(left->value, static_cast<unsigned>(type.digits - left_digits),
                                                  right->value, static_cast<unsigned>(type.digits - right_digits)));
            }
            return std::nullopt;
          },
          [&](const Round& round) -> std::optional<Constant> {
            if (const Product* quotient = quotient_in(round.operand)) {
              const auto result = divide(*quotient, type, round.mode);
              return result ? checked(*result) : std::nullopt;
            }
            const auto value = constant(round.operand);
            if (!value) return std::nullopt;
            return checked(kernels::rescale(value->value, value->type.digits, type.digits, round.mode));
          },
          [](const auto&) -> std::optional<Constant> { return std::nullopt; }},
      tree_.expressions[id].node);
}

}  // namespace muster::compiler
