#include "lang/parse/foreign.h"

#include <fmt/format.h>

#include <array>

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
                                                    {"wk", "weeks"},
                                                    {"wks", "weeks"}});

}  // namespace

std::optional<Foreign> foreign_day(std::string_view text, std::size_t at) {
  const Digits first = digits_at(text, at);
  const std::string_view sign = text.substr(first.end, 1);
  if (first.count == 0 || (sign != "." && sign != "/" && sign != "-")) return std::nullopt;
  const Digits second = digits_at(text, first.end + 1);
  if (second.count == 0 || second.count > 2 || text.substr(second.end, 1) != sign) return std::nullopt;
  const Digits third = digits_at(text, second.end + 1);
  if (identifier_end(text, third.end) > third.end) return std::nullopt;
  const auto is_month = [](const Digits& part) { return part.value >= 1 && part.value <= 12; };
  const auto is_day = [](const Digits& part) { return part.value >= 1 && part.value <= 31; };
  const auto written = [&](const Digits& year, const Digits& month, const Digits& day) {
    return fmt::format("{:04}-{:02}-{:02}", year.value, month.value, day.value);
  };
  if (first.count == 4 && third.count >= 1 && third.count <= 2) {  // 2026-1-5 is a day, 2026-12-25 one of ours
    if (!is_month(second) || !is_day(third) || scan_date(text, at) > at) return std::nullopt;
    return Foreign{third.end, written(first, second, third), ""};
  }
  if (first.count > 2 || third.count != 4) return std::nullopt;
  const bool day_first = is_day(first) && is_month(second);
  const bool month_first = is_month(first) && is_day(second);
  if (sign == "." ? !day_first : !day_first && !month_first) return std::nullopt;
  if (sign == "." || !month_first) return Foreign{third.end, written(third, second, first), ""};
  if (!day_first || first.value == second.value) return Foreign{third.end, written(third, first, second), ""};
  return Foreign{third.end, written(third, first, second), written(third, second, first)};
}

std::optional<Foreign> foreign_clock(std::string_view text, std::size_t at) {
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
  const std::string half_word = word_in_lower_case(text, half);
  if (half_word == "am" || half_word == "pm") {
    if (hours < 1 || hours > 12) return std::nullopt;
    hours = hours % 12 + (half_word == "pm" ? 12 : 0);
    end = half + half_word.size();
  } else if (half == end && !half_word.empty()) {
    return std::nullopt;
  }
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

std::optional<Foreign> foreign_unit(std::string_view text, std::size_t at) {
  const std::string word = word_in_lower_case(text, at);
  const std::size_t end = identifier_end(text, at);
  for (const Abbreviation& unit : units) {
    if (word == unit.written) return Foreign{end, std::string(unit.ours), ""};
  }
  for (const DurationUnitRow& row : duration_unit_rows) {
    if (word == row.singular || word == row.plural) return Foreign{end, word, ""};
  }
  return std::nullopt;
}

}  // namespace muster::lang
