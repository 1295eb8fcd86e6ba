// Points: of rules, groups and scores.
// May include: tests/differ/slow, libquadmath. Called by: tests/differ/slow.
#pragma once

#include <numeric>

#include "tests/differ/slow/choice.h"
#include "tests/differ/slow/rows.h"

// libquadmath's, whose header clang does not find.
extern "C" __float128 exp2q(__float128);
extern "C" __float128 rintq(__float128);

namespace muster::differ::slow {

using MaybeFade = std::optional<Fade>;

// Points have 4 digits; what is not sure earns nothing. Where the sum of a group or score does not fit it is this, so
// that what it is part of does not fit either: the lead is rejected.
inline constexpr Wide overflow = without_end;

inline Wide points_of(ExprId id, const Frame& frame) { return rescaled(value(id, frame), 4).least; }
inline Wide points_of(const Points& points, const Frame& frame) {
  return points_of(points.amount, frame) * (points.minus ? -1 : 1);
}

// What is left of points after the time since `at`; what has not come yet has not aged.
inline Wide faded(Wide points, const Fade& fade, const Value& at, const Frame& frame) {
  const auto nearest = [](__float128 exact) { return static_cast<Wide>(rintq(exact)); };  // half to even
  const Wide interval = value(*fade.interval, frame).least;
  Wide age = unit_of(at.kind) * std::max<Wide>(0, frame.in.now(at.kind).least - at.least);
  if (fade.whole_days) age -= age % microseconds_of_day;
  if (fade.kind == FadeKind::halving) {
    const __float128 share = exp2q(-static_cast<__float128>(age) / static_cast<__float128>(interval));
    return nearest(static_cast<__float128>(points) * share);
  }
  if (fade.kind == FadeKind::to_zero) return rounded(points * std::max<Wide>(0, interval - age), interval);
  // What is left after so many whole intervals, exact while 113 bits hold both: in lowest terms that is for as long as
  // it may lie in the middle of two numbers.
  const Value lost = value(*fade.percent, frame);
  const auto common = std::gcd(static_cast<std::int64_t>(ten_to(lost.digits)), lost.number());
  const Wide whole = ten_to(lost.digits) / common;
  const Wide left = whole - lost.least / common;
  auto top = static_cast<__float128>(points);
  __float128 bottom = 1;
  for (Wide i = 0; i < age / interval; ++i) {
    top *= static_cast<__float128>(left);
    bottom *= static_cast<__float128>(whole);
  }
  return nearest(top / bottom);
}

// The innermost fade wins. One `since` a moment takes from the whole group or score, so nothing is left for what is
// inside.
inline MaybeFade fade_of(const Clauses& own, const MaybeFade& around) {
  const MaybeFade& made = own.fade || (around && around->since) ? own.fade : around;
  return made && made->kind == FadeKind::never ? MaybeFade() : made;
}
inline bool is_first_only(const Clauses& clauses) {
  return clauses.frequency && std::holds_alternative<FirstOnly>(clauses.frequency->node);
}

// `at most` of a rule that takes points limits how much it takes.
Wide capped(Wide points, const auto& item, const Frame& frame) {
  Wide sign = 1;
  if constexpr (requires { item.points; }) sign = item.points.minus ? -1 : 1;
  Wide size = points * sign;
  if (item.clauses.at_least) size = std::max(size, points_of(*item.clauses.at_least, frame));
  if (item.clauses.at_most) size = std::min(size, points_of(*item.clauses.at_most, frame));
  return size * sign;
}

// ---- the most that can be earned; what counts without a cap cannot be scaled

inline Wide most_of(const PointRule& rule, const Frame& frame) {
  const bool repeats = (rule.per || rule.per_rows) && !is_first_only(rule.clauses);
  return points_of(repeats ? *rule.clauses.at_most : rule.points.amount, frame) * (rule.points.minus ? -1 : 1);
}
inline Wide most_of(const BandRule& rule, const Frame& frame) {
  return std::ranges::max(each_of(rule.bands, [&](const auto& band) { return points_of(band.points, frame); }));
}
Wide most_of(const auto& group, const Frame& frame) {
  Wide total = 0;
  const auto add = [&](const auto& item) {
    const Wide most = capped(most_of(item, frame), item, frame);
    total += std::max<Wide>(0, item.clauses.scaled_to ? points_of(*item.clauses.scaled_to, frame) : most);
  };
  for (const ScoreItemId id : group.items) std::visit(add, frame.in.tree.score_items[id].node);
  return total;
}

// ---- what is earned before caps; nothing where a rule does not fire

// Those that surely count, by time.
inline std::vector<Selected> counted_rows(RowsId id, const PointRule& rule, const Frame& frame) {
  const Selection found = select(id, frame);
  const auto* latest = rule.clauses.frequency ? std::get_if<LatestPer>(&rule.clauses.frequency->node) : nullptr;
  std::vector<Selected> rows;
  std::vector<Value> seen;
  std::map<std::int64_t, std::uint32_t> taken;  // by unit
  for (auto row = found.rows.rbegin(); row != found.rows.rend(); ++row) {
    if (!row->counts.is_yes()) continue;
    if (rule.per_rows && rule.per_rows->different) {  // the latest row of each value
      const Value different = value(*rule.per_rows->different, frame.below(*row->row));
      if (!add_different(different, seen)) continue;
    }
    if (latest != nullptr) {
      if (!row->at.known()) continue;  // nobody knows in which unit it lies
      const std::int64_t unit = first_of_unit(frame.in.in_kind(row->at, Kind::date).number(), latest->unit);
      if (taken[unit]++ >= latest->count) continue;
    }
    rows.insert(rows.begin(), *row);
  }
  if (is_first_only(rule.clauses) && !rows.empty()) rows.erase(rows.begin() + 1, rows.end());
  return rows;
}

inline std::optional<Wide> earned(const PointRule& rule, const MaybeFade& fade, const Frame& frame) {
  const Wide each = points_of(rule.points, frame);
  const auto* test = rule.when ? frame.in.node<RowsTest>(*rule.when) : nullptr;
  const bool is_any = test != nullptr && test->quantifier == Quantifier::any && !rule.per && !rule.per_rows;
  const bool is_of_row = is_any && !rule.clauses.aged_by;
  if (!is_of_row && !holds(rule.when, frame).is_yes()) return {};
  if (rule.per_rows || is_of_row) {
    std::vector<Selected> rows = counted_rows(is_of_row ? test->rows : rule.per_rows->rows, rule, frame);
    if (rows.empty()) return {};
    if (is_of_row) rows = {rows.back()};  // a condition earns once, by its latest row
    Wide total = 0;
    for (const Selected& row : rows) {
      if (!fade) total += each;
      if (fade && row.at.known()) total += faded(each, *fade, row.at, frame);
    }
    return total;
  }
  if (!rule.per) return each;
  const Value quantity = value(rule.per->quantity, frame);
  const Value step = rule.per->step ? value(*rule.per->step, frame) : known(quantity.kind, 1);
  if (!quantity.known() || !step.known()) return {};
  const Wide top = quantity.least * ten_to(step.digits);
  const Wide bottom = step.least * ten_to(quantity.digits);
  const Wide points = rule.per->full ? each * std::max<Wide>(0, floored(top, bottom)) : rounded(each * top, bottom);
  return fits(points) ? std::optional(points) : std::nullopt;
}

// The points that every band gives which may be the right one, or none.
inline std::optional<Wide> earned(const BandRule& rule, const MaybeFade&, const Frame& frame) {
  if (!holds(rule.when, frame).is_yes()) return {};
  Taken taken = first_band(rule.subject, rule.bands, frame);
  auto points =
      each_of(rule.bands, [&](const auto& each) { return known(Kind::number, points_of(each.points, frame)); });
  points.push_back(known(Kind::number, 0));
  if (!std::exchange(taken.is_sure, true)) taken.possible.push_back(rule.bands.size());
  const Value made = chosen(taken, points);
  return made.known() ? std::optional(made.least) : std::nullopt;
}

std::optional<Wide> earned(const auto& group, const MaybeFade& fade, const Frame& frame) {
  Wide total = 0;
  const auto add = [&](const auto& item) { total += points_inside(item, fade, frame); };
  for (const ScoreItemId id : group.items) std::visit(add, frame.in.tree.score_items[id].node);
  if constexpr (requires { group.value; }) {
    if (!group.value) return total;
    const auto* chain = frame.in.node<SumChain>(*group.value);
    for (const auto& [minus, part] : chain != nullptr ? chain->terms : std::vector<SumTerm>{{false, *group.value}}) {
      const Value points = rescaled(value(part, frame), 4);
      if (points.known()) total += minus ? -points.least : points.least;
    }
  }
  return total;
}

// Of a rule, a group or a score, inside of what fades so.
Wide points_inside(const auto& item, const MaybeFade& around, const Frame& outside) {
  const Clauses& clauses = item.clauses;
  Restart restart{{}, outside.restart};  // without rows it takes none away
  if (clauses.restart_after) restart.rows = select(*clauses.restart_after, outside.by_itself());
  Frame frame = outside;
  frame.restart = &restart;
  if (clauses.zero_while && !value(*clauses.zero_while, frame).is_no()) return 0;
  const MaybeFade fade = fade_of(clauses, around);
  std::optional<Wide> points = earned(item, fade, frame);
  const std::optional<ExprId>& moment = fade && fade->since ? fade->since : clauses.aged_by;
  if (points && fade && moment) {
    const Value at = value(*moment, frame);
    const std::optional<Wide> open = fade->since ? std::optional<Wide>(0) : std::nullopt;  // it may have lost all
    points = at.known() && fits(*points) ? faded(*points, *fade, at, frame) : open;
  }
  if (!points) return 0;  // what is open earns not even its least
  if (!fits(*points)) return overflow;
  Wide total = capped(*points, item, frame);
  if (clauses.scaled_to) {  // what can be reached at most becomes the number that the clause says
    total = rounded(total * points_of(*clauses.scaled_to, frame), capped(most_of(item, frame), item, frame));
  }
  return fits(total) ? total : overflow;
}

inline Value score(const ScoreDecl& decl, const Frame& frame) {
  const Value type = of_kind(Kind::number, 4);
  Wide total = points_inside(decl, {}, frame);
  if (!fits(total)) return type.missing(overflow_fault);
  if (decl.from) total = std::max(total, points_of(*decl.from, frame));
  if (decl.to) total = std::min(total, points_of(*decl.to, frame));
  return type.with(total);
}

}  // namespace muster::differ::slow
