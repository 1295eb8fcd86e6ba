// Random programs, built by ProgramBuilder and run by the interpreter, against the plain engine of naive_engine.h run
// over what the builder was asked for: so neither a rewriting of the builder, nor the reuse of registers, nor a short
// cut of a kernel may change a value, a missing one or a fault (language section 4, numbers 1, 2, 7, 8 and 9).
#include <doctest/doctest.h>

#include <random>

#include "compiler/ir/builder.h"
#include "naive_engine.h"

namespace muster::runtime {
namespace {

using compiler::Kind;
using compiler::Op;
using compiler::Physical;
using compiler::Type;
using compiler::ValueId;
using naive::Call;
using naive::Cell;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr Type boolean{.kind = Kind::boolean};
constexpr Type integer{.kind = Kind::integer};
constexpr Type code{.kind = Kind::picklist};
constexpr Type text{.kind = Kind::text};
constexpr AsOf as_of{1'767'225'600'000'000, 20'454};

class Scenario {
 public:
  explicit Scenario(std::uint64_t seed) : random_(seed), builder_(program_, lang::Limits{}) {
    if (below(4) == 0) {
      auto zone = kernels::Zone::find("America/New_York");
      REQUIRE(zone.has_value());
      program_.zone = std::move(*zone);
    }
    for (const Type type : {integer, integer, integer, boolean, boolean, boolean, code, code, text, text, text}) {
      const auto index = static_cast<std::uint32_t>(column_types_.size());
      column_types_.push_back(type);
      compiler::FieldSchema field;
      field.name = "field";
      field.type = type;
      program_.schema.fields.push_back(field);
      program_.columns.push_back(index);
      add({Op::column, type, {}, index});
    }
    compiler::PicklistSchema picklist;
    picklist.name = "Size";
    program_.schema.picklists.push_back(picklist);
    const std::size_t length = 5 + below(60);
    for (std::size_t k = 0; k < length; ++k) add_random();
    choose_outputs();
  }

  void check(const std::vector<std::size_t>& batches) {
    const auto problems = compiler::verify(program_);
    INFO(compiler::print(program_));
    for (const std::string& problem : problems) FAIL_CHECK(problem);
    REQUIRE(problems.empty());
    Interpreter interpreter(program_, as_of, Wanted{.bounds = true});
    std::vector<Column> columns;
    for (const Type type : column_types_) columns.emplace_back(compiler::physical_of(type.kind));
    for (const std::size_t rows : batches) {
      if (below(3) == 0) {
        for (Column& column : columns) column.dictionary.clear();
      }
      check_batch(interpreter, columns, rows);
    }
  }

 private:
  std::uint64_t below(std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random_);
  }
  template <class T>
  T one_of(std::initializer_list<T> items) {
    return items.begin()[below(items.size())];
  }
  std::int64_t random_number() {
    switch (below(8)) {
      case 0:
        return one_of<std::int64_t>({least, most, least + 1, most - 1, 0, 1, -1});
      case 1:
        return static_cast<std::int64_t>(random_());
      case 2:
        return static_cast<std::int64_t>(below(40'000)) - 20'000;
      case 3:
        return static_cast<std::int64_t>(below(2'000'000'000'000'000)) * one_of<std::int64_t>({1, -1});
      default:
        return static_cast<std::int64_t>(below(7)) - 3;
    }
  }
  std::string random_text() {
    return one_of<const char*>({"VP Sales", "vp sales", "Zürich", "ZÜRICH", "ann@firm.example", "@", "a@", "@b",
                                "intern", "Straße", "x", "VP  Sales", "e\xcc\x81", "\xc3\xa9"});
  }

  std::size_t add(Call call) {
    std::vector<ValueId> operands;
    for (const std::size_t operand : call.operands) operands.push_back(ids_[operand]);
    ids_.push_back(builder_.add(call.op, call.type, operands, call.immediate, {}));
    calls_.push_back(std::move(call));
    return calls_.size() - 1;
  }

  // Any value of a kind; later ones more often, so that programs grow deep.
  std::size_t pick(Physical physical) {
    for (int tries = 0; tries < 100; ++tries) {
      const std::size_t recent = below(2) == 0 ? calls_.size() : std::min<std::size_t>(calls_.size(), 12);
      const std::size_t at = calls_.size() - 1 - below(recent);
      if (compiler::physical_of(calls_[at].type.kind) == physical) return at;
    }
    for (std::size_t at = 0; at < calls_.size(); ++at) {
      if (compiler::physical_of(calls_[at].type.kind) == physical) return at;
    }
    return 0;
  }
  std::vector<std::size_t> pick_some(Physical physical, std::size_t limit) {
    std::vector<std::size_t> picked(below(limit + 1));
    for (std::size_t& operand : picked) operand = pick(physical);
    return picked;
  }
  std::int64_t raise() { return below(2) == 0 ? 0 : static_cast<std::int64_t>(below(19)); }
  std::int64_t function(std::initializer_list<lang::FunctionId> ids) { return static_cast<std::int64_t>(one_of(ids)); }

  void add_random() {
    using lang::FunctionId;
    using P = Physical;
    const auto op = static_cast<Op>(below(static_cast<std::uint64_t>(Op::first_yes) + 1));
    switch (op) {
      case Op::column:
        return;
      case Op::constant:
        add_constant();
        return;
      case Op::missing:
        add({op, one_of({boolean, integer, code, text}), {}});
        return;
      case Op::as_of_instant:
      case Op::as_of_day:
        add({op, integer, {}});
        return;
      case Op::not_:
        add({op, boolean, {pick(P::boolean)}});
        return;
      case Op::and_:
      case Op::or_:
        add({op, boolean, pick_some(P::boolean, 4)});
        return;
      case Op::at_least: {
        auto operands = pick_some(P::boolean, below(10) == 0 ? 70 : 9);
        const auto least_count = static_cast<std::int64_t>(below(operands.size() + 3));
        add({op, boolean, std::move(operands), least_count});
        return;
      }
      case Op::is_known:
        add({op, boolean, {pick(one_of({P::boolean, P::integer, P::code, P::text}))}});
        return;
      case Op::truth_between:
        add({op, boolean, {pick(P::boolean), pick(P::boolean)}});
        return;
      case Op::sum:
      case Op::saturating_sum: {
        auto operands = pick_some(P::integer, 5);
        std::vector<std::int64_t> weights(operands.size());
        for (std::int64_t& weight : weights) weight = one_of<std::int64_t>({1, 1, -1, 10'000, 0, -100, 1'000'000'000});
        add({op, integer, std::move(operands), builder_.weights(weights)});
        return;
      }
      case Op::multiply:
        add({op, integer, {pick(P::integer), pick(P::integer)}, static_cast<std::int64_t>(below(20))});
        return;
      case Op::divide:
        add({op,
             integer,
             {pick(P::integer), pick(P::integer)},
             raise() | raise() << 8 | static_cast<std::int64_t>(below(4)) << 16});
        return;
      case Op::remainder:
        add({op, integer, {pick(P::integer), pick(P::integer)}, raise() | raise() << 8});
        return;
      case Op::rescale:
        add({op, integer, {pick(P::integer)}, raise() | raise() << 8 | static_cast<std::int64_t>(below(4)) << 16});
        return;
      case Op::scale_by:
        add({op,
             integer,
             {pick(P::integer)},
             builder_.weights({random_number(), one_of<std::int64_t>({1, 2, 3, 100, 10'000, most})})});
        return;
      case Op::whole_steps:
        add({op, integer, {pick(P::integer)}, one_of<std::int64_t>({1, 2, 7, 10'000, most})});
        return;
      case Op::clamp: {
        const auto [low, high] = std::minmax({random_number(), random_number()});
        add({op, integer, {pick(P::integer)}, builder_.weights({low, high})});
        return;
      }
      case Op::compare: {
        const std::int64_t raises = below(2) == 0 ? 0 : raise() << 8 | raise() << 16;
        add({op, boolean, {pick(P::integer), pick(P::integer)}, static_cast<std::int64_t>(below(6)) | raises});
        return;
      }
      case Op::number_function:
        add({op,
             integer,
             {pick(P::integer)},
             function({FunctionId::absolute, FunctionId::floor, FunctionId::ceiling, FunctionId::year,
                       FunctionId::month, FunctionId::day_of_month, FunctionId::day_of_week}) |
                 static_cast<std::int64_t>(below(10)) << 8});
        return;
      case Op::numbers_function:
        add({op,
             integer,
             {pick(P::integer), pick(P::integer)},
             function({FunctionId::smaller_of, FunctionId::larger_of})});
        return;
      case Op::date_of_instant:
      case Op::instant_of_date:
        add({op, integer, {pick(P::integer)}});
        return;
      case Op::compare_code:
        add({op, boolean, {pick(P::code), pick(P::code)}, static_cast<std::int64_t>(below(6))});
        return;
      case Op::in_numbers: {
        std::vector<std::int64_t> set(below(2) == 0 ? below(5) : 30);
        for (std::int64_t& item : set) item = random_number();
        add({op, boolean, {pick(P::integer)}, builder_.number_set(set)});
        return;
      }
      case Op::in_codes: {
        std::vector<std::int64_t> set(below(4));
        for (std::int64_t& item : set) item = static_cast<std::int64_t>(below(below(2) == 0 ? 5 : 200));
        add({op, boolean, {pick(P::code)}, builder_.number_set(set)});
        return;
      }
      case Op::in_texts: {
        std::vector<std::string> set(below(4));
        for (std::string& item : set) item = kernels::fold_text(random_text());
        add({op, boolean, {pick(P::text)}, builder_.text_set(set)});
        return;
      }
      case Op::text_equal:
        add({op, boolean, {pick(P::text), pick(P::text)}});
        return;
      case Op::text_test:
        add({op, boolean, {pick(P::text)}, random_pattern()});
        return;
      case Op::text_function: {
        std::int64_t immediate = function({FunctionId::lower, FunctionId::upper});
        if (below(2) == 0) {
          immediate = function({FunctionId::text_before, FunctionId::text_after});
          immediate |= builder_.text(one_of<const char*>({"@", "a", " ", "zz"})) << 8;
        }
        add({op, text, {pick(P::text)}, immediate});
        return;
      }
      case Op::text_to_integer:
        add({op, integer, {pick(P::text)}, function({FunctionId::length})});
        return;
      case Op::select: {
        const Type type = one_of({boolean, integer, code, text});
        const P physical = compiler::physical_of(type.kind);
        const bool ordered = physical == P::integer || physical == P::code;
        add({op,
             type,
             {pick(P::boolean), pick(physical), pick(physical)},
             ordered ? static_cast<std::int64_t>(below(3)) : 0});
        return;
      }
      case Op::default_to: {
        const Type type = one_of({boolean, integer, code, text});
        const P physical = compiler::physical_of(type.kind);
        add({op, type, {pick(physical), pick(physical)}});
        return;
      }
      case Op::first_yes:
        add({op, code, pick_some(P::boolean, 5)});
        return;
    }
  }

  void add_constant() {
    switch (below(4)) {
      case 0:
        add({Op::constant, boolean, {}, static_cast<std::int64_t>(below(2))});
        return;
      case 1:
        add({Op::constant, integer, {}, random_number()});
        return;
      case 2:
        add({Op::constant, code, {}, static_cast<std::int64_t>(below(5))});
        return;
      default:
        add({Op::constant, text, {}, builder_.text(random_text())});
        return;
    }
  }

  std::int64_t random_pattern() {
    const auto op = one_of({lang::TextOp::contains_word, lang::TextOp::contains, lang::TextOp::starts_with,
                            lang::TextOp::ends_with, lang::TextOp::exactly});
    const std::string wanted = random_text();
    auto pattern = kernels::TextPattern::make(op, {wanted}, lang::Limits{});
    REQUIRE(pattern.has_value());
    return builder_.pattern(std::to_string(static_cast<int>(op)) + wanted, std::move(*pattern));
  }

  // Some values become outputs, so that registers of the others are free to be reused. A text has no output of its
  // own; what is made from it shows it.
  void choose_outputs() {
    for (std::size_t at = 0; at < calls_.size(); ++at) {
      if (below(3) == 0) continue;
      const ValueId id = ids_[at];
      switch (compiler::physical_of(calls_[at].type.kind)) {
        case Physical::boolean:
          program_.outputs.qualifiers.push_back({"q", "", "icp", id});
          break;
        case Physical::integer:
          if (below(2) == 0) {
            program_.outputs.scores.push_back({"s", "", id, id, id, {}, {}});
          } else {
            program_.fault_roots.push_back({id, "root"});
          }
          break;
        case Physical::code:
          program_.outputs.grades.push_back({"g", "", {"A", "B", "C"}, id});
          break;
        case Physical::text:
          continue;
      }
      outputs_.push_back(at);
    }
  }

  void fill(std::vector<Column>& columns, std::size_t rows) {
    rows_.assign(rows, std::vector<Cell>(columns.size()));
    for (std::size_t which = 0; which < columns.size(); ++which) {
      Column& column = columns[which];
      column.clear_rows();
      const std::uint64_t missing_of_ten = one_of<std::uint64_t>({0, 1, 5, 10});
      for (std::size_t row = 0; row < rows; ++row) {
        if (below(10) < missing_of_ten) continue;
        Cell& cell = rows_[row][which];
        cell.known = true;
        set_bit(column.known.data(), row);
        switch (column.physical) {
          case Physical::boolean:
            cell.number = static_cast<std::int64_t>(below(2));
            if (cell.number != 0) set_bit(column.yes.data(), row);
            break;
          case Physical::integer:
            column.integers[row] = cell.number = random_number();
            break;
          case Physical::code:
            cell.number = static_cast<std::int64_t>(below(5));
            column.codes[row] = static_cast<std::uint32_t>(cell.number);
            break;
          case Physical::text:
            cell.text = random_text();
            column.codes[row] = column.dictionary.intern(cell.text);
            break;
        }
      }
    }
  }

  void check_batch(Interpreter& interpreter, std::vector<Column>& columns, std::size_t rows) {
    fill(columns, rows);
    BatchView batch;
    batch.rows = rows;
    for (const Column& column : columns) batch.columns.push_back(column.view());
    interpreter.evaluate(batch);
    for (const std::size_t at : outputs_) REQUIRE(interpreter.has(ids_[at]));
    std::vector<Cell> cells(calls_.size());
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t at = 0; at < calls_.size(); ++at) {
        cells[at] = naive::evaluate(program_, calls_[at], cells, rows_[row], as_of);
      }
      for (const std::size_t at : outputs_) check_cell(interpreter, at, cells[at], row);
    }
  }

  void check_cell(const Interpreter& interpreter, std::size_t at, const Cell& wanted, std::size_t row) {
    const Vector found = interpreter.value(ids_[at]);
    bool same = found.is_known(row) == wanted.known;
    if (same && wanted.known) {
      if (found.physical == Physical::boolean) same = found.is_yes(row) == wanted.is_yes();
      if (found.integers != nullptr) same = found.integers[row] == wanted.number;
      if (found.codes != nullptr) same = found.codes[row] == wanted.number;
    }
    const bool overflow = found.overflow != nullptr && test_bit(found.overflow, row);
    const bool division = found.division_by_zero != nullptr && test_bit(found.division_by_zero, row);
    same = same && overflow == wanted.overflow && division == wanted.division_by_zero;
    if (same) return;
    INFO("value %", ids_[at].index, " of call ", at, " in row ", row);
    INFO("wanted known ", wanted.known, " number ", wanted.number, " overflow ", wanted.overflow, " division ",
         wanted.division_by_zero);
    INFO("found known ", found.is_known(row), " number ",
         found.integers != nullptr             ? found.integers[row]
         : found.physical == Physical::boolean ? found.is_yes(row)
                                               : -1,
         " overflow ", overflow, " division ", division);
    REQUIRE(same);
  }

  std::mt19937_64 random_;
  compiler::Program program_;
  compiler::ProgramBuilder builder_;
  std::vector<Type> column_types_;
  std::vector<Call> calls_;
  std::vector<ValueId> ids_;  // by call
  std::vector<std::size_t> outputs_;
  std::vector<std::vector<Cell>> rows_;  // by row, then column
};

TEST_CASE("random programs give what one lead at a time gives") {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    Scenario(seed).check({1, 65, 63, 64, 7});
  }
}

TEST_CASE("full batches, and the same interpreter over many of them") {
  for (std::uint64_t seed = 10'001; seed <= 10'020; ++seed) {
    CAPTURE(seed);
    Scenario(seed).check({2048, 1, 2048, 2047, 65});
  }
}

}  // namespace
}  // namespace muster::runtime
