// `match`, `if` and `default`.
#include <algorithm>

#include "compiler/check/checker.h"

namespace muster::compiler {

using namespace lang;

Type Checker::check_if(ExprId id, const If& choice, const Type* opposite) {
  check_condition(choice.condition);
  const auto [then, otherwise] = check_opposite(choice.then, choice.otherwise, opposite);
  info(id).may_be_missing = may_miss(choice.condition) || may_miss(choice.then) || may_miss(choice.otherwise);
  const auto both = common(then, otherwise);
  if (!both) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(choice.otherwise), words(then) + " as after `then`",
                                                words(otherwise));
    return poison();
  }
  return *both;
}

Type Checker::check_match(ExprId id, const Match& match, const Type* opposite) {
  const Type subject = check(match.subject);
  std::vector<const Band*> bands;
  Type result;
  const bool has_missing = std::any_of(match.arms.begin(), match.arms.end(), [](const MatchArm& arm) {
    return std::holds_alternative<BandMissing>(arm.band.node);
  });
  bool may = may_miss(match.subject) && !has_missing;
  for (std::size_t i = 0; i < match.arms.size(); ++i) {
    const MatchArm& arm = match.arms[i];
    bands.push_back(&arm.band);
    const Type type = check(arm.result, i == 0 || opposite != nullptr ? opposite : &result);
    may = may || may_miss(arm.result);
    if (i == 0) {
      result = type;
      continue;
    }
    const auto both = common(result, type);
    if (!both) {
      diagnostics_.emit<DiagnosticId::wrong_type>(span(arm.result), words(result) + " as in the first case",
                                                  words(type));
      result = poison();
    } else {
      result = *both;
    }
  }
  info(id).may_be_missing = may;
  const std::string rest = check_bands(bands, match.subject);
  if (!rest.empty() && subject.kind != Kind::poison) diagnostics_.emit<DiagnosticId::match_incomplete>(span(id), rest);
  return result;
}

Type Checker::check_default(ExprId id, const DefaultTo& fallback) {
  const auto [value, other] = check_opposite(fallback.operand, fallback.fallback);
  info(id).may_be_missing = may_miss(fallback.fallback);
  if (value.kind == Kind::poison || other.kind == Kind::poison) return poison();
  const auto both = common(value, other);
  if (!both || value.kind == Kind::stage) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(fallback.fallback), words(value), words(other));
    return poison();
  }
  if (!may_miss(fallback.operand)) diagnostics_.emit<DiagnosticId::needless_default>(span(id));
  return *both;
}

}  // namespace muster::compiler
