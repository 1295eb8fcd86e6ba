#include "compiler/passes/rewriter.h"

#include <utility>

#include "compiler/ir/outputs.h"
#include "compiler/ir/uses.h"
#include "lang/spec/spec.h"

namespace muster::compiler {

Rewriter::Rewriter(Program& program)
    : program_(program),
      uses_(uses_of(program)),
      old_insts_(std::exchange(program.insts, {})),
      old_operands_(std::exchange(program.operands, {})),
      old_weights_(std::exchange(program.weights, {})),
      old_texts_(std::exchange(program.texts, {})),
      old_number_sets_(std::exchange(program.number_sets, {})),
      old_text_sets_(std::exchange(program.text_sets, {})),
      old_windows_(std::exchange(program.windows, {})),
      old_fades_(std::exchange(program.fades, {})) {
  program.ranges.clear();
  // The author's limit was held when the program was made. For a while there may be what replaces and what is
  // replaced.
  lang::Limits limits;
  limits.instructions = old_insts_.size() * 3 + 100;
  builder_.emplace(program_, limits);
}

void Rewriter::run(const Rule& rule) {
  std::vector<ValueId> made(old_insts_.size());
  std::vector<ValueId> operands;
  for (std::uint32_t index = 0; index < old_insts_.size(); ++index) {
    const ValueId id{index};
    const Inst& inst = old_insts_[id];
    if (uses(id) == 0) continue;
    operands.clear();
    for (std::uint32_t k = 0; k < inst.operand_count; ++k) {
      operands.push_back(made[old_operands_[inst.first_operand + k].index]);
    }
    if (!inst.space.is_none()) builder_->enter(inst.space);
    const Found found{id, inst, operands, immediate_of(inst)};
    const std::optional<ValueId> other = rule(found);
    made[index] = other ? *other : add(found, inst.op, inst.type, operands, found.immediate);
    // It is the same value, so that what was proven of it stays proven.
    if (!inst.may_fault) program_.insts[made[index]].may_fault = false;
  }
  // What a rule has put in between may not have been proven.
  for (std::uint32_t index = 0; index < program_.insts.size(); ++index) {
    Inst& inst = program_.insts[ValueId{index}];
    const auto its_operands = program_.operands_of(inst);
    for (std::size_t k = 0; k < its_operands.size(); ++k) {
      const bool inherits = program_.insts[its_operands[k]].may_fault && passes_fault(inst.op, k, its_operands.size());
      inst.may_fault = inst.may_fault || inherits;
    }
  }
  for_each_output(program_, [&](ValueId& id, const auto&...) { id = made[id.index]; });
  for (std::uint32_t index = 0; index < program_.spaces.size(); ++index) {
    Space& space = program_.spaces[SpaceId{index}];
    if (space.match) space.match = made[space.match->index];
  }
}

// The same thing among what the new program holds.
std::int64_t Rewriter::immediate_of(const Inst& inst) {
  const auto at = static_cast<std::size_t>(inst.immediate);
  const auto weights = [&](std::size_t count) {
    const auto begin = old_weights_.begin() + inst.immediate;
    return builder_->weights({begin, begin + static_cast<std::ptrdiff_t>(count)});
  };
  switch (inst.op) {
    case Op::constant:
      return physical_of(inst.type.kind) == Physical::text ? builder_->text(old_texts_[at]) : inst.immediate;
    case Op::sum:
    case Op::saturating_sum:
      return weights(inst.operand_count);
    case Op::scale_by:
    case Op::clamp:
      return weights(2);
    case Op::in_numbers:
    case Op::in_codes:
      return builder_->number_set(old_number_sets_[at]);
    case Op::in_texts:
      return builder_->text_set(old_text_sets_[at]);
    case Op::text_function: {
      const std::int64_t function = inst.immediate & 255;
      if (lang::function_rows[static_cast<std::size_t>(function)].shape !=
          lang::FunctionShape::text_with_text_to_text) {
        return inst.immediate;
      }
      return function | builder_->text(old_texts_[static_cast<std::size_t>(inst.immediate >> 8)]) << 8;
    }
    case Op::window_edge:
      return builder_->window(old_windows_[at]);
    case Op::fade:
      return builder_->fade_rule(old_fades_[at]);
    default:
      return inst.immediate;  // it means the same in every program: patterns, rates and spaces have stayed
  }
}

}  // namespace muster::compiler
