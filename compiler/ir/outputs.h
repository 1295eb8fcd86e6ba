// Every value that a program promises to tell, written once: what prune keeps, verify checks and engines may compute.
// May include: compiler/ir. Called by: verify, prune, tests.
#pragma once

#include <optional>
#include <string_view>

#include "compiler/ir/program.h"

namespace muster::compiler {

// Calls visit(id, name, physical) for the value of every output and fault root: `id` is a reference into the program,
// `name` says whose value it is, and `physical` of which kind it has to be (none: of any). Values that an output may
// lack (`before` of a ledger's line, `becomes` of a stage) are left out where they are none.
template <class AnyProgram, class Visit>
void for_each_output(AnyProgram& program, const Visit& visit) {
  constexpr auto truth = std::optional(Physical::boolean);
  constexpr auto number = std::optional(Physical::integer);
  constexpr auto code = std::optional(Physical::code);
  constexpr auto text = std::optional(Physical::text);
  constexpr std::optional<Physical> any;
  const auto visit_present = [&](auto& id, std::string_view name, std::optional<Physical> physical) {
    if (!id.is_none()) visit(id, name, physical);
  };
  const auto visit_optional = [&](auto& id, std::string_view name, std::optional<Physical> physical) {
    if (id) visit(*id, name, physical);
  };

  auto& outputs = program.outputs;
  for (auto& ignore : outputs.ignores) visit(ignore.condition, "ignore", truth);
  for (auto& ignore : outputs.row_ignores) visit(ignore.count, ignore.object, number);
  for (auto& qualifier : outputs.qualifiers) visit(qualifier.condition, qualifier.name, truth);
  for (auto& score : outputs.scores) {
    visit(score.value, score.name, number);
    visit(score.lowest, score.name, number);
    visit(score.highest, score.name, number);
    for (auto& rule : score.rules) {
      visit(rule.value, rule.label, number);
      visit(rule.earned, rule.label, number);
    }
    for (auto& line : score.ledger) {
      visit(line.after, line.label, number);
      visit_present(line.before, line.label, number);
    }
  }
  for (auto& grade : outputs.grades) visit(grade.value, grade.name, code);
  for (auto& framework : outputs.frameworks) {
    for (auto& letter : framework.letters) {
      visit(letter.met, letter.name, truth);
      visit(letter.half, letter.name, truth);
      visit(letter.reached, letter.name, truth);
    }
    visit_optional(framework.qualified, framework.name, truth);
    visit(framework.met, framework.name, number);
  }
  if (outputs.lifecycle) {
    auto& lifecycle = *outputs.lifecycle;
    for (auto& stage : lifecycle.stages) {
      visit(stage.held, stage.name, truth);
      visit_present(stage.becomes, stage.name, truth);
      visit_optional(stage.skipped, stage.name, truth);
    }
    visit_optional(lifecycle.disqualified, "disqualified", truth);
    visit_optional(lifecycle.not_yet, "not yet", truth);
    visit_optional(lifecycle.recycled, "recycled", truth);
    visit_optional(lifecycle.previous, "remembered stage", code);
    if (lifecycle.manual) {
      visit(lifecycle.manual->stage, "override", code);
      visit(lifecycle.manual->reason, "override", text);
    }
    visit(lifecycle.reported, "lifecycle", code);
    for (auto& issue : lifecycle.issues) visit(issue.condition, issue.where, truth);
  }
  if (outputs.route) {
    for (auto& row : outputs.route->rows) visit(row.condition, row.destination, truth);
    visit(outputs.route->taken, "route", code);
  }
  for (auto& output : outputs.values) visit(output.value, output.name, any);
  for (auto& issue : outputs.issues) visit(issue.condition, issue.where, truth);
  for (auto& root : program.fault_roots) visit(root.value, root.label, any);
}

}  // namespace muster::compiler
