#include "runtime/init/infer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "lang/source/quote.h"
#include "lang/support/count.h"
#include "runtime/init/header_words.h"
#include "runtime/init/names.h"

namespace muster::runtime {

namespace {

using compiler::Kind;

// A type fits when at least 49 of 50 values read as it: real exports hold a few "11-50" among their numbers.
bool fits(std::uint64_t read, const ColumnProfile& column) { return read > 0 && read * 50 >= column.present * 49; }

// How cells of one kind are written: indexes of ColumnProfile::times, and one for iso. No cell is written in two of
// them.
constexpr std::size_t iso_shape = time_format_count;
constexpr std::size_t most_shapes = 3;  // a column that needs more is no column of dates

struct TimeShapes {
  std::vector<std::size_t> shapes;  // iso last
  std::uint64_t read = 0;
};

// As many shapes as the type needs, those with the most cells first.
TimeShapes shapes_of(const ColumnProfile& column, Kind kind) {
  TimeShapes found;
  std::array<std::uint64_t, time_format_count + 1> left{};
  for (std::size_t i = 0; i < time_format_count; ++i) {
    const bool is_day = i % clock_formats.size() == 0;
    if (is_day == (kind == Kind::date)) left[i] = column.times[i];
  }
  left[iso_shape] = kind == Kind::date ? column.iso_days : column.iso_moments;
  while (found.shapes.size() < most_shapes && !fits(found.read, column)) {
    const std::size_t best = static_cast<std::size_t>(std::max_element(left.begin(), left.end()) - left.begin());
    if (left[best] == 0) break;
    found.shapes.push_back(best);
    found.read += left[best];
    left[best] = 0;
    if (best == iso_shape) continue;
    const int twin = day_formats[best / clock_formats.size()].twin;
    if (twin >= 0) left[static_cast<std::size_t>(twin) * clock_formats.size() + best % clock_formats.size()] = 0;
  }
  std::sort(found.shapes.begin(), found.shapes.end());
  return found;
}

std::string format_of(const ColumnProfile& column, std::size_t day, std::size_t clock) {
  const std::string_view format = day_formats[day].format;
  // Where every value has two digits for day and month, the format says so.
  const bool two_digits = clock == 0 && column.shortest >= format.size() + 2;
  std::string text;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const bool single = (format[i] == 'D' || format[i] == 'M') && (i == 0 || format[i - 1] != format[i]) &&
                        (i + 1 == format.size() || format[i + 1] != format[i]);
    text.append(single && two_digits ? 2U : 1U, format[i]);
  }
  return text.append(clock_formats[clock]);
}

// True: the type, or a doubt about it.
bool infer_time(const ColumnProfile& column, Kind kind, InferredType& type) {
  const TimeShapes found = shapes_of(column, kind);
  if (!fits(found.read, column)) return false;
  std::vector<std::string> formats;
  std::vector<std::string> swapped;
  bool is_open = false;
  for (const std::size_t shape : found.shapes) {
    if (shape == iso_shape) {
      formats.emplace_back("iso");
      swapped.emplace_back("iso");
      continue;
    }
    const std::size_t day = shape / clock_formats.size();
    const std::size_t clock = shape % clock_formats.size();
    formats.push_back(format_of(column, day, clock));
    if (day_formats[day].twin < 0) {
      swapped.push_back(formats.back());
      continue;
    }
    const auto twin = static_cast<std::size_t>(day_formats[day].twin);
    swapped.push_back(format_of(column, twin, clock));
    // Evidence is a value that only one of the two reads, such as 31/01/2026.
    is_open = is_open || column.times_alone[day] <= 20 * column.times_alone[twin];
  }
  if (is_open) {
    type.doubt = fmt::format("dates, but nothing shows which number is the day: make it {}? format {} or {}",
                             kind == Kind::date ? "date" : "datetime", quoted_list(formats), quoted_list(swapped));
    type.day_first_or_month_first.emplace(std::move(formats), std::move(swapped));
    return true;
  }
  type.kind = kind;
  if (found.shapes.front() != iso_shape) type.formats = std::move(formats);  // alone it needs no format
  type.misfits = column.present - found.read;
  return true;
}

// Behind a type; nothing where the style needs no format.
std::string format_clause(std::size_t style) {
  return style == 0 ? std::string() : fmt::format(" format \"{}\"", number_styles[style].text);
}

// What to write for the other reading of numbers such as 1.234.
std::string other_reading(const StyleChoice& choice, const InferredType& type) {
  const bool is_point = number_styles[choice.style].format.decimal == '.';
  const std::string format = is_point ? format_clause(1) : " without a format";
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

std::vector<CurrencyCount> by_frequency(const NumberProfile& numbers) {
  std::vector<CurrencyCount> sorted = numbers.currencies;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const CurrencyCount& a, const CurrencyCount& b) { return a.count > b.count; });
  return sorted;
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
  std::uint64_t marks = 0;
  for (const CurrencyCount& currency : numbers.currencies) marks += currency.count;
  std::uint64_t taken = 0;
  if (is(read.integers) && !choice.has_fractions) {
    type.kind = Kind::integer;
    taken = read.integers;
  } else if (numbers.percent_signs * 2 >= column.present && is(read.percents)) {
    type.kind = Kind::percent;
    taken = read.percents;
  } else if (marks > 0 && marks * 20 >= column.present && is(read.moneys)) {
    type.kind = Kind::money;
    type.other_currencies = by_frequency(numbers);
    type.currency = type.other_currencies.front().code;
    type.other_currencies.erase(type.other_currencies.begin());
    taken = read.moneys;
  } else if (is(read.decimals)) {
    type.kind = Kind::decimal;
    type.digits = read.most_digits;
    taken = read.decimals;
  } else if (marks == 0 && is(read.moneys)) {
    type.doubt = fmt::format("amounts in parentheses are read by a field of money: write money USD?{} (or EUR, ...)",
                             format_clause(choice.style));
    return true;
  } else {
    return false;
  }
  type.misfits = column.present - taken;
  if (choice.style != 0) type.formats.emplace_back(number_styles[choice.style].text);
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
bool is_mixed(const ColumnProfile& column, const FileStyle& file, InferredType& type) {
  const NumberProfile& numbers = column.numbers;
  if (numbers.values * 4 < column.present || column.no_numbers.empty()) return false;
  std::string others;
  for (const std::string& other : column.no_numbers) {
    others += fmt::format("{}\"{}\"", others.empty() ? "" : ", ", for_comment(other));
  }
  const std::size_t style = choose_style(numbers, file).style;
  const NumbersRead& read = numbers.read[style];
  std::string wanted = read.most_digits == 0 ? "int?" : fmt::format("decimal({})?", read.most_digits);
  if (read.moneys > read.decimals) {
    wanted = fmt::format("money {}?", numbers.currencies.empty() ? "USD" : by_frequency(numbers).front().code);
  }
  wanted += format_clause(style);
  type.doubt =
      fmt::format("not every value is a number ({}; {} of {}): write {}, and they count as missing until you mend them",
                  others, column.present - numbers.values, column.present, wanted);
  return true;
}

// What exports in other languages say for yes and no.
constexpr auto foreign_words =
    std::to_array<std::string_view>({"ja", "nein", "wahr", "falsch", "oui", "non", "vrai", "faux", "si", "sí",
                                     "verdadero", "falso", "sì", "vero", "sim", "não", "nee", "waar", "onwaar"});

// The first such value, where all others say yes or no as well; empty: the column is about something else.
std::string foreign_yes_or_no(const ColumnProfile& column) {
  if (column.many_distinct || column.long_texts > 0) return {};
  std::string first;
  for (const DistinctValue& value : column.distinct) {
    if (kernels::parse_bool(value.folded).fault == kernels::CellFault::none) continue;
    if (std::find(foreign_words.begin(), foreign_words.end(), value.folded) == foreign_words.end()) return {};
    if (first.empty()) first = value.spelling;
  }
  return first;
}

}  // namespace

std::string quoted_list(const std::vector<std::string>& formats) {
  std::string list;
  for (const std::string& format : formats) list += (list.empty() ? "" : ", ") + lang::quote(format);
  return list;
}

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
  if (infer_time(column, Kind::date, type) || infer_time(column, Kind::datetime, type)) return type;
  if (fits(column.durations, column)) {
    type.kind = Kind::duration;
    type.misfits = column.present - column.durations;
    return type;
  }
  if (is_id || is_mixed(column, file, type)) return type;
  if (const std::string word = foreign_yes_or_no(column); !word.empty()) {
    type.kind = Kind::picklist;
    type.doubt = fmt::format(
        "bool reads yes/no and true/false, not \"{}\", so this is a picklist; for bool? let the export say yes and no",
        for_comment(word));
    return type;
  }
  // Names repeat in a large export, and still nobody qualifies leads by them.
  if (is_picklist(column) && !words.has_part({"name"})) type.kind = Kind::picklist;
  return type;
}

}  // namespace muster::runtime
