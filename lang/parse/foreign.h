// What people write out of habit, from spreadsheets, calendars and mails, and how Muster writes it. Such a spelling is
// reported with the fix and read as what it means, so that the rest of the line is checked too.
// May include: lang/parse/scan.h, lang/source, lang/spec. Called by: the builder, the grammar headers, the checker.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace muster::lang {

struct Foreign {
  std::size_t end = 0;  // offset behind the foreign spelling
  std::string ours;     // Muster's spelling of it
  std::string or_else;  // its spelling in the other reading, where there are two: 03/04/2026
};

// A day: 25.12.2026, 12/25/2026, 2026/12/25. `ours` is empty where there is no such day.
[[nodiscard]] std::optional<Foreign> foreign_day(std::string_view text, std::size_t at);
// A time of day that exists: 9:00, 9.30, 17, 5 pm. `ours` is HH:MM. A closing time comes after the minute at which the
// day opens: `9 to 5` closes at 17:00, and 12 am is the end of the day.
[[nodiscard]] std::optional<Foreign> foreign_clock(std::string_view text, std::size_t at,
                                                   std::optional<std::uint32_t> opens_at = std::nullopt);
// A weekday by its number from Monday 0, and its spelling: Mon, TUESDAY, thurs.
struct ForeignWeekday {
  std::size_t day = 0;
  Foreign spelling;
};
[[nodiscard]] std::optional<ForeignWeekday> foreign_weekday(std::string_view text, std::size_t at);
// A number with a decimal comma, by the place of its comma: 0,5.
struct ForeignDecimal {
  std::size_t begin = 0;
  Foreign spelling;
};
[[nodiscard]] std::optional<ForeignDecimal> foreign_decimal(std::string_view text, std::size_t comma);
// A unit of time that is no name of a function or an object: min, hrs, Days. `is_one`: of one such unit.
[[nodiscard]] std::optional<Foreign> foreign_unit(std::string_view text, std::size_t at, bool is_one);

}  // namespace muster::lang
