#include "runtime/init/infer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "stdlib/kernels/text.h"

namespace muster::runtime {

namespace {

using compiler::Kind;

// A type fits when at least 49 of 50 values read as it: real exports hold a few "11-50" among their numbers.
bool fits(std::uint64_t read, const ColumnProfile& column) { return read > 0 && read * 50 >= column.present * 49; }

bool mentions(const std::string& folded_header, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return folded_header.find(word) != std::string::npos; });
}

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

}  // namespace

bool is_picklist(const ColumnProfile& column) {
  return !column.many_distinct && !column.distinct.empty() && column.long_texts == 0 && column.present >= 10 &&
         column.distinct.size() * 4 <= column.present;
}

InferredType infer_type(const ColumnProfile& column, const std::string& header) {
  InferredType type;
  if (column.present == 0) {
    type.doubt = "always blank in this export";
    return type;
  }
  const std::string name = kernels::fold_text(header);
  const bool code = column.leading_zeros > 0 || mentions(name, {"phone", "zip", "postal", "postcode", "fax", "mobile"});

  if (column.bools == column.present && column.zeros_and_ones < column.present) {
    type.kind = Kind::boolean;
    return type;
  }
  if (!code && fits(column.integers, column)) {
    type.kind = Kind::integer;
    type.misfits = column.present - column.integers;
    if (column.zeros_and_ones == column.present && !column.many_distinct && column.distinct.size() == 2) {
      type.kind = Kind::boolean;
      type.doubt = "0 is read as no, 1 as yes";
    } else if (column.minus_ones > 0 && column.minus_ones == column.negatives) {
      type.doubt =
          fmt::format("-1 stands in {} rows; if it means \"not known\", add: missing when \"-1\"", column.minus_ones);
    } else if (mentions(name, {"revenue", "amount", "budget", "price", "salary", "balance", "turnover"})) {
      type.doubt = "if this is money, write money USD (or EUR, ...) for int";
    }
    return type;
  }
  if (!code && column.percent_signs * 2 >= column.present && fits(column.percents, column)) {
    type.kind = Kind::percent;
    type.misfits = column.present - column.percents;
    return type;
  }
  // "1.200" is read both ways; what decides is which way reads more of the column.
  const bool comma_money = column.comma_moneys > column.moneys;
  const std::uint64_t moneys = comma_money ? column.comma_moneys : column.moneys;
  if (column.currency_marks > 0 && column.currency_marks * 20 >= column.present && fits(moneys, column)) {
    type.kind = Kind::money;
    type.currency = column.currency;
    if (comma_money) type.format = "1.234,56";
    type.misfits = column.present - moneys;
    return type;
  }
  if (!code && fits(column.decimals, column)) {
    type.kind = Kind::decimal;
    type.digits = column.most_digits;
    type.misfits = column.present - column.decimals;
    return type;
  }
  if (infer_time(column, type) || !type.doubt.empty()) return type;
  if (!code && fits(column.comma_decimals, column)) {
    type.kind = Kind::decimal;
    type.digits = 2;
    type.format = "1.234,56";
    type.misfits = column.present - column.comma_decimals;
    return type;
  }
  if (fits(column.durations, column)) {
    type.kind = Kind::duration;
    type.misfits = column.present - column.durations;
    return type;
  }
  // Names repeat in a large export, and still nobody qualifies leads by them.
  if (is_picklist(column) && !mentions(name, {"name"})) type.kind = Kind::picklist;
  return type;
}

}  // namespace muster::runtime
