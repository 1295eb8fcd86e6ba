// The IR's semantics once more, one row and one instruction at a time, in the plainest words: what the interpreter
// is compared with. Faults and missing values follow language section 4, numbers 1, 2, 7 and 8.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/facts.h"
#include "compiler/ir/program.h"
#include "lang/source/unicode.h"
#include "runtime/interpret/interpreter.h"
#include "stdlib/kernels/calendar.h"
#include "stdlib/kernels/fade.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime::naive {

// A condition is known where it is decided, and then 1 or 0.
struct Cell {
  bool known = false;
  std::int64_t number = 0;
  std::string text;
  bool overflow = false;
  bool division_by_zero = false;

  bool is_yes() const { return known && number != 0; }
  bool is_no() const { return known && number == 0; }
};

inline Cell number(std::int64_t value) { return {true, value, {}, false, false}; }

struct Call {
  compiler::Op op;
  compiler::Type type;
  std::vector<std::size_t> operands;
  std::int64_t immediate = 0;
  compiler::SpaceId space{compiler::root_space};  // none: the same for all rows
  compiler::SpaceId from = {};                    // of instructions between spaces
};

inline Cell from_checked(kernels::Checked checked) {
  Cell cell;
  cell.known = checked.fault == kernels::Fault::none;
  cell.number = cell.known ? checked.value : 0;
  cell.overflow = checked.fault == kernels::Fault::overflow;
  cell.division_by_zero = checked.fault == kernels::Fault::division_by_zero;
  return cell;
}

inline Cell missing_for(const std::vector<const Cell*>& reasons) {
  Cell cell;
  for (const Cell* reason : reasons) {
    if (reason->known) continue;
    cell.overflow |= reason->overflow;
    cell.division_by_zero |= reason->division_by_zero;
  }
  return cell;
}

inline bool compares(std::int64_t op, int order) {
  switch (static_cast<lang::CompareOp>(op)) {
    case lang::CompareOp::equal:
      return order == 0;
    case lang::CompareOp::not_equal:
      return order != 0;
    case lang::CompareOp::less:
      return order < 0;
    case lang::CompareOp::less_equal:
      return order <= 0;
    case lang::CompareOp::greater:
      return order > 0;
    case lang::CompareOp::greater_equal:
      return order >= 0;
  }
  return false;
}

inline Cell number_function(lang::FunctionId id, std::int64_t value, unsigned digits) {
  switch (id) {
    case lang::FunctionId::absolute:
      return from_checked(kernels::absolute(value));
    case lang::FunctionId::floor:
      return number(kernels::floor(value, digits));
    case lang::FunctionId::ceiling:
      return number(kernels::ceiling(value, digits));
    case lang::FunctionId::year:
      return number(kernels::year(value));
    case lang::FunctionId::month:
      return number(kernels::month(value));
    case lang::FunctionId::day_of_month:
      return number(kernels::day_of_month(value));
    case lang::FunctionId::day_of_week:
      return number(kernels::day_of_week(value));
    default:
      return {};
  }
}

inline Cell text_function(lang::FunctionId id, const std::string& text, const std::string& constant) {
  std::optional<std::string> made;
  if (id == lang::FunctionId::lower) made = kernels::lower(text);
  if (id == lang::FunctionId::upper) made = kernels::upper(text);
  if (id == lang::FunctionId::text_before) made = kernels::text_before(text, constant);
  if (id == lang::FunctionId::text_after) made = kernels::text_after(text, constant);
  Cell cell;
  if (!made) return cell;
  cell.text = std::string(lang::trim(*made));
  cell.known = !cell.text.empty();
  return cell;
}

inline std::int64_t faded(const compiler::FadeRule& rule, std::int64_t points, std::int64_t event, AsOf as_of) {
  const kernels::FadeCurve curve(rule.kind, rule.interval, rule.left_mantissa, rule.whole_days, rule.digits, rule.mode);
  return curve.at(points, rule.of_days ? kernels::age_of_day(as_of.day, event) : kernels::age_at(as_of.instant, event));
}

inline std::int64_t window_edge(const compiler::Program& pools, const Call& call, AsOf as_of) {
  const compiler::WindowEdge& edge = pools.windows[static_cast<std::size_t>(call.immediate)];
  const auto [unit, week_starts] = edge.unit;
  switch (edge.kind) {
    case compiler::EdgeKind::duration:
      return (edge.of_days ? std::int64_t{as_of.day} : as_of.instant) - edge.amount + 1;
    case compiler::EdgeKind::months:
      return edge.of_days ? kernels::months_before(as_of.day, edge.amount) + 1
                          : kernels::moment_edge_of_months(as_of.instant, edge.amount, pools.zone);
    case compiler::EdgeKind::calendar: {
      const std::int64_t present = kernels::calendar_number(as_of.day, unit, week_starts);
      const std::int64_t day = kernels::first_day_of(present - edge.amount + 1, unit, week_starts);
      return edge.of_days ? day : pools.zone.instant_from_local(static_cast<std::int32_t>(day), 0);
    }
  }
  return 0;
}

// The result of `call` for one row with these operands whose column `k` is columns[k]. `pools` gives weights, texts,
// sets, patterns and fades. What has to do with other rows is in naive_rows.h.
inline Cell evaluate(const compiler::Program& pools, const Call& call, const std::vector<const Cell*>& operands,
                     const std::vector<Cell>& columns, AsOf as_of) {
  using compiler::Op;
  using kernels::Wide;
  const auto count_if = [&](auto holds) {
    return std::count_if(operands.begin(), operands.end(), [&](const Cell* cell) { return holds(*cell); });
  };
  const auto size = static_cast<std::int64_t>(operands.size());
  const std::int64_t immediate = call.immediate;
  const auto weight = [&](std::size_t k) { return pools.weights[static_cast<std::size_t>(immediate) + k]; };
  const auto at = [&](std::int64_t index) { return static_cast<std::size_t>(index); };

  // First the instructions that answer although an operand is missing.
  switch (call.op) {
    case Op::column:
      return columns[at(immediate)];
    case Op::constant: {
      Cell cell = number(immediate);
      if (physical_of(call.type.kind) == compiler::Physical::text) {
        cell.text = pools.texts[at(immediate)];
        cell.number = 0;
      }
      return cell;
    }
    case Op::missing:
      return {};
    case Op::as_of_instant:
      return number(as_of.instant);
    case Op::as_of_day:
      return number(as_of.day);
    case Op::and_:
    case Op::or_:
    case Op::at_least: {
      const std::int64_t least = call.op == Op::and_ ? size : call.op == Op::or_ ? 1 : immediate;
      const std::int64_t yes = count_if([](const Cell& cell) { return cell.is_yes(); });
      const std::int64_t no = count_if([](const Cell& cell) { return cell.is_no(); });
      if (yes >= least) return number(1);
      if (size - no < least) return number(0);
      return missing_for(operands);
    }
    case Op::is_known:
      return number(operands[0]->known ? 1 : 0);
    case Op::truth_between:
      if (operands[0]->is_yes()) return number(1);
      if (operands[1]->is_no()) return number(0);
      return missing_for(operands);
    case Op::default_to:
      return operands[0]->known ? *operands[0] : *operands[1];
    case Op::first_yes:
      for (std::size_t k = 0; k < operands.size(); ++k) {
        if (operands[k]->is_yes()) return number(static_cast<std::int64_t>(k));
      }
      return missing_for(operands);
    case Op::select: {
      if (operands[0]->is_yes()) return *operands[1];
      if (operands[0]->is_no()) return *operands[2];
      const Cell& one = *operands[1];
      const Cell& other = *operands[2];
      if (immediate == 0) {
        if (one.known && other.known && one.number == other.number && one.text == other.text) return one;
        return missing_for({operands[0]});
      }
      if (!one.known || !other.known) return missing_for(operands);
      return number(immediate == 1 ? std::min(one.number, other.number) : std::max(one.number, other.number));
    }
    default:
      break;
  }

  if (count_if([](const Cell& cell) { return !cell.known; }) > 0) return missing_for(operands);
  const Cell none;
  const Cell& a = operands.empty() ? none : *operands[0];
  const Cell& b = operands.size() < 2 ? none : *operands[1];
  const auto low = static_cast<unsigned>(immediate & 31);
  const auto high = static_cast<unsigned>(immediate >> 8 & 31);
  switch (call.op) {
    case Op::not_:
      return number(a.number == 0 ? 1 : 0);
    case Op::sum: {
      Wide total = 0;  // the test's weights keep it inside 128 bits
      for (std::size_t k = 0; k < operands.size(); ++k) total += static_cast<Wide>(operands[k]->number) * weight(k);
      return from_checked(kernels::narrow(total));
    }
    case Op::saturating_sum: {
      constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
      constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
      Wide total = 0;
      bool is_minus = false;
      bool is_plus = false;
      for (std::size_t k = 0; k < operands.size(); ++k) {
        const std::int64_t value = operands[k]->number;
        if (weight(k) == 0) continue;
        if (value != least && value != most) {
          total += static_cast<Wide>(value) * weight(k);
        } else {
          ((value == most) == (weight(k) > 0) ? is_plus : is_minus) = true;
        }
      }
      if (is_minus || (!is_plus && total < least)) return number(least);
      if (is_plus || total > most) return number(most);
      return number(static_cast<std::int64_t>(total));
    }
    case Op::multiply:
      return from_checked(kernels::multiply(a.number, b.number, static_cast<unsigned>(immediate)));
    case Op::divide:
      return from_checked(
          kernels::divide(a.number, low, b.number, high, static_cast<kernels::RoundingMode>(immediate >> 16)));
    case Op::remainder:
      return from_checked(kernels::remainder(a.number, low, b.number, high));
    case Op::rescale:
      return from_checked(kernels::rescale(a.number, low, high, static_cast<kernels::RoundingMode>(immediate >> 16)));
    case Op::scale_by:
      return from_checked(kernels::scale_by(a.number, weight(0), weight(1)));
    case Op::whole_steps:
      return number(kernels::whole_steps(a.number, immediate));
    case Op::clamp:
      return number(std::clamp(a.number, weight(0), weight(1)));
    case Op::compare: {
      const auto right_raise = static_cast<unsigned>(immediate >> 16 & 31);
      const Wide left = static_cast<Wide>(a.number) * kernels::wide_power_of_ten(high);
      const Wide right = static_cast<Wide>(b.number) * kernels::wide_power_of_ten(right_raise);
      return number(compares(immediate & 7, left < right ? -1 : left > right ? 1 : 0) ? 1 : 0);
    }
    case Op::number_function:
      return number_function(static_cast<lang::FunctionId>(immediate & 255), a.number,
                             static_cast<unsigned>(immediate >> 8));
    case Op::numbers_function: {
      const Wide left = static_cast<Wide>(a.number) * kernels::wide_power_of_ten(high);
      const Wide right =
          static_cast<Wide>(b.number) * kernels::wide_power_of_ten(static_cast<unsigned>(immediate >> 16 & 31));
      const bool is_smaller = static_cast<lang::FunctionId>(immediate & 255) == lang::FunctionId::smaller_of;
      return from_checked(kernels::narrow(is_smaller ? std::min(left, right) : std::max(left, right)));
    }
    case Op::date_of_instant:
      return number(pools.zone.local_day(a.number));
    case Op::instant_of_date:
      if (a.number < -compiler::furthest_day || a.number > compiler::furthest_day) {
        return from_checked({0, kernels::Fault::overflow});
      }
      return number(pools.zone.instant_from_local(static_cast<std::int32_t>(a.number), 0));
    case Op::compare_code:
      return number(compares(immediate, a.number < b.number ? -1 : a.number > b.number ? 1 : 0) ? 1 : 0);
    case Op::in_numbers:
    case Op::in_codes: {
      const auto& set = pools.number_sets[at(immediate)];
      return number(std::find(set.begin(), set.end(), a.number) != set.end() ? 1 : 0);
    }
    case Op::in_texts: {
      const auto& set = pools.text_sets[at(immediate)];
      return number(std::find(set.begin(), set.end(), kernels::fold_text(a.text)) != set.end() ? 1 : 0);
    }
    case Op::text_equal:
      return number(kernels::fold_text(a.text) == kernels::fold_text(b.text) ? 1 : 0);
    case Op::text_test:
      return number(pools.patterns[at(immediate)].matches(a.text, kernels::fold_text(a.text)) ? 1 : 0);
    case Op::text_function: {
      const auto id = static_cast<lang::FunctionId>(immediate & 255);
      const bool has_constant =
          lang::function_rows[at(immediate & 255)].shape == lang::FunctionShape::text_with_text_to_text;
      return text_function(id, a.text, has_constant ? pools.texts[at(immediate >> 8)] : std::string());
    }
    case Op::text_to_integer:
      return number(kernels::length(a.text));
    case Op::calendar_number:
      return number(kernels::calendar_number(a.number, static_cast<lang::CalendarUnit>(immediate & 7),
                                             static_cast<std::uint8_t>(immediate >> 3 & 7)));
    case Op::fade:
      return number(faded(pools.fades[at(immediate)], a.number, b.number, as_of));
    default:
      return {};
  }
}

}  // namespace muster::runtime::naive
