#include "runtime/agreement/deadline.h"

#include <algorithm>

namespace muster::runtime {

Calendars::Calendars(const compiler::Program& program) {
  calendars_.reserve(program.calendars.size());
  for (const compiler::CalendarOutput& calendar : program.calendars) calendars_.emplace_back(calendar.hours);
}

Deadline Calendars::deadline(std::int64_t start, const compiler::TimeAllowed& allowed, std::uint32_t calendar,
                             std::span<const kernels::Stretch> pauses) const {
  const bool may_never_end = std::any_of(pauses.begin(), pauses.end(),
                                         [](const kernels::Stretch& pause) { return pause.to == kernels::endless; });
  const auto made = [&](std::optional<std::int64_t> at) { return Deadline{at || may_never_end, at}; };
  if (!allowed.in_open_hours) return made(kernels::add_paused(start, allowed.microseconds, pauses));
  if (calendar >= calendars_.size()) return {};
  const kernels::BusinessCalendar& office = calendars_[calendar];
  if (allowed.business_days == 0) return made(office.add_paused(start, allowed.microseconds, pauses));
  const auto end = office.add_days(start, allowed.business_days);
  if (!end) return {};
  // What the clock stood still of the open hours until then is still to come. A pause outside them changes nothing, but
  // that nothing is late while it goes on.
  std::int64_t stood_still = 0;
  std::int64_t counted_to = start;  // pauses may overlap
  std::int64_t not_before = *end;
  for (const kernels::Stretch& pause : pauses) {
    if (pause.from < not_before) not_before = std::max(not_before, pause.to);
    const std::int64_t from = std::max(pause.from, counted_to);
    const std::int64_t to = std::min(pause.to, *end);
    if (from >= to) continue;
    stood_still += office.between(from, to);
    counted_to = to;
  }
  if (not_before == kernels::endless) return made(std::nullopt);
  return made(stood_still == 0 ? not_before : office.add_paused(*end, stood_still, pauses));
}

}  // namespace muster::runtime
