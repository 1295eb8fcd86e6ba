// What is chosen among several: members of sets, bands, tables, grades.
// May include: tests/differ/slow. Called by: tests/differ/slow.
#pragma once

#include <span>

#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

inline std::vector<ExprId> items_of(ExprId set, const Evaluator& in) {
  if (const auto* literal = in.node<SetLiteral>(set)) return literal->items;
  if (in.node<NameRef>(set) == nullptr) return {set};
  return in.decl<SetDecl>(in.word(set)).items;
}

// A text opposite a picklist's value is one of its spellings.
inline const Value& spelled(const Value& value, const Value& opposite, const Evaluator& in) {
  const bool is_spelling = value.kind == Kind::text && opposite.kind == Kind::member;
  return is_spelling ? in.spellings.at({opposite.list, folded(value.text)}) : value;
}
inline Value compare(CompareOp op, const Value& left, const Value& right, const Evaluator& in) {
  return compared(op, spelled(left, right, in), spelled(right, left, in));
}

// An open count is one of them where every number that it may be is, and none of them where none is.
inline Value is_one_of(const Value& subject, const std::vector<ExprId>& items, const Frame& frame) {
  const bool is_count = subject.kind == Kind::number && subject.is_bounded() && !subject.known();
  Value made = truth(false);
  std::set<Wide> inside;
  for (const ExprId id : items) {
    const Value item = value(id, frame);
    const Value scaled = is_count ? rescaled(item, subject.digits) : item;
    if (is_count && !same(scaled, item)) continue;
    const Value is_it = compare(CompareOp::equal, subject, item, frame.in);
    made = either(made, is_it);
    if (is_count && !is_it.is_no()) inside.insert(scaled.least);
  }
  const bool are_all = is_count && static_cast<Wide>(inside.size()) == subject.most - subject.least + 1;
  return are_all ? truth(true) : made;
}

inline Value is_within(const Value& subject, const BandRange& range, const Frame& frame) {
  const auto low = range.low_excluded ? CompareOp::greater : CompareOp::greater_equal;
  const auto high = range.high_excluded ? CompareOp::less : CompareOp::less_equal;
  return both(range.low ? compare(low, subject, value(*range.low, frame), frame.in) : truth(true),
              range.high ? compare(high, subject, value(*range.high, frame), frame.in) : truth(true));
}

// ---- bands

inline bool is_missing(const Band* band) { return std::holds_alternative<BandMissing>(band->node); }
inline bool asks_missing(const std::vector<const Band*>& bands) { return std::ranges::any_of(bands, is_missing); }

// `asks`: another band of the same column says `missing`, so that this one does not match what is missing.
inline Value in_band(const Band& band, const Value& subject, bool asks, const Frame& frame) {
  const auto* range = std::get_if<BandRange>(&band.node);
  const auto* listed = std::get_if<BandValues>(&band.node);
  if (is_missing(&band)) return truth(!subject.known());
  if (range == nullptr && listed == nullptr) return truth(true);  // any, otherwise
  if (asks && !subject.known()) return truth(false);
  return range != nullptr ? is_within(subject, *range, frame) : is_one_of(subject, listed->values, frame);
}

// What something may be, as far as the bands can tell it: every member, or every value at an edge and beside it and
// something that no band names; and missing, if they ask for it.
inline std::vector<Value> possible_values(const Value& type, const std::vector<const Band*>& bands,
                                          const Frame& frame) {
  std::vector<Value> found{type.between(without_end, without_end)};
  found[0].text = "unlike any";
  if (type.kind == Kind::truth) found = {truth(true), truth(false)};
  if (type.kind == Kind::member) found = frame.in.lists.at(type.list);
  if (asks_missing(bands)) found.push_back(type.missing());
  if (type.kind == Kind::truth || type.kind == Kind::member) return found;
  std::vector<ExprId> named;
  for (const Band* band : bands) {
    const auto* listed = std::get_if<BandValues>(&band->node);
    const auto* range = std::get_if<BandRange>(&band->node);
    if (listed != nullptr) named.insert(named.end(), listed->values.begin(), listed->values.end());
    if (range != nullptr && range->low) named.push_back(*range->low);
    if (range != nullptr && range->high) named.push_back(*range->high);
  }
  for (Value edge : values(named, frame)) {
    const Wide scaled = floored(edge.least * ten_to(type.digits), ten_to(edge.digits));
    edge.digits = type.digits;
    for (const int step : {-1, 0, 1}) found.push_back(edge.between(scaled + step, scaled + step));
  }
  return found;
}

// ---- what may be taken

// Of the first that is so; past the end where none is.
std::size_t index_where(const auto& all, const auto& is_so) {
  return static_cast<std::size_t>(std::ranges::find_if(all, is_so) - all.begin());
}

// Of what is tried in turn, that which may be taken: up to the first one that surely is.
struct Taken {
  std::vector<std::size_t> possible;
  bool is_sure = false;
  unsigned faults = 0;  // why the first one that is open is open
  [[nodiscard]] bool is_open() const { return possible.size() > (is_sure ? 1U : 0U); }
};

inline Taken first_of(const std::vector<Value>& conditions) {
  Taken made;
  for (std::size_t i = 0; i < conditions.size() && !made.is_sure; ++i) {
    if (conditions[i].is_no()) continue;
    if (made.possible.empty()) made.faults = conditions[i].faults;
    made.possible.push_back(i);
    made.is_sure = conditions[i].is_yes();
  }
  return made;
}

// What nothing comes to first is not possible, such as a row behind others, or past the end: that none is taken.
inline Taken first_reached(std::vector<Value> conditions, const std::set<std::size_t>& reached) {
  for (std::size_t i = 0; i < conditions.size(); ++i)
    conditions[i] = reached.contains(i) ? conditions[i] : truth(false);
  Taken made = first_of(conditions);
  made.is_sure = made.is_sure || !reached.contains(conditions.size());
  return made;
}

// `arms` have a band each. Of an open count each band is asked on its own.
Taken first_band(ExprId subject, const auto& arms, const Frame& frame) {
  const auto bands = each_of(arms, [](const auto& arm) { return &arm.band; });
  const Value actual = value(subject, frame);
  const auto matches_of = [&](const Value& each) {
    return each_of(bands, [&](const Band* band) { return in_band(*band, each, asks_missing(bands), frame); });
  };
  std::set<std::size_t> reached;
  for (const Value& each : possible_values(actual, bands, frame))
    reached.insert(index_where(matches_of(each), &Value::is_yes));
  return first_reached(matches_of(actual), reached);
}

// Known if all that is possible is known and the same.
inline Value chosen(const Taken& taken, const std::vector<Value>& results) {
  std::vector<Value> possible = each_of(taken.possible, [&](std::size_t each) { return results[each]; });
  if (!taken.is_sure) possible.push_back(results[0].missing());  // perhaps nothing is taken at all
  const Value& first = possible[0];
  const auto is_first = [&](const Value& each) { return same(first, each); };
  const bool are_same = possible.size() == 1 || std::ranges::all_of(possible, is_first);
  // What only may be taken does not say why nobody knows which is.
  const unsigned faults = taken.faults | (possible.size() == 1 ? first.faults : 0);
  return rescaled(are_same ? first : first.missing(faults), std::ranges::max(results, {}, &Value::digits).digits);
}

inline Value table(const TableDecl& table, const Parameters& arguments, const Frame& frame) {
  std::vector<TableRow> rows = table.rows;
  for (const auto* more : frame.in.all<ExtendDecl>()) {  // the last one comes first
    if (more->table.text == table.name.text) rows.insert(rows.begin(), more->rows.begin(), more->rows.end());
  }
  const std::span looking(rows.begin(), rows.end() - (rows.back().cells.empty() ? 1 : 0));  // all but `otherwise`
  const auto bands_of = [&](std::size_t column) {
    return each_of(looking, [&](const TableRow& row) { return &row.cells[column]; });
  };
  const auto given = each_of(table.parameters, [&](const Parameter& each) { return arguments.at(each.name.text); });
  std::set<std::size_t>& reached = frame.in.rows_reached[&table];
  // A row that nothing comes to first is as good as not there, also for `otherwise`.
  const auto matches_of = [&](const std::vector<Value>& each) {
    std::vector<Value> made;
    for (const TableRow& row : rows) {
      const bool is_there = table.policy == TablePolicy::sum || reached.empty() || reached.contains(made.size());
      made.push_back(row.cells.empty() ? all_hold(made, negation) : truth(is_there));  // `otherwise`: what none matches
      for (std::size_t column = 0; column < row.cells.size(); ++column) {
        const bool asks = asks_missing(bands_of(column));
        made.back() = both(made.back(), in_band(row.cells[column], each[column], asks, frame));
      }
    }
    return made;
  };
  const auto results =
      each_of(rows, [&](const TableRow& row) { return as_declared(value(row.result, frame), table.result); });
  if (reached.empty()) {  // the first rows of all combinations of arguments
    std::vector<std::vector<Value>> all{{}};
    for (std::size_t column = 0; column < table.parameters.size(); ++column) {
      const std::vector<Value> possible = possible_values(given[column], bands_of(column), frame);
      for (const std::vector<Value>& each : std::exchange(all, {})) {
        for (const Value& next : possible) all.emplace_back(each).push_back(next);
      }
    }
    std::set<std::size_t> found;
    for (const std::vector<Value>& each : all) found.insert(index_where(matches_of(each), &Value::is_yes));
    reached = found;
  }
  const std::vector<Value> matches = matches_of(given);
  if (table.policy == TablePolicy::sum) {
    std::vector<Value> terms;  // a row that may match is open, unless it adds nothing
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].cells.empty() && !reached.contains(i)) continue;
      const Wide added = results[i].least;
      terms.push_back(results[i].between(added * matches[i].least, added * matches[i].most, matches[i].faults));
    }
    const Value total = sum(terms);
    return total.known() ? total : total.missing(total.faults);
  }
  return chosen(first_reached(matches, reached), results);
}

inline Value grade(const GradeDecl& grade, const Frame& frame) {
  std::vector<Value> columns{truth(true)};
  if (!grade.columns.empty()) columns = each_of(grade.columns, [&](const auto& each) { return holds(each, frame); });
  const Taken of_columns = first_of(columns);
  const Taken of_rows = first_of(each_of(grade.rows, [&](const auto& row) { return holds(row.condition, frame); }));
  std::vector<Value> labels;
  Taken taken{{}, true, of_rows.is_open() ? of_rows.faults : of_columns.faults};
  for (const std::size_t row : of_rows.possible) {
    for (const std::size_t column : of_columns.possible) {
      taken.possible.push_back(labels.size());
      labels.push_back(frame.in.words.at(grade.rows[row].cells[column].text));
    }
  }
  return chosen(taken, labels);
}

}  // namespace muster::differ::slow
