#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

#include "compiler/ir/cost.h"
#include "compiler/ir/program.h"

namespace muster::compiler {
namespace {

constexpr std::array<std::string_view, 8> compare_words = {"=", "!=", "<", "<=", ">", ">=", "?", "?"};
constexpr std::array<std::string_view, 4> rounding_words = {"half even", "half up", "up", "down"};
constexpr std::array<std::string_view, 3> undecided_words = {"agree", "smaller", "larger"};
constexpr std::array<std::string_view, 5> unit_words = {"day", "week", "month", "quarter", "year"};
constexpr std::array<std::string_view, 8> weekday_words = {"?",        "monday", "tuesday",  "wednesday",
                                                           "thursday", "friday", "saturday", "sunday"};

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
    for (std::uint32_t index = 1; index < program_.spaces.size(); ++index) print_space(SpaceId{index});
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

  [[nodiscard]] const ObjectSchema* object_of(SpaceId space) const {
    if (space.index >= program_.spaces.size()) return nullptr;
    const std::uint32_t object = program_.spaces[space].object;
    return object < program_.schema.objects.size() ? &program_.schema.objects[object] : nullptr;
  }
  [[nodiscard]] std::string field_name(const Inst& inst) const {
    const ObjectSchema* const object = object_of(inst.space);
    const auto index = static_cast<std::size_t>(inst.immediate);
    if (object == nullptr || index >= program_.spaces[inst.space].columns.size()) return "?";
    const std::uint32_t field = program_.spaces[inst.space].columns[index];
    return field < object->fields.size() ? object->fields[field].name : "?";
  }
  // The relations on the way from the root: Activity, company.Contact.
  [[nodiscard]] std::string space_name(SpaceId id) const { return compiler::space_name(program_, id); }
  void print_space(SpaceId id) {
    const Space& space = program_.spaces[id];
    const ObjectSchema* const object = object_of(id);
    write("space {} = {} {}", space_name(id), space.link == Link::many ? "many" : "one",
          object != nullptr ? object->name : "?");
    if (space.match) write(", match %{}", space.match->index);
    write("\n");
  }

  static std::string calendar_name(const lang::Calendar& calendar) {
    const auto unit = static_cast<std::size_t>(calendar.unit);
    if (unit >= unit_words.size()) return "?";
    if (calendar.unit != lang::CalendarUnit::week) return std::string(unit_words[unit]);
    return fmt::format("week from {}", weekday_words[calendar.week_starts & 7U]);
  }
  void write_window(std::int64_t index) {
    if (static_cast<std::size_t>(index) >= program_.windows.size()) return;
    const WindowEdge& edge = program_.windows[static_cast<std::size_t>(index)];
    switch (edge.kind) {
      case EdgeKind::duration:
        if (edge.of_days) {
          write(" {} days", edge.amount);
        } else {
          write(" {}", kernels::format_duration(edge.amount));
        }
        break;
      case EdgeKind::months:
        write(" {} months", edge.amount);
        break;
      case EdgeKind::calendar:
        write(" {} x {}", edge.amount, calendar_name(edge.unit));
        break;
    }
  }
  void write_fade(std::int64_t index) {
    if (static_cast<std::size_t>(index) >= program_.fades.size()) return;
    const FadeRule& rule = program_.fades[static_cast<std::size_t>(index)];
    const std::string interval = kernels::format_duration(rule.interval);
    switch (rule.kind) {
      case lang::FadeKind::halving:
        write(", halving every {}", interval);
        break;
      case lang::FadeKind::to_zero:
        write(", to zero over {}", interval);
        break;
      case lang::FadeKind::percent:
        write(", times {} every {}", kernels::format_decimal(rule.left_mantissa, 9), interval);
        break;
      case lang::FadeKind::never:
        write(", never");
        break;
    }
    if (rule.whole_days) write(", by whole days");
    if (rule.of_days) write(", of a day");
    if (rule.digits != 4 || rule.mode != lang::RoundingMode::half_even) {
      write(", rounded {} to {} digits", rounding_words[static_cast<std::size_t>(rule.mode)], rule.digits);
    }
  }
  void write_rates(std::int64_t index) {
    if (static_cast<std::size_t>(index) >= program_.rates.size()) return;
    const RateTable& table = program_.rates[static_cast<std::size_t>(index)];
    const auto code = [](std::uint16_t row) {
      return row < lang::currency_rows.size() ? lang::currency_rows[row].code : "?";
    };
    write(", {} to {}", code(table.from), code(table.to));
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
    std::string_view name = row_of(inst.op).name;
    if (name.ends_with('_')) name.remove_suffix(1);
    write("%{} = {}", id.index, name);
    print_operands(inst);
    write(" : {}", type_name(inst.type));
    if (!inst.space.is_none() && inst.space.index != root_space) write(" @{}", space_name(inst.space));
    write("{}\n", inst.may_fault ? ", may fault" : "");
  }

  void print_operands(const Inst& inst) {
    const std::int64_t immediate = inst.immediate;
    switch (inst.op) {
      case Op::column:
        write(" {} {}", immediate, field_name(inst));
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
        write(" {}", function_name(immediate & 255));
        write_two(inst, immediate >> 8 & 31, immediate >> 16 & 31);
        break;
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
      case Op::window_edge:
        write_window(immediate);
        break;
      case Op::calendar_number:
        write_operands(inst);
        write(", {}", calendar_name({.unit = static_cast<lang::CalendarUnit>(immediate & 7),
                                     .week_starts = static_cast<std::uint8_t>(immediate >> 3 & 7)}));
        break;
      case Op::fade:
        write_operands(inst);
        write_fade(immediate);
        break;
      case Op::convert_money:
        write_operands(inst);
        write_rates(immediate);
        break;
      case Op::is_given:
        write(" {}", space_name(SpaceId{static_cast<std::uint32_t>(immediate)}));
        break;
      case Op::is_linked:
        write(" {}", space_name(inst.from));
        break;
      case Op::from_one:
      case Op::any_rows:
      case Op::count_rows:
      case Op::sum_rows:
      case Op::smallest_row:
      case Op::largest_row:
      case Op::count_distinct:
        write_operands(inst);
        write(" of {}", space_name(inst.from));
        break;
      case Op::first_row:
      case Op::last_row:
        write_operands(inst);
        write(" of {}{}", space_name(inst.from), immediate != 0 ? " without keys" : "");
        break;
      case Op::most_days:
        write_operands(inst);
        write(" of {}", space_name(inst.from));
        if (immediate != 0) write(" within {} days", immediate);
        break;
      case Op::keep_latest:
      case Op::keep_first:
        write(" {} of", immediate);
        write_operands(inst);
        break;
      case Op::to_rows:
      case Op::keep_distinct:
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

  void print_framework(const FrameworkOutput& framework) {
    write("framework {} = %{}", framework.name, framework.met.index);
    if (framework.qualified) write(", qualified %{}", framework.qualified->index);
    write("\n");
    for (const LetterOutput& letter : framework.letters) {
      write("  letter {} = %{}, half %{}, reached %{}\n", letter.name, letter.met.index, letter.half.index,
            letter.reached.index);
    }
  }

  void print_lifecycle(const LifecycleOutput& lifecycle) {
    for (const StageOutput& stage : lifecycle.stages) {
      write("stage {} = %{}", stage.name, stage.held.index);
      if (stage.beside) write(", beside");
      // Without a stage that is remembered nobody can say what a lead becomes.
      if (lifecycle.previous && !stage.becomes.is_none()) write(", becomes %{}", stage.becomes.index);
      if (stage.skipped) write(", skipped %{}", stage.skipped->index);
      write("\n");
    }
    if (lifecycle.disqualified) write("disqualified = %{}\n", lifecycle.disqualified->index);
    if (lifecycle.not_yet) write("not yet = %{}\n", lifecycle.not_yet->index);
    if (lifecycle.recycled) write("recycled = %{}\n", lifecycle.recycled->index);
    if (lifecycle.previous) write("remembered = %{}\n", lifecycle.previous->index);
    if (lifecycle.manual) {
      write("override = %{}, reason %{}\n", lifecycle.manual->stage.index, lifecycle.manual->reason.index);
    }
    write("lifecycle = %{}\n", lifecycle.reported.index);
    for (const auto& issue : lifecycle.issues) write("issue {} = %{}\n", quoted(issue.where), issue.condition.index);
  }

  void print_outputs() {
    const Outputs& outputs = program_.outputs;
    for (const IgnoreOutput& ignore : outputs.ignores) {
      write("ignore {} = %{}\n", quoted(ignore.because), ignore.condition.index);
    }
    for (const RowIgnoreOutput& ignore : outputs.row_ignores) {
      write("ignore {} {} = %{}\n", ignore.object, quoted(ignore.because), ignore.count.index);
    }
    for (const QualifierOutput& qualifier : outputs.qualifiers) {
      write("{} {} = %{}\n", qualifier.kind, qualifier.name, qualifier.condition.index);
    }
    for (const ScoreOutput& score : outputs.scores) print_score(score);
    for (const GradeOutput& grade : outputs.grades) write("grade {} = %{}\n", grade.name, grade.value.index);
    for (const FrameworkOutput& framework : outputs.frameworks) print_framework(framework);
    if (outputs.lifecycle) print_lifecycle(*outputs.lifecycle);
    if (outputs.route) {
      for (const RouteRowOutput& row : outputs.route->rows) {
        write("route to {} = %{}\n", quoted(row.destination), row.condition.index);
      }
      write("route = %{}\n", outputs.route->taken.index);
    }
    for (const ValueOutput& output : outputs.values) write("output {} = %{}\n", output.name, output.value.index);
    for (const GuaranteeOutput& guarantee : outputs.guarantees)
      write("guarantee {} broken = %{}\n", quoted(guarantee.title), guarantee.broken.index);
    for (const auto& issue : outputs.issues) write("issue {} = %{}\n", quoted(issue.where), issue.condition.index);
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
