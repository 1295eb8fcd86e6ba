// Windows in time (section 4, number 18), of rows and of values, and the age of evidence (number 20).
#include "compiler/lower/lowerer.h"
#include "lang/syntax/parentheses.h"

namespace muster::compiler {

using namespace lang;

namespace {

constexpr std::int64_t months_per_quarter = 3;
constexpr std::int64_t months_per_year = 12;

std::int64_t months_in(CalendarUnit unit) {
  switch (unit) {
    case CalendarUnit::quarter:
      return months_per_quarter;
    case CalendarUnit::year:
      return months_per_year;
    case CalendarUnit::day:
    case CalendarUnit::week:
    case CalendarUnit::month:
      return 1;
  }
  return 1;
}

}  // namespace

std::int64_t Lowerer::calendar_code(const Calendar& unit) const {
  return static_cast<std::int64_t>(unit.unit) | (std::int64_t{unit.week_starts} << 3);
}

ValueId Lowerer::last_edge(const WindowEdge& edge, Span place) {
  const Type type{.kind = edge.of_days ? Kind::date : Kind::datetime};
  return builder_.add(Op::window_edge, type, {}, builder_.window(edge), place);
}

ValueId Lowerer::window_edge(const Window& window, bool of_days) {
  return std::visit(Overloaded{[&](const LastDuration& last) {
                                 std::int64_t length = policy_.fixed.at(last.duration.index).value;
                                 if (of_days) length /= kernels::microseconds_per_day;
                                 return last_edge({EdgeKind::duration, length, {}, of_days}, window.span);
                               },
                               [&](const LastMonths& last) {
                                 return last_edge({EdgeKind::months, last.count * months_in(last.unit), {}, of_days},
                                                  window.span);
                               },
                               [&](const LastCalendar& last) {
                                 return last_edge({EdgeKind::calendar, last.count, last.unit, of_days}, window.span);
                               },
                               [](const Since&) { return ValueId{}; }, [](const Between&) { return ValueId{}; }},
                    window.node);
}

ValueId Lowerer::compare_times(CompareOp op, Extent left, const Type& left_type, Extent right, const Type& right_type,
                               Span place) {
  const Type day{.kind = Kind::date};
  const Type moment{.kind = Kind::datetime};
  const auto each = [](Extent extent, const auto& f) { return Extent{f(extent.low), f(extent.high), extent.fault}; };
  if (left_type.kind == Kind::datetime && right_type.kind == Kind::date) {
    // The day's first moment, or the next day's: a fixed day is turned into a moment once, not each row into a day.
    const bool next = op == CompareOp::greater || op == CompareOp::less_equal;
    const Extent edge = each(right, [&](ValueId end) {
      if (next) end = builder_.sum(day, std::vector{end, builder_.constant(whole_number(), 1, place)}, {1, 1}, place);
      return builder_.add(Op::instant_of_date, moment, {end}, 0, place);
    });
    const bool above = op == CompareOp::greater || op == CompareOp::greater_equal;
    return compare(above ? CompareOp::greater_equal : CompareOp::less, left, moment, edge, moment, place);
  }
  if (left_type.kind == Kind::date && right_type.kind == Kind::datetime) {
    const Extent edge =
        each(right, [&](ValueId end) { return builder_.add(Op::date_of_instant, day, {end}, 0, place); });
    return compare(op, left, day, edge, day, place);
  }
  return compare(op, left, left_type, right, right_type, place);
}

ValueId Lowerer::is_within(Extent value, const Type& type, const Window& window, std::optional<SpaceId> rows) {
  const Span place = window.span;
  const bool of_days = type.kind == Kind::date;
  std::vector<ValueId> sides;
  const auto side = [&](CompareOp op, ExprId bound) {
    Extent end = lower(bound);
    const Type& bound_type = type_of(bound);
    if (!rows) {
      sides.push_back(compare_times(op, value, type, end, bound_type, place));
      return;
    }
    end = {builder_.to_rows(end.low, *rows, place), builder_.to_rows(end.high, *rows, place)};
    sides.push_back(among(*rows, [&] { return compare_times(op, value, type, end, bound_type, place); }));
  };
  const auto not_later = [&] {
    // Rows after the evaluation are left out when they are read; a field may lie in the future.
    if (rows) return;
    const ValueId end = builder_.add(of_days ? Op::as_of_day : Op::as_of_instant, type, {}, 0, place);
    sides.push_back(compare(CompareOp::less_equal, value, type, exactly(end), type, place));
  };
  if (const auto* since = std::get_if<Since>(&window.node)) {
    side(CompareOp::greater_equal, since->from);
    not_later();
  } else if (const auto* range = std::get_if<Between>(&window.node)) {
    side(CompareOp::greater_equal, range->from);
    side(CompareOp::less_equal, range->to);
  } else {
    const ValueId edge = window_edge(window, of_days);
    sides.push_back(compare(CompareOp::greater_equal, value, type, exactly(edge), type, place));
    not_later();
  }
  return all_of(sides, place);
}

ValueId Lowerer::lower_in_window(ExprId, const InWindow& test) {
  return is_within(lower(test.value), type_of(test.value), test.window, std::nullopt);
}

ValueId Lowerer::lower_known_within(ExprId id, const KnownWithin& test) {
  const Span place = span(id);
  const ExprId operand = without_parentheses(tree_, test.operand);
  const ValueId known = is_settled(lower(operand), place);
  const ExprInfo& own = policy_.info(operand);
  Type type;
  const Extent learned = at_path(operand, [&] {
    if (own.meaning != Meaning::field || !object().fields[own.index].dated_by)
      return exactly(builder_.missing({.kind = Kind::datetime}, place));
    const std::uint32_t dated = *object().fields[own.index].dated_by;
    type = object().fields[dated].type;
    return exactly(column(dated, place));
  });
  return both(known, is_within(learned, type, {place, LastDuration{test.duration}}, std::nullopt), place);
}

}  // namespace muster::compiler
