#include "lang/parse/foreign.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "lang/parse/scan.h"
#include "lang/source/unicode.h"
#include "lang/spec/spec.h"

namespace muster::lang {
namespace {

struct Digits {
  std::size_t end = 0;
  std::uint32_t value = 0;
  std::size_t count = 0;
};
Digits digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return {end, small_number(text.substr(at, end - at)), end - at};
}

std::string word_in_lower_case(std::string_view text, std::size_t at) {
  return to_lower(text.substr(at, identifier_end(text, at) - at));
}

struct Abbreviation {
  std::string_view written, ours;
};
constexpr auto units = std::to_array<Abbreviation>({{"s", "seconds"},
                                                    {"sec", "seconds"},
                                                    {"secs", "seconds"},
                                                    {"min", "minutes"},
                                                    {"mins", "minutes"},
                                                    {"h", "hours"},
                                                    {"hr", "hours"},
                                                    {"hrs", "hours"},
                                                    {"d", "days"},
                                                    {"w", "weeks"},
                                                    {"wk", "weeks"},
                                                    {"wks", "weeks"}});

constexpr auto magnitudes = std::to_array<Abbreviation>({{"k", "K"},
                                                         {"thousand", "K"},
                                                         {"tsd", "K"},
                                                         {"m", "M"},
                                                         {"mm", "M"},
                                                         {"mn", "M"},
                                                         {"mln", "M"},
                                                         {"mio", "M"},
                                                         {"million", "M"},
                                                         {"millions", "M"},
                                                         {"b", "B"},
                                                         {"bn", "B"},
                                                         {"mrd", "B"},
                                                         {"billion", "B"},
                                                         {"billions", "B"}});

// Behind a mark between thousands, or `at`.
std::size_t behind_mark(std::string_view text, std::size_t at) {
  for (const std::string_view mark : {".", "'", "’", " ", "\xC2\xA0", "\u202F"}) {
    if (text.substr(at, mark.size()) == mark) return at + mark.size();
  }
  return at;
}

}  // namespace

Foreign with_currency(std::string_view text, Foreign amount) {
  const std::size_t begin = skip_blanks(text, amount.end);
  const std::size_t end = identifier_end(text, begin);
  const std::string code = to_upper(text.substr(begin, end - begin));
  if (find_currency(code) == nullptr) return amount;
  amount.ours += " " + code;
  if (!amount.or_else.empty()) amount.or_else += " " + code;
  amount.end = end;
  return amount;
}

std::string fix_of_number(const Foreign& number) {
  std::string fix = fmt::format("write `{}`", shorten(number.ours));
  if (!number.or_else.empty()) fix += fmt::format(", or `{}` if a fraction stands behind the comma", number.or_else);
  return fix;
}

std::optional<Foreign> foreign_magnitude(std::string_view text, std::size_t at) {
  const std::size_t begin = skip_blanks(text, at);
  const std::string word = word_in_lower_case(text, begin);
  std::size_t end = identifier_end(text, begin);
  for (const Abbreviation& each : magnitudes) {
    if (word != each.written) continue;
    if (text.substr(end, 1) == "(") return std::nullopt;  // a name
    if (text.substr(end, 1) == ".") {
      if (identifier_end(text, end + 1) > end + 1) return std::nullopt;
      ++end;  // Mio.
    }
    return Foreign{end, std::string(each.ours), ""};
  }
  return std::nullopt;
}

std::optional<Foreign> foreign_thousands(std::string_view text, std::size_t at) {
  const Digits first = digits_at(text, at);
  const std::size_t second = behind_mark(text, first.end);
  if (first.count == 0 || first.count > 3 || second == first.end) return std::nullopt;
  const std::string_view mark = text.substr(first.end, second - first.end);
  std::string ours(text.substr(at, first.count));
  std::size_t end = first.end;
  std::size_t groups = 0;
  for (; text.substr(end, mark.size()) == mark; ++groups) {
    const Digits group = digits_at(text, end + mark.size());
    if (group.count != 3) break;
    ours += text.substr(end + mark.size(), 3);
    end = group.end;
  }
  if (groups == 0 || (mark == "." && groups == 1)) return std::nullopt;
  // Two digits behind a comma are cents wherever a point or blank stands between thousands.
  const Digits cents = digits_at(text, std::min(end + 1, text.size()));
  if (text.substr(end, 1) == "," && (cents.count == 1 || cents.count == 2)) {
    ours += fmt::format(".{}", text.substr(end + 1, cents.count));
    end = cents.end;
  }
  if (identifier_end(text, end) > end && !foreign_magnitude(text, end)) return std::nullopt;
  return Foreign{end, ours, ""};
}

Foreign comma_thousands(std::string_view text, std::size_t at, std::size_t digits_end) {
  Foreign found{digits_end, std::string(text.substr(at, digits_end - at)), ""};
  while (text.substr(found.end, 1) == ",") {
    const Digits group = digits_at(text, found.end + 1);
    if (group.count != 3) break;
    found.ours += text.substr(found.end + 1, 3);
    found.end = group.end;
  }
  if (found.end == digits_end || text.substr(found.end, 1) != ".") return found;
  const Digits cents = digits_at(text, found.end + 1);  // 1,500.00
  if (cents.count == 0) return found;
  found.ours += text.substr(found.end, cents.end - found.end);
  found.end = cents.end;
  return found;
}

std::optional<Foreign> foreign_scientific(std::string_view text, std::size_t at) {
  const NumberShape shape = scan_number(text, at);
  if (to_lower(text.substr(shape.bare_end, 1)) != "e" || shape.suffix != 0) return std::nullopt;
  const std::string_view sign = text.substr(shape.bare_end + 1, 1);
  const Digits power = digits_at(text, shape.bare_end + (sign == "+" || sign == "-" ? 2 : 1));
  if (power.count == 0 || power.count > 2 || identifier_end(text, power.end) > power.end) return std::nullopt;
  std::string digits(text.substr(at, shape.digits_end - at));
  digits += text.substr(shape.fraction_begin, shape.fraction_end - shape.fraction_begin);
  // The point moves to the right, over zeros where the digits end, or to the left.
  std::size_t point = shape.digits_end - at;
  if (sign == "-") {
    if (power.value >= point) digits.insert(0, power.value - point + 1, '0');
    point = std::max<std::size_t>(point, power.value + 1) - power.value;
  } else {
    point += power.value;
    if (digits.size() < point) digits.append(point - digits.size(), '0');
  }
  constexpr std::size_t most_digits = 18;
  if (digits.size() > most_digits) return std::nullopt;
  const std::size_t zeros = std::min(digits.find_first_not_of('0'), point - 1);  // 0.5e1
  digits.erase(0, zeros);
  point -= zeros;
  std::string fraction = digits.substr(point);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return Foreign{power.end, fmt::format("{}{}{}", digits.substr(0, point), fraction.empty() ? "" : ".", fraction), ""};
}

std::optional<Foreign> doubtful_thousands(std::string_view text, std::size_t at) {
  if (at >= text.size() || !is_digit(text[at]) || text[at] == '0') return std::nullopt;
  const NumberShape shape = scan_number(text, at);
  if (shape.digits_end - at > 3 || shape.fraction_end - shape.fraction_begin != 3 || shape.suffix != 0 ||
      shape.percent) {
    return std::nullopt;
  }
  const std::string_view whole = text.substr(at, shape.digits_end - at);
  const std::string_view last = text.substr(shape.fraction_begin, 3);
  const std::string_view unit = text.substr(shape.fraction_end, shape.end - shape.fraction_end);
  const std::string_view fraction = last.substr(0, last.find_last_not_of('0') + 1);
  return Foreign{shape.end, fmt::format("{}{}{}", whole, last, unit),
                 fmt::format("{}{}{}{}", whole, fraction.empty() ? "" : ".", fraction, unit)};
}

std::optional<Foreign> foreign_day(std::string_view text, std::size_t at) {
  const Digits first = digits_at(text, at);
  const std::string_view sign = text.substr(first.end, 1);
  if (first.count == 0 || (sign != "." && sign != "/" && sign != "-")) return std::nullopt;
  const Digits second = digits_at(text, first.end + 1);
  if (second.count == 0 || second.count > 2 || text.substr(second.end, 1) != sign) return std::nullopt;
  const Digits third = digits_at(text, second.end + 1);
  const std::string_view behind = text.substr(third.end, 2);
  if (identifier_end(text, third.end) > third.end || behind.starts_with('%')) return std::nullopt;
  if (behind.size() == 2 && behind[0] == '.' && is_digit(behind[1])) return std::nullopt;
  const bool year_first = first.count == 4 && third.count >= 1 && third.count <= 2 && scan_date(text, at) == at;
  const bool year_last = first.count <= 2 && third.count == 4;
  if (!year_first && !year_last) return std::nullopt;
  Foreign found{third.end, "", ""};
  const auto reading = [&](const Digits& year, const Digits& month, const Digits& day) {
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year.value)},
                                           std::chrono::month{month.value}, std::chrono::day{day.value}};
    if (!date.ok() || year.value == 0) return;
    const std::string written = fmt::format("{:04}-{:02}-{:02}", year.value, month.value, day.value);
    if (found.ours.empty()) {
      found.ours = written;
    } else if (written != found.ours) {
      found.or_else = written;
    }
  };
  if (year_first) {  // 2026-1-5; 2026-12-25 is one of ours
    reading(first, second, third);
  } else {
    if (sign != ".") reading(third, first, second);
    reading(third, second, first);
  }
  return found;
}

std::optional<Foreign> foreign_clock(std::string_view text, std::size_t at, std::optional<std::uint32_t> opens_at) {
  const Digits hour = digits_at(text, at);
  if (hour.count == 0 || hour.count > 2) return std::nullopt;
  std::size_t end = hour.end;
  std::uint32_t minutes = 0;
  if (const std::string_view sign = text.substr(end, 1); sign == ":" || sign == ".") {
    const Digits minute = digits_at(text, end + 1);
    if (minute.count != 2) return std::nullopt;
    minutes = minute.value;
    end = minute.end;
  }
  std::uint32_t hours = hour.value;
  const std::size_t half = skip_blanks(text, end);
  const std::string half_word = to_lower(text.substr(half, 4));
  const bool with_points = half_word == "a.m." || half_word == "p.m.";
  const std::size_t half_end = with_points ? half + half_word.size() : identifier_end(text, half);
  if (with_points || (half_end == half + 2 && (half_word.starts_with("am") || half_word.starts_with("pm")))) {
    if (hours < 1 || hours > 12) return std::nullopt;
    hours = hours % 12 + (half_word.starts_with('p') ? 12 : 0);
    end = half_end;
  } else if (half_end > half && half == end) {
    return std::nullopt;
  } else if (opens_at && hours < 12 && hours * 60 + minutes <= *opens_at) {
    hours += 12;  // 9 to 5
  }
  if (opens_at && hours == 0 && minutes == 0) hours = 24;  // until 12 am
  if (minutes > 59 || hours > 24 || (hours == 24 && minutes > 0)) return std::nullopt;
  return Foreign{end, fmt::format("{:02}:{:02}", hours, minutes), ""};
}

std::optional<ForeignWeekday> foreign_weekday(std::string_view text, std::size_t at) {
  const std::string word = word_in_lower_case(text, at);
  if (word.size() < 3) return std::nullopt;
  std::size_t end = identifier_end(text, at);
  for (std::size_t day = 0; day < weekday_words.size(); ++day) {
    if (!weekday_words[day].starts_with(word)) continue;
    if (text.substr(end, 1) == "." && word.size() < weekday_words[day].size()) ++end;  // Mon.
    return ForeignWeekday{day, {end, std::string(weekday_words[day]), ""}};
  }
  return std::nullopt;
}

std::optional<ForeignDecimal> foreign_decimal(std::string_view text, std::size_t comma) {
  if (comma == 0 || comma + 1 >= text.size() || text[comma] != ',') return std::nullopt;
  if (!is_digit(text[comma - 1]) || !is_digit(text[comma + 1]) || scan_date(text, comma + 1) > comma + 1) {
    return std::nullopt;
  }
  const auto first_digit = [&](std::size_t at) {
    while (at > 0 && is_digit(text[at - 1])) --at;
    return at;
  };
  std::size_t begin = first_digit(comma - 1);
  std::string whole(text.substr(begin, comma - begin));
  // 1.500,25
  if (whole.size() == 3 && begin > 1 && text[begin - 1] == '.' && is_digit(text[begin - 2])) {
    const std::size_t end = begin - 1;
    begin = first_digit(end - 1);
    whole.insert(0, text.substr(begin, end - begin));
  }
  // A name, a day, a time or a number with a point ends here as well.
  const bool is_part = begin > 0 && (identifier_end(text, begin - 1) > begin - 1 ||
                                     (begin > 1 && text[begin - 1] != '(' && is_digit(text[begin - 2])));
  if (is_part) return std::nullopt;
  const NumberShape fraction = scan_number(text, comma + 1);
  if (fraction.fraction_begin != fraction.fraction_end) return std::nullopt;
  Foreign found{fraction.percent ? fraction.end : fraction.bare_end, "", ""};
  found.ours = fmt::format("{}.{}", whole, text.substr(comma + 1, found.end - comma - 1));
  const bool may_be_more = !fraction.percent && fraction.suffix == 0;
  if (const auto magnitude = foreign_magnitude(text, found.end); magnitude && may_be_more) {
    found.ours += magnitude->ours;
    found.end = magnitude->end;
  }
  Foreign grouped = comma_thousands(text, begin, comma);
  if (text[begin] != '0' && comma - begin <= 3 && grouped.end >= found.end) {
    if (grouped.end == found.end) grouped.or_else = std::move(found.ours);
    return ForeignDecimal{begin, std::move(grouped)};
  }
  return ForeignDecimal{begin, std::move(found)};
}

std::optional<Foreign> foreign_unit(std::string_view text, std::size_t at, bool is_one) {
  const std::string word = word_in_lower_case(text, at);
  const std::size_t end = identifier_end(text, at);
  const std::string_view behind = text.substr(end, 1);
  if (behind == "(" || (behind == "." && identifier_end(text, end + 1) > end + 1)) return std::nullopt;  // a name
  for (const DurationUnitRow& row : duration_unit_rows) {
    bool is_unit = word == row.singular || word == row.plural;
    for (const Abbreviation& unit : units) is_unit = is_unit || (word == unit.written && unit.ours == row.plural);
    if (is_unit) return Foreign{end, std::string(is_one ? row.singular : row.plural), ""};
  }
  return std::nullopt;
}

}  // namespace muster::lang
