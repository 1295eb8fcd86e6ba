// Truth and choices: 64 rows are decided by one word.
#include <bit>
#include <vector>

#include "runtime/jit/lowering.h"

namespace muster::runtime::jit {

using compiler::OnUndecided;
using compiler::Op;
using compiler::Physical;

std::optional<LoweredValue> Lowering::lower_truth(const compiler::Inst& inst) {
  LoweredValue value;
  switch (inst.op) {
    case Op::not_:
      value.yes = operand(inst, 0).no;
      value.no = operand(inst, 0).yes;
      break;
    case Op::and_:
    case Op::or_: {
      const bool is_and = inst.op == Op::and_;
      NodeId all = builder_.all();
      NodeId any = builder_.none();
      bool are_decided = true;
      for (std::size_t k = 0; k < inst.operand_count; ++k) {
        const LoweredValue& one = operand(inst, k);
        are_decided = are_decided && builder_.is_splat(one.known, 1);
        all = builder_.both(all, is_and ? one.yes : one.no);
        any = builder_.either(any, is_and ? one.no : one.yes);
      }
      if (are_decided) any = builder_.negated(all);  // one word says both
      value.yes = is_and ? all : any;
      value.no = is_and ? any : all;
      break;
    }
    case Op::at_least: {
      const auto count = static_cast<std::int64_t>(inst.operand_count);
      const std::int64_t least = inst.immediate;
      if (least <= 0 || least > count) {
        value = constant_mask(least <= 0);
        break;
      }
      // `least` cannot be reached any more where more than count - least are no.
      value.yes = count_reaches(inst, &LoweredValue::yes, least);
      value.no = count_reaches(inst, &LoweredValue::no, count - least + 1);
      break;
    }
    case Op::is_known:
      value.yes = operand(inst, 0).known;
      value.no = builder_.negated(value.yes);
      break;
    case Op::truth_between:
      value.yes = operand(inst, 0).yes;
      value.no = builder_.without(operand(inst, 1).no, value.yes);
      break;
    default:
      return std::nullopt;
  }
  value.known = builder_.either(value.yes, value.no);
  carry_faults(inst, value);
  return value;
}

// The rows for which at least so many operands have the bit. Counts of 64 rows at once: bit k of slice s is bit s of
// row k's count.
NodeId Lowering::count_reaches(const compiler::Inst& inst, NodeId LoweredValue::* mask, std::int64_t least) {
  std::vector<NodeId> slices;
  for (std::size_t k = 0; k < inst.operand_count; ++k) {
    NodeId carry = operand(inst, k).*mask;
    for (NodeId& slice : slices) {
      const NodeId next = builder_.both(slice, carry);
      slice = builder_.without(builder_.either(slice, carry), next);
      carry = next;
    }
    if (slices.size() < std::bit_width(k + 1)) slices.push_back(carry);
  }
  if (least >> slices.size() != 0) return builder_.none();
  NodeId above = builder_.none();
  NodeId equal = builder_.all();
  for (std::size_t slice = slices.size(); slice-- > 0;) {
    if ((least >> slice & 1) != 0) {
      equal = builder_.both(equal, slices[slice]);
    } else {
      above = builder_.either(above, builder_.both(equal, slices[slice]));
      equal = builder_.without(equal, slices[slice]);
    }
  }
  return builder_.either(above, equal);
}

std::optional<LoweredValue> Lowering::lower_choice(const compiler::Inst& inst) {
  switch (inst.op) {
    case Op::select:
      return lower_select(inst);
    case Op::default_to:
      return lower_default(inst);
    case Op::first_yes:
      return lower_first_yes(inst);
    default:
      return std::nullopt;
  }
}

// The faults of what a row is missing for: the condition where that is undecided, else the operand that was chosen.
void Lowering::carry_select_faults(const compiler::Inst& inst, LoweredValue& value) {
  const LoweredValue& condition = operand(inst, 0);
  const LoweredValue& then = operand(inst, 1);
  const LoweredValue& otherwise = operand(inst, 2);
  const bool reads_both = inst.immediate != static_cast<std::int64_t>(OnUndecided::agree);
  const NodeId open_missing = builder_.negated(builder_.either(condition.known, value.known));
  const auto carried = [&](NodeId of_condition, NodeId of_then, NodeId of_otherwise) {
    NodeId open = of_condition;
    if (reads_both) open = builder_.either(open, builder_.either(of_then, of_otherwise));
    return builder_.either(
        builder_.either(builder_.both(condition.yes, of_then), builder_.both(condition.no, of_otherwise)),
        builder_.both(open_missing, open));
  };
  value.overflow = carried(condition.overflow, then.overflow, otherwise.overflow);
  value.division_by_zero = carried(condition.division_by_zero, then.division_by_zero, otherwise.division_by_zero);
}

std::optional<LoweredValue> Lowering::lower_select(const compiler::Inst& inst) {
  const LoweredValue& condition = operand(inst, 0);
  const LoweredValue& then = operand(inst, 1);
  const LoweredValue& otherwise = operand(inst, 2);
  const NodeId undecided = builder_.negated(condition.known);
  LoweredValue value;
  switch (compiler::physical_of(inst.type.kind)) {
    case Physical::boolean: {
      const auto decided = [&](NodeId of_then, NodeId of_otherwise) {
        return builder_.either(
            builder_.either(builder_.both(condition.yes, of_then), builder_.both(condition.no, of_otherwise)),
            builder_.both(undecided, builder_.both(of_then, of_otherwise)));
      };
      value.yes = decided(then.yes, otherwise.yes);
      value.no = decided(then.no, otherwise.no);
      value.known = builder_.either(value.yes, value.no);
      break;
    }
    case Physical::integer:
    case Physical::code: {
      const NodeId both_known = builder_.both(then.known, otherwise.known);
      NodeId open = builder_.both(undecided, both_known);
      switch (static_cast<OnUndecided>(inst.immediate)) {
        case OnUndecided::agree:
          open = builder_.both(open, compare_numbers(lang::CompareOp::equal, then.numbers, otherwise.numbers));
          value.numbers = chosen(condition.yes, then.numbers, otherwise.numbers);
          break;
        case OnUndecided::smaller:
        case OnUndecided::larger: {
          const bool is_smaller = static_cast<OnUndecided>(inst.immediate) == OnUndecided::smaller;
          const Numbers between =
              lesser(then.numbers, otherwise.numbers, is_smaller ? NodeOp::smaller : NodeOp::larger);
          const auto is_same = [](const Numbers& one, const Numbers& other) {
            return one.node == other.node && one.scale == other.scale && one.constant == other.constant;
          };
          if (is_same(between, otherwise.numbers)) {
            value.numbers = chosen(condition.yes, then.numbers, otherwise.numbers);
          } else if (is_same(between, then.numbers)) {
            value.numbers = chosen(builder_.negated(condition.no), then.numbers, otherwise.numbers);
          } else {
            value.numbers = chosen(condition.known, chosen(condition.yes, then.numbers, otherwise.numbers), between);
          }
          break;
        }
      }
      value.known = builder_.either(
          builder_.either(builder_.both(condition.yes, then.known), builder_.both(condition.no, otherwise.known)),
          open);
      // Where both are always known, so is what is decided.
      if (builder_.is_splat(both_known, 1)) value.known = builder_.either(condition.known, open);
      break;
    }
    case Physical::text:
      return std::nullopt;
  }
  carry_select_faults(inst, value);
  return value;
}

std::optional<LoweredValue> Lowering::lower_default(const compiler::Inst& inst) {
  const LoweredValue& first = operand(inst, 0);
  const LoweredValue& second = operand(inst, 1);
  const NodeId open = builder_.negated(first.known);
  LoweredValue value;
  switch (compiler::physical_of(inst.type.kind)) {
    case Physical::boolean:
      value.yes = builder_.either(first.yes, builder_.both(open, second.yes));
      value.no = builder_.either(first.no, builder_.both(open, second.no));
      value.known = builder_.either(first.known, second.known);
      // Always decided: one word says both.
      if (builder_.is_splat(value.known, 1)) {
        if (builder_.is_splat(second.yes, 0)) value.no = builder_.negated(value.yes);
        if (builder_.is_splat(second.no, 0)) value.yes = builder_.negated(value.no);
      }
      break;
    case Physical::integer:
    case Physical::code:
      value.known = builder_.either(first.known, second.known);
      value.numbers = chosen(first.known, first.numbers, second.numbers);
      break;
    case Physical::text:
      return std::nullopt;
  }
  value.overflow = builder_.both(open, second.overflow);
  value.division_by_zero = builder_.both(open, second.division_by_zero);
  return value;
}

std::optional<LoweredValue> Lowering::lower_first_yes(const compiler::Inst& inst) {
  LoweredValue value = begin_strict(inst);
  value.known = builder_.none();
  value.numbers = constant(0);
  for (std::size_t k = 0; k < inst.operand_count; ++k) {
    const NodeId first = builder_.without(operand(inst, k).yes, value.known);
    value.known = builder_.either(value.known, operand(inst, k).yes);
    value.numbers = chosen(first, constant(static_cast<std::int64_t>(k)), value.numbers);
  }
  value.overflow = builder_.without(value.overflow, value.known);
  value.division_by_zero = builder_.without(value.division_by_zero, value.known);
  return value;
}

}  // namespace muster::runtime::jit
