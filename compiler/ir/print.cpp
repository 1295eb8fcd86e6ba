#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

#include "compiler/ir/program.h"

namespace muster::compiler {
namespace {

constexpr auto op_names = std::to_array<std::string_view>({
#define MUSTER_INST(name, result, operands, doc) #name,
#include "compiler/ir/inst.def"
#undef MUSTER_INST
});
constexpr std::array<std::string_view, 8> compare_words = {"=", "!=", "<", "<=", ">", ">=", "?", "?"};
constexpr std::array<std::string_view, 4> rounding_words = {"half even", "half up", "up", "down"};
constexpr std::array<std::string_view, 3> undecided_words = {"agree", "smaller", "larger"};

// Quotes and controls escaped, so that a line stays a line.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

class Printer {
 public:
  explicit Printer(const Program& program) : program_(program) {}

  std::string run() {
    for (std::uint32_t index = 0; index < program_.insts.size(); ++index) print_inst(ValueId{index});
    print_outputs();
    return std::move(out_);
  }

 private:
  template <class... Args>
  void write(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  [[nodiscard]] std::string type_name(const Type& type) const {
    const auto named = [](std::string_view kind, const std::string* name, std::uint32_t index) {
      return name != nullptr ? fmt::format("{} {}", kind, *name) : fmt::format("{} {}", kind, index);
    };
    switch (type.kind) {
      case Kind::poison:
        return "poison";
      case Kind::boolean:
        return "bool";
      case Kind::integer:
        return "int";
      case Kind::decimal:
        return fmt::format("decimal({})", type.digits);
      case Kind::percent:
        return fmt::format("percent({})", type.digits);
      case Kind::money:
        return fmt::format("money({}, {})",
                           type.currency < lang::currency_rows.size() ? lang::currency_rows[type.currency].code : "?",
                           type.digits);
      case Kind::date:
        return "date";
      case Kind::datetime:
        return "datetime";
      case Kind::duration:
        return "duration";
      case Kind::text:
        return "text";
      case Kind::picklist:
        return named(
            "picklist",
            type.index < program_.schema.picklists.size() ? &program_.schema.picklists[type.index].name : nullptr,
            type.index);
      case Kind::grade:
        return named("grade",
                     type.index < program_.outputs.grades.size() ? &program_.outputs.grades[type.index].name : nullptr,
                     type.index);
      case Kind::stage:
        return "stage";
    }
    return "?";
  }

  // The name of a code, where its kind has names.
  [[nodiscard]] std::string code_name(const Type& type, std::int64_t code) const {
    const auto index = static_cast<std::size_t>(code);
    if (type.kind == Kind::picklist && type.index < program_.schema.picklists.size()) {
      const auto& members = program_.schema.picklists[type.index].members;
      if (index < members.size()) return members[index].name;
    }
    if (type.kind == Kind::grade && type.index < program_.outputs.grades.size()) {
      const auto& labels = program_.outputs.grades[type.index].labels;
      if (index < labels.size()) return labels[index];
    }
    return fmt::format("{}", code);
  }

  [[nodiscard]] std::string constant_text(const Inst& inst) const {
    switch (physical_of(inst.type.kind)) {
      case Physical::boolean:
        return inst.immediate != 0 ? "yes" : "no";
      case Physical::code:
        return code_name(inst.type, inst.immediate);
      case Physical::text:
        return text_at(inst.immediate);
      case Physical::integer:
        switch (inst.type.kind) {
          case Kind::decimal:
          case Kind::percent:
          case Kind::money:
            return kernels::format_decimal(inst.immediate, inst.type.digits);
          case Kind::date:
            return kernels::format_date(inst.immediate);
          default:
            return fmt::format("{}", inst.immediate);
        }
    }
    return "?";
  }

  [[nodiscard]] std::string text_at(std::int64_t index) const {
    if (index < 0 || static_cast<std::size_t>(index) >= program_.texts.size()) return "?";
    return quoted(program_.texts[static_cast<std::size_t>(index)]);
  }

  [[nodiscard]] std::int64_t weight(const Inst& inst, std::size_t offset) const {
    const std::size_t index = static_cast<std::size_t>(inst.immediate) + offset;
    return index < program_.weights.size() ? program_.weights[index] : 0;
  }

  [[nodiscard]] static std::string_view function_name(std::int64_t id) {
    const auto index = static_cast<std::size_t>(id);
    return index < lang::function_rows.size() ? lang::function_rows[index].name : "?";
  }

  [[nodiscard]] std::string field_name(std::int64_t column) const {
    const auto index = static_cast<std::size_t>(column);
    if (index >= program_.columns.size()) return "?";
    const std::uint32_t field = program_.columns[index];
    return field < program_.schema.fields.size() ? program_.schema.fields[field].name : "?";
  }

  void write_number_set(const Inst& inst) {
    const auto index = static_cast<std::size_t>(inst.immediate);
    if (index >= program_.number_sets.size()) return;
    write(" {{");
    const Type& type = program_.insts[program_.operands_of(inst)[0]].type;
    const char* separator = "";
    for (const std::int64_t number : program_.number_sets[index]) {
      const std::string item = inst.op == Op::in_codes ? code_name(type, number) : fmt::format("{}", number);
      write("{}{}", std::exchange(separator, ", "), item);
    }
    write("}}");
  }

  void write_text_set(const Inst& inst) {
    const auto index = static_cast<std::size_t>(inst.immediate);
    if (index >= program_.text_sets.size()) return;
    write(" {{");
    const char* separator = "";
    for (const std::string& text : program_.text_sets[index]) {
      write("{}{}", std::exchange(separator, ", "), quoted(text));
    }
    write("}}");
  }

  // `10^k` behind an operand that is raised.
  static std::string raise(std::int64_t digits) { return digits == 0 ? "" : fmt::format(" * 10^{}", digits); }

  void write_operands(const Inst& inst) {
    const char* separator = " ";
    for (const ValueId operand : program_.operands_of(inst)) {
      write("{}%{}", std::exchange(separator, ", "), operand.index);
    }
  }
  void write_two(const Inst& inst, std::int64_t left_raise, std::int64_t right_raise) {
    const auto operands = program_.operands_of(inst);
    write(" %{}{}, %{}{}", operands[0].index, raise(left_raise), operands[1].index, raise(right_raise));
  }

  void print_inst(ValueId id) {
    const Inst& inst = program_.insts[id];
    std::string_view name = op_names[static_cast<std::size_t>(inst.op)];
    if (name.ends_with('_')) name.remove_suffix(1);
    write("%{} = {}", id.index, name);
    print_operands(inst);
    write(" : {}{}\n", type_name(inst.type), inst.may_fault ? ", may fault" : "");
  }

  void print_operands(const Inst& inst) {
    const std::int64_t immediate = inst.immediate;
    switch (inst.op) {
      case Op::column:
        write(" {} {}", immediate, field_name(immediate));
        break;
      case Op::constant:
        write(" {}", constant_text(inst));
        break;
      case Op::at_least:
        write(" {} of", immediate);
        write_operands(inst);
        break;
      case Op::sum:
      case Op::saturating_sum: {
        const char* separator = " ";
        for (std::size_t k = 0; k < inst.operand_count; ++k) {
          const std::int64_t factor = weight(inst, k);
          write("{}", std::exchange(separator, ", "));
          if (factor != 1) write("{} * ", factor);
          write("%{}", program_.operands_of(inst)[k].index);
        }
        break;
      }
      case Op::multiply:
        write_operands(inst);
        if (immediate != 0) write(" / 10^{}", immediate);
        break;
      case Op::divide:
        write_two(inst, immediate & 31, immediate >> 8 & 31);
        if (immediate >> 16 != 0)
          write(", {}", rounding_words[static_cast<std::size_t>(immediate >> 16) % rounding_words.size()]);
        break;
      case Op::remainder:
        write_two(inst, immediate & 31, immediate >> 8);
        break;
      case Op::rescale:
        write_operands(inst);
        write(" from {} to {} digits, {}", immediate & 31, immediate >> 8 & 31,
              rounding_words[static_cast<std::size_t>(immediate >> 16) % rounding_words.size()]);
        break;
      case Op::scale_by:
        write_operands(inst);
        write(" * {} / {}", weight(inst, 0), weight(inst, 1));
        break;
      case Op::whole_steps:
        write_operands(inst);
        write(" of {}", immediate);
        break;
      case Op::clamp:
        write_operands(inst);
        write(" from {} to {}", weight(inst, 0), weight(inst, 1));
        break;
      case Op::compare:
        write(" {}", compare_words[static_cast<std::size_t>(immediate & 7)]);
        write_two(inst, immediate >> 8 & 31, immediate >> 16 & 31);
        break;
      case Op::compare_code:
        write(" {}", compare_words[static_cast<std::size_t>(immediate & 7)]);
        write_operands(inst);
        break;
      case Op::number_function:
        write(" {}", function_name(immediate & 255));
        write_operands(inst);
        break;
      case Op::numbers_function:
      case Op::text_to_integer:
        write(" {}", function_name(immediate));
        write_operands(inst);
        break;
      case Op::in_numbers:
      case Op::in_codes:
        write_operands(inst);
        write_number_set(inst);
        break;
      case Op::in_texts:
        write_operands(inst);
        write_text_set(inst);
        break;
      case Op::text_test:
        write_operands(inst);
        write(" pattern {}", immediate);
        break;
      case Op::text_function:
        write(" {}", function_name(immediate & 255));
        write_operands(inst);
        if (static_cast<std::size_t>(immediate & 255) < lang::function_rows.size() &&
            lang::function_rows[static_cast<std::size_t>(immediate & 255)].shape ==
                lang::FunctionShape::text_with_text_to_text) {
          write(", {}", text_at(immediate >> 8));
        }
        break;
      case Op::select:
        write(" {}", undecided_words[static_cast<std::size_t>(immediate) % undecided_words.size()]);
        write_operands(inst);
        break;
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
        write_operands(inst);
        break;
    }
  }

  void print_score(const ScoreOutput& score) {
    write("score {} = %{} from %{} to %{}\n", score.name, score.value.index, score.lowest.index, score.highest.index);
    for (const RuleOutput& rule : score.rules) {
      write("  rule {} = %{}, earned %{}\n", quoted(rule.label), rule.value.index, rule.earned.index);
    }
    for (const LedgerLine& line : score.ledger) {
      write("  line {} = %{}", quoted(line.label), line.after.index);
      if (!line.before.is_none()) write(" - %{}", line.before.index);
      write("\n");
    }
  }

  void print_outputs() {
    const Outputs& outputs = program_.outputs;
    for (const IgnoreOutput& ignore : outputs.ignores) {
      write("ignore {} = %{}\n", quoted(ignore.because), ignore.condition.index);
    }
    for (const QualifierOutput& qualifier : outputs.qualifiers) {
      write("{} {} = %{}\n", qualifier.kind, qualifier.name, qualifier.condition.index);
    }
    for (const ScoreOutput& score : outputs.scores) print_score(score);
    for (const GradeOutput& grade : outputs.grades) write("grade {} = %{}\n", grade.name, grade.value.index);
    if (outputs.lifecycle) {
      for (const StageOutput& stage : outputs.lifecycle->stages) {
        write("stage {} = %{}\n", stage.name, stage.held.index);
      }
      if (outputs.lifecycle->disqualified) write("disqualified = %{}\n", outputs.lifecycle->disqualified->index);
      if (outputs.lifecycle->not_yet) write("not yet = %{}\n", outputs.lifecycle->not_yet->index);
      write("lifecycle = %{}\n", outputs.lifecycle->reported.index);
    }
    if (outputs.route) {
      for (const RouteRowOutput& row : outputs.route->rows) {
        write("route to {} = %{}\n", quoted(row.destination), row.condition.index);
      }
      write("route = %{}\n", outputs.route->taken.index);
    }
    for (const FaultRoot& root : program_.fault_roots) {
      write("fault {} = %{}\n", quoted(root.label), root.value.index);
    }
  }

  const Program& program_;
  std::string out_;
};

}  // namespace

std::string print(const Program& program) { return Printer(program).run(); }

}  // namespace muster::compiler
