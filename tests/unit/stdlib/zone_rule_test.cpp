#include "stdlib/kernels/zone_rule.h"

#include <doctest/doctest.h>

#include "stdlib/kernels/time.h"

namespace muster::kernels {
namespace {

std::int64_t utc(std::int32_t year, std::uint8_t month, std::uint8_t day, int hour, int minute = 0) {
  const auto days = days_from_civil({year, month, day});
  REQUIRE(days.has_value());
  return *days * std::int64_t{86'400} + hour * 3'600 + minute * 60;
}

// The changes of a year as the rule has them: into daylight time and out of it.
void check_year(std::string_view text, std::int32_t year, std::int64_t start, std::int64_t end) {
  const auto rule = parse_zone_rule(text);
  REQUIRE(rule.has_value());
  REQUIRE(rule->has_daylight);
  CAPTURE(text);
  CAPTURE(year);
  CHECK(period_of_rule(*rule, start).offset == rule->daylight_offset);
  CHECK(period_of_rule(*rule, start - 1).offset == rule->standard_offset);
  CHECK(period_of_rule(*rule, end).offset == rule->standard_offset);
  CHECK(period_of_rule(*rule, end - 1).offset == rule->daylight_offset);
  CHECK(period_of_rule(*rule, start).begin == start);
  CHECK(period_of_rule(*rule, start - 1).end == start);
  CHECK(period_of_rule(*rule, end).begin == end);
  CHECK(period_of_rule(*rule, end - 1).end == end);
}

}  // namespace

TEST_CASE("rules by the weekday of a month") {
  // New York: second Sunday of March, first of November, at 2:00.
  check_year("EST5EDT,M3.2.0,M11.1.0", 2026, utc(2026, 3, 8, 7), utc(2026, 11, 1, 6));
  check_year("EST5EDT,M3.2.0,M11.1.0", 2040, utc(2040, 3, 11, 7), utc(2040, 11, 4, 6));
  // Berlin: last Sundays, at 1:00 UTC.
  check_year("CET-1CEST,M3.5.0,M10.5.0/3", 2040, utc(2040, 3, 25, 1), utc(2040, 10, 28, 1));
  // Sydney: the year ends in daylight time.
  check_year("AEST-10AEDT,M10.1.0,M4.1.0/3", 2040, utc(2040, 10, 6, 16), utc(2040, 3, 31, 16));
  // Lord Howe: half an hour.
  check_year("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2040, utc(2040, 10, 6, 15, 30), utc(2040, 3, 31, 15));
  // Times beyond a day and before it.
  check_year("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2040, utc(2040, 3, 25, 1), utc(2040, 10, 28, 1));
}

TEST_CASE("rules by the day of the year") {
  check_year("AAA0BBB,J60/0,J300/0", 2040, utc(2040, 3, 1, 0), utc(2040, 10, 26, 23));
  check_year("AAA0BBB,J60/0,J300/0", 2041, utc(2041, 3, 1, 0), utc(2041, 10, 26, 23));
  check_year("AAA0BBB,J59/0,J365/0", 2040, utc(2040, 2, 28, 0), utc(2040, 12, 30, 23));
  check_year("AAA0BBB,59/0,299/0", 2040, utc(2040, 2, 29, 0), utc(2040, 10, 25, 23));
  check_year("AAA0BBB,59/0,299/0", 2041, utc(2041, 3, 1, 0), utc(2041, 10, 26, 23));
}

TEST_CASE("daylight time all year") {
  const auto rule = parse_zone_rule("XXX3EDT4,0/0,J365/23");
  REQUIRE(rule.has_value());
  for (std::int64_t day = 0; day < 800; ++day) {
    CHECK(period_of_rule(*rule, utc(2039, 6, 1, 0) + day * 86'400).offset == -4 * 3'600);
  }
}

TEST_CASE("what is no rule") {
  for (const char* const text :
       {"", "ES5", "EST", "EST5EDT", "EST5EDT,", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,M3.2.0,M11.1.0x", "EST5EDT,J0,J1", "EST5EDT,366,1", "EST168", "<+03",
        "EST5:60", "EST5EDT,M3.2.0/168,1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_zone_rule(text).has_value());
  }
  const auto fixed = parse_zone_rule("<+0330>-3:30");
  REQUIRE(fixed.has_value());
  CHECK(fixed->standard_offset == 12'600);
  CHECK_FALSE(fixed->has_daylight);
}

}  // namespace muster::kernels
