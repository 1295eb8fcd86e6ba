#include "compiler/passes/evaluate.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>

#include "compiler/ir/facts.h"
#include "lang/source/unicode.h"
#include "lang/spec/spec.h"
#include "stdlib/kernels/calendar.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {
namespace {

using kernels::Checked;
using kernels::Fault;
using kernels::Wide;
using lang::CompareOp;
using lang::FunctionShape;
using Result = std::optional<Fixed>;

Fixed number(std::int64_t value) { return {true, value, {}}; }
Fixed truth(bool value) { return number(value ? 1 : 0); }
Result from(Checked checked) {
  if (checked.fault != Fault::none) return std::nullopt;
  return number(checked.value);
}
Result from(std::int64_t value) { return number(value); }
// An empty text is missing.
Result from_text(std::string_view text) {
  const std::string_view trimmed = lang::trim(text);
  if (trimmed.empty()) return Fixed{};
  return Fixed{true, 0, std::string(trimmed)};
}

template <class Value>
bool compares(CompareOp op, Value left, Value right) {
  switch (op) {
    case CompareOp::equal:
      return left == right;
    case CompareOp::not_equal:
      return left != right;
    case CompareOp::less:
      return left < right;
    case CompareOp::less_equal:
      return left <= right;
    case CompareOp::greater:
      return left > right;
    case CompareOp::greater_equal:
      return left >= right;
  }
  return false;
}

// A function of functions.def, called as its shape says.
struct Arguments {
  std::span<const Fixed> operands;
  std::string_view constant;
  unsigned digits = 0;
  unsigned raise_left = 0, raise_right = 0;
};
Wide raise(unsigned digits) { return kernels::wide_power_of_ten(digits); }
template <FunctionShape shape, class Kernel>
Result call(Kernel kernel, [[maybe_unused]] const Arguments& with) {
  [[maybe_unused]] const Fixed& first = with.operands.front();
  if constexpr (shape == FunctionShape::number_to_same || shape == FunctionShape::date_to_int) {
    return from(kernel(first.number));
  } else if constexpr (shape == FunctionShape::number_to_int) {
    return from(kernel(first.number, with.digits));
  } else if constexpr (shape == FunctionShape::numbers_to_same) {
    const Wide other = with.operands[1].number;
    return from(kernels::narrow(kernel(first.number * raise(with.raise_left), other * raise(with.raise_right))));
  } else if constexpr (shape == FunctionShape::text_to_int) {
    return from(kernel(std::string_view(first.text)));
  } else if constexpr (shape == FunctionShape::text_to_text) {
    return from_text(kernel(std::string_view(first.text)));
  } else if constexpr (shape == FunctionShape::text_with_text_to_text) {
    const std::optional<std::string> made = kernel(std::string_view(first.text), with.constant);
    return made ? from_text(*made) : Fixed{};
  } else {
    return std::nullopt;  // has an instruction of its own
  }
}
Result call_named(lang::FunctionId function, const Arguments& with) {
  switch (function) {
#define MUSTER_FUNCTION(id, shape, doc, example, result) \
  case lang::FunctionId::id:                             \
    return call<FunctionShape::shape>([](auto... arguments) { return kernels::id(arguments...); }, with);
#include "lang/spec/functions.def"
#undef MUSTER_FUNCTION
  }
  return std::nullopt;
}

// Nothing where 128 bits do not hold the sum on its way: the engines add wider.
std::optional<Wide> wide_sum(std::span<const std::int64_t> weights, std::span<const Fixed> operands) {
  Wide total = 0;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Wide term = static_cast<Wide>(operands[k].number) * weights[k];
    if (__builtin_add_overflow(total, term, &total)) return std::nullopt;
  }
  return total;
}

Result saturating_sum(std::span<const std::int64_t> weights, std::span<const Fixed> operands) {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const bool is_bounded = std::all_of(operands.begin(), operands.end(), [](const Fixed& operand) {
    return operand.number != least && operand.number != most;
  });
  const auto total = is_bounded ? wide_sum(weights, operands) : std::nullopt;
  if (!total) return std::nullopt;
  return number(static_cast<std::int64_t>(std::clamp<Wide>(*total, least, most)));
}

// Operations that answer although an operand is missing.
Result evaluate_lenient(Op op, std::int64_t immediate, std::span<const Fixed> operands) {
  const auto is_yes = [](const Fixed& operand) { return operand.known && operand.number != 0; };
  const auto is_no = [](const Fixed& operand) { return operand.known && operand.number == 0; };
  switch (op) {
    case Op::missing:
      return Fixed{};
    case Op::and_:
    case Op::or_:
    case Op::at_least: {
      const auto size = static_cast<std::int64_t>(operands.size());
      const std::int64_t least = op == Op::and_ ? size : op == Op::or_ ? 1 : immediate;
      if (std::count_if(operands.begin(), operands.end(), is_yes) >= least) return truth(true);
      if (size - std::count_if(operands.begin(), operands.end(), is_no) < least) return truth(false);
      return Fixed{};
    }
    case Op::is_known:
      return truth(operands[0].known);
    case Op::truth_between:
      if (is_yes(operands[0])) return truth(true);
      return is_no(operands[1]) ? truth(false) : Fixed{};
    case Op::default_to:
      return operands[0].known ? operands[0] : operands[1];
    case Op::first_yes: {
      const auto first = std::find_if(operands.begin(), operands.end(), is_yes);
      return first == operands.end() ? Fixed{} : number(first - operands.begin());
    }
    case Op::select: {
      const Fixed& one = operands[1];
      const Fixed& other = operands[2];
      if (is_yes(operands[0])) return one;
      if (is_no(operands[0])) return other;
      if (!one.known || !other.known) return Fixed{};
      if (immediate == static_cast<std::int64_t>(OnUndecided::smaller)) return one.number < other.number ? one : other;
      if (immediate == static_cast<std::int64_t>(OnUndecided::larger)) return one.number > other.number ? one : other;
      return one == other ? one : Fixed{};
    }
    default:
      return std::nullopt;
  }
}

// Precondition: all operands are known.
Result evaluate_strict(const Program& program, Op op, std::int64_t immediate, std::span<const Fixed> operands) {
  const auto at = static_cast<std::size_t>(immediate);
  const auto low = static_cast<unsigned>(immediate & 31);
  const auto high = static_cast<unsigned>(immediate >> 8 & 31);
  const auto mode = static_cast<kernels::RoundingMode>(immediate >> 16);
  const auto weight = [&](std::size_t k) { return program.weights[at + k]; };
  const std::int64_t a = operands[0].number;
  const std::int64_t b = operands.size() > 1 ? operands[1].number : 0;
  switch (op) {
    case Op::not_:
      return truth(a == 0);
    case Op::sum: {
      const auto total = wide_sum(std::span(program.weights).subspan(at), operands);
      return total ? from(kernels::narrow(*total)) : std::nullopt;
    }
    case Op::saturating_sum:
      return saturating_sum(std::span(program.weights).subspan(at), operands);
    case Op::multiply:
      return from(kernels::multiply(a, b, static_cast<unsigned>(immediate)));
    case Op::divide:
      return from(kernels::divide(a, low, b, high, mode));
    case Op::remainder:
      return from(kernels::remainder(a, low, b, high));
    case Op::rescale:
      return from(kernels::rescale(a, low, high, mode));
    case Op::scale_by:
      return from(kernels::scale_by(a, weight(0), weight(1)));
    case Op::whole_steps:
      return number(kernels::whole_steps(a, immediate));
    case Op::clamp:
      return number(std::clamp(a, weight(0), weight(1)));
    case Op::compare:
      return truth(compares(static_cast<CompareOp>(immediate & 7), a * static_cast<Wide>(kernels::power_of_ten(high)),
                            b * static_cast<Wide>(kernels::power_of_ten(static_cast<unsigned>(immediate >> 16 & 31)))));
    case Op::compare_code:
      return truth(compares(static_cast<CompareOp>(immediate), a, b));
    case Op::number_function:
      return call_named(static_cast<lang::FunctionId>(immediate & 255),
                        {operands, {}, static_cast<unsigned>(immediate >> 8)});
    case Op::numbers_function:
      return call_named(static_cast<lang::FunctionId>(immediate & 255),
                        {operands, {}, 0, high, static_cast<unsigned>(immediate >> 16 & 31)});
    case Op::text_to_integer:
      return call_named(static_cast<lang::FunctionId>(immediate), {operands, {}, 0});
    case Op::text_function: {
      const auto function = static_cast<std::size_t>(immediate & 255);
      const bool has_text = lang::function_rows[function].shape == FunctionShape::text_with_text_to_text;
      const std::string constant = has_text ? program.texts[static_cast<std::size_t>(immediate >> 8)] : std::string();
      return call_named(static_cast<lang::FunctionId>(function), {operands, constant, 0});
    }
    case Op::date_of_instant:
      return number(program.zone.local_day(a));
    case Op::instant_of_date:
      if (a < -furthest_day || a > furthest_day) return std::nullopt;
      return number(program.zone.instant_from_local(static_cast<std::int32_t>(a), 0));
    case Op::calendar_number:
      return number(kernels::calendar_number(a, static_cast<lang::CalendarUnit>(immediate & 7),
                                             static_cast<std::uint8_t>(immediate >> 3 & 7)));
    case Op::in_numbers:
    case Op::in_codes: {
      const auto& set = program.number_sets[at];
      return truth(std::binary_search(set.begin(), set.end(), a));
    }
    case Op::in_texts: {
      const auto& set = program.text_sets[at];
      return truth(std::binary_search(set.begin(), set.end(), kernels::fold_text(operands[0].text)));
    }
    case Op::text_equal:
      return truth(kernels::fold_text(operands[0].text) == kernels::fold_text(operands[1].text));
    case Op::text_test:
      return truth(program.patterns[at].matches(operands[0].text, kernels::fold_text(operands[0].text)));
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Fixed> evaluate(const Program& program, Op op, std::int64_t immediate, std::span<const Fixed> operands) {
  if (!is_strict(op) && op != Op::text_function) return evaluate_lenient(op, immediate, operands);
  const bool is_missing = std::any_of(operands.begin(), operands.end(), [](const Fixed& each) { return !each.known; });
  if (is_missing) return Fixed{};
  if (operands.empty()) return std::nullopt;  // a sum of nothing, which the builder knows
  return evaluate_strict(program, op, immediate, operands);
}

}  // namespace muster::compiler
