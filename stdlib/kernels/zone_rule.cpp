#include "stdlib/kernels/zone_rule.h"

#include <algorithm>
#include <array>

#include "stdlib/kernels/time.h"

namespace muster::kernels {
namespace {

constexpr std::int64_t seconds_per_day = 86'400;

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool take(char c) {
    if (!next_is(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // At least three letters, or anything in angle brackets.
  bool take_name() {
    if (take('<')) {
      const std::size_t end = rest_.find('>');
      if (end == std::string_view::npos) return false;
      rest_.remove_prefix(end + 1);
      return true;
    }
    const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_letter);
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    rest_.remove_prefix(size);
    return size >= 3;
  }
  std::optional<std::int32_t> take_number(std::int32_t least, std::int32_t most) {
    std::int32_t value = 0;
    std::size_t size = 0;
    while (size < rest_.size() && size < 3 && rest_[size] >= '0' && rest_[size] <= '9') {
      value = value * 10 + (rest_[size] - '0');
      ++size;
    }
    rest_.remove_prefix(size);
    if (size == 0 || value < least || value > most) return std::nullopt;
    return value;
  }
  // [+-]h[hh][:mm[:ss]] in seconds.
  std::optional<std::int32_t> take_time() {
    const bool negative = take('-');
    if (!negative) take('+');
    const auto hours = take_number(0, 167);
    if (!hours) return std::nullopt;
    std::int32_t seconds = *hours * 3600;
    for (const std::int32_t unit : {60, 1}) {
      if (!take(':')) break;
      const auto part = take_number(0, 59);
      if (!part) return std::nullopt;
      seconds += *part * unit;
    }
    return negative ? -seconds : seconds;
  }

 private:
  std::string_view rest_;
};

std::optional<RuleChange> take_change(Reader& reader) {
  RuleChange change;
  std::optional<std::int32_t> day;
  if (reader.take('M')) {
    change.kind = RuleChange::Kind::weekday_of_month;
    const auto month = reader.take_number(1, 12);
    if (!month || !reader.take('.')) return std::nullopt;
    const auto week = reader.take_number(1, 5);
    if (!week || !reader.take('.')) return std::nullopt;
    change.month = *month;
    change.week = *week;
    day = reader.take_number(0, 6);
  } else if (reader.take('J')) {
    change.kind = RuleChange::Kind::day_without_leap;
    day = reader.take_number(1, 365);
  } else {
    day = reader.take_number(0, 365);
  }
  if (!day) return std::nullopt;
  change.day = *day;
  if (reader.take('/')) {
    const auto second = reader.take_time();
    if (!second) return std::nullopt;
    change.second = *second;
  }
  return change;
}

std::int64_t first_of_month(std::int64_t year, std::int32_t month) {
  // Days before the year in the proleptic Gregorian calendar, counted from 1970-01-01.
  const std::int64_t before = year - 1;
  const std::int64_t new_year = before * 365 + before / 4 - before / 100 + before / 400 - 719'162;
  constexpr std::array<std::int32_t, 12> days_before = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return new_year + days_before[static_cast<std::size_t>(month - 1)] + (leap && month > 2 ? 1 : 0);
}

// The local second, counted from 1970, at which the change happens in the year.
std::int64_t local_moment(const RuleChange& change, std::int64_t year) {
  std::int64_t day = first_of_month(year, 1);
  switch (change.kind) {
    case RuleChange::Kind::day_without_leap:
      // 29 February is never counted: from day 60 on (1 March) a leap year is one day behind.
      if (change.day >= 60 && first_of_month(year, 3) - day == 60) ++day;
      day += change.day - 1;
      break;
    case RuleChange::Kind::day_with_leap:
      day += change.day;
      break;
    case RuleChange::Kind::weekday_of_month: {
      const std::int64_t first = first_of_month(year, change.month);
      const std::int64_t next =
          change.month == 12 ? first_of_month(year + 1, 1) : first_of_month(year, change.month + 1);
      const std::int64_t weekday_of_first = ((first + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
      day = first + (change.day - weekday_of_first + 7) % 7 + std::int64_t{7} * (change.week - 1);
      while (day >= next) day -= 7;
      break;
    }
  }
  return day * seconds_per_day + change.second;
}

}  // namespace

std::optional<ZoneRule> parse_zone_rule(std::string_view text) {
  Reader reader(text);
  ZoneRule rule;
  if (!reader.take_name()) return std::nullopt;
  const auto west = reader.take_time();  // POSIX counts westwards
  if (!west) return std::nullopt;
  rule.standard_offset = -*west;
  if (reader.at_end()) return rule;
  if (!reader.take_name()) return std::nullopt;
  rule.has_daylight = true;
  rule.daylight_offset = rule.standard_offset + 3600;
  if (!reader.next_is(',')) {
    const auto daylight_west = reader.take_time();
    if (!daylight_west) return std::nullopt;
    rule.daylight_offset = -*daylight_west;
  }
  if (!reader.take(',')) return std::nullopt;
  const auto start = take_change(reader);
  if (!start || !reader.take(',')) return std::nullopt;
  const auto end = take_change(reader);
  if (!end || !reader.at_end()) return std::nullopt;
  rule.start = *start;
  rule.end = *end;
  return rule;
}

RulePeriod period_of_rule(const ZoneRule& rule, std::int64_t instant) {
  struct Transition {
    std::int64_t at;
    std::int32_t offset;
    bool to_daylight;
  };
  const std::int64_t year =
      civil_from_days(instant >= 0 ? instant / seconds_per_day : instant / seconds_per_day - 1).year;
  std::array<Transition, 6> transitions{};
  for (std::size_t index = 0; index < 3; ++index) {
    const std::int64_t that_year = year - 1 + static_cast<std::int64_t>(index);
    transitions[2 * index] = {local_moment(rule.start, that_year) - rule.standard_offset, rule.daylight_offset, true};
    transitions[2 * index + 1] = {local_moment(rule.end, that_year) - rule.daylight_offset, rule.standard_offset,
                                  false};
  }
  // Where one year's end is the next one's start (daylight time all year), the start has the last word.
  std::sort(transitions.begin(), transitions.end(), [](const Transition& a, const Transition& b) {
    return a.at != b.at ? a.at < b.at : !a.to_daylight && b.to_daylight;
  });
  RulePeriod period{transitions.front().at, transitions.back().at, transitions.front().offset};
  for (const Transition& transition : transitions) {
    if (transition.at > instant) {
      period.end = transition.at;
      break;
    }
    period.begin = transition.at;
    period.offset = transition.offset;
  }
  return period;
}

}  // namespace muster::kernels
