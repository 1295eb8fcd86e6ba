// What child rows come to in the row that they belong to.
#include <algorithm>
#include <limits>

#include "compiler/lower/lowerer.h"

namespace muster::compiler {

using namespace lang;

ValueId Lowerer::lower_rows_test(ExprId id, const RowsTest& test) {
  const Span place = span(id);
  switch (test.quantifier) {
    case Quantifier::any:
      return any_of(rows_of(test.rows), place);
    case Quantifier::none:
      return negated(any_of(rows_of(test.rows), place), place);
    case Quantifier::all: {
      Mask mask = rows_of(test.rows, WhereIs::left_out);
      mask.counts = both(mask.counts, negated(where_of(test.rows, mask.space), place), place);
      return negated(any_of(mask, place), place);
    }
  }
  return builder_.missing(truth(), place);
}

Extent Lowerer::count_of(const Mask& mask, Span place) {
  const auto count = [&](ValueId counts) {
    return builder_.fold(Op::count_rows, whole_number(), mask.space, {counts}, 0, place);
  };
  const auto where = [&](ValueId condition, ValueId value) {
    return pick(condition, value, builder_.missing(whole_number(), place), whole_number(), place);
  };
  // Folds select the rows that are yes. Where only some rows can have been seen, those are the least; without the file
  // nothing is known about any row.
  const ValueId low = where(mask.given, count(mask.counts));
  return {low, where(mask.seen, count(possibly(mask.counts, place)))};
}

ValueId Lowerer::average_of(ValueId sum, ValueId count, const Type& sum_type, const Type& type, Span place) {
  // Over no rows the answer is missing and not a division by zero, which would be an issue of the data.
  const ValueId divisor = builder_.add(Op::clamp, whole_number(), {count},
                                       builder_.weights({1, std::numeric_limits<std::int64_t>::max()}), place);
  const int raise = type.digits - sum_type.digits;
  const std::int64_t packed = std::max(0, raise) | (std::max(0, -raise) << 8);
  const ValueId quotient = builder_.add(Op::divide, type, {sum, divisor}, packed, place);
  const ValueId some =
      compare_numbers(CompareOp::greater, count, 0, builder_.constant(whole_number(), 0, place), 0, place);
  return pick(some, quotient, builder_.missing(type, place), type, place);
}

// Rows of one moment without keys that differ in what is read leave the first and the last missing, which is an issue
// of the lead's data (number 13). So it is where one of the rows at that moment has a value, and the result has none.
void Lowerer::add_tie_issue(bool is_first, const Mask& mask, ValueId value, ValueId result, ValueId settled,
                            Span place) {
  if (mode_ != Mode::actual || space() != root()) return;
  const ValueId time = time_of_rows(mask.space, place);
  const Op extreme = is_first ? Op::smallest_row : Op::largest_row;
  const ValueId moment = builder_.fold(extreme, time_type(mask.space), mask.space, {time, mask.counts}, 0, place);
  const ValueId at_moment =
      compare_numbers(CompareOp::equal, time, 0, builder_.to_rows(moment, mask.space, place), 0, place);
  const std::vector<ValueId> has_value{mask.counts, at_moment, is_known(value, place)};
  const ValueId any = builder_.fold(Op::any_rows, truth(), mask.space, {all_of(has_value, place)}, 0, place);
  const ValueId tied = all_of(std::vector<ValueId>{settled, any, negated(is_known(result, place), place)}, place);
  auto& issues = program_.outputs.issues;
  const auto is_same = [&](const LifecycleOutput::Issue& issue) { return issue.condition == tied; };
  if (std::none_of(issues.begin(), issues.end(), is_same))
    issues.push_back({label(place), "rows of one moment differ in it", tied});
}

Extent Lowerer::lower_aggregate(ExprId id, const Aggregate& aggregate) {
  const Span place = span(id);
  const Type& type = type_of(id);
  const Mask mask = rows_of(aggregate.rows);
  if (aggregate.op == AggregateOp::count) return count_of(mask, place);
  const ExprId value_id = *aggregate.value;
  const Type& value_type = type_of(value_id);
  const Extent value = among(mask.space, [&] { return known_ends(lower(value_id), value_type, place); });
  const ValueId counts = mask.counts;
  const auto fold = [&](Op op, const Type& result, std::initializer_list<ValueId> operands) {
    return builder_.fold(op, result, mask.space, operands, 0, place);
  };
  if (aggregate.op == AggregateOp::count_different) {
    // A row without a value may hold one more, or one that is there already.
    const ValueId all = possibly(mask.counts, place);
    const ValueId valued = is_known(value.low, place);
    const ValueId low = fold(Op::count_distinct, type, {value.low, counts});
    const ValueId blanks = fold(Op::count_rows, type, {both(all, negated(valued, place), place)});
    ValueId high = fold(Op::count_distinct, type, {value.low, all});
    if (!builder_.is_never_missing(value.low)) high = builder_.sum(type, std::vector{high, blanks}, {1, 1}, place);
    const ValueId unknown = builder_.missing(type, place);
    const ValueId least = pick(mask.given, low, unknown, type, place);
    const Extent seen{least, pick(mask.seen, high, unknown, type, place)};
    return value.is_exact() ? seen : exactly(unknown);
  }
  const auto answer = [&](ValueId end) {
    switch (aggregate.op) {
      case AggregateOp::sum:
        return convert(fold(Op::sum_rows, value_type, {end, counts}), value_type, type, place);
      case AggregateOp::min:
        return fold(Op::smallest_row, value_type, {end, counts});
      case AggregateOp::max:
        return fold(Op::largest_row, value_type, {end, counts});
      case AggregateOp::average:
        return average_of(fold(Op::sum_rows, value_type, {end, counts}), fold(Op::count_rows, whole_number(), {counts}),
                          value_type, type, place);
      case AggregateOp::first:
      case AggregateOp::last: {
        const bool without_keys = !program_.schema.objects[program_.spaces[mask.space].object].key;
        const Op op = aggregate.op == AggregateOp::first ? Op::first_row : Op::last_row;
        return builder_.fold(op, value_type, mask.space, {end, time_of_rows(mask.space, place), counts},
                             without_keys ? 1 : 0, place);
      }
      case AggregateOp::count:
      case AggregateOp::count_different:
        break;
    }
    return builder_.missing(type, place);
  };
  // Rows that may or may not count leave it open, and so do rows that cannot have been seen (number 4).
  std::vector<ValueId> settled{mask.seen};
  if (!builder_.is_never_missing(mask.counts)) {
    const ValueId open = negated(is_known(mask.counts, place), place);
    settled.push_back(negated(fold(Op::any_rows, truth(), {open}), place));
  }
  const ValueId is_settled_all = all_of(settled, place);
  const auto where_settled = [&](ValueId end) {
    return pick(is_settled_all, answer(end), builder_.missing(type, place), type, place);
  };
  if (value.is_exact()) {
    const ValueId result = where_settled(value.low);
    const bool has_key = program_.schema.objects[program_.spaces[mask.space].object].key.has_value();
    if (!has_key && (aggregate.op == AggregateOp::first || aggregate.op == AggregateOp::last))
      add_tie_issue(aggregate.op == AggregateOp::first, mask, value.low, result, is_settled_all, place);
    return exactly(result);
  }
  return {where_settled(value.low), where_settled(value.high)};
}

ValueId Lowerer::lower_days_of(ExprId id, const DaysOf& days) {
  const Span place = span(id);
  const Mask mask = rows_of(days.rows);
  const ValueId day = day_of_rows(mask.space, place);
  ValueId group = builder_.constant(whole_number(), 0, place);
  std::int64_t span_of_days = 0;  // last day - first day stays below it; 0: no bound
  if (days.together) {
    if (const auto* apart = std::get_if<ApartAtMost>(&*days.together)) {
      span_of_days = policy_.fixed.at(apart->duration.index).value / kernels::microseconds_per_day;
      if (apart->included) ++span_of_days;
    } else {
      const Calendar& unit = std::get<InOneCalendar>(*days.together).unit;
      group = builder_.add(Op::calendar_number, whole_number(), {day}, calendar_code(unit), place);
    }
  }
  const auto most = [&](ValueId counts) {
    return builder_.fold(Op::most_days, whole_number(), mask.space, {day, group, counts}, span_of_days, place);
  };
  const ValueId all = possibly(mask.counts, place);
  // A row without a day may lie on one more.
  const ValueId dayless = builder_.fold(Op::count_rows, whole_number(), mask.space,
                                        {both(all, negated(is_known(day, place), place), place)}, 0, place);
  const ValueId perhaps = builder_.sum(whole_number(), std::vector{most(all), dayless}, {1, 1}, place);
  const ValueId high = pick(mask.seen, perhaps, builder_.missing(whole_number(), place), whole_number(), place);
  return compare(CompareOp::greater_equal, {most(mask.counts), high}, whole_number(),
                 exactly(builder_.constant(whole_number(), days.least, place)), whole_number(), place);
}

}  // namespace muster::compiler
