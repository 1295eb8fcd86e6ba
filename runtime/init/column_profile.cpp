#include "runtime/init/column_profile.h"

#include <algorithm>
#include <utility>

#include "lang/source/unicode.h"
#include "lang/spec/spec.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime {

namespace {

constexpr auto missing_word_list = std::to_array<std::string_view>({"select",
                                                                    "select...",
                                                                    "-select-",
                                                                    "please select",
                                                                    "- none -",
                                                                    "n/a",
                                                                    "na",
                                                                    "n.a.",
                                                                    "#n/a",
                                                                    "unknown",
                                                                    "null",
                                                                    "nil",
                                                                    "nan",
                                                                    "(blank)",
                                                                    "(none)",
                                                                    "-",
                                                                    "--",
                                                                    "---",
                                                                    "?",
                                                                    "tbd",
                                                                    "not available",
                                                                    "not specified",
                                                                    "not provided",
                                                                    "not known",
                                                                    "undefined",
                                                                    "unbekannt",
                                                                    "k.a.",
                                                                    "k. a.",
                                                                    "keine angabe",
                                                                    "bitte wählen",
                                                                    "bitte auswählen",
                                                                    "inconnu",
                                                                    "non renseigné",
                                                                    "desconocido"});

constexpr std::size_t most_no_numbers = 3;

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
    if (!numbers.add(text)) {
      note_no_number(text);
      if (kernels::parse_duration(text, kernels::DurationFormat::words).fault == kernels::CellFault::none) ++durations;
    }
    add_times(text);
  } else {
    ++words;
    note_no_number(text);
  }
  if (text.size() <= 5 && kernels::parse_bool(text).fault == kernels::CellFault::none) {
    ++bools;
    if (text == "0" || text == "1") ++zeros_and_ones;
  }
}

void ColumnProfile::note_no_number(std::string_view text) {
  if (no_numbers.size() == most_no_numbers) return;
  if (std::find(no_numbers.begin(), no_numbers.end(), text) == no_numbers.end()) no_numbers.emplace_back(text);
}

void ColumnProfile::add_times(std::string_view text) {
  using kernels::CellFault;
  if (text.size() < 6 || text.size() > 40) return;
  // Dates begin with a digit or the name of a month, and hold something besides digits.
  if (std::all_of(text.begin(), text.end(), is_digit)) return;
  if (present > 2000 && times_read_ * 2 < present) return;  // it will not reach the share that a type needs
  static const std::vector<kernels::TimeFormat> iso;
  const bool is_day = kernels::parse_date(text, iso).fault == CellFault::none;
  const bool is_moment = kernels::parse_datetime(text, iso, kernels::Zone::utc()).fault == CellFault::none;
  if (is_day) ++iso_days;
  if (is_moment) ++iso_moments;
  if (is_day || is_moment) {
    ++times_read_;
    return;
  }

  const auto& formats = time_formats();
  if (formats.size() != time_format_count) return;
  const auto reads = [&](std::size_t i) {
    CellFault fault = CellFault::none;
    return formats[i].parse(text, fault).has_value();
  };
  std::size_t found = last_time_;
  if (!reads(found)) {
    for (found = 0; found < time_format_count && !reads(found);) ++found;
    if (found == time_format_count) return;
  }
  last_time_ = found;
  ++times_read_;
  ++times[found];
  const std::size_t day = found / clock_formats.size();
  if (day_formats[day].twin < 0) return;
  const std::size_t twin =
      static_cast<std::size_t>(day_formats[day].twin) * clock_formats.size() + found % clock_formats.size();
  if (reads(twin)) {
    ++times[twin];
  } else {
    ++times_alone[day];
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

}  // namespace muster::runtime
