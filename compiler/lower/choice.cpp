// Branches and bands. Where it is undecided which branch holds, the result is known if all that are still possible
// give the same (section 4, number 5); in `possible` a number lies between the smallest and the largest of them, unless
// the condition may stay undecided, as what divides by zero does: then there is no number as long as it is.
#include "compiler/lower/lowerer.h"
#include "lang/syntax/parentheses.h"

namespace muster::compiler {

using namespace lang;

Extent Lowerer::select(ValueId condition, Extent yes, Extent no, const Type& type, Span place, bool may_stay) {
  const auto choice = [&](ValueId a, ValueId b, OnUndecided on_undecided) {
    return builder_.add(Op::select, type, {condition, a, b}, static_cast<std::int64_t>(on_undecided), place);
  };
  const bool is_one_value = (mode_ == Mode::actual || may_stay) && yes.is_exact() && no.is_exact();
  if (is_one_value || physical_of(type.kind) != Physical::integer)
    return exactly(choice(yes.low, no.low, OnUndecided::agree));
  const auto or_no = [&](ValueId fault) { return fault.is_none() ? builder_.boolean(false, place) : fault; };
  ValueId fault = fault_of(condition, place);
  if (!yes.fault.is_none() || !no.fault.is_none())
    fault = either_fault(fault, pick(condition, or_no(yes.fault), or_no(no.fault), truth(), place), place);
  if (mode_ == Mode::possible && !may_stay)
    return {choice(yes.low, no.low, OnUndecided::smaller), choice(yes.high, no.high, OnUndecided::larger), fault};
  // Nothing is known of what is chosen while it is open which one it is, unless both are one known number: two
  // counts that lie between the same ends need not be the same.
  const ValueId low = choice(yes.low, no.low, OnUndecided::agree);
  const ValueId high = choice(yes.high, no.high, OnUndecided::agree);
  const ValueId is_same = surely(compare_numbers(CompareOp::equal, low, 0, high, 0, place), place);
  const ValueId is_chosen = either(is_known(condition, place), is_same, place);
  const auto if_chosen = [&](ValueId end) { return pick(is_chosen, end, builder_.missing(type, place), type, place); };
  return {if_chosen(low), if_chosen(high), fault};
}

ValueId Lowerer::band_condition(const Band& band, Extent subject, const Type& type) {
  const Span place = band.span;
  return std::visit(
      Overloaded{[&](const BandRange& range) {
                   std::vector<ValueId> sides;
                   const auto side = [&](const std::optional<ExprId>& bound, CompareOp op) {
                     if (!bound) return;
                     if (type.kind == Kind::picklist) {
                       sides.push_back(builder_.add(Op::compare_code, truth(), {subject.low, exact(*bound)},
                                                    static_cast<std::int64_t>(op), place));
                     } else {
                       sides.push_back(compare(op, subject, type, lower(*bound), type_of(*bound), place));
                     }
                   };
                   side(range.low, range.low_excluded ? CompareOp::greater : CompareOp::greater_equal);
                   side(range.high, range.high_excluded ? CompareOp::less : CompareOp::less_equal);
                   return builder_.add(Op::and_, truth(), sides, 0, place);
                 },
                 [&](const BandValues& values) {
                   std::vector<Constant> list;
                   for (ExprId value : values.values) list.push_back(policy_.fixed.at(value.index));
                   if (type.kind == Kind::stage) return is_stage_of(list, place);
                   if (type.kind != Kind::boolean) return is_in(subject, type, list, place);
                   std::vector<ValueId> any{builder_.boolean(false, place)};
                   for (const Constant& item : list)
                     any.push_back(item.value != 0 ? subject.low : negated(subject.low, place));
                   return builder_.add(Op::or_, truth(), any, 0, place);
                 },
                 [&](const BandMissing&) { return negated(is_settled(subject, place), place); },
                 [&](const BandOtherwise&) { return builder_.boolean(true, place); },
                 [&](const BandAny&) { return builder_.boolean(true, place); }},
      band.node);
}

// Where the steps leave nothing out, the last one that may hold needs no condition: it is what is left.
Extent Lowerer::first_that_holds(const Steps& steps, const Type& type, Span place) {
  const std::vector<Step>& list = steps.list;
  const bool has_last = steps.leave_none_out && !list.empty();
  Extent result = has_last ? list.back().result : exactly(builder_.missing(type, place));
  ValueId none_behind = builder_.boolean(true, place);  // no step behind this one may hold
  for (std::size_t k = list.size() - (has_last ? 1 : 0); k-- > 0;) {
    const Step& step = list[k];
    result = select(step.condition, step.result, result, type, step.span, steps.may_stay_open);
    if (!has_last || !steps.are_asked_alone) continue;
    none_behind = both(none_behind, surely(negated(list[k + 1].condition, place), place), place);
    result = select(none_behind, step.result, result, type, step.span);
  }
  return result;
}

// A missing subject is not `otherwise`: it may belong to any band. What `missing` gives stands outside all of them.
Extent Lowerer::choose(const std::vector<Arm>& arms, ExprId subject_id, const std::optional<Extent>& in_none,
                       Choice choice, const Type& type, Span place) {
  const Extent subject = lower(subject_id);
  Steps steps{.list = {}, .leave_none_out = true, .are_asked_alone = !subject.is_exact()};
  const Arm* if_missing = nullptr;
  bool may_stay = false;
  for (const Arm& arm : arms) {
    const Span at = arm.band->span;
    if (std::holds_alternative<BandMissing>(arm.band->node)) if_missing = &arm;
    if (&arm == if_missing || policy_.never_reached.contains(at)) continue;
    const ValueId holds = band_condition(*arm.band, subject, type_of(subject_id));
    may_stay = may_stay || builder_.may_stay_open(holds);
    steps.list.push_back({holds, arm.result, at});
  }
  if (in_none) steps.list.push_back({builder_.boolean(true, place), *in_none, place});
  may_stay = may_stay && mode_ == Mode::possible && policy_.info(subject_id).may_be_missing && if_missing == nullptr;
  steps.may_stay_open = may_stay && choice == Choice::may_stay_open;
  const Extent result = first_that_holds(steps, type, place);
  if (if_missing != nullptr) {
    const ValueId is_missing = band_condition(*if_missing->band, subject, type_of(subject_id));
    return select(negated(is_missing, place), result, if_missing->result, type, place);
  }
  return may_stay && choice == Choice::or_nothing ? or_nothing(result, type, place) : result;
}

Extent Lowerer::lower_if(ExprId id, const If& choice, Choice how) {
  const Type& type = type_of(id);
  const Span place = span(id);
  const Extent condition = lower(choice.condition);
  return select(condition.low, convert(lower(choice.then), type_of(choice.then), type, place),
                convert(lower(choice.otherwise), type_of(choice.otherwise), type, place), type, place,
                how == Choice::may_stay_open && may_stay_open(choice.condition, condition));
}

Extent Lowerer::lower_match(ExprId id, const Match& match, Choice how) {
  const Type& type = type_of(id);
  std::vector<Arm> arms;
  for (const MatchArm& arm : match.arms)
    arms.push_back({&arm.band, convert(lower(arm.result), type_of(arm.result), type, span(id))});
  // The checker has seen that the bands leave nothing out.
  return choose(arms, match.subject, std::nullopt, how, type, span(id));
}

// ---- what points are made of

// As long as nobody knows the number, nothing is earned by it, so that 0 is one of those which it may be.
Extent Lowerer::or_nothing(const Extent& number, const Type& type, Span place) {
  return select(is_settled(number, place), number, exactly(builder_.constant(type, 0, place)), type, place);
}

Extent Lowerer::lower_earning(ExprId id) {
  const Extent number = lower(id);
  return may_stay_open(id, number) ? or_nothing(lower_chosen(id), type_of(id), span(id)) : number;
}

// In `possible`: what the number may become if what it is chosen by is known in the end. Of definitions by definitions
// only so many are looked through.
Extent Lowerer::lower_chosen(ExprId id, unsigned depth) {
  constexpr unsigned deepest = 64;
  const ExprId inner = without_parentheses(tree_, id);
  const ExprNode& node = tree_.expressions[inner].node;
  if (const auto* choice = std::get_if<If>(&node)) return lower_if(inner, *choice, Choice::is_made);
  if (const auto* match = std::get_if<Match>(&node)) return lower_match(inner, *match, Choice::is_made);
  if (policy_.info(inner).meaning == Meaning::let && !policy_.paths.contains(inner.index)) {
    const auto* let = std::get_if<LetDecl>(&tree_.declarations[policy_.info(inner).index].node);
    if (let != nullptr && depth < deepest && type_of(let->value) == type_of(id))
      return in_space(space(), [&] { return lower_chosen(let->value, depth + 1); });
  }
  return lower(id);
}

}  // namespace muster::compiler
