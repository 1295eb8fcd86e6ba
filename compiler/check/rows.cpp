// What is asked about rows: whether there are any, how many, and what they add up to.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "compiler/check/checker.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {

using namespace lang;

const FieldSchema* Checker::time_of(std::uint32_t object) const {
  const ObjectSchema& schema = policy_.schema.objects[object];
  return schema.time ? &schema.fields[*schema.time] : nullptr;
}

void Checker::require_time(std::uint32_t object, Span place) {
  // A field in text that could not be read may well have been it.
  if (time_of(object) != nullptr || symbols_.is_broken("time")) return;
  const std::vector<FieldNames>& fields = symbols_.objects()[object].fields;
  if (std::any_of(fields.begin(), fields.end(), [](const FieldNames& each) { return each.field->time; })) return;
  diagnostics_.emit<DiagnosticId::no_time>(place, object_name(object));
}

void Checker::report_no_rows(const Rows& rows, const RowsReach& reached) {
  const Name& source = rows.source;
  const std::uint32_t object = inner_object();
  if (source.text.empty() || object == no_object || symbols_.is_broken(source.text)) return;
  switch (reached.outcome) {
    case RowsReach::Outcome::found:  // of an object that does not exist, which has been reported
      return;
    case RowsReach::Outcome::several: {
      std::string choices;
      for (const std::string& name : reached.candidates) choices += (choices.empty() ? "`" : " or `") + name + "`";
      diagnostics_.emit<DiagnosticId::ambiguous_rows>(source.span, source.text, choices);
      return;
    }
    case RowsReach::Outcome::one_row:
    case RowsReach::Outcome::unknown:
      break;
  }
  Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_rows>(source.span, object_name(object), source.text);
  for (const Relation& relation : symbols_.objects()[object].object->relations) {
    if (relation.many || (relation.name.text != source.text && relation.object.text != source.text)) continue;
    message.fix = fmt::format("there is one for each: name a field of it, such as `{0}.name`, or ask `{0} is known`",
                              relation.name.text);
    return;
  }
  for (const Relation& relation : symbols_.objects()[object].object->relations) {
    const std::uint32_t other = symbols_.find_object(relation.object.text);
    if (relation.many || reach_rows(symbols_, other, source.text).outcome != RowsReach::Outcome::found) continue;
    message.fix = fmt::format(
        "they are rows of {0}: give what you ask about them a name with `for {0}`, and read it as `{1}.` "
        "and that name",
        object_name(other), relation.name.text);
    return;
  }
  for (std::size_t up = 1; up < scopes_.size(); ++up) {
    const std::uint32_t outer = scopes_[scopes_.size() - 1 - up].object;
    if (reach_rows(symbols_, outer, source.text).outcome != RowsReach::Outcome::found) continue;
    message.fix =
        fmt::format("they are rows of {}: give what you ask about them a name outside with `let`", object_name(outer));
    return;
  }
  const Reach value = reach(symbols_, scopes_, {source});
  if (value.failure == Failure::none && value.meaning != Meaning::none && value.meaning != Meaning::broken) {
    message.fix = fmt::format("for a number write how much of it counts: `per 1 {}`", source.text);
    return;
  }
  if (!may_suggest()) return;
  std::vector<std::string> names;
  for (const Relation& relation : symbols_.objects()[object].object->relations) {
    if (!relation.many) continue;
    names.push_back(relation.name.text);
    const std::uint32_t child = symbols_.find_object(relation.object.text);
    if (child == no_object) continue;
    for (const KindDecl* kind : symbols_.objects()[child].kinds) names.push_back(kind->name.text);
  }
  if (const std::string near = did_you_mean(source.text, names); !near.empty())
    message.fix = "did you mean `" + near + "`?";
}

std::optional<RowsInfo> Checker::check_rows(RowsId id, bool needs_time) {
  const Rows& rows = tree_.rows[id];
  reads_rows_ = true;
  const RowsReach reached = reach_rows(symbols_, inner_object(), rows.source.text);
  if (reached.outcome != RowsReach::Outcome::found || reached.object == no_object) {
    report_no_rows(rows, reached);
    return std::nullopt;
  }
  const RowsInfo made{reached.relation, reached.object, reached.kind};
  policy_.rows[id.index] = made;
  known_rows_.insert(id.index);
  if (needs_time || rows.window) require_time(made.object, rows.window ? rows.window->span : rows.span);
  if (rows.window) {
    const FieldSchema* time = time_of(made.object);
    bool may = false;
    check_window(*rows.window, time != nullptr ? time->type : poison(), may);
  }
  if (rows.where) {
    scopes_.push_back({made.object, made.kind});
    check_condition(*rows.where);
    scopes_.pop_back();
  }
  return made;
}

Type Checker::check_row_value(RowsId id, ExprId value) {
  const RowsInfo& rows = policy_.rows[id.index];
  scopes_.push_back({rows.object, rows.kind});
  Type type = check(value);
  scopes_.pop_back();
  if (type.kind == Kind::stage) {
    diagnostics_.emit<DiagnosticId::stage_alone>(span(value));
    type = poison();
  }
  return type;
}

Type Checker::check_rows_test(ExprId id, const RowsTest& test) {
  info(id).may_be_missing = true;
  const Rows& rows = tree_.rows[test.rows];
  if (check_rows(test.rows, false) && test.quantifier == Quantifier::all && !rows.where) {
    diagnostics_.emit<DiagnosticId::all_without_where>(span(id)).fix =
        fmt::format("write `all {} where ...`", rows.source.text);
  }
  return boolean();
}

Type Checker::check_aggregate(ExprId id, const Aggregate& aggregate) {
  info(id).may_be_missing = true;
  const bool orders = aggregate.op == AggregateOp::first || aggregate.op == AggregateOp::last;
  const bool is_count = aggregate.op == AggregateOp::count || aggregate.op == AggregateOp::count_different;
  const Type whole{.kind = Kind::integer};
  if (!check_rows(aggregate.rows, orders)) return is_count ? whole : poison();
  if (!aggregate.value) return whole;
  const ExprId value = *aggregate.value;
  const Type type = check_row_value(aggregate.rows, value);
  if (type.kind == Kind::poison) return is_count ? whole : type;
  const bool adds = is_number(type.kind) || type.kind == Kind::money || type.kind == Kind::duration;
  const auto refuse = [&](std::string_view expected) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(value), expected, words(type));
    return poison();
  };
  switch (aggregate.op) {
    case AggregateOp::count:
      return whole;
    case AggregateOp::count_different:
      if (type.kind == Kind::boolean) {
        refuse("a value to tell rows apart by");
      }
      return whole;
    case AggregateOp::sum:
      return adds ? type : refuse("numbers to add up");
    case AggregateOp::min:
    case AggregateOp::max:
      if (adds || type.kind == Kind::date || type.kind == Kind::datetime) return type;
      diagnostics_
          .emit<DiagnosticId::no_order>(span(value), words(type),
                                        aggregate.op == AggregateOp::min ? "min of" : "max of")
          .fix = "use a number or a date, or `first of` and `last of`, which go by time";
      return poison();
    case AggregateOp::average: {
      if (!adds) return refuse("numbers to take the average of");
      Type average = type;
      if (type.kind == Kind::integer) average.kind = Kind::decimal;
      if (type.kind != Kind::duration) average.digits = static_cast<std::uint8_t>(quotient_digits);
      return average;
    }
    case AggregateOp::first:
    case AggregateOp::last:
      return type;
  }
  return poison();
}

Type Checker::check_days_of(ExprId id, const DaysOf& days) {
  info(id).may_be_missing = true;
  check_rows(days.rows, true);
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  if (days.together) {
    std::visit(Overloaded{[&](const ApartAtMost& apart) {
                            const Type date{.kind = Kind::date};
                            check(apart.duration);
                            check_length(apart.duration, date, "the length of the period");
                            if (const auto length = constant(apart.duration);
                                length && length->value >= kernels::microseconds_per_day) {
                              most = length->value / kernels::microseconds_per_day;
                              if (apart.included && most < std::numeric_limits<std::int64_t>::max()) ++most;
                            }
                          },
                          [&](const InOneCalendar& period) {
                            switch (period.unit.unit) {
                              case CalendarUnit::day:
                                most = 1;
                                break;
                              case CalendarUnit::week:
                                most = 7;
                                break;
                              case CalendarUnit::month:
                                most = 31;
                                break;
                              case CalendarUnit::quarter:
                                most = 92;
                                break;
                              case CalendarUnit::year:
                                most = 366;
                                break;
                            }
                          }},
               *days.together);
  }
  if (days.least == 0 || days.least > most) {
    Diagnostic& message = diagnostics_.emit<DiagnosticId::count_out_of_range>(
        span(id), days.least, days.together ? fmt::format("{} days", most) : std::string("all days"));
    message.fix = "ask for at least 1 day, and for no more than the period has";
  }
  return boolean();
}

}  // namespace muster::compiler
