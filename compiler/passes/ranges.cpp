// ranges: what is decided by what values lie between. Comparisons that always or never hold and cannot be undecided
// become constants, bounds that nothing crosses are left out, and sums that cannot lack a bound are plain sums.
#include <algorithm>

#include "compiler/ir/facts.h"
#include "compiler/ir/ranges.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewriter.h"
#include "lang/spec/spec.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {
namespace {

using kernels::Wide;
using lang::CompareOp;

struct WideRange {
  Wide low;
  Wide high;
};

std::optional<bool> is_less(const WideRange& left, const WideRange& right) {
  if (left.high < right.low) return true;
  if (left.low >= right.high) return false;
  return std::nullopt;
}
std::optional<bool> is_equal(const WideRange& left, const WideRange& right) {
  if (left.low == left.high && right.low == right.high) return left.low == right.low;
  if (left.high < right.low || right.high < left.low) return false;
  return std::nullopt;
}
std::optional<bool> negated(std::optional<bool> answer) {
  if (answer) *answer = !*answer;
  return answer;
}
// What a comparison says of all values that lie so; nothing where it depends.
std::optional<bool> decided(CompareOp op, const WideRange& left, const WideRange& right) {
  switch (op) {
    case CompareOp::equal:
      return is_equal(left, right);
    case CompareOp::not_equal:
      return negated(is_equal(left, right));
    case CompareOp::less:
      return is_less(left, right);
    case CompareOp::less_equal:
      return negated(is_less(right, left));
    case CompareOp::greater:
      return is_less(right, left);
    case CompareOp::greater_equal:
      return negated(is_less(left, right));
  }
  return std::nullopt;
}

class Decider {
 public:
  Decider(Program& program, std::vector<ValueFacts> facts) : facts_(std::move(facts)), rewriter_(program) {}

  void run() {
    rewriter_.run([this](const Rewriter::Found& found) { return simpler(found); });
  }

 private:
  [[nodiscard]] const ValueFacts& of(const Rewriter::Found& found, std::size_t which) const {
    return facts_[rewriter_.old_operand(found, which).index];
  }
  // What takes the place of a value has its type.
  std::optional<ValueId> operand(const Rewriter::Found& found, std::size_t which) {
    if (rewriter_.inst(found.operands[which]).type != found.inst.type) return std::nullopt;
    return found.operands[which];
  }

  std::optional<ValueId> simpler(const Rewriter::Found& found) {
    const std::int64_t immediate = found.immediate;
    switch (found.inst.op) {
      case Op::compare:
        return constant(found, decided(static_cast<CompareOp>(immediate & 7), raised(found, 0, immediate >> 8 & 31),
                                       raised(found, 1, immediate >> 16 & 31)));
      case Op::compare_code:
        return constant(found, decided(static_cast<CompareOp>(immediate), raised(found, 0, 0), raised(found, 1, 0)));
      case Op::in_numbers:
      case Op::in_codes:
        return constant(found, is_in(found));
      case Op::is_known:
        return constant(found, true);
      case Op::default_to:
        return of(found, 0).never_missing ? operand(found, 0) : std::nullopt;
      case Op::clamp: {
        const auto at = static_cast<std::size_t>(immediate);
        const ValueRange& range = of(found, 0).range;
        const std::vector<std::int64_t>& weights = rewriter_.made().weights;
        const bool is_inside = weights[at] <= range.low && range.high <= weights[at + 1];
        return is_inside ? operand(found, 0) : std::nullopt;
      }
      case Op::numbers_function:
        return one_of_two(found);
      case Op::saturating_sum:
        return plain_sum(found);
      default:
        return std::nullopt;
    }
  }

  [[nodiscard]] WideRange raised(const Rewriter::Found& found, std::size_t which, std::int64_t digits) const {
    const Wide power = kernels::power_of_ten(static_cast<unsigned>(digits));
    return {of(found, which).range.low * power, of(found, which).range.high * power};
  }

  // A condition with this answer for all known operands, if none of them can be missing.
  std::optional<ValueId> constant(const Rewriter::Found& found, std::optional<bool> answer) {
    for (std::size_t k = 0; k < found.operands.size(); ++k) {
      if (!of(found, k).never_missing) return std::nullopt;
    }
    if (!answer) return std::nullopt;
    return rewriter_.builder().boolean(*answer, found.inst.span);
  }

  [[nodiscard]] std::optional<bool> is_in(const Rewriter::Found& found) const {
    const auto& set = rewriter_.made().number_sets[static_cast<std::size_t>(found.immediate)];
    const ValueRange& range = of(found, 0).range;
    const auto first = std::lower_bound(set.begin(), set.end(), range.low);
    const auto past = std::upper_bound(first, set.end(), range.high);
    if (first == past) return false;
    const Wide all = static_cast<Wide>(range.high) - range.low + 1;
    if (past - first == all) return true;
    return std::nullopt;
  }

  std::optional<ValueId> one_of_two(const Rewriter::Found& found) {
    if (found.immediate >> 8 != 0) return std::nullopt;  // neither operand is the result as it stands
    const bool wants_smaller = static_cast<lang::FunctionId>(found.immediate) == lang::FunctionId::smaller_of;
    for (const std::size_t which : {0U, 1U}) {
      const ValueFacts& other = of(found, 1 - which);
      const ValueRange& range = of(found, which).range;
      const bool wins = wants_smaller ? range.high <= other.range.low : range.low >= other.range.high;
      if (wins && other.never_missing) return operand(found, which);
    }
    return std::nullopt;
  }

  // The smallest and largest number of 64 bits mean "no bound"; where no operand is one of them, and the sum stays
  // between them, it is like any other.
  std::optional<ValueId> plain_sum(const Rewriter::Found& found) {
    std::vector<Range> ranges;
    for (std::size_t k = 0; k < found.operands.size(); ++k) {
      const ValueRange& range = of(found, k).range;
      if (range.low == ValueRange().low || range.high == ValueRange().high) return std::nullopt;
      ranges.push_back({range.low, range.high});
    }
    const Type type = found.inst.type;
    const Range sum = range_of(Op::sum, type, found.immediate, rewriter_.made().weights, ranges);
    if (sum.may_overflow) return std::nullopt;
    return rewriter_.add(found, Op::sum, type, found.operands, found.immediate);
  }

  std::vector<ValueFacts> facts_;  // of the program as it was
  Rewriter rewriter_;
};

void set_faults(Program& program, const std::vector<ValueFacts>& facts) {
  for (std::uint32_t index = 0; index < facts.size(); ++index) {
    program.insts[ValueId{index}].may_fault = facts[index].may_fault;
  }
}

}  // namespace

void ranges(Program& program) {
  std::vector<ValueFacts> facts = facts_of(program);
  set_faults(program, facts);
  Decider(program, std::move(facts)).run();
}

void note_ranges(Program& program) {
  const std::vector<ValueFacts> facts = facts_of(program);
  set_faults(program, facts);
  program.ranges.clear();
  program.ranges.reserve(facts.size());
  for (const ValueFacts& each : facts) program.ranges.push_back(each.range);
}

}  // namespace muster::compiler
