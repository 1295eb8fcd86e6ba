// order: the cheapest condition first, in `and`, `or` and `at least`. Kleene's logic does not ask for an order (section
// 4, number 1). Both engines work out every operand for all rows of a batch, so that no run is quicker for it; an
// engine that stopped at the first answer would be. It adds no instruction.
#include <algorithm>

#include "compiler/passes/passes.h"
#include "compiler/passes/rewriter.h"

namespace muster::compiler {
namespace {

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
      std::uint32_t total = row_of(rewriter_.inst(next).op).cost;
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
