// What `muster init` learns about one column of an export while its cells go by: how many read as which type, the
// distinct values while they are few, the numbers. Memory per column is bounded, whatever the export holds.
// May include: stdlib/kernels, lang/*. Called by: runtime/init.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/init/number_profile.h"

namespace muster::runtime {

// Ways to write a day besides iso. Pairs that differ only in which of two numbers is the day stand beside one another;
// a text follows one format with one clock, or such a pair.
struct DayFormat {
  std::string_view format;
  int twin;  // the index of the format with day and month swapped, -1: none
};
inline constexpr auto day_formats = std::to_array<DayFormat>({
    {"YYYY-MM-DD", -1},
    {"YYYY/M/D", -1},
    {"YYYY.M.D", -1},
    {"D/M/YYYY", 4},
    {"M/D/YYYY", 3},
    {"D-M-YYYY", 6},
    {"M-D-YYYY", 5},
    {"D.M.YYYY", -1},
    {"D/M/YY", 9},
    {"M/D/YY", 8},
    {"D-MMM-YYYY", -1},
    {"D MMM YYYY", -1},
    {"MMM D, YYYY", -1},
});
// What may stand behind the day.
inline constexpr auto clock_formats = std::to_array<std::string_view>({"", " H:mm", " H:mm:ss", " h:mm AM"});
inline constexpr std::size_t time_format_count = day_formats.size() * clock_formats.size();

// A value that occurs, with its first spelling and how often.
struct DistinctValue {
  std::string spelling;
  std::string folded;
  std::vector<std::string> other_spellings;  // the same folded text in other bytes
  std::uint64_t count = 0;
};

inline constexpr std::size_t most_distinct = 24;        // more values than this are no picklist
inline constexpr std::size_t most_distinct_bytes = 80;  // longer ones neither

class ColumnProfile {
 public:
  // One cell, not trimmed. Linear in its length.
  void add(std::string_view cell);

  std::uint64_t blank = 0;
  std::uint64_t missing_words = 0;  // "Select", "N/A" and their like
  std::uint64_t present = 0;        // the rest, which these are about:
  NumberProfile numbers;
  std::uint64_t words = 0;              // values without any digit
  std::vector<std::string> no_numbers;  // the first few values that are none, each once
  std::uint64_t bools = 0;
  std::uint64_t zeros_and_ones = 0;
  std::uint64_t durations = 0;
  std::uint64_t iso_days = 0;
  std::uint64_t iso_moments = 0;
  std::uint64_t long_texts = 0;  // too long for a picklist, or with line breaks
  // By day format * clock formats + clock format, of values that are not iso.
  std::array<std::uint64_t, time_format_count> times{};
  std::array<std::uint64_t, day_formats.size()> times_alone{};  // read by this format, not by its twin; all clocks
  std::vector<DistinctValue> distinct;                          // in the order of appearance
  bool many_distinct = false;
  std::vector<DistinctValue> missing_spellings;
  std::size_t shortest = std::numeric_limits<std::size_t>::max();  // of the values with a digit, bytes

 private:
  void note_no_number(std::string_view text);
  void add_times(std::string_view text);
  void add_distinct(std::string_view text);

  std::uint64_t times_read_ = 0;
  std::size_t last_time_ = 0;  // the format that has read the value before
};

// Whether a cell says in words that there is no value. `folded` is trimmed and folded.
[[nodiscard]] bool is_missing_word(std::string_view folded);

}  // namespace muster::runtime
