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
  is,         // behind `is`
  state,      // behind `is`, and nothing else has to follow
  opening,    // the first word of a value
  rule,       // the first word of a rule with points
  sign,       // before a number of points
  points,     // behind it
  value,      // an unknown name
  blank,      // an unknown name that stands for nothing
  function,   // a call of an unknown function
  criterion,  // the first word of a criterion
  band,       // the first words or sign of a band
  band_end,   // behind its value
  type,
};
struct HabitRow {
  HabitPlace place;
  std::string_view phrases;  // in small letters, with a comma between two
  std::string_view fix;
};
inline constexpr auto habit_rows = std::to_array<HabitRow>({
#define MUSTER_HABIT(place, phrases, fix) {HabitPlace::place, phrases, fix},
#include "lang/spec/habits.def"
#undef MUSTER_HABIT
});

// The row of a phrase that is given in small letters, with a blank between two words; nullptr where nothing is known
// about it.
[[nodiscard]] constexpr const HabitRow* find_habit(HabitPlace place, std::string_view phrase) {
  for (const HabitRow& row : habit_rows) {
    if (row.place != place) continue;
    for (std::size_t begin = 0; begin < row.phrases.size();) {
      const std::size_t end = std::min(row.phrases.find(',', begin), row.phrases.size());
      if (row.phrases.substr(begin, end - begin) == phrase) return &row;
      begin = end + 2;
    }
  }
  return nullptr;
}
// What to write instead; empty where nothing is known.
[[nodiscard]] constexpr std::string_view habit_fix(HabitPlace place, std::string_view phrase) {
  const HabitRow* const row = find_habit(place, phrase);
  return row == nullptr ? std::string_view() : row->fix;
}

}  // namespace muster::lang
