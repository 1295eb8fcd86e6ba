#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "compiler/ir/program.h"

namespace muster::compiler {
namespace {

struct Signature {
  std::string_view name;
  std::string_view result;
  std::string_view operands;
};
constexpr auto signatures = std::to_array<Signature>({
#define MUSTER_INST(name, result, operands, doc) {#name, #result, operands},
#include "compiler/ir/inst.def"
#undef MUSTER_INST
});

constexpr std::int64_t most_raise = 18;                     // digits that kernels raise a 64-bit number by
constexpr std::int64_t most_dropped = 38;                   // digits that a 128-bit product has
constexpr std::int64_t most_code = std::int64_t{1} << 24U;  // engines hold a bit per code of a set
constexpr std::int64_t most_compare_op = 5;
constexpr std::int64_t most_rounding_mode = 3;

char letter_of(Physical physical) {
  switch (physical) {
    case Physical::boolean:
      return 'b';
    case Physical::integer:
      return 'i';
    case Physical::code:
      return 'c';
    case Physical::text:
      return 't';
  }
  return '?';
}

class Verifier {
 public:
  explicit Verifier(const Program& program) : program_(program) {}

  std::vector<std::string> run() {
    check_pools();
    for (std::uint32_t index = 0; index < program_.insts.size(); ++index) {
      at_ = ValueId{index};
      check_inst(program_.insts[at_]);
    }
    check_outputs();
    return std::move(problems_);
  }

 private:
  void complain(std::string_view what) {
    problems_.push_back(fmt::format("%{} {}: {}", at_.index, signatures[op_index()].name, what));
  }
  void complain_output(std::string_view output, std::string_view what) {
    problems_.push_back(fmt::format("{}: {}", output, what));
  }
  [[nodiscard]] std::size_t op_index() const { return static_cast<std::size_t>(program_.insts[at_].op); }
  [[nodiscard]] bool exists(ValueId id) const { return id.index < program_.insts.size(); }
  [[nodiscard]] const Type& type_of(ValueId id) const { return program_.insts[id].type; }

  void require(bool holds, std::string_view what) {
    if (!holds) complain(what);
  }
  static bool is_below(std::int64_t value, std::size_t size) {
    return value >= 0 && static_cast<std::uint64_t>(value) < size;
  }

  void check_pools() {
    const auto is_sorted_set = [](const auto& set) {
      return std::adjacent_find(set.begin(), set.end(), [](const auto& a, const auto& b) { return !(a < b); }) ==
             set.end();
    };
    for (const auto& set : program_.number_sets) {
      if (!is_sorted_set(set)) complain_output("number set", "is not sorted and distinct");
    }
    for (const auto& set : program_.text_sets) {
      if (!is_sorted_set(set)) complain_output("text set", "is not sorted and distinct");
    }
    for (const std::uint32_t field : program_.columns) {
      if (field >= program_.schema.fields.size()) complain_output("columns", "name a field that does not exist");
    }
  }

  void check_inst(const Inst& inst) {
    if (static_cast<std::size_t>(inst.op) >= signatures.size()) {
      problems_.push_back(fmt::format("%{}: no such instruction", at_.index));
      return;
    }
    if (inst.type.kind == Kind::poison) complain("has no type");
    if (inst.type.digits > most_raise) complain("has more digits than 64 bits hold");
    const std::uint64_t end = std::uint64_t{inst.first_operand} + inst.operand_count;
    if (end > program_.operands.size()) {
      complain("its operands lie outside of the list");
      return;
    }
    for (const ValueId operand : program_.operands_of(inst)) {
      if (operand.index >= at_.index) {
        complain(fmt::format("operand %{} is used before it is computed", operand.index));
        return;
      }
    }
    if (!check_kinds(inst)) return;
    check_immediate(inst);
    check_faults(inst);
  }

  bool check_kinds(const Inst& inst) {
    const Signature& signature = signatures[op_index()];
    const auto operands = program_.operands_of(inst);
    std::string_view expected = signature.operands;
    const bool any_number = expected.ends_with('*');
    if (any_number) expected.remove_suffix(1);
    if (!any_number && operands.size() != expected.size()) {
      complain(fmt::format("has {} operands, not {}", operands.size(), expected.size()));
      return false;
    }
    bool sound = true;
    for (std::size_t k = 0; k < operands.size(); ++k) {
      const char wanted = any_number ? expected.front() : expected[k];
      const char found = letter_of(physical_of(type_of(operands[k]).kind));
      if (wanted != 'v' && wanted != found) {
        complain(fmt::format("operand %{} is of kind {}, not {}", operands[k].index, found, wanted));
        sound = false;
      }
    }
    if (!sound) return false;
    if (signature.result == "same") {
      for (const ValueId operand : operands) require(type_of(operand) == inst.type, "its operands differ in type");
    } else if (signature.result == "same_as_second") {
      for (const ValueId operand : operands.subspan(1)) {
        require(type_of(operand) == inst.type, "its choices differ in type");
      }
    } else if (signature.result != "any") {
      const char found = letter_of(physical_of(inst.type.kind));
      if (signature.result.front() != found) complain(fmt::format("its result cannot be of kind {}", found));
    }
    return true;
  }

  void check_function(std::int64_t id, std::initializer_list<lang::FunctionShape> shapes) {
    if (!is_below(id, lang::function_rows.size())) {
      complain("no such function");
      return;
    }
    const lang::FunctionShape shape = lang::function_rows[static_cast<std::size_t>(id)].shape;
    require(std::find(shapes.begin(), shapes.end(), shape) != shapes.end(), "the function has another shape");
  }

  // `count` weights from the immediate on; nothing of them may be read where this answers false.
  bool check_weights(const Inst& inst, std::size_t count) {
    const bool exist = inst.immediate >= 0 && static_cast<std::uint64_t>(inst.immediate) <= program_.weights.size() &&
                       count <= program_.weights.size() - static_cast<std::size_t>(inst.immediate);
    require(exist, "its weights lie outside of the list");
    return exist;
  }
  [[nodiscard]] std::int64_t weight(const Inst& inst, std::size_t offset) const {
    return program_.weights[static_cast<std::size_t>(inst.immediate) + offset];
  }

  void check_constant(const Inst& inst) {
    switch (physical_of(inst.type.kind)) {
      case Physical::boolean:
        require(inst.immediate == 0 || inst.immediate == 1, "is neither yes nor no");
        break;
      case Physical::integer:
        break;
      case Physical::code:
        require(is_below(inst.immediate, most_code), "the code is out of range");
        break;
      case Physical::text:
        if (!is_below(inst.immediate, program_.texts.size())) {
          complain("no such text");
        } else {
          require(!program_.texts[static_cast<std::size_t>(inst.immediate)].empty(), "an empty text is missing");
        }
        break;
    }
  }

  void check_column(const Inst& inst) {
    if (!is_below(inst.immediate, program_.columns.size())) {
      complain("no such column");
      return;
    }
    const std::uint32_t field = program_.columns[static_cast<std::size_t>(inst.immediate)];
    if (field >= program_.schema.fields.size()) return;  // told already
    require(program_.schema.fields[field].type == inst.type, "the field has another type");
  }

  void check_set(const Inst& inst) {
    if (!is_below(inst.immediate, program_.number_sets.size())) {
      complain("no such set");
      return;
    }
    if (inst.op != Op::in_codes) return;
    for (const std::int64_t code : program_.number_sets[static_cast<std::size_t>(inst.immediate)]) {
      require(is_below(code, most_code), "a code of the set is out of range");
    }
  }

  void check_immediate(const Inst& inst) {
    using Shape = lang::FunctionShape;
    const std::int64_t immediate = inst.immediate;
    const auto is_raise = [](std::int64_t value) { return value >= 0 && value <= most_raise; };
    switch (inst.op) {
      case Op::column:
        check_column(inst);
        break;
      case Op::constant:
        check_constant(inst);
        break;
      case Op::at_least:
        require(immediate >= 0, "counts below zero");
        break;
      case Op::sum:
      case Op::saturating_sum:
        check_weights(inst, inst.operand_count);
        break;
      case Op::multiply:
        require(immediate >= 0 && immediate <= most_dropped, "drops too many digits");
        break;
      case Op::divide:
        require(is_raise(immediate & 31) && is_raise(immediate >> 8 & 31) && (immediate & 0xE0E0) == 0,
                "raises too far");
        require(immediate >> 16 >= 0 && immediate >> 16 <= most_rounding_mode, "no such rounding");
        break;
      case Op::remainder:
        require(is_raise(immediate & 31) && is_raise(immediate >> 8) && (immediate & 0xE0) == 0, "raises too far");
        break;
      case Op::rescale:
        require(is_raise(immediate & 31) && is_raise(immediate >> 8 & 31) && (immediate & 0xE0E0) == 0,
                "has more digits than 64 bits hold");
        require(immediate >> 16 >= 0 && immediate >> 16 <= most_rounding_mode, "no such rounding");
        break;
      case Op::scale_by:
        if (check_weights(inst, 2)) require(weight(inst, 1) > 0, "its denominator is not above zero");
        break;
      case Op::whole_steps:
        require(immediate > 0, "its step is not above zero");
        break;
      case Op::clamp:
        if (check_weights(inst, 2)) require(weight(inst, 0) <= weight(inst, 1), "its bounds are the wrong way round");
        break;
      case Op::compare:
        require((immediate & 7) <= most_compare_op, "no such comparison");
        require(is_raise(immediate >> 8 & 31) && is_raise(immediate >> 16 & 31) && (immediate & ~0x1F1F07LL) == 0,
                "raises too far");
        break;
      case Op::number_function:
        check_function(immediate & 255, {Shape::number_to_same, Shape::number_to_int, Shape::date_to_int});
        require(is_raise(immediate >> 8), "has more digits than 64 bits hold");
        break;
      case Op::numbers_function:
        check_function(immediate, {Shape::numbers_to_same});
        break;
      case Op::compare_code:
        require(immediate >= 0 && immediate <= most_compare_op, "no such comparison");
        break;
      case Op::in_numbers:
      case Op::in_codes:
        check_set(inst);
        break;
      case Op::in_texts:
        require(is_below(immediate, program_.text_sets.size()), "no such set");
        break;
      case Op::text_test:
        require(is_below(immediate, program_.patterns.size()), "no such pattern");
        break;
      case Op::text_function:
        check_function(immediate & 255, {Shape::text_to_text, Shape::text_with_text_to_text});
        if (is_below(immediate & 255, lang::function_rows.size()) &&
            lang::function_rows[static_cast<std::size_t>(immediate & 255)].shape == Shape::text_with_text_to_text) {
          require(is_below(immediate >> 8, program_.texts.size()), "no such text");
        }
        break;
      case Op::text_to_integer:
        check_function(immediate, {Shape::text_to_int});
        break;
      case Op::select: {
        require(immediate >= 0 && immediate <= 2, "no such way to choose");
        const Physical physical = physical_of(inst.type.kind);
        require(immediate == 0 || physical == Physical::integer || physical == Physical::code,
                "has no smaller and larger");
        break;
      }
      case Op::missing:
      case Op::as_of_instant:
      case Op::as_of_day:
      case Op::not_:
      case Op::and_:
      case Op::or_:
      case Op::is_known:
      case Op::truth_between:
      case Op::date_of_instant:
      case Op::instant_of_date:
      case Op::text_equal:
      case Op::default_to:
      case Op::first_yes:
        break;
    }
  }

  // A value that is computed from one with a fault may have it too; engines keep faults only where they are told.
  void check_faults(const Inst& inst) {
    const auto operands = program_.operands_of(inst);
    bool inherits = false;
    for (const ValueId operand : operands) inherits = inherits || program_.insts[operand].may_fault;
    if (inst.op == Op::is_known) inherits = false;
    if (inst.op == Op::default_to) inherits = program_.insts[operands[1]].may_fault;
    require(inst.may_fault || !inherits, "its operand may fault, and it does not say so");
  }

  void check_value(std::string_view output, ValueId id, Physical physical) {
    if (!exists(id)) {
      complain_output(output, "has a value that does not exist");
    } else if (physical_of(type_of(id).kind) != physical) {
      complain_output(output, fmt::format("%{} is of kind {}, not {}", id.index,
                                          letter_of(physical_of(type_of(id).kind)), letter_of(physical)));
    }
  }
  // A `first_yes` whose answers all have a name.
  void check_first_yes(std::string_view output, ValueId id, std::size_t names) {
    check_value(output, id, Physical::code);
    if (!exists(id)) return;
    const Inst& inst = program_.insts[id];
    if (inst.op == Op::first_yes && inst.operand_count > names) complain_output(output, "an answer has no name");
  }

  void check_score(const ScoreOutput& score) {
    check_value(score.name, score.value, Physical::integer);
    check_value(score.name, score.lowest, Physical::integer);
    check_value(score.name, score.highest, Physical::integer);
    for (const RuleOutput& rule : score.rules) {
      check_value(rule.label, rule.value, Physical::integer);
      check_value(rule.label, rule.earned, Physical::integer);
    }
    for (const LedgerLine& line : score.ledger) {
      check_value(line.label, line.after, Physical::integer);
      if (!line.before.is_none()) check_value(line.label, line.before, Physical::integer);
    }
  }

  void check_outputs() {
    const Outputs& outputs = program_.outputs;
    for (const IgnoreOutput& ignore : outputs.ignores) check_value("ignore", ignore.condition, Physical::boolean);
    for (const QualifierOutput& qualifier : outputs.qualifiers) {
      check_value(qualifier.name, qualifier.condition, Physical::boolean);
    }
    for (const ScoreOutput& score : outputs.scores) check_score(score);
    for (const GradeOutput& grade : outputs.grades) check_value(grade.name, grade.value, Physical::code);
    if (outputs.lifecycle) {
      for (const StageOutput& stage : outputs.lifecycle->stages) check_value(stage.name, stage.held, Physical::boolean);
      if (outputs.lifecycle->disqualified) {
        check_value("disqualified", *outputs.lifecycle->disqualified, Physical::boolean);
      }
      if (outputs.lifecycle->not_yet) check_value("not yet", *outputs.lifecycle->not_yet, Physical::boolean);
      check_first_yes("lifecycle", outputs.lifecycle->reported, outputs.lifecycle->reported_names.size());
    }
    if (outputs.route) {
      for (const RouteRowOutput& row : outputs.route->rows) {
        check_value(row.destination, row.condition, Physical::boolean);
      }
      check_first_yes("route", outputs.route->taken, outputs.route->rows.size());
    }
    for (const FaultRoot& root : program_.fault_roots) {
      if (!exists(root.value)) complain_output(root.label, "has a value that does not exist");
    }
  }

  const Program& program_;
  ValueId at_{0};
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> verify(const Program& program) { return Verifier(program).run(); }

}  // namespace muster::compiler
