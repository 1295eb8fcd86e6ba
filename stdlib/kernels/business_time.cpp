#include "stdlib/kernels/business_time.h"

#include <algorithm>
#include <set>

namespace muster::kernels {
namespace {

constexpr std::int64_t microseconds_per_minute = 60'000'000;
constexpr std::int32_t first_day = 0;
constexpr std::int32_t end_day = 84'006;  // 2200-01-01

std::size_t weekday_of(std::int64_t day) { return static_cast<std::size_t>(day_of_week(day) - 1); }

// The last element whose `member` is not above the value. Precondition: the first one's is not.
template <class Iterator, class Element>
Iterator last_not_above(Iterator begin, Iterator end, std::int64_t Element::* member, std::int64_t value) {
  return std::upper_bound(begin, end, value,
                          [member](std::int64_t sought, const Element& e) { return sought < e.*member; }) -
         1;
}

// The walk over pauses is the same for every clock that can say when it runs next, what it adds and what it counts.
template <class Clock>
std::optional<std::int64_t> add_around(const Clock& clock, std::int64_t instant, std::int64_t duration,
                                       std::span<const Stretch> pauses) {
  if (duration < 0) return std::nullopt;
  std::optional<std::int64_t> running = clock.next_opening(instant);
  std::int64_t rest = duration;
  for (const Stretch& pause : pauses) {
    if (!running) break;
    if (pause.to <= *running || pause.to <= pause.from) continue;
    if (pause.from > *running) {
      const std::int64_t counted = clock.between(*running, pause.from);
      if (counted >= rest) break;
      rest -= counted;
    }
    running = pause.to == endless ? std::nullopt : clock.next_opening(pause.to);
  }
  return running ? clock.add(*running, rest) : std::nullopt;
}

// The clock on the wall; its durations here are never negative.
struct WallClock {
  [[nodiscard]] std::optional<std::int64_t> next_opening(std::int64_t instant) const { return instant; }
  [[nodiscard]] std::optional<std::int64_t> add(std::int64_t instant, std::int64_t duration) const {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(instant, duration, &sum)) return std::nullopt;
    return sum;
  }
  [[nodiscard]] std::int64_t between(std::int64_t from, std::int64_t to) const {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(to, from, &difference)) return std::numeric_limits<std::int64_t>::max();
    return difference;
  }
};

}  // namespace

void BusinessCalendar::WeekTally::set(std::size_t weekday, std::int64_t value) {
  for (std::size_t day = 0; day < 14; ++day) {
    if (day % 7 != weekday) continue;
    for (std::size_t later = day + 1; later < sums_.size(); ++later) sums_[later] += value;
  }
}

std::int64_t BusinessCalendar::WeekTally::sum(std::size_t weekday, std::int64_t days) const {
  return days / 7 * sums_[7] + sums_[weekday + static_cast<std::size_t>(days % 7)] - sums_[weekday];
}

std::int64_t BusinessCalendar::WeekTally::find(std::size_t weekday, std::int64_t number) const {
  const std::int64_t rest = number % sums_[7];
  std::size_t days = 0;
  while (sums_[weekday + days + 1] - sums_[weekday] <= rest) ++days;
  return number / sums_[7] * 7 + static_cast<std::int64_t>(days);
}

// Cuts the years into runs. Days around a change of the zone's offset and days with hours of their own get a pattern
// each, from the real moments of all hours that may reach into them; the days between follow the week.
class BusinessCalendar::Builder {
 public:
  Builder(const BusinessHours& hours, BusinessCalendar& out) : hours_(hours), zone_(hours.zone), out_(out) {}

  void build() {
    out_.begin_ = start_of(first_day);
    out_.end_ = start_of(end_day);
    for (std::size_t weekday = 0; weekday < 7; ++weekday) add_weekday(weekday);
    std::int32_t next = first_day;
    for (const std::int32_t day : different_days()) {
      add_week_run(next, day);
      add_different_day(day);
      next = day + 1;
    }
    add_week_run(next, end_day);
    out_.pieces_.shrink_to_fit();
    out_.runs_.shrink_to_fit();
  }

 private:
  std::int64_t start_of(std::int32_t day) const { return zone_.instant_from_local(day, 0); }

  // Hours on other days lie where the week has them: every local time of such a day and of its midnights exists once
  // or is meant the first time, and no skipped time of an earlier day moves into it.
  std::set<std::int32_t> different_days() const {
    std::set<std::int32_t> days;
    for (const auto& [day, hours] : hours_.special) {
      if (day >= first_day && day < end_day) days.insert(day);
    }
    Zone::Period before = zone_.period_at(out_.begin_ - 2 * microseconds_per_day);
    while (before.end < out_.end_ + 2 * microseconds_per_day) {
      const Zone::Period after = zone_.period_at(before.end);
      const std::int64_t skipped = after.offset - before.offset;
      if (skipped != 0) {
        const std::int64_t change = before.end;
        const std::int64_t from = day_time(change, std::min(before.offset, after.offset)).day;
        const std::int64_t to = day_time(change, std::max(before.offset, after.offset + skipped)).day;
        for (std::int64_t day = std::max<std::int64_t>(from, first_day); day <= std::min<std::int64_t>(to, end_day - 1);
             ++day) {
          days.insert(static_cast<std::int32_t>(day));
        }
      }
      before = after;
    }
    return days;
  }

  // The pieces of one day, which begins at `start`. Hours that touch or overlap, as moved ones may, are one piece.
  Pattern add_pattern(std::vector<Stretch> open, std::int64_t start) {
    std::sort(open.begin(), open.end(), [](const Stretch& a, const Stretch& b) { return a.from < b.from; });
    Pattern pattern{out_.pieces_.size(), out_.pieces_.size()};
    for (const Stretch& stretch : open) {
      const std::int64_t from = stretch.from - start;
      const std::int64_t to = stretch.to - start;
      if (pattern.first < out_.pieces_.size() && from <= out_.pieces_.back().to) {
        out_.pieces_.back().to = std::max(out_.pieces_.back().to, to);
      } else {
        pattern.last = out_.pieces_.size();
        out_.pieces_.push_back({from, to, out_.open_in(pattern)});
      }
    }
    pattern.last = out_.pieces_.size();
    return pattern;
  }

  void add_weekday(std::size_t weekday) {
    std::vector<Stretch> open;
    for (const Hours& hours : hours_.week[weekday]) {
      if (hours.from < hours.to)
        open.push_back({hours.from * microseconds_per_minute, hours.to * microseconds_per_minute});
    }
    const Pattern pattern = add_pattern(std::move(open), 0);
    out_.week_[weekday] = pattern;
    out_.week_time_.set(weekday, out_.open_in(pattern));
    out_.week_days_.set(weekday, pattern.first < pattern.last ? 1 : 0);
  }

  void add_run(std::int32_t day, bool weekly, Pattern pattern, std::int64_t start, std::int64_t open,
               std::int64_t open_days) {
    out_.runs_.push_back({day, weekly, pattern, start, out_.total_time_, out_.total_days_});
    out_.total_time_ += open;
    out_.total_days_ += open_days;
  }

  void add_week_run(std::int32_t day, std::int32_t end) {
    if (day == end) return;
    const std::size_t weekday = weekday_of(day);
    add_run(day, true, {}, start_of(day), out_.week_time_.sum(weekday, end - day),
            out_.week_days_.sum(weekday, end - day));
  }

  void add_different_day(std::int32_t day) {
    const std::int64_t start = start_of(day);
    const std::int64_t end = start_of(day + 1);
    std::vector<Stretch> open;
    for (const std::int32_t owner : {day - 1, day, day + 1}) {
      for (const Stretch& stretch : real_hours(owner)) {
        const Stretch inside{std::max(stretch.from, start), std::min(stretch.to, end)};
        if (inside.from < inside.to) open.push_back(inside);
      }
    }
    const Pattern pattern = add_pattern(std::move(open), start);
    add_run(day, false, pattern, start, out_.open_in(pattern), pattern.first < pattern.last ? 1 : 0);
  }

  // A day's own hours, wherever its zone puts them.
  std::vector<Stretch> real_hours(std::int32_t day) const {
    std::vector<Stretch> real;
    if (day < first_day || day >= end_day || start_of(day) == start_of(day + 1)) return real;
    const auto special = hours_.special.find(day);
    for (const Hours& hours : special != hours_.special.end() ? special->second : hours_.week[weekday_of(day)]) {
      const std::int64_t from = zone_.instant_from_local(day, hours.from * microseconds_per_minute);
      const std::int64_t to = zone_.instant_from_local(day, hours.to * microseconds_per_minute);
      if (from < to) real.push_back({from, to});
    }
    return real;
  }

  const BusinessHours& hours_;
  const Zone& zone_;
  BusinessCalendar& out_;
};

BusinessCalendar::BusinessCalendar(const BusinessHours& hours) : zone_(hours.zone) { Builder(hours, *this).build(); }

std::int64_t BusinessCalendar::open_in(Pattern pattern) const {
  if (pattern.first == pattern.last) return 0;
  const Piece& last = pieces_[pattern.last - 1];
  return last.before + last.to - last.from;
}

BusinessCalendar::Day BusinessCalendar::day_of(const Run& run, std::int64_t days) const {
  if (!run.weekly) return {run.start, run.time_before, run.days_before, run.pattern, false};
  const std::size_t weekday = weekday_of(run.first_day);
  return {run.start + days * microseconds_per_day, run.time_before + week_time_.sum(weekday, days),
          run.days_before + week_days_.sum(weekday, days), week_[(weekday + static_cast<std::size_t>(days % 7)) % 7],
          true};
}

// Precondition here and below: the calendar covers the instant.
BusinessCalendar::Day BusinessCalendar::day_at(std::int64_t instant) const {
  const Run& run = *last_not_above(runs_.begin(), runs_.end(), &Run::start, instant);
  return day_of(run, (instant - run.start) / microseconds_per_day);
}

std::int64_t BusinessCalendar::open_before(std::int64_t instant) const {
  const Day day = day_at(instant);
  const std::int64_t offset = instant - day.start;
  const Piece* const first = pieces_.data() + day.pattern.first;
  if (day.pattern.first == day.pattern.last || offset <= first->from) return day.time_before;
  const Piece& piece = *last_not_above(first, pieces_.data() + day.pattern.last, &Piece::from, offset);
  return day.time_before + piece.before + std::min(offset, piece.to) - piece.from;
}

// The moment at which a microsecond of open time begins; they are numbered from 0 over all the years.
std::optional<std::int64_t> BusinessCalendar::open_moment(std::int64_t number) const {
  if (number < 0 || number >= total_time_) return std::nullopt;
  const Run& run = *last_not_above(runs_.begin(), runs_.end(), &Run::time_before, number);
  const Day day = day_of(run, run.weekly ? week_time_.find(weekday_of(run.first_day), number - run.time_before) : 0);
  const std::int64_t rest = number - day.time_before;
  const Piece& piece =
      *last_not_above(pieces_.data() + day.pattern.first, pieces_.data() + day.pattern.last, &Piece::before, rest);
  return day.start + piece.from + rest - piece.before;
}

bool BusinessCalendar::is_open(std::int64_t instant) const { return next_opening(instant) == instant; }

std::optional<std::int64_t> BusinessCalendar::next_opening(std::int64_t instant) const {
  return covers(instant) ? open_moment(open_before(instant)) : std::nullopt;
}

std::optional<std::int64_t> BusinessCalendar::add(std::int64_t instant, std::int64_t duration) const {
  // More than there is would also overflow below.
  if (!covers(instant) || duration > total_time_ || duration < -total_time_) return std::nullopt;
  const std::int64_t target = open_before(instant) + duration;
  if (duration <= 0) return open_moment(target);
  // Right after the last microsecond that counts: where that is closing time, the next opening would come later.
  const std::optional<std::int64_t> last = open_moment(target - 1);
  return last ? std::optional(*last + 1) : std::nullopt;
}

std::int64_t BusinessCalendar::between(std::int64_t from, std::int64_t to) const {
  return open_before(std::clamp(to, begin_, end_)) - open_before(std::clamp(from, begin_, end_));
}

std::optional<std::int64_t> BusinessCalendar::add_days(std::int64_t instant, std::int64_t n) const {
  const std::optional<std::int64_t> opening = next_opening(instant);
  if (!opening || n < 1) return std::nullopt;
  const Day from = day_at(*opening);
  if (n >= total_days_ - from.days_before) return std::nullopt;
  const std::int64_t number = from.days_before + n;
  const Run& run = *last_not_above(runs_.begin(), runs_.end(), &Run::days_before, number);
  const std::int64_t days = run.weekly ? week_days_.find(weekday_of(run.first_day), number - run.days_before) : 0;
  const Day day = day_of(run, days);

  const std::int64_t of_day = from.ordinary ? *opening - from.start : zone_.local_microsecond_of_day(*opening);
  const std::int64_t moment = day.ordinary
                                  ? day.start + of_day
                                  : zone_.instant_from_local(static_cast<std::int32_t>(run.first_day + days), of_day);
  return std::clamp(moment, day.start + pieces_[day.pattern.first].from, day.start + pieces_[day.pattern.last - 1].to);
}

std::optional<std::int64_t> BusinessCalendar::add_paused(std::int64_t instant, std::int64_t duration,
                                                         std::span<const Stretch> pauses) const {
  return add_around(*this, instant, duration, pauses);
}

std::optional<std::int64_t> add_paused(std::int64_t instant, std::int64_t duration, std::span<const Stretch> pauses) {
  return add_around(WallClock{}, instant, duration, pauses);
}

}  // namespace muster::kernels
