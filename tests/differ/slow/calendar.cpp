#include "tests/differ/slow/calendar.h"

#include <date/tz.h>

#include <chrono>

namespace muster::differ::slow {

using std::chrono::days;
using std::chrono::microseconds;

namespace {

date::sys_days to_days(std::int64_t day) { return date::sys_days{days{day}}; }
std::int64_t from_days(date::sys_days day) { return day.time_since_epoch().count(); }
std::int64_t floor_day(std::int64_t microsecond) { return std::chrono::floor<days>(microseconds{microsecond}).count(); }

}  // namespace

YearMonthDay civil(std::int64_t day) {
  const date::year_month_day found{to_days(day)};
  return {static_cast<int>(found.year()), static_cast<int>(static_cast<unsigned>(found.month())),
          static_cast<int>(static_cast<unsigned>(found.day()))};
}
int weekday(std::int64_t day) { return static_cast<int>(date::weekday{to_days(day)}.iso_encoding()); }

std::int64_t months_before(std::int64_t day, std::int64_t months) {
  const date::year_month_day from{to_days(day)};
  const date::year_month month = from.year() / from.month() - date::months{months};
  const date::year_month_day last{month / date::last};
  return from_days(date::sys_days{from.day() > last.day() ? last : month / from.day()});
}

std::int64_t first_of_unit(std::int64_t day, lang::Calendar unit, std::int64_t units) {
  const auto first_of_month = [&](int months_together) {
    const YearMonthDay from = civil(day);
    const std::int64_t first = day - (from.day - 1);
    return months_before(first, (from.month - 1) % months_together + units * months_together);
  };
  switch (unit.unit) {
    case lang::CalendarUnit::day:
      return day - units;
    case lang::CalendarUnit::week:
      return day - (weekday(day) + 7 - unit.week_starts) % 7 - 7 * units;
    case lang::CalendarUnit::month:
      return first_of_month(1);
    case lang::CalendarUnit::quarter:
      return first_of_month(3);
    case lang::CalendarUnit::year:
      return first_of_month(12);
  }
  return day;
}

struct Zone::State {
  const date::time_zone* zone;
  date::sys_info last{};
  std::unordered_map<std::int64_t, std::int64_t> first_moments;
};

Zone::Zone(const std::string& name) : state_(std::make_unique<State>(State{date::locate_zone(name), {}, {}})) {}
Zone::~Zone() = default;

std::int64_t Zone::instant(std::int64_t day, std::int64_t microsecond_of_day) const {
  const date::local_time<microseconds> wanted{microseconds{day * microseconds_of_day + microsecond_of_day}};
  const date::local_info info = state_->zone->get_info(wanted);
  return (wanted.time_since_epoch() - info.first.offset).count();
}
std::int64_t Zone::first_moment(std::int64_t day) const {
  const auto [found, is_new] = state_->first_moments.try_emplace(day, 0);
  if (is_new) found->second = instant(day, 0);
  return found->second;
}
std::int64_t Zone::local(std::int64_t instant) const {
  const date::sys_time<microseconds> moment{microseconds{instant}};
  if (moment < state_->last.begin || moment >= state_->last.end) state_->last = state_->zone->get_info(moment);
  return instant + microseconds{state_->last.offset}.count();
}
std::int64_t Zone::day_of(std::int64_t instant) const { return floor_day(local(instant)); }

}  // namespace muster::differ::slow
