#include "tests/differ/batches.h"

#include <algorithm>
#include <optional>

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

// Where a sample's fields and relations are found in a program's schema, by shape.
struct Places {
  std::uint32_t object = 0;
  std::vector<int> field;                              // by field of the schema: the shape's, or -1
  std::vector<std::optional<std::uint32_t>> relation;  // by relation of the shape; a reduced policy may not have it
};

std::vector<Places> places_of(const Program& program, const Sample& sample) {
  std::vector<Places> made;
  for (const ObjectShape& shape : sample.shapes) {
    Places& places = made.emplace_back();
    places.object = object_of(program, shape.name);
    const compiler::ObjectSchema& schema = program.schema.objects[places.object];
    for (const auto& field : schema.fields) places.field.push_back(shape.field(field.name));
    for (const RelationShape& each : shape.relations) {
      const auto found = std::find_if(schema.relations.begin(), schema.relations.end(),
                                      [&](const auto& relation) { return relation.name == each.name; });
      places.relation.emplace_back();
      if (found == schema.relations.end()) continue;
      places.relation.back() = static_cast<std::uint32_t>(found - schema.relations.begin());
    }
  }
  return made;
}

// Several fields of the schema may have one name: each reads the cell in its own way.
std::vector<runtime::ScenarioCell> cells_of(const compiler::ObjectSchema& schema, const Places& places,
                                            const DataRow& row) {
  std::vector<runtime::ScenarioCell> made;
  for (std::uint32_t field = 0; field < schema.fields.size(); ++field) {
    const int at = places.field[field];
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

void add_rows(const Program& program, const Sample& sample, const std::vector<Places>& places, const DataRow& parent,
              std::uint32_t number, Scenario& scenario) {
  for (const DataRow& row : parent.below) {
    const std::optional<std::uint32_t> relation = places[parent.object].relation[row.relation];
    if (!sample.given[row.object] || !relation) continue;
    const Places& own = places[row.object];
    const auto at = static_cast<std::uint32_t>(scenario.rows.size());
    scenario.rows.push_back({own.object, {number, *relation}, cells_of(program.schema.objects[own.object], own, row)});
    add_rows(program, sample, places, row, at, scenario);
  }
}

}  // namespace

std::vector<Scenario> scenarios_of(const Program& program, const Sample& sample) {
  const std::vector<Places> places = places_of(program, sample);
  std::vector<Scenario> scenarios;
  scenarios.reserve(sample.leads.size());
  for (const DataRow& lead : sample.leads) {
    Scenario& scenario = scenarios.emplace_back();
    scenario.lead = cells_of(program.schema.subject_object(), places[0], lead);
    add_rows(program, sample, places, lead, runtime::ScenarioLink::lead, scenario);
  }
  return scenarios;
}

void for_batches(const Program& program, const Sample& sample, const std::vector<Scenario>& scenarios,
                 std::span<const compiler::ValueId> roots,
                 const std::function<void(const runtime::BatchView&, std::size_t, std::size_t)>& body) {
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
