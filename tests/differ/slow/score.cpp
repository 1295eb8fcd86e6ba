#include <algorithm>
#include <numeric>
#include <set>

#include "tests/differ/slow/evaluator.h"

// libquadmath's, whose header clang does not find.
extern "C" __float128 exp2q(__float128);
extern "C" __float128 powq(__float128, __float128);
extern "C" __float128 rintq(__float128);

namespace muster::differ::slow {

using lang::Clauses;
using lang::FadeKind;
using lang::ScoreItemId;

namespace {

// Points have 4 digits; what is not sure earns nothing. Where the sum of a group or score does not fit it is this, so
// that what it is part of does not fit either: the lead is rejected.
constexpr Wide overflow = without_end;

Wide points_of(ExprId id, const Frame& frame) { return rescaled(value(id, frame), 4).least; }
Wide points_of(const lang::Points& points, const Frame& frame) {
  return points_of(points.amount, frame) * (points.minus ? -1 : 1);
}

Wide nearest(__float128 points) { return static_cast<Wide>(rintq(points)); }  // half to even, as processors round

// What is left of points after the time since `at`; what has not come yet has not aged.
Wide faded(Wide points, const lang::Fade& fade, const Value& at, const Frame& frame) {
  const Wide age_in_units = std::max<Wide>(0, frame.lead.policy.now(at.kind).least - at.least);
  const auto interval = static_cast<std::int64_t>(value(*fade.interval, frame).least);
  auto age = static_cast<std::int64_t>(age_in_units * (at.kind == Kind::date ? microseconds_of_day : 1));
  if (fade.whole_days) age = age / microseconds_of_day * microseconds_of_day;
  if (fade.kind == FadeKind::halving) {
    const __float128 share = exp2q(-static_cast<__float128>(age) / static_cast<__float128>(interval));
    return nearest(static_cast<__float128>(points) * share);
  }
  if (fade.kind == FadeKind::to_zero) {
    return age >= interval ? 0 : rounded(points * (static_cast<Wide>(interval) - age), interval);
  }
  // What is left after so many whole intervals, exact while 128 bits hold it. In lowest terms that is as long as twice
  // the points may be a multiple of the denominator: later nothing lies in the middle of two numbers any more.
  const Value lost = value(*fade.percent, frame);
  const auto whole = static_cast<std::int64_t>(ten_to(lost.digits));
  const auto left = whole - static_cast<std::int64_t>(lost.least);
  const std::int64_t common = std::gcd(left, whole);
  Wide top = points;
  Wide bottom = 1;
  for (std::int64_t times = age / interval; times > 0; --times) {
    if (__builtin_mul_overflow(top, Wide{left / common}, &top) ||
        __builtin_mul_overflow(bottom, Wide{whole / common}, &bottom)) {
      const __float128 share = static_cast<__float128>(left) / static_cast<__float128>(whole);
      return nearest(static_cast<__float128>(points) * powq(share, static_cast<__float128>(age / interval)));
    }
  }
  return rounded(top, bottom);
}

// `at most` of a rule that takes points limits how much it takes.
Wide capped(Wide points, bool minus, const Clauses& clauses, const Frame& frame) {
  Wide size = minus ? -points : points;
  if (clauses.at_least) size = std::max(size, points_of(*clauses.at_least, frame));
  if (clauses.at_most) size = std::min(size, points_of(*clauses.at_most, frame));
  return minus ? -size : size;
}

// The innermost fade wins. One `since` a moment takes from the whole group or score, so nothing is left for the rules
// inside.
std::optional<lang::Fade> fade_of(const Clauses& own, const std::optional<lang::Fade>& around) {
  const std::optional<lang::Fade> made = own.fade || (around && around->since) ? own.fade : around;
  return made && made->kind == FadeKind::never ? std::nullopt : made;
}
bool is_first_only(const Clauses& clauses) {
  return clauses.frequency && std::holds_alternative<lang::FirstOnly>(clauses.frequency->node);
}

// Those that surely count, by time.
std::vector<Selected> counted_rows(RowsId id, const lang::PointRule& rule, const Frame& frame) {
  const Policy& policy = frame.lead.policy;
  const Selection found = select(id, frame);
  const auto* latest = rule.clauses.frequency ? std::get_if<lang::LatestPer>(&rule.clauses.frequency->node) : nullptr;
  std::vector<Selected> rows;
  std::vector<Value> seen;
  std::map<std::int64_t, std::uint32_t> taken;  // by unit
  for (auto row = found.rows.rbegin(); row != found.rows.rend(); ++row) {
    if (!row->counts.is_yes()) continue;
    if (rule.per_rows && rule.per_rows->different) {  // the latest row of each value
      const auto& ref = *policy.node<lang::NameRef>(*rule.per_rows->different);
      if (!add_different(name(ref, frame.below(row->row, found.object)), seen)) continue;
    }
    if (latest != nullptr) {
      const auto day = static_cast<std::int64_t>(policy.in_kind(row->at, Kind::date).least);
      if (!row->at.known() || taken[first_of_unit(day, latest->unit)]++ >= latest->count)
        continue;  // or in which unit?
    }
    rows.insert(rows.begin(), *row);
  }
  if (is_first_only(rule.clauses) && !rows.empty()) rows.resize(1, rows[0]);
  return rows;
}

// Of a rule without caps; nothing where it does not fire.
std::optional<Wide> earned(const lang::PointRule& rule, const std::optional<lang::Fade>& fade, const Frame& frame) {
  const Wide each = points_of(rule.points, frame);
  const auto* test = rule.when ? frame.lead.policy.node<lang::RowsTest>(*rule.when) : nullptr;
  const bool is_any = test != nullptr && test->quantifier == lang::Quantifier::any && !rule.per && !rule.per_rows;
  if (rule.per_rows || (is_any && !rule.clauses.aged_by)) {
    if (rule.per_rows && rule.when && !value(*rule.when, frame).is_yes()) return {};
    std::vector<Selected> rows = counted_rows(rule.per_rows ? rule.per_rows->rows : test->rows, rule, frame);
    if (rows.empty()) return {};
    // A condition earns once, by its latest row.
    if (!rule.per_rows) rows = {rows.back()};
    Wide total = 0;
    for (const Selected& row : rows) {
      if (!fade) total += each;
      if (fade && row.at.known()) total += faded(each, *fade, row.at, frame);
    }
    return total;
  }
  if (rule.when && !value(*rule.when, frame).is_yes()) return {};
  if (!rule.per) return each;
  const Value quantity = value(rule.per->quantity, frame);
  const Value step = rule.per->step ? value(*rule.per->step, frame) : known(quantity.kind, 1);
  if (!quantity.known() || !step.known()) return {};
  const Wide top = quantity.least * ten_to(step.digits);
  const Wide bottom = step.least * ten_to(quantity.digits);
  const Wide points = rule.per->full ? each * std::max<Wide>(0, floored(top, bottom)) : rounded(each * top, bottom);
  return fits(points) ? std::optional(points) : std::nullopt;
}

// The points that every band gives which may be the right one; 0 where that may be none.
std::optional<Wide> earned(const lang::BandRule& rule, const std::optional<lang::Fade>&, const Frame& frame) {
  if (!holds(rule.when, frame).is_yes()) return {};
  std::vector<lang::Band> bands;
  std::vector<Value> points;
  for (const lang::BandPoints& each : rule.bands) {
    bands.push_back(each.band);
    points.push_back(known(Kind::number, points_of(each.points, frame)));
  }
  Taken taken = first_band(rule.subject, bands, frame);
  if (!std::exchange(taken.is_sure, true)) taken.possible.push_back(points.size());
  points.push_back(known(Kind::number, 0));
  const Value made = chosen(taken, points);
  return made.known() ? std::optional(made.least) : std::nullopt;
}

// The most that rules can earn; what counts without a cap cannot be scaled.
Wide reach(const std::vector<ScoreItemId>& items, const Frame& frame) {
  const Overloaded most_of{
      [&](const lang::PointRule& rule) {
        if (rule.points.minus) return Wide{0};
        const bool repeats = (rule.per || rule.per_rows) && !is_first_only(rule.clauses);
        const ExprId most = repeats ? *rule.clauses.at_most : rule.points.amount;
        return capped(points_of(most, frame), false, rule.clauses, frame);
      },
      [&](const lang::BandRule& rule) {
        Wide best = 0;
        for (const lang::BandPoints& band : rule.bands) best = std::max(best, points_of(band.points, frame));
        return capped(best, false, rule.clauses, frame);
      },
      [&](const lang::ScoreGroup& group) {
        return group.clauses.scaled_to ? points_of(*group.clauses.scaled_to, frame)
                                       : capped(reach(group.items, frame), false, group.clauses, frame);
      },
  };
  Wide total = 0;
  for (const ScoreItemId id : items) total += std::visit(most_of, frame.lead.policy.tree.score_items[id].node);
  return total;
}

// What a rule, group or score with such clauses works out: nothing while it may be zero.
template <class Work>
Wide inside(const Clauses& clauses, const Frame& around, Work work) {
  Frame frame = around;
  Restart restart{{}, around.restart};
  if (clauses.restart_after) {
    restart.rows = select(*clauses.restart_after, around.by_itself());
    frame.restart = &restart;
  }
  if (clauses.zero_while && !value(*clauses.zero_while, frame).is_no()) return 0;
  return work(frame);
}

template <class Rule>
Wide rule_points(const Rule& rule, bool minus, const std::optional<lang::Fade>& fade, const Frame& frame) {
  std::optional<Wide> points = earned(rule, fade, frame);
  if (points && fade && rule.clauses.aged_by) {
    const Value at = value(*rule.clauses.aged_by, frame);
    points = at.known() ? std::optional(faded(*points, *fade, at, frame)) : std::nullopt;
  }
  return points ? capped(*points, minus, rule.clauses, frame) : 0;  // what is open earns not even its least
}

// What the items of a group or score earn on top of `total`.
Wide together(const std::vector<ScoreItemId>& items, const Clauses& clauses, const std::optional<lang::Fade>& around,
              Wide total, const Frame& frame) {
  const std::optional<lang::Fade> fade = fade_of(clauses, around);
  for (const ScoreItemId id : items) {
    const auto& node = frame.lead.policy.tree.score_items[id].node;
    const auto points_inside = [&](const auto& item, const Frame& own) {
      using Item = std::decay_t<decltype(item)>;
      if constexpr (std::is_same_v<Item, lang::ScoreGroup>)
        return together(item.items, item.clauses, fade, 0, own);
      else if constexpr (std::is_same_v<Item, lang::PointRule>)
        return rule_points(item, item.points.minus, fade_of(item.clauses, fade), own);
      else
        return rule_points(item, false, fade_of(item.clauses, fade), own);
    };
    total += std::visit(
        [&](const auto& item) {
          return inside(item.clauses, frame, [&](const Frame& own) { return points_inside(item, own); });
        },
        node);
  }
  if (fade && fade->since) {
    const Value at = value(*fade->since, frame);
    total = at.known() && fits(total) ? faded(total, *fade, at, frame) : 0;  // it may have lost all
  }
  if (!fits(total)) return overflow;
  total = capped(total, false, clauses, frame);
  if (clauses.scaled_to) {  // what can be reached at most becomes the number that the clause says
    total = rounded(total * points_of(*clauses.scaled_to, frame), capped(reach(items, frame), false, clauses, frame));
  }
  return fits(total) ? total : overflow;
}

}  // namespace

Value score(const lang::ScoreDecl& decl, const Frame& frame) {
  Wide total = inside(decl.clauses, frame, [&](const Frame& own) {
    Wide parts = 0;
    if (decl.value) {
      const auto* chain = std::get_if<lang::SumChain>(&own.lead.policy.tree.expressions[*decl.value].node);
      for (const lang::SumTerm& term :
           chain != nullptr ? chain->terms : std::vector{lang::SumTerm{false, *decl.value}}) {
        const Value part = rescaled(value(term.operand, own), 4);
        if (part.known()) parts += term.minus ? -part.least : part.least;
      }
    }
    return together(decl.items, decl.clauses, {}, parts, own);
  });
  const Value type = of_kind(Kind::number, 4);
  if (!fits(total)) return type.missing(overflow_fault);
  if (decl.from) total = std::max(total, points_of(*decl.from, frame));
  if (decl.to) total = std::min(total, points_of(*decl.to, frame));
  return type.with(total);
}

}  // namespace muster::differ::slow
