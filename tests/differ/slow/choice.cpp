#include "tests/differ/slow/evaluator.h"

#include <set>

namespace muster::differ::slow {

namespace {

bool is_missing(const lang::Band& band) { return std::holds_alternative<lang::BandMissing>(band.node); }

// The edges of a band, or what it lists.
std::vector<ExprId> named_by(const lang::Band& band) {
  std::vector<ExprId> found;
  if (const auto* listed = std::get_if<lang::BandValues>(&band.node)) return listed->values;
  if (const auto* range = std::get_if<lang::BandRange>(&band.node)) {
    for (const std::optional<ExprId>& edge : {range->low, range->high}) {
      if (edge) found.push_back(*edge);
    }
  }
  return found;
}

// `asks_missing`: another band of the same column says `missing`, so that this one does not match what is missing.
Value in_band(const lang::Band& band, const Value& subject, bool asks_missing, const Frame& frame) {
  if (is_missing(band)) return truth(!subject.known());
  const auto* range = std::get_if<lang::BandRange>(&band.node);
  const auto* listed = std::get_if<lang::BandValues>(&band.node);
  if (range == nullptr && listed == nullptr) return truth(true);  // any, otherwise
  if (asks_missing && !subject.known()) return truth(false);
  if (listed != nullptr) return is_one_of(subject, listed->values, frame);
  const auto low = range->low_excluded ? CompareOp::greater : CompareOp::greater_equal;
  const auto high = range->high_excluded ? CompareOp::less : CompareOp::less_equal;
  return both(range->low ? compare(low, subject, *range->low, frame) : truth(true),
              range->high ? compare(high, subject, *range->high, frame) : truth(true));
}

// What something missing may turn out to be, as far as the bands can tell it: every member, every value at an edge and
// beside it, and something that no band names.
std::vector<Value> possible_values(const Value& type, const std::vector<lang::Band>& bands, const Frame& frame) {
  if (type.kind == Kind::truth) return {truth(true), truth(false)};
  if (type.kind == Kind::member) return frame.lead.policy.lists.at(type.list);
  Value other = type.with(std::numeric_limits<std::int64_t>::max());
  other.text = "unlike any";
  std::vector<Value> found{other};
  for (const lang::Band& band : bands) {
    for (const ExprId id : named_by(band)) {
      const Value edge = value(id, frame);
      if (type.kind == Kind::text) found.push_back(edge);
      const Wide scaled = floored(edge.least * ten_to(type.digits), ten_to(edge.digits));
      for (const int step : {-1, 0, 1}) {
        if (type.kind != Kind::text && fits(scaled + step)) found.push_back(type.with(scaled + step));
      }
    }
  }
  return found;
}

}  // namespace

Taken first_of(const std::vector<Value>& conditions) {
  Taken made;
  for (std::size_t i = 0; i < conditions.size() && !made.is_sure; ++i) {
    if (conditions[i].is_no()) continue;
    if (made.possible.empty()) made.faults = conditions[i].faults;
    made.possible.push_back(i);
    made.is_sure = conditions[i].is_yes();
  }
  return made;
}

Taken first_band(ExprId subject, const std::vector<lang::Band>& bands, const Frame& frame) {
  const Value actual = value(subject, frame);
  const bool asks_missing = std::ranges::any_of(bands, is_missing);
  std::vector<Value> possible{actual};
  if (!actual.known() && !asks_missing) possible = possible_values(actual, bands, frame);
  std::set<std::size_t> arms;
  for (const Value& each : possible) {
    const auto takes = [&](const lang::Band& band) { return in_band(band, each, asks_missing, frame).is_yes(); };
    arms.insert(static_cast<std::size_t>(std::ranges::find_if(bands, takes) - bands.begin()));
  }
  const bool is_sure = !arms.contains(bands.size());
  arms.erase(bands.size());
  return {{arms.begin(), arms.end()}, is_sure, actual.faults};
}

// Known if all that is possible is known and the same.
Value chosen(const Taken& taken, const std::vector<Value>& results) {
  std::vector<Value> possible;
  for (const std::size_t each : taken.possible) possible.push_back(results[each]);
  if (!taken.is_sure) possible.push_back(results[0].missing());  // perhaps nothing is taken at all
  const Value& first = possible[0];
  const bool are_same = std::ranges::all_of(possible, [&](const Value& each) { return same(first, each); });
  // What only may be taken does not say why nobody knows which is.
  const unsigned faults = taken.faults | (possible.size() == 1 ? first.faults : 0U);
  const unsigned digits = std::ranges::max(results, {}, &Value::digits).digits;
  return rescaled(are_same ? first : first.missing(faults), digits);
}

Value table(const lang::TableDecl& table, const std::vector<Value>& arguments, const Frame& frame) {
  std::vector<lang::TableRow> rows = table.rows;
  for (const lang::ExtendDecl* more : frame.lead.policy.all<lang::ExtendDecl>()) {
    if (more->table.text == table.name.text) rows.insert(rows.begin(), more->rows.begin(), more->rows.end());
  }
  const bool is_sum = table.policy == lang::TablePolicy::sum;
  std::vector<Value> matches;
  std::vector<Value> results;
  Value has_match = truth(false);
  for (const lang::TableRow& row : rows) {
    Value matched = row.cells.empty() && is_sum ? negation(has_match) : truth(true);
    for (std::size_t column = 0; column < row.cells.size(); ++column) {
      const bool asks_missing = std::ranges::any_of(
          rows, [&](const lang::TableRow& each) { return !each.cells.empty() && is_missing(each.cells[column]); });
      matched = both(matched, in_band(row.cells[column], arguments[column], asks_missing, frame));
    }
    has_match = either(has_match, matched);
    matches.push_back(matched);
    results.push_back(as_declared(value(row.result, frame), table.result));
  }
  if (!is_sum) return chosen(first_of(matches), results);
  Wide total = 0;
  Value open = truth(true);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (matches[i].is_yes()) total += results[i].least;
    if (!matches[i].known() && results[i].least != 0) open = both(open, matches[i]);
  }
  return open.known() ? results[0].with(total) : results[0].missing(open.faults);
}

Value grade(const lang::GradeDecl& grade, const Frame& frame) {
  std::vector<Value> of_rows;
  std::vector<Value> of_columns;
  for (const lang::GradeRow& row : grade.rows) of_rows.push_back(holds(row.condition, frame));
  for (const std::optional<ExprId>& column : grade.columns) of_columns.push_back(holds(column, frame));
  if (grade.columns.empty()) of_columns = {truth(true)};
  const Taken rows = first_of(of_rows);
  const Taken columns = first_of(of_columns);
  std::vector<Value> labels;
  Taken cells{{}, true, rows.is_open() ? rows.faults : columns.faults};
  for (const std::size_t row : rows.possible) {
    for (const std::size_t column : columns.possible) {
      cells.possible.push_back(labels.size());
      labels.push_back(frame.lead.policy.words.at(grade.rows[row].cells[column].text));
    }
  }
  return chosen(cells, labels);
}

}  // namespace muster::differ::slow
