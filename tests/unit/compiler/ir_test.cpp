// The builder's rewritings, verify's complaints, and the printed form. That a rewriting keeps the meaning is held by
// tests/unit/runtime/interpret_random_test.cpp.
#include <doctest/doctest.h>

#include "compiler/ir/builder.h"

namespace muster::compiler {
namespace {

constexpr Type boolean{.kind = Kind::boolean};
constexpr Type integer{.kind = Kind::integer};
constexpr Type points{.kind = Kind::decimal, .digits = 4};

struct Small {
  Program program;
  ProgramBuilder builder{program, lang::Limits{}};

  ValueId column(Type type, const std::string& name) {
    const auto index = static_cast<std::uint32_t>(program.columns.size());
    FieldSchema field;
    field.name = name;
    field.type = type;
    program.schema.fields.push_back(field);
    program.columns.push_back(index);
    return builder.add(Op::column, type, {}, index, {});
  }
};

TEST_CASE("what was computed before is not computed twice") {
  Small it;
  const ValueId a = it.column(boolean, "a");
  const ValueId b = it.column(boolean, "b");
  const ValueId both = it.builder.add(Op::and_, boolean, {a, b}, 0, {});
  CHECK(it.builder.add(Op::and_, boolean, {a, b}, 0, {}) == both);
  CHECK(it.builder.add(Op::or_, boolean, {a, b}, 0, {}) != both);
  CHECK(it.builder.weights({1, 2}) == 0);
  CHECK(it.builder.weights({3}) == 2);
  CHECK(it.builder.weights({1, 2}) == 0);
  CHECK(it.builder.text("x") == it.builder.text("x"));
  CHECK(it.builder.number_set({3, 1, 3}) == it.builder.number_set({1, 3}));
}

TEST_CASE("what is known without data is not computed (section 4, numbers 1 and 2)") {
  Small it;
  const ValueId a = it.column(boolean, "a");
  const ValueId b = it.column(boolean, "b");
  const ValueId n = it.column(integer, "n");
  const ValueId yes = it.builder.boolean(true, {});
  const ValueId no = it.builder.boolean(false, {});
  const ValueId zero = it.builder.constant(integer, 0, {});
  const auto add = [&](Op op, Type type, std::initializer_list<ValueId> operands, std::int64_t immediate = 0) {
    return it.builder.add(op, type, operands, immediate, {});
  };
  CHECK(add(Op::not_, boolean, {add(Op::not_, boolean, {a})}) == a);
  CHECK(add(Op::and_, boolean, {a, yes}) == a);
  CHECK(add(Op::and_, boolean, {a, no}) == no);
  CHECK(add(Op::or_, boolean, {a, a, no}) == a);
  CHECK(add(Op::or_, boolean, {a, yes}) == yes);
  CHECK(add(Op::and_, boolean, {}) == yes);
  CHECK(add(Op::or_, boolean, {}) == no);
  CHECK(add(Op::at_least, boolean, {a, b, yes}, 1) == yes);
  CHECK(add(Op::at_least, boolean, {a, b, yes}, 2) == add(Op::or_, boolean, {a, b}));
  CHECK(add(Op::at_least, boolean, {a, b, no}, 3) == no);
  CHECK(add(Op::is_known, boolean, {zero}) == yes);
  CHECK(add(Op::is_known, boolean, {n}) != yes);
  const ValueId whole = add(Op::default_to, integer, {n, zero});
  CHECK(add(Op::default_to, integer, {whole, n}) == whole);
  CHECK(add(Op::select, integer, {yes, n, zero}) == n);
  CHECK(add(Op::select, integer, {a, n, n}) != n);  // where a is undecided, its fault would be lost
  CHECK(add(Op::select, integer, {a, whole, whole}) == whole);
}

TEST_CASE("only what can fault says so (section 4, number 8)") {
  Small it;
  const ValueId a = it.column(boolean, "a");
  const ValueId n = it.column(integer, "n");
  const ValueId zero = it.builder.constant(points, 0, {});
  const ValueId earns = it.builder.constant(points, 250'000, {});
  const ValueId rule = it.builder.add(Op::select, points, {a, earns, zero}, 0, {});
  const ValueId bounded = it.builder.sum(points, std::vector{rule, rule}, {1, 1}, {});
  CHECK_FALSE(it.builder.inst(bounded).may_fault);
  const ValueId open = it.builder.sum(integer, std::vector{n, n}, {1, 1}, {});
  CHECK(it.builder.inst(open).may_fault);
  const ValueId one = it.builder.constant(integer, 1, {});
  CHECK_FALSE(it.builder.inst(it.builder.add(Op::default_to, integer, {open, one}, 0, {})).may_fault);
  CHECK_FALSE(it.builder.inst(it.builder.add(Op::is_known, boolean, {open}, 0, {})).may_fault);
  CHECK(it.builder.inst(it.builder.add(Op::compare, boolean, {open, one}, 0, {})).may_fault);
  CHECK(it.builder.inst(it.builder.add(Op::divide, integer, {one, n}, 0, {})).may_fault);
}

TEST_CASE("the limit of instructions") {
  Program program;
  lang::Limits limits;
  limits.instructions = 10;
  ProgramBuilder builder(program, limits);
  for (std::int64_t k = 0; k < 1000; ++k) builder.constant(integer, k, {});
  CHECK(builder.too_large());
  CHECK(program.insts.size() <= 11);
}

TEST_CASE("verify finds what is broken") {
  Small it;
  const ValueId a = it.column(boolean, "a");
  const ValueId n = it.column(integer, "n");
  it.builder.add(Op::compare, boolean, {n, it.builder.constant(integer, 5, {})}, 5, {});
  it.builder.add(Op::clamp, integer, {n}, it.builder.weights({0, 9}), {});
  const ValueId last = it.builder.add(Op::select, integer, {a, n, n}, 1, {});
  CHECK(verify(it.program).empty());

  const auto broken_by = [&](auto change) {
    Small other;
    const ValueId condition = other.column(boolean, "a");
    const ValueId number = other.column(integer, "n");
    other.builder.add(Op::compare, boolean, {number, other.builder.constant(integer, 5, {})}, 5, {});
    other.builder.add(Op::clamp, integer, {number}, other.builder.weights({0, 9}), {});
    other.builder.add(Op::select, integer, {condition, number, number}, 1, {});
    change(other.program);
    return verify(other.program).size();
  };
  const ValueId clamp{4};
  const ValueId compare{3};
  CHECK(broken_by([](Program&) {}) == 0);
  CHECK(broken_by([&](Program& p) { p.insts[clamp].immediate = 1; }) == 1);
  CHECK(broken_by([&](Program& p) { p.insts[clamp].immediate = -1; }) == 1);
  CHECK(broken_by([&](Program& p) { p.weights[0] = 10; }) == 1);
  CHECK(broken_by([&](Program& p) { p.insts[compare].immediate = 6; }) == 1);
  CHECK(broken_by([&](Program& p) { p.insts[compare].immediate = 19 << 8; }) == 1);
  CHECK(broken_by([&](Program& p) { p.insts[compare].operand_count = 1; }) == 1);
  CHECK(broken_by([&](Program& p) { p.insts[compare].type.kind = Kind::integer; }) == 1);
  CHECK(broken_by([&](Program& p) { p.insts[last].immediate = 3; }) == 1);
  CHECK(broken_by([&](Program& p) { p.insts[last].first_operand = 1000; }) == 1);
  CHECK(broken_by([&](Program& p) { p.operands.back() = last; }) == 1);
  CHECK(broken_by([&](Program& p) { p.operands.back() = ValueId{0}; }) == 1);  // a condition is no number
  CHECK(broken_by([&](Program& p) { p.insts[ValueId{1}].may_fault = true; }) == 3);
  CHECK(broken_by([&](Program& p) { p.insts[ValueId{0}].immediate = 2; }) == 1);
  CHECK(broken_by([&](Program& p) { p.number_sets.push_back({2, 1}); }) == 1);
  CHECK(broken_by([&](Program& p) { p.fault_roots.push_back({ValueId{99}, "x"}); }) == 1);
  CHECK(broken_by([&](Program& p) { p.outputs.qualifiers.push_back({"q", "", "icp", ValueId{1}}); }) == 1);
}

TEST_CASE("the printed form") {
  Small it;
  const ValueId n = it.column(points, "revenue");
  const ValueId limit = it.builder.constant(points, 25'000, {});
  const ValueId is_large = it.builder.add(Op::compare, boolean, {n, limit}, 5, {});
  const ValueId total = it.builder.sum(points, std::vector{n, limit}, {1, -3}, {});
  it.builder.add(Op::clamp, points, {total}, it.builder.weights({0, 1'000'000}), {});
  it.program.outputs.qualifiers.push_back({"Large", "", "icp", is_large});
  CHECK(print(it.program) ==
        "%0 = column 0 revenue : decimal(4)\n"
        "%1 = constant 2.5 : decimal(4)\n"
        "%2 = compare >= %0, %1 : bool\n"
        "%3 = sum %0, -3 * %1 : decimal(4), may fault\n"
        "%4 = clamp %3 from 0 to 1000000 : decimal(4), may fault\n"
        "icp Large = %2\n");
}

}  // namespace
}  // namespace muster::compiler
