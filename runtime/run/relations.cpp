#include "runtime/run/relations.h"

#include <algorithm>
#include <cassert>
#include <set>

#include "runtime/run/feeder.h"

namespace muster::runtime {

using compiler::Link;
using compiler::Physical;
using compiler::Program;
using compiler::RelationSchema;
using compiler::Space;
using compiler::SpaceId;
using lang::Result;

namespace {

void make_room(StoredColumn& column, Physical physical, std::size_t rows) {
  const std::size_t words = words_for(rows) + 1;  // never empty
  column.view.physical = physical;
  column.overflow.assign(words, 0);
  column.division_by_zero.assign(words, 0);
  column.view.overflow = column.overflow.data();
  column.view.division_by_zero = column.division_by_zero.data();
  if (physical == Physical::boolean) {
    column.yes.assign(words, 0);
    column.no.assign(words, 0);
    column.view.yes = column.yes.data();
    column.view.no = column.no.data();
    return;
  }
  column.known.assign(words, 0);
  column.view.known = column.known.data();
  if (physical == Physical::integer) {
    column.integers.assign(rows + 1, 0);
    column.view.integers = column.integers.data();
    return;
  }
  column.codes.assign(rows + 1, 0);
  column.view.codes = column.codes.data();
  if (physical == Physical::text) column.view.dictionary = &column.dictionary;
}

void store_bits(const Word* from, std::size_t count, std::vector<Word>& to, std::size_t begin) {
  if (from == nullptr) return;
  for_pieces(0, count,
             [&](std::size_t at, std::size_t rows) { set_bits_at(to.data(), begin + at, bits_at(from, at, rows)); });
}

// The values of a batch's rows, from `begin` of the table on.
void store(const Vector& value, std::size_t begin, std::size_t count, StoredColumn& column) {
  store_bits(value.overflow, count, column.overflow, begin);
  store_bits(value.division_by_zero, count, column.division_by_zero, begin);
  if (value.physical == Physical::boolean) {
    store_bits(value.yes, count, column.yes, begin);
    store_bits(value.no, count, column.no, begin);
    return;
  }
  store_bits(value.known, count, column.known, begin);
  for (std::size_t row = 0; row < count; ++row) {
    if (!test_bit(value.known, row)) continue;
    if (value.physical == Physical::integer) {
      column.integers[begin + row] = value.integers[row];
    } else if (value.physical == Physical::code) {
      column.codes[begin + row] = value.codes[row];
    } else {  // a derived dictionary does not outlive the batch
      column.codes[begin + row] = column.dictionary.intern(value.dictionary->text(value.codes[row]));
    }
  }
}

}  // namespace

const RelationSchema& Relations::relation_of(const Space& space) const {
  return program_.schema.objects[program_.spaces[space.parent].object].relations[space.relation];
}

Relations::RelationKey Relations::key_of(const Space& space) const {
  return {program_.spaces[space.parent].object, space.relation};
}

template <class Body>
void Relations::for_spaces(Body body) {
  for (std::uint32_t i = 1; i < spaces_.size(); ++i) {
    if (spaces_[i].is_used) body(SpaceId{i}, program_.spaces[SpaceId{i}]);
  }
}

std::map<std::uint32_t, RecordFields> Relations::wanted_fields() {
  std::map<std::uint32_t, RecordFields> wanted;
  for_spaces([&](SpaceId, const Space& space) {
    const RelationSchema& relation = relation_of(space);
    RecordFields& fields = wanted[space.object];
    for (const std::uint32_t field : space.columns) add_field(fields.columns, field);
    if (relation.match_field) add_field(fields.columns, *relation.match_field);
    if (space.link == Link::many) {
      add_field(fields.texts, relation.by);
    } else if (space.parent.index != compiler::root_space) {
      add_field(wanted[program_.spaces[space.parent].object].texts, relation.by);
    }
  });
  return wanted;
}

Result<> Relations::read_tables(std::vector<TableSource> sources, const TableOptions& options,
                                const lang::Limits& limits) {
  TableOptions one = options;
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes = 0;
  if (options.while_reading) {
    one.while_reading = [&](std::uint64_t read) {
      bytes = read;
      options.while_reading(bytes_before + read);
    };
  }
  for (auto& [object, fields] : wanted_fields()) {
    const auto source = std::find_if(sources.begin(), sources.end(),
                                     [&, wanted = object](const TableSource& each) { return each.object == wanted; });
    if (source == sources.end()) continue;
    Result<ReadTable> read = read_table(std::move(source->source), source->name, program_, object, fields, one, limits);
    if (!read) return read.error();
    if (!read->table.is_given) {
      stopped_ = true;
      return lang::Done{};
    }
    bytes_before += bytes;
    reports_.push_back({object, source->name, std::move(read->counts)});
    tables_.emplace(object, std::move(read->table));
  }
  return lang::Done{};
}

void Relations::link_children(std::span<const MergedKey> merged_leads) {
  std::set<std::uint32_t> ordered;  // tables whose rows stand in the order of a link
  std::set<RelationKey> below_leads;
  for_spaces([&](SpaceId, const Space& space) {
    if (space.link != Link::many) return;
    const auto table = tables_.find(space.object);
    if (table == tables_.end()) return;
    if (space.parent.index == compiler::root_space) below_leads.insert(key_of(space));
    Children& children = children_[key_of(space)];
    if (children.link) return;
    const std::uint32_t parent = program_.spaces[space.parent].object;
    const auto& policy = program_.schema.objects[parent].duplicates;
    std::span<const MergedKey> joined;
    if (policy && policy->join_rows) {
      const auto parents = tables_.find(parent);
      if (parent == program_.schema.subject) {
        joined = merged_leads;
      } else if (parents != tables_.end()) {
        joined = parents->second.merged_keys;
      }
    }
    children.link =
        std::make_unique<ManyLink>(table->second, relation_of(space).by, joined, ordered.insert(space.object).second);
  });
  // Rows stand where they stay.
  for_spaces([&](SpaceId id, const Space& space) {
    if (space.link != Link::many || spaces_[id.index].table == nullptr) return;
    Children& children = children_[key_of(space)];
    spaces_[id.index].many = children.link.get();
    if (space.parent.index == compiler::root_space) return;
    spaces_[id.index].groups = &children.groups;
    const Table* const parents = spaces_[space.parent.index].table;
    if (parents == nullptr || children.has_groups) return;
    children.has_groups = true;
    children.groups.resize(parents->rows);
    for (std::size_t row = 0; row < parents->rows; ++row) {
      children.groups[row] = children.link->find(parents->keys[row]);
      if (!below_leads.contains(key_of(space))) children.link->touch(children.groups[row]);
    }
  });
}

void Relations::link_references() {
  for_spaces([&](SpaceId id, const Space& space) {
    if (space.link != Link::one) return;
    SpaceData& data = spaces_[id.index];
    const RelationSchema& relation = relation_of(space);
    const RelationKey key = key_of(space);
    counted_.emplace(key, id);
    data.report = &references_.emplace(key, RelationReport{key.first, key.second, 0, 0, 0}).first->second;
    if (data.table == nullptr) return;
    std::unique_ptr<RowIndex>& by_key = row_indexes_[space.object];
    if (!by_key) by_key = std::make_unique<RowIndex>(*data.table);
    data.by_key = by_key.get();
    if (!relation.match_field || !space.match) return;
    std::unique_ptr<MatchIndex>& by_match = match_indexes_[{space.object, *relation.match_field}];
    if (!by_match) by_match = std::make_unique<MatchIndex>(*data.table, *relation.match_field);
    data.by_match = by_match.get();
  });
  for (auto& [object, table] : tables_) table.keys = {};
}

std::vector<bool> Relations::resolve_keys(SpaceId one) {
  const Space& space = program_.spaces[one];
  SpaceData& data = spaces_[one.index];
  const Table* const parents = spaces_[space.parent.index].table;
  if (parents == nullptr || data.by_key == nullptr) return {};
  const TextColumn& texts = parents->texts_of(relation_of(space).by);
  const bool is_counted = counted_[key_of(space)] == one;
  std::vector<Found> found(texts.keys.size() + 1);
  for (std::uint32_t number = 0; number < texts.keys.size(); ++number) {
    found[number + 1] = data.by_key->find(texts.keys.text(number));
  }
  data.row_of.assign(parents->rows, 0);
  std::vector<bool> is_open(parents->rows, false);
  for (std::size_t row = 0; row < parents->rows; ++row) {
    const Found& each = found[texts.numbers[row]];
    data.row_of[row] = each.row;
    if (each.is_ambiguous) {
      data.report->ambiguous += is_counted ? 1 : 0;
    } else if (each.row == 0 && data.by_match != nullptr) {
      is_open[row] = true;
    } else if (each.row == 0 && texts.numbers[row] != 0) {
      data.report->without_row += is_counted ? 1 : 0;
    }
  }
  return is_open;
}

void Relations::resolve_texts(SpaceId one, std::vector<bool> is_open) {
  const Space& space = program_.spaces[one];
  SpaceData& data = spaces_[one.index];
  const TextColumn& texts = spaces_[space.parent.index].table->texts_of(relation_of(space).by);
  const bool is_counted = counted_[key_of(space)] == one;
  Region region;
  region.root = space.parent;
  region.spaces.push_back(space.parent);
  const auto has = [&](SpaceId id) {
    return std::find(region.spaces.begin(), region.spaces.end(), id) != region.spaces.end();
  };
  for_spaces([&](SpaceId id, const Space& below) {
    if (below.link == Link::many && id != space.parent && has(below.parent)) region.spaces.push_back(id);
  });
  for_spaces([&](SpaceId id, const Space& below) {
    if (below.link == Link::one && id != space.parent && has(below.parent)) region.reads.push_back(id);
  });
  for (const SpaceId read : region.reads) {  // those that are not known yet find nothing
    const Table* const parents = spaces_[program_.spaces[read].parent.index].table;
    if (parents != nullptr && spaces_[read.index].row_of.empty()) spaces_[read.index].row_of.assign(parents->rows, 0);
  }
  Feeder feeder(program_, *this, region, as_of_);
  Interpreter interpreter(program_, as_of_, space.parent, {*space.match});
  for (std::size_t begin = 0, count = 0; begin < is_open.size(); begin += count) {
    count = feeder.fill(begin);
    interpreter.evaluate(feeder.view());
    const Vector text = interpreter.value(*space.match);
    for (std::size_t row = 0; row < count; ++row) {
      if (!is_open[begin + row]) continue;
      const Found found = text.is_known(row) ? data.by_match->find(text.dictionary->folded(text.codes[row])) : Found{};
      data.row_of[begin + row] = found.row;
      if (!is_counted) continue;
      if (found.is_ambiguous) {
        ++data.report->ambiguous;
      } else if (found.row == 0 && texts.numbers[begin + row] != 0) {
        ++data.report->without_row;
      }
    }
  }
}

void Relations::resolve(const std::vector<SpaceId>& reads) {
  std::vector<std::pair<SpaceId, std::vector<bool>>> open;
  for (const SpaceId one : reads) {
    if (program_.spaces[one].parent.index == compiler::root_space) continue;
    std::vector<bool> rows = resolve_keys(one);
    if (std::find(rows.begin(), rows.end(), true) != rows.end()) open.emplace_back(one, std::move(rows));
  }
  for (auto& [one, rows] : open) resolve_texts(one, std::move(rows));
}

void Relations::evaluate(const Region& region) {
  SpaceData& data = spaces_[region.root.index];
  const std::size_t rows = data.table == nullptr ? 0 : data.table->rows;
  for (const compiler::ValueId id : region.exports) {
    StoredColumn& column = *data.columns.emplace_back(std::make_unique<StoredColumn>());
    column.view.id = id;
    make_room(column, compiler::physical_of(program_.insts[id].type.kind), rows);
    data.stored.push_back(column.view);
  }
  if (rows == 0 || region.exports.empty()) return;
  Feeder feeder(program_, *this, region, as_of_);
  Interpreter interpreter(program_, as_of_, region.root, region.exports);
  for (std::size_t begin = 0, count = 0; begin < rows; begin += count) {
    count = feeder.fill(begin);
    interpreter.evaluate(feeder.view());
    for (const auto& column : data.columns) store(interpreter.value(column->view.id), begin, count, *column);
  }
}

Result<std::unique_ptr<Relations>> Relations::load(const Program& program, const std::vector<Region>& regions,
                                                   std::vector<TableSource> sources, const TableOptions& options,
                                                   AsOf as_of, std::span<const MergedKey> merged_leads,
                                                   const lang::Limits& limits) {
  std::unique_ptr<Relations> made(new Relations(program, as_of));
  made->use_spaces(regions);
  if (Result<> read = made->read_tables(std::move(sources), options, limits); !read) return read.error();
  if (!made->stopped_) made->bind(regions, merged_leads);
  return made;
}

std::unique_ptr<Relations> Relations::of_tables(const Program& program, const std::vector<Region>& regions,
                                                const TableMaker& make, AsOf as_of) {
  std::unique_ptr<Relations> made(new Relations(program, as_of));
  made->use_spaces(regions);
  for (const auto& [object, fields] : made->wanted_fields()) made->tables_.emplace(object, make(object, fields));
  made->bind(regions, {});
  return made;
}

void Relations::use_spaces(const std::vector<Region>& regions) {
  spaces_.resize(program_.spaces.size());
  for (const Region& region : regions) {
    for (const SpaceId space : region.spaces) spaces_[space.index].is_used = true;
    for (const SpaceId space : region.reads) spaces_[space.index].is_used = true;
  }
}

void Relations::bind(const std::vector<Region>& regions, std::span<const MergedKey> merged_leads) {
  for_spaces([this](SpaceId id, const Space& space) {
    const auto table = tables_.find(space.object);
    if (table != tables_.end()) spaces_[id.index].table = &table->second;
  });
  link_children(merged_leads);
  link_references();
  for (const Region& region : regions) {
    resolve(region.reads);
    if (region.root.index != compiler::root_space) evaluate(region);
  }
  for (auto& [object, table] : tables_) {
    for (TextColumn& texts : table.texts) texts.numbers = {};  // the links hold them
  }
}

std::vector<RelationReport> Relations::relations() const {
  std::vector<RelationReport> reports;
  for (const auto& [key, children] : children_) {
    if (!children.link) continue;
    reports.push_back(
        {key.first, key.second, children.link->rows_without_key(), children.link->rows_without_parent(), 0});
  }
  for (const auto& [key, report] : references_) reports.push_back(report);
  return reports;
}

}  // namespace muster::runtime
