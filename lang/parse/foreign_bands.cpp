// Bands as other tools write them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lang/parse/foreign.h"
#include "lang/parse/scan.h"
#include "lang/source/unicode.h"

namespace muster::lang {
namespace {

// The value at `at`, with its currency or unit: up to a sign or a word with which no value goes on.
std::string_view value_at(std::string_view text, std::size_t at) {
  constexpr std::string_view signs = ":=|,{}#";
  constexpr auto words = std::to_array<std::string_view>({"to", "and", "or"});
  std::size_t end = at;
  while (end < text.size() && !at_newline(text, end) && signs.find(text[end]) == std::string_view::npos &&
         std::none_of(words.begin(), words.end(), [&](std::string_view word) { return word_at(text, end, word); })) {
    const std::size_t quoted = behind_quotes(text, end);
    end = quoted > end ? quoted : std::max(token_end(text, end), end + 1);
  }
  return trim(text.substr(at, end - at));
}

// A sign or words of habits.def.
std::optional<ForeignPhrase> phrase_of_band(HabitPlace place, std::string_view text, std::size_t at) {
  // A longer one stands before one that it begins with.
  constexpr auto signs = std::to_array<std::string_view>(
      {"<=", "<", ">=", ">", "=<", "=>", "==", "=", "≤", "≥", "*", "+", "...", "..", "–", "—"});
  const auto sign = std::find_if(signs.begin(), signs.end(),
                                 [&](std::string_view each) { return text.substr(at).starts_with(each); });
  if (sign == signs.end()) return foreign_phrase(place, text, at);
  const HabitRow* const row = find_habit(place, *sign);
  return row == nullptr ? std::nullopt : std::optional(ForeignPhrase{at + sign->size(), row->fix});
}

void fill(std::string& fix, std::string_view mark, const std::string& words) {
  if (const std::size_t at = fix.find(mark); at != std::string::npos) fix.replace(at, mark.size(), words);
}

// The band up to a value, from nothing in its unit: 0 EUR to 10000 EUR.
std::string band_up_to(std::string_view value) {
  if (value.empty() || !is_digit(value.front())) return "write `under` and the value that comes next";
  if (scan_date(value, 0) > 0) return "write `under` and the day that comes next";
  const std::string_view unit = trim(value.substr(scan_number(value, 0).bare_end));
  return fmt::format("write `0{}{} to {}`; where values may be below 0 write `under` and the number that comes next",
                     unit.empty() ? "" : " ", shorten(unit), shorten(value));
}

std::string value_or_dots(std::string_view value) { return value.empty() ? "..." : shorten(value); }

}  // namespace

std::optional<ForeignBand> foreign_band(std::string_view text, std::size_t cell, std::size_t error) {
  const auto end_of = [](std::string_view part) { return part.data() + part.size(); };
  if (const auto opening = phrase_of_band(HabitPlace::band, text, cell)) {
    std::string_view value = value_at(text, skip_blanks(text, opening->end));
    std::size_t end = std::max(opening->end, static_cast<std::size_t>(end_of(value) - text.data()));
    ForeignBand made{cell, opening->end, std::string(opening->fix)};
    // from 10 to 50   between 10 and 50
    const std::size_t joint = skip_blanks(text, end);
    const std::size_t word_end = identifier_end(text, joint);
    std::string range = "A to B";
    if (word_at(text, joint, "to") || word_at(text, joint, "and")) {
      const std::string_view last = value_at(text, skip_blanks(text, word_end));
      if (!last.empty()) {
        const bool has_sign = last.front() == '<' || last.front() == '>';  // > 5 and < 10
        range = value_or_dots(value) + " to " + shorten(last);
        made.fix = has_sign ? "write the two ends, as in `5 to 10`, or `5 to under 10`" : "write `{range}`";
        end = static_cast<std::size_t>(end_of(last) - text.data());
      }
    }
    if (opening->fix.find('{') != std::string_view::npos) made.end = end;
    const bool is_alone = skip_blanks(text, cell - column_bytes(text, cell)) == cell;  // no cell stands before it
    const bool is_cell = text.substr(skip_blanks(text, opening->end), 1) == "|" || !is_alone;
    const bool is_in_row = text.substr(skip_blanks(text, opening->end), 1) != ":";
    fill(made.fix, "{rest}", is_in_row && is_cell ? "any" : "otherwise");
    fill(made.fix, "{up to}", band_up_to(value));
    fill(made.fix, "{right}", value_or_dots(value));
    fill(made.fix, "{range}", range);
    return made;
  }
  // 5 or more   1000+: the value has been read, and the sum lacks its second part.
  const std::string_view before = trim(text.substr(cell, error - cell));
  const bool is_sum = before.ends_with('+') && is_digit(before.front());
  const std::size_t behind = is_sum ? static_cast<std::size_t>(end_of(before) - text.data()) - 1 : error;
  const auto closing = phrase_of_band(HabitPlace::band_end, text, behind);
  const std::string_view value = trim(text.substr(cell, behind - cell));
  if (!closing || value.empty()) return std::nullopt;
  ForeignBand made{cell, closing->end, std::string(closing->fix)};
  if (made.fix.find("{range}") != std::string::npos) {
    const std::string_view last = value_at(text, skip_blanks(text, closing->end));
    fill(made.fix, "{range}", value_or_dots(value) + " to " + value_or_dots(last));
    made.end = std::max(made.end, static_cast<std::size_t>(end_of(last) - text.data()));
  }
  fill(made.fix, "{up to}", band_up_to(value));
  fill(made.fix, "{left}", value_or_dots(value));
  return made;
}

}  // namespace muster::lang
