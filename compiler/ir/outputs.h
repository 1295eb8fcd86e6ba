// Every value that a program promises to tell, written once: what passes keep, verify checks and engines may compute.
// May include: compiler/ir. Called by: verify, uses, passes, tests.
#pragma once

#include <optional>
#include <string_view>

#include "compiler/ir/program.h"

namespace muster::compiler {

// The same as below, for the values of one agreement.
template <class AnySla, class Visit>
void for_each_agreed(AnySla& sla, const Visit& visit) {
  constexpr auto truth = std::optional(Physical::boolean);
  constexpr auto number = std::optional(Physical::integer);
  const auto allowed = [&](auto& time) {
    if (!time.calendar.is_none()) visit(time.calendar, sla.title, std::optional(Physical::code));
  };
  const auto touches = [&](auto& all) {
    for (auto& touch : all) {
      visit(touch.surely, touch.label, number);
      visit(touch.perhaps, touch.label, number);
      visit(touch.timeless, touch.label, truth);
      visit(touch.seen, touch.label, truth);
    }
  };
  visit(sla.handed_over, sla.title, truth);
  visit(sla.at, sla.title, number);
  if (sla.owner) visit(*sla.owner, sla.title, std::optional(Physical::text));
  if (sla.rejection) {
    visit(sla.rejection->rejected, sla.title, truth);
    if (sla.rejection->at) visit(*sla.rejection->at, sla.title, number);
    if (sla.rejection->reason_known) visit(*sla.rejection->reason_known, sla.title, truth);
  }
  if (sla.pause) {
    visit(sla.pause->count_from, sla.title, number);
    visit(sla.pause->count_to, sla.title, number);
    for (auto& moment : sla.pause->from) visit(moment, sla.title, number);
    for (auto& moment : sla.pause->to) visit(moment, sla.title, number);
    visit(sla.pause->settled, sla.title, truth);
  }
  for (auto& step : sla.escalations) allowed(step.after);
  for (auto& clause : sla.clauses) {
    std::visit(lang::Overloaded{[&](auto& made)
                                  requires requires { made.values; }
                                           {
                                             for (auto& value : made.values) visit(value.known, value.label, truth);
                                           },
                                           [&](auto& made)
                                             requires requires { made.condition; }
                                                      { visit(made.condition, clause.words, truth); },
                                                      [&](auto& made)
                                                        requires requires { made.reached; }
                                                                 {
                                                                   visit(made.reached, clause.words, truth);
                                                                   visit(made.at, clause.words, number);
                                                                   visit(made.came_again, clause.words, truth);
                                                                 },
                                                                 [&](auto& made)
                                                                   requires requires { made.within; }
                                {
                                  allowed(made.within);
                                  if constexpr (requires { made.at_the_latest; }) {
                                    if (made.at_the_latest) allowed(*made.at_the_latest);
                                  }
                                  if constexpr (requires { made.touches; }) touches(made.touches);
                                  if constexpr (requires { made.known; }) {
                                    visit(made.known, clause.words, truth);
                                    visit(made.at, clause.words, number);
                                  }
                                }},
               clause.node);
  }
}

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
  for (auto& sla : outputs.slas) for_each_agreed(sla, visit);
  for (auto& output : outputs.values) visit(output.value, output.name, any);
  for (auto& guarantee : outputs.guarantees) {
    visit_optional(guarantee.premise, guarantee.title, truth);
    visit(guarantee.broken, guarantee.title, truth);
  }
  for (auto& issue : outputs.issues) visit(issue.condition, issue.where, truth);
  for (auto& test : program.tests.cases) {
    for (auto& moment : test.moments) {
      for (auto& expected : moment.expectations) {
        visit_present(expected.value, expected.words, truth);
        visit_present(expected.left, expected.words, any);
        visit_present(expected.right, expected.words, any);
      }
    }
  }
  for (auto& criterion : program.tests.criteria) visit(criterion.condition, criterion.label, truth);
  for (auto& root : program.fault_roots) visit(root.value, root.label, any);
}

}  // namespace muster::compiler
