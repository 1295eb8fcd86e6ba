#include "runtime/scenario/scenario.h"

#include <algorithm>

#include "runtime/run/feeder.h"
#include "runtime/run/relations.h"
#include "runtime/scenario/build.h"

namespace muster::runtime {

using compiler::Program;
using compiler::SpaceId;
using compiler::ValueId;

std::optional<std::uint32_t> relation_between(const compiler::Schema& schema, std::uint32_t parent,
                                              std::uint32_t object) {
  const std::vector<compiler::RelationSchema>& relations = schema.objects[parent].relations;
  const auto found =
      std::find_if(relations.begin(), relations.end(), [&](const auto& relation) { return relation.object == object; });
  if (found == relations.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - relations.begin());
}

struct ScenarioRun::State {
  ScenarioRows rows;
  std::vector<Region> regions;
  std::unique_ptr<Relations> relations;
  Feeder feeder;
  Interpreter interpreter;
  Batch batch;
  std::size_t scenarios = 0;
  std::size_t batch_begin = 0;  // the scenario that the batch begins with
  std::size_t first = 0;
  std::size_t count = 0;

  State(const Program& program, std::span<const Scenario> all, AsOf as_of, std::span<const ValueId> roots,
        Interpreter made)
      : rows(program, all, program.reads_as_of ? std::optional(as_of) : std::nullopt),
        regions(regions_of(program, roots)),
        relations(Relations::of_tables(
            program, regions,
            [this](std::uint32_t object, const RecordFields& fields) { return rows.table(object, fields); }, as_of)),
        feeder(program, *relations, regions.back(), as_of),
        interpreter(std::move(made)),
        scenarios(all.size()) {}
};

ScenarioRun::ScenarioRun(const Program& program, std::span<const Scenario> scenarios, AsOf as_of,
                         std::vector<ValueId> values)
    : state_(std::make_unique<State>(program, scenarios, as_of, values,
                                     Interpreter(program, as_of, SpaceId{compiler::root_space}, values))) {}
ScenarioRun::~ScenarioRun() = default;

bool ScenarioRun::next() {
  State& state = *state_;
  state.first += state.count;
  state.count = 0;
  if (state.first == state.scenarios) return false;
  if (state.first == state.batch_begin + state.batch.rows) {
    state.batch_begin = state.first;
    state.rows.fill(state.first, state.batch);
  }
  state.count = state.feeder.fill(state.batch, state.first - state.batch_begin);
  state.interpreter.evaluate(state.feeder.view());
  return true;
}

std::size_t ScenarioRun::first() const { return state_->first; }
std::size_t ScenarioRun::rows() const { return state_->count; }
const Interpreter& ScenarioRun::interpreter() const { return state_->interpreter; }

}  // namespace muster::runtime
