#include "runtime/run/feeder.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <span>
#include <utility>

#include "runtime/ingest/record_reader.h"

namespace muster::runtime {

using compiler::Program;
using compiler::Space;
using compiler::SpaceId;

Feeder::Feeder(const Program& program, Relations& relations, const Region& region, AsOf as_of,
               std::size_t most_children)
    : program_(program),
      relations_(relations),
      region_(region),
      most_children_(most_children),
      many_below_(program.spaces.size()),
      references_(reference_fields(program, SpaceId{compiler::root_space})),
      buffers_(program.spaces.size()) {
  view_.spaces.resize(program.spaces.size());
  for (std::uint32_t i = 1; i < program.spaces.size(); ++i) {
    const Table* const table = relations.table_of(SpaceId{i});
    view_.spaces[i].is_given = table != nullptr && table->is_given;
  }
  for (const SpaceId space : region_.spaces) {
    if (is_root(space)) continue;
    many_.push_back(space);
    many_below_[program.spaces[space].parent.index].push_back(space);
  }
  std::vector<compiler::ValueId> texts;
  for (const SpaceId space : region_.reads) {
    const Space& row = program.spaces[space];
    if (row.parent.index != compiler::root_space || !row.match || relations.space(space).by_match == nullptr) continue;
    matched_.push_back(space);
    texts.push_back(*row.match);
  }
  if (!texts.empty()) matcher_ = std::make_unique<Interpreter>(program, as_of, region_.root, std::move(texts));
}

std::size_t Feeder::fill(const Batch& batch, std::size_t begin) {
  assert(region_.root.index == compiler::root_space);
  return take(batch.rows - begin, &batch, begin);
}

std::size_t Feeder::fill(std::size_t begin) {
  return take(relations_.table_of(region_.root)->rows - begin, nullptr, begin);
}

std::uint32_t Feeder::group_of(SpaceId many, const Batch* batch, std::size_t row) {
  Relations::SpaceData& data = relations_.space(many);
  if (data.many == nullptr) return 0;
  if (batch == nullptr) return (*data.groups)[row];
  const std::uint32_t group = data.many->find(batch->keys[row]);
  data.many->touch(group);
  return group;
}

// Child rows of all spaces below.
std::size_t Feeder::weight(SpaceId many, std::uint32_t group) {
  const Relations::SpaceData& data = relations_.space(many);
  if (group == 0) return 0;
  std::size_t total = data.many->size(group);
  for (const SpaceId below : many_below_[many.index]) {
    const Relations::SpaceData& child = relations_.space(below);
    if (child.many == nullptr) continue;
    for (std::uint32_t i = 0; i < data.many->size(group); ++i) {
      total += weight(below, (*child.groups)[data.many->row(group, i)]);
    }
  }
  return total;
}

std::size_t Feeder::take(std::size_t available, const Batch* batch, std::size_t begin) {
  assert(available > 0);
  const std::vector<SpaceId>& below_root = many_below_[region_.root.index];
  for (const SpaceId space : many_) buffers_[space.index].groups.clear();
  const std::size_t most = std::min(available, batch_rows);
  std::size_t count = 0;
  std::size_t children = 0;
  for (; count < most; ++count) {
    std::size_t more = 0;
    for (const SpaceId space : below_root) {
      const std::uint32_t group = group_of(space, batch, begin + count);
      buffers_[space.index].groups.push_back(group);
      more += weight(space, group);
    }
    if (count > 0 && children + more > most_children_) break;
    children += more;
  }
  for (const SpaceId space : below_root) buffers_[space.index].groups.resize(count);

  issues_.clear();
  open_.clear();
  fill_root(batch, begin, count);
  for (const SpaceId space : many_) fill_many(space);
  for (const SpaceId space : region_.reads) fill_one(space, batch, begin);
  if (!open_.empty()) match(*batch, begin);
  std::stable_sort(issues_.begin(), issues_.end(), [](const CellIssue& left, const CellIssue& right) {
    return std::pair(left.row, left.field) < std::pair(right.row, right.field);
  });
  return count;
}

void Feeder::view_columns(SpaceId space, const std::vector<Column>& sources, std::span<const std::uint32_t> rows) {
  const std::vector<std::uint32_t>& fields = program_.spaces[space].columns;
  const Table* const table = relations_.table_of(space);
  Buffer& buffer = buffers_[space.index];
  SpaceView& view = view_.spaces[space.index];
  view.rows = rows.size();
  view.columns.clear();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Column& from = sources[table == nullptr ? i : table->column_of(fields[i])];
    if (buffer.columns.size() == i) buffer.columns.emplace_back(from.physical, 0);
    Column& to = buffer.columns[i];
    make_room(to, rows.size());
    gather(from, rows, to);
    ColumnView& column = view.columns.emplace_back(to.view());
    if (from.physical == compiler::Physical::text) column.dictionary = &from.dictionary;
  }
}

void Feeder::fill_root(const Batch* batch, std::size_t begin, std::size_t count) {
  SpaceView& view = view_.spaces[region_.root.index];
  view.is_given = true;
  if (batch != nullptr && begin == 0 && count == batch->rows) {  // nothing to move
    view.rows = count;
    view.columns.clear();
    const std::size_t columns = program_.spaces[region_.root].columns.size();
    for (std::size_t i = 0; i < columns; ++i) view.columns.push_back(batch->columns[i].view());
    return;
  }
  std::vector<std::uint32_t>& rows = buffers_[region_.root.index].rows;
  rows.resize(count);
  std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(begin));
  view_columns(region_.root, batch != nullptr ? batch->columns : relations_.table_of(region_.root)->columns, rows);
}

void Feeder::fill_many(SpaceId space) {
  const SpaceId parent = program_.spaces[space].parent;
  const Relations::SpaceData& data = relations_.space(space);
  Buffer& buffer = buffers_[space.index];
  if (!is_root(parent) && data.many != nullptr) {
    for (const std::uint32_t row : buffers_[parent.index].rows) buffer.groups.push_back((*data.groups)[row]);
  }
  const std::size_t parents = view_.spaces[parent.index].rows;
  buffer.offsets.clear();
  buffer.offsets.push_back(0);
  buffer.rows.clear();
  for (std::size_t i = 0; i < parents; ++i) {
    if (data.many != nullptr) {
      const std::uint32_t group = buffer.groups[i];
      for (std::uint32_t k = 0; k < data.many->size(group); ++k) buffer.rows.push_back(data.many->row(group, k));
    }
    buffer.offsets.push_back(static_cast<std::uint32_t>(buffer.rows.size()));
  }
  if (data.table != nullptr) view_columns(space, data.table->columns, buffer.rows);
  view_.spaces[space.index].offsets = buffer.offsets.data();
}

void Feeder::fill_one(SpaceId space, const Batch* batch, std::size_t begin) {
  const SpaceId parent = program_.spaces[space].parent;
  Relations::SpaceData& data = relations_.space(space);
  std::vector<std::uint32_t>& row_of = buffers_[space.index].row_of;
  const std::size_t parents = view_.spaces[parent.index].rows;
  row_of.assign(parents, 0);
  SpaceView& view = view_.spaces[space.index];
  view.row_of = row_of.data();
  view.stored = data.stored;
  if (data.by_key == nullptr) return;  // absent
  if (parent.index != compiler::root_space) {
    const std::vector<std::uint32_t>& rows = buffers_[parent.index].rows;
    for (std::size_t i = 0; i < parents; ++i) row_of[i] = data.row_of[rows[i]];
    return;
  }
  const compiler::RelationSchema& relation =
      program_.schema.subject_object().relations[program_.spaces[space].relation];
  const auto text =
      static_cast<std::size_t>(std::find(references_.begin(), references_.end(), relation.by) - references_.begin());
  const bool is_matched = std::find(matched_.begin(), matched_.end(), space) != matched_.end();
  for (std::size_t i = 0; i < parents; ++i) {
    const std::string_view key = batch->texts[text][begin + i];
    const Found found = key.empty() ? Found{} : data.by_key->find(key);
    row_of[i] = found.row;
    if (found.is_ambiguous) {
      add_issue(begin + i, space, CellIssue::contradiction);
    } else if (found.row == 0 && is_matched) {
      open_.emplace_back(space, static_cast<std::uint32_t>(i));
    } else if (found.row == 0 && !key.empty()) {
      RelationReport::count(data.report->without_row);
    }
  }
}

void Feeder::match(const Batch& batch, std::size_t begin) {
  matcher_->evaluate(view_);
  for (const auto& [space, row] : open_) {
    const Vector text = matcher_->value(*program_.spaces[space].match);
    Relations::SpaceData& data = relations_.space(space);
    const compiler::RelationSchema& relation =
        program_.schema.subject_object().relations[program_.spaces[space].relation];
    const auto field =
        static_cast<std::size_t>(std::find(references_.begin(), references_.end(), relation.by) - references_.begin());
    const Found found = text.is_known(row) ? data.by_match->find(text.dictionary->folded(text.codes[row])) : Found{};
    buffers_[space.index].row_of[row] = found.row;
    if (found.is_ambiguous) {
      add_issue(begin + row, space, CellIssue::many_matches);
    } else if (found.row == 0 && !batch.texts[field][begin + row].empty()) {
      RelationReport::count(data.report->without_row);
    }
  }
}

void Feeder::add_issue(std::size_t row, SpaceId one, std::uint8_t fault) {
  const compiler::RelationSchema& relation = program_.schema.subject_object().relations[program_.spaces[one].relation];
  issues_.push_back({static_cast<std::uint32_t>(row), relation.by, fault});
  RelationReport::count(relations_.space(one).report->ambiguous);
}

}  // namespace muster::runtime
