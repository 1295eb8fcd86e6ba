#include "runtime/search/pools.h"

#include <algorithm>
#include <optional>

#include "lang/source/unicode.h"
#include "runtime/interpret/step.h"
#include "runtime/search/sample.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime::search {

using compiler::Inst;
using compiler::Kind;
using compiler::Op;
using compiler::Program;
using compiler::ValueId;

namespace {

constexpr std::size_t most_sources = 8;     // fields that one value is followed back to
constexpr std::size_t most_values = 200;    // of one pool
constexpr std::uint32_t rows_limit = 20;    // a policy may count to more; the search does not
constexpr std::int64_t far_days = 100'000;  // no moment is so small: a number of days

using FieldKey = std::pair<std::uint32_t, std::uint32_t>;

class Harvest {
 public:
  Harvest(const Program& program, AsOf as_of) : program_(program), as_of_(as_of) {}

  Pools run() {
    sources_.resize(program_.insts.size());
    for (std::uint32_t index = 0; index < program_.insts.size(); ++index) {
      const ValueId id{index};
      const Inst& inst = program_.insts[id];
      follow(id, inst);
      compare(inst);
    }
    for (auto& [key, pool] : pools_.fields) finish(pool);
    return std::move(pools_);
  }

 private:
  // Which fields a value comes from, as long as it is still much like them.
  void follow(ValueId id, const Inst& inst) {
    std::vector<FieldKey>& own = sources_[id.index];
    if (inst.op == Op::column) {
      const compiler::Space& space = program_.spaces[inst.space];
      const std::uint32_t field = space.columns[static_cast<std::size_t>(inst.immediate)];
      own.emplace_back(space.object, first_of_name(program_.schema.objects[space.object], field));
      return;
    }
    if (compiler::physical_of(inst.type.kind) == compiler::Physical::boolean) return;
    for (const ValueId operand : program_.operands_of(inst)) {
      for (const FieldKey& key : sources_[operand.index]) {
        if (own.size() < most_sources && std::find(own.begin(), own.end(), key) == own.end()) own.push_back(key);
      }
    }
  }

  void compare(const Inst& inst) {
    const auto operands = program_.operands_of(inst);
    const auto at = static_cast<std::size_t>(inst.immediate);
    switch (inst.op) {
      case Op::compare: {
        const auto code = static_cast<std::uint64_t>(inst.immediate);
        meet(operands[0], operands[1], code >> 16U & 31U, code >> 8U & 31U);
        meet(operands[1], operands[0], code >> 8U & 31U, code >> 16U & 31U);
        break;
      }
      case Op::compare_code:
        meet(operands[0], operands[1], 0, 0);
        meet(operands[1], operands[0], 0, 0);
        break;
      case Op::in_numbers:
      case Op::in_codes:
        for (const std::int64_t number : program_.number_sets[at]) meet_number(operands[0], number);
        break;
      case Op::in_texts:
        for (const std::string& text : program_.text_sets[at]) add_text(operands[0], text);
        break;
      case Op::text_equal:
        for (const std::size_t side : {0U, 1U}) {
          const Inst& other = program_.insts[operands[1 - side]];
          if (other.op == Op::constant)
            add_text(operands[side], program_.texts[static_cast<std::size_t>(other.immediate)]);
        }
        break;
      case Op::text_test:
        add_patterns(operands[0], program_.patterns[at]);
        break;
      case Op::text_function: {
        const auto function = static_cast<lang::FunctionId>(inst.immediate & 255);
        if (function != lang::FunctionId::text_before && function != lang::FunctionId::text_after) break;
        const std::string& separator = program_.texts[static_cast<std::size_t>(inst.immediate >> 8)];
        for (const FieldKey& key : sources_[operands[0].index]) pools_.fields[key].separators.push_back(separator);
        break;
      }
      case Op::whole_steps:
        for (const std::int64_t steps : {1, 2, 3, 10}) {
          const auto product = kernels::multiply(inst.immediate, steps, 0);
          if (product.fault == kernels::Fault::none) add_number(operands[0], product.value);
        }
        break;
      default:
        break;  // compares with nothing fixed
    }
  }

  // `value` is compared with `other`, each raised by so many digits.
  void meet(ValueId value, ValueId other, std::uint64_t other_raise, std::uint64_t value_raise) {
    const Inst& fixed = program_.insts[other];
    std::optional<std::int64_t> number;
    if (fixed.op == Op::constant) number = fixed.immediate;
    if (fixed.op == Op::window_edge)
      number = interpret::edge_of(program_.windows[static_cast<std::size_t>(fixed.immediate)], as_of_, program_.zone);
    if (fixed.op == Op::as_of_instant) number = as_of_.instant;
    if (fixed.op == Op::as_of_day) number = as_of_.day;
    if (!number) return;
    for (; other_raise > value_raise; ++value_raise) {
      const auto raised = kernels::multiply(*number, 10, 0);
      if (raised.fault != kernels::Fault::none) return;
      number = raised.value;
    }
    for (; value_raise > other_raise; ++other_raise) *number /= 10;
    meet_number(value, *number);
  }

  void meet_number(ValueId value, std::int64_t number) {
    add_number(value, number);
    // A count, or what may be made of one: a choice between a count and nothing, where its file may not be given.
    const Op op = program_.insts[value].op;
    if (op == Op::count_rows || op == Op::count_distinct || op == Op::most_days || op == Op::sum || op == Op::select) {
      const std::int64_t most = std::clamp<std::int64_t>(number, -1, rows_limit - 1) + 1;
      pools_.most_rows = std::max(pools_.most_rows, static_cast<std::uint32_t>(most));
    }
  }

  void add_number(ValueId value, std::int64_t number) {
    for (const FieldKey& key : sources_[value.index]) {
      const Kind kind = program_.schema.objects[key.first].fields[key.second].type.kind;
      std::int64_t own = number;
      const bool is_day = own > -far_days && own < far_days;
      if (kind == Kind::datetime && is_day) own = program_.zone.instant_from_local(static_cast<std::int32_t>(own), 0);
      if (kind == Kind::date && !is_day) own = program_.zone.local_day(own);
      std::vector<std::int64_t>& numbers = pools_.fields[key].numbers;
      if (numbers.size() < most_values) numbers.push_back(own);
    }
  }

  void add_text(ValueId value, std::string_view text) {
    if (lang::trim(text).empty()) return;
    for (const FieldKey& key : sources_[value.index]) {
      std::vector<std::string>& texts = pools_.fields[key].texts;
      if (texts.size() < most_values) texts.emplace_back(lang::trim(text));
    }
  }

  // Texts that match, and such that only hold the letters.
  void add_patterns(ValueId value, const kernels::TextPattern& test) {
    for (const std::string& pattern : test.patterns()) {
      switch (test.op()) {
        case lang::TextOp::matches: {
          std::string text;
          for (const char letter : pattern)
            text += letter == '*' ? std::string("ab") : letter == '?' ? "a" : std::string(1, letter);
          add_text(value, text);
          break;
        }
        case lang::TextOp::matches_regex: {  // its letters; a real match is left to luck
          std::string text;
          for (const char letter : pattern) {
            if (std::string_view("^$\\[]().*+?{}|").find(letter) == std::string_view::npos) text += letter;
          }
          add_text(value, text);
          break;
        }
        default:
          add_text(value, pattern);
          add_text(value, "x" + pattern);
          add_text(value, pattern + "x");
          add_text(value, "Senior " + pattern + " team");
          break;
      }
    }
  }

  static void finish(Pool& pool) {
    std::sort(pool.numbers.begin(), pool.numbers.end());
    pool.numbers.erase(std::unique(pool.numbers.begin(), pool.numbers.end()), pool.numbers.end());
    const std::size_t plain = pool.texts.size();
    for (const std::string& separator : pool.separators) {
      for (std::size_t i = 0; i < plain; ++i) {
        if (pool.texts[i].find(separator) != std::string::npos) continue;
        pool.texts.push_back("ann" + separator + pool.texts[i]);
        pool.texts.push_back(pool.texts[i] + separator + "firm");
      }
      pool.texts.push_back("ann" + separator + "firm.example");
    }
    std::sort(pool.texts.begin(), pool.texts.end());
    pool.texts.erase(std::unique(pool.texts.begin(), pool.texts.end()), pool.texts.end());
  }

  const Program& program_;
  AsOf as_of_;
  std::vector<std::vector<FieldKey>> sources_;  // by value
  Pools pools_;
};

}  // namespace

const Pool& Pools::of(std::uint32_t object, std::uint32_t field) const {
  static const Pool none;
  const auto found = fields.find({object, field});
  return found == fields.end() ? none : found->second;
}

Pools pools_of(const Program& program, AsOf as_of) { return Harvest(program, as_of).run(); }

}  // namespace muster::runtime::search
