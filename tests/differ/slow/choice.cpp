#include <algorithm>
#include <set>

#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

using lang::CompareOp;
using lang::Overloaded;

// `asks_missing`: another band of the same column says `missing`, so that this one does not match what is missing.
Value Evaluator::in_band(const lang::Band& band, const Value& subject, bool asks_missing, const Frame& frame) {
  return std::visit(Overloaded{
                        [&](const lang::BandRange& range) {
                          if (asks_missing && !subject.known) return truth(false);
                          Value made = truth(true);
                          const auto low = range.low_excluded ? CompareOp::greater : CompareOp::greater_equal;
                          const auto high = range.high_excluded ? CompareOp::less : CompareOp::less_equal;
                          if (range.low) made = both(made, compare(low, subject, value(*range.low, frame)));
                          if (range.high) made = both(made, compare(high, subject, value(*range.high, frame)));
                          return made;
                        },
                        [&](const lang::BandValues& listed) {
                          if (asks_missing && !subject.known) return truth(false);
                          std::vector<Value> items;
                          for (const ExprId each : listed.values) items.push_back(value(each, frame));
                          return is_one_of(subject, items);
                        },
                        [&](const lang::BandMissing&) { return truth(!subject.known); },
                        [](const auto&) { return truth(true); },  // any, otherwise
                    },
                    band.node);
}

// What something missing may turn out to be, as far as the bands can tell it: every member, every value at an edge and
// beside it, and something that no band names.
std::vector<Value> Evaluator::possible_values(ExprId subject, const Value& actual,
                                              const std::vector<const lang::Band*>& bands, const Frame& frame) {
  std::vector<Value> found;
  if (actual.kind == Kind::truth) return {truth(true), truth(false)};
  if (actual.kind == Kind::member) {
    for (std::size_t i = 0; i < names_[static_cast<std::size_t>(actual.list)].size(); ++i) {
      found.push_back(known(Kind::member, static_cast<std::int64_t>(i)));
      found.back().list = actual.list;
    }
    return found;
  }
  const unsigned digits = actual.kind == Kind::number ? digits_of(subject, frame) : 0;
  const auto around = [&](ExprId id) {
    const Value edge = value(id, frame);
    if (edge.kind == Kind::text) {
      found.push_back(edge);
      return;
    }
    const Wide scaled = floored(edge.number * ten_to(digits), ten_to(edge.digits));
    for (const int step : {-1, 0, 1}) {
      if (const Value made = checked(actual.kind, scaled + step, digits); made.known) found.push_back(made);
    }
  };
  for (const lang::Band* band : bands) {
    if (const auto* range = std::get_if<lang::BandRange>(&band->node)) {
      if (range->low) around(*range->low);
      if (range->high) around(*range->high);
    }
    if (const auto* listed = std::get_if<lang::BandValues>(&band->node)) {
      for (const ExprId each : listed->values) around(each);
    }
  }
  Value other = known(actual.kind, without_end, digits);
  other.text = "unlike any";
  found.push_back(other);
  return found;
}

std::vector<std::size_t> Evaluator::possible_arms(ExprId subject, const std::vector<const lang::Band*>& bands,
                                                  const Frame& frame) {
  const Value actual = value(subject, frame);
  const bool asks_missing = std::any_of(bands.begin(), bands.end(), [](const lang::Band* band) {
    return std::holds_alternative<lang::BandMissing>(band->node);
  });
  const auto first = [&](const Value& each) {
    for (std::size_t i = 0; i < bands.size(); ++i) {
      if (in_band(*bands[i], each, asks_missing, frame).is_yes()) return i;
    }
    return bands.size();
  };
  if (actual.known || asks_missing) return {first(actual)};
  std::set<std::size_t> arms;
  for (const Value& each : possible_values(subject, actual, bands, frame)) arms.insert(first(each));
  return {arms.begin(), arms.end()};
}

// Known if all that is possible is known and the same.
Value Evaluator::agreed(const std::vector<Value>& possible, std::uint8_t faults) {
  Value made = possible[0];
  unsigned digits = 0;
  for (const Value& each : possible) {
    digits = std::max<unsigned>(digits, each.digits);
    // What only may be taken does not say why nobody knows which is.
    if (!each.known && possible.size() == 1) faults = static_cast<std::uint8_t>(faults | each.faults);
    made.known = made.known && same(possible[0], each);
  }
  const bool are_bounded =
      std::all_of(possible.begin(), possible.end(), [](const Value& each) { return each.known || each.is_extent; });
  const bool has_extent =
      std::any_of(possible.begin(), possible.end(), [](const Value& each) { return each.is_extent; });
  if (are_bounded && has_extent) {  // as open as a count in it
    std::int64_t least = without_end;
    std::int64_t most = -without_end;
    for (const Value& each : possible) {
      const auto scale = static_cast<std::int64_t>(ten_to(digits - each.digits));
      least = std::min(least, (each.known ? each.number : each.least) * scale);
      most = std::max(
          most, each.known || each.most != without_end ? (each.known ? each.number : each.most) * scale : without_end);
    }
    made = extent(least, most, digits);
    made.faults = possible.size() == 1 ? possible[0].faults : faults;
    return made;
  }
  made.is_extent = false;
  if (made.known) return made.kind == Kind::number ? rescaled(made, digits, lang::RoundingMode::half_even) : made;
  made.digits = static_cast<std::uint8_t>(digits);
  made.faults = faults;
  return made;
}

Value Evaluator::match(const lang::Match& choice, ExprId, const Frame& frame) {
  std::vector<const lang::Band*> bands;
  for (const lang::MatchArm& arm : choice.arms) bands.push_back(&arm.band);
  std::vector<Value> possible;
  for (const std::size_t arm : possible_arms(choice.subject, bands, frame)) {
    if (arm < choice.arms.size()) {
      possible.push_back(value(choice.arms[arm].result, frame));
    } else {
      Value none = value(choice.arms[0].result, frame);
      none.known = false;
      none.faults = 0;
      possible.push_back(none);
    }
  }
  return agreed(possible, value(choice.subject, frame).faults);
}

Value Evaluator::table(const lang::TableDecl& table, const std::vector<Value>& arguments) {
  const Frame nowhere{nullptr, 0, nullptr, nullptr};
  const std::vector<lang::TableRow>& rows = table_rows_.at(table.name.text);
  const auto holds = [&](const lang::TableRow& row) {
    Value made = truth(true);
    for (std::size_t column = 0; column < row.cells.size(); ++column) {
      const bool asks_missing = std::any_of(rows.begin(), rows.end(), [&](const lang::TableRow& each) {
        return !each.cells.empty() && std::holds_alternative<lang::BandMissing>(each.cells[column].node);
      });
      made = both(made, in_band(row.cells[column], arguments[column], asks_missing, nowhere));
    }
    return made;
  };
  const auto result = [&](const lang::TableRow& row) {
    Value made = as_declared(value(row.result, nowhere), table.result);
    // The result of a table of texts into a picklist is a member.
    if (made.kind == Kind::text && lists_.contains(table.result.name.text)) made = undecided();
    return made;
  };
  if (table.policy == lang::TablePolicy::sum) {
    Wide total = 0;
    Value has_match = truth(false);
    Value open = truth(true);
    for (const lang::TableRow& row : rows) {
      const Value matches = row.cells.empty() ? negation(has_match) : holds(row);
      const Value points = result(row);
      has_match = either(has_match, matches);
      if (matches.is_yes()) total += points.number;
      if (!matches.known && points.number != 0) open = both(open, matches);
    }
    if (!open.known) {
      Value nothing = missing(Kind::number, open.faults);
      nothing.digits = static_cast<std::uint8_t>(digits_of(table.result));
      return nothing;
    }
    return checked(Kind::number, total, digits_of(table.result));
  }
  std::vector<Value> possible;
  bool is_sure = false;
  std::optional<std::uint8_t> faults;  // of the first row that may or may not match
  for (const lang::TableRow& row : rows) {
    const Value matches = holds(row);
    if (matches.is_no()) continue;
    if (!matches.known && !faults) faults = matches.faults;
    possible.push_back(result(row));
    is_sure = matches.is_yes();
    if (is_sure) break;
  }
  if (rows.empty()) return undecided();
  if (!is_sure) {  // perhaps no row matches at all
    possible.push_back(result(rows[0]));
    possible.back().known = false;
  }
  return agreed(possible, faults.value_or(0));
}

Value Evaluator::grade(const lang::GradeDecl& grade, const Frame& frame) {
  std::optional<std::uint8_t> faults;  // of the first row, then column, that may or may not be taken
  const auto possible = [&](const auto& entries, const auto& condition_of) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::optional<ExprId>& condition = condition_of(entries[i]);
      const Value holds = condition ? value(*condition, frame) : truth(true);
      if (!holds.is_no()) found.push_back(i);
      if (!holds.known && !faults) faults = holds.faults;
      if (holds.is_yes()) break;
    }
    return found;
  };
  const auto rows = possible(grade.rows, [](const auto& each) -> const auto& { return each.condition; });
  std::vector<std::size_t> columns = possible(grade.columns, [](const auto& each) -> const auto& { return each; });
  if (grade.columns.empty()) columns = {0};
  std::vector<Value> labels;
  for (const std::size_t row : rows) {
    for (const std::size_t column : columns) {
      const auto& [list, position] = members_.at(grade.rows[row].cells[column].text);
      labels.push_back(known(Kind::member, position));
      labels.back().list = list;
    }
  }
  return agreed(labels, faults.value_or(0));
}

}  // namespace muster::differ::slow
