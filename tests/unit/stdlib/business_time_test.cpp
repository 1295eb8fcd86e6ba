// Business time by hand: both changes of the clocks in zones of many kinds, exact closing times, holidays, pauses and
// the ends of the years that a calendar knows. tests/oracle/business_time.cpp asks at random.
#include "stdlib/kernels/business_time.h"

#include <doctest/doctest.h>

#include <limits>
#include <thread>
#include <vector>

namespace muster::kernels {
namespace {

constexpr std::int64_t minute = 60'000'000;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t earliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();
using Moment = std::optional<std::int64_t>;

std::int32_t day(std::int32_t year, std::uint8_t month, std::uint8_t day_of_that_month) {
  const auto days = days_from_civil({year, month, day_of_that_month});
  REQUIRE(days.has_value());
  return *days;
}

std::int64_t utc(std::int32_t year, std::uint8_t month, std::uint8_t day_of_that_month, int hours, int minutes = 0) {
  return day(year, month, day_of_that_month) * microseconds_per_day + hours * hour + minutes * minute;
}

Hours hours(int from_hour, int from_minute, int to_hour, int to_minute) {
  return {from_hour * 60 + from_minute, to_hour * 60 + to_minute};
}

Zone zone(std::string_view name) {
  auto found = Zone::find(name);
  REQUIRE(found.has_value());
  return *found;
}

// 09:00 to 17:30 from Monday to Friday.
BusinessHours office(std::string_view name) {
  BusinessHours result{zone(name), {}, {}};
  for (std::size_t weekday = 0; weekday < 5; ++weekday) result.week[weekday] = {hours(9, 0, 17, 30)};
  return result;
}

BusinessCalendar daily(std::string_view name, const std::vector<Hours>& of_day) {
  BusinessHours result{zone(name), {}, {}};
  result.week.fill(of_day);
  return BusinessCalendar(result);
}

// Open from one moment to the other, and closed for half an hour before and after.
void check_day(const BusinessCalendar& calendar, std::int64_t opens, std::int64_t closes) {
  CAPTURE(opens);
  CHECK(calendar.is_open(opens));
  CHECK_FALSE(calendar.is_open(opens - 1));
  CHECK(calendar.is_open(closes - 1));
  CHECK_FALSE(calendar.is_open(closes));
  CHECK(calendar.between(opens - hour / 2, closes + hour / 2) == closes - opens);
  CHECK(calendar.next_opening(opens - 1) == opens);
  CHECK(calendar.add(opens - 1, closes - opens) == closes);
  CHECK(calendar.add(closes, opens - closes) == opens);
}

}  // namespace

TEST_CASE("an hour begins at the next opening and ends at closing time, not at the next opening") {
  const BusinessCalendar calendar(office("America/New_York"));
  const std::int64_t friday_closing = utc(2026, 2, 6, 22, 30);
  const std::int64_t monday_opening = utc(2026, 2, 9, 14, 0);
  CHECK(calendar.is_open(friday_closing - 1));
  CHECK_FALSE(calendar.is_open(friday_closing));
  CHECK(calendar.next_opening(friday_closing) == monday_opening);
  CHECK(calendar.next_opening(friday_closing - 1) == friday_closing - 1);
  CHECK(calendar.add(friday_closing - hour, hour) == friday_closing);
  CHECK(calendar.add(friday_closing - hour, hour + 1) == monday_opening + 1);
  CHECK(calendar.add(friday_closing + 3 * hour, 30 * minute) == monday_opening + 30 * minute);
  CHECK(calendar.add(friday_closing, 0) == monday_opening);
  CHECK(calendar.add(friday_closing - 1, 0) == friday_closing - 1);
  // Back: the mirror image.
  CHECK(calendar.add(monday_opening + hour, -hour) == monday_opening);
  CHECK(calendar.add(monday_opening + hour, -hour - 1) == friday_closing - 1);
  CHECK(calendar.add(friday_closing + 3 * hour, -hour) == friday_closing - hour);
  CHECK(calendar.between(friday_closing - hour, monday_opening + hour) == 2 * hour);
  CHECK(calendar.between(monday_opening + hour, friday_closing - hour) == -2 * hour);
  CHECK(calendar.between(friday_closing, monday_opening) == 0);
  // A thousand weeks of 42.5 hours.
  CHECK(calendar.add(monday_opening, 42'000 * hour + 30'000 * minute) == utc(2045, 4, 7, 21, 30));
}

TEST_CASE("several hours a day, and days with hours of their own") {
  BusinessHours written = office("Europe/Berlin");
  for (std::size_t weekday = 0; weekday < 5; ++weekday) {
    written.week[weekday] = {hours(8, 0, 12, 0), hours(13, 0, 17, 0)};
  }
  written.special[day(2026, 12, 24)] = {hours(8, 0, 10, 0)};
  written.special[day(2026, 12, 25)] = {};
  written.special[day(2026, 12, 27)] = {hours(10, 0, 11, 0)};  // a Sunday
  written.special[day(1969, 12, 31)] = {hours(0, 0, 24, 0)};   // outside the years
  written.special[day(2200, 1, 1)] = {hours(0, 0, 24, 0)};
  const BusinessCalendar calendar(written);
  CHECK(calendar.add(utc(2026, 12, 23, 10, 0), 2 * hour) == utc(2026, 12, 23, 13, 0));
  CHECK(calendar.add(utc(2026, 12, 23, 10, 0), hour) == utc(2026, 12, 23, 11, 0));
  CHECK(calendar.next_opening(utc(2026, 12, 23, 11, 0)) == utc(2026, 12, 23, 12, 0));
  CHECK(calendar.next_opening(utc(2026, 12, 24, 9, 0)) == utc(2026, 12, 27, 9, 0));
  CHECK(calendar.between(utc(2026, 12, 24, 0, 0), utc(2026, 12, 28, 0, 0)) == 3 * hour);
  CHECK(calendar.add(utc(2026, 12, 24, 8, 30), 2 * hour + 1) == utc(2026, 12, 28, 7, 30) + 1);
  CHECK(calendar.add_days(utc(2026, 12, 23, 10, 30), 1) == utc(2026, 12, 24, 9, 0));  // 11:30, closes at 10:00
  CHECK(calendar.add_days(utc(2026, 12, 23, 7, 30), 2) == utc(2026, 12, 27, 9, 0));   // 08:30, opens at 10:00
  CHECK(calendar.add_days(utc(2026, 12, 23, 10, 30), 3) == utc(2026, 12, 28, 10, 30));
  // From the evening before the holiday: business days count from the next opening's day.
  CHECK(calendar.add_days(utc(2026, 12, 24, 12, 0), 1) == utc(2026, 12, 28, 9, 0));
  CHECK_FALSE(calendar.add_days(utc(2026, 12, 23, 10, 0), 0).has_value());
  CHECK_FALSE(calendar.add_days(utc(2026, 12, 23, 10, 0), -1).has_value());
}

TEST_CASE("a business day keeps the local time when the clocks change") {
  const BusinessCalendar calendar(office("America/New_York"));
  CHECK(calendar.add_days(utc(2026, 3, 6, 16, 0), 1) == utc(2026, 3, 9, 15, 0));  // 11:00 and 11:00
  CHECK(calendar.add_days(utc(2026, 10, 30, 15, 0), 1) == utc(2026, 11, 2, 16, 0));
  const BusinessCalendar always = daily("America/New_York", {hours(0, 0, 24, 0)});
  CHECK(always.add_days(utc(2026, 3, 7, 7, 30), 1) == utc(2026, 3, 8, 7, 30));     // 02:30 is skipped: 03:30
  CHECK(always.add_days(utc(2026, 10, 31, 5, 30), 1) == utc(2026, 11, 1, 5, 30));  // 01:30 comes twice: the earlier
  CHECK(always.add_days(utc(2026, 11, 1, 6, 30), 1) == utc(2026, 11, 2, 6, 30));   // from the later one
}

TEST_CASE("hours over a change of the clocks are as long as they are") {
  SUBCASE("New York, both changes, also beyond the end of the zone's list") {
    const BusinessCalendar calendar = daily("America/New_York", {hours(1, 30, 4, 0)});
    check_day(calendar, utc(2026, 3, 7, 6, 30), utc(2026, 3, 7, 9, 0));
    check_day(calendar, utc(2026, 3, 8, 6, 30), utc(2026, 3, 8, 8, 0));    // an hour less
    check_day(calendar, utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 9, 0));  // an hour more
    check_day(calendar, utc(2150, 3, 8, 6, 30), utc(2150, 3, 8, 8, 0));
    check_day(calendar, utc(2150, 11, 1, 5, 30), utc(2150, 11, 1, 9, 0));
  }
  SUBCASE("Berlin, both changes") {
    const BusinessCalendar calendar = daily("Europe/Berlin", {hours(1, 0, 3, 30)});
    check_day(calendar, utc(2026, 3, 29, 0, 0), utc(2026, 3, 29, 1, 30));
    check_day(calendar, utc(2026, 10, 24, 23, 0), utc(2026, 10, 25, 2, 30));
  }
  SUBCASE("Lord Howe, whose summer time is half an hour") {
    const BusinessCalendar calendar = daily("Australia/Lord_Howe", {hours(1, 0, 4, 0)});
    check_day(calendar, utc(2026, 10, 3, 14, 30), utc(2026, 10, 3, 17, 0));
    check_day(calendar, utc(2026, 4, 4, 14, 0), utc(2026, 4, 4, 17, 30));
  }
  SUBCASE("Santiago, where midnight is skipped and the hour before it repeated") {
    const BusinessCalendar calendar = daily("America/Santiago", {hours(0, 0, 2, 0), hours(22, 0, 24, 0)});
    check_day(calendar, utc(2026, 9, 6, 2, 0), utc(2026, 9, 6, 5, 0));  // 22:00, through the missing hour, to 02:00
    check_day(calendar, utc(2026, 4, 5, 1, 0), utc(2026, 4, 5, 6, 0));  // 22:00, 23:00 twice, to 02:00
    const BusinessCalendar evenings = daily("America/Santiago", {hours(22, 0, 24, 0)});
    check_day(evenings, utc(2026, 9, 6, 2, 0), utc(2026, 9, 6, 4, 0));
    check_day(evenings, utc(2026, 4, 5, 1, 0), utc(2026, 4, 5, 4, 0));
  }
  SUBCASE("Moscow, which gave up an hour for good in 2014") {
    const BusinessCalendar calendar = daily("Europe/Moscow", {hours(0, 30, 3, 0)});
    check_day(calendar, utc(2014, 10, 24, 20, 30), utc(2014, 10, 24, 23, 0));
    check_day(calendar, utc(2014, 10, 25, 20, 30), utc(2014, 10, 26, 0, 0));
    check_day(calendar, utc(2015, 10, 24, 21, 30), utc(2015, 10, 25, 0, 0));  // no change any more
  }
  SUBCASE("Pyongyang, which went back half an hour in 2015 and returned in 2018") {
    const BusinessCalendar calendar = daily("Asia/Pyongyang", {hours(22, 0, 24, 0)});
    check_day(calendar, utc(2015, 8, 14, 13, 0), utc(2015, 8, 14, 15, 30));  // 23:30 to 24:00 came twice
    check_day(calendar, utc(2018, 5, 4, 13, 30), utc(2018, 5, 4, 15, 0));    // and once did not come
  }
}

TEST_CASE("skipped hours move later, vanish, or meet the next ones") {
  // On 8 March 2026 the clocks of New York jump from 02:00 to 03:00.
  const std::int64_t change = utc(2026, 3, 8, 7, 0);
  check_day(daily("America/New_York", {hours(2, 0, 2, 45)}), change, change + 45 * minute);
  // 02:30 means 03:30, which is after 03:00.
  const BusinessCalendar gone = daily("America/New_York", {hours(2, 30, 3, 0)});
  CHECK(gone.between(change - 3 * hour, change + 12 * hour) == 0);
  CHECK(gone.next_opening(change) == utc(2026, 3, 9, 6, 30));
  CHECK(gone.add_days(utc(2026, 3, 7, 7, 45), 1) == utc(2026, 3, 9, 6, 45));  // the 8th is no business day
  // Real time that two hours claim counts once.
  check_day(daily("America/New_York", {hours(2, 0, 2, 45), hours(3, 15, 4, 0)}), change, change + hour);
  check_day(daily("America/New_York", {hours(2, 0, 2, 45), hours(3, 0, 3, 30)}), change, change + 45 * minute);
  // Nuuk's clocks jump from 23:00 to midnight: Saturday's last hour moves into Sunday.
  const BusinessCalendar nuuk = daily("America/Nuuk", {hours(0, 0, 0, 10), hours(23, 15, 23, 45)});
  const std::int64_t sunday = utc(2026, 3, 29, 1, 0);
  CHECK_FALSE(nuuk.is_open(sunday + 15 * minute - 1));
  CHECK(nuuk.is_open(sunday + 15 * minute));
  CHECK(nuuk.is_open(sunday + 45 * minute - 1));
  CHECK_FALSE(nuuk.is_open(sunday + 45 * minute));
  CHECK(nuuk.next_opening(sunday - 30 * minute) == sunday);
  CHECK(nuuk.between(sunday - hour, sunday + 2 * hour) == 40 * minute);
}

TEST_CASE("a day that the zone skips as a whole has no hours") {
  // Samoa went over the date line at the end of 29 December 2011, a Thursday.
  const BusinessCalendar calendar(office("Pacific/Apia"));
  const std::int64_t thursday_noon = utc(2011, 12, 29, 22, 0);
  CHECK(calendar.is_open(thursday_noon));
  CHECK(calendar.next_opening(thursday_noon + 6 * hour) == utc(2012, 1, 1, 19, 0));  // Monday the 2nd, 09:00
  CHECK(calendar.add_days(thursday_noon, 1) == utc(2012, 1, 1, 22, 0));
  CHECK(calendar.between(thursday_noon, utc(2012, 1, 1, 20, 0)) == 6 * hour + 30 * minute);
}

TEST_CASE("the clock stands still in pauses") {
  const BusinessCalendar calendar(office("Europe/Berlin"));
  const std::int64_t nine = utc(2026, 2, 2, 8, 0);  // a Monday
  const auto due = [&](std::int64_t duration, const std::vector<Stretch>& pauses) {
    return calendar.add_paused(nine, duration, pauses);
  };
  CHECK(due(hour, {}) == nine + hour);
  CHECK(due(hour, {{nine + 30 * minute, nine + 40 * minute}}) == nine + 70 * minute);
  CHECK(due(hour, {{nine - hour, nine + 40 * minute}}) == nine + 100 * minute);
  CHECK(due(hour, {{nine - 3 * hour, nine - hour}}) == nine + hour);
  CHECK(due(hour, {{nine + hour, nine + 2 * hour}}) == nine + hour);  // begins at the deadline
  CHECK(due(hour, {{nine + hour - 1, nine + 2 * hour}}) == nine + 2 * hour + 1);
  CHECK(due(hour, {{nine, nine}, {nine + hour / 2, nine - hour}}) == nine + hour);  // no pauses at all
  // One within another, and one that overlaps its end.
  CHECK(due(hour, {{nine + 10 * minute, nine + 2 * hour},
                   {nine + 20 * minute, nine + 30 * minute},
                   {nine + hour, nine + 3 * hour}}) == nine + 3 * hour + 50 * minute);
  // Over the night, and into it.
  CHECK(due(8 * hour, {{nine + hour, nine + 5 * hour}}) == nine + 24 * hour + 3 * hour + 30 * minute);
  CHECK(due(9 * hour, {{nine + 8 * hour, nine + 25 * hour}}) == nine + 26 * hour);
  // 0 is the next moment that is open and no pause.
  CHECK(due(0, {{nine, nine + hour}}) == nine + hour);
  CHECK(due(0, {{nine - hour, nine + 20 * hour}}) == nine + 24 * hour);
  CHECK(due(0, {{nine + 1, endless}}) == nine);
  CHECK_FALSE(due(0, {{nine, endless}}).has_value());
  CHECK(due(hour, {{nine + hour, endless}}) == nine + hour);
  CHECK_FALSE(due(hour, {{nine + hour - 1, endless}}).has_value());
  CHECK_FALSE(due(hour, {{nine, utc(2300, 1, 1, 0)}}).has_value());
  CHECK_FALSE(due(-1, {}).has_value());
}

TEST_CASE("pauses of the clock on the wall") {
  const std::int64_t start = utc(2026, 2, 7, 8, 0);
  const auto due = [&](std::int64_t duration, const std::vector<Stretch>& pauses) {
    return add_paused(start, duration, pauses);
  };
  CHECK(due(24 * hour, {}) == start + 24 * hour);
  CHECK(due(24 * hour, {{start + hour, start + 3 * hour}, {start + 2 * hour, start + 5 * hour}}) == start + 28 * hour);
  CHECK(due(24 * hour, {{earliest, start + hour}}) == start + 25 * hour);
  CHECK(due(24 * hour, {{start + 24 * hour, endless}}) == start + 24 * hour);
  CHECK_FALSE(due(24 * hour, {{start + 24 * hour - 1, endless}}).has_value());
  CHECK(due(0, {{start, start + 1}}) == start + 1);
  CHECK_FALSE(due(latest, {}).has_value());
  CHECK_FALSE(due(-1, {}).has_value());
  CHECK(add_paused(earliest, latest, std::vector<Stretch>{{latest - 5, latest - 1}}) == earliest + latest);
}

TEST_CASE("there is nothing before 1970 and after 2199") {
  for (const char* name : {"America/New_York", "Pacific/Auckland", "UTC"}) {
    CAPTURE(name);
    const Zone place = zone(name);
    const std::int64_t begin = place.instant_from_local(day(1970, 1, 1), 0);
    const std::int64_t end = place.instant_from_local(day(2200, 1, 1), 0);
    const BusinessCalendar always = daily(name, {hours(0, 0, 24, 0)});
    CHECK(always.next_opening(begin) == begin);
    CHECK(always.is_open(begin));
    CHECK(always.is_open(end - 1));
    CHECK_FALSE(always.is_open(end));
    CHECK_FALSE(always.next_opening(end).has_value());
    CHECK(always.add(begin, end - begin) == end);
    CHECK_FALSE(always.add(begin, end - begin + 1).has_value());
    CHECK(always.add(end, begin - end) == begin);
    CHECK_FALSE(always.add(end, begin - end - 1).has_value());
    CHECK(always.between(earliest, latest) == end - begin);
    CHECK(always.between(latest, earliest) == begin - end);
    for (const std::int64_t outside : {earliest, begin - 1, end + 1, latest}) {
      CHECK_FALSE(always.is_open(outside));
      CHECK_FALSE(always.next_opening(outside).has_value());
      CHECK_FALSE(always.add_days(outside, 1).has_value());
      CHECK_FALSE(always.add_paused(outside, 1, {}).has_value());
      for (const std::int64_t duration : {earliest, -hour, std::int64_t{0}, hour, latest}) {
        CHECK_FALSE(always.add(outside, duration).has_value());
      }
    }
    CHECK_FALSE(always.add(begin, latest).has_value());
    CHECK_FALSE(always.add(end, earliest).has_value());
    CHECK(always.add_days(begin, 84'005) == place.instant_from_local(day(2199, 12, 31), 0));
    CHECK_FALSE(always.add_days(begin, 84'006).has_value());
    CHECK_FALSE(always.add_days(begin, latest).has_value());
  }
}

TEST_CASE("an office that never opens") {
  const BusinessCalendar never(BusinessHours{zone("Europe/Berlin"), {}, {}});
  const std::int64_t now = utc(2026, 2, 2, 8, 0);
  CHECK_FALSE(never.is_open(now));
  CHECK_FALSE(never.next_opening(now).has_value());
  CHECK_FALSE(never.add(now, 0).has_value());
  CHECK_FALSE(never.add(now, 1).has_value());
  CHECK_FALSE(never.add(now, -1).has_value());
  CHECK_FALSE(never.add_days(now, 1).has_value());
  CHECK_FALSE(never.add_paused(now, 0, {}).has_value());
  CHECK(never.between(now, latest) == 0);
  // But for one day.
  BusinessHours once{zone("Europe/Berlin"), {}, {{day(2026, 2, 3), {hours(9, 0, 10, 0)}}}};
  const BusinessCalendar single(once);
  CHECK(single.add(now, hour) == utc(2026, 2, 3, 9, 0));
  CHECK_FALSE(single.add(now, hour + 1).has_value());
  CHECK_FALSE(single.add_days(now, 1).has_value());
}

TEST_CASE("threads share a calendar") {
  const BusinessCalendar calendar = daily("Africa/Casablanca", {hours(0, 30, 3, 30)});
  std::vector<std::vector<Moment>> answers(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : answers) {
      threads.emplace_back([&calendar, &mine] {
        for (std::int64_t i = 0; i < 2'000; ++i) {
          const std::int64_t instant = i * 41 * microseconds_per_day + i * hour;
          mine.push_back(calendar.add(instant, hour));
          mine.push_back(calendar.add_days(instant, 3));
        }
      });
    }
  }
  for (const auto& other : answers) CHECK(other == answers.front());
}

}  // namespace muster::kernels
