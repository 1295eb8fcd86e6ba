#include "tests/differ/batches.h"

#include <algorithm>

#include "runtime/run/feeder.h"
#include "runtime/run/relations.h"
#include "runtime/scenario/build.h"

namespace muster::differ {

using compiler::Physical;
using compiler::Program;
using runtime::Scenario;

namespace {

std::uint32_t object_of(const Program& program, const std::string& name) {
  const auto& objects = program.schema.objects;
  return static_cast<std::uint32_t>(
      std::find_if(objects.begin(), objects.end(), [&](const auto& each) { return each.name == name; }) -
      objects.begin());
}

// Several fields of the schema may have one name: each reads the cell in its own way.
std::vector<runtime::ScenarioCell> cells_of(const compiler::ObjectSchema& schema, const ObjectShape& shape,
                                            const DataRow& row) {
  std::vector<runtime::ScenarioCell> made;
  for (std::uint32_t field = 0; field < schema.fields.size(); ++field) {
    const int at = shape.field(schema.fields[field].name);
    if (at < 0 || !row.cells[static_cast<std::size_t>(at)].known) continue;
    const Cell& cell = row.cells[static_cast<std::size_t>(at)];
    switch (compiler::physical_of(schema.fields[field].type.kind)) {
      case Physical::boolean:
        made.push_back({field, cell.number != 0});
        break;
      case Physical::integer:
        made.push_back({field, cell.number});
        break;
      case Physical::code:
        made.push_back({field, runtime::PicklistCode{static_cast<std::uint32_t>(cell.number)}});
        break;
      case Physical::text:
        made.push_back({field, cell.text});
        break;
    }
  }
  return made;
}

void add_rows(const Program& program, const Sample& sample, const DataRow& parent, std::uint32_t number,
              Scenario& scenario) {
  const ObjectShape& shape = sample.shapes[parent.object];
  const std::uint32_t object = object_of(program, shape.name);
  for (const DataRow& row : parent.below) {
    if (!sample.given[row.object]) continue;
    const auto& relations = program.schema.objects[object].relations;
    const auto relation = std::find_if(relations.begin(), relations.end(), [&](const auto& each) {
      return each.name == shape.relations[row.relation].name;
    });
    if (relation == relations.end()) continue;  // a reduced policy does not have it any more
    const std::uint32_t child = object_of(program, sample.shapes[row.object].name);
    const auto own = static_cast<std::uint32_t>(scenario.rows.size());
    scenario.rows.push_back({child,
                             {number, static_cast<std::uint32_t>(relation - relations.begin())},
                             cells_of(program.schema.objects[child], sample.shapes[row.object], row)});
    add_rows(program, sample, row, own, scenario);
  }
}

}  // namespace

void for_batches(const Program& program, const Sample& sample, std::span<const compiler::ValueId> roots,
                 const std::function<void(const runtime::BatchView&, std::size_t, std::size_t)>& body) {
  std::vector<Scenario> scenarios;
  for (const DataRow& lead : sample.leads) {
    Scenario& scenario = scenarios.emplace_back();
    scenario.lead = cells_of(program.schema.subject_object(), sample.shapes[0], lead);
    add_rows(program, sample, lead, runtime::ScenarioLink::lead, scenario);
  }
  const runtime::ScenarioRows rows(program, scenarios, sample.as_of);
  const std::vector<runtime::Region> regions = runtime::regions_of(program, roots);
  const auto make = [&](std::uint32_t object, const runtime::RecordFields& fields) {
    runtime::Table table = rows.table(object, fields);
    for (std::size_t i = 0; i < sample.shapes.size(); ++i) {
      if (sample.shapes[i].name == program.schema.objects[object].name) table.is_given = sample.given[i];
    }
    return table;
  };
  const auto relations = runtime::Relations::of_tables(program, regions, make, sample.as_of);
  runtime::Feeder feeder(program, *relations, regions.back(), sample.as_of);
  runtime::Batch batch;
  for (std::size_t begin = 0; begin < scenarios.size(); begin += batch.rows) {
    rows.fill(begin, batch);
    for (std::size_t at = 0; at < batch.rows;) {
      const std::size_t count = feeder.fill(batch, at);
      body(feeder.view(), begin + at, count);
      at += count;
    }
  }
}

}  // namespace muster::differ
