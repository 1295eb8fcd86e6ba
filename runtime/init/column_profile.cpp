#include "runtime/init/column_profile.h"

#include <algorithm>
#include <utility>

#include "lang/source/unicode.h"
#include "lang/spec/spec.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime {

namespace {

constexpr auto missing_word_list = std::to_array<std::string_view>(
    {"select",  "select...", "-select-",      "please select", "- none -",     "n/a",       "na",       "n.a.", "#n/a",
     "unknown", "null",      "nil",           "nan",           "(blank)",      "(none)",    "-",        "--",   "---",
     "?",       "tbd",       "not available", "not specified", "not provided", "not known", "undefined"});

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

const std::vector<kernels::TimeFormat>& time_formats() {
  static const std::vector<kernels::TimeFormat> formats = [] {
    std::vector<kernels::TimeFormat> made;
    for (const DayFormat& day : day_formats) {
      for (const std::string_view clock : clock_formats) {
        std::string text(day.format);
        text += clock;
        auto format = kernels::TimeFormat::make(text, !clock.empty());
        if (format) made.push_back(std::move(*format));
      }
    }
    return made;
  }();
  return formats;
}

// The code of the currency whose sign or code the text begins or ends with; empty: none.
std::string_view currency_of(std::string_view text) {
  for (const lang::CurrencyRow& row : lang::currency_rows) {
    if (!row.sign.empty() && (text.starts_with(row.sign) || text.ends_with(row.sign))) return row.code;
    if (text.starts_with(row.code) || text.ends_with(row.code)) return row.code;
  }
  return {};
}

}  // namespace

bool is_missing_word(std::string_view folded) {
  return std::find(missing_word_list.begin(), missing_word_list.end(), folded) != missing_word_list.end();
}

void ColumnProfile::add(std::string_view cell) {
  const std::string_view text = lang::trim(cell);
  if (text.empty()) {
    ++blank;
    return;
  }
  if (text.size() <= 16) {
    const std::string folded = kernels::fold_text(text);
    if (is_missing_word(folded)) {
      ++missing_words;
      for (DistinctValue& known : missing_spellings) {
        if (known.folded == folded) {
          ++known.count;
          return;
        }
      }
      missing_spellings.push_back({std::string(text), folded, {}, 1});
      return;
    }
  }
  ++present;
  add_distinct(text);
  if (text.size() > 64) return;  // no number, date or word for yes and no is that long
  const bool has_digit = std::any_of(text.begin(), text.end(), is_digit);
  if (has_digit) {
    shortest = std::min(shortest, text.size());
    add_numbers(text);
    add_times(text);
  } else if (example_text.empty()) {
    example_text = text;
  }
  if (text.size() <= 5 && kernels::parse_bool(text).fault == kernels::CellFault::none) {
    ++bools;
    if (text == "0" || text == "1") ++zeros_and_ones;
  }
}

void ColumnProfile::add_numbers(std::string_view text) {
  using kernels::CellFault;
  const kernels::NumberFormat point;
  const kernels::NumberFormat comma{',', '.'};
  if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) ++leading_zeros;
  const bool whole = kernels::parse_integer(text, point).fault == CellFault::none;
  if (whole) ++integers;
  const kernels::Cell number = kernels::parse_decimal(text, lang::most_decimal_digits, point);
  if (number.fault == CellFault::none) {
    ++decimals;
    ++moneys;
    ++percents;
    const std::size_t dot = text.find('.');
    unsigned digits = 0;
    if (!whole && dot != std::string_view::npos) {
      digits = static_cast<unsigned>(std::min<std::size_t>(text.size() - dot - 1, lang::most_decimal_digits));
    }
    most_digits = std::max(most_digits, digits);
    if (number.value < 0) ++negatives;
    if (text == "-1") ++minus_ones;
    if (sample_seen_++ % sample_stride_ == 0) {
      if (sample_.size() == sample_size) {  // keep every second one and take half as many from now on
        for (std::size_t i = 0; i < sample_size / 2; ++i) sample_[i] = sample_[2 * i];
        sample_.resize(sample_size / 2);
        sample_stride_ *= 2;
      }
      sample_.push_back(number.value);
    }
  } else {
    if (text.ends_with('%') &&
        kernels::parse_percent(text, lang::most_decimal_digits, point).fault == CellFault::none) {
      ++percents;
      ++percent_signs;
      const std::size_t dot = text.find('.');
      if (dot != std::string_view::npos) {
        most_digits = std::max(most_digits, static_cast<unsigned>(std::min<std::size_t>(text.size() - dot - 2, 7)));
      }
    } else if (const std::string_view code = currency_of(text); !code.empty()) {
      if (currency.empty()) currency = code;
      const unsigned digits = lang::find_currency(code)->digits;
      const auto reads = [&](const kernels::NumberFormat& format) {
        return code == currency && kernels::parse_money(text, code, digits, format).fault == CellFault::none;
      };
      const bool with_point = reads(point);
      const bool with_comma = reads(comma);
      if (with_point) ++moneys;
      if (with_comma) ++comma_moneys;
      if (with_point || with_comma) ++currency_marks;
    } else if (example_text.empty()) {
      example_text = text;
    }
    if (kernels::parse_duration(text, kernels::DurationFormat::words).fault == CellFault::none) ++durations;
  }
  if (kernels::parse_decimal(text, lang::most_decimal_digits, comma).fault == CellFault::none) {
    ++comma_decimals;
    ++comma_moneys;
  }
}

void ColumnProfile::add_times(std::string_view text) {
  using kernels::CellFault;
  if (text.size() < 6 || text.size() > 40) return;
  // Dates begin with a digit or the name of a month, and hold something besides digits.
  if (std::all_of(text.begin(), text.end(), is_digit)) return;
  static const std::vector<kernels::TimeFormat> iso;
  if (kernels::parse_date(text, iso).fault == CellFault::none) ++iso_days;
  if (kernels::parse_datetime(text, iso, kernels::Zone::utc()).fault == CellFault::none) ++iso_moments;

  const auto& formats = time_formats();
  if (formats.size() != time_format_count) return;
  std::array<bool, day_formats.size()> read{};
  for (std::size_t i = 0; i < time_format_count; ++i) {
    if (dead_[i]) continue;
    CellFault fault = CellFault::none;
    if (formats[i].parse(text, fault)) {
      ++times[i];
      read[i / clock_formats.size()] = true;
    } else if (present > 2000 && times[i] * 2 < present) {
      dead_[i] = true;  // it will not reach the share that a type needs
    }
  }
  for (std::size_t day = 0; day < day_formats.size(); ++day) {
    const int twin = day_formats[day].twin;
    if (read[day] && twin >= 0 && !read[static_cast<std::size_t>(twin)]) ++times_alone[day];
  }
}

void ColumnProfile::add_distinct(std::string_view text) {
  if (text.size() > most_distinct_bytes || text.find_first_of("\r\n\t") != std::string_view::npos) {
    ++long_texts;
    many_distinct = true;
  }
  if (many_distinct) return;
  for (DistinctValue& known : distinct) {
    if (known.spelling == text) {
      ++known.count;
      return;
    }
  }
  std::string folded = kernels::fold_text(text);
  for (DistinctValue& known : distinct) {
    if (known.folded == folded) {
      ++known.count;
      if (known.other_spellings.size() < 4 &&
          std::find(known.other_spellings.begin(), known.other_spellings.end(), text) == known.other_spellings.end()) {
        known.other_spellings.emplace_back(text);
      }
      return;
    }
  }
  if (distinct.size() == most_distinct) {
    many_distinct = true;
    distinct = {};
    return;
  }
  distinct.push_back({std::string(text), std::move(folded), {}, 1});
}

bool ColumnProfile::median(std::int64_t& value, unsigned& digits) const {
  if (sample_.empty()) return false;
  std::vector<std::int64_t> sorted = sample_;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  value = sorted[sorted.size() / 2];
  digits = lang::most_decimal_digits;
  return true;
}

}  // namespace muster::runtime
