// Scores: what each rule earns, what it may still earn, and a ledger whose lines add up to the score exactly
// (section 4, numbers 3, 9 and 11).
#include <fmt/format.h>

#include <limits>
#include <numeric>

#include "compiler/lower/lowerer.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;

namespace {

constexpr std::int64_t no_least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t no_most = std::numeric_limits<std::int64_t>::max();

std::string shown(std::int64_t points) { return kernels::format_decimal(points, points_digits); }

}  // namespace

std::int64_t Lowerer::points_of(ExprId id) const {
  const Constant& constant = policy_.fixed.at(id.index);
  return kernels::rescale(constant.value, constant.type.digits, points_digits, RoundingMode::half_even).value;
}

std::int64_t Lowerer::points_of(const Points& given) const {
  const std::int64_t amount = points_of(given.amount);
  return given.minus ? -amount : amount;
}

ValueId Lowerer::clamp(ValueId value, std::int64_t low, std::int64_t high, Span place) {
  return builder_.add(Op::clamp, points_type(), {value}, builder_.weights({low, high}), place);
}

Extent Lowerer::unbounded(Extent extent, std::int64_t least, std::int64_t most, Span place) {
  return {builder_.add(Op::default_to, points_type(), {extent.low, points(least, place)}, 0, place),
          builder_.add(Op::default_to, points_type(), {extent.high, points(most, place)}, 0, place)};
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
      Type raised = type;
      raised.digits = static_cast<std::uint8_t>(type.digits + raise_quantity);
      const ValueId steps = builder_.add(Op::whole_steps, {.kind = Kind::integer},
                                         {convert(quantity, type, raised, place)}, aligned_step, place);
      return builder_.add(Op::scale_by, points_type(), {steps}, builder_.weights({each, 1}), place);
    }
    const std::int64_t numerator = one(kernels::multiply(each, kernels::power_of_ten(raise_quantity), 0));
    const std::int64_t divisor = std::max<std::int64_t>(1, std::gcd(numerator, aligned_step));
    return builder_.add(Op::scale_by, points_type(), {quantity},
                        builder_.weights({numerator / divisor, aligned_step / divisor}), place);
  };
  const Extent quantity = lower(rule.per->quantity);
  if (quantity.is_exact()) return exactly(earned(quantity.low));
  return each >= 0 ? Extent{earned(quantity.low), earned(quantity.high)}
                   : Extent{earned(quantity.high), earned(quantity.low)};
}

Extent Lowerer::rule_points(const BandRule& rule, ScoreItemId id, Span place) {
  std::vector<Arm> arms;
  for (const BandPoints& band : rule.bands)
    arms.push_back({&band.band, exactly(points(points_of(band.points), place))});
  Extent rest = exactly(points(0, place));
  if (policy_.gapless.contains(id.index)) {
    for (const Arm& arm : arms) {
      if (!std::holds_alternative<BandMissing>(arm.band->node)) rest = arm.result;
    }
  }
  return choose(arms, lower(rule.subject), type_of(rule.subject), rest, points_type(), place);
}

Lowerer::Earned Lowerer::cap(Earned earned, std::int64_t low, std::int64_t high, const std::string& text,
                             ScoreOutput& output, Span place) {
  const Earned capped{clamp(earned.actual, low, high, place),
                      {clamp(earned.extent.low, low, high, place), clamp(earned.extent.high, low, high, place)}};
  if (capped.actual != earned.actual) output.ledger.push_back({text, capped.actual, earned.actual});
  return capped;
}

Lowerer::Earned Lowerer::lower_rule(const ScoreItem& item, ScoreItemId id, ScoreOutput& output) {
  const Span place = item.span;
  const auto* per_rule = std::get_if<PointRule>(&item.node);
  const auto* band_rule = std::get_if<BandRule>(&item.node);
  const std::optional<ExprId>& when = per_rule != nullptr ? per_rule->when : band_rule->when;
  const std::optional<ExprId>& at_most = per_rule != nullptr ? per_rule->at_most : band_rule->at_most;
  const Extent none = exactly(points(0, place));
  const auto in_mode = [&](Mode mode) {
    mode_ = mode;
    Extent earned = per_rule != nullptr ? rule_points(*per_rule, place) : rule_points(*band_rule, id, place);
    if (mode == Mode::possible) {
      // Where the quantity is missing anything may be earned, on the side of zero that the rule allows.
      const bool full = per_rule != nullptr && per_rule->per && per_rule->per->full;
      const bool minus = full && points_of(per_rule->points) < 0;
      earned = unbounded(earned, full && !minus ? 0 : no_least, minus ? 0 : no_most, place);
    }
    if (when) earned = select(exact(*when), earned, none, points_type(), place);
    mode_ = Mode::actual;
    return earned;
  };
  const ValueId value = in_mode(Mode::actual).low;
  const Extent extent = unbounded(in_mode(Mode::possible), no_least, no_most, place);

  std::string text;
  if (item.explained.because) {
    text = item.explained.because->text;
  } else if (band_rule != nullptr) {
    text = "by " + label(span(band_rule->subject)) + (when ? " when " + label(span(*when)) : std::string());
  } else {
    text = per_rule->per
               ? (per_rule->per->full ? "per full " : "per ") +
                     (per_rule->per->step ? label(span(*per_rule->per->step)) + " " : std::string()) +
                     label(span(per_rule->per->quantity)) + (when ? " when " + label(span(*when)) : std::string())
               : label(span(*when));
  }
  const auto decided = [&](ValueId v) {
    return builder_.add(Op::default_to, points_type(), {v, points(0, place)}, 0, place);
  };
  Earned earned{decided(value), extent};
  output.ledger.push_back({text, earned.actual, {}});
  ValueId capped_value = value;
  if (at_most) {
    const std::int64_t most = points_of(*at_most);
    const bool minus = per_rule != nullptr && per_rule->points.minus;
    const std::int64_t low = minus ? -most : no_least;
    const std::int64_t high = minus ? no_most : most;
    capped_value = clamp(value, low, high, place);
    earned = cap(earned, low, high, fmt::format("at most {} {}", shown(most), text), output, place);
  }
  output.rules.push_back(
      {text, item.explained.ask ? item.explained.ask->text : std::string(), place, capped_value, earned.actual});
  add_fault_root(capped_value, output.name + ": " + text);
  return earned;
}

Lowerer::Earned Lowerer::lower_score_items(const std::vector<ScoreItemId>& items, ScoreOutput& output) {
  std::vector<ValueId> actuals;
  std::vector<ValueId> lows;
  std::vector<ValueId> highs;
  Span place;
  for (ScoreItemId id : items) {
    const ScoreItem& item = tree_.score_items[id];
    place = item.span;
    Earned earned;
    if (const auto* group = std::get_if<ScoreGroup>(&item.node)) {
      earned = lower_score_items(group->items, output);
      if (group->at_most) {
        const std::int64_t most = points_of(*group->at_most);
        const std::string title = group->title ? group->title->text + ": " : std::string();
        earned = cap(earned, no_least, most, fmt::format("{}at most {}", title, shown(most)), output, place);
      }
    } else {
      earned = lower_rule(item, id, output);
    }
    actuals.push_back(earned.actual);
    lows.push_back(earned.extent.low);
    highs.push_back(earned.extent.high);
  }
  if (items.empty()) {
    const ValueId nothing = points(0, place);
    return {nothing, exactly(nothing)};
  }
  const std::vector<std::int64_t> ones(items.size(), 1);
  const std::int64_t index = builder_.weights(ones);
  return {builder_.sum(points_type(), actuals, ones, place),
          {builder_.add(Op::saturating_sum, points_type(), lows, index, place),
           builder_.add(Op::saturating_sum, points_type(), highs, index, place)}};
}

void Lowerer::lower_score(std::uint32_t index, const ScoreDecl& score) {
  ScoreOutput output;
  output.name = score.name.text;
  output.title = score.title ? score.title->text : std::string();
  Earned earned = lower_score_items(score.items, output);
  const std::int64_t low = score.from ? points_of(*score.from) : no_least;
  const std::int64_t high = score.to ? points_of(*score.to) : no_most;
  if (score.from || score.to) {
    const std::string text = !score.to     ? fmt::format("never below {}", shown(low))
                             : !score.from ? fmt::format("never above {}", shown(high))
                                           : fmt::format("kept from {} to {}", shown(low), shown(high));
    earned = cap(earned, low, high, text, output, score.name.span);
  }
  output.value = earned.actual;
  output.lowest = earned.extent.low;
  output.highest = earned.extent.high;
  add_fault_root(output.value, "score " + output.name);
  scores_[index] = {earned.actual, earned.extent};
  program_.outputs.scores.push_back(std::move(output));
}

}  // namespace muster::compiler
