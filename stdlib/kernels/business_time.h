// Business time (language section 4, numbers 17 to 21): when an office is open, the moment by which so many hours or
// business days have passed there, and deadlines whose clock pauses. Moments are microseconds since
// 1970-01-01T00:00:00Z, durations microseconds, days days since 1970-01-01.
//
// Hours are written in local time; what counts is the real time between the moments of their two ends, by Zone's rule
// (a local time that DST skips moves later, one that it repeats is the earlier). So hours over a skipped hour are
// shorter, over a repeated one longer, and hours that end no later than they begin are none at all.
// May include: the standard library, stdlib/kernels/time.h. Called by: the compiler (deadlines that are known when a
// policy is read), the runtime of SLAs, tests.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "stdlib/kernels/time.h"

namespace muster::kernels {

// [from, to) in minutes of the local day, 0 <= from < to <= 1440.
struct Hours {
  std::int32_t from = 0;
  std::int32_t to = 0;
};

// What the author of a calendar writes. The hours of a day come in order and do not overlap.
struct BusinessHours {
  Zone zone = Zone::utc();
  std::array<std::vector<Hours>, 7> week;              // Monday first
  std::map<std::int32_t, std::vector<Hours>> special;  // days with hours of their own; without hours: closed all day
};

// [from, to) of real time; `to` is `endless` where nobody knows the end.
struct Stretch {
  std::int64_t from = 0;
  std::int64_t to = 0;
};
inline constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();

// The hours of one office in the years 1970 to 2199 of its zone; moments outside them have no answer. A day reaches
// from its midnight to the next day's; a business day is one that holds any open time. A day that the zone skips as a
// whole (Samoa's 30 December 2011) has no hours.
//
// Immutable, so that threads may share it. Making one takes about a millisecond and some 100 kilobytes; an answer takes
// a binary search, however long the duration.
class BusinessCalendar {
 public:
  explicit BusinessCalendar(const BusinessHours& hours);

  // The moment at which hours end is closed.
  [[nodiscard]] bool is_open(std::int64_t instant) const;
  // The instant itself where it is open.
  [[nodiscard]] std::optional<std::int64_t> next_opening(std::int64_t instant) const;

  // The earliest moment by which `duration` of open time has passed after the instant: closing time on Friday, not
  // opening time on Monday, where both would do. For 0 it is the next opening, because business time begins there.
  // A negative duration goes back: the latest moment from which that much open time passes until the instant.
  [[nodiscard]] std::optional<std::int64_t> add(std::int64_t instant, std::int64_t duration) const;
  // The open time from one moment to another, negative where `to` is before `from`. Outside the years above nothing is
  // open. between(s, add(s, d)) is d.
  [[nodiscard]] std::int64_t between(std::int64_t from, std::int64_t to) const;

  // The local time of the next opening on the nth business day after that opening's day, but not before that day's
  // first opening and not after its last closing. A local time in a break between hours stays where it is. None where
  // n < 1.
  [[nodiscard]] std::optional<std::int64_t> add_days(std::int64_t instant, std::int64_t n) const;

  // As `add`, with a clock that stands still during the pauses, which come in the order of their beginnings and may
  // overlap. For 0 it is the next moment that is open and no pause. None where a pause never ends before the time has
  // passed, and where the duration is negative.
  [[nodiscard]] std::optional<std::int64_t> add_paused(std::int64_t instant, std::int64_t duration,
                                                       std::span<const Stretch> pauses) const;

 private:
  struct Piece {  // open time, counted from the beginning of its day
    std::int64_t from;
    std::int64_t to;
    std::int64_t before;  // the day's open time before it
  };
  struct Pattern {  // one day's pieces_[first, last), in order and apart
    std::size_t first = 0;
    std::size_t last = 0;
  };
  // Days that follow the week while the zone's offset stays, or one day that is different.
  struct Run {
    std::int32_t first_day;
    bool weekly;
    Pattern pattern;           // of the one day
    std::int64_t start;        // the first day's midnight
    std::int64_t time_before;  // open time of all the days before
    std::int64_t days_before;  // business days before
  };
  struct Day {
    std::int64_t start;
    std::int64_t time_before;
    std::int64_t days_before;
    Pattern pattern;
    bool ordinary;  // 24 hours with one offset
  };
  // One number for each day of the week, added up over days in a row.
  class WeekTally {
   public:
    void set(std::size_t weekday, std::int64_t value);
    [[nodiscard]] std::int64_t sum(std::size_t weekday, std::int64_t days) const;
    // How many days after `weekday` the day comes in which the sum passes `number`. Precondition: it ever does.
    [[nodiscard]] std::int64_t find(std::size_t weekday, std::int64_t number) const;

   private:
    std::array<std::int64_t, 15> sums_{};  // of two weeks, so that a week can begin on any day
  };
  class Builder;

  [[nodiscard]] bool covers(std::int64_t instant) const { return instant >= begin_ && instant <= end_; }
  [[nodiscard]] std::int64_t open_in(Pattern pattern) const;
  [[nodiscard]] Day day_of(const Run& run, std::int64_t days) const;
  [[nodiscard]] Day day_at(std::int64_t instant) const;
  [[nodiscard]] std::int64_t open_before(std::int64_t instant) const;
  [[nodiscard]] std::optional<std::int64_t> open_moment(std::int64_t number) const;

  Zone zone_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  std::vector<Piece> pieces_;
  std::array<Pattern, 7> week_{};
  WeekTally week_time_;
  WeekTally week_days_;  // business days
  std::vector<Run> runs_;
  std::int64_t total_time_ = 0;
  std::int64_t total_days_ = 0;
};

// The same by the clock, which never closes. None where 64 bits do not hold the moment.
[[nodiscard]] std::optional<std::int64_t> add_paused(std::int64_t instant, std::int64_t duration,
                                                     std::span<const Stretch> pauses);

}  // namespace muster::kernels
