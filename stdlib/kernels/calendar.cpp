#include "stdlib/kernels/calendar.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace muster::kernels {
namespace {

using lang::CalendarUnit;

constexpr std::int64_t furthest_day = 700'000'000'000;   // as far as civil_from_days reaches
constexpr std::int64_t furthest_month = 22'900'000'000;  // about as far
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

std::int64_t subtract(std::int64_t left, std::int64_t right) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(left, right, &difference)) return left < 0 ? least : most;
  return difference;
}

std::int64_t clamp_day(std::int64_t day) { return std::clamp(day, -furthest_day, furthest_day); }

// Months since the first of 1970.
std::int64_t month_of(std::int64_t day) {
  const CivilDay civil = civil_from_days(day);
  return (static_cast<std::int64_t>(civil.year) - 1970) * 12 + civil.month - 1;
}

// days_from_civil knows the years 1 to 9999 only. The calendar repeats itself after 400 years, which are 146,097 days.
std::int64_t first_day_of_month(std::int64_t month) {
  constexpr std::int64_t months_of_era = std::int64_t{400} * 12;
  constexpr std::int64_t days_of_era = 146'097;
  const std::int64_t near_month = std::clamp(month, -furthest_month, furthest_month);
  const std::int64_t era = floor_divide(near_month, months_of_era);
  const std::int64_t of_era = near_month - era * months_of_era;
  const auto day = days_from_civil({.year = static_cast<std::int32_t>(1970 + of_era / 12),
                                    .month = static_cast<std::uint8_t>(of_era % 12 + 1),
                                    .day = 1});
  assert(day);
  return era * days_of_era + day.value_or(0);
}

std::int32_t zone_day(std::int64_t day) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(day, std::numeric_limits<std::int32_t>::min(),
                                                            std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

std::int64_t calendar_number(std::int64_t day, CalendarUnit unit, std::uint8_t week_starts) {
  switch (unit) {
    case CalendarUnit::day:
      return day;
    case CalendarUnit::week:
      return floor_divide(clamp_day(day) - first_day_of(0, unit, week_starts), 7);
    case CalendarUnit::month:
      return month_of(day);
    case CalendarUnit::quarter:
      return floor_divide(month_of(day), 3);
    case CalendarUnit::year:
      return civil_from_days(day).year;
  }
  return day;
}

std::int64_t first_day_of(std::int64_t number, CalendarUnit unit, std::uint8_t week_starts) {
  const std::int64_t near_number = std::clamp(number, -furthest_month, furthest_month);
  switch (unit) {
    case CalendarUnit::day:
      return number;
    case CalendarUnit::week: {
      // 1970-01-01 was a Thursday, 4: the week that holds it began 0 to 6 days before.
      const std::int64_t first = -((4 - static_cast<std::int64_t>(week_starts) + 7) % 7);
      return std::clamp(number, -furthest_day / 7, furthest_day / 7) * 7 + first;
    }
    case CalendarUnit::month:
      return first_day_of_month(near_number);
    case CalendarUnit::quarter:
      return first_day_of_month(near_number * 3);
    case CalendarUnit::year:
      return first_day_of_month((near_number - 1970) * 12);
  }
  return number;
}

std::int64_t months_before(std::int64_t day, std::int64_t months) {
  const std::int64_t month = std::clamp(subtract(month_of(day), months), -furthest_month, furthest_month - 1);
  const std::int64_t first = first_day_of_month(month);
  const std::int64_t last = first_day_of_month(month + 1) - 1;
  return std::min(first + civil_from_days(day).day - 1, last);
}

std::int64_t edge_before(std::int64_t as_of, std::int64_t amount) {
  std::int64_t edge = 0;
  if (__builtin_sub_overflow(as_of, amount, &edge)) return as_of < 0 ? least : most;
  return edge == most ? most : edge + 1;
}

std::int64_t moment_edge_of_months(std::int64_t as_of, std::int64_t months, const Zone& zone) {
  const std::int64_t day = months_before(zone.local_day(as_of), months);
  return zone.instant_from_local(zone_day(day), zone.local_microsecond_of_day(as_of)) + 1;
}

std::int64_t day_edge_of_months(std::int64_t as_of_day, std::int64_t months) {
  return months_before(as_of_day, months) + 1;
}

std::int64_t moment_edge_of_units(std::int64_t as_of_day, std::int64_t count, CalendarUnit unit,
                                  std::uint8_t week_starts, const Zone& zone) {
  return zone.instant_from_local(zone_day(day_edge_of_units(as_of_day, count, unit, week_starts)), 0);
}

std::int64_t day_edge_of_units(std::int64_t as_of_day, std::int64_t count, CalendarUnit unit,
                               std::uint8_t week_starts) {
  const std::int64_t present = calendar_number(as_of_day, unit, week_starts);
  return first_day_of(subtract(present, count - 1), unit, week_starts);
}

}  // namespace muster::kernels
