#include "runtime/jit/lower.h"

#include <algorithm>
#include <cassert>
#include <tuple>

#include "runtime/interpret/step.h"
#include "runtime/jit/lowering.h"

namespace muster::runtime::jit {

using compiler::Op;
using compiler::Physical;
using compiler::SpaceId;
using compiler::ValueId;

namespace {

// What every value is between, of columns that come in fewer bytes or are expected to be small.
compiler::ColumnRanges ranges_of_columns(const BatchLayout& layout) {
  compiler::ColumnRanges ranges;
  for (const std::vector<ColumnLayout>& columns : layout) {
    std::vector<std::optional<compiler::ValueRange>>& of_space = ranges.emplace_back();
    for (const ColumnLayout& column : columns) {
      std::optional<compiler::ValueRange>& range = of_space.emplace_back();
      if (column.physical != Physical::integer) continue;
      if (column.expected_bits != 0) {
        range = {0, (std::int64_t{1} << column.expected_bits) - 1};
      } else if (column.narrow_bytes != 0) {
        const std::int64_t half = std::int64_t{1} << (8U * column.narrow_bytes - 1);
        range = {-half, half - 1};
      }
    }
  }
  return ranges;
}

std::size_t entry_bytes_of(std::size_t bits) { return bits <= 8 ? 1 : (bits <= 16 ? 2 : 4); }

}  // namespace

Needs::Needs(const compiler::Program& program, const KernelWants& wants, const BatchLayout& layout)
    : is_needed(program.insts.size()),
      is_wanted_whole(program.insts.size()),
      uses(program.insts.size()),
      ranges(compiler::ranges_of(program, ranges_of_columns(layout))) {
  for (const ValueId id : wants.values) is_needed[id.index] = is_wanted_whole[id.index] = true;
  for (const ValueId id : wants.bits) is_needed[id.index] = true;
  for (const AnswerLayout& answer : wants.answers) {
    is_needed[answer.id.index] = is_wanted_whole[answer.id.index] = true;
  }
  for (auto at = static_cast<std::uint32_t>(is_needed.size()); at-- > 0;) {
    if (!is_needed[at]) continue;
    for (const ValueId operand : program.operands_of(program.insts[ValueId{at}])) {
      is_needed[operand.index] = true;
      ++uses[operand.index];
    }
  }
}

Lowering::Lowering(const compiler::Program& program, AsOf as_of, SpaceId space, const Needs& needs,
                   std::span<const ColumnLayout> columns, std::span<const std::unique_ptr<Lowering>> others)
    : program_(program),
      as_of_(as_of),
      space_(space),
      needs_(needs),
      columns_(columns),
      others_(others),
      values_(program.insts.size()),
      is_foreign_(program.insts.size()),
      is_read_(program.insts.size()) {}

NodeId Lowering::load(InputSource source, Lane lane) {
  source.bytes = lane_bytes(lane);
  const auto [place, is_new] = known_inputs_.emplace(source, inputs_.size());
  if (is_new) inputs_.push_back(source);
  return builder_.load(lane, place->second);
}

LoweredValue Lowering::lower_column(ValueId id, const compiler::Inst& inst) {
  const auto column = static_cast<std::size_t>(inst.immediate);
  const ColumnLayout layout = column < columns_.size() ? columns_[column] : ColumnLayout{};
  const auto index = static_cast<std::uint32_t>(column);
  const auto part = [&](InputSource::Part which, Lane lane) {
    return load({which, InputSource::Origin::column, index, 0}, lane);
  };
  LoweredValue value;
  value.known = part(InputSource::Part::known, Lane::mask);
  switch (compiler::physical_of(inst.type.kind)) {
    case Physical::boolean:
      value.yes = builder_.both(value.known, part(InputSource::Part::yes, Lane::mask));
      value.no = builder_.without(value.known, value.yes);
      value.known = builder_.either(value.yes, value.no);
      break;
    case Physical::integer: {
      const compiler::ValueRange& range = needs_.ranges[id.index];
      const Lane lane = lane_of_bytes(layout.narrow_bytes == 0 ? 8 : layout.narrow_bytes);
      NodeId numbers = part(InputSource::Part::numbers, lane);
      if (layout.expected_bits != 0) {
        unexpected_ = builder_.either(unexpected_, builder_.any(numbers, -(std::int64_t{1} << layout.expected_bits)));
      }
      const Lane narrow = lane_for(range.low, range.high);
      if (needs_.uses[id.index] > 1 && lane_bits(narrow) < lane_bits(lane))
        numbers = builder_.truncate(numbers, narrow);
      value.numbers = made(numbers, 1, range.low, range.high);
      break;
    }
    case Physical::code:
    case Physical::text: {
      const Lane lane = lane_of_bytes(layout.narrow_bytes == 0 ? 4 : layout.narrow_bytes);
      const NodeId codes = part(InputSource::Part::codes, lane);
      if (lane == Lane::i8) value.numbers.bytes = codes;
      const NodeId wide =
          lane == Lane::i32 ? codes : builder_.extend_zero(codes, lane == Lane::i8 ? Lane::i16 : Lane::i32);
      const NodeId bytes = value.numbers.bytes;
      value.numbers = made(wide, 1, 0, lane == Lane::i32 ? Wide{0x7fff'ffff} : (Wide{1} << lane_bits(lane)) - 1);
      value.numbers.bytes = bytes;
      value.text_codes = lane == Lane::i8 ? codes : wide;
      value.text = {.index = index};
      break;
    }
  }
  return value;
}

LoweredValue Lowering::lower_foreign(ValueId id, const compiler::Inst& inst) {
  const auto part = [&](InputSource::Part which, Lane lane) {
    return load({which, InputSource::Origin::foreign, id.index, 0}, lane);
  };
  LoweredValue value;
  if (compiler::physical_of(inst.type.kind) == Physical::boolean) {
    value.yes = part(InputSource::Part::yes, Lane::mask);
    value.no = part(InputSource::Part::no, Lane::mask);
    value.known = builder_.either(value.yes, value.no);
  } else {
    value.known = part(InputSource::Part::known, Lane::mask);
  }
  if (inst.may_fault) {
    value.overflow = part(InputSource::Part::overflow, Lane::mask);
    value.division_by_zero = part(InputSource::Part::division_by_zero, Lane::mask);
  }
  switch (compiler::physical_of(inst.type.kind)) {
    case Physical::boolean:
      break;
    case Physical::integer:
      value.numbers = made(part(InputSource::Part::numbers, Lane::i64), 1, needs_.ranges[id.index].low,
                           needs_.ranges[id.index].high);
      break;
    case Physical::code:
      value.numbers = made(part(InputSource::Part::codes, Lane::i32), 1, 0, 0x7fff'ffff);
      break;
    case Physical::text:
      // Where the text is missing the register may hold anything.
      value.text_codes =
          builder_.blend(value.known, part(InputSource::Part::codes, Lane::i32), builder_.splat(Lane::i32, 0));
      value.text = {.is_foreign = true, .index = id.index};
      break;
  }
  return value;
}

std::optional<LoweredValue> Lowering::lower_source(ValueId id, const compiler::Inst& inst) {
  LoweredValue value;
  value.known = builder_.all();
  switch (inst.op) {
    case Op::column:
      return lower_column(id, inst);
    case Op::missing:
      value.known = builder_.none();
      if (compiler::physical_of(inst.type.kind) == Physical::boolean) value.yes = value.no = builder_.none();
      if (compiler::physical_of(inst.type.kind) == Physical::text) return std::nullopt;
      return value;
    case Op::as_of_instant:
      value.numbers = constant(as_of_.instant);
      return value;
    case Op::as_of_day:
      value.numbers = constant(as_of_.day);
      return value;
    case Op::window_edge:
      value.numbers = constant(
          interpret::edge_of(program_.windows[static_cast<std::size_t>(inst.immediate)], as_of_, program_.zone));
      return value;
    case Op::constant:
      switch (compiler::physical_of(inst.type.kind)) {
        case Physical::boolean:
          return constant_mask(inst.immediate != 0);
        case Physical::integer:
        case Physical::code:
          value.numbers = constant(inst.immediate);
          return value;
        case Physical::text:
          value.text = {.is_constant = true,
                        .constant = kernels::fold_text(program_.texts[static_cast<std::size_t>(inst.immediate)])};
          return value;
      }
      return std::nullopt;
    case Op::is_given:
      value.yes =
          load({InputSource::Part::yes, InputSource::Origin::given, static_cast<std::uint32_t>(inst.immediate), 0},
               Lane::mask);
      value.no = builder_.negated(value.yes);
      return value;
    default:
      return std::nullopt;
  }
}

std::optional<LoweredValue> Lowering::lower_one(ValueId id, const compiler::Inst& inst) {
  switch (inst.op) {
    case Op::column:
    case Op::constant:
    case Op::missing:
    case Op::as_of_instant:
    case Op::as_of_day:
    case Op::window_edge:
    case Op::is_given:
      return lower_source(id, inst);
    case Op::not_:
    case Op::and_:
    case Op::or_:
    case Op::at_least:
    case Op::is_known:
    case Op::truth_between:
      return lower_truth(inst);
    case Op::sum:
    case Op::multiply:
    case Op::rescale:
    case Op::scale_by:
    case Op::whole_steps:
    case Op::clamp:
    case Op::saturating_sum:
    case Op::number_function:
    case Op::numbers_function:
      return lower_number(inst);
    case Op::fade:
      return lower_fade(inst);
    case Op::compare:
    case Op::compare_code:
    case Op::in_numbers:
    case Op::in_codes:
      return lower_compare(inst);
    case Op::in_texts:
    case Op::text_equal:
    case Op::text_test:
    case Op::text_function:
      return lower_text(id, inst);
    case Op::select:
    case Op::default_to:
    case Op::first_yes:
      return lower_choice(inst);
    case Op::any_rows:
    case Op::count_rows:
    case Op::sum_rows:
    case Op::smallest_row:
    case Op::largest_row:
      return lower_fold(id, inst);
    case Op::divide:
    case Op::remainder:
    case Op::date_of_instant:
    case Op::instant_of_date:
    case Op::text_to_integer:
    case Op::calendar_number:
    case Op::convert_money:
    case Op::is_linked:
    case Op::from_one:
    case Op::to_rows:
    case Op::first_row:
    case Op::last_row:
    case Op::count_distinct:
    case Op::most_days:
    case Op::keep_distinct:
    case Op::keep_latest:
    case Op::keep_first:
      return std::nullopt;
  }
  return std::nullopt;
}

// ---- what is shared by the families

LoweredValue Lowering::constant_mask(bool value) {
  LoweredValue made;
  made.known = builder_.all();
  made.yes = value ? builder_.all() : builder_.none();
  made.no = value ? builder_.none() : builder_.all();
  return made;
}

LoweredValue Lowering::begin_strict(const compiler::Inst& inst) {
  LoweredValue value;
  value.known = builder_.all();
  value.overflow = value.division_by_zero = builder_.none();
  for (std::size_t k = 0; k < inst.operand_count; ++k) {
    const LoweredValue& one = operand(inst, k);
    value.known = builder_.both(value.known, one.known);
    value.overflow = builder_.either(value.overflow, one.overflow);
    value.division_by_zero = builder_.either(value.division_by_zero, one.division_by_zero);
  }
  return value;
}

LoweredValue Lowering::predicate(const compiler::Inst& inst, NodeId holds) {
  LoweredValue value = begin_strict(inst);
  value.yes = builder_.both(value.known, holds);
  value.no = builder_.without(value.known, holds);
  return value;
}

void Lowering::carry_faults(const compiler::Inst& inst, LoweredValue& value) {
  const LoweredValue all = begin_strict(inst);
  value.overflow = builder_.without(all.overflow, value.known);
  value.division_by_zero = builder_.without(all.division_by_zero, value.known);
}

void Lowering::mark_overflow(LoweredValue& value, NodeId rows) {
  value.overflow = builder_.either(value.overflow, builder_.both(value.known, rows));
  value.known = builder_.without(value.known, rows);
}

// The tables that the plan reads. Now that all questions to them are known, so is the width of their entries.
void Lowering::keep_tables(Lowered& lowered) {
  std::vector<std::optional<std::size_t>> kept(tables_.size());
  for (Node& node : lowered.plan.nodes) {
    if (node.op != NodeOp::gather && node.op != NodeOp::look_up) continue;
    const auto table = static_cast<std::size_t>(node.immediate);
    if (!kept[table]) {
      kept[table] = lowered.tables.size();
      TableSpec& spec = lowered.tables.emplace_back(std::move(tables_[table])).spec;
      spec.entry_bytes = entry_bytes_of(spec.predicates.size());
    }
    node.immediate = static_cast<std::int64_t>(*kept[table]);
    if (node.op == NodeOp::gather) node.lane = lane_of_bytes(lowered.tables[*kept[table]].spec.entry_bytes);
  }
  lowered.plan.tables = lowered.tables.size();
}

void Lowering::lower_values() {
  unexpected_ = builder_.none();
  for (std::uint32_t at = 0; at < values_.size(); ++at) {
    const ValueId id{at};
    const compiler::Inst& inst = program_.insts[id];
    if (!needs_.is_needed[at] || !is_of_space(inst)) continue;
    std::optional<LoweredValue> made;
    const auto operands = program_.operands_of(inst);
    const bool has_operands = interpret::is_fold(inst.op) || std::ranges::all_of(operands, [&](ValueId operand) {
                                return values_[operand.index].is_there;
                              });
    if (has_operands) made = lower_one(id, inst);
    is_foreign_[at] = !made.has_value();
    // The interpreter writes out what is the same for all rows for as many as a batch has leads.
    if (!made && inst.space.is_none() && space_.index != compiler::root_space) continue;
    LoweredValue& value = values_[at];
    value = made ? std::move(*made) : lower_foreign(id, inst);
    value.is_there = true;
    // What the builder proved cannot be at fault is not.
    if (!inst.may_fault || value.overflow == no_node) value.overflow = builder_.none();
    if (!inst.may_fault || value.division_by_zero == no_node) value.division_by_zero = builder_.none();
  }
}

void Lowering::find_wanted(const KernelWants& wants, Lowered& lowered) {
  std::vector<ValueId> wanted(wants.values.begin(), wants.values.end());
  wanted.insert(wanted.end(), wants.bits.begin(), wants.bits.end());
  std::ranges::sort(wanted);
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const ValueId id : wanted) {
    if (is_foreign_[id.index]) {
      WantedValue foreign;
      foreign.id = id;
      foreign.physical = physical_of(id);
      foreign.is_foreign = true;
      is_read_[id.index] = true;
      lowered.wanted.push_back(foreign);
    } else {
      lowered.wanted.push_back(want(lowered, id));
    }
  }
  lowered.answers.assign(wants.answers.begin(), wants.answers.end());
  for (std::size_t at = 0; at < lowered.answers.size(); ++at) {
    const std::uint32_t value = lowered.answers[at].id.index;
    if (is_foreign_[value]) {
      is_read_[value] = true;
      lowered.foreign_answers.push_back(at);
    } else {
      answer(lowered, at);
    }
  }
}

void Lowering::finish(const KernelWants& wants, std::span<Lowered> all) {
  Lowered& lowered = all[space_.index];
  lowered.space = space_;
  if (space_.index == compiler::root_space) find_wanted(wants, lowered);
  // Also where nothing is left to compute: what was expected may be why.
  if (!builder_.is_splat(unexpected_)) lowered.unexpected = slot_of(lowered, 0, unexpected_, 1);
  std::vector<std::size_t> bytes;
  for (const InputSource& input : inputs_) bytes.push_back(input.bytes);
  std::vector<std::size_t> kept;
  lowered.plan = builder_.finish(outputs_, fades_, bytes, kept);
  keep_tables(lowered);
  for (std::size_t k = 0; k < fade_rules_.size(); ++k) lowered.fades.emplace_back(fade_rules_[k], fade_scales_[k]);
  for (const std::size_t input : kept) {
    InputSource& source = lowered.sources.emplace_back(inputs_[input]);
    if (source.origin == InputSource::Origin::foreign) is_read_[source.index] = true;
    if (source.origin == InputSource::Origin::fold) source.index = keep_fold(source.index, all);
  }
  for (std::uint32_t at = 0; at < is_read_.size(); ++at) {
    if (is_read_[at]) lowered.foreign.push_back(ValueId{at});
    const compiler::Inst& inst = program_.insts[ValueId{at}];
    if (needs_.is_needed[at] && inst.space == space_) ++lowered.instructions;
  }
}

}  // namespace muster::runtime::jit
