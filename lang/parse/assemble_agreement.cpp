// Calendars and agreements, put together from what the grammar has recognised.
#include <utility>

#include "lang/parse/builder.h"

namespace muster::lang {

namespace {

constexpr std::int32_t minutes_per_hour = 60;
constexpr std::int32_t minutes_per_day = 24 * minutes_per_hour;
constexpr std::size_t days_per_week = 7;

}  // namespace

// ---- calendars

void Builder::begin_calendar() {
  mark_keyword();
  calendar_decl = {};
}
void Builder::take_weekday(std::size_t day) { last_weekdays.push_back(day); }
void Builder::make_weekday_range() {  // saturday to monday goes over the end of the week
  const std::size_t to = last_weekdays.back();
  last_weekdays.pop_back();
  for (std::size_t day = last_weekdays.back(); day != to;) {
    day = (day + 1) % days_per_week;
    last_weekdays.push_back(day);
  }
}
void Builder::take_plain_day(std::size_t begin, std::size_t end) {
  const Span where = span(begin, end);
  const std::optional<std::int32_t> day = read_day(text.substr(begin, end - begin), where);
  if (!day) throw SyntaxError{end};
  day_ranges.push_back({*day, *day, where});
  count_node(begin);
}
void Builder::take_foreign_day(std::size_t begin, const Foreign& foreign) {
  report_foreign_day(begin, foreign);
  const Span where = span(begin, foreign.end);
  if (foreign.ours.empty()) throw SyntaxError{foreign.end};
  const std::optional<std::int32_t> day = read_day(foreign.ours, where);
  day_ranges.push_back({*day, *day, where});
  count_node(begin);
}
void Builder::make_day_range() {
  const DayRange last = day_ranges.back();
  day_ranges.pop_back();
  DayRange& first = day_ranges.back();
  if (last.from < first.from) emit<DiagnosticId::days_reversed>(last.span, text_of(last.span), text_of(first.span));
  first.to = last.from;
  first.span = span(first.span.begin, last.span.end);
}
void Builder::take_clock(std::string_view written, Span where) {
  const auto hour = static_cast<std::int32_t>(small_number(written.substr(0, 2)));
  const auto minute = static_cast<std::int32_t>(small_number(written.substr(3, 2)));
  const std::int32_t minutes = hour * minutes_per_hour + minute;
  if (minute >= minutes_per_hour || minutes > minutes_per_day) {
    emit<DiagnosticId::no_such_time>(where, written);
    throw SyntaxError{where.end};
  }
  clock_minutes.push_back(minutes);
}
void Builder::finish_hours(Span where) {
  const std::int32_t to = clock_minutes.back();
  clock_minutes.pop_back();
  const std::int32_t from = clock_minutes.back();
  clock_minutes.pop_back();
  if (to <= from) emit<DiagnosticId::hours_reversed>(where, text_of(where));
  open_hours.hours.push_back({from, to, where});
  count_node(where.begin);
}
void Builder::begin_days() { day_ranges.clear(); }
void Builder::begin_open_hours() {
  open_hours = {};
  last_weekdays.clear();
  clock_minutes.clear();
  begin_days();
}
void Builder::finish_open_hours(Span where) {
  open_hours.span = where;
  for (const std::size_t day : last_weekdays) open_hours.weekdays[day] = true;
  open_hours.days = std::exchange(day_ranges, {});
  calendar_decl.open.push_back(std::move(open_hours));
}
void Builder::begin_closed_days() {
  closed_days = {};
  begin_days();
}
void Builder::take_closed_file() { closed_days.file = last_text; }
void Builder::finish_closed_days(Span where) {
  closed_days.span = where;
  closed_days.days = std::exchange(day_ranges, {});
  calendar_decl.closed.push_back(std::move(closed_days));
  count_node(where.begin);
}
void Builder::take_calendar_zone() { calendar_decl.zone = last_text; }
void Builder::finish_calendar() {
  calendar_decl.name = name;
  calendar_decl.title = title;
  finish_declaration(std::move(calendar_decl));
}

// ---- agreements

void Builder::begin_sla() {
  mark_keyword();
  sla = {};
}

// A number of leads, rows or days, which nobody has a thousand million of.
std::uint32_t Builder::counted(std::size_t begin, std::size_t end) {
  constexpr std::size_t most_digits = 9;
  const std::string_view digits = text.substr(begin, end - begin);
  if (digits.size() > most_digits) emit<DiagnosticId::number_out_of_range>(span(begin, end), digits.substr(0, 40));
  return small_number(digits);
}

void Builder::begin_within() { allowed_time = {}; }
void Builder::take_business_days(std::size_t begin, std::size_t end) {
  allowed_time.business_days = counted(begin, end);
}
void Builder::take_length() { allowed_time.duration = pop(); }
void Builder::take_calendar() { allowed_time.calendar = pop(); }
void Builder::take_owner_calendar() { allowed_time.of_owner = true; }
void Builder::finish_within(Span where) {
  allowed_time.span = where;
  count_node(where.begin);
}

void Builder::begin_provides() { promise = Provides{}; }
void Builder::take_provided() { std::get<Provides>(*promise).values.push_back(pop()); }
void Builder::take_passes() { promise = Passes{pop()}; }
void Builder::begin_delivers() { delivers = {}; }
void Builder::take_volume(std::size_t begin, std::size_t end) { delivers.least = counted(begin, end); }
void Builder::take_volume_stage() { delivers.stage = last_name; }
void Builder::take_period() {
  delivers.period = calendar.unit;
  promise = delivers;
}
void Builder::track_weekly() { std::get<Delivers>(*promise).tracked = {CalendarUnit::week, 1}; }
void Builder::track_daily() { std::get<Delivers>(*promise).tracked = {CalendarUnit::day, 1}; }
void Builder::track_monthly() { std::get<Delivers>(*promise).tracked = {CalendarUnit::month, 1}; }
void Builder::mark_once_per_lead() { std::get<Delivers>(*promise).once_per_lead = true; }
void Builder::mark_less_rejected() { std::get<Delivers>(*promise).less_rejected = true; }
void Builder::take_paced_like() { std::get<Delivers>(*promise).paced_like = day_ranges.back(); }
void Builder::take_follows_up() { promise = FollowsUp{allowed_time, {}}; }
void Builder::take_at_the_latest() { std::get<FollowsUp>(*promise).at_the_latest = allowed_time; }
void Builder::begin_makes() { makes = {}; }
void Builder::take_touches_count(std::size_t begin, std::size_t end) { touches_count = counted(begin, end); }
void Builder::take_touches() { makes.touches.push_back({touches_count, last_rows}); }
void Builder::take_makes() {
  makes.within = allowed_time;
  promise = std::move(makes);
}
void Builder::take_updates() { promise = Updates{pop(), allowed_time}; }
void Builder::take_rejects() { promise = Rejects{allowed_time}; }
void Builder::finish_clause(Span where) {
  sla.clauses.push_back({where, *rule().name, std::move(*promise), rule().explained});
  count_node(where.begin);
}

void Builder::finish_handoff(Span where) {
  once(sla.handoff.has_value(), where, "handoff");
  sla.handoff = rule().condition;
  sla.handoff_at = rule().name;
}
void Builder::finish_owner() { take_once(sla.owner, "owner is"); }
void Builder::finish_owner_calendar() { take_once(sla.owner_calendar, "calendar of owner is"); }
void Builder::begin_follow_up() {
  once(!sla.follow_up.empty(), span(last_end, last_end), "follow up is");
  sla.follow_up.clear();
}
void Builder::take_follow_up() { sla.follow_up.push_back(last_rows); }
void Builder::begin_rejection() { rejection_reason.reset(); }
void Builder::take_rejection_reason() { rejection_reason = pop(); }
void Builder::finish_rejection(Span where) {
  once(sla.rejection.has_value(), where, "rejected");
  sla.rejection = Rejection{where, rule().name, *rule().condition, rejection_reason};
  count_node(where.begin);
}
void Builder::take_pause_from() { pause_from = last_rows; }
void Builder::finish_pause(Span where) {
  once(sla.pause.has_value(), where, "clock pauses");
  sla.pause = Pause{where, pause_from, last_rows};
  count_node(where.begin);
}
void Builder::remind_owner() {
  escalation.act = EscalationAct::remind;
  escalation.whom = "owner";
}
void Builder::tell_manager() {
  escalation.act = EscalationAct::tell;
  escalation.whom = "manager";
}
void Builder::tell_somebody() {
  escalation.act = EscalationAct::tell;
  escalation.whom = last_text.text;
}
void Builder::reassign() {
  escalation.act = EscalationAct::reassign;
  escalation.whom = last_text.text;
}
void Builder::finish_escalation(Span where) {
  escalation.span = where;
  escalation.after = allowed_time;
  sla.escalations.push_back(escalation);
  count_node(where.begin);
}
void Builder::finish_sla() {
  sla.title = *title;
  finish_declaration(std::move(sla));
}

}  // namespace muster::lang
