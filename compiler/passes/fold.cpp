// fold: what is known without data becomes a constant, or `missing`, as the kernels say. Faults are left alone: a
// fault root has to see them.
#include <algorithm>

#include "compiler/passes/evaluate.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewriter.h"

namespace muster::compiler {
namespace {

class Folder {
 public:
  explicit Folder(Program& program) : rewriter_(program) {}

  void run() {
    rewriter_.run([this](const Rewriter::Found& found) { return folded(found); });
  }

 private:
  std::optional<ValueId> folded(const Rewriter::Found& found) {
    const Op op = found.inst.op;
    if (found.operands.empty()) return std::nullopt;
    if (std::all_of(found.operands.begin(), found.operands.end(), [this](ValueId id) { return is_fixed(id); })) {
      return evaluated(found);
    }
    if (is_strict(op) || op == Op::text_function || op == Op::convert_money) {
      return is_missing_anyway(found.operands) ? std::optional(missing(found)) : std::nullopt;
    }
    if (op == Op::smallest_row || op == Op::largest_row || op == Op::first_row || op == Op::last_row) {
      // Over no rows they are missing too, and the mask's own faults are nobody's.
      return is_missing_anyway(found.operands.first(found.operands.size() - 1)) ? std::optional(missing(found))
                                                                                : std::nullopt;
    }
    if (op == Op::select) return without_choice(found);
    if (op == Op::first_yes) return until_first_yes(found);
    return std::nullopt;
  }

  [[nodiscard]] bool is_missing(ValueId id) const { return rewriter_.inst(id).op == Op::missing; }
  [[nodiscard]] bool is_fixed(ValueId id) const { return rewriter_.inst(id).op == Op::constant || is_missing(id); }
  [[nodiscard]] Fixed fixed(ValueId id) const {
    const Inst& inst = rewriter_.inst(id);
    if (inst.op == Op::missing) return {};
    if (physical_of(inst.type.kind) != Physical::text) return {true, inst.immediate, {}};
    return {true, 0, rewriter_.made().texts[static_cast<std::size_t>(inst.immediate)]};
  }
  ValueId missing(const Rewriter::Found& found) {
    return rewriter_.builder().missing(found.inst.type, found.inst.span);
  }

  std::optional<ValueId> evaluated(const Rewriter::Found& found) {
    std::vector<Fixed> operands;
    for (const ValueId operand : found.operands) operands.push_back(fixed(operand));
    const auto result = evaluate(rewriter_.made(), found.inst.op, found.immediate, operands);
    if (!result) return std::nullopt;
    if (!result->known) return missing(found);
    ProgramBuilder& builder = rewriter_.builder();
    const bool is_text = physical_of(found.inst.type.kind) == Physical::text;
    return builder.constant(found.inst.type, is_text ? builder.text(result->text) : result->number, found.inst.span);
  }

  // One of them is missing for every row, and none of them can bring a fault with it.
  [[nodiscard]] bool is_missing_anyway(std::span<const ValueId> operands) const {
    const auto may_fault = [this](ValueId id) { return rewriter_.inst(id).may_fault; };
    return std::any_of(operands.begin(), operands.end(), [this](ValueId id) { return is_missing(id); }) &&
           std::none_of(operands.begin(), operands.end(), may_fault);
  }

  // Whatever the condition is.
  std::optional<ValueId> without_choice(const Rewriter::Found& found) {
    const bool has_no_value = is_missing(found.operands[1]) && is_missing(found.operands[2]);
    if (has_no_value && !rewriter_.inst(found.operands[0]).may_fault) return found.operands[1];
    return std::nullopt;
  }

  // What comes after a condition that always is yes has no say.
  std::optional<ValueId> until_first_yes(const Rewriter::Found& found) {
    const auto is_yes = [this](ValueId id) { return rewriter_.builder().constant_of(id) == 1; };
    const auto is_never_yes = [this](ValueId id) { return is_missing(id) || rewriter_.builder().constant_of(id) == 0; };
    const auto first = std::find_if(found.operands.begin(), found.operands.end(), is_yes);
    if (first == found.operands.end()) return std::nullopt;
    if (std::all_of(found.operands.begin(), first, is_never_yes)) {
      return rewriter_.builder().constant(found.inst.type, first - found.operands.begin(), found.inst.span);
    }
    const auto count = static_cast<std::size_t>(first - found.operands.begin()) + 1;
    if (count == found.operands.size()) return std::nullopt;
    return rewriter_.add(found, Op::first_yes, found.inst.type, found.operands.first(count), found.immediate);
  }

  Rewriter rewriter_;
};

}  // namespace

void fold(Program& program) { Folder(program).run(); }

}  // namespace muster::compiler
