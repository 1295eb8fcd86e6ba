#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "compiler/ir/facts.h"
#include "compiler/ir/outputs.h"
#include "compiler/ir/program.h"

namespace muster::compiler {
namespace {

constexpr std::int64_t most_raise = 18;                     // digits that kernels raise a 64-bit number by
constexpr std::int64_t most_dropped = 38;                   // digits that a 128-bit product has
constexpr std::int64_t most_code = std::int64_t{1} << 24U;  // engines hold a bit per code of a set
constexpr std::int64_t most_compare_op = 5;
constexpr std::int64_t most_rounding_mode = 3;
constexpr std::int64_t whole_share = 1'000'000'000;  // 9 digits

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
    check_spaces();
    for (std::uint32_t index = 0; index < program_.insts.size(); ++index) {
      at_ = ValueId{index};
      check_inst(program_.insts[at_]);
    }
    check_outputs();
    if (!program_.ranges.empty() && program_.ranges.size() != program_.insts.size())
      complain_output("ranges", "are not one for each instruction");
    return std::move(problems_);
  }

 private:
  void complain(std::string_view what) {
    problems_.push_back(fmt::format("%{} {}: {}", at_.index, row_of(program_.insts[at_].op).name, what));
  }
  void complain_output(std::string_view output, std::string_view what) {
    problems_.push_back(fmt::format("{}: {}", output, what));
  }
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
    for (const WindowEdge& edge : program_.windows) {
      const bool is_sound =
          edge.kind == EdgeKind::calendar ? edge.amount >= 1 && is_calendar(edge.unit) : edge.amount >= 0;
      if (!is_sound) complain_output("window", "has no such edge");
    }
    for (const FadeRule& rule : program_.fades) {
      if (rule.kind != lang::FadeKind::never && rule.interval <= 0) complain_output("fade", "has no interval");
      if (rule.left_mantissa < 0 || rule.left_mantissa > whole_share) {
        complain_output("fade", "leaves less than nothing or more than all");
      }
    }
    for (const RateTable& table : program_.rates) {
      const bool are_currencies = table.from < lang::currency_rows.size() && table.to < lang::currency_rows.size();
      if (!are_currencies) complain_output("rates", "are between currencies that do not exist");
      for (std::size_t k = 0; k < table.rates.size(); ++k) {
        if (table.rates[k].mantissa <= 0) complain_output("rates", "are not above zero");
        if (k > 0 && table.rates[k - 1].day >= table.rates[k].day) complain_output("rates", "do not rise by day");
      }
    }
  }
  static bool is_calendar(const lang::Calendar& calendar) {
    return calendar.unit <= lang::CalendarUnit::year &&
           (calendar.unit != lang::CalendarUnit::week || (calendar.week_starts >= 1 && calendar.week_starts <= 7));
  }

  [[nodiscard]] const ObjectSchema* object_of(const Space& space) const {
    return space.object < program_.schema.objects.size() ? &program_.schema.objects[space.object] : nullptr;
  }
  // The space, or nothing where there is none: whoever asks has told, or tells.
  [[nodiscard]] const Space* space_at(SpaceId id) const {
    return id.index < program_.spaces.size() ? &program_.spaces[id] : nullptr;
  }
  [[nodiscard]] bool is_in(ValueId value, SpaceId space) const { return program_.insts[value].space == space; }
  // The same for all rows, or of that space.
  [[nodiscard]] bool may_be_in(ValueId value, SpaceId space) const {
    return program_.insts[value].space.is_none() || is_in(value, space);
  }

  void check_spaces() {
    if (program_.spaces.size() == 0) complain_output("spaces", "there is none");
    for (std::uint32_t index = 0; index < program_.spaces.size(); ++index) {
      const Space& space = program_.spaces[SpaceId{index}];
      const std::string name = fmt::format("space {}", index);
      const bool is_root = index == root_space;
      if ((space.link == Link::root) != is_root || space.parent.index > index ||
          (space.parent.index == index) != is_root) {
        complain_output(name, "does not stand behind its parent");
        continue;
      }
      const ObjectSchema* const object = object_of(space);
      if (object == nullptr) {
        complain_output(name, "is of an object that does not exist");
        continue;
      }
      for (const std::uint32_t field : space.columns) {
        if (field >= object->fields.size()) complain_output(name, "names a field that does not exist");
      }
      if (!is_root) check_link(space, name);
    }
  }
  void check_link(const Space& space, const std::string& name) {
    const ObjectSchema* const parent = object_of(program_.spaces[space.parent]);
    if (parent == nullptr) return;  // told already
    if (space.relation >= parent->relations.size()) {
      complain_output(name, "is of a relation that does not exist");
      return;
    }
    const RelationSchema& relation = parent->relations[space.relation];
    if (relation.many != (space.link == Link::many) || relation.object != space.object) {
      complain_output(name, "is linked otherwise than its relation says");
    }
    if (!space.match) return;
    if (space.link != Link::one || !relation.match_field) {
      complain_output(name, "has a match that it does not look for");
    } else if (!exists(*space.match) || physical_of(type_of(*space.match).kind) != Physical::text ||
               !may_be_in(*space.match, space.parent)) {
      complain_output(name, "its match is no text of its parent");
    }
  }

  void check_inst(const Inst& inst) {
    if (static_cast<std::size_t>(inst.op) >= inst_rows.size()) {
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
    if (!check_kinds(inst) || !check_place(inst)) return;
    check_immediate(inst);
    check_faults(inst);
  }

  bool check_kinds(const Inst& inst) {
    const InstRow& signature = row_of(inst.op);
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
      for (std::size_t k = 0; k < operands.size(); ++k) {
        require(expected[k] != 'v' || type_of(operands[k]) == inst.type, "its operands differ in type");
      }
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

  // Whether the spaces of the result and of the operands are what the operation wants.
  bool check_place(const Inst& inst) {
    const auto operands_in = [&](SpaceId space) {
      for (const ValueId operand : program_.operands_of(inst)) {
        if (!may_be_in(operand, space)) {
          complain(fmt::format("operand %{} is of another space", operand.index));
          return false;
        }
      }
      return true;
    };
    const auto refuse = [&](std::string_view what) {
      complain(what);
      return false;
    };
    const Space* const space = space_at(inst.space);
    const Space* const from = space_at(inst.from);
    switch (reach_of(inst.op)) {
      case InstReach::scalar:
        return inst.space.is_none() && inst.from.is_none() ? true : refuse("is the same for all rows");
      case InstReach::rows:
        if (space == nullptr || !inst.from.is_none()) return refuse("has no space of its own");
        return operands_in(inst.space);
      case InstReach::fold:
        if (from == nullptr || from->link != Link::many || from->parent != inst.space) {
          return refuse("does not fold child rows of its space");
        }
        return operands_in(inst.from);
      case InstReach::to_rows:
        if (space == nullptr || space->link != Link::many || space->parent != inst.from) {
          return refuse("does not go to child rows of the operand's space");
        }
        return operands_in(inst.from);
      case InstReach::from_one:
        if (from == nullptr || from->link != Link::one || from->parent != inst.space) {
          return refuse("does not read a row that its space refers to");
        }
        // So that no link is found by what it finds.
        if (from->match && from->match->index >= at_.index) return refuse("comes before the match of its link");
        return operands_in(inst.from);
    }
    return false;
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
    const Space& space = program_.spaces[inst.space];
    if (!is_below(inst.immediate, space.columns.size())) {
      complain("no such column");
      return;
    }
    const std::uint32_t field = space.columns[static_cast<std::size_t>(inst.immediate)];
    const ObjectSchema* const object = object_of(space);
    if (object == nullptr || field >= object->fields.size()) return;  // told already
    require(object->fields[field].type == inst.type, "the field has another type");
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
        check_function(immediate & 255, {Shape::numbers_to_same});
        require(is_raise(immediate >> 8 & 31) && is_raise(immediate >> 16 & 31) && (immediate & ~0x1F1FFFLL) == 0,
                "raises too far");
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
      case Op::window_edge:
        if (!is_below(immediate, program_.windows.size())) {
          complain("no such window");
        } else {
          const bool of_days = program_.windows[static_cast<std::size_t>(immediate)].of_days;
          require(inst.type.kind == (of_days ? Kind::date : Kind::datetime), "the window is of the other kind of time");
        }
        break;
      case Op::calendar_number:
        require(immediate >= 0 && immediate <= 0x3F &&
                    is_calendar({.unit = static_cast<lang::CalendarUnit>(immediate & 7),
                                 .week_starts = static_cast<std::uint8_t>(immediate >> 3 & 7)}),
                "no such unit");
        break;
      case Op::fade:
        require(is_below(immediate, program_.fades.size()), "no such fade");
        break;
      case Op::convert_money:
        require(is_below(immediate, program_.rates.size()), "no such rates");
        break;
      case Op::is_given:
        require(is_below(immediate, program_.spaces.size()), "no such space");
        break;
      case Op::is_linked:
        require(immediate == static_cast<std::int64_t>(inst.from.index), "is not about the space that it reads");
        break;
      case Op::first_row:
      case Op::last_row:
        require(immediate == 0 || immediate == 1, "has keys or has none");
        break;
      case Op::most_days:
        require(immediate >= 0, "counts below zero");
        break;
      case Op::keep_latest:
      case Op::keep_first:
        require(immediate > 0, "keeps none");
        [[fallthrough]];
      case Op::keep_distinct:
        require(program_.spaces[inst.space].link == Link::many, "its rows have no order");
        break;
      case Op::from_one:
      case Op::to_rows:
      case Op::any_rows:
      case Op::count_rows:
      case Op::sum_rows:
      case Op::smallest_row:
      case Op::largest_row:
      case Op::count_distinct:
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
    for (std::size_t k = 0; k < operands.size(); ++k) {
      inherits = inherits || (program_.insts[operands[k]].may_fault && passes_fault(inst.op, k, operands.size()));
    }
    require(inst.may_fault || !inherits, "its operand may fault, and it does not say so");
  }

  void check_value(std::string_view output, ValueId id, std::optional<Physical> physical) {
    if (!exists(id)) {
      complain_output(output, "has a value that does not exist");
      return;
    }
    const Physical found = physical_of(type_of(id).kind);
    if (physical && found != *physical) {
      complain_output(output,
                      fmt::format("%{} is of kind {}, not {}", id.index, letter_of(found), letter_of(*physical)));
    }
    if (!may_be_in(id, SpaceId{root_space})) complain_output(output, fmt::format("%{} is not of leads", id.index));
  }
  // A `first_yes` whose answers all have a name.
  void check_names(std::string_view output, ValueId id, std::size_t names) {
    if (!exists(id)) return;
    const Inst& inst = program_.insts[id];
    if (inst.op == Op::first_yes && inst.operand_count > names) complain_output(output, "an answer has no name");
  }

  void check_outputs() {
    for_each_output(program_, [this](ValueId id, std::string_view name, std::optional<Physical> physical) {
      check_value(name, id, physical);
    });
    const Outputs& outputs = program_.outputs;
    if (outputs.lifecycle) {
      check_names("lifecycle", outputs.lifecycle->reported, outputs.lifecycle->reported_names.size());
    }
    if (outputs.route) check_names("route", outputs.route->taken, outputs.route->rows.size());
  }

  const Program& program_;
  ValueId at_{0};
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> verify(const Program& program) { return Verifier(program).run(); }

}  // namespace muster::compiler
