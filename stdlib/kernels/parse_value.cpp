#include "stdlib/kernels/parse_value.h"

#include <algorithm>
#include <array>

#include "lang/spec/spec.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/scan_number.h"

namespace muster::kernels {
namespace {

constexpr NumberFormat plain{'.', 0};

Cell fault(CellFault why) { return {0, why, false}; }

Cell with_sign(Cell cell, bool negative) {
  if (negative) cell.value = -cell.value;  // never the least value: parts are not negative
  return cell;
}

// H:MM:SS[.ffffff], any number of hours. Two parts alone could be minutes and seconds, so they are nothing.
Cell parse_clock(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::string_view hours = text.substr(0, first);
  const std::string_view rest = text.substr(first + 1);
  if (rest.size() < 5 || rest[2] != ':' || !is_digit(rest[0]) || !is_digit(rest[1]) || !is_digit(rest[3]) ||
      !is_digit(rest[4]) || rest[0] > '5' || rest[3] > '5' || (rest.size() > 5 && rest[5] != '.')) {
    return fault(CellFault::not_a_duration);
  }
  if (hours.empty() || !std::all_of(hours.begin(), hours.end(), is_digit)) return fault(CellFault::not_a_duration);
  const auto scanned_hours = scan_number(hours, plain, SignRule::no_sign);
  const auto scanned_seconds = scan_number(rest.substr(3), plain, SignRule::no_sign);
  if (!scanned_hours || !scanned_seconds) return fault(CellFault::not_a_duration);
  const Cell hour_part = cell_of(*scanned_hours, 0, 3'600'000'000);
  const Cell second_part = cell_of(*scanned_seconds, 0, 1'000'000);
  if (hour_part.fault != CellFault::none) return hour_part;
  const std::int64_t minutes = (rest[0] - '0') * 10 + (rest[1] - '0');
  const Checked sum = narrow(static_cast<Wide>(hour_part.value) + Wide{minutes} * 60'000'000 + second_part.value);
  if (sum.fault != Fault::none) return fault(CellFault::out_of_range);
  return {sum.value, CellFault::none, second_part.rounded};
}

void skip_blanks(std::string_view& text) {
  for (std::size_t bytes = leading_blank_bytes(text); bytes > 0; bytes = leading_blank_bytes(text)) {
    text.remove_prefix(bytes);
  }
}

// Numbers with units from the largest to the smallest, each at most once: 2 hours 30 minutes; 1 day, 2.5 hours.
Cell parse_words(std::string_view text) {
  Wide sum = 0;
  bool rounded = false;
  auto below = std::numeric_limits<std::int64_t>::max();
  while (!text.empty()) {
    const auto number_end = std::find_if_not(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
    const auto number_bytes = static_cast<std::size_t>(number_end - text.begin());
    const auto number = scan_number(text.substr(0, number_bytes), plain, SignRule::no_sign);
    if (!number) return fault(CellFault::not_a_duration);
    text.remove_prefix(number_bytes);
    skip_blanks(text);
    const auto word_bytes =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_ascii_letter) - text.begin());
    const std::string_view word = text.substr(0, word_bytes);
    const auto row =
        std::find_if(lang::duration_unit_rows.begin(), lang::duration_unit_rows.end(), [&](const auto& unit) {
          return equals_ignoring_case(word, unit.singular) || equals_ignoring_case(word, unit.plural);
        });
    if (row == lang::duration_unit_rows.end() || row->microseconds >= below) return fault(CellFault::not_a_duration);
    below = row->microseconds;
    text.remove_prefix(word_bytes);
    const Cell part = cell_of(*number, 0, row->microseconds);
    if (part.fault != CellFault::none) return part;
    sum += part.value;
    rounded = rounded || part.rounded;
    if (text.starts_with(',')) {
      text.remove_prefix(1);
      if (text.empty()) return fault(CellFault::not_a_duration);
    }
    skip_blanks(text);
  }
  const Checked checked = narrow(sum);
  if (checked.fault != Fault::none) return fault(CellFault::out_of_range);
  return {checked.value, CellFault::none, rounded};
}

}  // namespace

std::string_view describe(CellFault fault) {
  switch (fault) {
    case CellFault::none:
      return "fine";
    case CellFault::not_a_number:
      return "not a number";
    case CellFault::not_whole:
      return "not a whole number";
    case CellFault::out_of_range:
      return "too large to keep";
    case CellFault::not_yes_or_no:
      return "neither yes nor no";
    case CellFault::not_a_date:
      return "not in the date format";
    case CellFault::no_such_day:
      return "no such day or time";
    case CellFault::not_a_duration:
      return "not a length of time";
    case CellFault::wrong_currency:
      return "in another currency";
    case CellFault::unknown_spelling:
      return "not in the picklist";
  }
  return "unusable";
}

Cell parse_bool(std::string_view text) {
  constexpr auto yes_words = std::to_array<std::string_view>({"yes", "true", "y", "t", "1", "on"});
  constexpr auto no_words = std::to_array<std::string_view>({"no", "false", "n", "f", "0", "off"});
  const auto is_text = [text](std::string_view word) { return equals_ignoring_case(text, word); };
  if (std::any_of(yes_words.begin(), yes_words.end(), is_text)) return {1, CellFault::none, false};
  if (std::any_of(no_words.begin(), no_words.end(), is_text)) return {0, CellFault::none, false};
  return fault(CellFault::not_yes_or_no);
}

std::optional<DurationFormat> parse_duration_format(std::string_view format) {
  if (format == "seconds") return DurationFormat::seconds;
  if (format == "minutes") return DurationFormat::minutes;
  if (format == "hours") return DurationFormat::hours;
  if (format == "days") return DurationFormat::days;
  return std::nullopt;
}

Cell parse_duration(std::string_view text, DurationFormat format) {
  const auto unit_of = [](lang::DurationUnit unit) {
    return lang::duration_unit_rows[static_cast<std::size_t>(unit)].microseconds;
  };
  std::int64_t unit = 0;
  switch (format) {
    case DurationFormat::words: {
      const bool negative = text.starts_with('-');
      if (negative) text.remove_prefix(1);
      if (text.empty()) return fault(CellFault::not_a_duration);
      return with_sign(text.find(':') == std::string_view::npos ? parse_words(text) : parse_clock(text), negative);
    }
    case DurationFormat::seconds:
      unit = unit_of(lang::DurationUnit::second);
      break;
    case DurationFormat::minutes:
      unit = unit_of(lang::DurationUnit::minute);
      break;
    case DurationFormat::hours:
      unit = unit_of(lang::DurationUnit::hour);
      break;
    case DurationFormat::days:
      unit = unit_of(lang::DurationUnit::day);
      break;
  }
  const auto number = scan_number(text, NumberFormat{}, SignRule::may_have_sign);
  return number ? cell_of(*number, 0, unit) : fault(CellFault::not_a_duration);
}

}  // namespace muster::kernels
