// Branches and bands. Where it is undecided which branch holds, the result is known if all that are still possible
// give the same (section 4, number 5); in `possible` a number lies between the smallest and the largest of them, unless
// the condition may stay undecided, as what divides by zero does: then there is no number as long as it is.
#include <algorithm>

#include "compiler/lower/lowerer.h"

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
  // Nothing is known of what is chosen while it is open which one it is, unless both have the same ends.
  const ValueId low = choice(yes.low, no.low, OnUndecided::agree);
  const ValueId high = choice(yes.high, no.high, OnUndecided::agree);
  const ValueId has_both = both(is_known(low, place), is_known(high, place), place);
  const ValueId is_chosen = either(is_known(condition, place), has_both, place);
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

Extent Lowerer::choose(const std::vector<Arm>& arms, ExprId subject_id, Extent rest,
                       const std::optional<Extent>& while_open, const Type& type, Span place) {
  const Extent subject = lower(subject_id);
  const auto is_missing = [](const Arm& arm) { return std::holds_alternative<BandMissing>(arm.band->node); };
  std::vector<ValueId> holds;
  for (const Arm& arm : arms) holds.push_back(band_condition(*arm.band, subject, type_of(subject_id)));
  const auto stays = [&](ValueId condition) { return builder_.may_stay_open(condition); };
  const bool may_stay = mode_ == Mode::possible && policy_.info(subject_id).may_be_missing &&
                        std::ranges::none_of(arms, is_missing) && std::ranges::any_of(holds, stays);
  // Built from the end, so that the first band stands outermost; `missing` is outside all of them, because a missing
  // subject leaves every comparison undecided.
  Extent result = rest;
  for (std::size_t k = arms.size(); k-- > 0;) {
    const Arm& arm = arms[k];
    if (is_missing(arm)) continue;
    // A missing subject is not "otherwise": it may belong to any band. The branch counts only where it is known.
    result = std::holds_alternative<BandOtherwise>(arm.band->node)
                 ? arm.result
                 : select(holds[k], arm.result, result, type, place, may_stay && !while_open);
  }
  for (std::size_t k = 0; k < arms.size(); ++k) {
    if (is_missing(arms[k])) result = select(negated(holds[k], place), result, arms[k].result, type, place);
  }
  if (!may_stay || !while_open) return result;
  for (ValueId& each : holds) each = is_known(each, place);
  return select(between(all_of(holds, place), builder_.boolean(true, place), place), result, *while_open, type, place);
}

}  // namespace muster::compiler
