#include "runtime/scenario/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <set>

#include "lang/syntax/expression.h"
#include "runtime/ingest/cell_reader.h"
#include "runtime/ingest/record_reader.h"

namespace muster::runtime {

using compiler::Kind;
using compiler::Physical;
using compiler::RelationSchema;
using compiler::SpaceId;
using lang::Overloaded;

namespace {

// A reference that finds nothing: the index of the table says so, and no fallback is tried.
constexpr std::string_view no_row = "-";

const ScenarioCell* find_cell(std::span<const ScenarioCell> cells, std::uint32_t field) {
  const auto found = std::find_if(cells.begin(), cells.end(), [&](const auto& cell) { return cell.field == field; });
  return found == cells.end() ? nullptr : &*found;
}

// As a cell of a file would say it; keys compare by their bytes.
std::string text_of(const CellValue& value) {
  return std::visit(Overloaded{
                        [](std::int64_t number) { return fmt::format("{}", number); },
                        [](PicklistCode code) { return fmt::format("{}", code.member); },
                        [](bool yes) { return std::string(yes ? "yes" : "no"); },
                        [](const std::string& text) { return std::string(trim_cell(text)); },
                    },
                    value);
}

// Keys of one scenario never meet those of another.
std::string within(std::size_t number, std::string_view key) { return fmt::format("{}:{}", number, key); }

// A made-up key is a value like any other, where its field can hold one.
void add_key(std::vector<ScenarioCell>& cells, std::uint32_t field, Kind kind, const std::string& key) {
  if (kind == Kind::text) {
    cells.emplace_back().field = field;
    cells.back().value = key;
  } else if (kind == Kind::integer) {
    std::int64_t number = 0;
    const char* const end = key.data() + key.size();
    const auto [stop, error] = std::from_chars(key.data(), end, number);
    if (error != std::errc{} || stop != end) return;
    cells.emplace_back().field = field;
    cells.back().value = number;
  }
}

}  // namespace

ScenarioRows::ScenarioRows(const compiler::Program& program, std::span<const Scenario> scenarios,
                           std::optional<AsOf> as_of)
    : program_(program), as_of_(as_of) {
  leads_.reserve(scenarios.size());
  for (std::size_t number = 0; number < scenarios.size(); ++number) add(scenarios[number], number);
}

void ScenarioRows::add(const Scenario& scenario, std::size_t number) {
  const std::size_t begin = rows_.size();
  leads_.push_back(begin);
  rows_.push_back({program_.schema.subject, scenario.lead, {}, {}});
  for (const ScenarioRow& row : scenario.rows) rows_.push_back({row.object, row.cells, {}, {}});
  const std::span<Row> rows(rows_.data() + begin, rows_.size() - begin);
  make_keys(rows, number);
  link(scenario, rows, number);
}

void ScenarioRows::make_keys(std::span<Row> rows, std::size_t number) const {
  std::set<std::string> taken;
  const auto key_of = [&](const Row& row) { return program_.schema.objects[row.object].key; };
  for (const Row& row : rows) {
    const auto key = key_of(row);
    const ScenarioCell* const given = key ? find_cell(row.cells, *key) : nullptr;
    if (given != nullptr) taken.insert(text_of(given->value));
  }
  std::size_t next = 1;
  for (Row& row : rows) {
    const auto key = key_of(row);
    if (!key) continue;
    const ScenarioCell* const given = find_cell(row.cells, *key);
    std::string text = given == nullptr ? std::string() : text_of(given->value);
    if (text.empty()) {
      do text = fmt::format("{}", next++);
      while (taken.contains(text));
      if (given == nullptr) add_key(row.cells, *key, program_.schema.objects[row.object].fields[*key].type.kind, text);
    }
    row.key = within(number, text);
  }
}

void ScenarioRows::link(const Scenario& scenario, std::span<Row> rows, std::size_t number) const {
  const auto own_key = [&](const Row& row) { return row.key.substr(row.key.find(':') + 1); };
  // Whoever refers names the other row's key, unless the scenario says what it names.
  const auto refer = [&](Row& from, std::uint32_t field, const Row& to) {
    if (find_cell(from.cells, field) != nullptr || to.key.empty()) return;
    from.references.emplace_back(field, to.key);
    add_key(from.cells, field, program_.schema.objects[from.object].fields[field].type.kind, own_key(to));
  };
  for (std::size_t i = 0; i < scenario.rows.size(); ++i) {
    const ScenarioLink& hangs = scenario.rows[i].link;
    Row& parent = rows[hangs.parent == ScenarioLink::lead ? 0 : hangs.parent + 1];
    const RelationSchema& relation = program_.schema.objects[parent.object].relations[hangs.relation];
    assert(relation.object == rows[i + 1].object);
    if (relation.many) {
      refer(rows[i + 1], relation.by, parent);
    } else {
      refer(parent, relation.by, rows[i + 1]);
    }
  }
  for (Row& row : rows) {
    for (const ScenarioCell& cell : row.cells) {
      const bool is_known = std::any_of(row.references.begin(), row.references.end(),
                                        [&](const auto& known) { return known.first == cell.field; });
      const std::string text = is_known ? std::string() : text_of(cell.value);
      if (!text.empty()) row.references.emplace_back(cell.field, within(number, text));
    }
  }
}

bool ScenarioRows::is_later(const Row& row) const {
  const compiler::ObjectSchema& object = program_.schema.objects[row.object];
  if (!as_of_ || !object.time) return false;
  const ScenarioCell* const time = find_cell(row.cells, *object.time);
  if (time == nullptr) return false;
  const std::int64_t last =
      object.fields[*object.time].type.kind == Kind::date ? std::int64_t{as_of_->day} : as_of_->instant;
  return std::get<std::int64_t>(time->value) > last;
}

void ScenarioRows::fill_column(std::span<const Row* const> rows, std::uint32_t field, Column& column) const {
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const ScenarioCell* const cell = find_cell(rows[at]->cells, field);
    if (cell == nullptr) continue;
    const compiler::FieldSchema& schema = program_.schema.objects[rows[at]->object].fields[field];
    std::visit(Overloaded{
                   [&](std::int64_t number) {
                     assert(column.physical == Physical::integer);
                     const std::int64_t last =
                         as_of_ ? schema.type.kind == Kind::date ? as_of_->day : as_of_->instant : number;
                     if (schema.event && number > last) return;  // it has not happened
                     column.integers[at] = number;
                     set_bit(column.known.data(), at);
                   },
                   [&](PicklistCode code) {
                     assert(column.physical == Physical::code);
                     column.codes[at] = code.member;
                     set_bit(column.known.data(), at);
                   },
                   [&](bool yes) {
                     assert(column.physical == Physical::boolean);
                     if (yes) set_bit(column.yes.data(), at);
                     set_bit(column.known.data(), at);
                   },
                   [&](const std::string& text) {
                     assert(column.physical == Physical::text);
                     const std::string_view trimmed = trim_cell(text);
                     if (trimmed.empty()) return;  // number 22: that is missing
                     column.codes[at] = column.dictionary.intern(trimmed);
                     set_bit(column.known.data(), at);
                   },
               },
               cell->value);
  }
}

Table ScenarioRows::table(std::uint32_t object, const RecordFields& fields) const {
  const compiler::ObjectSchema& schema = program_.schema.objects[object];
  Table table;
  table.object = object;
  table.is_given = true;
  table.fields = fields.columns;
  if (schema.time) table.time_column = add_field(table.fields, *schema.time);
  table.text_fields = fields.texts;
  std::vector<const Row*> rows;
  for (const Row& row : rows_) {
    if (row.object == object && !is_later(row)) rows.push_back(&row);
  }
  table.rows = rows.size();
  for (const std::uint32_t field : table.fields) {
    Column& column = table.columns.emplace_back(compiler::physical_of(schema.fields[field].type.kind), rows.size());
    fill_column(rows, field, column);
  }
  for (const std::uint32_t field : table.text_fields) {
    TextColumn& column = table.texts.emplace_back();
    for (const Row* const row : rows) {
      const auto found = std::find_if(row->references.begin(), row->references.end(),
                                      [&](const auto& reference) { return reference.first == field; });
      const std::string_view key = found == row->references.end() ? no_row : std::string_view(found->second);
      column.numbers.push_back(column.keys.intern(key) + 1);
    }
  }
  if (schema.key) {
    for (const Row* const row : rows) table.keys.add(row->key);
  }
  table.contradictory_keys.emplace_back(no_row);
  return table;
}

void ScenarioRows::fill(std::size_t begin, Batch& batch) const {
  const std::size_t count = std::min(batch_rows, leads_.size() - begin);
  const std::vector<std::uint32_t>& fields = program_.spaces[SpaceId{compiler::root_space}].columns;
  const std::vector<std::uint32_t> references = reference_fields(program_, SpaceId{compiler::root_space});
  std::vector<const Row*> rows;
  for (std::size_t lead = begin; lead < begin + count; ++lead) rows.push_back(&rows_[leads_[lead]]);
  batch.rows = count;
  // The columns stay: an engine knows a dictionary by its address and its epoch.
  for (std::size_t k = 0; k < fields.size(); ++k) {
    const Kind kind = program_.schema.subject_object().fields[fields[k]].type.kind;
    if (k == batch.columns.size()) batch.columns.emplace_back(compiler::physical_of(kind));
    batch.columns[k].clear_rows();
    batch.columns[k].dictionary.clear();
    fill_column(rows, fields[k], batch.columns[k]);
  }
  batch.keys.clear();
  batch.texts.assign(references.size(), {});
  for (const Row* const row : rows) {
    batch.keys.push_back(row->key);
    for (std::size_t i = 0; i < references.size(); ++i) {
      const auto found = std::find_if(row->references.begin(), row->references.end(),
                                      [&](const auto& reference) { return reference.first == references[i]; });
      batch.texts[i].push_back(found == row->references.end() ? no_row : std::string_view(found->second));
    }
  }
}

}  // namespace muster::runtime
