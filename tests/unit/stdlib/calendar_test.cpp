// Units of the calendar against a walk from day to day, and the edges of windows by hand.
#include "stdlib/kernels/calendar.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <vector>

namespace muster::kernels {
namespace {

using lang::CalendarUnit;

constexpr std::int64_t hour_microseconds = 3'600'000'000;

std::int64_t day(std::int32_t year, std::uint8_t month, std::uint8_t day_of_that_month) {
  const auto days = days_from_civil({year, month, day_of_that_month});
  REQUIRE(days.has_value());
  return *days;
}

std::int64_t utc(std::int32_t year, std::uint8_t month, std::uint8_t day_of_that_month, int hour, int minute = 0) {
  return day(year, month, day_of_that_month) * microseconds_per_day + hour * hour_microseconds +
         minute * (hour_microseconds / 60);
}

Zone zone(std::string_view name) {
  auto found = Zone::find(name);
  REQUIRE(found.has_value());
  return *found;
}

}  // namespace

TEST_CASE("a unit's number rises by one on the unit's first day, and on no other") {
  struct Case {
    CalendarUnit unit;
    std::uint8_t week_starts;
  };
  std::vector<Case> cases = {
      {CalendarUnit::day, 1}, {CalendarUnit::month, 1}, {CalendarUnit::quarter, 1}, {CalendarUnit::year, 1}};
  for (std::uint8_t starts = 1; starts <= 7; ++starts) cases.push_back({CalendarUnit::week, starts});
  for (const Case& one : cases) {
    CAPTURE(static_cast<int>(one.unit));
    CAPTURE(static_cast<int>(one.week_starts));
    std::int64_t number = calendar_number(day(1, 1, 1), one.unit, one.week_starts);
    std::int64_t first = first_day_of(number, one.unit, one.week_starts);
    const std::int64_t end = day(2101, 1, 1);
    for (std::int64_t that = day(1, 1, 2); that < end; ++that) {
      const CivilDay civil = civil_from_days(that);
      bool begins = true;
      if (one.unit == CalendarUnit::week) begins = day_of_week(that) == one.week_starts;
      if (one.unit == CalendarUnit::month) begins = civil.day == 1;
      if (one.unit == CalendarUnit::quarter) begins = civil.day == 1 && civil.month % 3 == 1;
      if (one.unit == CalendarUnit::year) begins = civil.day == 1 && civil.month == 1;
      if (begins) {
        ++number;
        first = that;
      }
      if (calendar_number(that, one.unit, one.week_starts) != number ||
          first_day_of(number, one.unit, one.week_starts) != first) {
        FAIL(format_date(that));
      }
    }
  }
}

TEST_CASE("where the numbers begin") {
  CHECK(calendar_number(0, CalendarUnit::month, 1) == 0);
  CHECK(calendar_number(-1, CalendarUnit::month, 1) == -1);
  CHECK(calendar_number(-1, CalendarUnit::quarter, 1) == -1);
  CHECK(calendar_number(0, CalendarUnit::week, 1) == 0);
  CHECK(calendar_number(-3, CalendarUnit::week, 1) == 0);  // Monday 1969-12-29
  CHECK(calendar_number(-4, CalendarUnit::week, 1) == -1);
  CHECK(calendar_number(-4, CalendarUnit::week, 7) == 0);  // a Sunday
  CHECK(calendar_number(day(2026, 2, 1), CalendarUnit::year, 1) == 2026);
  CHECK(calendar_number(first_day_of(-5, CalendarUnit::year, 1) - 1, CalendarUnit::year, 1) == -6);
}

TEST_CASE("months before clamp to the last day (section 4, number 19)") {
  CHECK(months_before(day(2026, 3, 31), 1) == day(2026, 2, 28));
  CHECK(months_before(day(2024, 3, 31), 1) == day(2024, 2, 29));
  CHECK(months_before(day(2024, 2, 29), 12) == day(2023, 2, 28));
  CHECK(months_before(day(2024, 2, 29), 48) == day(2020, 2, 29));
  CHECK(months_before(day(2026, 1, 15), 1) == day(2025, 12, 15));
  CHECK(months_before(day(2026, 5, 31), 3) == day(2026, 2, 28));
  CHECK(months_before(day(2026, 7, 31), 0) == day(2026, 7, 31));
  CHECK(months_before(day(1970, 1, 31), 2) == day(1969, 11, 30));
}

TEST_CASE("durations leave the edge itself out (section 4, number 18)") {
  const std::int64_t as_of = utc(2026, 2, 1, 12);
  CHECK(edge_before(as_of, 30 * microseconds_per_day) == utc(2026, 1, 2, 12) + 1);
  CHECK(edge_before(day(2026, 2, 1), 30) == day(2026, 1, 3));
  CHECK(edge_before(as_of, 0) == as_of + 1);
}

TEST_CASE("edges of months keep the local time") {
  const Zone new_york = zone("America/New_York");
  // 09:30 there on 2026-04-08 is daylight time; a month before too, two months before is winter time.
  const std::int64_t as_of = utc(2026, 4, 8, 13, 30);
  CHECK(moment_edge_of_months(as_of, 1, new_york) == utc(2026, 3, 8, 13, 30) + 1);
  CHECK(moment_edge_of_months(as_of, 2, new_york) == utc(2026, 2, 8, 14, 30) + 1);
  // 02:30 on 2026-03-08 was skipped and is 03:30; 01:30 on 2026-11-01 came twice, the first one counts.
  CHECK(moment_edge_of_months(utc(2026, 4, 8, 6, 30), 1, new_york) == utc(2026, 3, 8, 7, 30) + 1);
  CHECK(moment_edge_of_months(utc(2026, 12, 1, 6, 30), 1, new_york) == utc(2026, 11, 1, 5, 30) + 1);
  // It is still the 31st there.
  CHECK(moment_edge_of_months(utc(2026, 4, 1, 3), 1, new_york) == utc(2026, 3, 1, 4) + 1);
  CHECK(moment_edge_of_months(utc(2026, 3, 31, 12), 1, Zone::utc()) == utc(2026, 2, 28, 12) + 1);
  CHECK(moment_edge_of_months(utc(2024, 2, 29, 12), 12, Zone::utc()) == utc(2023, 2, 28, 12) + 1);
  CHECK(day_edge_of_months(day(2026, 3, 31), 1) == day(2026, 3, 1));
}

TEST_CASE("edges of calendar units") {
  const std::int64_t sunday = day(2026, 11, 22);
  CHECK(day_edge_of_units(sunday, 1, CalendarUnit::day, 1) == sunday);
  CHECK(day_edge_of_units(sunday, 3, CalendarUnit::day, 1) == sunday - 2);
  CHECK(day_edge_of_units(sunday, 1, CalendarUnit::week, 1) == day(2026, 11, 16));
  CHECK(day_edge_of_units(sunday, 1, CalendarUnit::week, 7) == sunday);
  CHECK(day_edge_of_units(sunday, 2, CalendarUnit::week, 7) == sunday - 7);
  CHECK(day_edge_of_units(sunday, 2, CalendarUnit::month, 1) == day(2026, 10, 1));
  CHECK(day_edge_of_units(sunday, 1, CalendarUnit::quarter, 1) == day(2026, 10, 1));
  CHECK(day_edge_of_units(sunday, 5, CalendarUnit::quarter, 1) == day(2025, 10, 1));
  CHECK(day_edge_of_units(sunday, 2, CalendarUnit::year, 1) == day(2025, 1, 1));
  const Zone new_york = zone("America/New_York");
  CHECK(moment_edge_of_units(day(2026, 3, 20), 1, CalendarUnit::month, 1, new_york) == utc(2026, 3, 1, 5));
  CHECK(moment_edge_of_units(day(2026, 3, 20), 1, CalendarUnit::week, 1, new_york) == utc(2026, 3, 16, 4));
  // Sao Paulo skipped the first hour of 2018-11-04; St John's had the last hour of 2006-10-28 twice, and 0:00 too.
  CHECK(moment_edge_of_units(day(2018, 11, 4), 1, CalendarUnit::day, 1, zone("America/Sao_Paulo")) ==
        utc(2018, 11, 4, 3));
  CHECK(moment_edge_of_units(day(2006, 10, 29), 1, CalendarUnit::day, 1, zone("America/St_Johns")) ==
        utc(2006, 10, 29, 2, 30));
}

TEST_CASE("the time of day in a zone") {
  const Zone new_york = zone("America/New_York");
  CHECK(new_york.local_microsecond_of_day(utc(2026, 7, 1, 2)) == 22 * hour_microseconds);
  CHECK(Zone::utc().local_microsecond_of_day(-1) == microseconds_per_day - 1);
  CHECK(Zone::utc().local_microsecond_of_day(0) == 0);
}

TEST_CASE("any day, any amount and any zone are safe") {
  const Zone apia = zone("Pacific/Apia");
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::mt19937_64 engine(5);
  std::vector<std::int64_t> values = {least, least + 1, -1, 0, 1, most - 1, most};
  for (int k = 0; k < 50; ++k) values.push_back(static_cast<std::int64_t>(engine() >> (engine() % 63)));
  for (const std::int64_t value : values) {
    for (const std::int64_t amount : values) {
      if (amount < 1) continue;
      CHECK(edge_before(value, amount) <= value);
      CHECK(months_before(value, amount) <= months_before(value, 0));
      for (const CalendarUnit unit :
           {CalendarUnit::day, CalendarUnit::week, CalendarUnit::month, CalendarUnit::quarter, CalendarUnit::year}) {
        CHECK(day_edge_of_units(value, amount, unit, 1) <= day_edge_of_units(value, 1, unit, 1));
        CHECK(moment_edge_of_units(value, amount, unit, 7, apia) <= moment_edge_of_units(value, 1, unit, 7, apia));
      }
      CHECK(moment_edge_of_months(value, amount, apia) <= moment_edge_of_months(value, 0, apia));
    }
  }
}

}  // namespace muster::kernels
