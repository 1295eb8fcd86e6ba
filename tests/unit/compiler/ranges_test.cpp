// What values lie between, and what that decides. That it changes no answer, and that no value lies outside, is held by
// tests/unit/runtime/interpret_random_test.cpp.
#include <doctest/doctest.h>

#include "compiler/ir/ranges.h"
#include "compiler/passes/passes.h"
#include "small_program.h"

namespace muster::compiler {
namespace {

using namespace test;

struct Ranged : Small {
  ValueId n = column(integer, "n");

  ValueId constant(std::int64_t value) { return builder.constant(integer, value, {}); }
  ValueId clamped(ValueId value, std::int64_t low, std::int64_t high) {
    return builder.add(Op::clamp, integer, {value}, builder.weights({low, high}), {});
  }
  ValueId known(ValueId value) { return builder.add(Op::default_to, integer, {value, constant(0)}, 0, {}); }
  ValueId compare(lang::CompareOp op, ValueId left, ValueId right) {
    return builder.add(Op::compare, boolean, {left, right}, static_cast<std::int64_t>(op), {});
  }
  // What the only output becomes.
  Inst after(ValueId value) {
    program.outputs.values.push_back({"v", "", value});
    ranges(program);
    prune(program);
    CHECK(verify(program).empty());
    return program.insts[program.outputs.values[0].value];
  }
};

TEST_CASE("a comparison that always holds is decided only where nothing can be missing") {
  Ranged it;
  const Inst decided =
      it.after(it.compare(lang::CompareOp::less_equal, it.clamped(it.known(it.n), 0, 5), it.constant(5)));
  CHECK(decided.op == Op::constant);
  CHECK(decided.immediate == 1);

  Ranged open;
  CHECK(open.after(open.compare(lang::CompareOp::less_equal, open.clamped(open.n, 0, 5), open.constant(5))).op ==
        Op::compare);
  Ranged depends;
  const ValueId known = depends.known(depends.n);
  CHECK(depends.after(depends.compare(lang::CompareOp::less, depends.clamped(known, 0, 5), depends.constant(5))).op ==
        Op::compare);
}

TEST_CASE("a divisor that is never zero makes no fault, and the result can be compared") {
  Ranged it;
  const ValueId divisor = it.clamped(it.known(it.n), 2, 9);
  const ValueId dividend = it.clamped(it.known(it.n), 0, 100);
  const ValueId quotient = it.builder.add(Op::divide, integer, {dividend, divisor}, 0, {});
  CHECK(it.builder.inst(quotient).may_fault);
  const auto facts = facts_of(it.program);
  CHECK_FALSE(facts[quotient.index].may_fault);
  CHECK(facts[quotient.index].never_missing);
  CHECK(facts[quotient.index].range == ValueRange{0, 51});
  CHECK(it.after(it.compare(lang::CompareOp::greater, quotient, it.constant(60))).op == Op::constant);

  Ranged zero;
  const ValueId may_be_zero = zero.clamped(zero.known(zero.n), 0, 9);
  const ValueId fault = zero.builder.add(Op::divide, integer, {zero.n, may_be_zero}, 0, {});
  CHECK(zero.after(fault).may_fault);
}

TEST_CASE("bounds that nothing crosses are left out") {
  Ranged it;
  const Inst inst = it.after(it.clamped(it.clamped(it.n, 0, 5), -10, 10));
  CHECK(inst.op == Op::clamp);
  CHECK(it.program.insts.size() == 2);
}

TEST_CASE("a sum that cannot lack a bound is a plain one") {
  Ranged it;
  const ValueId small = it.clamped(it.n, 0, 5);
  CHECK(it.after(it.builder.add(Op::saturating_sum, integer, {small, small}, it.builder.weights({1, 2}), {})).op ==
        Op::sum);
  Ranged open;
  CHECK(open.after(open.builder.add(Op::saturating_sum, integer, {open.n, open.n}, open.builder.weights({1, 2}), {}))
            .op == Op::saturating_sum);
}

TEST_CASE("ranges of columns that an engine has seen make others narrower") {
  Ranged it;
  const ValueId twice = it.builder.add(Op::sum, integer, {it.n}, it.builder.weights({2}), {});
  CHECK(ranges_of(it.program)[it.n.index] == ValueRange{});
  const ColumnRanges seen{{ValueRange{-3, 7}}};
  const auto ranges = ranges_of(it.program, seen);
  CHECK(ranges[it.n.index] == ValueRange{-3, 7});
  CHECK(ranges[twice.index] == ValueRange{-6, 14});
  CHECK_FALSE(facts_of(it.program, seen)[twice.index].may_fault);
}

TEST_CASE("ranges are written down for engines, one for each instruction") {
  Ranged it;
  it.program.outputs.values.push_back({"v", "", it.clamped(it.n, 0, 5)});
  CHECK(optimise(it.program, {}, nullptr).empty());
  REQUIRE(it.program.ranges.size() == it.program.insts.size());
  CHECK(it.program.ranges.back() == ValueRange{0, 5});
  PassOptions without;
  without.ranges = false;
  CHECK(optimise(it.program, without, nullptr).empty());
  CHECK(it.program.ranges.empty());
  it.program.ranges.resize(1);
  CHECK_FALSE(verify(it.program).empty());
}

}  // namespace
}  // namespace muster::compiler
