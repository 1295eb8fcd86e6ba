#include "runtime/search/trial.h"

#include <algorithm>
#include <utility>

namespace muster::runtime::search {

using compiler::Kind;
using compiler::ObjectSchema;
using compiler::Program;

namespace {

bool is_overflow(const Vector& value, std::size_t row) {
  return value.overflow != nullptr && test_bit(value.overflow, row);
}

CellValue cell_value(const Program& program, const compiler::Type& type, const Value& value,
                     const compiler::Type& wanted) {
  if (wanted.kind == Kind::text) return written(program, type, value);
  if (wanted.kind == Kind::boolean) return value.number != 0;
  if (wanted.kind == Kind::picklist) return PicklistCode{static_cast<std::uint32_t>(value.number)};
  return value.number;
}

}  // namespace

Trial::Trial(const Program& program, AsOf as_of) : program_(program), as_of_(as_of) {
  for (const compiler::GuaranteeOutput& guarantee : program.outputs.guarantees) {
    roots_.push_back(guarantee.broken);
    if (guarantee.premise) roots_.push_back(*guarantee.premise);
  }
  for (const compiler::IgnoreOutput& ignore : program.outputs.ignores) roots_.push_back(ignore.condition);
  for (const compiler::FaultRoot& root : program.fault_roots) roots_.push_back(root.value);
  std::sort(roots_.begin(), roots_.end(), [](auto left, auto right) { return left.index < right.index; });
  roots_.erase(std::unique(roots_.begin(), roots_.end()), roots_.end());
}

// Fields of one name are read from one cell, each in its own way.
std::vector<ScenarioCell> Trial::cells_of(const Row& row) const {
  const ObjectSchema& object = program_.schema.objects[program_.spaces[row.space].object];
  std::vector<ScenarioCell> cells;
  for (std::uint32_t field = 0; field < row.values.size(); ++field) {
    const std::uint32_t first = first_of_name(object, field);
    if (!row.values[first]) continue;
    cells.push_back(
        {field, cell_value(program_, object.fields[first].type, *row.values[first], object.fields[field].type)});
  }
  return cells;
}

// `number`: of the row in the scenario, or the lead's.
void Trial::add_rows(const Row& row, std::uint32_t number, Scenario& scenario) const {
  for (const Row& each : row.below) {
    const compiler::Space& space = program_.spaces[each.space];
    const auto own = static_cast<std::uint32_t>(scenario.rows.size());
    scenario.rows.push_back({space.object, {number, space.relation}, cells_of(each)});
    add_rows(each, own, scenario);
  }
}

Scenario Trial::scenario_of(const Row& lead) const {
  Scenario scenario{cells_of(lead), {}};
  add_rows(lead, ScenarioLink::lead, scenario);
  return scenario;
}

Outcome Trial::outcome(const ScenarioRun& run, std::size_t row) const {
  Outcome made;
  for (const compiler::GuaranteeOutput& guarantee : program_.outputs.guarantees) {
    made.broken.push_back(run.value(guarantee.broken).is_yes(row));
    made.premise.push_back(!guarantee.premise || run.value(*guarantee.premise).is_yes(row));
  }
  made.counts = true;
  for (const compiler::IgnoreOutput& ignore : program_.outputs.ignores)
    made.counts = made.counts && !run.value(ignore.condition).is_yes(row);
  for (const compiler::FaultRoot& root : program_.fault_roots)
    made.counts = made.counts && !is_overflow(run.value(root.value), row);
  return made;
}

std::vector<Outcome> Trial::run(std::span<const Row> leads) {
  std::vector<Outcome> outcomes;
  if (leads.empty()) return outcomes;
  evaluations_ += leads.size();
  std::vector<Scenario> scenarios;
  for (const Row& lead : leads) scenarios.push_back(scenario_of(lead));
  for (ScenarioRun run(program_, scenarios, as_of_, roots_); run.next();) {
    for (std::size_t row = 0; row < run.rows(); ++row) outcomes.push_back(outcome(run, row));
  }
  return outcomes;
}

}  // namespace muster::runtime::search
