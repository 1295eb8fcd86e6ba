// What rows are picked by three-valued conditions, and what they earn: brute force, one row at a time.
// May include: the standard library, tests/oracle. Called by: tests/oracle.
#pragma once

#include <cmath>
#include <functional>
#include <set>

#include "log.h"

namespace oracle {

// ---- three-valued conditions of a row

enum class Truth : std::uint8_t { no, open, yes };
inline Truth truth(bool value) { return value ? Truth::yes : Truth::no; }
inline Truth both(Truth a, Truth b) { return std::min(a, b); }
using RowTest = std::function<Truth(const Activity&)>;

inline RowTest of_kind(const std::string& kind) {
  return [kind](const Activity& row) { return truth(row.kind == kind); };
}
inline RowTest on_page(const std::string& page) {
  return [page](const Activity& row) { return row.page ? truth(*row.page == page) : Truth::open; };
}
inline RowTest after(Micros edge) {  // the edge left out
  return [edge](const Activity& row) { return row.at ? truth(*row.at > edge) : Truth::open; };
}
inline RowTest from(Micros edge) {  // the edge included
  return [edge](const Activity& row) { return row.at ? truth(*row.at >= edge) : Truth::open; };
}
inline RowTest before(Micros edge) {
  return [edge](const Activity& row) { return row.at ? truth(*row.at < edge) : Truth::open; };
}
inline RowTest operator&&(RowTest a, RowTest b) {
  return [a, b](const Activity& row) { return both(a(row), b(row)); };
}

struct Picked {
  std::vector<const Activity*> sure;
  std::vector<const Activity*> possible;  // the sure ones too
  [[nodiscard]] bool is_open() const { return sure.size() != possible.size(); }
};
inline Picked pick(const Lead& lead, const RowTest& test) {
  Picked picked;
  for (const Activity& row : lead.rows) {
    const Truth held = test(row);
    if (held == Truth::yes) picked.sure.push_back(&row);
    if (held != Truth::no) picked.possible.push_back(&row);
  }
  return picked;
}

// ---- scores

// What is left of the points of a row, 4 digits; none where the row has no time.
using Fade = std::function<std::optional<std::int64_t>(const Activity&, std::int64_t)>;
inline std::int64_t half_even(long double value) {
  const long double below = std::floor(value);
  const long double rest = value - below;
  auto whole = static_cast<std::int64_t>(below);
  if (rest > 0.5L || (rest == 0.5L && whole % 2 != 0)) ++whole;
  return whole;
}
inline Fade no_fade() {
  return [](const Activity&, std::int64_t each) { return std::optional(each); };
}
inline Fade halving(Micros interval, bool whole_days = false) {
  return [=](const Activity& row, std::int64_t each) -> std::optional<std::int64_t> {
    if (!row.at) return std::nullopt;
    Micros age = as_of - *row.at;
    if (whole_days) age = age / day * day;
    return half_even(static_cast<long double>(each) *
                     std::exp2(-static_cast<long double>(age) / static_cast<long double>(interval)));
  };
}
// numerator / denominator, half to even, the same for both signs.
inline std::int64_t quotient(__int128 numerator, std::int64_t denominator) {
  if (numerator < 0) return -quotient(-numerator, denominator);
  auto whole = static_cast<std::int64_t>(numerator / denominator);
  const __int128 twice = numerator % denominator * 2;
  if (twice > denominator || (twice == denominator && whole % 2 != 0)) ++whole;
  return whole;
}
inline Fade to_zero(Micros over) {
  return [=](const Activity& row, std::int64_t each) -> std::optional<std::int64_t> {
    if (!row.at) return std::nullopt;
    const Micros age = as_of - *row.at;
    return age >= over ? 0 : quotient(static_cast<__int128>(each) * (over - age), over);
  };
}
inline Fade percent(int lost, Micros every) {
  return [=](const Activity& row, std::int64_t each) -> std::optional<std::int64_t> {
    if (!row.at) return std::nullopt;
    const std::int64_t times = (as_of - *row.at) / every;
    long double left = static_cast<long double>(each);
    for (std::int64_t i = 0; i < times; ++i) left = left * static_cast<long double>(100 - lost) / 100.0L;
    return half_even(left);
  };
}

using Rows = std::vector<const Activity*>;
using Limit = std::function<Rows(const Rows&)>;
inline Limit no_limit() {
  return [](const Rows& rows) { return rows; };
}
// Of each group the latest rows; a row without a time is in no group, so that nobody knows whether it counts.
template <class Group>
inline Limit latest(std::size_t most, Group group_of) {
  return [=](const Rows& rows) {
    std::map<std::int64_t, std::size_t> seen;
    Rows kept;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      if ((*row)->at && seen[group_of(local_day(*(*row)->at))]++ < most) kept.push_back(*row);
    }
    return kept;
  };
}
inline Limit first_only() {
  return [](const Rows& rows) { return rows.empty() ? Rows{} : Rows{rows.front()}; };
}
inline Limit latest_of_all() {
  return [](const Rows& rows) { return rows.empty() ? Rows{} : Rows{rows.back()}; };
}
inline Limit different_pages() {
  return [](const Rows& rows) {
    std::set<std::string> seen;
    Rows kept;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      if ((*row)->page && seen.insert(*(*row)->page).second) kept.push_back(*row);
    }
    return kept;
  };
}
inline Limit then(Limit inner, Limit outer) {
  return [=](const Rows& rows) {
    Rows kept = inner(rows);
    std::ranges::sort(kept, [](const Activity* a, const Activity* b) { return a->at < b->at; });
    return outer(kept);
  };
}

constexpr std::int64_t no_cap = INT64_MAX;
// What surely counts of a rule `+each per ROWS`.
inline std::int64_t earned(const Lead& lead, const RowTest& test, std::int64_t each, const Limit& limit,
                           const Fade& fade, std::int64_t cap = no_cap) {
  std::int64_t total = 0;
  for (const Activity* row : limit(pick(lead, test).sure)) {
    const auto left = fade(*row, each * 10000);
    if (left) total += *left;  // a row without a time may have lost all
  }
  return cap == no_cap ? total : std::min(total, cap * 10000);
}
// After the latest Unsubscribed: nothing is sure about rows without a time once there is one.
inline RowTest restarted(const Lead& lead) {
  std::optional<Micros> restart;
  bool is_open = false;
  bool any_row = false;
  for (const Activity& row : lead.rows) {
    if (row.kind != "Unsubscribed") continue;
    any_row = true;
    if (!row.at) is_open = true;
    if (row.at) restart = std::max(restart.value_or(*row.at), *row.at);
  }
  return [=](const Activity& row) {
    if (!any_row) return Truth::yes;
    if (row.at && restart && *row.at <= *restart) return Truth::no;
    if (is_open || !row.at) return Truth::open;
    return Truth::yes;
  };
}

inline std::int64_t week_of(std::int64_t number, int starts) {  // its first day
  while (weekday(number) != starts) --number;
  return number;
}
inline std::int64_t same(std::int64_t) { return 0; }
inline std::int64_t own_day(std::int64_t number) { return number; }
inline std::int64_t monday(std::int64_t number) { return week_of(number, 1); }
inline std::int64_t sunday(std::int64_t number) { return week_of(number, 7); }
inline std::int64_t month(std::int64_t number) { return date_of(number).year * 12 + date_of(number).month; }

}  // namespace oracle
