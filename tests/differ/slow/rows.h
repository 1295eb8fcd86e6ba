// Windows of time, and child rows: which of them count, and what is asked about them.
// May include: tests/differ/slow. Called by: tests/differ/slow.
#pragma once

#include <set>

#include "tests/differ/slow/stage.h"

namespace muster::differ::slow {

// Of a window, both included.
inline std::pair<Value, Value> edges(const Window& window, Kind kind, const Frame& frame) {
  const Evaluator& in = frame.in;
  const Value now = in.now(kind);
  const std::int64_t today = in.now(Kind::date).number();
  const auto first_of = [&](std::int64_t day) { return in.in_kind(known(Kind::date, day), kind); };
  Value to = now;
  const Overloaded work_out{
      [&](const LastDuration& last) {
        return now.with(now.least - value(last.duration, frame).least / unit_of(kind) + 1);
      },
      [&](const LastMonths& last) {  // the same local time of that day, itself left out
        const std::int64_t day = months_before(today, std::int64_t{last.count} * months_of(last.unit));
        const std::int64_t of_day = local_of(in.now(Kind::moment).number(), *in.zone) - today * microseconds_of_day;
        return now.with((kind == Kind::date ? day : instant_of(day, of_day, *in.zone)) + 1);
      },
      [&](const LastCalendar& last) { return first_of(first_of_unit(today, last.unit, std::int64_t{last.count} - 1)); },
      [&](const Since& since) { return in.in_kind(value(since.from, frame), kind); },
      [&](const Between& between) {
        to = value(between.to, frame);
        if (to.kind != kind && to.known()) to = now.with(first_of(to.number() + 1).least - 1);
        return in.in_kind(value(between.from, frame), kind);
      },
  };
  return {std::visit(work_out, window.node), to};  // from left to right: `between` says both
}

inline Value in_window(const Window& window, const Value& time, const Frame& frame) {
  const auto [from, to] = edges(window, time.kind, frame);
  return both(compared(CompareOp::greater_equal, time, from), compared(CompareOp::less_equal, time, to));
}

// ---- which rows count

struct Selected {
  const DataRow* row;
  Value counts, at;
  std::string_view key;
};
struct Selection {
  std::uint32_t object = 0;
  bool is_given = true;        // false: nothing is known about such rows
  bool is_complete = true;     // false: there may be rows that nobody saw
  std::vector<Selected> rows;  // none that surely does not count; by time, those without one first, then by key
};
// While a rule is worked out: its `restart after` and those around it. Only what came after all such rows counts.
struct Restart {
  Selection rows;
  const Restart* around;
};

// `tracked since` and `only when` say where rows could be seen: the consent is there, and the window does not begin
// before the first day.
inline bool was_seen(const Relation& relation, const Rows& rows, const Frame& frame) {
  if (!holds(relation.tracked_only_when, frame).is_yes()) return false;
  if (!relation.tracked_since) return true;
  if (!rows.window) return false;
  const Value since = frame.in.in_kind(value(*relation.tracked_since, frame), Kind::moment);
  return compared(CompareOp::greater_equal, edges(*rows.window, Kind::moment, frame).first, since).is_yes();
}

// Yes if it holds for each row that counts.
Value holds_for_all(const Selection& rows, auto condition) {
  const Value made =
      all_hold(rows.rows, [&](const Selected& row) { return either(negation(row.counts), condition(row)); });
  return rows.is_complete ? made : both(made, undecided());
}

// Rows that count, or may count: of the kind, not ignored, after the lead was sent back, in the window, `where` holds.
inline Selection select(RowsId id, const Frame& frame, bool with_where = true) {
  const Rows& rows = frame.in.tree.rows[id];
  const auto kind = frame.in.words.find(rows.source.text);
  const bool is_kind = kind != frame.in.words.end();
  const std::string_view source = is_kind ? kind->second.list : rows.source.text;
  const std::vector<RelationShape>& relations = frame.in.sample.shapes[frame.object].relations;
  Selection found;
  found.object = std::ranges::find(relations, source, &RelationShape::name)->object;
  for (const Relation& each : frame.in.objects[frame.object].decl->relations) {
    if (each.name.text == source) found.is_complete = was_seen(each, rows, frame);
  }
  if (!frame.in.sample.given[found.object] || frame.row == nullptr) {
    found.is_complete = found.is_given = false;
    return found;
  }
  const std::string_view object = frame.in.sample.shapes[found.object].name;
  const Field* time = frame.in.field_that(found.object, &Field::time);
  const Field* key = frame.in.field_that(found.object, &Field::key);
  const Field* kind_field = frame.in.field_that(found.object, &Field::kinds_span);
  for (const DataRow& row : frame.row->below) {
    if (row.object != found.object) continue;
    const Frame inside = frame.below(row);
    Value counts = truth(true);
    if (is_kind) counts = compared(CompareOp::equal, field(kind_field->name.text, inside), kind->second);
    if (counts.is_no()) continue;
    const Value at = time == nullptr ? of_kind(Kind::moment) : field(time->name.text, inside);
    if (is_surely_less(frame.in.now(at.kind), at)) continue;  // it has not happened
    counts = both(counts, all_hold(frame.in.ignores, [&](const IgnoreDecl* ignore) {
                    const bool is_about = ignore->object && ignore->object->text == object;
                    return is_about ? negation(value(ignore->condition, inside)) : truth(true);
                  }));
    for (const Restart* each = frame.restart; each != nullptr && time != nullptr; each = each->around) {
      counts = both(counts, holds_for_all(each->rows, [&](const Selected& before) {
                      return compared(CompareOp::greater, at, frame.in.in_kind(before.at, at.kind));
                    }));
    }
    if (frame.object == 0 && time != nullptr) counts = both(counts, behaviour_counts(at, frame.in));
    if (rows.window) counts = both(counts, in_window(*rows.window, at, frame));
    if (with_where && !counts.is_no()) counts = both(counts, holds(rows.where, inside));
    if (counts.is_no()) continue;
    found.rows.push_back({&row, counts, at, key == nullptr ? "" : field(key->name.text, inside).text});
  }
  std::ranges::stable_sort(found.rows, {}, [](const Selected& each) { return std::tuple(each.at.least, each.key); });
  return found;
}

// ---- what is asked about them

inline Value rows_test(const RowsTest& test, const Frame& frame) {
  if (test.quantifier == Quantifier::all) {  // whatever is in the window must pass `where`
    const std::optional<ExprId>& where = frame.in.tree.rows[test.rows].where;
    const Selection found = select(test.rows, frame, false);
    return holds_for_all(found, [&](const Selected& row) { return holds(where, frame.below(*row.row)); });
  }
  const Value none = holds_for_all(select(test.rows, frame), [](const Selected&) { return truth(false); });
  return test.quantifier == Quantifier::any ? negation(none) : none;
}

// Whether it is known and none of them.
inline bool add_different(const Value& value, std::vector<Value>& seen) {
  const auto is_same = [&](const Value& other) { return same(value, other); };
  if (!value.known() || std::ranges::any_of(seen, is_same)) return false;
  seen.push_back(value);
  return true;
}

inline Value aggregate(const Aggregate& fold, const Frame& frame) {
  const Selection found = select(fold.rows, frame);
  const auto count = std::ssize(found.rows);
  const auto sure = std::ranges::count_if(found.rows, &Value::is_yes, &Selected::counts);
  const auto counted = [&](Wide least, Wide most) {
    const Value none = of_kind(Kind::number);
    return found.is_given ? none.between(least, found.is_complete ? most : without_end) : none;
  };
  if (fold.op == AggregateOp::count) return counted(sure, count);

  const auto& ref = *frame.in.node<NameRef>(*fold.value);
  Value type = name(ref, {frame.in, nullptr, found.object, &frame}).missing();  // known although there may be no row
  if (fold.op == AggregateOp::average && type.kind == Kind::number) type.digits = 4;
  const auto values = each_of(found.rows, [&](const auto& row) { return name(ref, frame.below(*row.row)); });
  if (fold.op == AggregateOp::count_different) {
    std::vector<Value> different, surely_different;
    for (std::size_t i = 0; i < values.size(); ++i) {
      add_different(values[i], different);
      if (found.rows[i].counts.is_yes()) add_different(values[i], surely_different);
    }
    // A blank may be one more value, one of those that are there, or none.
    const auto blanks = std::ranges::count_if(values, [](const Value& each) { return !each.known(); });
    return counted(std::ssize(surely_different), std::ssize(different) + blanks);
  }
  const bool is_settled = found.is_complete && sure == count;
  if (fold.op == AggregateOp::first || fold.op == AggregateOp::last) {
    if (!is_settled || values.empty() || !found.rows.front().at.known()) return type;
    const Value end = (fold.op == AggregateOp::first ? found.rows.front() : found.rows.back()).at;
    std::vector<Value> there;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (same(found.rows[i].at, end)) there.push_back(values[i]);
    }
    // Of that moment the row with the smallest key; without keys all of it must say the same.
    const bool is_one = frame.in.field_that(found.object, &Field::key) != nullptr || there.size() == 1;
    const auto says_it = [&](const Value& each) { return same(there[0], each) && there[0].text == each.text; };
    return is_one || std::ranges::all_of(there, says_it) ? there[0] : type;
  }
  Wide total = 0;
  unsigned faults = 0;
  for (const Value& each : values) {
    total += each.least;
    faults |= each.faults;
  }
  if (!is_settled || !std::ranges::all_of(values, &Value::known)) return type.missing(faults);
  if (fold.op == AggregateOp::sum) return type.with(total);
  if (values.empty()) return type;
  if (fold.op == AggregateOp::min) return *std::ranges::min_element(values, is_surely_less);
  if (fold.op == AggregateOp::max) return *std::ranges::max_element(values, is_surely_less);
  return type.with(rounded(total * ten_to(type.digits), count * ten_to(values[0].digits)));
}

inline Value days_of(const DaysOf& test, const Frame& frame) {
  const Selection found = select(test.rows, frame);
  const auto is_near = [&](std::int64_t first, std::int64_t other) {
    const auto* apart = test.together ? std::get_if<ApartAtMost>(&*test.together) : nullptr;
    const auto* one = test.together ? std::get_if<InOneCalendar>(&*test.together) : nullptr;
    if (one != nullptr) return first_of_unit(first, one->unit) == first_of_unit(other, one->unit);
    if (apart == nullptr) return true;
    const Wide days = value(apart->duration, frame).least / microseconds_of_day;
    return other >= first && other - first < days + (apart->included ? 1 : 0);
  };
  const auto most = [&](bool with_possible) {
    std::set<std::int64_t> days;
    std::ptrdiff_t untimed = 0;  // each may be a day more
    for (const Selected& row : found.rows) {
      if (!with_possible && !row.counts.is_yes()) continue;
      if (row.at.known()) days.insert(frame.in.in_kind(row.at, Kind::date).number());
      if (!row.at.known() && with_possible) ++untimed;
    }
    const auto together = [&](auto first) { return std::ranges::count_if(days, std::bind_front(is_near, first)); };
    return untimed + (days.empty() ? 0 : std::ranges::max(each_of(days, together)));
  };
  const Value count = of_kind(Kind::number).between(most(false), found.is_complete ? most(true) : without_end);
  return compared(CompareOp::greater_equal, count, known(Kind::number, test.least));
}

}  // namespace muster::differ::slow
