#include "compiler/ir/uses.h"

#include "compiler/ir/outputs.h"

namespace muster::compiler {
namespace {

// Whether the result depends on the moment of the evaluation: by itself, because rows after it never count, or because
// events after it have not happened.
bool reads_moment(const Program& program, const Inst& inst) {
  if (inst.op == Op::as_of_instant || inst.op == Op::as_of_day || inst.op == Op::window_edge || inst.op == Op::fade) {
    return true;
  }
  const auto object_of = [&](SpaceId space) -> const ObjectSchema& {
    return program.schema.objects[program.spaces[space].object];
  };
  if (inst.op == Op::column) {
    const std::uint32_t field = program.spaces[inst.space].columns[static_cast<std::size_t>(inst.immediate)];
    if (object_of(inst.space).fields[field].event) return true;
  }
  return !inst.from.is_none() && program.spaces[inst.from].link != Link::root && object_of(inst.from).time.has_value();
}

}  // namespace

std::vector<std::uint32_t> uses_of(const Program& program) {
  std::vector<std::uint32_t> uses(program.insts.size());
  for_each_output(program, [&](const ValueId& id, const auto&...) { ++uses[id.index]; });
  for (const Space& space : program.spaces) {
    if (space.match) ++uses[space.match->index];
  }
  for (auto index = static_cast<std::uint32_t>(uses.size()); index-- > 0;) {
    if (uses[index] == 0) continue;
    for (const ValueId operand : program.operands_of(program.insts[ValueId{index}])) ++uses[operand.index];
  }
  return uses;
}

bool reads_moment(const Program& program) {
  const std::vector<std::uint32_t> uses = uses_of(program);
  for (std::uint32_t index = 0; index < uses.size(); ++index) {
    if (uses[index] > 0 && reads_moment(program, program.insts[ValueId{index}])) return true;
  }
  return false;
}

}  // namespace muster::compiler
