#include "compiler/ir/facts.h"

#include <algorithm>
#include <array>

#include "stdlib/kernels/calendar.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {
namespace {

using kernels::Wide;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

// The range of a product, whose extremes lie in the corners, over a divisor that is at least 1. Rounding moves it by
// less than 1 outwards.
Range product_over(const Range& left, const Range& right, Wide divisor) {
  const std::array<Wide, 4> corners{static_cast<Wide>(left.low) * right.low, static_cast<Wide>(left.low) * right.high,
                                    static_cast<Wide>(left.high) * right.low,
                                    static_cast<Wide>(left.high) * right.high};
  const auto [low, high] = std::minmax_element(corners.begin(), corners.end());
  if (divisor == 1) return from_wide(*low, *high);
  return from_wide(*low / divisor - 1, *high / divisor + 1);
}

Range sum_range(std::span<const std::int64_t> weights, std::span<const Range> operands) {
  constexpr Wide far = static_cast<Wide>(1) << 100;  // sums of up to 2^27 nearer terms stay inside 128 bits
  Wide low = 0;
  Wide high = 0;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Wide one = static_cast<Wide>(operands[k].low) * weights[k];
    const Wide other = static_cast<Wide>(operands[k].high) * weights[k];
    if (std::min(one, other) < -far || std::max(one, other) > far) return {least, most, true};
    low += std::min(one, other);
    high += std::max(one, other);
  }
  return from_wide(low, high);
}

Range rescale_range(std::int64_t immediate, const Range& operand) {
  const std::int64_t from = immediate & 31;
  const std::int64_t to = (immediate >> 8) & 31;
  if (to >= from) {
    const Wide power = kernels::wide_power_of_ten(static_cast<unsigned>(to - from));
    return from_wide(static_cast<Wide>(operand.low) * power, static_cast<Wide>(operand.high) * power);
  }
  const std::int64_t power = kernels::power_of_ten(static_cast<unsigned>(from - to));
  return from_wide(static_cast<Wide>(operand.low / power) - 1, static_cast<Wide>(operand.high / power) + 1);
}

Range function_range(std::int64_t immediate, const Range& operand) {
  if (lang::function_rows[static_cast<std::size_t>(immediate & 255)].shape == lang::FunctionShape::number_to_same) {
    return {least, most, operand.low == least};  // only the least number has no counterpart
  }
  return {};
}

// At one scale.
Range smaller_or_larger(std::int64_t immediate, const Range& left, const Range& right) {
  const Wide raise_left = kernels::power_of_ten(static_cast<unsigned>(immediate >> 8 & 31));
  const Wide raise_right = kernels::power_of_ten(static_cast<unsigned>(immediate >> 16 & 31));
  const bool is_smaller = static_cast<lang::FunctionId>(immediate & 255) == lang::FunctionId::smaller_of;
  const auto chosen = [&](std::int64_t one, std::int64_t other) {
    return is_smaller ? std::min(one * raise_left, other * raise_right)
                      : std::max(one * raise_left, other * raise_right);
  };
  return from_wide(chosen(left.low, right.low), chosen(left.high, right.high));
}

// Numbers of units rise with the day.
Range calendar_range(std::int64_t immediate, const Range& operand) {
  const auto number = [immediate](std::int64_t day) {
    return kernels::calendar_number(day, static_cast<lang::CalendarUnit>(immediate & 7),
                                    static_cast<std::uint8_t>(immediate >> 3 & 7));
  };
  return {number(operand.low), number(operand.high)};
}

// Of no rows, or of all that there can be.
Range sum_of_rows_range(const Range& operand) {
  return from_wide(std::min<Wide>(0, static_cast<Wide>(operand.low) * most_child_rows),
                   std::max<Wide>(0, static_cast<Wide>(operand.high) * most_child_rows));
}

Range hull(const Range& left, const Range& right) {
  return {std::min(left.low, right.low), std::max(left.high, right.high)};
}

}  // namespace

// `x is known` and counts of rows always answer. `x default y` is without a fault where x had one. A mask only selects:
// a row that it leaves undecided is not selected, for whatever reason; `any_rows` alone has the mask as its value.
bool passes_fault(Op op, std::size_t index, std::size_t count) {
  if (op == Op::is_known || op == Op::count_rows || op == Op::count_distinct || op == Op::most_days) return false;
  if (op == Op::default_to) return index == 1;
  return reach_of(op) != InstReach::fold || op == Op::any_rows || index + 1 < count;
}

std::int64_t saturated(Wide value) {
  if (value < least) return least;
  if (value > most) return most;
  return static_cast<std::int64_t>(value);
}

Range from_wide(Wide low, Wide high) { return {saturated(low), saturated(high), low < least || high > most}; }

std::int64_t most_gained(const FadeRule& rule) { return kernels::power_of_ten(lang::points_digits - rule.digits) - 1; }

Range widened(Range range, std::int64_t by) {
  return {saturated(Wide{range.low} - by), saturated(Wide{range.high} + by), range.may_overflow};
}

Range range_of(Op op, Type type, std::int64_t immediate, std::span<const std::int64_t> weights,
               std::span<const Range> operands) {
  const auto weight = [&](std::int64_t offset) { return weights[static_cast<std::size_t>(immediate + offset)]; };
  switch (op) {
    case Op::column:
      if (type.kind == Kind::date) return {first_field_day, last_field_day};
      return {};
    case Op::constant:
      if (physical_of(type.kind) == Physical::integer) return {immediate, immediate};
      return {};
    case Op::missing:
      if (physical_of(type.kind) == Physical::integer) return {0, 0};
      return {};
    case Op::as_of_day:
      return {first_field_day, last_field_day};
    case Op::sum:
      return sum_range(weights.subspan(static_cast<std::size_t>(immediate), operands.size()), operands);
    case Op::multiply:
      return product_over(operands[0], operands[1], kernels::wide_power_of_ten(static_cast<unsigned>(immediate)));
    case Op::divide:
    case Op::remainder:
      return {least, most, true};
    case Op::rescale:
      return rescale_range(immediate, operands[0]);
    case Op::scale_by: {
      const Range numerator{weight(0), weight(0)};
      return product_over(operands[0], numerator, weight(1));
    }
    case Op::whole_steps:
      return {operands[0].low <= 0 ? 0 : operands[0].low / immediate,
              operands[0].high <= 0 ? 0 : operands[0].high / immediate};
    case Op::clamp:
      return {std::clamp(operands[0].low, weight(0), weight(1)), std::clamp(operands[0].high, weight(0), weight(1))};
    case Op::number_function:
      return function_range(immediate, operands[0]);
    case Op::numbers_function:
      return smaller_or_larger(immediate, operands[0], operands[1]);
    case Op::instant_of_date:
      return {least, most, operands[0].low < -furthest_day || operands[0].high > furthest_day};
    case Op::select:
      return hull(operands[1], operands[2]);
    case Op::default_to:
      return hull(operands[0], operands[1]);
    case Op::calendar_number:
      return calendar_range(immediate, operands[0]);
    case Op::fade:  // towards zero
      return hull(operands[0], {0, 0});
    case Op::convert_money:
      return {least, most, true};
    case Op::from_one:
    case Op::to_rows:
    case Op::smallest_row:
    case Op::largest_row:
    case Op::first_row:
    case Op::last_row:
      return operands[0];
    case Op::sum_rows:
      return sum_of_rows_range(operands[0]);
    case Op::count_rows:
    case Op::count_distinct:
      return {0, most_child_rows};
    case Op::most_days:
      return {0, immediate > 0 ? std::min(immediate, most_child_rows) : most_child_rows};
    case Op::window_edge:
    case Op::is_given:
    case Op::is_linked:
    case Op::any_rows:
    case Op::keep_distinct:
    case Op::keep_latest:
    case Op::keep_first:
    case Op::as_of_instant:
    case Op::not_:
    case Op::and_:
    case Op::or_:
    case Op::at_least:
    case Op::is_known:
    case Op::truth_between:
    case Op::saturating_sum:
    case Op::compare:
    case Op::date_of_instant:
    case Op::compare_code:
    case Op::in_numbers:
    case Op::in_codes:
    case Op::in_texts:
    case Op::text_equal:
    case Op::text_test:
    case Op::text_function:
    case Op::text_to_integer:
    case Op::first_yes:
      return {};
  }
  return {};
}

}  // namespace muster::compiler
