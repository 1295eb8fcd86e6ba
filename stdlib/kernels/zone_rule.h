// What a zone does after the last change that its file lists: the POSIX rule in the file's last line
// (RFC 9636, section 3.3), such as EST5EDT,M3.2.0,M11.1.0. The date library does not read it and would leave New York
// in winter time for good from 2038 on.
// May include: the standard library. Called by: time.cpp only, and its test.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace muster::kernels {

// The day of a year on which the clocks change, and the local second of that day (-167 h .. 167 h).
struct RuleChange {
  enum class Kind : std::uint8_t { day_without_leap, day_with_leap, weekday_of_month };
  Kind kind = Kind::day_with_leap;
  std::int32_t day = 0;    // day_without_leap: 1..365; day_with_leap: 0..365; weekday: Sunday 0 .. Saturday 6
  std::int32_t week = 1;   // 1..4, and 5 for the last
  std::int32_t month = 1;  // 1..12
  std::int32_t second = 7200;
};

struct ZoneRule {
  std::int32_t standard_offset = 0;  // seconds east of UTC
  std::int32_t daylight_offset = 0;
  bool has_daylight = false;
  RuleChange start;  // of daylight time, in standard time
  RuleChange end;    // in daylight time
};

// Nothing where the text is no such rule. Any input is safe.
[[nodiscard]] std::optional<ZoneRule> parse_zone_rule(std::string_view text);

// The stretch of time [begin, end) around `instant` in which the offset stays the same; all in seconds.
struct RulePeriod {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int32_t offset = 0;
};
// Precondition: rule.has_daylight, and the instant is within the years 1 to 30000.
[[nodiscard]] RulePeriod period_of_rule(const ZoneRule& rule, std::int64_t instant);

}  // namespace muster::kernels
