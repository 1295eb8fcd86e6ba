// Folds: what the child rows of a row are together. The child's plan works out masks and numbers for its rows, a loop
// between the two plans brings them together for each parent (fold_rows.h), and the parent's plan reads the result like
// a column. Whether some row is in a mask is whether the count of them is not 0.
#include <algorithm>
#include <limits>

#include "runtime/jit/lowering.h"

namespace muster::runtime::jit {

using compiler::Op;
using compiler::SpaceId;

namespace {

constexpr std::int64_t most_count{most_child_rows};

std::int64_t greatest_of(Lane lane) {
  return static_cast<std::int64_t>(~std::uint64_t{0} >> 1U >> (64 - lane_bits(lane)));
}

}  // namespace

NodeId Lowering::fold(AskedFold asked, Lane lane, InputSource::Part part) {
  const auto place = std::ranges::find_if(folds_, [&](const AskedFold& other) {
    return other.fold.kind == asked.fold.kind && other.fold.child == asked.fold.child && other.node == asked.node &&
           other.bytes == asked.bytes && other.scale == asked.scale;
  });
  const auto index = static_cast<std::uint32_t>(place - folds_.begin());
  if (place == folds_.end()) {
    folds_.push_back(asked);
  } else {
    place->fold.safe_rows = std::min(place->fold.safe_rows, asked.fold.safe_rows);
  }
  return load({part, InputSource::Origin::fold, index, 0}, lane);
}

// A fold that the finished plan reads: from now on its operand is an output of the child.
std::uint32_t Lowering::keep_fold(std::size_t asked, std::span<Lowered> all) {
  AskedFold& wanted = folds_[asked];
  if (!wanted.kept) {
    const std::uint32_t child = wanted.fold.child.index;
    wanted.fold.slot = others_[child]->slot_of(all[child], wanted.bytes, wanted.node, wanted.scale);
    std::vector<RowFold>& folds = all[space_.index].folds;
    wanted.kept = static_cast<std::uint32_t>(folds.size());
    folds.push_back(wanted.fold);
  }
  return *wanted.kept;
}

Numbers Lowering::count_of(const Lowering& child, NodeId mask) {
  if (child.builder_.is_splat(mask, 0)) return constant(0);
  const NodeId counts = fold({.fold = {.kind = RowFold::Kind::count, .child = child.space_}, .node = mask}, Lane::i32);
  return made(counts, 1, 0, most_count);
}

NodeId Lowering::has_any(const Lowering& child, NodeId mask) {
  const Numbers counts = count_of(child, mask);
  if (counts.is_constant()) return builder_.none();
  return builder_.compare(Order::not_equal, counts.node, builder_.splat(Lane::i32, 0));
}

// Undecided where no row is yes and one is open; then with the faults of the open ones.
LoweredValue Lowering::lower_any(Lowering& child, const LoweredValue& mask) {
  PlanBuilder& rows = child.builder_;
  const NodeId open = rows.negated(mask.known);
  LoweredValue value;
  value.yes = has_any(child, mask.yes);
  value.no = builder_.negated(builder_.either(value.yes, has_any(child, open)));
  value.known = builder_.either(value.yes, value.no);
  value.overflow = builder_.without(has_any(child, rows.both(open, mask.overflow)), value.known);
  value.division_by_zero = builder_.without(has_any(child, rows.both(open, mask.division_by_zero)), value.known);
  return value;
}

// Missing because of the rows `missing`, with the faults that the operand has there.
void Lowering::carry_missing(Lowering& child, NodeId missing, const LoweredValue& operand, LoweredValue& value) {
  value.known = builder_.negated(has_any(child, missing));
  value.overflow = has_any(child, child.builder_.both(missing, operand.overflow));
  value.division_by_zero = has_any(child, child.builder_.both(missing, operand.division_by_zero));
}

// Without what is missing. Nothing: it is foreign.
std::optional<LoweredValue> Lowering::lower_row_sum(ValueId id, const Inst& inst, Lowering& child, NodeId selected,
                                                    const Numbers& numbers) {
  LoweredValue value;
  value.known = builder_.all();
  value.numbers = constant(0);
  if (child.builder_.is_splat(selected, 0)) return value;
  if (numbers.is_constant()) {  // the same points for every row, which is what most rules give
    const Wide total = Wide{numbers.constant} * most_count;
    if (total == 0) return value;
    if (total <= std::numeric_limits<std::int64_t>::min() || total > std::numeric_limits<std::int64_t>::max()) {
      return std::nullopt;
    }
    Numbers lanes = count_of(child, selected);
    const std::int64_t weight = numbers.constant;
    if (weight > 0) {
      lanes.scale = weight;
    } else {
      lanes.node = builder_.difference(builder_.splat(Lane::i32, 0), lanes.node);
      lanes.scale = -weight;
      lanes.low = -most_count;
      lanes.high = 0;
    }
    value.numbers = lanes;
    return value;
  }
  PlanBuilder& rows = child.builder_;
  const Lane lane = rows[numbers.node].lane;
  const Wide most = std::max<Wide>({high_in(numbers, 1), -low_in(numbers, 1), 1});
  const auto safe_rows = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / most);
  const bool is_safe = safe_rows >= most_child_rows;
  AskedFold asked{.fold = {.kind = RowFold::Kind::sum, .child = child.space_, .safe_rows = safe_rows},
                  .node = rows.blend(selected, numbers.node, rows.splat(lane, 0))};
  // Where totals are checked they are those of the values, else of lanes.
  asked.bytes = is_safe ? static_cast<std::uint8_t>(lane_bits(lane) / 8) : std::uint8_t{8};
  asked.scale = is_safe ? 1 : numbers.scale;
  const std::int64_t scale = is_safe ? numbers.scale : 1;
  const compiler::ValueRange& range = needs_.ranges[id.index];
  value.numbers = made(fold(asked, Lane::i64), scale, Wide{range.low} / scale, Wide{range.high} / scale);
  if (!is_safe && inst.may_fault) value.overflow = fold(asked, Lane::mask, InputSource::Part::overflow);
  return value;
}

void Lowering::lower_extreme(const Inst& inst, Lowering& child, NodeId selected, const Numbers& numbers,
                             LoweredValue& value) {
  value.known = builder_.both(value.known, has_any(child, selected));
  value.numbers = constant(numbers.constant);
  if (numbers.is_constant() || child.builder_.is_splat(selected, 0)) return;
  const bool is_smallest = inst.op == Op::smallest_row;
  PlanBuilder& rows = child.builder_;
  const Lane lane = rows[numbers.node].lane;
  // What no row loses to.
  const std::int64_t furthest = is_smallest ? greatest_of(lane) : ~greatest_of(lane);
  const AskedFold asked{
      .fold = {.kind = is_smallest ? RowFold::Kind::smallest : RowFold::Kind::largest, .child = child.space_},
      .node = rows.blend(selected, numbers.node, rows.splat(lane, furthest)),
      .bytes = static_cast<std::uint8_t>(lane_bits(lane) / 8)};
  value.numbers = made(fold(asked, lane), numbers.scale, numbers.low, numbers.high);
}

std::optional<LoweredValue> Lowering::lower_fold(ValueId id, const Inst& inst) {
  Lowering* const child = others_[inst.from.index].get();
  if (child == nullptr) return std::nullopt;
  const auto operands = program_.operands_of(inst);
  const auto is_there = [&](ValueId one) { return child->values_[one.index].is_there; };
  if (!std::ranges::all_of(operands, is_there)) return std::nullopt;
  // Numbers that the interpreter works out, it also adds up: it may need fewer of them then. A mask is a mask.
  if (operands.size() > 1 && child->is_foreign_[operands[0].index]) return std::nullopt;
  const LoweredValue& first = child->operand(inst, 0);
  if (inst.op == Op::any_rows) return lower_any(*child, first);
  LoweredValue value;
  value.known = builder_.all();
  if (inst.op == Op::count_rows) {
    value.numbers = count_of(*child, first.yes);
    return value;
  }
  const NodeId selected = child->operand(inst, 1).yes;
  const NodeId missing = child->builder_.without(selected, first.known);
  carry_missing(*child, missing, first, value);
  if (inst.op != Op::sum_rows) {
    lower_extreme(inst, *child, selected, first.numbers, value);
    return value;
  }
  const auto sum = lower_row_sum(id, inst, *child, selected, first.numbers);
  if (!sum) return std::nullopt;
  value.numbers = sum->numbers;
  if (sum->overflow != no_node) mark_overflow(value, sum->overflow);
  return value;
}

std::vector<Lowered> lower(const compiler::Program& program, AsOf as_of, const KernelWants& wants,
                           const BatchLayout& layout) {
  const Needs needs(program, wants, layout);
  std::vector<std::unique_ptr<Lowering>> spaces(program.spaces.size());
  // Down to the next `one`, whose rows are worked out before.
  std::vector<bool> is_reached(spaces.size());
  for (std::uint32_t at = 0; at < spaces.size(); ++at) {
    const compiler::Space& space = program.spaces[SpaceId{at}];
    is_reached[at] =
        at == compiler::root_space || (space.link == compiler::Link::many && is_reached[space.parent.index]);
  }
  for (auto at = static_cast<std::uint32_t>(spaces.size()); at-- > 0;) {
    if (!is_reached[at]) continue;
    const std::span<const ColumnLayout> columns =
        at < layout.size() ? std::span<const ColumnLayout>(layout[at]) : std::span<const ColumnLayout>();
    spaces[at] = std::make_unique<Lowering>(program, as_of, SpaceId{at}, needs, columns, spaces);
    spaces[at]->lower_values();
  }
  std::vector<Lowered> all(spaces.size());
  for (const auto& space : spaces) {
    if (space != nullptr) space->finish(wants, all);
  }
  return all;
}

}  // namespace muster::runtime::jit
