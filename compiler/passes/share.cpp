// share: instructions that mean the same become one. The builder shares what is spelt the same; here operands whose
// order says nothing get one order, conditions inside conditions of their kind are taken apart, and so are sums inside
// sums where the inner one cannot overflow (section 4, number 8: a sum is checked once, at its end).
#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "compiler/passes/passes.h"
#include "compiler/passes/rewriter.h"
#include "lang/spec/spec.h"
#include "lang/syntax/compare_op.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {
namespace {

using kernels::Wide;
using lang::CompareOp;

bool fits(Wide value) {
  return value >= std::numeric_limits<std::int64_t>::min() && value <= std::numeric_limits<std::int64_t>::max();
}

// The terms of a sum: what they are multiplied by, and the constants together.
struct Terms {
  std::map<ValueId, Wide> weights;
  Wide constant = 0;
  std::vector<std::pair<ValueId, std::int64_t>> constants;  // with their weights
};

class Sharer {
 public:
  explicit Sharer(Program& program) : rewriter_(program) {}

  void run() {
    rewriter_.run([this](const Rewriter::Found& found) { return shared(found); });
  }

 private:
  std::optional<ValueId> shared(const Rewriter::Found& found) {
    switch (found.inst.op) {
      case Op::and_:
      case Op::or_:
        return junction(found);
      case Op::at_least:
        return in_order(found, found.immediate, {found.operands.begin(), found.operands.end()});
      case Op::multiply:
      case Op::text_equal:
        return two(found, found.immediate);
      case Op::numbers_function:
        return two(found, (found.immediate & 255) | raises_turned(found.immediate));
      case Op::compare:
        return two(found, static_cast<std::int64_t>(lang::mirrored(static_cast<CompareOp>(found.immediate & 7))) |
                              raises_turned(found.immediate));
      case Op::compare_code:
        return two(found, static_cast<std::int64_t>(lang::mirrored(static_cast<CompareOp>(found.immediate))));
      case Op::sum:
        return sum(found);
      default:
        return std::nullopt;
    }
  }

  [[nodiscard]] static std::int64_t raises_turned(std::int64_t immediate) {
    return (immediate >> 16 & 31) << 8 | (immediate >> 8 & 31) << 16;
  }
  [[nodiscard]] bool is_constant(ValueId id) const { return rewriter_.inst(id).op == Op::constant; }

  std::optional<ValueId> in_order(const Rewriter::Found& found, std::int64_t immediate, std::vector<ValueId> operands) {
    std::sort(operands.begin(), operands.end());
    return rewriter_.add(found, found.inst.op, found.inst.type, operands, immediate);
  }

  // The earlier value on the left, a constant on the right; `turned` is the immediate where they change places.
  std::optional<ValueId> two(const Rewriter::Found& found, std::int64_t turned) {
    const ValueId left = found.operands[0];
    const ValueId right = found.operands[1];
    const bool stays = is_constant(left) == is_constant(right) ? left.index <= right.index : is_constant(right);
    if (stays) return std::nullopt;
    const std::array<ValueId, 2> operands{right, left};
    return rewriter_.add(found, found.inst.op, found.inst.type, operands, turned);
  }

  std::optional<ValueId> junction(const Rewriter::Found& found) {
    std::vector<ValueId> operands;
    for (std::size_t k = 0; k < found.operands.size(); ++k) {
      const ValueId operand = found.operands[k];
      const Inst& part = rewriter_.inst(operand);
      if (part.op == found.inst.op && part.operand_count <= most_merged && rewriter_.is_read_here_only(found, k)) {
        const auto inner = rewriter_.operands_of(operand);
        operands.insert(operands.end(), inner.begin(), inner.end());
      } else {
        operands.push_back(operand);
      }
    }
    return in_order(found, found.immediate, std::move(operands));
  }

  // False where a weight or the constants do not fit 64 bits: the sum then stays as it is.
  bool add_term(Terms& terms, ValueId value, Wide weight) {
    if (!fits(weight)) return false;
    if (is_constant(value)) {
      terms.constants.emplace_back(value, static_cast<std::int64_t>(weight));
      terms.constant += weight * rewriter_.inst(value).immediate;
      return fits(terms.constant);
    }
    Wide& total = terms.weights[value];
    total += weight;
    return fits(total);
  }

  std::optional<ValueId> sum(const Rewriter::Found& found) {
    const auto weight_at = [this](std::int64_t immediate, std::size_t k) -> Wide {
      return rewriter_.made().weights[static_cast<std::size_t>(immediate) + k];
    };
    Terms terms;
    for (std::size_t k = 0; k < found.operands.size(); ++k) {
      const ValueId operand = found.operands[k];
      const Inst& inner = rewriter_.inst(operand);
      const Wide weight = weight_at(found.immediate, k);
      // A sum that can be a fault is one number that is checked.
      if (inner.op == Op::sum && !inner.may_fault && rewriter_.is_read_here_only(found, k)) {
        const auto its_operands = rewriter_.operands_of(operand);
        for (std::size_t j = 0; j < its_operands.size(); ++j) {
          if (!add_term(terms, its_operands[j], weight * weight_at(inner.immediate, j))) return std::nullopt;
        }
      } else if (!add_term(terms, operand, weight)) {
        return std::nullopt;
      }
    }
    std::vector<ValueId> operands;
    std::vector<std::int64_t> weights;
    for (const auto& [value, weight] : terms.weights) {
      // Nothing of a value, but the value may be missing.
      if (weight == 0 && rewriter_.builder().is_never_missing(value)) continue;
      operands.push_back(value);
      weights.push_back(static_cast<std::int64_t>(weight));
    }
    ProgramBuilder& builder = rewriter_.builder();
    const auto constant = static_cast<std::int64_t>(terms.constant);
    if (operands.empty()) return builder.constant(found.inst.type, constant, found.inst.span);
    if (constant != 0 && terms.constants.size() == 1) {  // others may read it as it is
      operands.push_back(terms.constants[0].first);
      weights.push_back(terms.constants[0].second);
    } else if (constant != 0) {
      operands.push_back(builder.constant(found.inst.type, constant, found.inst.span));
      weights.push_back(1);
    }
    return rewriter_.add(found, Op::sum, found.inst.type, operands, builder.weights(std::move(weights)));
  }

  Rewriter rewriter_;
};

}  // namespace

void share(Program& program) { Sharer(program).run(); }

}  // namespace muster::compiler
