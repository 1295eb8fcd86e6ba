// What tests ask: conditions become outputs, with the values that a failed one shows.
#include "compiler/lower/lowerer.h"

namespace muster::compiler {

using namespace lang;

void Lowerer::lower_tests() {
  program_.tests.cases = policy_.tests;
  const auto as_told = [](Scope& scope) { scope.collects = false; };  // what tests ask has no faults of its own
  scoped(as_told, [&] {
    for (std::uint32_t index : policy_.order) {
      const auto* qualifier = std::get_if<QualifierDecl>(&tree_.declarations[index].node);
      if (qualifier == nullptr) continue;
      const auto about = policy_.about.find(index);
      if (about != policy_.about.end() && about->second != program_.schema.subject) continue;
      for (const CriterionId id : qualifier->items) {
        const Span place = tree_.criteria[id].span;
        program_.tests.criteria.push_back({qualifier->name.text, label(place), place, lower_criterion(id)});
      }
    }
    for (TestCase& test : program_.tests.cases) {
      for (TestMoment& moment : test.moments) {
        for (Expectation& expected : moment.expectations) lower_expectation(expected);
        if (builder_.too_large()) return;
      }
    }
  });
}

void Lowerer::lower_expectation(Expectation& expected) {
  expected.words = label(expected.span);
  const auto found = policy_.test_conditions.find(expected.span.begin);
  if (found == policy_.test_conditions.end()) return;
  const TestConditions& conditions = found->second;
  const auto shown = [&](ExprId id) { return where_exact(lower(id), type_of(id), span(id)); };
  if (conditions.stage) {
    expected.value = stage_at_least(policy_.stages[*conditions.stage].rank, expected.span);
  } else if (!conditions.condition.is_none()) {
    expected.value = exact(conditions.condition);
  }
  if (conditions.left) expected.left = shown(*conditions.left);
  if (conditions.right) expected.right = shown(*conditions.right);
}

}  // namespace muster::compiler
