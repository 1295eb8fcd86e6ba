// order: the cheapest condition first, in `and`, `or` and `at least`. Kleene's logic does not ask for an order (section
// 4, number 1), and an engine that stops at the first answer is then done soonest.
#include <algorithm>

#include "compiler/passes/passes.h"
#include "compiler/passes/rewriter.h"

namespace muster::compiler {
namespace {

// What a row of the result costs, in rough units of a comparison. Texts are looked at once for each distinct one, but
// an engine that takes a lead at a time looks at each.
std::uint32_t cost_of(Op op) {
  switch (op) {
    case Op::column:
    case Op::constant:
    case Op::missing:
    case Op::as_of_instant:
    case Op::as_of_day:
    case Op::window_edge:
    case Op::is_given:
      return 0;
    case Op::in_texts:
    case Op::text_equal:
      return 20;
    case Op::text_test:
    case Op::text_function:
    case Op::text_to_integer:
      return 40;
    case Op::multiply:
    case Op::divide:
    case Op::remainder:
    case Op::rescale:
    case Op::scale_by:
    case Op::whole_steps:
    case Op::number_function:
    case Op::date_of_instant:
    case Op::instant_of_date:
    case Op::calendar_number:
    case Op::convert_money:
    case Op::in_numbers:
      return 4;
    case Op::fade:
      return 60;
    case Op::is_linked:
    case Op::from_one:
      return 10;
    case Op::to_rows:
    case Op::any_rows:
    case Op::count_rows:
    case Op::sum_rows:
    case Op::smallest_row:
    case Op::largest_row:
    case Op::first_row:
    case Op::last_row:
    case Op::keep_latest:
    case Op::keep_first:
      return 100;
    case Op::count_distinct:
    case Op::most_days:
    case Op::keep_distinct:
      return 400;
    case Op::not_:
    case Op::and_:
    case Op::or_:
    case Op::at_least:
    case Op::is_known:
    case Op::truth_between:
    case Op::sum:
    case Op::clamp:
    case Op::saturating_sum:
    case Op::compare:
    case Op::numbers_function:
    case Op::compare_code:
    case Op::in_codes:
    case Op::select:
    case Op::default_to:
    case Op::first_yes:
      return 1;
  }
  return 1;
}

constexpr std::uint32_t most_cost = 1'000'000;  // what operands share is counted again: costs grow fast

class Orderer {
 public:
  explicit Orderer(Program& program) : rewriter_(program) {}

  void run() {
    rewriter_.run([this](const Rewriter::Found& found) { return ordered(found); });
  }

 private:
  std::optional<ValueId> ordered(const Rewriter::Found& found) {
    const Op op = found.inst.op;
    if (op != Op::and_ && op != Op::or_ && op != Op::at_least) return std::nullopt;
    std::vector<ValueId> operands(found.operands.begin(), found.operands.end());
    std::sort(operands.begin(), operands.end(), [this](ValueId left, ValueId right) {
      return std::pair(cost(left), left.index) < std::pair(cost(right), right.index);
    });
    return rewriter_.add(found, op, found.inst.type, operands, found.immediate);
  }

  // Of the value and of all that it is made of.
  std::uint32_t cost(ValueId id) {
    while (costs_.size() <= id.index) {
      const ValueId next{static_cast<std::uint32_t>(costs_.size())};
      std::uint32_t total = cost_of(rewriter_.inst(next).op);
      for (const ValueId operand : rewriter_.operands_of(next)) {
        total = std::min(most_cost, total + costs_[operand.index]);
      }
      costs_.push_back(total);
    }
    return costs_[id.index];
  }

  Rewriter rewriter_;
  std::vector<std::uint32_t> costs_;  // by instruction of the new program, as far as anybody asked
};

}  // namespace

void order(Program& program) { Orderer(program).run(); }

}  // namespace muster::compiler
