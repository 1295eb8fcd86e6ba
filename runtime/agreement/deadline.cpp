#include "runtime/agreement/deadline.h"

namespace muster::runtime {

Calendars::Calendars(const compiler::Program& program) {
  calendars_.reserve(program.calendars.size());
  for (const compiler::CalendarOutput& calendar : program.calendars) calendars_.emplace_back(calendar.hours);
}

std::optional<std::int64_t> Calendars::deadline(std::int64_t start, const compiler::TimeAllowed& allowed,
                                                std::uint32_t calendar,
                                                std::span<const kernels::Stretch> pauses) const {
  if (!allowed.in_open_hours) return kernels::add_paused(start, allowed.microseconds, pauses);
  if (calendar >= calendars_.size()) return std::nullopt;
  const kernels::BusinessCalendar& office = calendars_[calendar];
  if (allowed.business_days == 0) return office.add_paused(start, allowed.microseconds, pauses);
  const auto end = office.add_days(start, allowed.business_days);
  if (!end || pauses.empty()) return end;
  // A pause stops the open hours of which the days consist.
  return office.add_paused(start, office.between(start, *end), pauses);
}

}  // namespace muster::runtime
