#include <algorithm>
#include <map>
#include <utility>

#include "tests/differ/slow/evaluator.h"

// libquadmath's, whose header clang does not find.
extern "C" __float128 exp2q(__float128);
extern "C" __float128 rintq(__float128);

namespace muster::differ::slow {

using lang::Clauses;
using lang::FadeKind;

namespace {

// The innermost clause wins. A fade `since` a moment takes from the whole group or score, so nothing is left for the
// rules inside.
Clauses inherited(const Clauses& own, const Clauses& outer) {
  Clauses made = own;
  if (!made.fade && !(outer.fade && outer.fade->since)) made.fade = outer.fade;
  return made;
}

// Half to even, as the processor rounds by default.
Wide nearest(__float128 value) { return static_cast<Wide>(rintq(value)); }

}  // namespace

Wide Evaluator::points_of(ExprId id, const Frame& frame) {
  return rescaled(value(id, frame), 4, lang::RoundingMode::half_even).number;
}

std::int64_t Evaluator::age_of(std::int64_t at, bool of_days) const {
  // What has not come yet has not aged.
  return std::max<std::int64_t>(0, of_days ? as_of_day_ * microseconds_of_day - at : as_of_ - at);
}

Wide Evaluator::faded(Wide points, const lang::Fade& fade, std::int64_t age, const Frame& frame) {
  if (fade.kind == FadeKind::never) return points;
  const std::int64_t interval = value(*fade.interval, frame).number;
  if (fade.whole_days) age = age / microseconds_of_day * microseconds_of_day;
  if (fade.kind == FadeKind::halving) {
    const __float128 share = exp2q(-static_cast<__float128>(age) / static_cast<__float128>(interval));
    return nearest(static_cast<__float128>(points) * share);
  }
  if (fade.kind == FadeKind::to_zero) {
    return age >= interval ? 0 : rounded(points * (static_cast<Wide>(interval) - age), interval);
  }
  // What is left after so many whole intervals: exact while 128 bits hold it; later no tie is possible any more.
  const Value lost = value(*fade.percent, frame);
  const Wide whole = ten_to(lost.digits);
  const Wide left = whole - lost.number;
  const std::int64_t times = age / interval;
  Wide top = points;
  Wide bottom = 1;
  __float128 about = static_cast<__float128>(points);
  bool is_exact = true;
  for (std::int64_t i = 0; i < std::min<std::int64_t>(times, 5000); ++i) {
    about = about * static_cast<__float128>(left) / static_cast<__float128>(whole);
    is_exact = is_exact && !__builtin_mul_overflow(top, left, &top) && !__builtin_mul_overflow(bottom, whole, &bottom);
    for (const Wide factor : {2, 5}) {
      while (is_exact && top % factor == 0 && bottom % factor == 0) {
        top /= factor;
        bottom /= factor;
        if (top == 0) break;
      }
    }
  }
  return is_exact ? rounded(top, bottom) : nearest(about);
}

Wide Evaluator::faded_by(Wide points, const lang::Fade& fade, ExprId moment, const Frame& frame) {
  const Value at = value(moment, frame);
  if (!at.known) return 0;                             // it may have lost all
  if (!checked(Kind::number, points).known) return 0;  // a sum that does not fit; the lead is rejected
  const bool of_days = at.kind == Kind::date;
  return faded(points, fade, age_of(of_days ? at.number * microseconds_of_day : at.number, of_days), frame);
}

// `at most` of a rule that takes points limits how much it takes.
Wide Evaluator::capped(Wide points, bool minus, const Clauses& clauses, const Frame& frame) {
  const Wide sign = minus ? -1 : 1;
  Wide size = points * sign;
  if (clauses.at_least) size = std::max(size, points_of(*clauses.at_least, frame));
  if (clauses.at_most) size = std::min(size, points_of(*clauses.at_most, frame));
  return size * sign;
}

Value Evaluator::score(const lang::ScoreDecl& decl, const Frame& frame) {
  Wide total = 0;
  overflows_ = false;
  const RestartScope restarted(*this, decl.clauses, frame);
  if (is_zero(decl.clauses, frame)) return bounded(decl, 0, frame);
  if (decl.value) {
    const auto* chain = std::get_if<lang::SumChain>(&tree_.expressions[*decl.value].node);
    std::vector<lang::SumTerm> terms{{false, *decl.value}};
    if (chain != nullptr) terms = chain->terms;
    for (const lang::SumTerm& term : terms) {
      const Value part = rescaled(value(term.operand, frame), 4, lang::RoundingMode::half_even);
      if (part.known) total += term.minus ? -static_cast<Wide>(part.number) : part.number;
    }
  }
  for (const lang::ScoreItemId id : decl.items) total += item_points(tree_.score_items[id], decl.clauses, frame);
  if (decl.clauses.fade && decl.clauses.fade->since) {
    if (std::exchange(overflows_, false)) return bounded(decl, 0, frame);
    total = faded_by(total, *decl.clauses.fade, *decl.clauses.fade->since, frame);
  }
  return bounded(decl, total, frame);
}

bool Evaluator::is_zero(const Clauses& clauses, const Frame& frame) {
  if (!clauses.zero_while) return false;
  return !value(*clauses.zero_while, frame).is_no();
}

Value Evaluator::bounded(const lang::ScoreDecl& decl, Wide total, const Frame& frame) {
  if (!checked(Kind::number, total).known) overflows_ = true;
  if (decl.clauses.scaled_to) total = scaled(total, decl.items, decl.clauses, frame);
  // The sum itself or that of a group, as it is or scaled.
  if (overflows_) return missing(Kind::number, overflow_fault);
  if (decl.from) total = std::max(total, points_of(*decl.from, frame));
  if (decl.to) total = std::min(total, points_of(*decl.to, frame));
  return checked(Kind::number, total, 4);
}

Wide Evaluator::item_points(const lang::ScoreItem& item, const Clauses& outer, const Frame& frame) {
  if (const auto* rule = std::get_if<lang::PointRule>(&item.node)) return rule_points(*rule, outer, frame);
  if (const auto* bands = std::get_if<lang::BandRule>(&item.node)) return band_points(*bands, outer, frame);
  const auto& group = std::get<lang::ScoreGroup>(item.node);
  const Clauses inner = inherited(group.clauses, outer);
  const RestartScope restarted(*this, group.clauses, frame);
  if (is_zero(inner, frame)) return 0;
  Wide total = 0;
  for (const lang::ScoreItemId id : group.items) total += item_points(tree_.score_items[id], inner, frame);
  if (group.clauses.fade && group.clauses.fade->since) {
    total = faded_by(total, *group.clauses.fade, *group.clauses.fade->since, frame);
  }
  if (!checked(Kind::number, total).known) overflows_ = true;
  total = capped(total, false, group.clauses, frame);
  return group.clauses.scaled_to ? scaled(total, group.items, group.clauses, frame) : total;
}

// What can be reached at most becomes the number that the clause says.
Wide Evaluator::scaled(Wide total, const std::vector<lang::ScoreItemId>& items, const Clauses& clauses,
                       const Frame& frame) {
  Clauses caps = clauses;
  caps.scaled_to.reset();
  const Wide made = rounded(total * points_of(*clauses.scaled_to, frame), reach(items, caps, frame));
  if (!checked(Kind::number, made).known) overflows_ = true;
  return made;
}

// The most that rules can earn; what counts without a cap cannot be scaled.
Wide Evaluator::reach(const std::vector<lang::ScoreItemId>& items, const Clauses& clauses, const Frame& frame) {
  const auto limited = [&](Wide most, const Clauses& by) {
    return by.scaled_to ? points_of(*by.scaled_to, frame) : capped(most, false, by, frame);
  };
  Wide total = 0;
  for (const lang::ScoreItemId id : items) {
    if (const auto* rule = std::get_if<lang::PointRule>(&tree_.score_items[id].node)) {
      const bool first_only =
          rule->clauses.frequency && std::holds_alternative<lang::FirstOnly>(rule->clauses.frequency->node);
      const bool repeats = (rule->per || rule->per_rows) && !first_only;
      const Wide each = repeats ? points_of(*rule->clauses.at_most, frame) : points_of(rule->points.amount, frame);
      if (!rule->points.minus) total += limited(each, rule->clauses);
    } else if (const auto* bands = std::get_if<lang::BandRule>(&tree_.score_items[id].node)) {
      Wide best = 0;
      for (const lang::BandPoints& band : bands->bands) {
        if (!band.points.minus) best = std::max(best, points_of(band.points.amount, frame));
      }
      total += limited(best, bands->clauses);
    } else {
      const auto& group = std::get<lang::ScoreGroup>(tree_.score_items[id].node);
      total += reach(group.items, group.clauses, frame);
    }
  }
  return limited(total, clauses);
}

Wide Evaluator::rule_points(const lang::PointRule& rule, const Clauses& outer, const Frame& frame) {
  const Clauses clauses = inherited(rule.clauses, outer);
  const RestartScope restarted(*this, rule.clauses, frame);
  if (is_zero(clauses, frame)) return 0;
  const Wide each = points_of(rule.points.amount, frame) * (rule.points.minus ? -1 : 1);
  const bool fades = clauses.fade && clauses.fade->kind != FadeKind::never;
  std::optional<Wide> points;
  const lang::RowsTest* only_rows = nullptr;  // `when any ROWS`
  if (rule.when && !rule.per && !rule.per_rows) {
    only_rows = std::get_if<lang::RowsTest>(&tree_.expressions[bare(*rule.when)].node);
    if (only_rows != nullptr && only_rows->quantifier != lang::Quantifier::any) only_rows = nullptr;
  }
  if (only_rows != nullptr) {
    if (clauses.aged_by) {
      if (value(*rule.when, frame).is_yes()) points = each;
    } else {
      points = points_per_row(only_rows->rows, rule, clauses, each, frame);
    }
  } else if (!rule.when || value(*rule.when, frame).is_yes()) {
    if (rule.per_rows) {
      points = points_per_row(rule.per_rows->rows, rule, clauses, each, frame);
    } else {
      points = rule.per ? points_for_quantity(each, *rule.per, frame) : each;
    }
  }
  if (!points) return 0;
  if (fades && clauses.aged_by) {
    if (!value(*clauses.aged_by, frame).known) return 0;  // what is open earns nothing, whatever its least
    points = faded_by(*points, *clauses.fade, *clauses.aged_by, frame);
  }
  return capped(*points, rule.points.minus, rule.clauses, frame);
}

std::optional<Wide> Evaluator::points_for_quantity(Wide each, const lang::Per& per, const Frame& frame) {
  const Value quantity = value(per.quantity, frame);
  const Value step = per.step ? value(*per.step, frame) : known(quantity.kind, 1);
  if (!quantity.known || !step.known) return std::nullopt;
  const Wide top = quantity.number * ten_to(step.digits);
  const Wide bottom = step.number * ten_to(quantity.digits);
  const Wide points = per.full ? each * std::max<Wide>(0, floored(top, bottom)) : rounded(each * top, bottom);
  if (!checked(Kind::number, points).known) return std::nullopt;
  return points;
}

// While a rule is worked out, only rows after the latest one of each `restart after` around it count for it, in its
// conditions too, but not in what those name; a row without a time may be the latest.
Evaluator::RestartScope::RestartScope(Evaluator& evaluator, const Clauses& clauses, const Frame& frame)
    : evaluator_(evaluator), has_restart_(clauses.restart_after.has_value()) {
  if (!has_restart_) return;
  std::vector<Restart> around = std::exchange(evaluator.restarts_, {});
  const Selection found = evaluator.select(*clauses.restart_after, frame);
  Restart made{found.is_complete && found.rows.empty(), !found.is_complete, {}, {}};
  for (const Selected& row : found.rows) {
    if (!row.at) made.is_open = true;
    if (row.at) made.possible = std::max(made.possible.value_or(*row.at), *row.at);
    if (row.at && row.counts.is_yes()) made.sure = std::max(made.sure.value_or(*row.at), *row.at);
  }
  around.push_back(made);
  evaluator.restarts_ = std::move(around);
}
Evaluator::RestartScope::~RestartScope() {
  if (has_restart_) evaluator_.restarts_.pop_back();
}

Value Evaluator::counts_after(const Restart& restart, const std::optional<std::int64_t>& at, bool of_days) const {
  if (restart.is_plain) return truth(true);
  const auto is_after = [&](std::int64_t moment) {
    return *at > (of_days ? zone_.day_of(moment) * microseconds_of_day : moment);
  };
  if (at && restart.sure && !is_after(*restart.sure)) return truth(false);
  if (restart.is_open || !at || (restart.possible && !is_after(*restart.possible))) return undecided();
  return truth(true);
}

// Those that surely count, by time.
std::vector<Evaluator::Selected> Evaluator::counted_rows(RowsId id, const lang::PointRule& rule, const Clauses& clauses,
                                                         const Frame& frame, bool& of_days) {
  const Selection found = select(id, frame);
  of_days = found.of_days;
  std::vector<Selected> rows;
  for (const Selected& row : found.rows) {
    if (row.counts.is_yes()) rows.push_back(row);
  }
  if (rule.per_rows && rule.per_rows->different) {  // the latest row of each value
    const auto& ref = std::get<lang::NameRef>(tree_.expressions[*rule.per_rows->different].node);
    std::vector<Selected> kept;
    std::vector<Value> values;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      const Value each = row_value(*row, found.object, ref, frame);
      const bool is_new =
          std::none_of(values.begin(), values.end(), [&](const Value& other) { return same(each, other); });
      if (!each.known || !is_new) continue;
      values.push_back(each);
      kept.push_back(*row);
    }
    std::reverse(kept.begin(), kept.end());
    rows = std::move(kept);
  }
  if (!clauses.frequency || rows.empty()) return rows;
  const auto* latest = std::get_if<lang::LatestPer>(&clauses.frequency->node);
  if (latest == nullptr) return {rows.front()};
  std::map<std::int64_t, std::uint32_t> taken;
  std::vector<Selected> kept;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (!row->at) continue;  // nobody knows in which unit it lies
    const std::int64_t day = of_days ? *row->at / microseconds_of_day : zone_.day_of(*row->at);
    if (taken[first_of_unit(day, latest->unit)]++ < latest->count) kept.push_back(*row);
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

std::optional<Wide> Evaluator::points_per_row(RowsId id, const lang::PointRule& rule, const Clauses& clauses, Wide each,
                                              const Frame& frame) {
  bool of_days = false;
  std::vector<Selected> rows = counted_rows(id, rule, clauses, frame, of_days);
  if (rows.empty()) return std::nullopt;
  const bool fades = clauses.fade && clauses.fade->kind != FadeKind::never;
  // A condition earns once, by its latest row.
  if (!rule.per_rows && !(clauses.frequency && std::holds_alternative<lang::FirstOnly>(clauses.frequency->node))) {
    rows = {rows.back()};
  }
  Wide total = 0;
  for (const Selected& row : rows) {
    if (!fades) total += each;
    if (fades && row.at) total += faded(each, *clauses.fade, age_of(*row.at, of_days), frame);
  }
  return total;
}

Wide Evaluator::band_points(const lang::BandRule& rule, const Clauses& outer, const Frame& frame) {
  const Clauses clauses = inherited(rule.clauses, outer);
  const RestartScope restarted(*this, rule.clauses, frame);
  if (is_zero(clauses, frame)) return 0;
  if (rule.when && !value(*rule.when, frame).is_yes()) return 0;
  std::vector<const lang::Band*> bands;
  for (const lang::BandPoints& each : rule.bands) bands.push_back(&each.band);
  std::optional<Wide> points;
  for (const std::size_t arm : possible_arms(rule.subject, bands, frame)) {
    Wide earned = 0;
    if (arm < bands.size()) {
      earned = points_of(rule.bands[arm].points.amount, frame) * (rule.bands[arm].points.minus ? -1 : 1);
    }
    if (points && *points != earned) return 0;
    points = earned;
  }
  if (clauses.fade && clauses.fade->kind != FadeKind::never && clauses.aged_by) {
    if (!value(*clauses.aged_by, frame).known) return 0;
    points = faded_by(*points, *clauses.fade, *clauses.aged_by, frame);
  }
  return capped(*points, false, rule.clauses, frame);
}

}  // namespace muster::differ::slow
