// Days, moments and zones (language section 4, numbers 17 to 19). A date is days since 1970-01-01, a moment
// microseconds since 1970-01-01T00:00:00Z, a duration microseconds. The only place that knows the date library.
// May include: the standard library. Called by: parser (literals), constant folding, engines, ingest.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lang/support/result.h"

namespace muster::kernels {

inline constexpr std::int64_t microseconds_per_day = 86'400'000'000;

// value / by, rounded down. Precondition: by > 0.
[[nodiscard]] constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  const std::int64_t quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

// A moment by a clock: the day, and how far into it, 0 to below microseconds_per_day.
struct DayTime {
  std::int64_t day = 0;
  std::int64_t microsecond = 0;
};
// By a clock that is `offset` ahead of UTC, microseconds, at most some days. The sum of both need not fit 64 bits.
[[nodiscard]] constexpr DayTime day_time(std::int64_t instant, std::int64_t offset = 0) {
  const std::int64_t rest = instant % microseconds_per_day + offset;
  const std::int64_t days = floor_divide(rest, microseconds_per_day);
  return {instant / microseconds_per_day + days, rest - days * microseconds_per_day};
}

struct CivilDay {
  std::int32_t year = 1970;
  std::uint8_t month = 1;
  std::uint8_t day = 1;
};
// Days since 1970-01-01, or nothing where there is no such day. Years 0001 to 9999.
[[nodiscard]] std::optional<std::int32_t> days_from_civil(CivilDay civil);
[[nodiscard]] CivilDay civil_from_days(std::int64_t days);

// An IANA zone. Cheap to copy, and nothing in it changes: threads may share it.
class Zone {
 public:
  struct Period {  // [begin, end) in microseconds, in which `offset` holds
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t offset = 0;
  };

  static Zone utc();
  // Error (ErrorKind::usage): no such zone in the time-zone database, or no database on this machine.
  static lang::Result<Zone> find(std::string_view name);

  [[nodiscard]] const std::string& name() const { return name_; }
  // A local time that DST skips moves later by the length of the gap; one that it repeats is the earlier moment.
  [[nodiscard]] std::int64_t instant_from_local(std::int32_t days, std::int64_t microsecond_of_day) const;
  [[nodiscard]] std::int64_t local_day(std::int64_t instant) const;
  [[nodiscard]] std::int64_t local_microsecond_of_day(std::int64_t instant) const;
  // The stretch of time around the instant with one offset; two neighbours may have the same one.
  [[nodiscard]] Period period_at(std::int64_t instant) const;
  // Local time as `2026-02-01 09:30:00`, with a fraction only where there is one.
  [[nodiscard]] std::string format_local(std::int64_t instant) const;

 private:
  struct Data;
  enum class Choice : std::uint8_t { policy, end_of_day };

  [[nodiscard]] std::int64_t resolve(std::int64_t local, Choice choice) const;
  friend std::int64_t last_moment_of_day(std::int32_t days, const Zone& zone);

  std::string name_;
  std::shared_ptr<const Data> data_;  // null for UTC
};

// The version of the time-zone database, such as 2025b, or "unknown".
[[nodiscard]] std::string zone_database_version();

// `as of` for a whole day: that day's last microsecond in the zone (number 17).
[[nodiscard]] std::int64_t last_moment_of_day(std::int32_t days, const Zone& zone);

[[nodiscard]] std::string format_date(std::int64_t days);              // 2026-02-01
[[nodiscard]] std::string format_duration(std::int64_t microseconds);  // 30 days, 1 hour 30 minutes

// Kernels of functions.def.
[[nodiscard]] std::int64_t year(std::int64_t days);
[[nodiscard]] std::int64_t month(std::int64_t days);
[[nodiscard]] std::int64_t day_of_month(std::int64_t days);
[[nodiscard]] std::int64_t day_of_week(std::int64_t days);  // Monday 1 .. Sunday 7
[[nodiscard]] std::int64_t date_of(std::int64_t instant, const Zone& zone);

}  // namespace muster::kernels
