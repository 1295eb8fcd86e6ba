// Days, moments and zones for the slow evaluator: std::chrono's calendar and Howard Hinnant's date library.
// May include: the standard library, lang/syntax. Called by: tests/differ/slow.
#pragma once

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "lang/syntax/expression.h"

namespace muster::differ::slow {

inline constexpr std::int64_t microseconds_of_day = 86'400'000'000;

inline std::chrono::year_month_day civil(std::int64_t day) { return std::chrono::sys_days{std::chrono::days{day}}; }
inline unsigned weekday(std::int64_t day) { return std::chrono::weekday{civil(day)}.iso_encoding(); }  // Monday 1

// How many months a month, a quarter, a year have.
inline unsigned months_of(lang::CalendarUnit unit) {
  if (unit == lang::CalendarUnit::year) return 12;
  return unit == lang::CalendarUnit::quarter ? 3 : 1;
}

// The same day so many months before; a month too short gives its last day.
inline std::int64_t months_before(std::int64_t day, std::int64_t months) {
  const std::chrono::year_month_day from = civil(day);
  const std::chrono::year_month month = from.year() / from.month() - std::chrono::months{months};
  const std::chrono::year_month_day found = month / std::min(from.day(), (month / std::chrono::last).day());
  return std::chrono::sys_days{found}.time_since_epoch().count();
}

// The first day of the unit that holds `day`, and the one `units` before it.
inline std::int64_t first_of_unit(std::int64_t day, lang::Calendar unit, std::int64_t units = 0) {
  if (unit.unit == lang::CalendarUnit::day) return day - units;
  if (unit.unit == lang::CalendarUnit::week) return day - (weekday(day) + 7 - unit.week_starts) % 7 - 7 * units;
  const std::chrono::year_month_day from = civil(day);
  const std::int64_t first_of_month = day + 1 - static_cast<unsigned>(from.day());
  const unsigned months = months_of(unit.unit);
  return months_before(first_of_month, (static_cast<unsigned>(from.month()) - 1) % months + units * months);
}

class Zone {
 public:
  explicit Zone(const std::string& name) : zone_(date::locate_zone(name)) {}  // of the IANA database
  // A local time that is skipped moves later by the gap, one that comes twice is the earlier.
  [[nodiscard]] std::int64_t instant(std::int64_t day, std::int64_t microsecond_of_day = 0) const {
    const std::chrono::microseconds local{day * microseconds_of_day + microsecond_of_day};
    const auto offset = zone_->get_info(date::local_time<std::chrono::microseconds>{local}).first.offset;
    return (local - offset).count();
  }
  [[nodiscard]] std::int64_t local(std::int64_t instant) const {  // microseconds of the local clock
    const std::chrono::sys_time<std::chrono::microseconds> moment{std::chrono::microseconds{instant}};
    return (moment.time_since_epoch() + zone_->get_info(moment).offset).count();
  }
  [[nodiscard]] std::int64_t day_of(std::int64_t instant) const {
    return std::chrono::floor<std::chrono::days>(std::chrono::microseconds{local(instant)}).count();
  }

 private:
  const date::time_zone* zone_;
};

}  // namespace muster::differ::slow
