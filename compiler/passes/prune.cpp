// prune: what no output needs is left out: instructions, and with them columns of the export, which are then not read.
#include <vector>

#include "compiler/ir/outputs.h"
#include "compiler/ir/uses.h"
#include "compiler/passes/passes.h"

namespace muster::compiler {
namespace {

// The columns of a space that are read, in the order in which they are met.
struct Columns {
  std::vector<std::uint32_t> fields;   // Space::columns to be
  std::vector<std::uint32_t> renamed;  // by the present column
};

}  // namespace

void prune(Program& program) {
  const std::vector<std::uint32_t> uses = uses_of(program);
  std::vector<Columns> columns;
  for (const Space& space : program.spaces) {
    columns.push_back({.fields = {}, .renamed = std::vector(space.columns.size(), ValueId::none_index)});
  }
  std::vector<ValueId> renamed(program.insts.size());
  lang::Table<ValueId, Inst> insts;
  std::vector<ValueId> operands;
  for (std::size_t index = 0; index < program.insts.size(); ++index) {
    if (uses[index] == 0) continue;
    Inst inst = program.insts[ValueId{static_cast<std::uint32_t>(index)}];
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
  program.ranges.clear();
  program.insts = std::move(insts);
  program.operands = std::move(operands);
}

}  // namespace muster::compiler
