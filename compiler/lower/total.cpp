// Totals of points: what groups and scores do with the sum of their rules, and the most that caps let them reach.
#include <numeric>

#include "compiler/lower/lowerer.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;

Lowerer::Earned Lowerer::sum_of(const std::vector<Earned>& parts, Span place) {
  if (parts.empty()) {
    const ValueId nothing = points(0, place);
    return {nothing, exactly(nothing)};
  }
  std::vector<ValueId> actuals;
  std::vector<ValueId> lows;
  std::vector<ValueId> highs;
  for (const Earned& part : parts) {
    actuals.push_back(part.actual);
    lows.push_back(part.extent.low);
    highs.push_back(part.extent.high);
  }
  const std::vector<std::int64_t> ones(parts.size(), 1);
  const std::int64_t index = builder_.weights(ones);
  return {builder_.sum(points_type(), actuals, ones, place),
          {builder_.add(Op::saturating_sum, points_type(), lows, index, place),
           builder_.add(Op::saturating_sum, points_type(), highs, index, place)}};
}

Lowerer::Earned Lowerer::together(const Totals& totals, Span place) {
  std::vector<Earned> parts;
  if (totals.fading) parts.push_back(*totals.fading);
  if (totals.staying) parts.push_back(*totals.staying);
  return sum_of(parts, place);
}

Lowerer::Totals Lowerer::through(const Totals& totals, const std::string& text, ScoreOutput& output, Span place,
                                 const std::function<Earned(const Earned&)>& step) {
  const Earned before = together(totals, place);
  const Earned after = step(before);
  if (after.actual != before.actual) output.ledger.push_back({text, after.actual, before.actual});
  if (!totals.staying) return {after, std::nullopt};
  // Each step keeps order, so what is left for the part that fades has the sign that it had.
  const Earned staying = step(*totals.staying);
  const auto rest = [&](Op op, ValueId whole, ValueId part) {
    return builder_.add(op, points_type(), {whole, part}, builder_.weights({1, -1}), place);
  };
  return {Earned{rest(Op::sum, after.actual, staying.actual),
                 {rest(Op::saturating_sum, after.extent.low, staying.extent.high),
                  rest(Op::saturating_sum, after.extent.high, staying.extent.low)}},
          staying};
}

Lowerer::Earned Lowerer::clamped(const Earned& earned, std::int64_t low, std::int64_t high, Span place) {
  return {clamp(earned.actual, low, high, place),
          {clamp(earned.extent.low, low, high, place), clamp(earned.extent.high, low, high, place)}};
}

Lowerer::Earned Lowerer::scaled(const Earned& earned, std::int64_t target, std::int64_t greatest, Span place) {
  const std::int64_t divisor = std::max<std::int64_t>(1, std::gcd(target, greatest));
  const std::int64_t weights = builder_.weights({target / divisor, greatest / divisor});
  const auto scale = [&](ValueId value) { return builder_.add(Op::scale_by, points_type(), {value}, weights, place); };
  const auto end = [&](ValueId value, std::int64_t no_bound, CompareOp inside) {
    const ValueId is_bounded = compare_numbers(inside, value, 0, points(no_bound, place), 0, place);
    const ValueId bounded = or_else(scale(value), points(no_bound, place), points_type(), place);
    return pick(is_bounded, bounded, points(no_bound, place), points_type(), place);
  };
  return {scale(earned.actual),
          {end(earned.extent.low, no_least, CompareOp::greater), end(earned.extent.high, no_most, CompareOp::less)}};
}

Lowerer::Earned Lowerer::faded_whole(const Earned& earned, const Fade& rule, const std::string& text,
                                     ScoreOutput& output, Span place) {
  const Points faded = faded_by_moment({earned.actual, earned.actual, earned.extent}, rule, *rule.since, place);
  output.ledger.push_back({text, faded.earned, earned.actual});
  // Without its moment it is open what is left; the rule says so, and its points are those that fading took.
  const auto taken = [&](ValueId after) {
    return builder_.sum(points_type(), std::vector{after, earned.actual}, {1, -1}, place);
  };
  output.rules.push_back({text, {}, place, taken(faded.value), taken(faded.earned)});
  if (scope_.collects) add_fault_root(faded.value, output.name + ": " + text);
  return {faded.earned, faded.extent};
}

// ---- the most that can be reached; nothing where no cap says it

std::optional<std::int64_t> Lowerer::greatest_in(std::optional<std::int64_t> most, const Clauses& clauses) const {
  if (clauses.at_most) most = std::min(most.value_or(no_most), points_of(*clauses.at_most));
  if (most && clauses.at_least) most = std::max(*most, points_of(*clauses.at_least));
  return clauses.scaled_to ? points_of(*clauses.scaled_to) : most;
}

std::optional<std::int64_t> Lowerer::greatest_of(const PointRule& rule) const {
  const std::int64_t each = points_of(rule.points);
  const bool minus = rule.points.minus;
  if (rule.per && !rule.per->full) {
    // `per N x` is proportional, also below zero, so only a cap bounds it; that of a minus rule bounds its other side.
    return rule.clauses.at_most && !minus ? greatest_in(std::nullopt, rule.clauses) : std::nullopt;
  }
  if (each <= 0) return 0;
  const bool repeats = rule.per || rule.per_rows;
  const bool once = rule.clauses.frequency && std::holds_alternative<FirstOnly>(rule.clauses.frequency->node);
  return greatest_in(repeats && !once ? std::nullopt : std::optional(each), rule.clauses);
}

std::optional<std::int64_t> Lowerer::greatest_of(const std::vector<ScoreItemId>& items) const {
  std::int64_t sum = 0;
  for (const ScoreItemId id : items) {
    const auto most = std::visit(
        Overloaded{[&](const PointRule& rule) { return greatest_of(rule); },
                   [&](const BandRule& rule) {
                     std::int64_t best = no_least;
                     for (const BandPoints& band : rule.bands) best = std::max(best, points_of(band.points));
                     if (rule.when || !policy_.gapless.contains(id.index)) best = std::max<std::int64_t>(best, 0);
                     return greatest_in(best, rule.clauses);
                   },
                   [&](const ScoreGroup& group) { return greatest_in(greatest_of(group.items), group.clauses); }},
        tree_.score_items[id].node);
    if (!most || __builtin_add_overflow(sum, *most, &sum)) return std::nullopt;
  }
  return sum;
}

// Of a score that is worked out from others: their upper bounds, by share.
std::optional<std::int64_t> Lowerer::greatest_of_value(ExprId id) const {
  id = without_parentheses(tree_, id);
  if (policy_.fixed.contains(id.index)) return points_of(id);
  if (const auto* sum = std::get_if<SumChain>(&tree_.expressions[id].node)) {
    std::int64_t total = 0;
    for (const SumTerm& term : sum->terms) {
      const auto most = term.minus ? std::nullopt : greatest_of_value(term.operand);
      if (!most || __builtin_add_overflow(total, *most, &total)) return std::nullopt;
    }
    return total;
  }
  if (const auto* product = std::get_if<Product>(&tree_.expressions[id].node);
      product != nullptr && (product->op == ProductOp::share_of || product->op == ProductOp::multiply)) {
    const auto share = policy_.fixed.find(product->left.index);
    const auto most = greatest_of_value(product->right);
    if (share == policy_.fixed.end() || share->second.value < 0 || !most) return std::nullopt;
    const kernels::Checked part = kernels::multiply(share->second.value, *most, share->second.type.digits);
    return part.fault == kernels::Fault::none ? std::optional(part.value) : std::nullopt;
  }
  const ExprInfo& own = policy_.info(id);
  if (own.meaning != Meaning::score) return std::nullopt;
  const auto& score = std::get<ScoreDecl>(tree_.declarations[own.index].node);
  return score.to ? std::optional(points_of(*score.to)) : std::nullopt;
}

}  // namespace muster::compiler
