// What clocks on the wall show, and when offices are open: asked of the C library, painted minute by minute.
// Shares no code with Muster. May include: the standard library only. Called by: tests/oracle/sla*.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <set>
#include <string>
#include <vector>

namespace oracle {

using Seconds = std::int64_t;  // since 1970, UTC, unless it says that it is local
constexpr Seconds hour = 3600;
constexpr Seconds day = 24 * hour;

inline Seconds date(int year, int month, int of_month) {
  std::tm parts{};
  parts.tm_year = year - 1900;
  parts.tm_mon = month - 1;
  parts.tm_mday = of_month;
  return timegm(&parts);
}
inline const Seconds world_begins = date(2025, 9, 1);
inline const Seconds world_ends = date(2027, 3, 1);

inline std::string text_of(Seconds shown) {  // 2026-02-01 09:00:00
  const std::time_t time = shown;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}
// A day's Monday as 0; 1970-01-01 was a Thursday.
inline int weekday(Seconds shown) { return static_cast<int>((shown / day + 3) % 7); }

// A zone of the C library, asked once for each quarter of an hour.
class Clock {
 public:
  explicit Clock(const char* zone) {
    setenv("TZ", (std::string(":") + zone).c_str(), 1);
    tzset();
    for (Seconds at = world_begins; at < world_ends; at += step) {
      const std::time_t time = at;
      std::tm parts{};
      localtime_r(&time, &parts);
      offsets_.push_back(parts.tm_gmtoff);
    }
  }
  [[nodiscard]] Seconds shown(Seconds at) const { return at + offset(at); }
  // A time that is skipped moves later, one that comes twice is the earlier one.
  [[nodiscard]] Seconds instant(Seconds local) const {
    const Seconds before = offset(local - day);
    const Seconds after = offset(local + day);
    const Seconds early = local - std::max(before, after);
    const Seconds late = local - std::min(before, after);
    if (shown(early) == local) return early;
    if (shown(late) == local) return late;
    return local - before;
  }

 private:
  static constexpr Seconds step = 900;
  [[nodiscard]] Seconds offset(Seconds at) const {
    const Seconds place = std::clamp(at, world_begins, world_ends - 1) - world_begins;
    return offsets_[static_cast<std::size_t>(place / step)];
  }
  std::vector<Seconds> offsets_;
};

struct Hours {
  Seconds from, to;  // of the day
};

class Office {
 public:
  Office(const char* zone, std::vector<std::vector<Hours>> week, std::set<std::string> holidays)
      : clock(zone), week_(std::move(week)), holidays_(std::move(holidays)) {
    const auto minutes = static_cast<std::size_t>((world_ends - world_begins) / 60);
    opened_before_.reserve(minutes);
    Seconds painted_day = -1;
    std::vector<Hours> today;
    for (Seconds at = world_begins; at < world_ends; at += 60) {
      const Seconds shown = clock.shown(at);
      if (shown / day != painted_day) {
        painted_day = shown / day;
        today = hours_of(painted_day);
      }
      opened_before_.push_back(open_minutes_.size());
      for (const Hours& one : today) {
        if (shown % day >= one.from && shown % day < one.to) open_minutes_.push_back(at);
      }
    }
  }

  // By the number of the local day.
  [[nodiscard]] std::vector<Hours> hours_of(Seconds number) const {
    if (holidays_.contains(text_of(number * day).substr(0, 10))) return {};
    return week_[static_cast<std::size_t>(weekday(number * day))];
  }
  [[nodiscard]] Seconds opening(Seconds at) const {
    const Seconds begins = open_minutes_[first_open(at)];
    return std::max(begins, at);
  }
  // So many open seconds later: at the closing rather than at the next opening.
  [[nodiscard]] Seconds add(Seconds at, Seconds open_seconds) const {
    const std::size_t first = first_open(at);
    const Seconds from_minute = opening(at) - open_minutes_[first] + open_seconds;
    const std::size_t last = first + static_cast<std::size_t>((from_minute - 1) / 60);
    return open_minutes_[last] + (from_minute - 1) % 60 + 1;
  }
  [[nodiscard]] Seconds between(Seconds from, Seconds to) const { return open_seconds(to) - open_seconds(from); }
  // The local time of the next opening, on the Nth open day after its day, within that day's hours.
  [[nodiscard]] Seconds add_days(Seconds at, int n) const {
    const Seconds shown = clock.shown(opening(at));
    Seconds number = shown / day;
    while (n > 0) n -= hours_of(++number).empty() ? 0 : 1;
    const std::vector<Hours> hours = hours_of(number);
    return clock.instant(number * day + std::clamp(shown % day, hours.front().from, hours.back().to));
  }

  Clock clock;

 private:
  [[nodiscard]] std::size_t first_open(Seconds at) const {
    return opened_before_[static_cast<std::size_t>((at - world_begins) / 60)];
  }
  // Since the world began.
  [[nodiscard]] Seconds open_seconds(Seconds at) const {
    const std::size_t first = first_open(at);
    return static_cast<Seconds>(first) * 60 + opening(at) - open_minutes_[first];
  }
  std::vector<std::vector<Hours>> week_;
  std::set<std::string> holidays_;
  std::vector<std::size_t> opened_before_;  // by minute: how many open ones there were
  std::vector<Seconds> open_minutes_;
};

}  // namespace oracle
