// Branches and bands. Where it is undecided which branch holds, the result is known if all that are still possible
// give the same (section 4, number 5); in `possible` a number lies between the smallest and the largest of them.
#include "compiler/lower/lowerer.h"

namespace muster::compiler {

using namespace lang;

Extent Lowerer::select(ValueId condition, Extent yes, Extent no, const Type& type, Span place) {
  const auto choice = [&](ValueId a, ValueId b, OnUndecided on_undecided) {
    return builder_.add(Op::select, type, {condition, a, b}, static_cast<std::int64_t>(on_undecided), place);
  };
  const bool is_one_value = mode_ == Mode::actual && yes.is_exact() && no.is_exact();
  if (is_one_value || physical_of(type.kind) != Physical::integer)
    return exactly(choice(yes.low, no.low, OnUndecided::agree));
  const auto or_no = [&](ValueId fault) { return fault.is_none() ? builder_.boolean(false, place) : fault; };
  ValueId fault = fault_of(condition, place);
  if (!yes.fault.is_none() || !no.fault.is_none())
    fault = either_fault(fault, pick(condition, or_no(yes.fault), or_no(no.fault), truth(), place), place);
  if (mode_ == Mode::possible)
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

Extent Lowerer::choose(const std::vector<Arm>& arms, Extent subject, const Type& subject_type, Extent rest,
                       const Type& type, Span place) {
  // Built from the end, so that the first band stands outermost; `missing` is outside all of them, because a missing
  // subject leaves every comparison undecided.
  Extent result = rest;
  for (auto arm = arms.rbegin(); arm != arms.rend(); ++arm) {
    if (std::holds_alternative<BandMissing>(arm->band->node)) continue;
    if (std::holds_alternative<BandOtherwise>(arm->band->node)) {
      // A missing subject is not "otherwise": it may belong to any band. The branch counts only where it is known.
      result = arm->result;
      continue;
    }
    result = select(band_condition(*arm->band, subject, subject_type), arm->result, result, type, place);
  }
  for (const Arm& arm : arms) {
    if (std::holds_alternative<BandMissing>(arm.band->node)) {
      result =
          select(negated(band_condition(*arm.band, subject, subject_type), place), result, arm.result, type, place);
    }
  }
  return result;
}

}  // namespace muster::compiler
