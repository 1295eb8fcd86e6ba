// Windows in time, the age of evidence, and what sort of evidence a value is.
#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {

using namespace lang;

namespace {

constexpr std::uint32_t most_months = 12'000;
constexpr std::uint32_t most_days = 366'000;

// How many of a unit make about a thousand years, beyond which a window is a slip.
std::uint32_t most_of(CalendarUnit unit) {
  switch (unit) {
    case CalendarUnit::day:
      return most_days;
    case CalendarUnit::week:
      return most_days / 7;
    case CalendarUnit::month:
      return most_months;
    case CalendarUnit::quarter:
      return most_months / 3;
    case CalendarUnit::year:
      return most_months / 12;
  }
  return most_days;
}

}  // namespace

void Checker::check_length(ExprId duration, const Type& subject, std::string_view what) {
  const Type type = policy_.type_of(duration);
  if (type.kind == Kind::poison) return;
  if (type.kind != Kind::duration) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(duration), "a length of time such as `30 days`", words(type));
    return;
  }
  const auto value = require_constant(duration, what);
  if (!value) return;
  if (value->value <= 0) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(duration), "a length of time above zero", source_text(duration));
  }
  if (subject.kind == Kind::date && value->value % kernels::microseconds_per_day != 0) {
    diagnostics_.emit<DiagnosticId::below_a_day>(span(duration));
  }
}

void Checker::check_window_end(ExprId id, const Type& subject) {
  const Type type = check(id);
  if (type.kind == Kind::poison) return;
  if (type.kind != Kind::date && type.kind != Kind::datetime) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(id), "a date or a moment", words(type));
  } else if (subject.kind == Kind::date && type.kind == Kind::datetime) {
    diagnostics_.emit<DiagnosticId::not_comparable>(span(id), words(subject), words(type)).fix =
        "take the day of the moment first: `date_of(...)`";
  }
}

void Checker::require_order(ExprId low, ExprId high) {
  const auto from = constant(low);
  const auto to = constant(high);
  if (!from || !to || from->type.kind != to->type.kind) return;
  if (kernels::compare(from->value, from->type.digits, to->value, to->type.digits) > 0) {
    diagnostics_.emit<DiagnosticId::bounds_reversed>(join(span(low), span(high)), source_text(low), source_text(high));
  }
}

void Checker::check_window(const Window& window, const Type& subject, bool& may_be_missing) {
  const auto counted = [&](std::uint32_t count, CalendarUnit unit) {
    if (count == 0) {
      diagnostics_.emit<DiagnosticId::not_above_zero>(window.span, "the length of a window");
    } else if (count > most_of(unit)) {
      diagnostics_.emit<DiagnosticId::wrong_type>(window.span, "a window of no more than a thousand years",
                                                  std::string(sources_.text(window.span)));
    }
  };
  std::visit(Overloaded{[&](const LastDuration& last) {
                          check(last.duration);
                          check_length(last.duration, subject, "the length of a window");
                        },
                        [&](const LastMonths& last) { counted(last.count, last.unit); },
                        [&](const LastCalendar& last) { counted(last.count, last.unit.unit); },
                        [&](const Since& since) {
                          check_window_end(since.from, subject);
                          may_be_missing = may_be_missing || may_miss(since.from);
                        },
                        [&](const Between& between) {
                          check_window_end(between.from, subject);
                          check_window_end(between.to, subject);
                          may_be_missing = may_be_missing || may_miss(between.from) || may_miss(between.to);
                          require_order(between.from, between.to);
                        }},
             window.node);
}

Type Checker::check_in_window(ExprId id, const InWindow& window) {
  Type type = check(window.value);
  bool may = may_miss(window.value);
  if (type.kind != Kind::date && type.kind != Kind::datetime && type.kind != Kind::poison) {
    const bool is_last =
        !std::holds_alternative<Since>(window.window.node) && !std::holds_alternative<Between>(window.window.node);
    Diagnostic& message = diagnostics_.emit<DiagnosticId::wrong_type>(
        span(window.value), is_last ? "a date or a moment before `in last`" : "a date or a moment before the window",
        words(type));
    const auto* between = std::get_if<Between>(&window.window.node);
    if (between != nullptr && (is_number(type.kind) || type.kind == Kind::money)) {
      // A range is meant; its ends are looked at when it is written as one.
      message.fix = fmt::format("write `{} in {} to {}`: `between` is about time", source_text(window.value),
                                source_text(between->from), source_text(between->to));
      info(id).may_be_missing = may;
      return boolean();
    }
    type = poison();
  }
  check_window(window.window, type, may);
  info(id).may_be_missing = may;
  return boolean();
}

std::optional<FieldPlace> Checker::field_in(ExprId id) const {
  id = without_parentheses(tree_, id);
  const auto place = policy_.field_places.find(id.index);
  return place == policy_.field_places.end() ? std::nullopt : std::optional(place->second);
}

Type Checker::check_known_within(ExprId id, const KnownWithin& test) {
  const Type type = check(test.operand);
  check(test.duration);
  info(id).may_be_missing = true;
  if (type.kind == Kind::poison) return boolean();
  const auto place = field_in(test.operand);
  Type date;
  if (place) {
    const ObjectSchema& object = policy_.schema.objects[place->object];
    if (const auto dated = object.fields[place->field].dated_by) date = object.fields[*dated].type;
  }
  if (date.kind == Kind::poison) {
    const bool is_reported = place && symbols_.objects()[place->object].fields[place->field].field->dated_by;
    if (!is_reported) {
      Diagnostic& message =
          diagnostics_.emit<DiagnosticId::no_date_of_value>(span(test.operand), source_text(test.operand));
      if (!place) message.fix = "ask it about a field that has `dated by`";
    }
  }
  check_length(test.duration, date, "the age of a value");
  return boolean();
}

Type Checker::check_evidence(ExprId id, const EvidenceTest& test) {
  const Type type = check(test.operand);
  info(id).may_be_missing = may_miss(test.operand);
  if (type.kind == Kind::poison) return boolean();
  const bool is_claim = test.evidence == Evidence::claimed || test.evidence == Evidence::verified;
  const auto place = field_in(test.operand);
  const Field* field = place ? symbols_.objects()[place->object].fields[place->field].field : nullptr;
  const bool is_said = field != nullptr &&
                       (is_claim ? field->claim != Claim::none || field->verified_by : field->source != Source::none);
  if (!is_said) {
    const char* const word = test.evidence == Evidence::claimed     ? "claimed"
                             : test.evidence == Evidence::verified  ? "verified"
                             : test.evidence == Evidence::explicit_ ? "explicit"
                                                                    : "implicit";
    Diagnostic& message =
        diagnostics_.emit<DiagnosticId::no_evidence>(span(test.operand), source_text(test.operand), word);
    message.fix = field == nullptr ? "ask it about a field"
                  : is_claim       ? "write `claimed`, `verified` or `verified by` and a bool field behind the field"
                                   : "write `source explicit` or `source implicit` behind the field";
    return boolean();
  }
  if (is_claim && field->verified_by) info(id).may_be_missing = true;
  return boolean();
}

}  // namespace muster::compiler
