// The calendar and New York's clocks, counted by hand. Shares no code with Muster.
// May include: the standard library only. Called by: tests/oracle.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace oracle {

using Micros = std::int64_t;
constexpr Micros second = 1'000'000;
constexpr Micros hour = 3600 * second;
constexpr Micros day = 24 * hour;

// ---- the calendar: proleptic Gregorian, and New York's clocks since 2007

struct Date {
  int year, month, day;
  auto operator<=>(const Date&) const = default;
};

inline bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }
inline int days_in(int year, int month) {
  constexpr std::array<int, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : lengths[static_cast<std::size_t>(month - 1)];
}
// Days since 1970-01-01, counted one year and one month at a time.
inline std::int64_t number_of(Date date) {
  std::int64_t days = 0;
  for (int year = 1970; year < date.year; ++year) days += is_leap(year) ? 366 : 365;
  for (int month = 1; month < date.month; ++month) days += days_in(date.year, month);
  return days + date.day - 1;
}
inline Date date_of(std::int64_t number) {
  Date date{1970, 1, 1};
  while (number >= (is_leap(date.year) ? 366 : 365)) number -= is_leap(date.year++) ? 366 : 365;
  while (number >= days_in(date.year, date.month)) number -= days_in(date.year, date.month++);
  date.day += static_cast<int>(number);
  return date;
}
inline int weekday(std::int64_t number) {
  return static_cast<int>((number + 3) % 7) + 1;
}  // Monday 1; 1970-01-01 was a Thursday
inline std::int64_t nth_sunday(int year, int month, int nth) {
  for (std::int64_t number = number_of({year, month, 1});; ++number) {
    if (weekday(number) == 7 && --nth == 0) return number;
  }
}
// Summer time from 02:00 standard time of March's second Sunday to 02:00 summer time of November's first.
inline Micros offset_at(Micros instant) {
  const int year = date_of((instant - 5 * hour) / day).year;
  const Micros begins = nth_sunday(year, 3, 2) * day + 7 * hour;
  const Micros ends = nth_sunday(year, 11, 1) * day + 6 * hour;
  return instant >= begins && instant < ends ? -4 * hour : -5 * hour;
}
inline std::int64_t local_day(Micros instant) { return (instant + offset_at(instant)) / day; }
// A local time that is skipped moves later by the hour, one that comes twice is the earlier.
inline Micros instant_of(std::int64_t day_number, Micros of_day) {
  const Micros local = day_number * day + of_day;
  const Micros summer = local + 4 * hour;
  const Micros standard = local + 5 * hour;
  if (offset_at(summer) == -4 * hour) return summer;
  if (offset_at(standard) == -5 * hour) return standard;
  return standard;  // skipped
}

constexpr int as_of_year = 2026, as_of_month = 3, as_of_day_of_month = 31;
inline const std::int64_t today = number_of({as_of_year, as_of_month, as_of_day_of_month});
inline const Micros as_of = instant_of(today, 12 * hour);  // 2026-03-31 12:00 in New York

}  // namespace oracle
