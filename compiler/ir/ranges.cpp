#include "compiler/ir/ranges.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "compiler/ir/facts.h"
#include "lang/spec/spec.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {
namespace {

using kernels::Wide;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t most_code = std::numeric_limits<std::uint32_t>::max();

Wide magnitude(std::int64_t value) { return value < 0 ? -static_cast<Wide>(value) : value; }
Wide largest_magnitude(const ValueRange& range) { return std::max(magnitude(range.low), magnitude(range.high)); }
bool has_zero(const ValueRange& range) { return range.low <= 0 && range.high >= 0; }

class Facts {
 public:
  Facts(const Program& program, const ColumnRanges& columns) : program_(program), columns_(columns) {}

  std::vector<ValueFacts> run() {
    facts_.reserve(program_.insts.size());
    for (const Inst& inst : program_.insts) facts_.push_back(facts_of(inst));
    return std::move(facts_);
  }

 private:
  [[nodiscard]] const ValueFacts& of(ValueId id) const { return facts_[id.index]; }

  ValueFacts facts_of(const Inst& inst) {
    const auto operands = program_.operands_of(inst);
    ValueFacts facts;
    const Range range = range_of_inst(inst, operands);
    facts.range = {range.low, range.high};
    const bool own_fault = range.may_overflow || (may_divide_by_zero(inst.op) && has_zero(of(operands[1]).range));
    bool inherits = false;
    for (std::size_t k = 0; k < operands.size(); ++k) {
      inherits = inherits || (of(operands[k]).may_fault && passes_fault(inst.op, k, operands.size()));
    }
    facts.may_fault = inst.may_fault && (own_fault || inherits);
    const auto is_whole = [&](std::size_t k) { return of(operands[k]).never_missing; };
    facts.never_missing =
        is_never_missing(inst.op, inst.immediate, operands.size(), is_whole, own_fault && inst.may_fault);
    return facts;
  }

  Range range_of_inst(const Inst& inst, std::span<const ValueId> operands) {
    switch (physical_of(inst.type.kind)) {
      case Physical::boolean:
        if (inst.op == Op::constant) return {inst.immediate, inst.immediate};
        return {0, 1};
      case Physical::text:
        return {};
      case Physical::code: {
        const Range range = range_of_code(inst, operands);
        return {std::max<std::int64_t>(range.low, 0), std::min(range.high, most_code)};
      }
      case Physical::integer:
        return range_of_number(inst, operands);
    }
    return {};
  }

  Range range_of_code(const Inst& inst, std::span<const ValueId> operands) {
    if (inst.op == Op::constant) return {inst.immediate, inst.immediate};
    if (inst.op == Op::missing) return {0, 0};
    if (inst.op == Op::column) return range_of_column(inst, {});
    if (inst.op == Op::first_yes) return {0, std::max<std::int64_t>(0, inst.operand_count - std::int64_t{1})};
    return from_facts(inst, operands);
  }

  // As the builder sees it, with what is now known of the operands.
  Range from_facts(const Inst& inst, std::span<const ValueId> operands) {
    ranges_.clear();
    for (const ValueId operand : operands) ranges_.push_back({of(operand).range.low, of(operand).range.high});
    return range_of(inst.op, inst.type, inst.immediate, program_.weights, ranges_);
  }

  [[nodiscard]] Range range_of_column(const Inst& inst, Range range) const {
    const auto column = static_cast<std::size_t>(inst.immediate);
    if (inst.space.index >= columns_.size() || column >= columns_[inst.space.index].size()) return range;
    const std::optional<ValueRange>& seen = columns_[inst.space.index][column];
    if (!seen) return range;
    // Without a known value nothing is out of any range.
    return {std::max(range.low, std::min(seen->low, range.high)),
            std::min(range.high, std::max(seen->high, range.low))};
  }

  Range range_of_number(const Inst& inst, std::span<const ValueId> operands) {
    const Range base = from_facts(inst, operands);
    const auto operand = [&](std::size_t k) { return of(operands[k]).range; };
    switch (inst.op) {
      case Op::column:
        return range_of_column(inst, base);
      case Op::divide:
        return quotient(inst.immediate, operand(0), operand(1));
      case Op::remainder:
        return rest(inst.immediate, operand(0), operand(1));
      case Op::saturating_sum:
        return saturating(inst, operands);
      case Op::number_function:
        return named(inst.immediate, operand(0), base);
      case Op::date_of_instant: {
        // Zones are less than two days away from UTC.
        constexpr std::int64_t day = kernels::microseconds_per_day;
        return {operand(0).low / day - 3, operand(0).high / day + 3};
      }
      case Op::instant_of_date: {
        constexpr Wide day = kernels::microseconds_per_day;
        const Wide low = std::clamp(operand(0).low, -furthest_day, furthest_day);
        const Wide high = std::clamp(operand(0).high, -furthest_day, furthest_day);
        return {saturated((low - 2) * day), saturated((high + 2) * day), base.may_overflow};
      }
      case Op::text_to_integer:
        return {0, most};
      case Op::window_edge:
        return edge(program_.windows[static_cast<std::size_t>(inst.immediate)]);
      case Op::fade:
        return widened(base, most_gained(program_.fades[static_cast<std::size_t>(inst.immediate)]));
      case Op::convert_money:
        return converted(inst, operands);
      default:
        return base;
    }
  }

  // Any divisor but 0 is at least one unit away from it.
  static Range quotient(std::int64_t immediate, const ValueRange& left, const ValueRange& right) {
    const Wide numerator = largest_magnitude(left) * kernels::power_of_ten(static_cast<unsigned>(immediate & 31));
    const Wide nearest = has_zero(right) ? 1 : std::min(magnitude(right.low), magnitude(right.high));
    const Wide bound = numerator / (nearest * kernels::power_of_ten(static_cast<unsigned>(immediate >> 8 & 31))) + 1;
    const bool may_be_below = (left.low < 0 && right.high > 0) || (left.high > 0 && right.low < 0);
    const bool may_be_above = (left.high > 0 && right.high > 0) || (left.low < 0 && right.low < 0);
    return from_wide(may_be_below ? -bound : 0, may_be_above ? bound : 0);
  }

  // It has the divisor's sign and is nearer to 0.
  static Range rest(std::int64_t immediate, const ValueRange& left, const ValueRange& right) {
    const Wide raise = kernels::power_of_ten(static_cast<unsigned>(immediate >> 8 & 31));
    const Wide low = right.low < 0 ? right.low * raise + 1 : 0;
    Wide high = right.high > 0 ? right.high * raise - 1 : 0;
    if (left.low >= 0 && right.low >= 0) {
      high =
          std::min(high, left.high * static_cast<Wide>(kernels::power_of_ten(static_cast<unsigned>(immediate & 31))));
    }
    return from_wide(low, high);
  }

  Range saturating(const Inst& inst, std::span<const ValueId> operands) {
    const bool is_bounded = std::all_of(operands.begin(), operands.end(), [this](ValueId id) {
      return of(id).range.low > least && of(id).range.high < most;
    });
    if (!is_bounded) return {};
    Range range = range_of(Op::sum, inst.type, inst.immediate, program_.weights, ranges_);
    range.may_overflow = false;
    return range;
  }

  static Range named(std::int64_t immediate, const ValueRange& operand, const Range& base) {
    const auto digits = static_cast<unsigned>(immediate >> 8);
    switch (static_cast<lang::FunctionId>(immediate & 255)) {
      case lang::FunctionId::year:
        return {kernels::year(operand.low), kernels::year(operand.high)};
      case lang::FunctionId::month:
        return {1, 12};
      case lang::FunctionId::day_of_month:
        return {1, 31};
      case lang::FunctionId::day_of_week:
        return {1, 7};
      case lang::FunctionId::floor:
        return {kernels::floor(operand.low, digits), kernels::floor(operand.high, digits)};
      case lang::FunctionId::ceiling:
        return {kernels::ceiling(operand.low, digits), kernels::ceiling(operand.high, digits)};
      case lang::FunctionId::absolute: {
        const Wide low = has_zero(operand) ? 0 : std::min(magnitude(operand.low), magnitude(operand.high));
        return {saturated(low), saturated(largest_magnitude(operand)), base.may_overflow};
      }
      default:
        return base;
    }
  }

  // Days of an evaluation, less at most so many days.
  static Range edge(const WindowEdge& edge) {
    if (!edge.of_days) return {};
    Wide days = edge.amount;
    if (edge.kind == EdgeKind::months) days = (days + 1) * 31;
    if (edge.kind == EdgeKind::calendar) days = (days + 1) * 366;
    return {saturated(first_field_day - days), last_field_day + 1};
  }

  Range converted(const Inst& inst, std::span<const ValueId> operands) const {
    constexpr int rate_digits = 9;
    const auto& rates = program_.rates[static_cast<std::size_t>(inst.immediate)].rates;
    if (rates.empty()) return {0, 0};
    const auto [low, high] = std::minmax_element(rates.begin(), rates.end(),
                                                 [](const auto& a, const auto& b) { return a.mantissa < b.mantissa; });
    const int drop = program_.insts[operands[0]].type.digits + rate_digits - inst.type.digits;
    if (drop < 0) return {least, most, true};
    const ValueRange amount = of(operands[0]).range;
    const std::array<Wide, 4> corners{
        static_cast<Wide>(amount.low) * low->mantissa, static_cast<Wide>(amount.low) * high->mantissa,
        static_cast<Wide>(amount.high) * low->mantissa, static_cast<Wide>(amount.high) * high->mantissa};
    const auto [smallest, largest] = std::minmax_element(corners.begin(), corners.end());
    const Wide divisor = kernels::wide_power_of_ten(static_cast<unsigned>(drop));
    return from_wide(*smallest / divisor - 1, *largest / divisor + 1);
  }

  const Program& program_;
  const ColumnRanges& columns_;
  std::vector<ValueFacts> facts_;
  std::vector<Range> ranges_;  // of the operands of the present instruction
};

}  // namespace

std::vector<ValueFacts> facts_of(const Program& program, const ColumnRanges& columns) {
  return Facts(program, columns).run();
}

std::vector<ValueRange> ranges_of(const Program& program, const ColumnRanges& columns) {
  std::vector<ValueRange> ranges;
  ranges.reserve(program.insts.size());
  for (const ValueFacts& facts : facts_of(program, columns)) ranges.push_back(facts.range);
  return ranges;
}

}  // namespace muster::compiler
