// Calendars: when somebody is there to answer. The declared calendars are the members of a picklist called `calendar`,
// so that a field, a table or a `match` may choose one like any other value.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/check/checker.h"
#include "compiler/check/suggest.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

namespace {

std::uint64_t days_in(const DayRange& range) {
  return range.to < range.from ? 0 : static_cast<std::uint64_t>(range.to - range.from) + 1;
}

// The hours of one line, in order.
std::vector<kernels::Hours> hours_of(const OpenHours& open) {
  std::vector<kernels::Hours> hours;
  for (const OpenHours::Hours& one : open.hours) hours.push_back({one.from_minute, one.to_minute});
  std::sort(hours.begin(), hours.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  return hours;
}

// Puts them among the hours of a day; false where some overlap.
bool add_hours(const std::vector<kernels::Hours>& hours, std::vector<kernels::Hours>& day) {
  const auto middle = static_cast<std::ptrdiff_t>(day.size());
  day.insert(day.end(), hours.begin(), hours.end());
  const auto starts_before = [](const kernels::Hours& a, const kernels::Hours& b) { return a.from < b.from; };
  std::inplace_merge(day.begin(), day.begin() + middle, day.end(), starts_before);
  return std::adjacent_find(day.begin(), day.end(), [](const kernels::Hours& a, const kernels::Hours& b) {
           return b.from < a.to;
         }) == day.end();
}

}  // namespace

void Checker::read_calendars() {
  PicklistSchema names{.name = "calendar", .ordered = false, .members = {}, .other = {}};
  Spellings spellings;
  for (const Declaration& declaration : tree_.declarations) {
    const auto* calendar = std::get_if<CalendarDecl>(&declaration.node);
    if (calendar == nullptr) continue;
    const auto number = static_cast<std::uint32_t>(names.members.size());
    if (!spellings.emplace(kernels::fold_text(calendar->name.text), number).second) {
      diagnostics_.emit<DiagnosticId::duplicate_name>(calendar->name.span, calendar->name.text);
      continue;
    }
    names.members.push_back({calendar->name.text, {calendar->name.text}});
    policy_.calendars.push_back(read_calendar(*calendar, declaration));
  }
  if (names.members.empty()) return;
  has_calendars_ = true;
  const auto number = static_cast<std::uint32_t>(policy_.schema.picklists.size());
  if (!picklist_numbers_.emplace("calendar", number).second) {
    for (const Declaration& declaration : tree_.declarations) {
      const auto* picklist = std::get_if<PicklistDecl>(&declaration.node);
      if (picklist != nullptr && picklist->name.text == "calendar")
        diagnostics_.emit<DiagnosticId::duplicate_name>(picklist->name.span, "calendar");
    }
    return;
  }
  policy_.schema.picklists.push_back(std::move(names));
  spellings_.push_back(std::move(spellings));
}

CalendarOutput Checker::read_calendar(const CalendarDecl& calendar, const Declaration& declaration) {
  CalendarOutput made{calendar.name.text, calendar.title ? calendar.title->text : std::string(), {}};
  made.hours.zone = policy_.zone;
  if (calendar.zone) {
    if (const auto zone = zone_named(calendar.zone->span, calendar.zone->text, diagnostics_)) made.hours.zone = *zone;
  } else if (calendar.title && calendar.title->text.find('/') != std::string::npos &&
             calendar.title->text != policy_.zone.name() && kernels::Zone::find(calendar.title->text)) {
    diagnostics_.emit<DiagnosticId::foreign_spelling>(calendar.title->span, sources_.text(calendar.title->span)).fix =
        fmt::format("write `in \"{}\"`: a text alone is the title of the calendar", calendar.title->text);
  }
  constexpr std::uint64_t cost_of_calendar = 100;  // making one costs as much as so many hours
  if (!may_add_hours(cost_of_calendar, declaration.keyword)) return made;
  for (const ClosedDays& closed : calendar.closed) {
    for (const DayRange& range : closed.days) {
      if (!may_add_hours(days_in(range), range.span)) return made;
      for (std::int32_t day = range.from; day <= range.to; ++day) made.hours.special[day].clear();
    }
    if (closed.file) read_closed_days(*closed.file, made.hours);
  }
  std::set<std::int32_t> opened;  // a day with hours of its own is open although others close it
  for (const OpenHours& open : calendar.open) {
    const std::vector<kernels::Hours> hours = hours_of(open);
    std::uint64_t days = static_cast<std::uint64_t>(std::count(open.weekdays.begin(), open.weekdays.end(), true));
    for (const DayRange& range : open.days) days += days_in(range);
    if (!may_add_hours(days * open.hours.size(), open.span)) return made;
    const std::vector<kernels::Hours>* overlapping = nullptr;  // of the first such day: one message a line
    const auto add_to = [&](std::vector<kernels::Hours>& day) {
      if (!add_hours(hours, day) && overlapping == nullptr) overlapping = &day;
    };
    for (std::size_t weekday = 0; weekday < open.weekdays.size(); ++weekday) {
      if (open.weekdays[weekday]) add_to(made.hours.week[weekday]);
    }
    for (const DayRange& range : open.days) {
      for (std::int32_t day = range.from; day <= range.to; ++day) {
        std::vector<kernels::Hours>& own = made.hours.special[day];
        if (opened.insert(day).second) own.clear();
        add_to(own);
      }
    }
    if (overlapping != nullptr) report_overlap(open, *overlapping);
  }
  // A line that could not be read may have been the one with the hours.
  const Span whole = declaration.span;
  const bool is_broken = std::any_of(diagnostics_.all().begin(), diagnostics_.all().end(), [&](const Diagnostic& each) {
    return each.span.file == whole.file && each.span.begin >= whole.begin && each.span.begin < whole.end;
  });
  if (calendar.open.empty() && !is_broken)
    diagnostics_.emit<DiagnosticId::never_open>(declaration.keyword, calendar.name.text);
  return made;
}

// Points at the hours of the line that share a minute with others of the day; the last such ones were added last.
void Checker::report_overlap(const OpenHours& open, const std::vector<kernels::Hours>& day) {
  Span place = open.span;
  for (const OpenHours::Hours& hours : open.hours) {
    const auto shares = [&](const kernels::Hours& other) {
      return hours.from_minute < other.to && other.from < hours.to_minute;
    };
    if (std::count_if(day.begin(), day.end(), shares) > 1) place = hours.span;
  }
  diagnostics_.emit<DiagnosticId::hours_overlap>(place, std::string(sources_.text(place)));
}

// So many more opening hours, or days with hours of their own; false and one message where that is too many.
bool Checker::may_add_hours(std::uint64_t count, Span place) {
  if (calendar_hours_ > limits_.calendar_hours) return false;
  calendar_hours_ += count;
  if (calendar_hours_ <= limits_.calendar_hours) return true;
  diagnostics_.emit<DiagnosticId::calendars_too_large>(place, limits_.calendar_hours);
  return false;
}

// One day a line; what stands behind a comma is its name. A line that begins with # says nothing, nor does an empty
// one.
void Checker::read_closed_days(const Quoted& file, kernels::BusinessHours& hours) {
  const auto refuse = [&](const std::string& why) {
    diagnostics_.emit<DiagnosticId::days_file_mistake>(file.span, file.text, why);
  };
  const auto text = read_named(file);
  if (!text) return refuse(text.error().message);
  std::string_view rest = *text;
  for (std::uint64_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view row = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::string_view written = trim(row.substr(0, row.find(',')));
    if (written.empty() || written.front() == '#') continue;
    const kernels::Cell day = kernels::parse_date(written, {});
    if (day.fault != kernels::CellFault::none)
      return refuse(fmt::format("line {}: `{}` is no day such as 2026-12-25", line, written.substr(0, 40)));
    if (!may_add_hours(1, file.span)) return;
    hours.special[static_cast<std::int32_t>(day.value)].clear();
  }
}

}  // namespace muster::compiler
