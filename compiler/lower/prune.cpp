#include <vector>

#include "compiler/ir/outputs.h"
#include "compiler/lower/lower.h"

namespace muster::compiler {
namespace {

// By instruction: whether an output, a fault root or the link of a space depends on it.
std::vector<bool> live_instructions(Program& program) {
  std::vector<bool> live(program.insts.size(), false);
  for_each_output(program, [&](const ValueId& id, const auto&...) { live[id.index] = true; });
  for (const Space& space : program.spaces) {
    if (space.match) live[space.match->index] = true;
  }
  for (std::size_t index = program.insts.size(); index-- > 0;) {
    if (!live[index]) continue;
    const Inst& inst = program.insts[ValueId{static_cast<std::uint32_t>(index)}];
    for (const ValueId operand : program.operands_of(inst)) live[operand.index] = true;
  }
  return live;
}

// Whether the result depends on the moment of the evaluation: by itself, because rows after it never count, or because
// events after it have not happened.
bool reads_as_of(const Program& program, const Inst& inst) {
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

// The columns of a space that are read, in the order in which they are met.
struct Columns {
  std::vector<std::uint32_t> fields;   // Space::columns to be
  std::vector<std::uint32_t> renamed;  // by the present column
};

}  // namespace

void prune(Program& program) {
  const std::vector<bool> live = live_instructions(program);
  std::vector<Columns> columns;
  for (const Space& space : program.spaces) {
    columns.push_back({.fields = {}, .renamed = std::vector(space.columns.size(), ValueId::none_index)});
  }
  std::vector<ValueId> renamed(program.insts.size());
  lang::Table<ValueId, Inst> insts;
  std::vector<ValueId> operands;
  program.reads_as_of = false;
  for (std::size_t index = 0; index < program.insts.size(); ++index) {
    if (!live[index]) continue;
    Inst inst = program.insts[ValueId{static_cast<std::uint32_t>(index)}];
    program.reads_as_of = program.reads_as_of || reads_as_of(program, inst);
    const auto first = static_cast<std::uint32_t>(operands.size());
    for (const ValueId operand : program.operands_of(inst)) operands.push_back(renamed[operand.index]);
    inst.first_operand = first;
    if (inst.op == Op::column) {
      Columns& of_space = columns[inst.space.index];
      const auto present = static_cast<std::size_t>(inst.immediate);
      std::uint32_t& column = of_space.renamed[present];
      if (column == ValueId::none_index) {
        column = static_cast<std::uint32_t>(of_space.fields.size());
        of_space.fields.push_back(program.spaces[inst.space].columns[present]);
      }
      inst.immediate = column;
    }
    renamed[index] = insts.add(inst);
  }
  for_each_output(program, [&](ValueId& id, const auto&...) { id = renamed[id.index]; });
  for (std::uint32_t index = 0; index < program.spaces.size(); ++index) {
    Space& space = program.spaces[SpaceId{index}];
    space.columns = std::move(columns[index].fields);
    if (space.match) space.match = renamed[space.match->index];
  }
  program.insts = std::move(insts);
  program.operands = std::move(operands);
}

}  // namespace muster::compiler
