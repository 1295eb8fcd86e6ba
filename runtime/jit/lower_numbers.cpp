// Numbers as lanes times a scale. What surely fits 64 bits needs no check; a sum of one or two terms that may not fit
// is checked; all else that may overflow is foreign.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "runtime/jit/lowering.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime::jit {

using compiler::Op;

namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

bool fits(Wide value) { return value >= least && value <= most; }
Wide floor_of(Wide numerator, Wide denominator) {  // denominator > 0
  const Wide quotient = numerator / denominator;
  return numerator % denominator < 0 ? quotient - 1 : quotient;
}
Wide ceiling_of(Wide numerator, Wide denominator) { return -floor_of(-numerator, denominator); }
std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}
// A unit of sums that is also a 64-bit number.
std::int64_t unit_of(std::uint64_t divisor) {
  if (divisor == 0 || divisor > static_cast<std::uint64_t>(most)) return 1;
  return static_cast<std::int64_t>(divisor);
}

}  // namespace

Lane Lowering::lane_for(Wide low, Wide high) {
  for (const Lane lane : {Lane::i8, Lane::i16, Lane::i32}) {
    const Wide half = Wide{1} << (lane_bits(lane) - 1);
    if (low >= -half && high < half) return lane;
  }
  return Lane::i64;
}

Numbers Lowering::constant(std::int64_t value) const {
  Numbers numbers;
  numbers.constant = value;
  return numbers;
}

Numbers Lowering::made(NodeId node, std::int64_t scale, Wide low, Wide high) const {
  if (builder_.is_splat(node)) return constant(builder_[node].immediate * scale);
  return {node, scale, low, high, 0, no_node};
}

Wide Lowering::low_in(const Numbers& numbers, std::int64_t scale) {
  return numbers.is_constant() ? Wide{numbers.constant} / scale : numbers.low * (numbers.scale / scale);
}
Wide Lowering::high_in(const Numbers& numbers, std::int64_t scale) {
  return numbers.is_constant() ? Wide{numbers.constant} / scale : numbers.high * (numbers.scale / scale);
}

std::int64_t Lowering::common_unit(std::initializer_list<Numbers> numbers) {
  std::uint64_t unit = 0;
  for (const Numbers& one : numbers) {
    unit = std::gcd(unit, one.is_constant() ? magnitude(one.constant) : static_cast<std::uint64_t>(one.scale));
  }
  return unit_of(unit);
}

NodeId Lowering::in_units(const Numbers& numbers, std::int64_t scale, Lane lane) {
  if (numbers.is_constant()) return builder_.splat(lane, numbers.constant / scale);
  return builder_.times(builder_.to_lane(numbers.node, lane), numbers.scale / scale);
}

// ---- sums

std::optional<LoweredValue> Lowering::add_terms(const compiler::Inst& inst, std::span<const Numbers> terms,
                                                std::span<const std::int64_t> weights) {
  Wide constant_part = 0;
  std::uint64_t divisor = 0;
  std::vector<std::pair<Numbers, std::int64_t>> varying;
  constexpr Wide far = Wide{1} << 100;
  for (std::size_t k = 0; k < terms.size(); ++k) {
    if (weights[k] == 0) continue;
    if (terms[k].is_constant()) {
      constant_part += Wide{terms[k].constant} * weights[k];
      if (constant_part > far || constant_part < -far) return std::nullopt;
      continue;
    }
    const auto twin = std::ranges::find_if(
        varying, [&](const auto& one) { return one.first.node == terms[k].node && one.first.scale == terms[k].scale; });
    if (twin != varying.end()) return std::nullopt;
    const Wide factor = Wide{terms[k].scale} * weights[k];
    if (!fits(factor) || factor == least) return std::nullopt;
    divisor = std::gcd(divisor, magnitude(static_cast<std::int64_t>(factor)));
    varying.emplace_back(terms[k], weights[k]);
  }
  LoweredValue value = begin_strict(inst);
  if (varying.empty()) {
    if (!fits(constant_part)) return std::nullopt;
    value.numbers = constant(static_cast<std::int64_t>(constant_part));
    return value;
  }
  if (!fits(constant_part) || constant_part == least) return std::nullopt;
  divisor = std::gcd(divisor, magnitude(static_cast<std::int64_t>(constant_part)));
  const std::int64_t unit = unit_of(divisor);
  Wide low = constant_part / unit;
  Wide high = low;
  for (const auto& [numbers, weight] : varying) {
    const Wide factor = Wide{numbers.scale} * weight / unit;
    const Wide one = numbers.low * factor;
    const Wide other = numbers.high * factor;
    low += std::min(one, other);
    high += std::max(one, other);
    if (low < -far || high > far) return std::nullopt;
  }
  const bool may_overflow = !fits(low * unit) || !fits(high * unit);
  if (may_overflow && varying.size() == 1) {
    // Lanes beyond which the sum leaves 64 bits.
    const Numbers& numbers = varying[0].first;
    const Wide factor = Wide{numbers.scale} * varying[0].second;
    Wide first = (Wide{least} - constant_part);
    Wide last = (Wide{most} - constant_part);
    if (factor < 0) std::swap(first, last);
    const Wide size = factor < 0 ? -factor : factor;
    const Wide from = factor < 0 ? ceiling_of(-first, size) : ceiling_of(first, size);
    const Wide to = factor < 0 ? floor_of(-last, size) : floor_of(last, size);
    Numbers lanes = numbers;
    lanes.scale = 1;
    mark_overflow(value, builder_.either(compare_with(lang::CompareOp::less, lanes, from),
                                         compare_with(lang::CompareOp::greater, lanes, to)));
  } else if (may_overflow) {
    const bool are_plain = varying.size() == 2 && unit == 1 && constant_part == 0 &&
                           (varying[0].second == 1 || varying[1].second == 1) && magnitude(varying[0].second) == 1 &&
                           magnitude(varying[1].second) == 1;
    if (!are_plain) return std::nullopt;
    if (varying[0].second != 1) std::swap(varying[0], varying[1]);
    const NodeId left = in_units(varying[0].first, 1, Lane::i64);
    const NodeId right = in_units(varying[1].first, 1, Lane::i64);
    mark_overflow(value, builder_.overflows(varying[1].second == 1 ? NodeOp::add_overflows : NodeOp::subtract_overflows,
                                            left, right));
  }
  low = std::max(low, ceiling_of(least, unit));
  high = std::min(high, floor_of(most, unit));
  const Lane lane = lane_for(low, high);
  NodeId sum = builder_.splat(lane, static_cast<std::int64_t>(constant_part / unit));
  for (const auto& [numbers, weight] : varying) {
    const auto factor = static_cast<std::int64_t>(Wide{numbers.scale} * weight / unit);
    const NodeId lanes = builder_.to_lane(numbers.node, lane);
    sum = factor == -1 ? builder_.difference(sum, lanes) : builder_.sum(sum, builder_.times(lanes, factor));
  }
  value.numbers = made(sum, unit, low, high);
  return value;
}

std::optional<LoweredValue> Lowering::lower_sum(const compiler::Inst& inst) {
  std::vector<Numbers> terms;
  std::vector<std::int64_t> weights;
  for (std::size_t k = 0; k < inst.operand_count; ++k) {
    terms.push_back(operand(inst, k).numbers);
    weights.push_back(weight(inst, k));
  }
  return add_terms(inst, terms, weights);
}

// The bounds of a score. An operand stands for infinity only where it says so itself, `x default infinity`, and what is
// finite surely fits.
std::optional<LoweredValue> Lowering::lower_saturating_sum(const compiler::Inst& inst) {
  std::vector<Numbers> terms;
  std::vector<std::int64_t> weights;
  NodeId minus_infinity = builder_.none();
  NodeId plus_infinity = builder_.none();
  Wide low = 0;
  Wide high = 0;
  constexpr Wide far = Wide{1} << 100;
  for (std::size_t k = 0; k < inst.operand_count; ++k) {
    const std::int64_t factor = weight(inst, k);
    if (factor == 0) continue;
    Numbers numbers = operand(inst, k).numbers;
    const Inst& term = program_.insts[program_.operands_of(inst)[k]];
    const bool has_default = term.op == Op::default_to && operand(term, 0).is_there && operand(term, 1).is_there;
    if (has_default && operand(term, 1).numbers.is_constant()) {
      const std::int64_t rest = operand(term, 1).numbers.constant;
      if (rest == least || rest == most) {
        NodeId& infinity = (rest == most) == (factor > 0) ? plus_infinity : minus_infinity;
        infinity = builder_.either(infinity, builder_.negated(operand(term, 0).known));
        numbers = operand(term, 0).numbers;
      }
    }
    const Wide first = low_in(numbers, 1);
    const Wide last = high_in(numbers, 1);
    if (first <= least || last >= most) return std::nullopt;
    low += std::min(first * factor, last * factor);
    high += std::max(first * factor, last * factor);
    if (low < -far || high > far) return std::nullopt;
    terms.push_back(numbers);
    weights.push_back(factor);
  }
  if (!fits(low) || !fits(high)) return std::nullopt;
  auto value = add_terms(inst, terms, weights);
  if (!value) return std::nullopt;
  value->numbers = chosen(plus_infinity, constant(most), value->numbers);
  value->numbers = chosen(minus_infinity, constant(least), value->numbers);
  return value;
}

std::optional<LoweredValue> Lowering::lower_scaled(const compiler::Inst& inst, const Numbers& numbers, Wide numerator,
                                                   Wide denominator) {
  assert(!numbers.is_constant());
  if (numerator == 0) {
    LoweredValue value = begin_strict(inst);
    value.numbers = constant(0);
    return value;
  }
  const Wide raised = Wide{numbers.scale} * numerator;
  if (raised % denominator != 0) return std::nullopt;
  const Wide factor = raised / denominator;
  if (!fits(factor) || factor == least) return std::nullopt;
  Numbers lanes = numbers;
  lanes.scale = 1;
  const std::int64_t weights[] = {static_cast<std::int64_t>(factor)};
  return add_terms(inst, {&lanes, 1}, weights);
}

// ---- others

Numbers Lowering::lesser(const Numbers& a, const Numbers& b, NodeOp op) {
  const bool is_smaller = op == NodeOp::smaller;
  if (a.is_constant() && b.is_constant()) {
    return constant(is_smaller ? std::min(a.constant, b.constant) : std::max(a.constant, b.constant));
  }
  // A bound that no value reaches changes nothing.
  const auto always = [&](const Numbers& one, const Numbers& other) {
    return is_smaller ? high_in(one, 1) <= low_in(other, 1) : low_in(one, 1) >= high_in(other, 1);
  };
  if (always(a, b)) return a;
  if (always(b, a)) return b;
  const std::int64_t unit = common_unit({a, b});
  Wide low = low_in(a, unit);
  Wide high = high_in(a, unit);
  const Wide other_low = low_in(b, unit);
  const Wide other_high = high_in(b, unit);
  const Lane lane = lane_for(std::min(low, other_low), std::max(high, other_high));
  low = is_smaller ? std::min(low, other_low) : std::max(low, other_low);
  high = is_smaller ? std::min(high, other_high) : std::max(high, other_high);
  const NodeId node = builder_.binary(op, in_units(a, unit, lane), in_units(b, unit, lane));
  return made(builder_.to_lane(node, std::min(lane, lane_for(low, high))), unit, low, high);
}

// Raised by 10^digits; nothing: a row's number may not fit then.
std::optional<Numbers> Lowering::aligned(const Numbers& numbers, unsigned digits) {
  const std::int64_t raise = kernels::power_of_ten(digits);
  if (!fits(low_in(numbers, 1) * raise) || !fits(high_in(numbers, 1) * raise) || !fits(Wide{numbers.scale} * raise)) {
    return std::nullopt;
  }
  Numbers raised = numbers;
  if (raised.is_constant()) {
    raised.constant *= raise;
  } else {
    raised.scale *= raise;
    raised.bytes = no_node;
  }
  return raised;
}

Numbers Lowering::chosen(NodeId mask, const Numbers& yes, const Numbers& no) {
  if (builder_.is_splat(mask, 1)) return yes;
  if (builder_.is_splat(mask, 0)) return no;
  if (yes.is_constant() && no.is_constant() && yes.constant == no.constant) return yes;
  const std::int64_t unit = common_unit({yes, no});
  const Wide low = std::min(low_in(yes, unit), low_in(no, unit));
  const Wide high = std::max(high_in(yes, unit), high_in(no, unit));
  const Lane lane = lane_for(low, high);
  return made(builder_.blend(mask, in_units(yes, unit, lane), in_units(no, unit, lane)), unit, low, high);
}

std::optional<LoweredValue> Lowering::lower_number(const compiler::Inst& inst) {
  const auto whole = [&](Numbers numbers) {
    LoweredValue value = begin_strict(inst);
    value.numbers = numbers;
    return value;
  };
  switch (inst.op) {
    case Op::sum:
      return lower_sum(inst);
    case Op::saturating_sum:
      return lower_saturating_sum(inst);
    case Op::multiply: {
      const Numbers& left = operand(inst, 0).numbers;
      const Numbers& right = operand(inst, 1).numbers;
      if (inst.immediate > 18 || left.is_constant() == right.is_constant()) return std::nullopt;
      const Numbers& varying = left.is_constant() ? right : left;
      return lower_scaled(inst, varying, left.is_constant() ? left.constant : right.constant,
                          kernels::power_of_ten(static_cast<unsigned>(inst.immediate)));
    }
    case Op::scale_by:
      if (operand(inst, 0).numbers.is_constant()) return std::nullopt;
      return lower_scaled(inst, operand(inst, 0).numbers, weight(inst, 0), weight(inst, 1));
    case Op::rescale: {
      const auto from = static_cast<unsigned>(inst.immediate & 31);
      const auto to = static_cast<unsigned>(inst.immediate >> 8 & 31);
      if (operand(inst, 0).numbers.is_constant()) return std::nullopt;
      return lower_scaled(inst, operand(inst, 0).numbers, to > from ? kernels::power_of_ten(to - from) : 1,
                          from > to ? kernels::power_of_ten(from - to) : 1);
    }
    case Op::clamp: {
      const Numbers raised = lesser(operand(inst, 0).numbers, constant(weight(inst, 0)), NodeOp::larger);
      return whole(lesser(raised, constant(weight(inst, 1)), NodeOp::smaller));
    }
    case Op::whole_steps: {
      const Numbers raised = lesser(operand(inst, 0).numbers, constant(0), NodeOp::larger);
      if (raised.is_constant()) return whole(constant(raised.constant / inst.immediate));
      if (raised.scale % inst.immediate != 0) return std::nullopt;
      return whole(made(raised.node, raised.scale / inst.immediate, raised.low, raised.high));
    }
    case Op::numbers_function: {
      const auto function = static_cast<lang::FunctionId>(inst.immediate & 255);
      if (function != lang::FunctionId::smaller_of && function != lang::FunctionId::larger_of) return std::nullopt;
      const auto left = aligned(operand(inst, 0).numbers, static_cast<unsigned>(inst.immediate >> 8 & 31));
      const auto right = aligned(operand(inst, 1).numbers, static_cast<unsigned>(inst.immediate >> 16 & 31));
      if (!left || !right) return std::nullopt;
      return whole(lesser(*left, *right, function == lang::FunctionId::smaller_of ? NodeOp::smaller : NodeOp::larger));
    }
    default:
      return std::nullopt;
  }
}

// ---- comparisons

NodeId Lowering::compare_with(lang::CompareOp op, const Numbers& numbers, Wide constant) {
  using lang::CompareOp;
  if (numbers.is_constant()) {
    const Wide value = numbers.constant;
    const bool less = value < constant;
    const bool equal = value == constant;
    const bool holds[] = {equal, !equal, less, less || equal, !less && !equal, !less};
    return builder_.splat(Lane::mask, holds[static_cast<std::size_t>(op)] ? 1 : 0);
  }
  const Wide scale = numbers.scale;
  // In units of the scale: `x < 2.5` is `x < 3`.
  Order order = Order::equal;
  Wide bound = floor_of(constant, scale);
  const bool is_whole = bound * scale == constant;
  switch (op) {
    case CompareOp::equal:
    case CompareOp::not_equal:
      if (!is_whole) return op == CompareOp::equal ? builder_.none() : builder_.all();
      order = op == CompareOp::equal ? Order::equal : Order::not_equal;
      break;
    case CompareOp::less:
    case CompareOp::greater_equal:
      bound = ceiling_of(constant, scale);
      order = op == CompareOp::less ? Order::less : Order::greater_equal;
      break;
    case CompareOp::less_equal:
    case CompareOp::greater:
      order = op == CompareOp::less_equal ? Order::less_equal : Order::greater;
      break;
  }
  const bool is_below = bound < numbers.low;  // every value is larger
  const bool is_above = bound > numbers.high;
  if (is_below || is_above) {
    const bool holds = order == Order::not_equal || (is_below ? order == Order::greater || order == Order::greater_equal
                                                              : order == Order::less || order == Order::less_equal);
    return builder_.splat(Lane::mask, holds ? 1 : 0);
  }
  const Lane lane = builder_[numbers.node].lane;
  return builder_.compare(order, numbers.node, builder_.splat(lane, static_cast<std::int64_t>(bound)));
}

NodeId Lowering::compare_numbers(lang::CompareOp op, const Numbers& left, const Numbers& right) {
  if (right.is_constant()) return compare_with(op, left, right.constant);
  constexpr lang::CompareOp mirrored[] = {lang::CompareOp::equal,   lang::CompareOp::not_equal,
                                          lang::CompareOp::greater, lang::CompareOp::greater_equal,
                                          lang::CompareOp::less,    lang::CompareOp::less_equal};
  if (left.is_constant()) return compare_with(mirrored[static_cast<std::size_t>(op)], right, left.constant);
  const std::int64_t unit = common_unit({left, right});
  // Both are 64-bit numbers, so that they fit in units that are not smaller.
  const Lane lane =
      lane_for(std::min(low_in(left, unit), low_in(right, unit)), std::max(high_in(left, unit), high_in(right, unit)));
  constexpr Order orders[] = {Order::equal,      Order::not_equal, Order::less,
                              Order::less_equal, Order::greater,   Order::greater_equal};
  return builder_.compare(orders[static_cast<std::size_t>(op)], in_units(left, unit, lane),
                          in_units(right, unit, lane));
}

NodeId Lowering::is_among(const Numbers& numbers, const std::vector<std::int64_t>& set) {
  NodeId any = builder_.none();
  for (std::size_t first = 0; first < set.size();) {
    std::size_t last = first;  // of a run of neighbours
    while (last + 1 < set.size() && set[last] != most && set[last + 1] == set[last] + 1) ++last;
    NodeId is_in = compare_with(lang::CompareOp::equal, numbers, set[first]);
    if (last - first >= 2) {
      is_in = builder_.both(compare_with(lang::CompareOp::greater_equal, numbers, set[first]),
                            compare_with(lang::CompareOp::less_equal, numbers, set[last]));
    } else if (last > first) {
      is_in = builder_.either(is_in, compare_with(lang::CompareOp::equal, numbers, set[last]));
    }
    any = builder_.either(any, is_in);
    first = last + 1;
  }
  return any;
}

std::optional<LoweredValue> Lowering::lower_compare(const compiler::Inst& inst) {
  constexpr std::size_t most_members = 64;
  const Numbers& left = operand(inst, 0).numbers;
  switch (inst.op) {
    case Op::compare: {
      const auto op = static_cast<lang::CompareOp>(inst.immediate & 7);
      const Wide left_power = kernels::power_of_ten(static_cast<unsigned>(inst.immediate >> 8 & 31));
      const Wide right_power = kernels::power_of_ten(static_cast<unsigned>(inst.immediate >> 16 & 31));
      // A constant keeps its power; a number's scale takes it.
      const auto raised = [](Numbers numbers, Wide power) -> std::optional<Numbers> {
        const Wide scale = (numbers.is_constant() ? Wide{numbers.constant} : Wide{numbers.scale}) * power;
        if (!fits(scale)) return std::nullopt;
        (numbers.is_constant() ? numbers.constant : numbers.scale) = static_cast<std::int64_t>(scale);
        return numbers;
      };
      const Numbers& right = operand(inst, 1).numbers;
      const auto one = raised(left, left_power);
      const auto other = raised(right, right_power);
      if (!one || !other) return std::nullopt;
      if (!one->is_constant() && !other->is_constant() &&
          (!fits(low_in(*one, 1)) || !fits(high_in(*one, 1)) || !fits(low_in(*other, 1)) ||
           !fits(high_in(*other, 1)))) {
        return std::nullopt;
      }
      return predicate(inst, compare_numbers(op, *one, *other));
    }
    case Op::compare_code:
      return predicate(inst,
                       compare_numbers(static_cast<lang::CompareOp>(inst.immediate), left, operand(inst, 1).numbers));
    case Op::in_numbers:
    case Op::in_codes: {
      const auto& set = program_.number_sets[static_cast<std::size_t>(inst.immediate)];
      if (set.size() > most_members) return std::nullopt;
      return predicate(inst, is_among(left, set));
    }
    default:
      return std::nullopt;
  }
}

// ---- fade

std::optional<LoweredValue> Lowering::lower_fade(const compiler::Inst& inst) {
  const compiler::FadeRule& rule = program_.fades[static_cast<std::size_t>(inst.immediate)];
  Numbers points = operand(inst, 0).numbers;
  const Numbers& event = operand(inst, 1).numbers;
  const bool is_linear = rule.kind == lang::FadeKind::to_zero;
  if ((!is_linear && rule.kind != lang::FadeKind::halving) || event.is_constant()) return std::nullopt;
  const bool is_constant = points.is_constant();  // as the points of child rows mostly are
  if (is_constant) {
    points.low = points.high = points.constant;
    points.node = builder_.splat(lane_for(points.low, points.high), points.constant);
  }
  const std::int64_t unit = kernels::power_of_ten(4U - rule.digits);
  const Wide largest = std::max(high_in(points, 1), -low_in(points, 1));
  const Wide largest_units = largest / unit + 1;
  if (largest > Wide{1} << 62) return std::nullopt;  // what does not fit after the rounding is no whole unit

  // The error of y = points * 2^-t in units (that of points * (1 - t) is less than the last part): the series of exp
  // breaks off after `terms` terms (|f| <= 1/2), and t, the sum and the products each round by 2^-53; t * 2^-t is at
  // most 0.54, so that they stay below 2^-48 of the points.
  FadePlan plan;
  // Larger points are few, and asked of the exact kernel.
  const Wide usual = is_constant ? largest_units : Wide{1} << 20;
  if (usual >= Wide{1} << 31) return std::nullopt;  // the result has 32 bits on its way
  const auto size = static_cast<double>(std::min(largest_units, usual));
  if (largest_units > usual) plan.most_units = size;
  const double x = std::log(2.0) / 2 * 1.0001;
  double left_out = 1;
  unsigned terms = 0;
  for (; terms < 14; ++terms) {
    // left_out = x^terms / terms!, the first term that is left out; the next ones add less than half of it.
    if (terms > 3 && left_out * 1.5 * size < 1.0 / 16384) break;
    left_out *= x / (terms + 1);
  }
  plan.is_linear = is_linear;
  plan.terms = terms;
  plan.tolerance = size * ((is_linear ? 0 : left_out * 1.5) + std::ldexp(1.0, -44));
  if (plan.tolerance > 1.0 / 1024) return std::nullopt;
  switch (rule.mode) {
    case lang::RoundingMode::half_even:
    case lang::RoundingMode::half_up:
      plan.rounding = FadePlan::Rounding::nearest;
      break;
    case lang::RoundingMode::up:
      plan.rounding = FadePlan::Rounding::away_from_zero;
      break;
    case lang::RoundingMode::down:
      plan.rounding = FadePlan::Rounding::towards_zero;
      break;
  }
  // What is old is nothing, exactly where such a rounding turns.
  if (is_linear && plan.rounding != FadePlan::Rounding::nearest) return std::nullopt;
  constexpr std::int64_t day = kernels::microseconds_per_day;
  plan.as_of = rule.of_days ? as_of_.day : as_of_.instant;
  plan.day = rule.whole_days && !rule.of_days ? day : 0;
  plan.intervals_per_age = (rule.of_days ? static_cast<double>(day) : 1.0) / static_cast<double>(rule.interval);
  plan.units_per_point = static_cast<double>(points.scale) / static_cast<double>(unit);
  plan.may_be_negative = points.low < 0;
  // Between moments that near the age surely fits 64 bits, that of a day in microseconds too; where whole days are
  // counted, it is exact as a binary number.
  const Wide far = Wide{1} << (rule.of_days ? 24 : (plan.day != 0 ? 52 : 61));
  if (plan.as_of < -far || plan.as_of > far) return std::nullopt;
  if (low_in(event, 1) < -far || high_in(event, 1) > far) plan.far = static_cast<std::int64_t>(far);
  LoweredValue value = begin_strict(inst);
  const Wide high = plan.may_be_negative ? largest_units : std::max<Wide>(high_in(points, 1) / unit + 1, 0);
  const Wide low = plan.may_be_negative ? -largest_units : 0;
  const NodeId node =
      builder_.fade(lane_for(low, high), points.node, in_units(event, 1, Lane::i64), value.known, fades_.size());
  fades_.push_back(plan);
  fade_rules_.push_back(inst.immediate);
  fade_scales_.push_back(points.scale);
  value.numbers = made(node, unit, low, high);
  return value;
}

}  // namespace muster::runtime::jit
