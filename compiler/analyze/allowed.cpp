#include "compiler/analyze/allowed.h"

#include <algorithm>

#include "stdlib/kernels/number.h"

namespace muster::compiler {

int compare(const Scaled& a, const Scaled& b) { return kernels::compare(a.mantissa, a.digits, b.mantissa, b.digits); }

namespace {

// The tighter of two lower bounds (`sign` 1) or upper bounds (-1).
std::optional<Bound> tighter(const std::optional<Bound>& a, const std::optional<Bound>& b, int sign) {
  if (!a) return b;
  if (!b) return a;
  const int order = compare(a->value, b->value) * sign;
  if (order == 0) return a->excluded ? a : b;
  return order > 0 ? a : b;
}

bool same(const std::optional<Bound>& a, const std::optional<Bound>& b) {
  if (!a || !b) return !a && !b;
  return compare(a->value, b->value) == 0 && a->excluded == b->excluded;
}

Members meet(const Members& a, const Members& b) {
  Members result{.listed = {}, .all_but = a.all_but && b.all_but};
  if (result.all_but) {
    std::ranges::set_union(a.listed, b.listed, std::inserter(result.listed, result.listed.end()));
  } else if (!a.all_but && !b.all_but) {
    std::ranges::set_intersection(a.listed, b.listed, std::inserter(result.listed, result.listed.end()));
  } else {
    const Members& listed = a.all_but ? b : a;
    const Members& excluded = a.all_but ? a : b;
    std::ranges::set_difference(listed.listed, excluded.listed, std::inserter(result.listed, result.listed.end()));
  }
  return result;
}

}  // namespace

Allowed intersection(const Allowed& a, const Allowed& b) {
  if (const auto* interval = std::get_if<Interval>(&a)) {
    const auto& other = std::get<Interval>(b);
    return Interval{tighter(interval->low, other.low, 1), tighter(interval->high, other.high, -1)};
  }
  return meet(std::get<Members>(a), std::get<Members>(b));
}

bool is_subset(const Allowed& inner, const Allowed& outer) {
  const Allowed both = intersection(inner, outer);
  if (const auto* interval = std::get_if<Interval>(&both)) {
    const auto& own = std::get<Interval>(inner);
    return is_empty(inner) || (same(interval->low, own.low) && same(interval->high, own.high));
  }
  const auto& met = std::get<Members>(both);
  const auto& own = std::get<Members>(inner);
  return met.all_but == own.all_but && met.listed == own.listed;
}

bool is_empty(const Allowed& allowed) {
  if (const auto* interval = std::get_if<Interval>(&allowed)) {
    if (!interval->low || !interval->high) return false;
    const int order = compare(interval->low->value, interval->high->value);
    return order > 0 || (order == 0 && (interval->low->excluded || interval->high->excluded));
  }
  const auto& members = std::get<Members>(allowed);
  return !members.all_but && members.listed.empty();
}

}  // namespace muster::compiler
