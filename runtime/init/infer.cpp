#include "runtime/init/infer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "lang/support/count.h"
#include "runtime/init/header_words.h"
#include "runtime/init/names.h"

namespace muster::runtime {

namespace {

using compiler::Kind;

// A type fits when at least 49 of 50 values read as it: real exports hold a few "11-50" among their numbers.
bool fits(std::uint64_t read, const ColumnProfile& column) { return read > 0 && read * 50 >= column.present * 49; }

// The day format with a clock that reads the most, and whether its twin reads as many.
bool infer_time(const ColumnProfile& column, InferredType& type) {
  if (fits(column.iso_days, column)) {
    type.kind = Kind::date;
    type.misfits = column.present - column.iso_days;
    return true;
  }
  if (fits(column.iso_moments, column)) {
    type.kind = Kind::datetime;
    type.misfits = column.present - column.iso_moments;
    return true;
  }
  std::size_t best = time_format_count;
  for (std::size_t i = 0; i < time_format_count; ++i) {
    if (column.times[i] > 0 && (best == time_format_count || column.times[i] > column.times[best])) best = i;
  }
  if (best == time_format_count || !fits(column.times[best], column)) return false;
  const std::size_t day = best / clock_formats.size();
  const std::size_t clock = best % clock_formats.size();
  // Where every value has two digits for day and month, the format says so.
  const bool two_digits = clock == 0 && column.shortest >= day_formats[day].format.size() + 2;
  const auto text_of = [&](std::size_t number) {
    std::string text;
    const std::string_view format = day_formats[number].format;
    for (std::size_t i = 0; i < format.size(); ++i) {
      const bool single = (format[i] == 'D' || format[i] == 'M') && (i == 0 || format[i - 1] != format[i]) &&
                          (i + 1 == format.size() || format[i + 1] != format[i]);
      text.append(single && two_digits ? 2U : 1U, format[i]);
    }
    return text.append(clock_formats[clock]);
  };
  if (day_formats[day].twin >= 0) {
    const auto twin = static_cast<std::size_t>(day_formats[day].twin);
    // Evidence is a value that only one of the two reads, such as 31/01/2026.
    if (column.times_alone[day] <= 20 * column.times_alone[twin]) {
      type.doubt = fmt::format("dates, but nothing shows which number is the day: make it {}? format \"{}\" or \"{}\"",
                               clock == 0 ? "date" : "datetime", text_of(day), text_of(twin));
      type.day_first_or_month_first.emplace(text_of(day), text_of(twin));
      return false;
    }
  }
  type.kind = clock == 0 ? Kind::date : Kind::datetime;
  type.format = text_of(day);
  type.misfits = column.present - column.times[best];
  return true;
}

// What to write for the other reading of numbers such as 1.234.
std::string other_reading(const StyleChoice& choice, const InferredType& type) {
  const bool is_point = number_styles[choice.style].format.decimal == '.';
  const std::string format = is_point ? fmt::format(" format \"{}\"", number_styles[1].text) : " without a format";
  std::string name = choice.has_fractions ? "int?" : "decimal(3)?";
  if (type.kind == Kind::money) name = fmt::format("money {}?", type.currency);
  if (type.kind == Kind::percent) name = "percent?";
  return fmt::format("; else write {}{}", name, format);
}

// Keys and phone numbers that a name or their look gives away, although they read as numbers.
bool infer_code(const ColumnProfile& column, const HeaderWords& words, InferredType& type) {
  const NumberProfile& numbers = column.numbers;
  if (!fits(numbers.read[0].integers, column)) return false;
  if (numbers.leading_zeros > 0) {
    type.note = "kept as text for its leading zeros";
  } else if (words.promise_a_code()) {
    type.note = "kept as text: nothing to count with";
  } else if (!words.promise_money() && column.present >= 3 && fits(numbers.id_like, column) &&
             numbers.most_digits - numbers.fewest_digits <= 1) {
    type.doubt = "kept as text, because these look like ids: write int? if this is a number of something";
  } else {
    return false;
  }
  return true;
}

// Where nearly all values are numbers, or all that are none are words.
bool infer_number(const ColumnProfile& column, const HeaderWords& words, const FileStyle& file, InferredType& type) {
  const NumberProfile& numbers = column.numbers;
  const StyleChoice choice = choose_style(numbers, file);
  if (choice.is_undecided) {
    if (numbers.values * 2 < column.present) return false;
    type.doubt = choice.doubt;
    return true;
  }
  const NumbersRead& read = numbers.read[choice.style];
  // "unknown" in another language is no reason to take numbers for text, while "11-50" is a number that we would lose.
  const bool only_words = read.any * 5 >= column.present * 4 && read.any + column.words == column.present;
  const auto is = [&](std::uint64_t count) { return fits(count, column) || (only_words && count == read.any); };
  std::uint64_t taken = 0;
  if (is(read.integers) && !choice.has_fractions) {
    type.kind = Kind::integer;
    taken = read.integers;
  } else if (numbers.percent_signs * 2 >= column.present && is(read.percents)) {
    type.kind = Kind::percent;
    taken = read.percents;
  } else if (numbers.currency_marks > 0 && numbers.currency_marks * 20 >= column.present && is(read.moneys)) {
    type.kind = Kind::money;
    type.currency = numbers.currency;
    taken = read.moneys;
  } else if (is(read.decimals)) {
    type.kind = Kind::decimal;
    type.digits = read.most_digits;
    taken = read.decimals;
  } else {
    return false;
  }
  type.misfits = column.present - taken;
  if (choice.style != 0) type.format = number_styles[choice.style].text;
  type.number_style = choice.style;
  if (!choice.doubt.empty()) type.doubt = choice.doubt + other_reading(choice, type);
  if ((type.kind != Kind::integer && type.kind != Kind::decimal) || !type.doubt.empty()) return true;
  if (numbers.minus_ones > 0 && numbers.minus_ones == numbers.negatives) {
    type.doubt = fmt::format("-1 stands in {}; if it means \"not known\", add: missing when \"-1\"",
                             lang::count_of(numbers.minus_ones, "row"));
  } else if (words.promise_money()) {
    type.doubt = "if this is money, write money USD (or EUR, ...)";
  }
  return true;
}

// Numbers and other things in one column, such as 10, 11-50, "about 20": as a picklist every number would be a name.
bool is_mixed(const ColumnProfile& column, InferredType& type) {
  const NumberProfile& numbers = column.numbers;
  if (numbers.values * 4 < column.present || column.no_numbers.empty()) return false;
  std::string others;
  for (const std::string& other : column.no_numbers) {
    others += fmt::format("{}\"{}\"", others.empty() ? "" : ", ", for_comment(other));
  }
  unsigned digits = 0;
  for (const NumbersRead& read : numbers.read) digits = std::max(digits, read.most_digits);
  const std::string wanted = digits == 0 ? "int?" : fmt::format("decimal({})?", digits);
  type.doubt = fmt::format(
      "not every value is a number ({}; {} of {}): mend them and write {}, or write {} and they count as missing",
      others, column.present - numbers.values, column.present, wanted, wanted);
  return true;
}

}  // namespace

bool is_picklist(const ColumnProfile& column) {
  return !column.many_distinct && !column.distinct.empty() && column.long_texts == 0 && column.present >= 10 &&
         column.distinct.size() * 4 <= column.present;
}

InferredType infer_type(const ColumnProfile& column, const std::string& header, const FileStyle& file) {
  InferredType type;
  if (column.present == 0) {
    type.doubt = "always blank in this export";
    return type;
  }
  const HeaderWords words(header);
  if (column.bools == column.present && column.zeros_and_ones < column.present) {
    type.kind = Kind::boolean;
    return type;
  }
  if (infer_code(column, words, type)) return type;
  if (column.zeros_and_ones == column.present && !column.many_distinct && column.distinct.size() == 2) {
    type.kind = Kind::boolean;
    type.doubt = "0 is read as no, 1 as yes";
    return type;
  }
  // Such as a column of phone numbers, of which some are written with blanks.
  const bool is_id = words.promise_an_id();
  if (!is_id && infer_number(column, words, file, type)) return type;
  if (infer_time(column, type) || !type.doubt.empty()) return type;
  if (fits(column.durations, column)) {
    type.kind = Kind::duration;
    type.misfits = column.present - column.durations;
    return type;
  }
  if (is_id || is_mixed(column, type)) return type;
  // Names repeat in a large export, and still nobody qualifies leads by them.
  if (is_picklist(column) && !words.has_part({"name"})) type.kind = Kind::picklist;
  return type;
}

}  // namespace muster::runtime
