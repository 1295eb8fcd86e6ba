// What points are still worth at an age (language section 4, number 12). Integers only: every engine and every machine
// gets the same bits. Points are mantissas of 4 digits, ages and intervals microseconds.
// May include: the standard library, lang/syntax. Called by: the engines, tests.
#pragma once

#include <cstdint>
#include <vector>

#include "lang/syntax/tree.h"  // FadeKind

namespace muster::kernels {

// A rule of fading, prepared once and asked for every row. Immutable, so threads may share it.
class FadeCurve {
 public:
  // `interval` is above 0, except for `never`, which does not look at it. `left` is for `percent` only: the share that
  // is left after each whole interval, 9 digits, 0 to 1'000'000'000. `whole_days` counts only the whole days of an age.
  // What is left is rounded once, to `digits` (0 to 4).
  FadeCurve(lang::FadeKind kind, std::int64_t interval, std::int64_t left, bool whole_days, unsigned digits = 4,
            lang::RoundingMode mode = lang::RoundingMode::half_even);

  // The points at an age, rounded once; negative points mirror positive ones. An age below 0 counts as 0. Never further
  // from 0 than the points are when they are rounded so, and never further than at a younger age; what 64 bits cannot
  // hold is the largest number. Before the rounding the result is
  //   to_zero  exact
  //   halving  exact at whole multiples of the interval; else off by less than 2^-64 of the points, and by less than
  //            2^-70 where the interval is below 1,000 years
  //   percent  off by less than 2^-88 of the points; a result that lies exactly between two numbers is known as such
  [[nodiscard]] std::int64_t at(std::int64_t points, std::int64_t age) const;

 private:
  using UnsignedWide = unsigned __int128;

  // Points before they are rounded: twice as many, rounded down, and whether there is more behind that.
  struct Left {
    UnsignedWide doubled = 0;
    bool more = false;
  };
  [[nodiscard]] Left halved(std::uint64_t points, std::uint64_t age) const;
  [[nodiscard]] Left linear(std::uint64_t points, std::uint64_t age) const;
  [[nodiscard]] Left reduced(std::uint64_t points, std::uint64_t age) const;
  [[nodiscard]] std::uint64_t rounded(Left left) const;
  [[nodiscard]] std::uint64_t whole_intervals(std::uint64_t age) const;

  lang::FadeKind kind_;
  bool whole_days_;
  lang::RoundingMode mode_;
  std::uint64_t unit_;  // of the last digit that is kept
  std::uint64_t interval_;
  UnsignedWide reciprocal_;  // 2^128 / interval, rounded down
  // percent: the share in lowest terms, and its powers as parts of 2^127
  std::uint64_t numerator_ = 0;
  std::uint64_t denominator_ = 1;
  std::vector<UnsignedWide> powers_;   // left^k
  std::vector<UnsignedWide> squares_;  // left^(powers_.size() * 2^k)
};

// How old an event is at the moment `as_of`: 0 where it is later, the most where the difference needs more than 64
// bits.
[[nodiscard]] std::int64_t age_at(std::int64_t as_of, std::int64_t event);
// The same of days; the age is in microseconds.
[[nodiscard]] std::int64_t age_of_day(std::int64_t as_of_day, std::int64_t day);

}  // namespace muster::kernels
