// Days, moments and zones for the slow evaluator: std::chrono's calendar and Howard Hinnant's date library.
// May include: the standard library, lang/syntax. Called by: tests/differ/slow.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "lang/syntax/expression.h"

namespace muster::differ::slow {

inline constexpr std::int64_t microseconds_of_day = 86'400'000'000;

struct YearMonthDay {
  int year = 1970;
  int month = 1;
  int day = 1;
};
[[nodiscard]] YearMonthDay civil(std::int64_t day);
[[nodiscard]] int weekday(std::int64_t day);  // Monday 1 to Sunday 7
// The same day so many months before; a month too short gives its last day.
[[nodiscard]] std::int64_t months_before(std::int64_t day, std::int64_t months);
// The first day of the unit that holds `day`, and the one `units` before it.
[[nodiscard]] std::int64_t first_of_unit(std::int64_t day, lang::Calendar unit, std::int64_t units = 0);

class Zone {
 public:
  explicit Zone(const std::string& name);  // of the IANA database
  ~Zone();
  // A local time that is skipped moves later by the gap, one that comes twice is the earlier.
  [[nodiscard]] std::int64_t instant(std::int64_t day, std::int64_t microsecond_of_day) const;
  [[nodiscard]] std::int64_t first_moment(std::int64_t day) const;
  [[nodiscard]] std::int64_t last_moment(std::int64_t day) const { return first_moment(day + 1) - 1; }
  [[nodiscard]] std::int64_t local(std::int64_t instant) const;  // microseconds of the local clock
  [[nodiscard]] std::int64_t day_of(std::int64_t instant) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace muster::differ::slow
