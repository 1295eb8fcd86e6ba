#include "tests/differ/read_rows.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <tuple>

#include "tests/differ/slow/value.h"

namespace muster::differ {

namespace {

bool says_same(const Cell& left, const Cell& right) {
  if (!left.known || !right.known) return left.known == right.known;
  return left.number == right.number && slow::trimmed(left.text) == slow::trimmed(right.text);
}
// Of rows with one key: what they all say.
DataRow agreed(const std::vector<const DataRow*>& rows) {
  DataRow made{rows[0]->object, rows[0]->cells, {}};
  for (const DataRow* other : rows) {
    for (std::size_t i = 0; i < made.cells.size(); ++i) {
      if (!says_same(made.cells[i], other->cells[i])) made.cells[i] = {};
    }
  }
  return made;
}

}  // namespace

ReadRows::ReadRows(const lang::Tree& tree, const Sample& sample) : tree_(tree), sample_(sample) {
  for (const auto* rows : {&sample.leads, &sample.companies}) {
    for (const DataRow& row : *rows) {
      for (const DataRow& each : row.below) {  // what has not happened says nothing about others
        if (!is_to_come(each)) children_[{each.object, each.cells[0].text}].push_back(&each);
      }
    }
  }
  leads_ = by_key(sample.leads);
  companies_ = by_key(sample.companies);
}

// Null: the policy has no such object.
const lang::ObjectDecl* ReadRows::declared(std::uint32_t object) const {
  for (const lang::Declaration& each : tree_.declarations) {
    const auto* decl = std::get_if<lang::ObjectDecl>(&each.node);
    if (decl != nullptr && decl->name.text == sample_.shapes[object].name) return decl;
  }
  return nullptr;
}

const Cell& ReadRows::cell(const DataRow& row, std::string_view field) const {
  return row.cells[static_cast<std::size_t>(sample_.shapes[row.object].field(field))];
}

bool ReadRows::is_to_come(const DataRow& row) const {
  const lang::ObjectDecl* object = declared(row.object);
  if (object == nullptr) return false;
  const auto time = std::ranges::find_if(object->fields, &lang::Field::time);
  if (time == object->fields.end()) return false;
  const Cell& at = cell(row, time->name.text);
  const bool is_day = time->type.name.text == "date";
  return at.known && at.number > (is_day ? sample_.as_of.day : sample_.as_of.instant);
}

void ReadRows::add_below(const DataRow& from, DataRow& to) const {
  for (const DataRow& each : from.below) {
    const lang::ObjectDecl* object = declared(each.object);
    if (object == nullptr || std::ranges::none_of(object->fields, &lang::Field::key)) {
      to.below.push_back(each);
      continue;
    }
    const auto same = children_.find({each.object, each.cells[0].text});
    if (same == children_.end() || same->second[0] != &each) continue;
    DataRow made = agreed(same->second);
    if (made.cells[1].known) to.below.push_back(made);  // else nobody knows whose it is
  }
}

// Rows with one key are one. Where they differ the policy may say by what moment one of them is kept; else they are
// open. Then, of rows with one value, it keeps that of the moment, then that with the smallest key; those of the others
// are its child rows where it says so.
ReadRows::ByKey ReadRows::by_key(const std::vector<DataRow>& rows) {
  ByKey made;
  std::map<std::string_view, std::vector<const DataRow*>> with_key;
  std::map<std::wstring, std::vector<DataRow*>> alike;
  const lang::ObjectDecl* object = rows.empty() ? nullptr : declared(rows[0].object);
  if (object == nullptr) return made;
  const std::optional<lang::Duplicates>& policy = object->duplicates;
  const auto date_of = [&](const DataRow* row) {  // the one that is kept is the least
    const Cell date = policy ? cell(*row, policy->dated->text) : Cell();
    return std::pair(!date.known, policy && policy->newest ? -date.number : date.number);
  };
  for (const DataRow& row : rows) with_key[row.cells[0].text].push_back(&row);
  for (auto& [key, same] : with_key) {
    const auto best = date_of(*std::ranges::min_element(same, {}, date_of));
    std::vector<const DataRow*> latest;
    std::ranges::copy_if(same, std::back_inserter(latest), [&](const DataRow* row) { return date_of(row) == best; });
    const DataRow& first = *latest[0];
    const auto is_first = [&](const DataRow* row) { return std::ranges::equal(row->cells, first.cells, says_same); };
    const bool is_open = !std::ranges::all_of(latest, is_first);
    DataRow& one = kept_.emplace_back(agreed(latest));
    made[key] = &one;
    for (const DataRow* row : same) add_below(*row, one);
    if (is_open) open_.insert(&one);
    if (is_open) continue;
    const std::string_view by = policy ? slow::trimmed(cell(one, policy->by.text).text) : std::string_view();
    alike[by.empty() ? L"key " + slow::folded(key) : slow::folded(by)].push_back(&one);
  }
  for (auto& [value, group] : alike) {
    std::ranges::sort(group, {}, [&](const DataRow* row) { return std::pair(date_of(row), row->cells[0].text); });
    for (const DataRow* row : group) {
      made[row->cells[0].text] = group[0];
      if (row != group[0] && policy->join_rows) std::ranges::copy(row->below, std::back_inserter(group[0]->below));
    }
  }
  return made;
}

}  // namespace muster::differ
