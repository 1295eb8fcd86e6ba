// Where words, numbers and whole declarations lie in policy text: pure functions over bytes, without state.
// May include: lang/source, lang/spec, lang/syntax. Called by: lang/parse, lang/format.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lang/syntax/expression.h"

namespace muster::lang {

// The kind of declaration that is being read: what goes on in the next line.
enum class PhrasePlace : std::uint8_t { anywhere, header, object, score, lifecycle, framework, qualifier, picklist };

inline constexpr auto header_entries = std::to_array<std::string_view>(
    {"edition", "version", "owner", "parties", "effective", "review", "zone", "currency"});

// Units of the calendar, whose length differs.
struct CalendarWord {
  CalendarUnit unit;
  std::string_view singular;
  std::string_view plural;
};
inline constexpr auto calendar_words = std::to_array<CalendarWord>({{CalendarUnit::day, "day", "days"},
                                                                    {CalendarUnit::week, "week", "weeks"},
                                                                    {CalendarUnit::month, "month", "months"},
                                                                    {CalendarUnit::quarter, "quarter", "quarters"},
                                                                    {CalendarUnit::year, "year", "years"}});

inline constexpr auto weekday_words =
    std::to_array<std::string_view>({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"});

// The end of the identifier at `at`, or `at` where none begins.
[[nodiscard]] std::size_t identifier_end(std::string_view text, std::size_t at);
// Behind blanks, tabs and no-break spaces; newlines and comments stay.
[[nodiscard]] std::size_t skip_blanks(std::string_view text, std::size_t at);
// Behind blanks, newlines and comments.
[[nodiscard]] std::size_t skip_lines(std::string_view text, std::size_t at);
[[nodiscard]] bool at_newline(std::string_view text, std::size_t at);
[[nodiscard]] bool word_at(std::string_view text, std::size_t at, std::string_view word);
// The end of one or more words with blanks between them ("at most"), or npos.
[[nodiscard]] std::size_t phrase_end(std::string_view text, std::size_t at, std::string_view words);
[[nodiscard]] bool is_reserved(std::string_view word);
// The end of what a reader would call one word at `at`: a name, a text, a number or a sign.
[[nodiscard]] std::size_t token_end(std::string_view text, std::size_t at);
// Whether a value begins here: a text, number, parenthesis or a name that joins no two values.
[[nodiscard]] bool starts_operand(std::string_view text, std::size_t at);
// Whether a window begins behind rows or a value: `in last ...`, `since A`, `between A and B`.
[[nodiscard]] bool starts_window(std::string_view text, std::size_t at);
// Whether what stands behind `per` are rows: a name, no operator behind it, and a condition or window of rows behind
// it or a capital letter at its beginning.
[[nodiscard]] bool starts_rows(std::string_view text, std::size_t at);
// Whether a declaration begins at `at`, which is the first letter of a line.
[[nodiscard]] bool starts_declaration(std::string_view text, std::size_t at);
// Whether the next line goes on with the rule of this one: it begins with `and`, `because` and the like.
[[nodiscard]] bool continues_rule(std::string_view text, std::size_t at);
// Bytes between the beginning of the line and `at`.
[[nodiscard]] std::size_t column_bytes(std::string_view text, std::size_t at);
// The same with what only declarations of one kind have: the clauses of a field, a letter or a stage. `field_column` is
// where the last field of an object begins in its line.
[[nodiscard]] bool next_line_continues(std::string_view text, std::size_t at, PhrasePlace place,
                                       std::size_t field_column);
// Whether a line that begins so is a rule of its own, even while a parenthesis is open.
[[nodiscard]] bool starts_rule(std::string_view text, std::size_t at);

// A number as it stands in the text; offsets into it. Nothing about its value is checked.
struct NumberShape {
  std::size_t end = 0;             // behind everything, unit included
  std::size_t digits_end = 0;      // behind the whole part
  std::size_t fraction_begin = 0;  // equal to fraction_end where there is no point
  std::size_t fraction_end = 0;
  char suffix = 0;  // K, M, B or none
  bool percent = false;
  std::size_t bare_end = 0;  // behind digits and suffix
  std::string_view unit;     // a unit of time or a currency code
  enum class Unit : std::uint8_t { none, currency, duration, calendar } unit_kind = Unit::none;
};
[[nodiscard]] NumberShape scan_number(std::string_view text, std::size_t at);
// The end of YYYY-MM-DD at `at`, or `at`.
[[nodiscard]] std::size_t scan_date(std::string_view text, std::size_t at);

// The end of HH:MM at `at`, or `at`. Whether the time exists is not checked.
[[nodiscard]] std::size_t scan_clock(std::string_view text, std::size_t at);

// A number of at most 9 digits, so that it fits; more count as 999,999,999. The caller has checked the digits.
[[nodiscard]] std::uint32_t small_number(std::string_view digits);

[[nodiscard]] constexpr bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

}  // namespace muster::lang
