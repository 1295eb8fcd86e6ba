// One rule of a score on its way from points to the ledger (section 4, numbers 3, 9 and 11): what it earns, what it
// may still earn, and where it is undecided.
#include <fmt/format.h>

#include <numeric>

#include "compiler/lower/lowerer.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;

namespace {

std::string shown(std::int64_t points) { return kernels::format_decimal(points, points_digits); }

const Clauses& clauses_of(const ScoreItem& item) {
  if (const auto* rule = std::get_if<PointRule>(&item.node)) return rule->clauses;
  if (const auto* bands = std::get_if<BandRule>(&item.node)) return bands->clauses;
  return std::get<ScoreGroup>(item.node).clauses;
}

}  // namespace

std::int64_t Lowerer::points_of(ExprId id) const {
  const Constant& constant = policy_.fixed.at(id.index);
  return kernels::rescale(constant.value, constant.type.digits, points_digits, RoundingMode::half_even).value;
}

std::int64_t Lowerer::points_of(const lang::Points& given) const {
  const std::int64_t amount = points_of(given.amount);
  return given.minus ? -amount : amount;
}

// What stands in for a missing value is limited by itself, so that one instruction limits the value for all that ask
// for it: as it is, with nothing instead of it, and with the bounds of what it may be.
ValueId Lowerer::clamp(ValueId value, std::int64_t low, std::int64_t high, Span place) {
  if (builder_.inst(value).op == Op::default_to) {
    const ValueId first = program_.operands_of(builder_.inst(value))[0];
    const auto fallback = builder_.constant_of(program_.operands_of(builder_.inst(value))[1]);
    if (fallback) {
      return or_else(clamp(first, low, high, place), points(std::clamp(*fallback, low, high), place), points_type(),
                     place);
    }
  }
  return builder_.add(Op::clamp, points_type(), {value}, builder_.weights({low, high}), place);
}

Extent Lowerer::unbounded(Extent extent, std::int64_t least, std::int64_t most, Span place) {
  return {or_else(extent.low, points(least, place), points_type(), place),
          or_else(extent.high, points(most, place), points_type(), place)};
}

Lowerer::Points Lowerer::clamped(const Points& before, std::int64_t low, std::int64_t high, Span place) {
  return {clamp(before.value, low, high, place),
          clamp(before.earned, low, high, place),
          {clamp(before.extent.low, low, high, place), clamp(before.extent.high, low, high, place)}};
}

// ---- the points before they fade

// Whole steps of a finer scale than the quantity's. They are divided, because raised alone it might not fit.
ValueId Lowerer::whole_raised_steps(ValueId quantity, const Type& type, unsigned raise, std::int64_t step, Span place) {
  const ValueId not_below = builder_.add(Op::clamp, type, {quantity}, builder_.weights({0, no_most}), place);
  const auto mode = static_cast<std::int64_t>(RoundingMode::down);
  return builder_.add(Op::divide, whole_number(), {not_below, builder_.constant(whole_number(), step, place)},
                      raise | (mode << 16), place);
}

Extent Lowerer::rule_points(const PointRule& rule, Span place) {
  const std::int64_t each = points_of(rule.points);
  if (!rule.per) return exactly(points(each, place));
  const Type& type = type_of(rule.per->quantity);
  Constant step{{.kind = Kind::integer}, 1, {}};
  if (rule.per->step) step = policy_.fixed.at(rule.per->step->index);
  // Quantity and step at one scale.
  const unsigned raise_quantity = step.type.digits > type.digits ? step.type.digits - type.digits : 0;
  const unsigned raise_step = type.digits > step.type.digits ? type.digits - step.type.digits : 0;
  const auto one = [&](kernels::Checked checked) {
    if (checked.fault != kernels::Fault::none) diagnostics_.emit<DiagnosticId::constant_overflow>(place);
    return checked.fault == kernels::Fault::none ? checked.value : 1;
  };
  const std::int64_t aligned_step = one(kernels::multiply(step.value, kernels::power_of_ten(raise_step), 0));
  const auto earned = [&](ValueId quantity) {
    if (rule.per->full) {  // whole steps, never below 0 (number 13)
      const ValueId steps = raise_quantity == 0
                                ? builder_.add(Op::whole_steps, whole_number(), {quantity}, aligned_step, place)
                                : whole_raised_steps(quantity, type, raise_quantity, aligned_step, place);
      return builder_.add(Op::scale_by, points_type(), {steps}, builder_.weights({each, 1}), place);
    }
    const std::int64_t numerator = one(kernels::multiply(each, kernels::power_of_ten(raise_quantity), 0));
    const std::int64_t divisor = std::max<std::int64_t>(1, std::gcd(numerator, aligned_step));
    return builder_.add(Op::scale_by, points_type(), {quantity},
                        builder_.weights({numerator / divisor, aligned_step / divisor}), place);
  };
  const Extent quantity = known_ends(lower_earning(rule.per->quantity), type, place);
  if (quantity.is_exact()) return exactly(earned(quantity.low));
  return each >= 0 ? Extent{earned(quantity.low), earned(quantity.high), quantity.fault}
                   : Extent{earned(quantity.high), earned(quantity.low), quantity.fault};
}

Extent Lowerer::rule_points(const BandRule& rule, ScoreItemId id, Span place) {
  std::vector<Arm> arms;
  for (const BandPoints& band : rule.bands)
    arms.push_back({&band.band, exactly(points(points_of(band.points), place))});
  std::optional<Extent> in_none;
  if (!policy_.gapless.contains(id.index)) in_none = exactly(points(0, place));
  return choose(arms, rule.subject, in_none, Choice::or_nothing, points_type(), place);
}

Lowerer::Points Lowerer::plain_points(const ScoreItem& item, ScoreItemId id) {
  const Span place = item.span;
  const auto* per_rule = std::get_if<PointRule>(&item.node);
  const auto given = [&] {
    return per_rule != nullptr ? rule_points(*per_rule, place) : rule_points(std::get<BandRule>(item.node), id, place);
  };
  const Extent now = in_mode(Mode::actual, given);
  // Where the quantity is missing anything may be earned, on the side of zero that the rule allows.
  const bool full = per_rule != nullptr && per_rule->per && per_rule->per->full;
  const bool minus = full && points_of(per_rule->points) < 0;
  const Extent later =
      unbounded(in_mode(Mode::possible, given), full && !minus ? 0 : no_least, minus ? 0 : no_most, place);
  const ValueId value = lift({now}, points_type(), place, [](const std::vector<ValueId>& v) { return v[0]; }).low;
  return {value, or_else(value, points(0, place), points_type(), place), later};
}

// ---- rules that count rows

const RowsTest* Lowerer::any_rows_in(const PointRule& rule) const {
  if (rule.per || rule.per_rows || !rule.when) return nullptr;
  const auto* test = std::get_if<RowsTest>(&tree_.expressions[without_parentheses(tree_, *rule.when)].node);
  return test != nullptr && test->quantifier == Quantifier::any ? test : nullptr;
}

std::optional<Lowerer::CountedRule> Lowerer::counted_rule(const ScoreItem& item, const Fade* fade) {
  const auto* rule = std::get_if<PointRule>(&item.node);
  if (rule == nullptr) return std::nullopt;
  CountedRule counted;
  counted.each = points_of(rule->points);
  counted.fade = fade;
  counted.frequency = rule->clauses.frequency ? &*rule->clauses.frequency : nullptr;
  counted.span = item.span;
  if (rule->per_rows) {
    counted.rows = rule->per_rows->rows;
    counted.different = rule->per_rows->different;
    return counted;
  }
  // A condition that is one `any ROWS` fades by its latest row (number 12).
  const RowsTest* test = any_rows_in(*rule);
  if (test == nullptr || (fade == nullptr && counted.frequency == nullptr)) return std::nullopt;
  counted.rows = test->rows;
  counted.latest_only = true;
  return counted;
}

// ---- conditions, floors and fading by one moment

Lowerer::Gate Lowerer::not_zero(ExprId zero_while, Span place) {
  const auto condition = [&] { return negated(exact(zero_while), place); };
  const ValueId now = in_mode(Mode::actual, condition);
  return {now, in_mode(Mode::possible, condition)};
}

std::optional<Lowerer::Gate> Lowerer::gate(const std::vector<Gate>& not_zero, const std::optional<ExprId>& when,
                                           Span place) {
  if (not_zero.empty() && !when) return std::nullopt;
  const auto condition = [&](Mode mode, ValueId Gate::* answer) {
    std::vector<ValueId> terms;
    if (when) terms.push_back(in_mode(mode, [&] { return exact(*when); }));
    for (const Gate& each : not_zero) terms.push_back(each.*answer);
    return all_of(terms, place);
  };
  const ValueId now = condition(Mode::actual, &Gate::actual);
  return Gate{now, condition(Mode::possible, &Gate::possible)};
}

Lowerer::Points Lowerer::gated(const std::optional<Gate>& gate, const Points& before, Span place) {
  if (!gate) return before;
  const ValueId none = points(0, place);
  const auto choice = [&](ValueId value, OnUndecided on_undecided) {
    return builder_.add(Op::select, points_type(), {gate->possible, value, none},
                        static_cast<std::int64_t>(on_undecided), place);
  };
  Points after;
  after.value = pick(gate->actual, before.value, none, points_type(), place);
  const ValueId earned =
      before.earned == before.value ? after.value : pick(gate->actual, before.earned, none, points_type(), place);
  after.earned = or_else(earned, none, points_type(), place);
  after.extent =
      unbounded({choice(before.extent.low, OnUndecided::smaller), choice(before.extent.high, OnUndecided::larger)},
                no_least, no_most, place);
  return after;
}

// `at least N`: what is earned at all earns so much. A rule that counts rows earns where it counts some; another one
// where it is decided, and as long as it is not it may also go on earning nothing.
Lowerer::Points Lowerer::lifted(const Points& before, std::int64_t least, bool minus,
                                const std::optional<Counted>& counted, Span place) {
  const auto raise = [&](ValueId value) {
    return minus ? clamp(value, no_least, -least, place) : clamp(value, least, no_most, place);
  };
  const auto where = [&](ValueId earns, ValueId value, ValueId otherwise) {
    return pick(earns, raise(value), otherwise, points_type(), place);
  };
  if (counted) {
    const ValueId weakest = minus ? counted->some_perhaps : counted->some_surely;
    const ValueId strongest = minus ? counted->some_surely : counted->some_perhaps;
    return {where(counted->some, before.value, before.value),
            where(counted->some, before.earned, before.earned),
            {where(weakest, before.extent.low, before.extent.low),
             where(strongest, before.extent.high, before.extent.high)}};
  }
  const ValueId decided = is_known(before.value, place);
  Extent extent{raise(before.extent.low), raise(before.extent.high)};
  ValueId& near_end = minus ? extent.high : extent.low;
  const ValueId or_nothing = minus ? clamp(near_end, 0, no_most, place) : clamp(near_end, no_least, 0, place);
  near_end = pick(decided, near_end, or_nothing, points_type(), place);
  return {raise(before.value), where(decided, before.earned, before.earned), extent};
}

// One end of what may be earned. It stands for no bound where it is the smallest or largest number; without the moment
// everything between nothing and all of it may be left.
ValueId Lowerer::faded_end(ValueId end, ValueId moment, const Type& moment_type, const Fade& rule, bool low,
                           Span place) {
  // Rounding may go away from zero: all of it is what is left of it now.
  const Op now = moment_type.kind == Kind::date ? Op::as_of_day : Op::as_of_instant;
  const ValueId all =
      rule.rounded ? fade(end, builder_.add(now, moment_type, {}, 0, place), moment_type, rule, place) : end;
  const ValueId faded =
      or_else(fade(end, moment, moment_type, rule, place),
              low ? clamp(all, no_least, 0, place) : clamp(all, 0, no_most, place), points_type(), place);
  const ValueId no_bound = points(low ? no_least : no_most, place);
  const ValueId is_bounded = compare_numbers(low ? CompareOp::greater : CompareOp::less, end, 0, no_bound, 0, place);
  return pick(is_bounded, faded, end, points_type(), place);
}

Lowerer::Points Lowerer::faded_by_moment(const Points& before, const Fade& rule, ExprId since, Span place) {
  const Type& type = type_of(since);
  const auto moment = [&] {
    return lift({lower(since)}, type, place, [](const std::vector<ValueId>& v) { return v[0]; }).low;
  };
  const ValueId now = in_mode(Mode::actual, moment);
  const ValueId later = in_mode(Mode::possible, moment);
  return {fade(before.value, now, type, rule, place),
          or_else(fade(before.earned, now, type, rule, place), points(0, place), points_type(), place),
          {faded_end(before.extent.low, later, type, rule, true, place),
           faded_end(before.extent.high, later, type, rule, false, place)}};
}

// ---- the whole rule

std::string Lowerer::rule_label(const ScoreItem& item) const {
  if (item.explained.because) return item.explained.because->text;
  const auto condition = [&](const std::optional<ExprId>& when) {
    return when ? " when " + label(span(*when)) : std::string();
  };
  if (const auto* bands = std::get_if<BandRule>(&item.node))
    return "by " + label(span(bands->subject)) + condition(bands->when);
  const auto& rule = std::get<PointRule>(item.node);
  if (rule.per_rows) {
    return (rule.per_rows->different ? "per different " : "per ") + label(tree_.rows[rule.per_rows->rows].span) +
           condition(rule.when);
  }
  if (!rule.per) return label(span(*rule.when));
  return (rule.per->full ? "per full " : "per ") +
         (rule.per->step ? label(span(*rule.per->step)) + " " : std::string()) + label(span(rule.per->quantity)) +
         condition(rule.when);
}

Lowerer::Earned Lowerer::lower_rule(const ScoreItem& item, ScoreItemId id, const Around& around, ScoreOutput& output) {
  const Span place = item.span;
  const Clauses& clauses = clauses_of(item);
  const auto* point_rule = std::get_if<PointRule>(&item.node);
  std::optional<ExprId> when = point_rule != nullptr ? point_rule->when : std::get<BandRule>(item.node).when;
  const Fade* fade = clauses.fade ? &*clauses.fade : around.fade;
  if (fade != nullptr && fade->kind == FadeKind::never) fade = nullptr;
  std::optional<ExprId> moment = clauses.aged_by;
  if (fade != nullptr && fade->since && clauses.fade) moment = fade->since;

  const bool restarts = clauses.restart_after.has_value();
  const auto with_restart = [&](const auto& f) {
    return scoped(
        [&](Scope& scope) {
          if (!restarts) return;
          scope.restart.push_back(*clauses.restart_after);
          scope.restart_at = scope.spaces.size();
        },
        f);
  };
  return with_restart([&] {
    std::optional<Counted> counted;
    Points now;
    ValueId plain;
    if (const auto rule = counted_rule(item, moment ? nullptr : fade)) {
      counted = lower_counted(*rule);
      now = counted->points;
      plain = counted->plain;
      if (rule->latest_only) when.reset();
    } else {
      now = plain_points(item, id);
      plain = now.earned;
    }
    if (fade != nullptr && moment) {
      now = faded_by_moment(now, *fade, *moment, place);
      counted.reset();  // without the moment it is open what is left of the rows that count
    }
    const std::string text = rule_label(item);
    std::vector<Gate> not_zeros = around.not_zero;
    if (clauses.zero_while) not_zeros.push_back(not_zero(*clauses.zero_while, place));
    const std::optional<Gate> condition = gate(not_zeros, when, place);
    const ValueId unfaded = gated(condition, {plain, plain, exactly(plain)}, place).earned;
    output.ledger.push_back({text, unfaded, {}});
    ValueId before = unfaded;
    const auto line = [&](const Points& after, const std::string& what) {
      if (after.earned != before) output.ledger.push_back({what, after.earned, before});
      before = after.earned;
    };
    const bool minus = point_rule != nullptr && point_rule->points.minus;
    Points earned = gated(condition, now, place);
    line(earned, "faded: " + text);
    if (clauses.at_least) {
      const std::int64_t least = points_of(*clauses.at_least);
      earned = gated(condition, lifted(now, least, minus, counted, place), place);
      line(earned, fmt::format("at least {} {}", shown(least), text));
    }
    if (clauses.at_most) {
      const std::int64_t most = points_of(*clauses.at_most);
      earned = clamped(earned, minus ? -most : no_least, minus ? no_most : most, place);
      line(earned, fmt::format("at most {} {}", shown(most), text));
    }
    output.rules.push_back(
        {text, item.explained.ask ? item.explained.ask->text : std::string(), place, earned.value, earned.earned});
    if (scope_.collects) add_fault_root(earned.value, output.name + ": " + text);
    return Earned{earned.earned, earned.extent};
  });
}

}  // namespace muster::compiler
