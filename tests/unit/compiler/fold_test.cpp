// What fold makes of values that are known without data. That it changes no answer is held by
// tests/unit/runtime/interpret_random_test.cpp.
#include <doctest/doctest.h>

#include "compiler/passes/evaluate.h"
#include "compiler/passes/passes.h"
#include "small_program.h"

namespace muster::compiler {
namespace {

using namespace test;

// What the only output of a program becomes.
Inst folded(Small& it, ValueId value) {
  it.program.outputs.values.push_back({"v", "", value});
  fold(it.program);
  prune(it.program);
  CHECK(verify(it.program).empty());
  return it.program.insts[it.program.outputs.values[0].value];
}

TEST_CASE("numbers are computed by the kernels") {
  Small it;
  const ValueId seven = it.builder.constant(points, 70'000, {});
  const ValueId three = it.builder.constant(points, 30'000, {});
  const Inst inst = folded(it, it.builder.add(Op::divide, points, {seven, three}, 4, {}));
  CHECK(inst.op == Op::constant);
  CHECK(inst.immediate == 23'333);
  CHECK(inst.type == points);
  CHECK(it.program.insts.size() == 1);
}

TEST_CASE("a folded instruction stays where it was written") {
  Small it;
  const lang::Span place{lang::FileId{0}, 7, 9};
  const ValueId two = it.builder.constant(integer, 2, {});
  CHECK(folded(it, it.builder.add(Op::multiply, integer, {two, two}, 0, place)).span == place);
}

TEST_CASE("faults stay for whoever looks for them") {
  Small it;
  const ValueId one = it.builder.constant(integer, 1, {});
  const ValueId zero = it.builder.constant(integer, 0, {});
  const ValueId quotient = it.builder.add(Op::divide, integer, {one, zero}, 0, {});
  it.program.fault_roots.push_back({quotient, "root"});
  const Inst inst = folded(it, it.builder.add(Op::sum, integer, {quotient, one}, it.builder.weights({1, 1}), {}));
  CHECK(inst.op == Op::sum);
  CHECK(inst.may_fault);

  Small too_large;
  const ValueId most = too_large.builder.constant(integer, std::numeric_limits<std::int64_t>::max(), {});
  CHECK(folded(too_large, too_large.builder.add(Op::multiply, integer, {most, most}, 0, {})).op == Op::multiply);
}

TEST_CASE("what is missing makes missing, but for the fault of another operand") {
  Small it;
  const ValueId n = it.column(integer, "n");
  const ValueId missing = it.builder.missing(integer, {});
  CHECK(folded(it, it.builder.add(Op::compare, boolean, {n, missing}, 0, {})).op == Op::missing);

  Small faulty;
  const ValueId m = faulty.column(integer, "m");
  const ValueId quotient = faulty.builder.add(Op::divide, integer, {m, m}, 0, {});
  const ValueId nothing = faulty.builder.missing(integer, {});
  CHECK(folded(faulty, faulty.builder.add(Op::compare, boolean, {quotient, nothing}, 0, {})).op == Op::compare);
}

TEST_CASE("texts are folded, and an empty one is missing") {
  Small it;
  const Type text{.kind = Kind::text};
  const ValueId mail = it.builder.constant(text, it.builder.text("Ann@"), {});
  const auto after = [&](lang::FunctionId function) {
    return it.builder.add(Op::text_function, text, {mail},
                          static_cast<std::int64_t>(function) | it.builder.text("@") << 8, {});
  };
  const ValueId before_at = after(lang::FunctionId::text_before);
  it.program.outputs.values.push_back({"behind", "", after(lang::FunctionId::text_after)});
  it.program.outputs.values.push_back({"length", "",
                                       it.builder.add(Op::text_to_integer, integer, {before_at},
                                                      static_cast<std::int64_t>(lang::FunctionId::length), {})});
  fold(it.program);
  CHECK(verify(it.program).empty());
  CHECK(it.program.insts[it.program.outputs.values[0].value].op == Op::missing);
  CHECK(it.program.insts[it.program.outputs.values[1].value].immediate == 3);
}

TEST_CASE("conditions after one that always is yes have no say") {
  Small it;
  const ValueId a = it.column(boolean, "a");
  const ValueId yes = it.builder.boolean(true, {});
  const Type code{.kind = Kind::stage};
  CHECK(folded(it, it.builder.add(Op::first_yes, code, {a, yes, a, a}, 0, {})).operand_count == 2);

  Small first;
  const ValueId b = first.column(boolean, "b");
  const ValueId never = first.builder.boolean(false, {});
  const ValueId always = first.builder.boolean(true, {});
  const Inst inst = folded(first, first.builder.add(Op::first_yes, code, {never, always, b}, 0, {}));
  CHECK(inst.op == Op::constant);
  CHECK(inst.immediate == 1);
}

TEST_CASE("what depends on data or on the moment of the evaluation is left alone") {
  const Program none;
  const Fixed one{true, 1, {}};
  for (const Op op : {Op::column, Op::as_of_day, Op::window_edge, Op::is_given, Op::any_rows, Op::count_rows}) {
    CHECK_FALSE(evaluate(none, op, 0, std::vector{one}).has_value());
  }
  CHECK_FALSE(evaluate(none, Op::fade, 0, std::vector{one, one}).has_value());
  CHECK(evaluate(none, Op::fade, 0, std::vector{one, Fixed{}}) == Fixed{});
}

}  // namespace
}  // namespace muster::compiler
