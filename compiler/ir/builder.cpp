#include "compiler/ir/builder.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace muster::compiler {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9e37'79b9'7f4a'7c15U + (hash << 6U) + (hash >> 2U);
  return hash * 0xff51'afd7'ed55'8ccdU;
}

std::uint64_t hash_of(SpaceId space, SpaceId from, Op op, Type type, std::span<const ValueId> operands,
                      std::int64_t immediate) {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(op), static_cast<std::uint64_t>(type.kind));
  hash = mix(hash, (std::uint64_t{type.digits} << 48U) | (std::uint64_t{type.currency} << 32U) | type.index);
  hash = mix(hash, (std::uint64_t{space.index} << 32U) | from.index);
  hash = mix(hash, static_cast<std::uint64_t>(immediate));
  for (const ValueId operand : operands) hash = mix(hash, operand.index);
  return hash;
}

}  // namespace

std::int64_t ProgramBuilder::text(std::string text) {
  const auto [found, is_new] = known_texts_.try_emplace(text, static_cast<std::int64_t>(program_.texts.size()));
  if (is_new) program_.texts.push_back(std::move(text));
  return found->second;
}

std::int64_t ProgramBuilder::weights(std::vector<std::int64_t> weights) {
  const auto [found, is_new] = known_weights_.try_emplace(weights, static_cast<std::int64_t>(program_.weights.size()));
  if (is_new) program_.weights.insert(program_.weights.end(), weights.begin(), weights.end());
  return found->second;
}

std::int64_t ProgramBuilder::number_set(std::vector<std::int64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  const auto [found, is_new] =
      known_number_sets_.try_emplace(numbers, static_cast<std::int64_t>(program_.number_sets.size()));
  if (is_new) program_.number_sets.push_back(std::move(numbers));
  return found->second;
}

std::int64_t ProgramBuilder::text_set(std::vector<std::string> folded_texts) {
  std::sort(folded_texts.begin(), folded_texts.end());
  folded_texts.erase(std::unique(folded_texts.begin(), folded_texts.end()), folded_texts.end());
  const auto [found, is_new] =
      known_text_sets_.try_emplace(folded_texts, static_cast<std::int64_t>(program_.text_sets.size()));
  if (is_new) program_.text_sets.push_back(std::move(folded_texts));
  return found->second;
}

std::optional<std::int64_t> ProgramBuilder::find_pattern(const std::string& key) const {
  const auto found = known_patterns_.find(key);
  if (found == known_patterns_.end()) return std::nullopt;
  return found->second;
}

std::int64_t ProgramBuilder::pattern(const std::string& key, kernels::TextPattern pattern) {
  const auto [found, is_new] = known_patterns_.try_emplace(key, static_cast<std::int64_t>(program_.patterns.size()));
  if (is_new) program_.patterns.push_back(std::move(pattern));
  return found->second;
}

std::optional<std::int64_t> ProgramBuilder::constant_of(ValueId id) const {
  const Inst& inst = program_.insts[id];
  if (inst.op != Op::constant) return std::nullopt;
  return inst.immediate;
}

std::int64_t ProgramBuilder::window(const WindowEdge& edge) {
  const auto [found, is_new] =
      known_windows_.try_emplace({edge.kind, edge.amount, edge.unit.unit, edge.unit.week_starts, edge.of_days},
                                 static_cast<std::int64_t>(program_.windows.size()));
  if (is_new) program_.windows.push_back(edge);
  return found->second;
}

std::int64_t ProgramBuilder::fade_rule(const FadeRule& rule) {
  const auto [found, is_new] = known_fades_.try_emplace(rule, static_cast<std::int64_t>(program_.fades.size()));
  if (is_new) program_.fades.push_back(rule);
  return found->second;
}

ProgramBuilder::Place ProgramBuilder::place_of(Op op, std::span<const ValueId> operands, std::int64_t immediate) const {
  SpaceId of_operands;
  for (const ValueId operand : operands) {
    if (of_operands.is_none()) of_operands = inst(operand).space;
  }
  switch (reach_of(op)) {
    case InstReach::scalar:
      return {};
    case InstReach::rows:
      return {.space = of_operands.is_none() ? space_ : of_operands, .from = {}};
    case InstReach::from_one:
      if (op == Op::is_linked) of_operands = SpaceId{static_cast<std::uint32_t>(immediate)};
      [[fallthrough]];
    case InstReach::fold:
      assert(of_operands.index < program_.spaces.size());
      return {.space = program_.spaces[of_operands].parent, .from = of_operands};
    case InstReach::to_rows:
      assert(program_.spaces[space_].parent == of_operands);
      return {.space = space_, .from = of_operands};
  }
  return {};
}

ValueId ProgramBuilder::add(Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate,
                            lang::Span span) {
  return add_at(place_of(op, operands, immediate), op, type, operands, immediate, span);
}

ValueId ProgramBuilder::fold(Op op, Type type, SpaceId from, std::initializer_list<ValueId> operands,
                             std::int64_t immediate, lang::Span span) {
  assert(reach_of(op) == InstReach::fold && program_.spaces[from].link == Link::many);
  const std::span<const ValueId> view(operands.begin(), operands.size());
  return add_at({.space = program_.spaces[from].parent, .from = from}, op, type, view, immediate, span);
}

ValueId ProgramBuilder::to_rows(ValueId value, SpaceId into, lang::Span span) {
  if (inst(value).space.is_none()) return value;
  assert(program_.spaces[into].link == Link::many);
  const Type type = inst(value).type;
  return add_at({.space = into, .from = program_.spaces[into].parent}, Op::to_rows, type, {&value, 1}, 0, span);
}

ValueId ProgramBuilder::from_one(ValueId value, SpaceId from, lang::Span span) {
  if (inst(value).op == Op::missing) return value;
  assert(program_.spaces[from].link == Link::one);
  const Type type = inst(value).type;
  return add_at({.space = program_.spaces[from].parent, .from = from}, Op::from_one, type, {&value, 1}, 0, span);
}

ValueId ProgramBuilder::add_again(SpaceId space, SpaceId from, Op op, Type type, std::span<const ValueId> operands,
                                  std::int64_t immediate, lang::Span span) {
  // What has become the same for all rows needs no way to them, and what is missing is missing in every row.
  if (op == Op::to_rows && inst(operands[0]).space.is_none()) return operands[0];
  if (op == Op::from_one && inst(operands[0]).op == Op::missing) return operands[0];
  return add_at({.space = space, .from = from}, op, type, operands, immediate, span);
}

ValueId ProgramBuilder::add_at(Place place, Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate,
                               lang::Span span) {
  for ([[maybe_unused]] const ValueId operand : operands) assert(operand.index < program_.insts.size());
  if (const auto simpler = simplify(op, type, operands, immediate, span)) return *simpler;
  const bool is_full = program_.insts.size() >= limits_.instructions;
  if (is_full && op != Op::missing) {
    too_large_ = true;
    return missing(type, span);  // one per type, so that the program stops growing
  }
  return append(place, op, type, operands, immediate, span);
}

ValueId ProgramBuilder::append(Place place, Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate,
                               lang::Span span) {
  const std::uint64_t hash = hash_of(place.space, place.from, op, type, operands, immediate);
  const auto [begin, end] = known_insts_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    const Inst& inst = program_.insts[it->second];
    const std::span<const ValueId> its_operands = program_.operands_of(inst);
    if (inst.op == op && inst.type == type && inst.space == place.space && inst.from == place.from &&
        inst.immediate == immediate &&
        std::equal(operands.begin(), operands.end(), its_operands.begin(), its_operands.end())) {
      return it->second;
    }
  }
  bool faults = false;
  const Facts facts = facts_of(op, type, operands, immediate, faults);
  const auto first_operand = static_cast<std::uint32_t>(program_.operands.size());
  // The operands may be a view of the program's own list, which is about to move.
  const std::vector<ValueId> copy(operands.begin(), operands.end());
  program_.operands.insert(program_.operands.end(), copy.begin(), copy.end());
  const ValueId id = program_.insts.add({.op = op,
                                         .type = type,
                                         .space = place.space,
                                         .from = place.from,
                                         .may_fault = faults,
                                         .first_operand = first_operand,
                                         .operand_count = static_cast<std::uint32_t>(copy.size()),
                                         .immediate = immediate,
                                         .span = span});
  facts_.push_back(facts);
  known_insts_.emplace(hash, id);
  return id;
}

std::optional<ValueId> ProgramBuilder::simplify(Op op, Type type, std::span<const ValueId> operands,
                                                std::int64_t immediate, lang::Span span) {
  switch (op) {
    case Op::not_:
      if (const auto value = constant_of(operands[0])) return boolean(*value == 0, span);
      if (inst(operands[0]).op == Op::not_) return program_.operands_of(inst(operands[0]))[0];
      return std::nullopt;
    case Op::and_:
    case Op::or_:
      return simplify_junction(op, operands, span);
    case Op::at_least:
      return simplify_at_least(operands, immediate, span);
    case Op::is_known:
      if (is_never_missing(operands[0])) return boolean(true, span);
      if (inst(operands[0]).op == Op::missing) return boolean(false, span);
      if (inst(operands[0]).op == Op::not_) {
        return add(op, type, {program_.operands_of(inst(operands[0]))[0]}, immediate, span);
      }
      return std::nullopt;
    case Op::truth_between:
      if (operands[0] == operands[1]) return operands[0];
      return std::nullopt;
    case Op::sum:
    case Op::saturating_sum:
      if (operands.empty()) return constant(type, 0, span);
      if (operands.size() == 1 && inst(operands[0]).type == type &&
          program_.weights[static_cast<std::size_t>(immediate)] == 1) {
        return operands[0];
      }
      return std::nullopt;
    case Op::rescale:
      if ((immediate & 31) == ((immediate >> 8) & 31) && inst(operands[0]).type == type) return operands[0];
      return std::nullopt;
    case Op::select:
    case Op::default_to:
      return simplify_choice(op, operands);
    case Op::any_rows:
    case Op::count_rows:
    case Op::sum_rows:
    case Op::smallest_row:
    case Op::largest_row:
    case Op::first_row:
    case Op::last_row:
    case Op::count_distinct:
    case Op::most_days:
      return simplify_fold(op, type, operands, span);
    case Op::keep_distinct:
    case Op::keep_latest:
    case Op::keep_first:
      if (constant_of(operands.back()) == 0) return operands.back();  // none to keep
      return std::nullopt;
    case Op::window_edge:
    case Op::calendar_number:
    case Op::fade:
    case Op::convert_money:
    case Op::is_given:
    case Op::is_linked:
    case Op::from_one:
    case Op::to_rows:
    case Op::column:
    case Op::constant:
    case Op::missing:
    case Op::as_of_instant:
    case Op::as_of_day:
    case Op::multiply:
    case Op::divide:
    case Op::remainder:
    case Op::scale_by:
    case Op::whole_steps:
    case Op::clamp:
    case Op::compare:
    case Op::number_function:
    case Op::numbers_function:
    case Op::date_of_instant:
    case Op::instant_of_date:
    case Op::compare_code:
    case Op::in_numbers:
    case Op::in_codes:
    case Op::in_texts:
    case Op::text_equal:
    case Op::text_test:
    case Op::text_function:
    case Op::text_to_integer:
    case Op::first_yes:
      return std::nullopt;
  }
  return std::nullopt;
}

// Over no rows: a mask that no row can be yes in. Whether there is an undecided one still matters to `any_rows`.
std::optional<ValueId> ProgramBuilder::simplify_fold(Op op, Type type, std::span<const ValueId> operands,
                                                     lang::Span span) {
  const ValueId mask = operands.back();
  const bool is_no = constant_of(mask) == 0;
  if (!is_no && (op == Op::any_rows || inst(mask).op != Op::missing)) return std::nullopt;
  const bool has_value_over_none = op == Op::any_rows || op == Op::count_rows || op == Op::sum_rows ||
                                   op == Op::count_distinct || op == Op::most_days;
  return has_value_over_none ? constant(type, 0, span) : missing(type, span);
}

// `and`, `or`: what changes nothing is left out, also a condition that is there twice; one that decides, decides.
ValueId ProgramBuilder::simplify_junction(Op op, std::span<const ValueId> operands, lang::Span span) {
  const bool decides = op == Op::or_;  // yes decides `or`, no decides `and`
  std::vector<ValueId> kept;
  std::vector<ValueId> sorted(operands.begin(), operands.end());
  std::sort(sorted.begin(), sorted.end());
  const bool has_twins = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  std::vector<bool> is_seen(has_twins ? program_.insts.size() : 0);
  for (const ValueId operand : operands) {
    if (const auto value = constant_of(operand)) {
      if ((*value != 0) == decides) return boolean(decides, span);
      continue;
    }
    if (has_twins) {
      if (is_seen[operand.index]) continue;
      is_seen[operand.index] = true;
    }
    kept.push_back(operand);
  }
  if (kept.empty()) return boolean(!decides, span);
  if (kept.size() == 1) return kept.front();
  if (program_.insts.size() >= limits_.instructions) {
    too_large_ = true;
    return missing({.kind = Kind::boolean}, span);
  }
  return append(place_of(op, kept, 0), op, {.kind = Kind::boolean}, kept, 0, span);
}

ValueId ProgramBuilder::simplify_at_least(std::span<const ValueId> operands, std::int64_t least, lang::Span span) {
  std::vector<ValueId> kept;
  for (const ValueId operand : operands) {
    if (const auto value = constant_of(operand)) {
      least -= *value != 0 ? 1 : 0;
    } else {
      kept.push_back(operand);
    }
  }
  const auto count = static_cast<std::int64_t>(kept.size());
  if (least <= 0) return boolean(true, span);
  if (least > count) return boolean(false, span);
  if (least == 1) return simplify_junction(Op::or_, kept, span);
  if (least == count) return simplify_junction(Op::and_, kept, span);
  if (program_.insts.size() >= limits_.instructions) {
    too_large_ = true;
    return missing({.kind = Kind::boolean}, span);
  }
  return append(place_of(Op::at_least, kept, least), Op::at_least, {.kind = Kind::boolean}, kept, least, span);
}

std::optional<ValueId> ProgramBuilder::simplify_choice(Op op, std::span<const ValueId> operands) {
  if (op == Op::select) {
    if (const auto condition = constant_of(operands[0])) return operands[*condition != 0 ? 1 : 2];
    // Where the value may be missing, the condition's own fault would be lost.
    if (operands[1] == operands[2] && is_never_missing(operands[1])) return operands[1];
    return std::nullopt;
  }
  if (is_never_missing(operands[0]) || operands[0] == operands[1]) return operands[0];
  if (inst(operands[0]).op == Op::missing) return operands[1];
  return std::nullopt;
}

ProgramBuilder::Facts ProgramBuilder::facts_of(Op op, Type type, std::span<const ValueId> operands,
                                               std::int64_t immediate, bool& faults) {
  ranges_.clear();
  for (const ValueId operand : operands) ranges_.push_back(facts_[operand.index].range);
  Range range = range_of(op, type, immediate, program_.weights, ranges_);
  if (op == Op::fade) range = widened(range, most_gained(program_.fades[static_cast<std::size_t>(immediate)]));
  const bool divides_by_zero = may_divide_by_zero(op) && constant_of(operands[1]).value_or(0) == 0;
  const bool own_fault = range.may_overflow || divides_by_zero;
  range.may_overflow = false;

  bool inherits = false;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    inherits = inherits || (inst(operands[k]).may_fault && passes_fault(op, k, operands.size()));
  }
  faults = own_fault || inherits;

  const auto is_whole = [&](std::size_t k) { return is_never_missing(operands[k]); };
  const bool never_missing = compiler::is_never_missing(op, immediate, operands.size(), is_whole, own_fault);
  const auto stays = [&](std::size_t k) { return may_stay_open(operands[k]); };
  // Without its file nothing is known of a relation's rows, and the file may still be given.
  const bool is_of_file = op == Op::select && inst(operands[0]).op == Op::is_given;
  const bool may_stay =
      is_of_file ? stays(1) : compiler::may_stay_open(op, immediate, operands.size(), stays, divides_by_zero);
  return {.never_missing = never_missing, .may_stay_open = may_stay, .range = range};
}

}  // namespace muster::compiler
