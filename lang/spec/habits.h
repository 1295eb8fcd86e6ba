// The habits of lang/spec/habits.def as a table.
// May include: the standard library. Called by: lang/parse, compiler/check.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster::lang {

enum class HabitPlace : std::uint8_t {
  behind,     // behind a value or condition
  value,      // an unknown name
  blank,      // an unknown name that stands for nothing
  function,   // a call of an unknown function
  criterion,  // the first word of a criterion
  type,
};
struct HabitRow {
  HabitPlace place;
  std::string_view words;  // in small letters, with a blank between two
  std::string_view fix;
};
inline constexpr auto habit_rows = std::to_array<HabitRow>({
#define MUSTER_HABIT(place, words, fix) {HabitPlace::place, words, fix},
#include "lang/spec/habits.def"
#undef MUSTER_HABIT
});

// What to write instead of a word that is given in small letters; empty where nothing is known about it.
[[nodiscard]] constexpr std::string_view habit_fix(HabitPlace place, std::string_view in_small_letters) {
  for (const HabitRow& row : habit_rows) {
    if (row.place != place) continue;
    for (std::size_t begin = 0; begin < row.words.size();) {
      const std::size_t end = std::min(row.words.find(' ', begin), row.words.size());
      if (row.words.substr(begin, end - begin) == in_small_letters) return row.fix;
      begin = end + 1;
    }
  }
  return {};
}

}  // namespace muster::lang
