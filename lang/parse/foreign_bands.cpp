// Bands as other tools write them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lang/parse/foreign.h"
#include "lang/parse/scan.h"
#include "lang/source/unicode.h"

namespace muster::lang {
namespace {

// Where a value has ended: behind it nothing, a sign, or a word that joins it to another one.
bool ends_here(std::string_view text, std::size_t at) {
  constexpr std::string_view signs = ":=|{}#";
  if (at == text.size() || at_newline(text, at) || signs.find(text[at]) != std::string_view::npos) return true;
  if (text[at] == ',') return at + 1 == text.size() || !is_digit(text[at + 1]);  // 1,000 and 0,5 are no values
  return text.substr(at).starts_with("->") || word_at(text, at, "to") || word_at(text, at, "and") ||
         word_at(text, at, "or") || word_at(text, at, "on") || word_at(text, at, "onwards");
}

// The value at `at`, with its currency or unit; empty where it is not plainly one value.
std::string_view value_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.substr(text.size());
  const std::size_t quoted = behind_quotes(text, at);
  const std::size_t date = scan_date(text, at);
  const NumberShape number = scan_number(text, at);
  const Foreign grouped = comma_thousands(text, at, number.digits_end);
  const std::size_t end = quoted > at                       ? quoted
                          : date > at                       ? date
                          : grouped.end > number.digits_end ? grouped.end
                          : is_digit(text[at])              ? number.end
                                                            : identifier_end(text, at);
  return ends_here(text, skip_blanks(text, end)) ? text.substr(at, end - at) : text.substr(at, 0);
}

// Behind all of a cell.
std::size_t cell_end(std::string_view text, std::size_t at) {
  return std::min({text.find_first_of(":|\n", at), text.find(" = ", at), at + most_line_bytes, text.size()});
}

// A sign or words of habits.def.
std::optional<ForeignPhrase> phrase_of_band(HabitPlace place, std::string_view text, std::size_t at) {
  // A longer one stands before one that it begins with.
  constexpr auto signs = std::to_array<std::string_view>(
      {"<=", "<>", "<", ">=", ">", "=<", "=>", "==", "=", "≤", "≥", "*", "+", "...", "..", "–", "—"});
  const auto sign = std::find_if(signs.begin(), signs.end(),
                                 [&](std::string_view each) { return text.substr(at).starts_with(each); });
  if (sign == signs.end()) return foreign_phrase(place, text, at);
  const HabitRow* const row = find_habit(place, *sign);
  return row == nullptr ? std::nullopt : std::optional(ForeignPhrase{at + sign->size(), row->fix});
}

void fill(std::string& fix, std::string_view mark, const std::string& words) {
  if (const std::size_t at = fix.find(mark); at != std::string::npos) fix.replace(at, mark.size(), words);
}

// A value as Muster writes it: 1000 for 1,000.
std::string spelled(std::string_view value) {
  if (value.empty() || !is_digit(value.front())) return shorten(value);
  const Foreign grouped = comma_thousands(value, 0, scan_number(value, 0).digits_end);
  return shorten(value.find(',') < grouped.end ? grouped.ours : value);
}

// The unit of a number: `EUR` of 10 EUR.
std::string_view unit_of(std::string_view value) {
  return value.empty() || !is_digit(value.front()) || scan_date(value, 0) > 0
             ? std::string_view()
             : value.substr(scan_number(value, 0).bare_end);
}

// The band up to a value, from nothing in its unit: 0 EUR to 10000 EUR.
std::string band_up_to(std::string_view value) {
  if (value.empty() || !is_digit(value.front())) return "write `under` and the value that comes next";
  if (scan_date(value, 0) > 0) return "write `under` and the day that comes next";
  return fmt::format("write `0{} to {}`; where values may be below 0 write `under` and the number that comes next",
                     shorten(unit_of(value)), spelled(value));
}

std::string range_of(std::string_view low, std::string_view high) {
  if (low.empty() || high.empty()) return "A to B";
  const std::string_view unit = unit_of(low).empty() ? unit_of(high) : std::string_view();
  return fmt::format("{}{} to {}", spelled(low), is_digit(low.front()) ? shorten(unit) : "", spelled(high));
}

std::string value_or_dots(std::string_view value) { return value.empty() ? "..." : spelled(value); }

// Behind a part of the text.
std::size_t behind(std::string_view text, std::string_view part) {
  return static_cast<std::size_t>(part.data() - text.data()) + part.size();
}

constexpr std::string_view two_ends = habit_fix(HabitPlace::band_end, "to");
constexpr std::string_view two_bands = "write two bands, a line for each";

// up to 4   < 5   from 10 to 50   else
ForeignBand band_that_begins(std::string_view text, std::size_t cell, const ForeignPhrase& opening) {
  std::string fix(opening.fix);
  if (fix.find('{') == std::string::npos) return {cell, opening.end, fix};
  // In a row of a table the next cell or the result follows; another cell may stand before.
  const std::string_view next = text.substr(skip_blanks(text, opening.end), 1);
  const std::size_t before = text.substr(0, cell).find_last_not_of(" \t");
  const bool is_first = before == std::string_view::npos || text[before] != '|';
  if (fix.find("{rest}") != std::string::npos) {
    fill(fix, "{rest}", next == "|" || (next != ":" && !is_first) ? "any" : "otherwise");
    return {cell, opening.end, fix};
  }
  const std::string_view value = value_at(text, skip_blanks(text, opening.end));
  const std::size_t value_end = std::max(opening.end, behind(text, value));
  const std::size_t joint = skip_blanks(text, value_end);
  const bool is_joined = word_at(text, joint, "to") || word_at(text, joint, "and") || word_at(text, joint, "or");
  if (!is_joined) {
    fill(fix, "{up to}", band_up_to(value));
    fill(fix, "{right}", value_or_dots(value));
    fill(fix, "{range}", "A to B");
    if (value.empty()) return {cell, std::max(opening.end, cell_end(text, cell)), fix};
    const auto closing = phrase_of_band(HabitPlace::band_end, text, joint);  // from 5 on
    return {cell, closing ? closing->end : value_end, fix};
  }
  // between 10 and 50   from 10 to 50   > 5 and < 10   equals 5 or 7
  const std::string_view last = value_at(text, skip_blanks(text, identifier_end(text, joint)));
  const auto is_like = [&](std::string_view phrase) { return opening.fix == habit_fix(HabitPlace::band, phrase); };
  const bool is_range = is_like("between") || (is_like("from") && word_at(text, joint, "to"));
  if (is_range && !value.empty() && !last.empty()) {
    return {cell, behind(text, last), fmt::format("write `{}`", range_of(value, last))};
  }
  const bool is_or = word_at(text, joint, "or");
  return {cell, cell_end(text, cell),
          std::string(is_like("equals") ? "write the values alone, with a comma between two"
                      : is_or           ? two_bands
                                        : two_ends)};
}

// 5 or more   1000+   5..10: the value has been read.
std::optional<ForeignBand> band_that_goes_on(std::string_view text, std::size_t cell, std::size_t error) {
  const std::string_view before = trim(text.substr(cell, error - cell));
  const bool is_sum = before.ends_with('+') && is_digit(before.front());  // whose second part is not there
  const std::size_t value_end = is_sum ? behind(text, before) - 1 : error;
  const std::string_view value = trim(text.substr(cell, value_end - cell));
  const auto closing = phrase_of_band(HabitPlace::band_end, text, value_end);
  if (!closing || value.empty()) return std::nullopt;
  // under 5   1 to 5   1, 2: nothing can be put behind or before these.
  const bool is_one =
      value_at(text, cell).size() == value.size() || value.find_first_of(" ,") == std::string_view::npos;
  const std::string_view last = value_at(text, skip_blanks(text, closing->end));
  ForeignBand made{cell, closing->end, std::string(closing->fix)};
  const bool is_range = made.fix.find("{range}") != std::string::npos;
  const bool is_list = made.fix.find("{left}, ") != std::string::npos;
  if (is_range || is_list) {
    if (!is_one || (is_list && last.empty())) return std::nullopt;
    fill(made.fix, "{range}", range_of(value, last));
    made.end = std::max(made.end, behind(text, last));
  } else if (!last.empty() || word_at(text, skip_blanks(text, closing->end), "to")) {
    // 5 and under 10   5 or over 10   5 and up to 10
    made.fix = word_at(text, value_end, "or") ? two_bands : two_ends;
    made.end = behind(text, last);
  } else if (!is_one && made.fix.find('{') != std::string::npos) {
    return std::nullopt;
  }
  fill(made.fix, "{up to}", band_up_to(value));
  fill(made.fix, "{left}", value_or_dots(value));
  fill(made.fix, "{right}", value_or_dots(last));
  return made;
}

}  // namespace

std::optional<ForeignBand> foreign_band(std::string_view text, std::size_t cell, std::size_t error) {
  if (const auto opening = phrase_of_band(HabitPlace::band, text, cell)) {
    // A word that was read as a name may be one: `other` is a value of many picklists.
    const std::size_t word_end = identifier_end(text, cell);
    const bool is_name = word_end == opening->end && word_end > cell && error >= word_end && error > cell &&
                         !is_reserved(text.substr(cell, word_end - cell));
    const bool is_about_value =
        opening->fix.find('{') != std::string_view::npos && opening->fix.find("{rest}") == std::string_view::npos;
    if (!is_name || is_about_value) return band_that_begins(text, cell, *opening);
  }
  return band_that_goes_on(text, cell, error);
}

}  // namespace muster::lang
