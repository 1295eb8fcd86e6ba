// reduce: several instructions that ask one question become one. Comparisons of one value with constants become a set,
// `not` goes into the comparison, choices with one answer become one choice, and whether something can be known is
// asked of what it depends on.
#include <algorithm>
#include <array>
#include <map>

#include "compiler/passes/evaluate.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewriter.h"
#include "lang/spec/spec.h"
#include "lang/syntax/compare_op.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {
namespace {

using kernels::Wide;
using lang::CompareOp;

// Whether a value is one of some constants.
struct Membership {
  Op op = Op::in_numbers;  // in_numbers, in_codes or in_texts
  ValueId subject;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> texts;  // folded

  void add(const Membership& more) {
    numbers.insert(numbers.end(), more.numbers.begin(), more.numbers.end());
    texts.insert(texts.end(), more.texts.begin(), more.texts.end());
  }
};

class Reducer {
 public:
  explicit Reducer(Program& program) : rewriter_(program) {}

  void run() {
    rewriter_.run([this](const Rewriter::Found& found) { return reduced(found); });
  }

 private:
  using Found = Rewriter::Found;

  std::optional<ValueId> reduced(const Found& found) {
    switch (found.inst.op) {
      case Op::or_:
        return in_one_set(found, false);
      case Op::and_:
        return in_one_set(found, true);
      case Op::not_:
        return other_comparison(found);
      case Op::select:
        return one_choice(found);
      case Op::default_to:
        return without_doubt(found);
      case Op::is_known:
        return is_known(found);
      case Op::multiply:
        if (times_one(found, 0)) return same(found, 1);
        if (times_one(found, 1)) return same(found, 0);
        return one_term(found);
      case Op::scale_by: {
        const auto at = static_cast<std::size_t>(found.immediate);
        const auto& weights = rewriter_.made().weights;
        if (weights[at] == weights[at + 1]) return same(found, 0);
        return weights[at + 1] == 1 ? term(found, 0, weights[at]) : std::nullopt;
      }
      default:
        return std::nullopt;
    }
  }

  [[nodiscard]] std::optional<std::int64_t> constant_of(ValueId id) { return rewriter_.builder().constant_of(id); }
  std::optional<ValueId> same(const Found& found, std::size_t which) {
    if (rewriter_.inst(found.operands[which]).type != found.inst.type) return std::nullopt;
    return found.operands[which];
  }

  // ---- sets

  // What a value asks, if it asks for one of some constants; with `negated`, if it asks for none of them.
  std::optional<Membership> membership(ValueId id, bool negated) {
    const Inst& inst = rewriter_.inst(id);
    const auto operands = rewriter_.operands_of(id);
    const auto at = static_cast<std::size_t>(inst.immediate);
    const CompareOp wanted = negated ? CompareOp::not_equal : CompareOp::equal;
    switch (inst.op) {
      case Op::not_:
        return negated ? membership(operands[0], false) : std::nullopt;
      case Op::compare:
      case Op::compare_code:
        if (static_cast<CompareOp>(inst.immediate & 7) != wanted) return std::nullopt;
        for (const std::size_t which : {0U, 1U}) {
          if (const auto constant = constant_of(operands[1 - which])) return equal_to(inst, operands, which, *constant);
        }
        return std::nullopt;
      case Op::text_equal:
        if (negated) return std::nullopt;
        for (const std::size_t which : {0U, 1U}) {
          const auto constant = constant_of(operands[1 - which]);
          if (!constant) continue;
          const std::string& text = rewriter_.made().texts[static_cast<std::size_t>(*constant)];
          return Membership{Op::in_texts, operands[which], {}, {kernels::fold_text(text)}};
        }
        return std::nullopt;
      case Op::in_numbers:
      case Op::in_codes:
        if (negated || rewriter_.made().number_sets[at].size() > most_merged) return std::nullopt;
        return Membership{inst.op, operands[0], rewriter_.made().number_sets[at], {}};
      case Op::in_texts:
        if (negated || rewriter_.made().text_sets[at].size() > most_merged) return std::nullopt;
        return Membership{inst.op, operands[0], {}, rewriter_.made().text_sets[at]};
      default:
        return std::nullopt;
    }
  }

  // The number that the subject has to be; no number where none is, once both are raised to the same digits.
  static Membership equal_to(const Inst& inst, std::span<const ValueId> operands, std::size_t which,
                             std::int64_t constant) {
    if (inst.op == Op::compare_code) return {Op::in_codes, operands[which], {constant}, {}};
    const auto raise = [&](std::size_t operand) -> Wide {
      return kernels::power_of_ten(static_cast<unsigned>(inst.immediate >> (operand == 0 ? 8 : 16) & 31));
    };
    const Wide raised = constant * raise(1 - which);
    Membership found{Op::in_numbers, operands[which], {}, {}};
    const Wide number = raised / raise(which);
    if (raised % raise(which) == 0 && kernels::narrow(number).fault == kernels::Fault::none) {
      found.numbers.push_back(static_cast<std::int64_t>(number));
    }
    return found;
  }

  ValueId test_of(const Found& found, const Membership& members) {
    ProgramBuilder& builder = rewriter_.builder();
    const std::int64_t set =
        members.op == Op::in_texts ? builder.text_set(members.texts) : builder.number_set(members.numbers);
    return rewriter_.add(found, members.op, {.kind = Kind::boolean}, std::array{members.subject}, set);
  }

  // x = a or x = b: x in {a, b}. x != a and x != b: not (x in {a, b}). All of them are undecided where x is missing.
  std::optional<ValueId> in_one_set(const Found& found, bool negated) {
    struct Group {
      Membership members;
      std::vector<std::size_t> operands;
    };
    std::map<std::pair<Op, ValueId>, Group> groups;
    for (std::size_t k = 0; k < found.operands.size(); ++k) {
      if (!rewriter_.is_read_here_only(found, k)) continue;
      const auto members = membership(found.operands[k], negated);
      if (!members) continue;
      Group& group = groups[{members->op, members->subject}];
      group.members.op = members->op;
      group.members.subject = members->subject;
      group.members.add(*members);
      group.operands.push_back(k);
    }
    std::vector<ValueId> operands(found.operands.begin(), found.operands.end());
    bool is_changed = false;
    for (const auto& [key, group] : groups) {
      const std::size_t gone = group.operands.size();
      // `not` is one more instruction, unless it is all that is left.
      const std::size_t least = negated && gone < found.operands.size() ? 3 : 2;
      if (gone < least) continue;
      ValueId test = test_of(found, group.members);
      if (negated) test = rewriter_.add(found, Op::not_, found.inst.type, std::array{test}, 0);
      for (const std::size_t k : group.operands) operands[k] = test;  // the builder keeps one of them
      is_changed = true;
    }
    if (!is_changed) return std::nullopt;
    return rewriter_.add(found, found.inst.op, found.inst.type, operands, found.immediate);
  }

  // ---- choices

  // not (x < 3): x >= 3. Where x is missing both are undecided.
  std::optional<ValueId> other_comparison(const Found& found) {
    const Inst& inner = rewriter_.inst(found.operands[0]);
    if (inner.op != Op::compare && inner.op != Op::compare_code) return std::nullopt;
    if (!rewriter_.is_read_here_only(found, 0)) return std::nullopt;
    const std::int64_t immediate =
        (inner.immediate & ~std::int64_t{7}) |
        static_cast<std::int64_t>(lang::negated(static_cast<CompareOp>(inner.immediate & 7)));
    const auto view = rewriter_.operands_of(found.operands[0]);
    return rewriter_.add(found, inner.op, found.inst.type, std::vector(view.begin(), view.end()), immediate);
  }

  std::optional<ValueId> one_choice(const Found& found) {
    const bool agrees = found.immediate == static_cast<std::int64_t>(OnUndecided::agree);
    if (agrees && found.inst.type.kind == Kind::boolean) {
      const auto then = constant_of(found.operands[1]);
      const auto otherwise = constant_of(found.operands[2]);
      if (then == 1 && otherwise == 0) return found.operands[0];
      if (then == 0 && otherwise == 1)
        return rewriter_.add(found, Op::not_, found.inst.type, found.operands.first(1), 0);
    }
    return one_of_set(found);
  }

  // x = a: v, else x = b: v, else w. Both conditions are undecided for the same rows, with the same faults.
  std::optional<ValueId> one_of_set(const Found& found) {
    const ValueId rest = found.operands[2];
    const Inst& inner = rewriter_.inst(rest);
    if (inner.op != Op::select || inner.immediate != found.immediate || !rewriter_.is_read_here_only(found, 2)) {
      return std::nullopt;
    }
    const auto rest_operands = rewriter_.operands_of(rest);
    if (rest_operands[1] != found.operands[1]) return std::nullopt;
    const ValueId otherwise = rest_operands[2];
    auto members = membership(found.operands[0], false);
    const auto more = membership(rest_operands[0], false);
    if (!members || !more || members->op != more->op || members->subject != more->subject) return std::nullopt;
    // The other comparisons may still be asked for elsewhere: then nothing would be won.
    if (!rewriter_.is_read_here_only(found, 0)) return std::nullopt;
    members->add(*more);
    const std::array operands{test_of(found, *members), found.operands[1], otherwise};
    return rewriter_.add(found, Op::select, found.inst.type, operands, found.immediate);
  }

  // Of two constants the smaller one where nobody knows: a choice of its own, which bounds of scores ask for as well.
  std::optional<ValueId> without_doubt(const Found& found) {
    const Inst& choice = rewriter_.inst(found.operands[0]);
    const Physical physical = physical_of(found.inst.type.kind);
    const bool has_order = physical == Physical::integer || physical == Physical::code;
    if (choice.op != Op::select || choice.immediate != static_cast<std::int64_t>(OnUndecided::agree) || !has_order) {
      return std::nullopt;
    }
    const auto view = rewriter_.operands_of(found.operands[0]);
    const std::vector<ValueId> operands(view.begin(), view.end());
    const auto then = constant_of(operands[1]);
    const auto otherwise = constant_of(operands[2]);
    const auto usual = constant_of(found.operands[1]);
    if (!then || !otherwise || !usual || then == otherwise) return std::nullopt;
    if (usual != then && usual != otherwise) return std::nullopt;
    const OnUndecided how = *usual == std::min(*then, *otherwise) ? OnUndecided::smaller : OnUndecided::larger;
    return rewriter_.add(found, Op::select, found.inst.type, operands, static_cast<std::int64_t>(how));
  }

  // ---- the rest

  // Something that is known exactly where one operand is.
  std::optional<ValueId> is_known(const Found& found) {
    ProgramBuilder& builder = rewriter_.builder();
    ValueId asked = found.operands[0];
    while (is_strict(rewriter_.inst(asked).op) && !rewriter_.inst(asked).may_fault) {
      ValueId only;
      for (const ValueId operand : rewriter_.operands_of(asked)) {
        if (builder.is_never_missing(operand) || operand == only) continue;
        if (!only.is_none()) return found_known(found, asked);
        only = operand;
      }
      if (only.is_none()) break;
      asked = only;
    }
    return found_known(found, asked);
  }
  std::optional<ValueId> found_known(const Found& found, ValueId asked) {
    if (asked == found.operands[0]) return std::nullopt;
    return rewriter_.add(found, Op::is_known, found.inst.type, std::array{asked}, 0);
  }

  // A product with a whole number that drops no digits is a sum of one term: both are checked once, at the end.
  std::optional<ValueId> one_term(const Found& found) {
    if (found.immediate != 0) return std::nullopt;
    for (const std::size_t which : {0U, 1U}) {
      if (const auto factor = constant_of(found.operands[which])) return term(found, 1 - which, *factor);
    }
    return std::nullopt;
  }
  std::optional<ValueId> term(const Found& found, std::size_t which, std::int64_t weight) {
    const std::int64_t weights = rewriter_.builder().weights({weight});
    return rewriter_.add(found, Op::sum, found.inst.type, std::array{found.operands[which]}, weights);
  }

  // Whether the factor `which` is 1, in the digits that are dropped.
  bool times_one(const Found& found, std::size_t which) {
    const auto factor = constant_of(found.operands[which]);
    return factor && *factor == kernels::wide_power_of_ten(static_cast<unsigned>(found.immediate));
  }

  Rewriter rewriter_;
};

}  // namespace

void reduce(Program& program) { Reducer(program).run(); }

}  // namespace muster::compiler
