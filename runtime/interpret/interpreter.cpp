#include "runtime/interpret/interpreter.h"

#include <algorithm>
#include <cassert>

#include "lang/spec/limits.h"
#include "runtime/interpret/step.h"

namespace muster::runtime {

using compiler::Inst;
using compiler::Op;
using compiler::Physical;
using compiler::Program;
using compiler::ValueId;
using interpret::Keep;

namespace {

constexpr std::uint32_t not_live = 0xffff'ffffU;

// Rules are asked whether they are undecided, faults whether there is one: nobody reads these values themselves.
std::vector<ValueId> bit_roots_of(const Program& program, const Wanted& wanted) {
  std::vector<ValueId> roots;
  if (wanted.undecided && wanted.scores) {
    for (const auto& score : program.outputs.scores) {
      for (const auto& rule : score.rules) roots.push_back(rule.value);
    }
  }
  for (const auto& root : program.fault_roots) roots.push_back(root.value);
  return roots;
}

std::vector<ValueId> value_roots_of(const Program& program, const Wanted& wanted) {
  const compiler::Outputs& outputs = program.outputs;
  std::vector<ValueId> roots;
  for (const auto& ignore : outputs.ignores) roots.push_back(ignore.condition);
  if (wanted.qualifiers) {
    for (const auto& qualifier : outputs.qualifiers) roots.push_back(qualifier.condition);
  }
  for (const auto& score : outputs.scores) {
    if (!wanted.scores) break;
    roots.push_back(score.value);
    if (wanted.bounds) roots.insert(roots.end(), {score.lowest, score.highest});
    if (!wanted.reasons) continue;
    for (const auto& line : score.ledger) {
      roots.push_back(line.after);
      if (!line.before.is_none()) roots.push_back(line.before);
    }
  }
  if (wanted.grades) {
    for (const auto& grade : outputs.grades) roots.push_back(grade.value);
  }
  if (wanted.lifecycle && outputs.lifecycle) {
    roots.push_back(outputs.lifecycle->reported);
    for (const auto& stage : outputs.lifecycle->stages) roots.push_back(stage.held);
    if (outputs.lifecycle->disqualified) roots.push_back(*outputs.lifecycle->disqualified);
    if (outputs.lifecycle->not_yet) roots.push_back(*outputs.lifecycle->not_yet);
  }
  if (wanted.route && outputs.route) {
    roots.push_back(outputs.route->taken);
    for (const auto& row : outputs.route->rows) roots.push_back(row.condition);
  }
  return roots;
}

bool touches_text(const Program& program, const Inst& inst) {
  if (inst.op == Op::column || interpret::is_scalar(inst.op)) return false;
  if (compiler::physical_of(inst.type.kind) == Physical::text) return true;
  return std::ranges::any_of(program.operands_of(inst), [&](ValueId operand) {
    return compiler::physical_of(program.insts[operand].type.kind) == Physical::text;
  });
}

}  // namespace

std::vector<ValueId> roots_of(const Program& program, const Wanted& wanted) {
  std::vector<ValueId> roots = value_roots_of(program, wanted);
  const std::vector<ValueId> more = bit_roots_of(program, wanted);
  roots.insert(roots.end(), more.begin(), more.end());
  std::sort(roots.begin(), roots.end());
  roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
  return roots;
}

struct Interpreter::State {
  State(const Program& policy, AsOf moment, const Wanted& wanted)
      : program(policy), as_of(moment), zone(policy.zone), live(find_live(wanted)), registers(policy, live, index_of) {
    make_steps();
    set_scalars();
  }

  // Marks what the roots need, operands first; sets index_of.
  std::vector<interpret::Live> find_live(const Wanted& wanted) {
    std::vector<Keep> keep(program.insts.size(), Keep::nothing);
    std::vector<bool> is_needed(program.insts.size());
    for (const ValueId root : bit_roots_of(program, wanted)) {
      keep[root.index] = Keep::bits;
      is_needed[root.index] = true;
    }
    for (const ValueId root : value_roots_of(program, wanted)) {
      keep[root.index] = Keep::all;
      is_needed[root.index] = true;
    }
    for (auto index = static_cast<std::uint32_t>(program.insts.size()); index-- > 0;) {
      if (!is_needed[index]) continue;
      for (const ValueId operand : program.operands_of(program.insts[ValueId{index}])) is_needed[operand.index] = true;
    }
    index_of.assign(program.insts.size(), not_live);
    std::vector<interpret::Live> found;
    for (std::uint32_t index = 0; index < program.insts.size(); ++index) {
      if (!is_needed[index]) continue;
      index_of[index] = static_cast<std::uint32_t>(found.size());
      found.push_back({ValueId{index}, keep[index]});
    }
    return found;
  }

  void make_steps() {
    std::size_t operand_count = 0;
    for (const interpret::Live& one : live) operand_count += program.insts[one.id].operand_count;
    operands.reserve(operand_count);  // steps hold views of it
    for (std::uint32_t at = 0; at < live.size(); ++at) {
      const Inst& inst = program.insts[live[at].id];
      if (interpret::is_scalar(inst.op)) continue;
      interpret::Step step;
      step.op = inst.op;
      step.immediate = inst.immediate;
      step.result = at;
      const std::size_t first = operands.size();
      for (const ValueId operand : program.operands_of(inst)) operands.push_back(index_of[operand.index]);
      step.operands = std::span<const std::uint32_t>(operands).subspan(first);
      if (touches_text(program, inst)) {
        step.text = text_states.emplace_back(std::make_unique<interpret::TextState>()).get();
      }
      if (inst.op == Op::in_codes) step.code_set = code_set(inst);
      steps.push_back(step);
    }
  }

  std::span<const Word> code_set(const Inst& inst) {
    const auto& codes = program.number_sets[static_cast<std::size_t>(inst.immediate)];
    const std::size_t size = codes.empty() ? 0 : static_cast<std::size_t>(codes.back()) / word_bits + 1;
    auto& words = code_sets.emplace_back(std::make_unique<std::vector<Word>>(size));
    for (const std::int64_t code : codes) set_bit(words->data(), static_cast<std::size_t>(code));
    return *words;
  }

  void set_scalars() {
    for (std::uint32_t at = 0; at < live.size(); ++at) {
      const Inst& inst = program.insts[live[at].id];
      if (!interpret::is_scalar(inst.op)) continue;
      interpret::Register& reg = registers[at];
      const bool is_missing = inst.op == Op::missing;
      const Word* const ones = interpret::all_ones.data();
      const Word* const zeros = interpret::all_zeros.data();
      reg.known = is_missing ? zeros : ones;
      reg.yes = !is_missing && inst.immediate != 0 ? ones : zeros;
      reg.no = !is_missing && inst.immediate == 0 ? ones : zeros;
      reg.dictionary = &constants;
      if (inst.op == Op::as_of_instant) {
        reg.number = as_of.instant;
      } else if (inst.op == Op::as_of_day) {
        reg.number = as_of.day;
      } else if (inst.op == Op::constant) {
        if (reg.physical == Physical::integer) reg.number = inst.immediate;
        if (reg.physical == Physical::code) reg.code = static_cast<std::uint32_t>(inst.immediate);
        if (reg.physical == Physical::text) {
          reg.code = constants.intern(program.texts[static_cast<std::size_t>(inst.immediate)]);
        }
      }
      if (live[at].keep == Keep::all) registers.materialise(at);
    }
  }

  void bind_column(const interpret::Frame& frame, const interpret::Step& step) {
    interpret::Register& reg = registers[step.result];
    const ColumnView& column = frame.batch->columns[static_cast<std::size_t>(step.immediate)];
    assert(column.physical == reg.physical);
    reg.integers = column.integers;
    reg.codes = column.codes;
    reg.dictionary = column.dictionary;
    reg.known = column.known;
    reg.yes = column.yes;
    if (reg.physical != Physical::boolean) return;
    for (std::size_t word = 0; word < frame.words; ++word) reg.out.no[word] = column.known[word] & ~column.yes[word];
  }

  void run(const interpret::Frame& frame, const interpret::Step& step) {
    switch (step.op) {
      case Op::column:
        bind_column(frame, step);
        return;
      case Op::constant:
      case Op::missing:
      case Op::as_of_instant:
      case Op::as_of_day:
        return;  // set once
      case Op::not_:
      case Op::and_:
      case Op::or_:
      case Op::at_least:
      case Op::is_known:
      case Op::truth_between:
        interpret::run_logic(frame, step);
        return;
      case Op::sum:
      case Op::multiply:
      case Op::divide:
      case Op::remainder:
      case Op::rescale:
      case Op::scale_by:
      case Op::whole_steps:
      case Op::clamp:
      case Op::saturating_sum:
        interpret::run_arithmetic(frame, step);
        return;
      case Op::number_function:
      case Op::numbers_function:
      case Op::date_of_instant:
      case Op::instant_of_date:
        interpret::run_function(frame, step);
        return;
      case Op::compare:
      case Op::compare_code:
      case Op::in_numbers:
      case Op::in_codes:
        interpret::run_compare(frame, step);
        return;
      case Op::in_texts:
      case Op::text_equal:
      case Op::text_test:
      case Op::text_function:
      case Op::text_to_integer:
        interpret::run_text(frame, step);
        return;
      case Op::select:
      case Op::default_to:
      case Op::first_yes:
        interpret::run_choice(frame, step);
        return;
    }
  }

  // Dictionaries that instructions have filled are emptied between batches, by the same limits as a column's.
  void clear_full_dictionaries() {
    for (const auto& state : text_states) {
      if (state->own.size() >= limits.dictionary_entries || state->own.bytes() >= limits.dictionary_bytes) {
        state->own.clear();
      }
    }
  }

  const Program& program;
  AsOf as_of;
  kernels::Zone zone;  // a copy: a zone remembers its last period and belongs to one thread
  lang::Limits limits;
  std::vector<std::uint32_t> index_of;  // position among the live ones, by instruction
  std::vector<interpret::Live> live;
  interpret::RegisterFile registers;
  std::vector<std::uint32_t> operands;
  std::vector<interpret::Step> steps;
  std::vector<std::unique_ptr<interpret::TextState>> text_states;
  std::vector<std::unique_ptr<std::vector<Word>>> code_sets;
  Dictionary constants;
};

Interpreter::Interpreter(const Program& program, AsOf as_of, Wanted wanted)
    : state_(std::make_unique<State>(program, as_of, wanted)) {}
Interpreter::~Interpreter() = default;
Interpreter::Interpreter(Interpreter&&) noexcept = default;

void Interpreter::evaluate(const BatchView& batch) {
  assert(batch.rows >= 1 && batch.rows <= batch_rows);
  assert(batch.columns.size() == state_->program.columns.size());
  state_->clear_full_dictionaries();
  const interpret::Frame frame{.program = &state_->program,
                               .registers = &state_->registers,
                               .batch = &batch,
                               .zone = &state_->zone,
                               .rows = batch.rows,
                               .words = words_for(batch.rows)};
  for (const interpret::Step& step : state_->steps) state_->run(frame, step);
}

bool Interpreter::has(ValueId id) const {
  if (id.index >= state_->index_of.size()) return false;
  const std::uint32_t index = state_->index_of[id.index];
  return index != not_live && state_->live[index].keep != Keep::nothing;
}

Vector Interpreter::value(ValueId id) const {
  assert(has(id));
  const std::uint32_t index = state_->index_of[id.index];
  const interpret::Register& reg = state_->registers[index];
  const bool is_boolean = reg.physical == Physical::boolean;
  const bool has_values = state_->live[index].keep == Keep::all;
  Vector vector;
  vector.physical = reg.physical;
  vector.integers = has_values && reg.physical == Physical::integer ? reg.integers : nullptr;
  vector.codes = has_values && (reg.physical == Physical::code || reg.physical == Physical::text) ? reg.codes : nullptr;
  vector.dictionary = reg.physical == Physical::text ? reg.dictionary : nullptr;
  vector.yes = is_boolean ? reg.yes : nullptr;
  vector.no = is_boolean ? reg.no : nullptr;
  vector.known = is_boolean ? nullptr : reg.known;
  vector.overflow = reg.may_fault ? reg.overflow : nullptr;
  vector.division_by_zero = reg.may_fault ? reg.division_by_zero : nullptr;
  return vector;
}

std::size_t Interpreter::live_instructions() const { return state_->steps.size(); }

}  // namespace muster::runtime
