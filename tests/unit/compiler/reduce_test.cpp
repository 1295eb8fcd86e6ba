// What reduce, share and order make of instructions. That they change no answer is held by
// tests/unit/runtime/interpret_random_test.cpp.
#include <doctest/doctest.h>

#include <limits>

#include "compiler/passes/passes.h"
#include "small_program.h"

namespace muster::compiler {
namespace {

using namespace test;

constexpr Type code{.kind = Kind::stage};
constexpr Type text{.kind = Kind::text};

struct Made : Small {
  ValueId constant(Type type, std::int64_t value) { return builder.constant(type, value, {}); }
  ValueId add(Op op, Type type, std::initializer_list<ValueId> operands, std::int64_t immediate = 0) {
    return builder.add(op, type, operands, immediate, {});
  }
  ValueId compare(ValueId left, lang::CompareOp op, ValueId right, std::int64_t raises = 0) {
    const bool of_codes = physical_of(builder.inst(left).type.kind) == Physical::code;
    return add(of_codes ? Op::compare_code : Op::compare, boolean, {left, right},
               static_cast<std::int64_t>(op) | raises);
  }
  ValueId sum(std::initializer_list<ValueId> operands, std::vector<std::int64_t> weights) {
    return builder.sum(integer, {operands.begin(), operands.size()}, std::move(weights), {});
  }
  void output(ValueId value) { program.outputs.values.push_back({"v", "", value}); }
  // The present form of output `which`.
  const Inst& out(std::size_t which = 0) const { return program.insts[program.outputs.values[which].value]; }
  const Inst& operand(const Inst& inst, std::size_t which) const {
    return program.insts[program.operands_of(inst)[which]];
  }
  void run(void (*pass)(Program&)) {
    pass(program);
    prune(program);
    for (const std::string& problem : verify(program)) FAIL_CHECK(problem);
  }
  const Inst& after(void (*pass)(Program&), ValueId value) {
    output(value);
    run(pass);
    return out();
  }
};

using lang::CompareOp;

// ---- reduce

TEST_CASE("comparisons of one value with constants become a set") {
  Made it;
  const ValueId stage = it.column(code, "stage");
  const ValueId a = it.column(boolean, "a");
  const Inst& inst = it.after(reduce, it.add(Op::or_, boolean,
                                             {it.compare(stage, CompareOp::equal, it.constant(code, 2)), a,
                                              it.compare(stage, CompareOp::equal, it.constant(code, 5))}));
  CHECK(inst.op == Op::or_);
  REQUIRE(inst.operand_count == 2);
  CHECK(it.operand(inst, 0).op == Op::in_codes);
  CHECK(it.program.number_sets == std::vector<std::vector<std::int64_t>>{{2, 5}});
}

TEST_CASE("none of some constants is not one of them") {
  Made it;
  const ValueId n = it.column(integer, "n");
  const Inst& inst = it.after(reduce, it.add(Op::and_, boolean,
                                             {it.compare(n, CompareOp::not_equal, it.constant(integer, 1)),
                                              it.compare(n, CompareOp::not_equal, it.constant(integer, 2))}));
  CHECK(inst.op == Op::not_);
  CHECK(it.operand(inst, 0).op == Op::in_numbers);
}

TEST_CASE("a product with a whole number is a sum of one term") {
  Made it;
  const ValueId n = it.column(integer, "n");
  const Inst& inst = it.after(reduce, it.add(Op::multiply, integer, {it.constant(integer, 7), n}));
  CHECK(inst.op == Op::sum);
  CHECK(it.program.weights[static_cast<std::size_t>(inst.immediate)] == 7);
}

TEST_CASE("numbers of other digits are raised, and one that cannot be raised is never met") {
  Made it;
  const ValueId n = it.column(integer, "n");
  constexpr std::int64_t left_by_two = 2 << 8;
  const Inst& inst = it.after(reduce, it.add(Op::or_, boolean,
                                             {it.compare(n, CompareOp::equal, it.constant(points, 300), left_by_two),
                                              it.compare(n, CompareOp::equal, it.constant(points, 301), left_by_two),
                                              it.compare(n, CompareOp::equal, it.constant(points, 500), left_by_two)}));
  CHECK(inst.op == Op::in_numbers);
  CHECK(it.program.number_sets == std::vector<std::vector<std::int64_t>>{{3, 5}});
}

TEST_CASE("a comparison that somebody else reads stays") {
  Made it;
  const ValueId n = it.column(integer, "n");
  const ValueId one = it.compare(n, CompareOp::equal, it.constant(integer, 1));
  const ValueId two = it.compare(n, CompareOp::equal, it.constant(integer, 2));
  it.output(one);
  it.output(it.add(Op::or_, boolean, {one, two}));
  it.run(reduce);
  CHECK(it.out(1).op == Op::or_);
}

TEST_CASE("texts are compared with a folded set") {
  Made it;
  const ValueId name = it.column(text, "name");
  const auto is = [&](const char* wanted) {
    return it.add(Op::text_equal, boolean, {name, it.constant(text, it.builder.text(wanted))});
  };
  CHECK(it.after(reduce, it.add(Op::or_, boolean, {is("VP"), is("CEO")})).op == Op::in_texts);
  CHECK(it.program.text_sets == std::vector<std::vector<std::string>>{{"ceo", "vp"}});
}

TEST_CASE("not goes into the comparison") {
  Made it;
  const ValueId n = it.column(integer, "n");
  const ValueId less = it.compare(n, CompareOp::less, it.constant(integer, 3));
  const Inst& inst = it.after(reduce, it.add(Op::not_, boolean, {less}));
  CHECK(inst.op == Op::compare);
  CHECK(static_cast<CompareOp>(inst.immediate) == CompareOp::greater_equal);
}

TEST_CASE("choices of one value with one answer become one choice") {
  Made it;
  const ValueId stage = it.column(code, "stage");
  const ValueId n = it.column(integer, "n");
  const ValueId zero = it.constant(integer, 0);
  const auto is = [&](std::int64_t wanted) { return it.compare(stage, CompareOp::equal, it.constant(code, wanted)); };
  const ValueId inner = it.add(Op::select, integer, {is(2), n, zero});
  const Inst& inst = it.after(reduce, it.add(Op::select, integer, {is(1), n, inner}));
  CHECK(inst.op == Op::select);
  CHECK(it.operand(inst, 0).op == Op::in_codes);
  CHECK(it.operand(inst, 2).op == Op::constant);
}

TEST_CASE("what a rule surely earns is the choice that its bound asks for") {
  Made it;
  const ValueId a = it.column(boolean, "a");
  const ValueId ten = it.constant(points, 100'000);
  const ValueId zero = it.constant(points, 0);
  const ValueId choice = it.add(Op::select, points, {a, ten, zero});
  it.output(it.add(Op::default_to, points, {choice, zero}));
  it.output(it.add(Op::select, points, {a, ten, zero}, static_cast<std::int64_t>(OnUndecided::smaller)));
  it.run(reduce);
  CHECK(it.program.outputs.values[0].value == it.program.outputs.values[1].value);
}

TEST_CASE("whether a comparison is decided is asked of the value") {
  Made it;
  const ValueId n = it.column(integer, "n");
  const ValueId less = it.compare(n, CompareOp::less, it.constant(integer, 3));
  const Inst& inst = it.after(reduce, it.add(Op::is_known, boolean, {less}));
  CHECK(inst.op == Op::is_known);
  CHECK(it.operand(inst, 0).op == Op::column);

  Made faulty;
  const ValueId m = faulty.column(integer, "m");
  const ValueId quotient = faulty.add(Op::divide, integer, {faulty.constant(integer, 1), m});
  const Inst& known = faulty.after(reduce, faulty.add(Op::is_known, boolean, {quotient}));
  CHECK(faulty.operand(known, 0).op == Op::divide);
}

// ---- share

TEST_CASE("operands whose order says nothing get one order") {
  Made it;
  const ValueId n = it.column(integer, "n");
  const ValueId m = it.column(integer, "m");
  it.output(it.compare(n, CompareOp::less, m));
  it.output(it.compare(m, CompareOp::greater, n));
  it.output(it.add(Op::multiply, integer, {n, m}));
  it.output(it.add(Op::multiply, integer, {m, n}));
  it.output(it.sum({n, m}, {1, 2}));
  it.output(it.sum({m, n, n}, {2, 3, -2}));
  it.run(share);
  for (const std::size_t at : {0U, 2U, 4U}) {
    CHECK(it.program.outputs.values[at].value == it.program.outputs.values[at + 1].value);
  }
}

TEST_CASE("conditions inside conditions of their kind are taken apart") {
  Made it;
  const ValueId a = it.column(boolean, "a");
  const ValueId b = it.column(boolean, "b");
  const ValueId c = it.column(boolean, "c");
  const Inst& inst = it.after(share, it.add(Op::and_, boolean, {c, it.add(Op::and_, boolean, {a, b})}));
  CHECK(inst.operand_count == 3);
  CHECK(it.program.insts.size() == 4);
}

TEST_CASE("a sum in a sum is taken apart only where it cannot overflow") {
  Made it;
  const ValueId n = it.column(integer, "n");
  const ValueId small = it.add(Op::clamp, integer, {n}, it.builder.weights({0, 9}));
  const ValueId inner = it.sum({small, it.constant(integer, 4)}, {2, 1});
  const Inst& inst = it.after(share, it.sum({inner, small, it.constant(integer, 1)}, {3, 1, 1}));
  CHECK(inst.operand_count == 2);  // 7 x small + 13
  CHECK(it.program.insts.size() == 4);

  Made large;
  const ValueId m = large.column(integer, "m");
  const ValueId k = large.column(integer, "k");
  const ValueId may_overflow = large.sum({m, k}, {1, 1});
  large.after(share, large.sum({may_overflow, m}, {1, -1}));
  CHECK(large.program.insts.size() == 4);
}

TEST_CASE("constants that do not fit one number stay apart") {
  Made it;
  const ValueId n = it.column(integer, "n");
  const ValueId most = it.constant(integer, std::numeric_limits<std::int64_t>::max());
  CHECK(it.after(share, it.sum({n, most, it.constant(integer, 1)}, {1, 1, 1})).operand_count == 3);
}

// ---- order

TEST_CASE("the cheapest condition comes first") {
  Made it;
  const ValueId name = it.column(text, "name");
  const ValueId n = it.column(integer, "n");
  const ValueId a = it.column(boolean, "a");
  const ValueId is_named = it.add(Op::in_texts, boolean, {name}, it.builder.text_set({"x"}));
  const ValueId is_large = it.compare(n, CompareOp::greater, it.constant(integer, 3));
  const Inst& inst = it.after(order, it.add(Op::and_, boolean, {is_named, is_large, a}));
  CHECK(it.operand(inst, 0).op == Op::column);
  CHECK(it.operand(inst, 1).op == Op::compare);
  CHECK(it.operand(inst, 2).op == Op::in_texts);
}

TEST_CASE("options leave passes out") {
  Made it;
  const ValueId a = it.column(boolean, "a");
  it.add(Op::is_known, boolean, {a});
  it.output(a);
  PassLog log;
  CHECK(optimise(it.program, PassOptions::none(), &log).empty());
  CHECK(log.steps.empty());
  CHECK(it.program.insts.size() == 2);
  CHECK(optimise(it.program, {}, &log).empty());
  CHECK(log.instructions == 2);
  CHECK(it.program.insts.size() == 1);
}

}  // namespace
}  // namespace muster::compiler
