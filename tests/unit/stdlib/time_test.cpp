#include "stdlib/kernels/time.h"

#include <date/tz.h>
#include <doctest/doctest.h>

#include <chrono>
#include <limits>
#include <random>
#include <thread>
#include <vector>

namespace muster::kernels {
namespace {

constexpr std::int64_t minute_microseconds = 60'000'000;
constexpr std::int64_t hour_microseconds = 60 * minute_microseconds;

std::int32_t day(std::int32_t year, std::uint8_t month, std::uint8_t day_of_that_month) {
  const auto days = days_from_civil({year, month, day_of_that_month});
  REQUIRE(days.has_value());
  return *days;
}

std::int64_t utc(std::int32_t year, std::uint8_t month, std::uint8_t day_of_that_month, int hour, int minute = 0) {
  return day(year, month, day_of_that_month) * microseconds_per_day + hour * hour_microseconds +
         minute * minute_microseconds;
}

Zone zone(std::string_view name) {
  auto found = Zone::find(name);
  REQUIRE(found.has_value());
  return *found;
}

// Says which moment a local time is.
struct Place {
  explicit Place(std::string_view name) : here(zone(name)) {}

  void check(std::int64_t local, std::int64_t instant) const {
    const auto [day, microsecond] = day_time(local);
    CAPTURE(here.name());
    CAPTURE(local);
    CHECK(here.instant_from_local(static_cast<std::int32_t>(day), microsecond) == instant);
  }

  Zone here;
};

}  // namespace

TEST_CASE("every day of the years 0001 to 9999, one after the other") {
  std::int32_t expected = day(1, 1, 1);
  CHECK(expected == -719'162);
  constexpr int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool good = true;
  for (std::int32_t y = 1; y <= 9999; ++y) {
    const bool leap = y % 400 == 0 || (y % 4 == 0 && y % 100 != 0);
    for (std::uint8_t m = 1; m <= 12; ++m) {
      const int length = lengths[m - 1] + (leap && m == 2 ? 1 : 0);
      for (int d = 1; d <= length; ++d, ++expected) {
        const auto days = days_from_civil({y, m, static_cast<std::uint8_t>(d)});
        const CivilDay civil = civil_from_days(expected);
        good = good && days == expected && civil.year == y && civil.month == m && civil.day == d;
      }
      good = good && !days_from_civil({y, m, static_cast<std::uint8_t>(length + 1)});
    }
  }
  CHECK(good);
  CHECK(expected == 2'932'897);  // the day after 9999-12-31
}

TEST_CASE("days that do not exist") {
  CHECK_FALSE(days_from_civil({0, 1, 1}));
  CHECK_FALSE(days_from_civil({10'000, 1, 1}));
  CHECK_FALSE(days_from_civil({2026, 0, 1}));
  CHECK_FALSE(days_from_civil({2026, 13, 1}));
  CHECK_FALSE(days_from_civil({2026, 1, 0}));
  CHECK_FALSE(days_from_civil({1900, 2, 29}));
  CHECK(days_from_civil({2000, 2, 29}));
}

TEST_CASE("any number of days is safe") {
  for (const std::int64_t days : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    CHECK_FALSE(format_date(days).empty());
    CHECK(month(days) >= 1);
    CHECK(month(days) <= 12);
    CHECK(day_of_week(days) >= 1);
    CHECK(day_of_week(days) <= 7);
  }
}

TEST_CASE("parts of a date") {
  CHECK(year(day(2026, 2, 28)) == 2026);
  CHECK(month(day(2026, 2, 28)) == 2);
  CHECK(day_of_month(day(2026, 2, 28)) == 28);
  CHECK(day_of_week(day(2026, 2, 28)) == 6);
  CHECK(day_of_week(0) == 4);
  CHECK(day_of_week(-1) == 3);
  CHECK(day_of_week(-4) == 7);
  CHECK(format_date(day(2026, 2, 1)) == "2026-02-01");
  CHECK(format_date(day(1, 1, 1)) == "0001-01-01");
}

TEST_CASE("a clock that is ahead or behind, at the ends of time") {
  using Wide = __int128;
  for (const std::int64_t near : {std::numeric_limits<std::int64_t>::min(), -microseconds_per_day, std::int64_t{0},
                                  microseconds_per_day, std::numeric_limits<std::int64_t>::max() - 4}) {
    for (std::int64_t moment = near; moment - near <= 3; ++moment) {
      for (const std::int64_t offset : {-26 * hour_microseconds, -hour_microseconds, std::int64_t{-1}, std::int64_t{0},
                                        hour_microseconds, 26 * hour_microseconds}) {
        const DayTime found = day_time(moment, offset);
        REQUIRE(found.microsecond >= 0);
        REQUIRE(found.microsecond < microseconds_per_day);
        const bool is_same =
            Wide{found.day} * microseconds_per_day + found.microsecond == static_cast<Wide>(moment) + offset;
        REQUIRE(is_same);
      }
    }
  }
}

TEST_CASE("UTC needs no database") {
  const Zone utc_zone = Zone::utc();
  CHECK(utc_zone.name() == "UTC");
  CHECK(utc_zone.instant_from_local(1, 5) == microseconds_per_day + 5);
  CHECK(utc_zone.local_day(-1) == -1);
  CHECK(utc_zone.format_local(utc(2026, 2, 1, 9, 30)) == "2026-02-01 09:30:00");
  CHECK(utc_zone.format_local(utc(2026, 2, 1, 9, 30) + 1'500'000) == "2026-02-01 09:30:01.5");
  CHECK(utc_zone.format_local(-1) == "1969-12-31 23:59:59.999999");
}

TEST_CASE("clocks in New York: a skipped time is later, a repeated one the earlier (section 4, number 19)") {
  Place place("America/New_York");
  place.check(utc(2026, 3, 8, 1, 59), utc(2026, 3, 8, 6, 59));
  place.check(utc(2026, 3, 8, 2, 0), utc(2026, 3, 8, 7, 0));
  place.check(utc(2026, 3, 8, 2, 30), utc(2026, 3, 8, 7, 30));  // is 3:30 there
  place.check(utc(2026, 3, 8, 3, 0), utc(2026, 3, 8, 7, 0));
  place.check(utc(2026, 11, 1, 0, 59), utc(2026, 11, 1, 4, 59));
  place.check(utc(2026, 11, 1, 1, 0), utc(2026, 11, 1, 5, 0));
  place.check(utc(2026, 11, 1, 1, 30), utc(2026, 11, 1, 5, 30));
  place.check(utc(2026, 11, 1, 2, 0), utc(2026, 11, 1, 7, 0));
  place.check(utc(2026, 7, 1, 12), utc(2026, 7, 1, 16));
  place.check(utc(2026, 1, 1, 12), utc(2026, 1, 1, 17));
  CHECK(place.here.format_local(utc(2026, 3, 8, 7, 30)) == "2026-03-08 03:30:00");
}

TEST_CASE("clocks in Berlin, Sydney and Lord Howe") {
  Place berlin("Europe/Berlin");
  berlin.check(utc(2026, 3, 29, 2, 30), utc(2026, 3, 29, 1, 30));
  berlin.check(utc(2026, 10, 25, 2, 30), utc(2026, 10, 25, 0, 30));
  berlin.check(utc(2026, 10, 25, 3, 0), utc(2026, 10, 25, 2, 0));
  Place sydney("Australia/Sydney");
  sydney.check(utc(2026, 4, 5, 2, 30), utc(2026, 4, 4, 15, 30));
  sydney.check(utc(2026, 10, 4, 2, 30), utc(2026, 10, 3, 16, 30));
  Place lord_howe("Australia/Lord_Howe");  // half an hour
  lord_howe.check(utc(2026, 4, 5, 1, 45), utc(2026, 4, 4, 14, 45));
  lord_howe.check(utc(2026, 4, 5, 2, 0), utc(2026, 4, 4, 15, 30));
  lord_howe.check(utc(2026, 10, 4, 2, 15), utc(2026, 10, 3, 15, 45));
  lord_howe.check(utc(2026, 10, 4, 2, 30), utc(2026, 10, 3, 15, 30));
}

TEST_CASE("a whole skipped day, local mean time, and a change at midnight") {
  Place apia("Pacific/Apia");  // 2011-12-30 was left out
  apia.check(utc(2011, 12, 29, 23), utc(2011, 12, 30, 9));
  apia.check(utc(2011, 12, 30, 12), utc(2011, 12, 30, 22));
  apia.check(utc(2011, 12, 31, 0), utc(2011, 12, 30, 10));
  Place kolkata("Asia/Kolkata");
  kolkata.check(utc(2026, 1, 1, 5, 30), utc(2026, 1, 1, 0));
  kolkata.check(utc(1800, 1, 1, 0), utc(1800, 1, 1, 0) - 21'208 * std::int64_t{1'000'000});
}

TEST_CASE("daylight time goes on after the last change that the database lists") {
  Place place("America/New_York");
  for (const std::int32_t that_year : {2037, 2038, 2040, 2100, 2400, 9998}) {
    place.check(utc(that_year, 7, 1, 12), utc(that_year, 7, 1, 16));
    place.check(utc(that_year, 1, 15, 12), utc(that_year, 1, 15, 17));
  }
  place.check(utc(2040, 3, 11, 2, 30), utc(2040, 3, 11, 7, 30));
  place.check(utc(2040, 11, 4, 1, 30), utc(2040, 11, 4, 5, 30));
  Place sydney("Australia/Sydney");
  sydney.check(utc(2045, 1, 1, 0), utc(2044, 12, 31, 13));
  sydney.check(utc(2045, 7, 1, 0), utc(2045, 6, 30, 14));
}

TEST_CASE("the offset is the database's, and the period holds the moment") {
  std::mt19937_64 engine(5);
  for (const char* const name :
       {"America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Africa/Casablanca", "America/St_Johns",
        "Asia/Tehran", "Pacific/Apia", "Asia/Kolkata", "Atlantic/Azores"}) {
    const Zone that = zone(name);
    const date::time_zone* const known = date::locate_zone(name);
    CAPTURE(name);
    // The years 1850 to 2037: from then on there is only the rule.
    for (int round = 0; round < 20'000; ++round) {
      const std::int64_t seconds = static_cast<std::int64_t>(engine() % 5'900'000'000ULL) - 3'780'000'000;
      const std::int64_t instant = seconds * 1'000'000 + static_cast<std::int64_t>(engine() % 1'000'000);
      const Zone::Period period = that.period_at(instant);
      REQUIRE(period.begin <= instant);
      REQUIRE(instant < period.end);
      REQUIRE(period.offset / 1'000'000 ==
              known->get_info(date::sys_seconds(std::chrono::seconds(seconds))).offset.count());
    }
    // One after the other, far beyond the years that are kept.
    for (Zone::Period period = that.period_at(std::numeric_limits<std::int64_t>::min());
         period.end < utc(2250, 1, 1, 0);) {
      const Zone::Period next = that.period_at(period.end);
      REQUIRE(next.begin == period.end);
      REQUIRE(that.period_at(period.end - 1).end == period.end);
      period = next;
    }
  }
}

TEST_CASE("to local time and back, any moment") {
  std::mt19937_64 engine(3);
  for (const char* const name : {"America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Africa/Casablanca",
                                 "America/St_Johns", "Asia/Tehran", "Pacific/Apia", "UTC"}) {
    const Zone that = zone(name);
    for (int round = 0; round < 4'000; ++round) {
      const std::int64_t seconds = static_cast<std::int64_t>(engine() % 8'000'000'000ULL) - 3'000'000'000;
      const std::int64_t instant = seconds * 1'000'000;
      const std::int64_t local_days = that.local_day(instant);
      // The time of day from its text, which shares nothing with the way back.
      const std::string text = that.format_local(instant);
      REQUIRE(text.substr(0, 10) == format_date(local_days));
      const std::int64_t of_day = ((std::stoll(text.substr(11, 2)) * 60 + std::stoll(text.substr(14, 2))) * 60 +
                                   std::stoll(text.substr(17, 2))) *
                                  1'000'000;
      const std::int64_t back = that.instant_from_local(static_cast<std::int32_t>(local_days), of_day);
      CAPTURE(name);
      CAPTURE(text);
      // A repeated time comes back as the earlier moment, which reads the same.
      REQUIRE(back <= instant);
      REQUIRE(instant - back <= 26 * hour_microseconds);
      REQUIRE(that.format_local(back) == text);
    }
  }
}

TEST_CASE("any moment and any local time is safe") {
  for (const char* const name : {"UTC", "America/New_York", "Pacific/Apia"}) {
    const Zone that = zone(name);
    for (const std::int64_t instant :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
      CHECK_FALSE(that.format_local(instant).empty());
      CHECK(date_of(instant, that) / 1'000 == instant / microseconds_per_day / 1'000);
      for (const std::int32_t days :
           {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}) {
        const std::int64_t moment = that.instant_from_local(days, instant);
        CHECK(moment != 0);
        CHECK((last_moment_of_day(days, that) < 0) == (days < 0));
      }
    }
  }
}

TEST_CASE("a day's last microsecond in its zone (section 4, number 17)") {
  CHECK(last_moment_of_day(day(2026, 2, 1), Zone::utc()) == utc(2026, 2, 2, 0) - 1);
  CHECK(last_moment_of_day(day(2026, 2, 1), zone("America/New_York")) == utc(2026, 2, 2, 5) - 1);
  CHECK(last_moment_of_day(day(2011, 12, 29), zone("Pacific/Apia")) == utc(2011, 12, 30, 10) - 1);
  // Sao Paulo skipped the first hour of 2018-11-04; St John's went from 0:01 back to 23:01 on 2006-10-29; Toronto
  // skipped 23:30 to 0:30 on 1919-03-30.
  CHECK(last_moment_of_day(day(2018, 11, 3), zone("America/Sao_Paulo")) == utc(2018, 11, 4, 3) - 1);
  const Zone st_johns = zone("America/St_Johns");
  CHECK(st_johns.format_local(last_moment_of_day(day(2006, 10, 28), st_johns)) == "2006-10-28 23:59:59.999999");
  CHECK(last_moment_of_day(day(2006, 10, 28), st_johns) == utc(2006, 10, 29, 3, 30) - 1);
  const Zone toronto = zone("America/Toronto");
  CHECK(toronto.format_local(last_moment_of_day(day(1919, 3, 30), toronto)) == "1919-03-30 23:29:59.999999");
  // The Azores go from 1:00 back to 0:00: the day that has begun begins again, and the one before is over.
  const Zone azores = zone("Atlantic/Azores");
  CHECK(last_moment_of_day(day(2026, 10, 24), azores) == utc(2026, 10, 25, 0) - 1);
  CHECK(azores.format_local(last_moment_of_day(day(2026, 10, 24), azores)) == "2026-10-24 23:59:59.999999");
  // In general: it is that day, and the next microsecond is not.
  for (const char* const name : {"America/New_York", "America/Sao_Paulo", "Asia/Beirut", "Australia/Lord_Howe",
                                 "Atlantic/Azores", "America/Havana"}) {
    const Zone that = zone(name);
    for (std::int32_t days = day(1980, 1, 1); days < day(2045, 1, 1); days += 1) {
      const std::int64_t moment = last_moment_of_day(days, that);
      if (that.local_day(moment) != days || that.local_day(moment + 1) != days + 1)
        FAIL(name << " " << format_date(days));
    }
  }
}

TEST_CASE("zones that do not exist") {
  for (const char* const name :
       {"", "Mars/Olympus", "America", "../../../etc/passwd", "america/new_york", "leapseconds"}) {
    const auto found = Zone::find(name);
    CAPTURE(name);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().kind == lang::ErrorKind::usage);
    CHECK_FALSE(found.error().fix.empty());
  }
}

TEST_CASE("threads share one zone") {
  const Zone shared = zone("Europe/Berlin");
  std::vector<std::int64_t> sums(4);
  {
    std::vector<std::jthread> threads;
    for (std::int64_t& sum : sums) {
      threads.emplace_back([&shared, &sum] {
        for (std::int32_t days = 0; days < 60'000; ++days) sum += shared.instant_from_local(days, 0) % 1'000'003;
      });
    }
  }
  for (const std::int64_t sum : sums) CHECK(sum == sums.front());
}

TEST_CASE("the database's version is a short word") {
  const std::string version = zone_database_version();
  CHECK_FALSE(version.empty());
  CHECK(version.find_first_of(" \n#") == std::string::npos);
}

TEST_CASE("durations in words") {
  CHECK(format_duration(0) == "0 seconds");
  CHECK(format_duration(30 * microseconds_per_day) == "30 days");
  CHECK(format_duration(90 * minute_microseconds) == "1 hour 30 minutes");
  CHECK(format_duration(microseconds_per_day + 1'500'000) == "1 day 1.5 seconds");
  CHECK(format_duration(1'000'000) == "1 second");
  CHECK(format_duration(1) == "0.000001 seconds");
  CHECK(format_duration(-hour_microseconds) == "-1 hour");
  CHECK(format_duration(std::numeric_limits<std::int64_t>::min()) == "-106751991 days 4 hours 54.775808 seconds");
}

}  // namespace muster::kernels
