// Units of the calendar and the edges of windows (language section 4, numbers 18 and 19). Days are days since
// 1970-01-01, moments microseconds since 1970-01-01T00:00:00Z. Nothing here overflows: what lies further away than the
// calendar reaches (some 1.9 thousand million years) counts as its end, moments that 64 bits do not hold as the first.
// May include: the standard library, lang/syntax, stdlib/kernels/time.h. Called by: IR facts, the engines, tests.
#pragma once

#include <cstdint>

#include "lang/syntax/expression.h"  // CalendarUnit
#include "stdlib/kernels/time.h"

namespace muster::kernels {

// The number of the unit that holds a day. Numbers rise by 1 from unit to unit: days since 1970-01-01, months,
// quarters since the first of 1970, weeks from the one that holds 1970-01-01, calendar years as they are written.
// `week_starts` is the first day of a week, 1 Monday to 7 Sunday; units other than weeks do not look at it.
[[nodiscard]] std::int64_t calendar_number(std::int64_t day, lang::CalendarUnit unit, std::uint8_t week_starts);
// The other way: the first day of a unit.
[[nodiscard]] std::int64_t first_day_of(std::int64_t number, lang::CalendarUnit unit, std::uint8_t week_starts);
// The same day of the month `months` before, or after where it is below 0; a month too short clamps to its last day.
[[nodiscard]] std::int64_t months_before(std::int64_t day, std::int64_t months);

// Edges of windows: the smallest moment or day that belongs to the window. The evaluation's own moment or day is the
// largest one. `amount` is not below 0.

// (as of - amount, as of], of moments and microseconds as of days and days.
[[nodiscard]] std::int64_t edge_before(std::int64_t as_of, std::int64_t amount);
// After the same local time `months` before, or after the same day.
[[nodiscard]] std::int64_t moment_edge_of_months(std::int64_t as_of, std::int64_t months, const Zone& zone);
[[nodiscard]] std::int64_t day_edge_of_months(std::int64_t as_of_day, std::int64_t months);
// From the first moment or day of the unit `count - 1` before the present one. Precondition: count >= 1.
[[nodiscard]] std::int64_t moment_edge_of_units(std::int64_t as_of_day, std::int64_t count, lang::CalendarUnit unit,
                                                std::uint8_t week_starts, const Zone& zone);
[[nodiscard]] std::int64_t day_edge_of_units(std::int64_t as_of_day, std::int64_t count, lang::CalendarUnit unit,
                                             std::uint8_t week_starts);

}  // namespace muster::kernels
