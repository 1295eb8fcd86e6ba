#include <vector>

#include "compiler/lower/lower.h"

namespace muster::compiler {

namespace {

// Calls `visit` with a reference to every value that an output or a fault root names.
template <class Visit>
void for_each_output(Program& program, const Visit& visit) {
  Outputs& outputs = program.outputs;
  for (IgnoreOutput& ignore : outputs.ignores) visit(ignore.condition);
  for (QualifierOutput& qualifier : outputs.qualifiers) visit(qualifier.condition);
  for (ScoreOutput& score : outputs.scores) {
    visit(score.value);
    visit(score.lowest);
    visit(score.highest);
    for (RuleOutput& rule : score.rules) {
      visit(rule.value);
      visit(rule.earned);
    }
    for (LedgerLine& line : score.ledger) {
      visit(line.after);
      if (!line.before.is_none()) visit(line.before);
    }
  }
  for (GradeOutput& grade : outputs.grades) visit(grade.value);
  if (outputs.lifecycle) {
    for (StageOutput& stage : outputs.lifecycle->stages) visit(stage.held);
    if (outputs.lifecycle->disqualified) visit(*outputs.lifecycle->disqualified);
    if (outputs.lifecycle->not_yet) visit(*outputs.lifecycle->not_yet);
    visit(outputs.lifecycle->reported);
  }
  if (outputs.route) {
    for (RouteRowOutput& row : outputs.route->rows) visit(row.condition);
    visit(outputs.route->taken);
  }
  for (FaultRoot& root : program.fault_roots) visit(root.value);
}

}  // namespace

void prune(Program& program) {
  std::vector<bool> live(program.insts.size(), false);
  for_each_output(program, [&](ValueId& id) { live[id.index] = true; });
  for (std::size_t index = program.insts.size(); index-- > 0;) {
    if (!live[index]) continue;
    const Inst& inst = program.insts[ValueId{static_cast<std::uint32_t>(index)}];
    for (ValueId operand : program.operands_of(inst)) live[operand.index] = true;
  }
  std::vector<ValueId> renamed(program.insts.size());
  std::vector<std::uint32_t> column_of(program.columns.size(), ValueId::none_index);
  std::vector<std::uint32_t> columns;
  lang::Table<ValueId, Inst> insts;
  std::vector<ValueId> operands;
  program.reads_as_of = false;
  for (std::size_t index = 0; index < program.insts.size(); ++index) {
    if (!live[index]) continue;
    Inst inst = program.insts[ValueId{static_cast<std::uint32_t>(index)}];
    const auto first = static_cast<std::uint32_t>(operands.size());
    for (ValueId operand : program.operands_of(inst)) operands.push_back(renamed[operand.index]);
    inst.first_operand = first;
    if (inst.op == Op::column) {
      std::uint32_t& column = column_of[static_cast<std::size_t>(inst.immediate)];
      if (column == ValueId::none_index) {
        column = static_cast<std::uint32_t>(columns.size());
        columns.push_back(program.columns[static_cast<std::size_t>(inst.immediate)]);
      }
      inst.immediate = column;
    }
    program.reads_as_of = program.reads_as_of || inst.op == Op::as_of_instant || inst.op == Op::as_of_day;
    renamed[index] = insts.add(inst);
  }
  for_each_output(program, [&](ValueId& id) { id = renamed[id.index]; });
  program.insts = std::move(insts);
  program.operands = std::move(operands);
  program.columns = std::move(columns);
}

}  // namespace muster::compiler
