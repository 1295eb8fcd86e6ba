// What people write out of habit, from spreadsheets, calendars and mails, and how Muster writes it. Such a spelling is
// reported with the fix and read as what it means, so that the rest of the line is checked too.
// May include: lang/parse/scan.h, lang/source, lang/spec. Called by: the builder, the grammar headers, the checker.
// Numbers, days and times are in foreign.cpp, words and lists in foreign_words.cpp, bands in foreign_bands.cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lang/spec/habits.h"

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
// A number with a decimal comma, by the place of its comma: 0,5. With three digits behind it, 1,000, `ours` is the
// number with thousands and `or_else` the one with a fraction; where a second comma follows, it has no other reading.
struct ForeignDecimal {
  std::size_t begin = 0;
  Foreign spelling;
};
[[nodiscard]] std::optional<ForeignDecimal> foreign_decimal(std::string_view text, std::size_t comma);
// With the currency behind it, whose code may stand in small letters.
[[nodiscard]] Foreign with_currency(std::string_view text, Foreign amount);
// What a message says to write in its place.
[[nodiscard]] std::string fix_of_number(const Foreign& number);
// What makes a number of thousands, millions or billions, behind its digits: k, million, Mio., bn. `ours` is K, M or B.
[[nodiscard]] std::optional<Foreign> foreign_magnitude(std::string_view text, std::size_t at);
// A number with marks between its thousands that no value of ours has: 1.500.000, 1'000, 1 000, with its fraction.
// Commas are not looked for: they stand between two values.
[[nodiscard]] std::optional<Foreign> foreign_thousands(std::string_view text, std::size_t at);
// Digits that go on in threes behind commas, with a fraction behind these: 1,500,000.00. Where they do not go on, they
// end at `digits_end`.
[[nodiscard]] Foreign comma_thousands(std::string_view text, std::size_t at, std::size_t digits_end);
// A number in the notation of calculators, written out: 1e6, 2.5E+06. None where that has more than 18 digits.
[[nodiscard]] std::optional<Foreign> foreign_scientific(std::string_view text, std::size_t at);
// A number of ours whose point may stand between thousands: 1.000. `ours` is the number with thousands, `or_else` the
// one that Muster reads.
[[nodiscard]] std::optional<Foreign> doubtful_thousands(std::string_view text, std::size_t at);
// A unit of time that is no name of a function or an object: min, hrs, Days. `is_one`: of one such unit.
[[nodiscard]] std::optional<Foreign> foreign_unit(std::string_view text, std::size_t at, bool is_one);

// The longest phrase of habits.def that stands at `at`, in any letters.
struct ForeignPhrase {
  std::size_t end = 0;
  std::string_view fix;
};
[[nodiscard]] std::optional<ForeignPhrase> foreign_phrase(HabitPlace place, std::string_view text, std::size_t at);
// Behind words that stand at `at` in any letters, or `at`. The words are in small letters, with a blank between two.
[[nodiscard]] std::size_t foreign_letters(std::string_view text, std::size_t at, std::string_view words);
// A pattern in which `sign` stands for any text, as a test of ours: `contains "vp"` for %vp%, `matches "vp*sales"` for
// vp%sales. Empty where other letters of it would mean something else in that test.
[[nodiscard]] std::string test_of_pattern(std::string_view pattern, char sign);
// The pattern of SQL's LIKE, with or without quotes, as such a test.
[[nodiscard]] Foreign foreign_like(std::string_view text, std::size_t at);
// A pattern without quotes, in which a test may begin, with the word that tests it: `regex "[A-Z]+"` for [A-Z]+. `ours`
// is empty where nobody can say where the pattern ends.
[[nodiscard]] Foreign foreign_pattern(std::string_view text, std::size_t at, bool is_regex);
// Values with commas between them and no braces around them: US, DE, "Norway". A value that ends nowhere, such as the
// name in `US, employees > 5`, is none of them.
struct ForeignList {
  std::size_t end = 0;
  std::vector<std::string_view> values;
  bool goes_on = false;  // `or` and a name follow: a further value, or a condition
  bool has_names = false;
};
[[nodiscard]] ForeignList foreign_list(std::string_view text, std::size_t at);
// A band as other tools write it, in the cell that begins at `cell` and cannot be read at `error`: up to 4, < 5,
// 5 or more, 1000+, 5..10, else. `fix` says what to write.
struct ForeignBand {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string fix;
};
[[nodiscard]] std::optional<ForeignBand> foreign_band(std::string_view text, std::size_t cell, std::size_t error);
// Words of the author as a message may hold them.
[[nodiscard]] std::string shorten(std::string_view words);
// The values in braces.
[[nodiscard]] std::string in_braces(const ForeignList& list);
// Behind a text that begins at `at`, whatever its quotes, or `at`. Only one that ends on its line is looked for.
[[nodiscard]] std::size_t behind_quotes(std::string_view text, std::size_t at);

// People write shorter lines; a longer one is not searched for each of its mistakes.
inline constexpr std::size_t most_line_bytes = 1000;

}  // namespace muster::lang
