#include "runtime/init/number_style.h"

#include <fmt/format.h>

#include "runtime/init/names.h"

namespace muster::runtime {

namespace {

constexpr std::size_t dotted_days = 7;  // D.M.YYYY
static_assert(day_formats[dotted_days].format == "D.M.YYYY");

// One kind of evidence that all but excludes the other; single slips do not count.
bool outweighs(const Evidence& one, const Evidence& other) { return one.count > 20 * other.count; }

// Of the styles with this decimal character, the one that reads the most.
std::size_t best_with(const NumberProfile& numbers, char decimal) {
  std::size_t best = number_styles.size();
  for (std::size_t style = 0; style < number_styles.size(); ++style) {
    if (number_styles[style].format.decimal != decimal) continue;
    if (best == number_styles.size() || numbers.read[style].any > numbers.read[best].any) best = style;
  }
  return best;
}

std::string in_quotes(const std::string& text) { return '"' + for_comment(text) + '"'; }

// `"1.234" can be 1234 or 1.234`
std::string both_readings(const std::string& text) {
  std::string thousands;
  std::string fraction;
  for (const char c : text) {
    if (is_digit(c)) {
      thousands += c;
      fraction += c;
    } else if (c == '.' || c == ',') {
      fraction += '.';
    }
  }
  return fmt::format("{} can be {} or {}", in_quotes(text), thousands, fraction);
}

// Where no other column says more, German exports are known by their semicolons and days.
std::string_view weak_comma_sign(const FileStyle& file) {
  if (file.days_with_points) return "the file writes days as 31.12.2026";
  if (file.separated_by_semicolons) return "the file is separated by semicolons";
  return {};
}

// Nothing in the column tells: every such value has three digits behind its one sign.
void choose_by_file(const NumberProfile& numbers, const FileStyle& file, StyleChoice& choice) {
  const bool with_point = numbers.point_either.count > 0;
  const Evidence& either = with_point ? numbers.point_either : numbers.comma_either;
  const bool point_file = file.point_columns > 0 && file.comma_columns == 0;
  const bool comma_file = file.comma_columns > 0 && file.point_columns == 0;
  const std::string_view weak = weak_comma_sign(file);
  std::string why;
  if (point_file) {
    why = file.point_sign;
  } else if (comma_file) {
    why = file.comma_sign;
  } else {
    why = "each has three digits behind it";
    if (with_point && !weak.empty()) why += fmt::format(", and {}", weak);
  }
  choice.has_fractions = with_point ? point_file : comma_file;
  const bool is_comma_style = with_point != choice.has_fractions;
  choice.style = best_with(numbers, is_comma_style ? ',' : '.');
  choice.doubt = fmt::format("{}; it is read as {}, because {}", both_readings(either.example),
                             choice.has_fractions ? "a fraction" : "thousands", why);
}

}  // namespace

FileStyle style_of_file(const std::vector<std::string>& header, const std::vector<ColumnProfile>& columns,
                        const std::vector<bool>& is_number, char separator) {
  FileStyle file;
  file.separated_by_semicolons = separator == ';';
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const NumberProfile& numbers = columns[i].numbers;
    const auto sign = [&](const Evidence& evidence) {
      return fmt::format("{} stands in {}", in_quotes(evidence.example), in_quotes(header[i]));
    };
    if (is_number[i] && outweighs(numbers.only_point, numbers.only_comma)) {
      if (file.point_columns++ == 0) file.point_sign = sign(numbers.only_point);
    } else if (is_number[i] && outweighs(numbers.only_comma, numbers.only_point)) {
      if (file.comma_columns++ == 0) file.comma_sign = sign(numbers.only_comma);
    }
    for (std::size_t clock = 0; clock < clock_formats.size(); ++clock) {
      const std::uint64_t days = columns[i].times[dotted_days * clock_formats.size() + clock];
      file.days_with_points = file.days_with_points || (days > 0 && days * 2 >= columns[i].present);
    }
  }
  return file;
}

StyleChoice choose_style(const NumberProfile& numbers, const FileStyle& file) {
  StyleChoice choice;
  const std::uint64_t either = numbers.point_either.count + numbers.comma_either.count;
  const bool point = outweighs(numbers.only_point, numbers.only_comma);
  const bool comma = outweighs(numbers.only_comma, numbers.only_point);
  if (point || comma) {
    const Evidence& evidence = point ? numbers.only_point : numbers.only_comma;
    choice.style = best_with(numbers, point ? '.' : ',');
    choice.has_fractions = (point ? numbers.point_either : numbers.comma_either).count > 0;
    if (either > 20 * evidence.count) {  // one slip of a hand would turn all the others
      choice.doubt = fmt::format(
          "{}; it is read as {}, because {} stands in the same column",
          both_readings(numbers.point_either.count > 0 ? numbers.point_either.example : numbers.comma_either.example),
          choice.has_fractions ? "a fraction" : "thousands", in_quotes(evidence.example));
    }
  } else if (numbers.only_point.count + numbers.only_comma.count > 0) {
    choice.is_undecided = true;
    choice.doubt = fmt::format("numbers in two styles, such as {} and {}: mend one of them in the export",
                               in_quotes(numbers.only_point.example), in_quotes(numbers.only_comma.example));
  } else if (numbers.point_either.count > 0 && numbers.comma_either.count > 0) {
    choice.is_undecided = true;
    choice.doubt = fmt::format("{} and {} cannot both be thousands: mend one of them in the export",
                               in_quotes(numbers.point_either.example), in_quotes(numbers.comma_either.example));
  } else if (either > 0) {
    choose_by_file(numbers, file, choice);
  } else {
    // Nothing depends on the decimal character; blanks or apostrophes may stand between thousands.
    for (std::size_t style = 0; style < number_styles.size(); ++style) {
      if (numbers.read[style].any > numbers.read[choice.style].any) choice.style = style;
    }
  }
  return choice;
}

}  // namespace muster::runtime
