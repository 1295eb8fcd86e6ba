#include "compiler/analyze/score_range.h"

#include <algorithm>

#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;

namespace {

using End = std::optional<std::int64_t>;

End plus(End a, End b) {
  if (!a || !b) return std::nullopt;
  std::int64_t sum = 0;
  return __builtin_add_overflow(*a, *b, &sum) ? End() : End(sum);
}

// Nothing earned is always possible: rules need not fire.
PointRange with_zero(PointRange range) {
  if (range.low) range.low = std::min<std::int64_t>(*range.low, 0);
  if (range.high) range.high = std::max<std::int64_t>(*range.high, 0);
  return range;
}

PointRange unknown() { return {std::nullopt, std::nullopt}; }

}  // namespace

std::optional<std::int64_t> ScoreRanges::points(ExprId id) const {
  const auto constant = values_.fixed(id);
  if (!constant) return std::nullopt;
  const auto scaled = kernels::rescale(constant->value, constant->type.digits, points_digits, RoundingMode::half_even);
  if (scaled.fault != kernels::Fault::none) return std::nullopt;
  return scaled.value;
}

void ScoreRanges::apply(const Clauses& clauses, bool minus, PointRange& range) const {
  if (clauses.at_most) {
    const End most = points(*clauses.at_most);
    if (minus) {  // how much a minus rule takes away
      if (most && (!range.low || *range.low < -*most)) range.low = -*most;
    } else if (most && (!range.high || *range.high > *most)) {
      range.high = most;
    }
  }
  if (clauses.at_least) {
    const End least = points(*clauses.at_least);
    if (!least) range.high = std::nullopt;
    if (least && range.low) range.low = std::max(*range.low, *least);
    if (least && range.high) range.high = std::max(*range.high, *least);
  }
  if (clauses.scaled_to) {
    const End most = points(*clauses.scaled_to);
    if (range.low && *range.low < 0) range.low = std::nullopt;
    range.high = most;
  }
}

PointRange ScoreRanges::of_rule(const PointRule& rule) const {
  const End amount = points(rule.points.amount);
  if (!amount) return unknown();
  const std::int64_t each = rule.points.minus ? -*amount : *amount;
  PointRange range = with_zero({each, each});
  if (rule.per || rule.per_rows) {
    const bool once =
        rule.per_rows && rule.clauses.frequency && std::holds_alternative<FirstOnly>(rule.clauses.frequency->node);
    const bool only_up = rule.per_rows || rule.per->full;  // a count is never below zero
    if (!once) {
      range = {each < 0 || !only_up ? End() : End(0), each > 0 || !only_up ? End() : End(0)};
    }
  }
  apply(rule.clauses, each < 0, range);
  return with_zero(range);
}

PointRange ScoreRanges::of_bands(const BandRule& rule) const {
  PointRange range;
  for (const BandPoints& band : rule.bands) {
    const End amount = points(band.points.amount);
    if (!amount) return unknown();
    const std::int64_t each = band.points.minus ? -*amount : *amount;
    range.low = std::min(*range.low, each);
    range.high = std::max(*range.high, each);
  }
  apply(rule.clauses, false, range);
  return with_zero(range);
}

PointRange ScoreRanges::of_items(const std::vector<ScoreItemId>& items) {
  PointRange sum;
  for (const ScoreItemId id : items) {
    const PointRange range = std::visit(Overloaded{[&](const PointRule& rule) { return of_rule(rule); },
                                                   [&](const BandRule& rule) { return of_bands(rule); },
                                                   [&](const ScoreGroup& group) {
                                                     PointRange inner = of_items(group.items);
                                                     apply(group.clauses, false, inner);
                                                     return inner;
                                                   }},
                                        tree_.score_items[id].node);
    sum.low = plus(sum.low, range.low);
    sum.high = plus(sum.high, range.high);
  }
  return sum;
}

// A sum of scores, of shares of scores and of constants; everything else is unknown.
PointRange ScoreRanges::of_value(ExprId id) {
  if (const End constant = points(id)) return {constant, constant};
  return std::visit(Overloaded{[&](const Parenthesised& group) { return of_value(group.inner); },
                               [&](const NameRef&) {
                                 const ExprInfo& info = policy_.info(id);
                                 if (info.meaning != Meaning::score) return unknown();
                                 PointRange range = of(info.index);
                                 return policy_.paths.contains(id.index) ? with_zero(range)
                                                                         : range;  // an absent company: nothing
                               },
                               [&](const Product& product) {
                                 if (product.op != ProductOp::share_of) return unknown();
                                 const auto share = values_.fixed(product.left);
                                 PointRange range = of_value(product.right);
                                 if (!share || share->value < 0) return unknown();
                                 const auto part = [&](End end) {
                                   if (!end) return End();
                                   const auto result = kernels::multiply(*end, share->value, share->type.digits);
                                   return result.fault == kernels::Fault::none ? End(result.value) : End();
                                 };
                                 return PointRange{part(range.low), part(range.high)};
                               },
                               [&](const SumChain& chain) {
                                 PointRange sum;
                                 for (const SumTerm& term : chain.terms) {
                                   PointRange range = of_value(term.operand);
                                   if (term.minus) return unknown();
                                   sum.low = plus(sum.low, range.low);
                                   sum.high = plus(sum.high, range.high);
                                 }
                                 return sum;
                               },
                               [](const auto&) { return unknown(); }},
                    tree_.expressions[id].node);
}

const PointRange& ScoreRanges::of(std::uint32_t index) {
  const auto [slot, is_new] = known_.emplace(index, PointRange{std::nullopt, std::nullopt});
  if (!is_new) return slot->second;  // definitions have no cycles, so that it is complete
  const auto& score = std::get<ScoreDecl>(tree_.declarations[index].node);
  PointRange range = score.value ? of_value(*score.value) : of_items(score.items);
  apply(score.clauses, false, range);
  if (score.from) {
    const End least = points(*score.from);
    if (least) range.low = std::max(range.low.value_or(*least), *least);
    if (least && range.high) range.high = std::max(*range.high, *least);
  }
  if (score.to) {
    const End most = points(*score.to);
    if (most) range.high = std::min(range.high.value_or(*most), *most);
    if (most && range.low) range.low = std::min(*range.low, *most);
  }
  known_[index] = range;
  return known_[index];
}

}  // namespace muster::compiler
