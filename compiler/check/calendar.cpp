// Calendars: when somebody is there to answer. The declared calendars are the members of a picklist called `calendar`,
// so that a field, a table or a `match` may choose one like any other value.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/check/checker.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

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
    policy_.calendars.push_back(read_calendar(*calendar, declaration.keyword));
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

CalendarOutput Checker::read_calendar(const CalendarDecl& calendar, Span keyword) {
  CalendarOutput made{calendar.name.text, calendar.title ? calendar.title->text : std::string(), {}};
  made.hours.zone = policy_.zone;
  if (calendar.zone) {
    if (const auto zone = kernels::Zone::find(calendar.zone->text)) {
      made.hours.zone = *zone;
    } else {
      diagnostics_.emit<DiagnosticId::unknown_zone>(calendar.zone->span, calendar.zone->text);
    }
  }
  const auto add_hours = [&](std::vector<kernels::Hours>& day, const OpenHours& open) {
    for (const OpenHours::Hours& hours : open.hours) {
      const bool overlaps = std::any_of(day.begin(), day.end(), [&](const kernels::Hours& other) {
        return hours.from_minute < other.to && other.from < hours.to_minute;
      });
      if (overlaps) {
        diagnostics_.emit<DiagnosticId::hours_overlap>(hours.span, std::string(sources_.text(hours.span)));
        return;  // once for all the days of the line
      }
      day.push_back({hours.from_minute, hours.to_minute});
    }
    std::sort(day.begin(), day.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  };
  for (const ClosedDays& closed : calendar.closed) {
    for (const DayRange& range : closed.days) {
      if (!is_short(range)) continue;
      for (std::int32_t day = range.from; day <= range.to; ++day) made.hours.special[day].clear();
    }
    if (closed.file) read_closed_days(*closed.file, made.hours);
  }
  std::set<std::int32_t> opened;  // a day with hours of its own is open although others close it
  bool is_ever_open = false;
  for (const OpenHours& open : calendar.open) {
    for (std::size_t weekday = 0; weekday < open.weekdays.size(); ++weekday) {
      if (open.weekdays[weekday]) add_hours(made.hours.week[weekday], open);
    }
    for (const DayRange& range : open.days) {
      if (!is_short(range)) continue;
      for (std::int32_t day = range.from; day <= range.to; ++day) {
        std::vector<kernels::Hours>& hours = made.hours.special[day];
        if (opened.insert(day).second) hours.clear();
        add_hours(hours, open);
      }
    }
    is_ever_open = true;
  }
  if (!is_ever_open) diagnostics_.emit<DiagnosticId::never_open>(keyword, calendar.name.text);
  return made;
}

bool Checker::is_short(const DayRange& range) {
  constexpr std::int32_t most_days = 3'660;  // ten years
  if (range.to - range.from < most_days) return true;
  diagnostics_.emit<DiagnosticId::too_many_days>(range.span, std::string(sources_.text(range.span)));
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
    hours.special[static_cast<std::int32_t>(day.value)].clear();
  }
}

}  // namespace muster::compiler
