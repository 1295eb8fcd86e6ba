// Tables: lookup and decision tables with their policies, and money in another currency.
#include <algorithm>
#include <unordered_set>

#include "compiler/lower/lowerer.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

namespace {

constexpr std::size_t no_column = SIZE_MAX;

// The only cell that looks at its operand, if that one lists values; else no_column.
std::size_t listing_column(const TableRow& row) {
  std::size_t column = no_column;
  for (std::size_t k = 0; k < row.cells.size(); ++k) {
    if (std::holds_alternative<BandAny>(row.cells[k].node)) continue;
    if (column != no_column || !std::holds_alternative<BandValues>(row.cells[k].node)) return no_column;
    column = k;
  }
  return column;
}

// Values of these types are the same exactly where their constants are.
bool has_plain_constants(const Type& type) {
  return type.kind == Kind::text || type.kind == Kind::picklist || type.kind == Kind::integer ||
         type.kind == Kind::date;
}

std::string identity_of(const Constant& constant) {
  return constant.type.kind == Kind::text ? "t" + kernels::fold_text(constant.text) : std::to_string(constant.value);
}

}  // namespace

// Where the author says what becomes of a missing value, the other cells of that column do not hold for one.
ValueId Lowerer::table_cell(const Band& cell, Extent operand, const Type& type, bool column_says_missing) {
  if (std::holds_alternative<BandAny>(cell.node)) return builder_.boolean(true, cell.span);
  const ValueId holds = band_condition(cell, operand, type);
  if (!column_says_missing || std::holds_alternative<BandMissing>(cell.node)) return holds;
  return both(is_settled(operand, cell.span), holds, cell.span);
}

// The rows in the order in which they are tried. Rows that follow one another and only list values of one operand
// become one step for each result, however many they are: a value belongs to the first row that lists it. Where rows
// add up, every row counts; the second row that lists a value with the same result belongs to a step of its own.
std::vector<Lowerer::Step> Lowerer::table_steps(std::uint32_t index, const std::vector<Extent>& operands,
                                                const Type& result_type) {
  const std::vector<Type>& types = policy_.parameter_types.at(index);
  const bool adds_up = std::get<TableDecl>(tree_.declarations[index].node).policy == TablePolicy::sum;
  const auto& [rows, says_missing] = policy_.tables.at(index);
  const auto result_of = [&](const TableRow& row) {
    return convert(lower(row.result), type_of(row.result), result_type, row.span);
  };

  std::vector<Step> steps;
  for (std::size_t at = 0; at < rows.size();) {
    const TableRow& row = *rows[at];
    const std::size_t column = listing_column(row);
    // Of an open count each row is asked on its own, as all bands are.
    if (column != no_column && has_plain_constants(types[column]) && operands[column].is_exact()) {
      std::map<std::pair<Extent, std::size_t>, std::size_t> group_of;  // by result and how often it was there before
      std::map<std::pair<std::string, Extent>, std::size_t> listed;    // with that result, by value
      std::unordered_set<std::string> taken;
      std::vector<std::pair<Step, std::vector<Constant>>> groups;
      for (; at < rows.size() && listing_column(*rows[at]) == column; ++at) {
        const Extent result = result_of(*rows[at]);
        std::unordered_set<std::string> own;  // a value that one row lists twice is there once
        for (ExprId value : std::get<BandValues>(rows[at]->cells[column].node).values) {
          const Constant& constant = policy_.fixed.at(value.index);
          const std::string identity = identity_of(constant);
          if (!own.insert(identity).second || (!taken.insert(identity).second && !adds_up)) continue;
          const std::size_t before = adds_up ? listed[{identity, result}]++ : 0;
          const auto [group, is_new] = group_of.try_emplace({result, before}, groups.size());
          if (is_new) groups.push_back({{{}, result, rows[at]->span}, {}});
          groups[group->second].second.push_back(constant);
        }
      }
      for (auto& [step, values] : groups) {
        step.condition = is_in(operands[column], types[column], values, step.span);
        if (says_missing[column])
          step.condition = both(is_settled(operands[column], step.span), step.condition, step.span);
        steps.push_back(step);
      }
      continue;
    }
    std::vector<ValueId> cells;
    for (std::size_t k = 0; k < row.cells.size(); ++k)
      cells.push_back(table_cell(row.cells[k], operands[k], types[k], says_missing[k]));
    ValueId condition = builder_.add(Op::and_, truth(), cells, 0, row.span);
    if (adds_up && row.cells.empty()) {  // `otherwise` counts where none of the others does
      std::vector<ValueId> others{builder_.boolean(false, row.span)};
      for (const Step& step : steps) others.push_back(step.condition);
      condition = negated(builder_.add(Op::or_, truth(), others, 0, row.span), row.span);
    }
    steps.push_back({condition, result_of(row), row.span});
    ++at;
  }
  return steps;
}

Extent Lowerer::lower_table(ExprId id, const Call& call) {
  const std::uint32_t index = policy_.info(id).index;
  const auto& table = std::get<TableDecl>(tree_.declarations[index].node);
  const Type& type = policy_.declaration_types.at(index);
  const Span place = span(id);
  std::vector<Extent> operands;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    operands.push_back(
        convert(lower(call.arguments[i]), type_of(call.arguments[i]), policy_.parameter_types.at(index)[i], place));
  }
  const auto key = std::pair(InSpace{space().index, index}, operands);
  auto& tables = known_.tables[mode_index()];
  if (const auto found = tables.find(key); found != tables.end()) return found->second;

  const auto steps = in_space(space(), [&] { return table_steps(index, operands, type); });
  bool may_stay = false;
  for (std::size_t k = 0; k < call.arguments.size(); ++k)
    may_stay =
        may_stay || (!policy_.tables.at(index).asks_for_missing[k] && may_stay_open(call.arguments[k], operands[k]));
  Extent result;
  if (table.policy == TablePolicy::sum) {
    result = sum_of_steps(steps, type, place, may_stay);
  } else {
    // `unique`: the checker has seen that no two rows hold together, so the first one is the only one. Where all is
    // known, it is known what matches.
    result = first_that_holds({.list = steps,
                               .leave_none_out = !policy_.declaration_may_be_missing.at(index),
                               .are_asked_alone = policy_.info(id).may_be_missing || mode_ == Mode::possible,
                               .may_stay_open = may_stay},
                              type, place);
  }
  tables.emplace(key, result);
  return result;
}

// What all rows give that hold.
Extent Lowerer::sum_of_steps(const std::vector<Step>& steps, const Type& type, Span place, bool may_stay) {
  const Extent nothing = exactly(builder_.constant(type, 0, place));
  std::vector<ValueId> lows;
  std::vector<ValueId> highs;
  bool exact_all = true;
  for (const Step& step : steps) {
    const Extent earned = select(step.condition, step.result, nothing, type, step.span, may_stay);
    exact_all = exact_all && earned.is_exact();
    lows.push_back(earned.low);
    highs.push_back(earned.high);
  }
  const std::vector<std::int64_t> ones(lows.size(), 1);
  if (exact_all) return exactly(builder_.sum(type, lows, ones, place));
  const std::int64_t weights = builder_.weights(ones);
  return {builder_.add(Op::saturating_sum, type, lows, weights, place),
          builder_.add(Op::saturating_sum, type, highs, weights, place)};
}

// An amount in another currency, at the rate of the day that `rates ... at` names for the subject. Missing where there
// is no rate yet, and for rows that belong to no subject, such as companies. Precondition: the checker has seen that
// there is a table of rates from the one currency to the other.
ValueId Lowerer::convert_money(ValueId amount, const Type& from, const Type& to, Span place) {
  const auto table = std::find_if(program_.rates.begin(), program_.rates.end(), [&](const RateTable& each) {
    return each.from == from.currency && each.to == to.currency;
  });
  const auto declaration =
      std::find_if(tree_.declarations.begin(), tree_.declarations.end(),
                   [](const Declaration& each) { return std::holds_alternative<RatesDecl>(each.node); });
  std::vector<SpaceId> path;  // from the subject to the present rows
  for (SpaceId at = space(); program_.spaces[at].link != Link::root; at = program_.spaces[at].parent)
    path.push_back(at);
  const bool is_subjects =
      std::all_of(path.begin(), path.end(), [&](SpaceId at) { return program_.spaces[at].link == Link::many; });
  if (table == program_.rates.end() || declaration == tree_.declarations.end() || !is_subjects)
    return builder_.missing(to, place);
  const ExprId at = std::get<RatesDecl>(declaration->node).at;
  ValueId day = in_space(root(), [&] {
    const ValueId moment = exact(at);
    if (type_of(at).kind == Kind::date) return moment;
    return builder_.add(Op::date_of_instant, {.kind = Kind::date}, {moment}, 0, span(at));
  });
  for (auto rows = path.rbegin(); rows != path.rend(); ++rows) day = builder_.to_rows(day, *rows, place);
  return builder_.add(Op::convert_money, to, {amount, day}, table - program_.rates.begin(), place);
}

}  // namespace muster::compiler
