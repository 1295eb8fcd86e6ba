#include "stdlib/kernels/time.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <vector>

#include "lang/spec/spec.h"
#include "stdlib/kernels/zone_names.h"
#include "stdlib/kernels/zone_rule.h"

namespace muster::kernels {
namespace {

using Wide = __int128;

constexpr std::int64_t microseconds_per_second = 1'000'000;
constexpr std::string_view database_directory = "/usr/share/zoneinfo/";

// Local times are kept this far inside 64 bits, so that adding offsets cannot overflow: the years -283,000 to 287,000.
constexpr std::int64_t furthest = 9'000'000'000'000'000'000;
// Zones are looked up within these years; outside them the offset is that of the nearest one.
constexpr std::int64_t first_looked_up_seconds = -62'135'596'800;  // 0001-01-01
constexpr std::int64_t last_looked_up_seconds = 253'402'300'799;   // 9999-12-31
// A period of the database that ends later has no end: the date library puts it into the year 32767.
constexpr std::int64_t endless_seconds = last_looked_up_seconds;
// No zone has ever changed its offset by more than a day (the date line), and no offset is larger than one.
constexpr std::int64_t widest_change = 2 * microseconds_per_day;

std::int64_t clamp_wide(Wide value) {
  return static_cast<std::int64_t>(std::clamp(value, static_cast<Wide>(-furthest), static_cast<Wide>(furthest)));
}

// A zone file ends with a newline, the rule and a newline.
std::optional<ZoneRule> read_rule(const std::string& name) {
  std::ifstream file(std::string(database_directory) + name, std::ios::binary);
  std::string last;
  for (std::string line; std::getline(file, line);) last = std::move(line);
  return parse_zone_rule(last);
}

lang::Error zone_error(std::string message, std::string fix) {
  return {lang::ErrorKind::usage, {}, 0, std::move(message), std::move(fix)};
}

void append_padded(std::string& out, std::int64_t value, unsigned digits) {
  std::string text = std::to_string(value);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out += text;
}

// `fraction` in millionths, without trailing zeros; nothing for 0.
void append_fraction(std::string& out, std::int64_t fraction) {
  if (fraction == 0) return;
  out.push_back('.');
  append_padded(out, fraction, 6);
  while (out.back() == '0') out.pop_back();
}

}  // namespace

// The date library's zone, the rule that follows its last change, and the periods of the years in which most events
// lie: all until 2100, found from a moment by its stretch of 203 days, in which a zone changes once or twice. Years
// beyond are asked of the rule each time.
struct Zone::Data {
  const date::time_zone* zone = nullptr;
  std::optional<ZoneRule> rule;
  std::vector<Period> periods;               // one after the other, from the beginning of time
  std::vector<std::uint16_t> first_periods;  // by stretch since `first_stretch`: the one that holds its begin

  static constexpr std::size_t most_periods = 10'000;
  static constexpr unsigned stretch_bits = 44;
  static constexpr std::int64_t first_stretch = -126;  // 1899-10
  static constexpr std::int64_t past_stretch = 234;    // 2100-06

  void find_periods() {
    constexpr std::int64_t end = past_stretch << stretch_bits;
    for (std::int64_t at = std::numeric_limits<std::int64_t>::min(); at < end; at = periods.back().end) {
      periods.push_back(look_up(at));
      if (periods.back().end <= at || periods.size() > most_periods) throw std::runtime_error("the file is damaged");
    }
    std::uint16_t period = 0;
    for (std::int64_t stretch = first_stretch; stretch < past_stretch; ++stretch) {
      while (periods[period].end <= stretch << stretch_bits) ++period;
      first_periods.push_back(period);
    }
  }

  [[nodiscard]] Period look_up(std::int64_t instant) const {
    const std::int64_t seconds =
        std::clamp(floor_divide(instant, microseconds_per_second), first_looked_up_seconds, last_looked_up_seconds);
    const date::sys_info info = zone->get_info(date::sys_seconds(std::chrono::seconds(seconds)));
    std::int64_t begin = info.begin.time_since_epoch().count();
    std::int64_t end = info.end.time_since_epoch().count();
    std::int64_t offset = info.offset.count();
    if (end > endless_seconds && rule && rule->has_daylight) {
      const RulePeriod period = period_of_rule(*rule, seconds);
      begin = std::max(begin, period.begin);
      end = period.end;
      offset = period.offset;
    }
    const auto to_microseconds = [](std::int64_t value) { return value * microseconds_per_second; };
    Period result{std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                  to_microseconds(offset)};
    if (begin > first_looked_up_seconds) result.begin = to_microseconds(begin);
    if (end < endless_seconds) result.end = to_microseconds(end);
    return result;
  }
};

// Both directions are the algorithms of Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
std::optional<std::int32_t> days_from_civil(CivilDay civil) {
  if (civil.year < 1 || civil.year > 9999 || civil.month < 1 || civil.month > 12 || civil.day < 1) return std::nullopt;
  constexpr std::array<std::uint8_t, 12> lengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (civil.year % 4 == 0 && civil.year % 100 != 0) || civil.year % 400 == 0;
  const int length = lengths[civil.month - 1U] + (leap && civil.month == 2 ? 1 : 0);
  if (civil.day > length) return std::nullopt;
  const std::int32_t shifted_year = civil.year - (civil.month <= 2 ? 1 : 0);  // the year begins in March
  const std::int32_t era = shifted_year / 400;
  const std::int32_t year_of_era = shifted_year - era * 400;
  const std::int32_t shifted_month = civil.month + (civil.month > 2 ? -3 : 9);
  const std::int32_t day_of_year = (153 * shifted_month + 2) / 5 + civil.day - 1;
  const std::int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

CivilDay civil_from_days(std::int64_t days) {
  constexpr std::int64_t most_days = 700'000'000'000;  // further away the year would not fit 32 bits
  const std::int64_t shifted = std::clamp(days, -most_days, most_days) + 719'468;
  const std::int64_t era = floor_divide(shifted, 146'097);
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  CivilDay civil;
  civil.day = static_cast<std::uint8_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  civil.month = static_cast<std::uint8_t>(month);
  civil.year = static_cast<std::int32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
  return civil;
}

Zone Zone::utc() {
  Zone zone;
  zone.name_ = "UTC";
  return zone;
}

lang::Result<Zone> Zone::find(std::string_view name) {
  if (name == "UTC") return utc();
  try {
    (void)date::get_tzdb();
  } catch (const std::exception&) {
    return zone_error("this machine has no time-zone database", "install the package tzdata, or use zone \"UTC\"");
  }
  try {
    auto data = std::make_shared<Data>();
    data->zone = date::locate_zone(std::string(name));
    // The zone's file is read on first use and may turn out to be damaged: now, and not in the middle of a run.
    data->rule = read_rule(data->zone->name());
    data->find_periods();
    Zone zone;
    zone.name_ = std::string(name);
    zone.data_ = std::move(data);
    return zone;
  } catch (const std::exception&) {
    return zone_error("there is no time zone called \"" + std::string(name) + "\"",
                      "use a name of the IANA time-zone database, such as \"America/New_York\"");
  }
}

std::vector<std::string> zone_names() {
  constexpr auto areas = std::to_array<std::string_view>(
      {"Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"});
  std::vector<std::string> names;
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones) {
      const std::string& name = zone.name();
      const bool is_place = std::any_of(areas.begin(), areas.end(), [&](auto area) { return name.starts_with(area); });
      if (is_place) names.push_back(name);
    }
  } catch (const std::exception&) {
    names.clear();
  }
  std::sort(names.begin(), names.end());
  return names;
}

Zone::Period Zone::period_at(std::int64_t instant) const {
  if (!data_) return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), 0};
  const std::int64_t stretch = instant >> Data::stretch_bits;
  if (stretch >= Data::past_stretch) {
    const Period& last = data_->periods.back();
    return instant < last.end ? last : data_->look_up(instant);
  }
  const Period* period = data_->periods.data();
  if (stretch >= Data::first_stretch)
    period += data_->first_periods[static_cast<std::size_t>(stretch - Data::first_stretch)];
  while (instant >= period->end) ++period;
  return *period;
}

// The moment of a local time, both in microseconds since 1970. By the policy of number 19, or for the end of a day: the
// last one that the day before has come to, and the gap's beginning for a time that is skipped.
std::int64_t Zone::resolve(std::int64_t local, Choice choice) const {
  if (!data_) return local;
  // Deep inside a period no other one can know this local time.
  const Period near = period_at(local);
  const std::int64_t inside = local - near.offset;
  if (inside - widest_change >= near.begin && inside < near.end - widest_change) return inside;
  std::optional<std::int64_t> found;
  Period period = period_at(local - widest_change);
  for (std::int64_t before = period.offset;;) {
    const std::int64_t instant = local - period.offset;
    if (instant < period.begin) {
      if (found) return *found;
      return choice == Choice::policy ? local - before : period.begin;
    }
    if (instant < period.end) {
      if (choice == Choice::policy) return instant;
      // A day that is over ends once more only where the clocks went back into it.
      if (!found || instant > period.begin) found = instant;
    }
    if (period.end > local + widest_change) return found.value_or(instant);
    before = period.offset;
    period = period_at(period.end);
  }
}

std::int64_t Zone::instant_from_local(std::int32_t days, std::int64_t microsecond_of_day) const {
  return resolve(clamp_wide(static_cast<Wide>(days) * microseconds_per_day + microsecond_of_day), Choice::policy);
}

std::int64_t Zone::local_day(std::int64_t instant) const { return day_time(instant, period_at(instant).offset).day; }

std::int64_t Zone::local_microsecond_of_day(std::int64_t instant) const {
  return day_time(instant, period_at(instant).offset).microsecond;
}

std::string Zone::format_local(std::int64_t instant) const {
  const std::int64_t days = local_day(instant);
  const std::int64_t of_day = local_microsecond_of_day(instant);
  const std::int64_t seconds = of_day / microseconds_per_second;
  std::string text = format_date(days);
  text.push_back(' ');
  append_padded(text, seconds / 3600, 2);
  text.push_back(':');
  append_padded(text, seconds / 60 % 60, 2);
  text.push_back(':');
  append_padded(text, seconds % 60, 2);
  append_fraction(text, of_day % microseconds_per_second);
  return text;
}

// The library that reads the zones does not know their version, the package's own file does.
std::string zone_database_version() {
  std::ifstream file(std::string(database_directory) + "tzdata.zi");
  std::string line;
  constexpr std::string_view intro = "# version ";
  if (!std::getline(file, line) || !line.starts_with(intro)) return "unknown";
  std::string version = line.substr(intro.size());
  const bool plausible = !version.empty() && version.size() <= 32 &&
                         std::all_of(version.begin(), version.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return plausible ? version : "unknown";
}

std::int64_t last_moment_of_day(std::int32_t days, const Zone& zone) {
  const std::int64_t next_midnight = clamp_wide((static_cast<Wide>(days) + 1) * microseconds_per_day);
  return zone.resolve(next_midnight, Zone::Choice::end_of_day) - 1;
}

std::string format_date(std::int64_t days) {
  const CivilDay civil = civil_from_days(days);
  std::string text;
  if (civil.year < 0) text.push_back('-');
  append_padded(text, civil.year < 0 ? -static_cast<std::int64_t>(civil.year) : civil.year, 4);
  text.push_back('-');
  append_padded(text, civil.month, 2);
  text.push_back('-');
  append_padded(text, civil.day, 2);
  return text;
}

std::string format_duration(std::int64_t microseconds) {
  if (microseconds == 0) return "0 seconds";
  const bool negative = microseconds < 0;
  auto rest =
      negative ? std::uint64_t{0} - static_cast<std::uint64_t>(microseconds) : static_cast<std::uint64_t>(microseconds);
  std::string text;
  const auto append = [&](std::uint64_t count, std::uint64_t fraction, lang::DurationUnit unit) {
    const lang::DurationUnitRow& row = lang::duration_unit_rows[static_cast<std::size_t>(unit)];
    if (!text.empty()) text.push_back(' ');
    text += std::to_string(count);
    append_fraction(text, static_cast<std::int64_t>(fraction));
    text.push_back(' ');
    text += count == 1 && fraction == 0 ? row.singular : row.plural;
  };
  for (const lang::DurationUnit unit :
       {lang::DurationUnit::day, lang::DurationUnit::hour, lang::DurationUnit::minute}) {
    const auto size = static_cast<std::uint64_t>(lang::duration_unit_rows[static_cast<std::size_t>(unit)].microseconds);
    if (rest >= size) append(rest / size, 0, unit);
    rest %= size;
  }
  if (rest != 0) append(rest / 1'000'000, rest % 1'000'000, lang::DurationUnit::second);
  return negative ? "-" + text : text;
}

std::int64_t year(std::int64_t days) { return civil_from_days(days).year; }
std::int64_t month(std::int64_t days) { return civil_from_days(days).month; }
std::int64_t day_of_month(std::int64_t days) { return civil_from_days(days).day; }
std::int64_t day_of_week(std::int64_t days) {
  // 1970-01-01 was a Thursday, 4.
  return ((days % 7 + 7) % 7 + 3) % 7 + 1;
}
std::int64_t date_of(std::int64_t instant, const Zone& zone) { return zone.local_day(instant); }

}  // namespace muster::kernels
