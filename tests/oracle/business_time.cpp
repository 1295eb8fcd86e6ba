// An oracle for business time: brute force, minute by minute. It shares no arithmetic with the kernel: the C library
// says what the clock on the wall shows in every minute of some weeks, the hours are painted on those minutes, and
// every answer is a walk over them. Zones, calendars, starts and durations are random, most of the weeks around a
// change of the clocks.
//
//   business_time_oracle SEED WORLDS CASES    WORLDS calendars in some weeks each, CASES questions to each
//
// May include: the standard library, stdlib/kernels/business_time.h (what it judges). Called by: ctest.
#include "stdlib/kernels/business_time.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>
#include <set>
#include <string>

namespace {

using muster::kernels::BusinessCalendar;
using muster::kernels::BusinessHours;
using muster::kernels::Hours;
using muster::kernels::Stretch;
using Micros = std::int64_t;
using Moment = std::optional<Micros>;

constexpr Micros minute = 60'000'000;
constexpr std::int64_t minutes_per_day = 1440;
constexpr std::int64_t weeks = 4;

std::mt19937_64 random_bits;  // seeded in main
std::int64_t any(std::int64_t least, std::int64_t most) {
  return least + static_cast<std::int64_t>(random_bits() % static_cast<std::uint64_t>(most - least + 1));
}

void live_in(const std::string& zone) {
  setenv("TZ", (":" + zone).c_str(), 1);
  tzset();
}
std::int64_t offset_minutes(std::int64_t minute_number) {
  const std::time_t seconds = minute_number * 60;
  std::tm local{};
  localtime_r(&seconds, &local);
  return local.tm_gmtoff / 60;
}

// Some weeks in one place, with the office's hours painted on them. Minutes count from the first one.
struct World {
  std::int64_t first = 0;                         // its number since 1970
  std::vector<std::int64_t> local;                // what the wall shows, in minutes since 1970
  std::int64_t earliest = 0;                      // that the wall ever shows
  std::vector<std::int64_t> first_at;             // the minute at which it first shows each later time, or would have
  std::vector<char> open;                         // 1 or 0
  std::map<std::int64_t, std::int64_t> midnight;  // by day

  World(std::int64_t from, const BusinessHours& hours) : first(from) {
    std::set<std::int64_t> days;
    for (std::int64_t i = 0; i < weeks * 7 * minutes_per_day; ++i) {
      const std::int64_t shown = first + i + offset_minutes(first + i);
      if (i == 0) earliest = shown;
      const std::int64_t next = earliest + static_cast<std::int64_t>(first_at.size());
      // Where the wall jumps ahead, the times between are so many minutes after the jump.
      for (std::int64_t skipped = next; skipped < shown; ++skipped) first_at.push_back(i + (skipped - next));
      if (next <= shown) first_at.push_back(i);
      local.push_back(shown);
      if (i == 0 || shown % minutes_per_day == 0 || std::abs(shown - local.end()[-2]) > 1) {
        days.insert(shown / minutes_per_day);
      }
    }
    open.resize(local.size());
    for (const std::int64_t day : days) {  // a day that the wall never shows has no hours
      const auto special = hours.special.find(static_cast<std::int32_t>(day));
      const auto& of_day =
          special != hours.special.end() ? special->second : hours.week[static_cast<std::size_t>((day + 3) % 7)];
      for (const Hours& one : of_day) {
        const auto begin = find(day * minutes_per_day + one.from);
        const auto end = find(day * minutes_per_day + one.to);
        if (!begin || !end) continue;  // at the edge of the weeks
        for (std::int64_t i = *begin; i < *end && i < size(); ++i) open[static_cast<std::size_t>(i)] = 1;
      }
    }
    for (std::int64_t day = *days.begin(); day <= *days.rbegin(); ++day) {
      if (const auto found = find(day * minutes_per_day)) midnight[day] = *found;
    }
  }

  [[nodiscard]] std::optional<std::int64_t> find(std::int64_t shown) const {
    const std::int64_t place = shown - earliest;
    if (place < 0 || place >= static_cast<std::int64_t>(first_at.size())) return std::nullopt;
    return first_at[static_cast<std::size_t>(place)];
  }
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(local.size()); }
  [[nodiscard]] Micros at(std::int64_t i) const { return (first + i) * minute; }
  [[nodiscard]] bool is_open(std::int64_t i) const { return open[static_cast<std::size_t>(i)] != 0; }
  [[nodiscard]] std::int64_t index(Micros instant) const { return instant / minute - first; }
  // The outer days may lack hours that were cut off.
  [[nodiscard]] std::int64_t least() const { return 3 * minutes_per_day; }
  [[nodiscard]] std::int64_t most() const { return size() - 3 * minutes_per_day; }

  // The parts of each open minute from `from` on that no pause covers, until `visit` says that it has seen enough.
  // False where the weeks end first.
  template <class Visit>
  bool walk(Micros from, const std::vector<Stretch>& pauses, Visit visit) const {
    for (std::int64_t i = index(from); i < most(); ++i) {
      if (!is_open(i)) continue;
      Micros begin = std::max(from, at(i));
      for (const Stretch& pause : pauses) {
        if (pause.to <= begin) continue;
        if (pause.from >= at(i + 1)) break;
        if (pause.from > begin && visit(begin, pause.from)) return true;
        begin = std::max(begin, pause.to);
        if (begin >= at(i + 1)) break;
      }
      if (begin < at(i + 1) && visit(begin, at(i + 1))) return true;
    }
    return false;
  }

  [[nodiscard]] Moment add(Micros from, Micros duration, const std::vector<Stretch>& pauses) const {
    Moment result;
    walk(from, pauses, [&](Micros begin, Micros end) {
      if (end - begin >= duration) result = begin + duration;
      duration -= end - begin;
      return result.has_value();
    });
    return result;
  }
  [[nodiscard]] Moment subtract(Micros from, Micros duration) const {
    for (std::int64_t i = index(from); i >= least(); --i) {
      const Micros end = std::min(from, at(i + 1));
      if (!is_open(i)) continue;
      if (end - at(i) >= duration) return end - duration;
      duration -= end - at(i);
    }
    return std::nullopt;
  }
  [[nodiscard]] Micros between(Micros from, Micros to) const {
    Micros sum = 0;
    walk(from, {}, [&](Micros begin, Micros end) {
      if (begin >= to) return true;
      sum += std::min(end, to) - begin;
      return false;
    });
    return sum;
  }
  [[nodiscard]] Moment add_days(Micros from, std::int64_t n) const {
    const Moment opening = add(from, 0, {});
    if (!opening) return std::nullopt;
    const std::int64_t i = index(*opening);
    auto day = midnight.begin();
    for (auto later = day; later != midnight.end() && later->second <= i; ++later) day = later;
    while (n > 0) {
      ++day;
      if (day == midnight.end() || std::next(day) == midnight.end() || std::next(day)->second > most()) {
        return std::nullopt;
      }
      std::int64_t opens = -1;
      std::int64_t closes = -1;
      for (std::int64_t m = day->second; m < std::next(day)->second; ++m) {
        if (!is_open(m)) continue;
        if (opens < 0) opens = m;
        closes = m + 1;
      }
      if (opens < 0 || --n > 0) continue;
      const std::int64_t shown = local[static_cast<std::size_t>(i)] % minutes_per_day;
      const Micros same = at(find(day->first * minutes_per_day + shown).value()) + *opening % minute;
      return std::clamp(same, at(opens), at(closes));
    }
    return std::nullopt;
  }
};

// ---- random places, offices and questions

// Places, and a day whose change is like few others: a whole day skipped, an hour across midnight, three hours.
struct Place {
  const char* zone;
  std::int64_t rare_day = 0;
};
constexpr std::array places = {
    Place{"America/New_York"},
    Place{"Europe/Berlin"},
    Place{"Australia/Lord_Howe"},
    Place{"Australia/Sydney"},
    Place{"America/Santiago"},
    Place{"Europe/Moscow"},
    Place{"Europe/Istanbul"},
    Place{"Asia/Pyongyang"},
    Place{"America/St_Johns"},
    Place{"America/Nuuk"},
    Place{"America/Sao_Paulo"},
    Place{"America/Havana"},
    Place{"Africa/Casablanca"},
    Place{"Africa/Cairo"},
    Place{"Asia/Beirut"},
    Place{"Asia/Tehran"},
    Place{"Asia/Kolkata"},
    Place{"Asia/Kathmandu"},
    Place{"Pacific/Chatham"},
    Place{"Antarctica/Troll"},
    Place{"Europe/Dublin"},
    Place{"Asia/Amman"},
    Place{"America/Caracas"},
    Place{"UTC"},
    Place{"Pacific/Apia", 15338},          // 2011-12-30
    Place{"Pacific/Kwajalein", 8633},      // 1993-08-21
    Place{"Pacific/Kiritimati", 9130},     // 1994-12-31
    Place{"Asia/Pyongyang", 17656},        // 2018-05-05
    Place{"America/Nuuk", 20541},          // 2026-03-29
    Place{"America/Scoresbysund", 22368},  // 2031-03-30
    Place{"America/St_Johns", 13086},      // 2005-10-30
    Place{"Antarctica/Casey", 18539},      // 2020-10-04
};

std::vector<Hours> any_hours(bool rare) {
  std::vector<Hours> hours;
  switch (any(0, rare ? 15 : 5)) {
    case 0:
      return {{0, 1440}};
    case 1:
      return {{540, 1050}};
    case 2:
      return {};
    default: {
      std::set<std::int32_t> ends;
      const auto count = static_cast<std::size_t>(2 * any(1, 4));
      // Often in the hours in which clocks change.
      const bool at_night = rare || any(0, 1) == 0;
      while (ends.size() < count) {
        const std::int64_t time = at_night ? (any(0, 270) + 1350) % 1441 : any(0, 1440);
        ends.insert(static_cast<std::int32_t>(any(0, 1) == 0 ? time : time / 15 * 15));
      }
      for (auto end = ends.begin(); end != ends.end(); ++end) {
        const std::int32_t from = *end++;
        hours.push_back({from, *end});
      }
      return hours;
    }
  }
}

// A minute in the year 1973 to 2195, for every other call shortly before a change of the clocks.
std::int64_t any_first_minute(std::int64_t rare_day) {
  if (rare_day != 0) return (rare_day - any(6, weeks * 7 - 7)) * minutes_per_day + any(0, minutes_per_day - 1);
  const std::int64_t recent = any(0, 2);
  const std::int64_t least_day = recent == 0 ? 13'000 : 1'100;
  const std::int64_t most_day = recent == 0 ? 22'000 : recent == 1 ? 25'000 : 82'000;
  std::int64_t day = any(least_day, most_day);
  if (any(0, 3) > 0) {
    const std::int64_t offset = offset_minutes(day * minutes_per_day);
    for (int tries = 0; tries < 400 && offset_minutes(day * minutes_per_day) == offset; ++tries) ++day;
    day -= any(5, weeks * 7 - 7);
  }
  return day * minutes_per_day + any(0, minutes_per_day - 1);
}

BusinessHours any_office(const std::string& zone, std::int64_t first_minute, bool rare) {
  BusinessHours office;
  const auto found = muster::kernels::Zone::find(zone);
  if (!found) {
    std::fprintf(stderr, "%s\n", found.error().message.c_str());
    std::exit(1);
  }
  office.zone = *found;
  const auto usual = any_hours(rare);
  for (auto& day : office.week) day = any(0, 2) == 0 ? any_hours(rare) : usual;
  for (std::int64_t i = any(0, 8); i > 0; --i) {
    office.special[static_cast<std::int32_t>(first_minute / minutes_per_day + any(0, weeks * 7))] =
        any(0, 1) == 0 ? std::vector<Hours>{} : any_hours(rare);
  }
  return office;
}

std::vector<Stretch> any_pauses(Micros from) {
  std::vector<Stretch> pauses;
  for (std::int64_t i = any(0, 6); i > 0; --i) {
    const Micros begin = from + any(-2 * minutes_per_day, 9 * minutes_per_day) * minute + any(0, 1) * any(0, minute);
    pauses.push_back({begin, begin + any(0, 2 * minutes_per_day) * minute});
  }
  std::sort(pauses.begin(), pauses.end(), [](const Stretch& a, const Stretch& b) { return a.from < b.from; });
  return pauses;
}

std::string shown(const Moment& moment) { return moment ? std::to_string(*moment) : "none"; }

struct Judge {
  std::int64_t cases = 0;
  std::int64_t differ = 0;

  void compare(const char* question, const std::string& zone, Micros from, std::int64_t amount, const Moment& expected,
               const Moment& answer) {
    ++cases;
    if (expected == answer) return;
    ++differ;
    std::fprintf(stderr, "%s in %s at %lld of %lld: %s expected, %s\n", question, zone.c_str(),
                 static_cast<long long>(from), static_cast<long long>(amount), shown(expected).c_str(),
                 shown(answer).c_str());
  }
};

void judge_world(const Place& place, std::int64_t questions, Judge& judge) {
  const std::string zone = place.zone;
  const bool rare = place.rare_day != 0;
  live_in(zone);
  const std::int64_t first = any_first_minute(place.rare_day);
  const BusinessHours office = any_office(zone, first, rare);
  const World world(first, office);
  const BusinessCalendar calendar(office);
  // Moments at which something happens are asked for as often as others.
  std::vector<std::int64_t> edges;
  std::vector<std::int64_t> jumps;
  for (std::int64_t i = world.least(); i < world.most(); ++i) {
    const auto step = world.local[static_cast<std::size_t>(i)] - world.local[static_cast<std::size_t>(i - 1)];
    if (world.is_open(i) != world.is_open(i - 1) || step != 1) edges.push_back(i);
    if (step != 1) jumps.push_back(i);
  }
  const auto any_of = [](const std::vector<std::int64_t>& some) {
    return some[static_cast<std::size_t>(any(0, static_cast<std::int64_t>(some.size()) - 1))];
  };
  const auto any_moment = [&] {
    std::int64_t i = any(world.least(), world.most() - 1);
    if (!jumps.empty() && any(0, 2) == 0) {
      i = std::clamp(any_of(jumps) + any(-2, 2) * any(0, minutes_per_day), world.least(), world.most() - 1);
    } else if (!edges.empty() && any(0, 1) == 0) {
      i = any_of(edges);
    }
    return world.at(i) + (any(0, 2) == 0 ? any(0, minute - 1) : 0);
  };
  for (std::int64_t asked = 0; asked < questions;) {
    const Micros from = any_moment();
    Micros duration = any(0, 3) == 0 ? any(0, 20'000) * minute : any(0, 40) * 15 * minute;
    if (any(0, 4) == 0) duration += any(0, minute - 1);
    const Micros other = any_moment();
    // The exact time from edge to edge is where closing and opening could be mixed up.
    if (any(0, 3) == 0 && other > from) duration = world.between(from, other);
    ++asked;
    if (const Moment opening = world.add(from, 0, {})) {
      judge.compare("next opening", zone, from, 0, opening, calendar.next_opening(from));
      judge.compare("is open", zone, from, 0, opening == from ? 1 : 0, calendar.is_open(from) ? 1 : 0);
    }
    if (const Moment due = world.add(from, duration, {})) {
      judge.compare("add", zone, from, duration, due, calendar.add(from, duration));
      judge.compare("there and back", zone, from, duration, duration, calendar.between(from, *due));
    }
    if (duration > 0) {
      if (const Moment start = world.subtract(from, duration)) {
        judge.compare("subtract", zone, from, duration, start, calendar.add(from, -duration));
      }
    }
    const Micros passed = from <= other ? world.between(from, other) : -world.between(other, from);
    judge.compare("between", zone, from, other, passed, calendar.between(from, other));
    const std::int64_t days = any(1, 12);
    if (const Moment day = world.add_days(from, days)) {
      judge.compare("add days", zone, from, days, day, calendar.add_days(from, days));
    }
    std::vector<Stretch> pauses = any_pauses(from);
    if (const Moment due = world.add(from, duration, pauses)) {
      judge.compare("add with pauses", zone, from, duration, due, calendar.add_paused(from, duration, pauses));
      // A pause without an end matters only where it begins before the deadline, or for 0 at it.
      const Micros last = pauses.empty() ? from : pauses.back().from;
      const Micros begin = std::max(last, *due + any(-1, 1));
      pauses.push_back({begin, muster::kernels::endless});
      const bool in_time = duration == 0 ? begin > *due : begin >= *due;
      judge.compare("endless pause", zone, from, duration, in_time ? due : std::nullopt,
                    calendar.add_paused(from, duration, pauses));
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: business_time_oracle SEED WORLDS CASES\n");
    return 2;
  }
  random_bits.seed(std::strtoull(arguments[1], nullptr, 10));
  const long worlds = std::strtol(arguments[2], nullptr, 10);
  const long questions = std::strtol(arguments[3], nullptr, 10);
  Judge judge;
  for (long i = 0; i < worlds; ++i) judge_world(places[static_cast<std::size_t>(i) % places.size()], questions, judge);
  std::printf("%lld cases compared, %lld differ\n", static_cast<long long>(judge.cases),
              static_cast<long long>(judge.differ));
  if (judge.cases < 10'000) std::printf("fewer than 10,000 cases were compared\n");
  return judge.differ == 0 && judge.cases >= 10'000 ? 0 : 1;
}
