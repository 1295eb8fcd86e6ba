// The builder's rewritings, verify's complaints, and the printed form. That a rewriting keeps the meaning is held by
// tests/unit/runtime/interpret_random_test.cpp.
#include <doctest/doctest.h>

#include <algorithm>

#include "compiler/ir/builder.h"
#include "compiler/ir/outputs.h"
#include "compiler/ir/uses.h"
#include "compiler/passes/passes.h"
#include "small_program.h"

namespace muster::compiler {
namespace {

using namespace test;

// Leads with activities and a company, which has contacts.
struct Related : Small {
  SpaceId root{root_space};
  SpaceId rows = add_space(Link::many, root, "Activity");
  SpaceId company = add_space(Link::one, root, "company");
  SpaceId contacts = add_space(Link::many, company, "Contact");
  ValueId is_call = column(boolean, "is_call", rows);
  ValueId at = column({.kind = Kind::datetime}, "at", rows);
  ValueId worth = column(points, "worth", rows);
  ValueId employees = column(integer, "employees", company);
  ValueId hot = column(boolean, "hot");

  ValueId add(Op op, Type type, std::initializer_list<ValueId> operands, std::int64_t immediate = 0) {
    return builder.add(op, type, operands, immediate, {});
  }
  ValueId fold(Op op, Type type, std::initializer_list<ValueId> operands, std::int64_t immediate = 0) {
    return builder.fold(op, type, rows, operands, immediate, {});
  }
  const Inst& inst(ValueId id) const { return program.insts[id]; }
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
  program.spaces.add({});
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

TEST_CASE("an instruction stands in the space of its operands, else in the entered one") {
  Related it;
  const ValueId five = it.builder.constant(integer, 5, {});
  const ValueId now = it.add(Op::as_of_instant, {.kind = Kind::datetime}, {});
  CHECK(it.inst(five).space.is_none());
  CHECK(it.inst(now).space.is_none());
  CHECK(it.inst(it.is_call).space == it.rows);
  CHECK(it.inst(it.add(Op::compare, boolean, {it.at, now}, 3)).space == it.rows);
  CHECK(it.inst(it.add(Op::compare, boolean, {now, it.at}, 3)).space == it.rows);
  CHECK(it.inst(it.add(Op::and_, boolean, {it.is_call, it.add(Op::is_known, boolean, {it.at})})).space == it.rows);
  // Only operands that are the same for all rows: once in each space, and then two values.
  const ValueId of_leads = it.add(Op::compare, boolean, {now, now}, 0);
  it.builder.enter(it.rows);
  const ValueId of_rows = it.add(Op::compare, boolean, {now, now}, 0);
  CHECK(of_leads != of_rows);
  CHECK(it.inst(of_leads).space == it.root);
  CHECK(it.inst(of_rows).space == it.rows);
  CHECK(it.add(Op::compare, boolean, {now, now}, 0) == of_rows);
  // Columns of two spaces may have one number.
  CHECK(it.inst(it.is_call).immediate == it.inst(it.hot).immediate);
  CHECK(it.is_call != it.hot);
  CHECK(verify(it.program).empty());
}

TEST_CASE("values that go between spaces") {
  Related it;
  const ValueId count = it.fold(Op::count_rows, integer, {it.is_call});
  CHECK(it.inst(count).space == it.root);
  CHECK(it.inst(count).from == it.rows);
  CHECK(it.fold(Op::count_rows, integer, {it.is_call}) == count);
  const ValueId there = it.builder.to_rows(it.hot, it.rows, {});
  CHECK(it.inst(there).space == it.rows);
  CHECK(it.inst(there).from == it.root);
  CHECK(it.inst(it.add(Op::and_, boolean, {there, it.is_call})).space == it.rows);
  const ValueId yes = it.builder.boolean(true, {});
  CHECK(it.builder.to_rows(yes, it.rows, {}) == yes);
  const ValueId size = it.builder.from_one(it.employees, it.company, {});
  CHECK(it.inst(size).space == it.root);
  CHECK(it.inst(size).from == it.company);
  CHECK(it.builder.from_one(yes, it.company, {}) != yes);  // missing where there is no company
  const ValueId nothing = it.builder.missing(integer, {});
  CHECK(it.builder.from_one(nothing, it.company, {}) == nothing);
  const ValueId linked = it.add(Op::is_linked, boolean, {}, it.company.index);
  CHECK(it.inst(linked).space == it.root);
  CHECK(it.inst(linked).from == it.company);
  CHECK(it.inst(it.add(Op::is_given, boolean, {}, it.rows.index)).space.is_none());
  // The company's own fold: the same mask for all contacts.
  const ValueId committee = it.builder.fold(Op::count_rows, integer, it.contacts, {yes}, 0, {});
  CHECK(it.inst(committee).space == it.company);
  CHECK(it.inst(it.builder.from_one(committee, it.company, {})).space == it.root);
  CHECK(verify(it.program).empty());
}

TEST_CASE("a fold over a mask that selects no row is known without data") {
  Related it;
  const ValueId no = it.builder.boolean(false, {});
  const ValueId open = it.builder.missing(boolean, {});
  const ValueId zero = it.builder.constant(integer, 0, {});
  const Type moment{.kind = Kind::datetime};
  for (const ValueId mask : {no, open}) {
    CHECK(it.fold(Op::count_rows, integer, {mask}) == zero);
    CHECK(it.fold(Op::sum_rows, points, {it.worth, mask}) == it.builder.constant(points, 0, {}));
    CHECK(it.fold(Op::count_distinct, integer, {it.worth, mask}) == zero);
    CHECK(it.fold(Op::most_days, integer, {it.at, it.at, mask}) == zero);
    CHECK(it.fold(Op::largest_row, moment, {it.at, mask}) == it.builder.missing(moment, {}));
    CHECK(it.fold(Op::last_row, points, {it.worth, it.at, mask}) == it.builder.missing(points, {}));
  }
  CHECK(it.fold(Op::any_rows, boolean, {no}) == no);
  CHECK(it.inst(it.fold(Op::any_rows, boolean, {open})).op == Op::any_rows);  // no where there are no rows
  CHECK(it.add(Op::keep_first, boolean, {no}, 1) == no);
  const ValueId yes = it.builder.boolean(true, {});
  CHECK(it.inst(it.fold(Op::count_rows, integer, {yes})).op == Op::count_rows);
}

TEST_CASE("what is known of values between spaces") {
  Related it;
  const ValueId decided = it.add(Op::is_known, boolean, {it.at});
  const auto is_whole = [&](ValueId id) { return it.builder.is_never_missing(id); };
  CHECK(is_whole(it.fold(Op::count_rows, integer, {it.is_call})));
  CHECK(is_whole(it.fold(Op::count_distinct, integer, {it.at, it.is_call})));
  CHECK(is_whole(it.fold(Op::most_days, integer, {it.at, it.at, it.is_call}, 7)));
  CHECK(is_whole(it.fold(Op::any_rows, boolean, {decided})));
  CHECK_FALSE(is_whole(it.fold(Op::any_rows, boolean, {it.is_call})));
  CHECK(is_whole(it.add(Op::keep_first, boolean, {decided}, 1)));
  CHECK_FALSE(is_whole(it.add(Op::keep_first, boolean, {it.is_call}, 1)));
  CHECK_FALSE(is_whole(it.add(Op::keep_latest, boolean, {it.at, decided}, 1)));
  CHECK(is_whole(it.add(Op::is_given, boolean, {}, it.rows.index)));
  CHECK_FALSE(is_whole(it.add(Op::is_linked, boolean, {}, it.company.index)));
  const ValueId earns = it.builder.constant(points, 250'000, {});
  CHECK(is_whole(it.fold(Op::sum_rows, points, {earns, it.is_call})));
  CHECK_FALSE(is_whole(it.fold(Op::sum_rows, points, {it.worth, it.is_call})));
  CHECK_FALSE(is_whole(it.fold(Op::smallest_row, points, {earns, decided})));  // over no rows
  CHECK_FALSE(is_whole(it.builder.from_one(earns, it.company, {})));
  const ValueId whole = it.add(Op::default_to, boolean, {it.hot, it.builder.boolean(false, {})});
  CHECK(is_whole(it.builder.to_rows(whole, it.rows, {})));
  CHECK(is_whole(it.add(Op::window_edge, {.kind = Kind::datetime}, {}, it.builder.window({.amount = 1}))));
}

TEST_CASE("faults between spaces (section 4, number 8)") {
  Related it;
  const auto may_fault = [&](ValueId id) { return it.inst(id).may_fault; };
  const ValueId earns = it.builder.constant(points, 250'000, {});
  // 25 points for each of four thousand million rows still fit; points that rows bring themselves may not.
  CHECK_FALSE(may_fault(it.fold(Op::sum_rows, points, {earns, it.is_call})));
  CHECK(may_fault(it.fold(Op::sum_rows, points, {it.worth, it.is_call})));
  const std::int64_t rule = it.builder.fade_rule({.kind = lang::FadeKind::halving, .interval = 1});
  CHECK_FALSE(may_fault(it.fold(Op::sum_rows, points, {it.add(Op::fade, points, {earns, it.at}, rule), it.is_call})));
  const ValueId ratio = it.add(Op::divide, points, {it.worth, it.worth});
  const ValueId doubtful = it.add(Op::compare, boolean, {ratio, earns}, 2);
  REQUIRE(may_fault(doubtful));
  CHECK(may_fault(it.fold(Op::any_rows, boolean, {doubtful})));
  CHECK_FALSE(may_fault(it.fold(Op::count_rows, integer, {doubtful})));
  CHECK_FALSE(may_fault(it.fold(Op::count_distinct, integer, {ratio, it.is_call})));
  CHECK_FALSE(may_fault(it.fold(Op::largest_row, points, {it.worth, doubtful})));  // a mask only selects
  CHECK(may_fault(it.fold(Op::largest_row, points, {ratio, it.is_call})));
  CHECK(may_fault(it.add(Op::keep_first, boolean, {doubtful}, 1)));
  const ValueId lead_ratio = it.add(
      Op::divide, integer, {it.builder.constant(integer, 1, {}), it.fold(Op::count_rows, integer, {it.is_call})});
  CHECK(may_fault(it.builder.to_rows(lead_ratio, it.rows, {})));
  CHECK(verify(it.program).empty());
}

TEST_CASE("windows and fades are held once") {
  Small it;
  const std::int64_t window = it.builder.window({.kind = EdgeKind::months, .amount = 3});
  CHECK(it.builder.window({.kind = EdgeKind::months, .amount = 3}) == window);
  CHECK(it.builder.window({.kind = EdgeKind::months, .amount = 3, .of_days = true}) != window);
  const lang::Calendar monday{.unit = lang::CalendarUnit::week, .week_starts = 1};
  const lang::Calendar sunday{.unit = lang::CalendarUnit::week, .week_starts = 7};
  CHECK(it.builder.window({.kind = EdgeKind::calendar, .amount = 1, .unit = monday}) !=
        it.builder.window({.kind = EdgeKind::calendar, .amount = 1, .unit = sunday}));
  CHECK(it.program.windows.size() == 4);
  const std::int64_t fade = it.builder.fade_rule({.kind = lang::FadeKind::halving, .interval = 7});
  CHECK(it.builder.fade_rule({.kind = lang::FadeKind::halving, .interval = 7}) == fade);
  CHECK(it.builder.fade_rule({.kind = lang::FadeKind::to_zero, .interval = 7}) != fade);
}

TEST_CASE("verify finds what is broken between spaces") {
  struct Ids {
    ValueId kept, count, there, company_size, linked, edge, week, faded;
  };
  const auto broken_by = [&](auto change) {
    Related it;
    Ids ids;
    ids.kept = it.add(Op::keep_first, boolean, {it.is_call}, 2);
    ids.count = it.fold(Op::count_rows, integer, {ids.kept});
    ids.there = it.builder.to_rows(it.hot, it.rows, {});
    ids.company_size = it.builder.from_one(it.employees, it.company, {});
    ids.linked = it.add(Op::is_linked, boolean, {}, it.company.index);
    ids.edge = it.add(Op::window_edge, {.kind = Kind::datetime}, {}, it.builder.window({.amount = 5}));
    const ValueId day = it.add(Op::date_of_instant, {.kind = Kind::date}, {it.at});
    ids.week = it.add(Op::calendar_number, integer, {day}, 1 | 7 << 3);
    ids.faded = it.add(Op::fade, points, {it.worth, it.at},
                       it.builder.fade_rule({.kind = lang::FadeKind::to_zero, .interval = 9}));
    it.program.outputs.values.push_back({"v", "", ids.count});
    change(it.program, ids);
    return verify(it.program).size();
  };
  const SpaceId root{root_space};
  const SpaceId rows{1};
  const SpaceId company{2};
  CHECK(broken_by([](Program&, const Ids&) {}) == 0);
  const auto broken_inst = [&](ValueId Ids::* id, auto change) {
    return broken_by([&](Program& p, const Ids& ids) { change(p.insts[ids.*id]); });
  };
  CHECK(broken_inst(&Ids::kept, [&](Inst& inst) { inst.space = root; }) == 2);  // and what reads it
  CHECK(broken_inst(&Ids::kept, [&](Inst& inst) { inst.from = rows; }) == 1);
  CHECK(broken_inst(&Ids::kept, [&](Inst& inst) { inst.immediate = 0; }) == 1);
  CHECK(broken_inst(&Ids::count, [&](Inst& inst) { inst.from = company; }) == 1);
  CHECK(broken_inst(&Ids::count, [&](Inst& inst) { inst.from = SpaceId{9}; }) == 1);
  CHECK(broken_inst(&Ids::count, [&](Inst& inst) { inst.space = rows; }) == 2);  // and the output
  CHECK(broken_inst(&Ids::there, [&](Inst& inst) { inst.from = rows; }) == 1);
  CHECK(broken_inst(&Ids::there, [&](Inst& inst) { inst.space = company; }) == 1);
  CHECK(broken_inst(&Ids::company_size, [&](Inst& inst) { inst.from = rows; }) == 1);
  CHECK(broken_inst(&Ids::linked, [&](Inst& inst) { inst.immediate = 1; }) == 1);
  CHECK(broken_inst(&Ids::edge, [&](Inst& inst) { inst.space = root; }) == 1);
  CHECK(broken_inst(&Ids::edge, [&](Inst& inst) { inst.immediate = 1; }) == 1);
  CHECK(broken_inst(&Ids::edge, [&](Inst& inst) { inst.type.kind = Kind::date; }) == 1);
  CHECK(broken_inst(&Ids::week, [&](Inst& inst) { inst.immediate = 1; }) == 1);  // a week begins somewhere
  CHECK(broken_inst(&Ids::week, [&](Inst& inst) { inst.immediate = 5; }) == 1);
  CHECK(broken_inst(&Ids::faded, [&](Inst& inst) { inst.immediate = 1; }) == 1);
  CHECK(broken_inst(&Ids::faded, [&](Inst& inst) { inst.space = SpaceId{}; }) == 1);

  CHECK(broken_by([&](Program& p, const Ids&) { p.windows[0].amount = -1; }) == 1);
  CHECK(broken_by([&](Program& p, const Ids&) { p.fades[0].interval = 0; }) == 1);
  CHECK(broken_by([&](Program& p, const Ids&) { p.rates.push_back({0, 1, {{5, 1}, {5, 1}}}); }) == 1);
  CHECK(broken_by([&](Program& p, const Ids&) { p.rates.push_back({0, 1, {{5, 0}}}); }) == 1);
  CHECK(broken_by([&](Program& p, const Ids&) { p.spaces[company].relation = 0; }) == 1);
  CHECK(broken_by([&](Program& p, const Ids&) { p.spaces[rows].relation = 7; }) == 1);
  CHECK(broken_by([&](Program& p, const Ids&) { p.spaces[SpaceId{3}].columns.push_back(0); }) == 1);
  CHECK(broken_by([&](Program& p, const Ids& ids) { p.spaces[company].match = ids.linked; }) >= 1);
  CHECK(broken_by([&](Program& p, const Ids& ids) { p.outputs.row_ignores.push_back({"A", "b", ids.faded}); }) == 1);
  CHECK(broken_by([&](Program& p, const Ids& ids) { p.fault_roots.push_back({ids.week, "x"}); }) == 1);
}

TEST_CASE("a link is not found by what it finds") {
  Related it;
  const Type text{.kind = Kind::text};
  auto& relation = it.program.schema.objects[0].relations[it.program.spaces[it.company].relation];
  relation.match_field = 0;
  const ValueId domain = it.column(text, "domain");
  const ValueId name = it.column(text, "name", it.company);
  const ValueId found = it.builder.from_one(name, it.company, {});
  it.program.spaces[it.company].match = domain;
  CHECK(verify(it.program).empty());
  it.program.spaces[it.company].match = found;
  CHECK(verify(it.program).size() == 1);
  it.program.spaces[it.company].match = name;
  CHECK(verify(it.program).size() == 1);
}

TEST_CASE("prune keeps what outputs and links need, in every space") {
  Related it;
  const Type text{.kind = Kind::text};
  it.program.schema.objects[0].relations[it.program.spaces[it.company].relation].match_field = 0;
  const ValueId domain = it.column(text, "domain");
  it.program.spaces[it.company].match = domain;
  const ValueId email = it.column(text, "email");
  const ValueId seconds = it.column(integer, "seconds", it.rows);
  const ValueId calls = it.fold(Op::count_rows, integer, {it.is_call});
  const ValueId sum = it.fold(Op::sum_rows, integer, {seconds, it.is_call});
  it.add(Op::is_known, boolean, {email});
  it.add(Op::window_edge, {.kind = Kind::datetime}, {}, it.builder.window({.amount = 5}));
  it.program.outputs.values.push_back({"calls", "", calls});
  it.program.outputs.row_ignores.push_back({"Activity", "bots", sum});
  prune(it.program);
  CHECK(verify(it.program).empty());
  CHECK(it.program.insts.size() == 5);
  CHECK(it.program.spaces[it.root].columns == std::vector<std::uint32_t>{1});     // domain
  CHECK(it.program.spaces[it.rows].columns == std::vector<std::uint32_t>{0, 3});  // is_call, seconds
  CHECK(it.program.spaces[it.company].columns.empty());
  CHECK(it.program.insts[*it.program.spaces[it.company].match].type == text);
}

TEST_CASE("whether a program asks for the moment of the evaluation") {
  const auto reads = [](auto add) {
    Related it;
    it.program.outputs.values.push_back({"v", "", add(it)});
    return reads_moment(it.program);
  };
  CHECK_FALSE(reads([](Related& it) { return it.fold(Op::count_rows, integer, {it.is_call}); }));
  CHECK(reads([](Related& it) {
    it.program.schema.objects[1].time = 1;  // rows after it do not count
    return it.fold(Op::count_rows, integer, {it.is_call});
  }));
  CHECK(reads([](Related& it) {
    it.program.schema.objects[0].fields[0].event = true;
    return it.hot;
  }));
  CHECK(reads([](Related& it) {
    return it.add(Op::window_edge, {.kind = Kind::date}, {}, it.builder.window({.amount = 5, .of_days = true}));
  }));
  CHECK(reads([](Related& it) {
    const ValueId earns = it.builder.constant(points, 250'000, {});
    const auto rule = it.builder.fade_rule({.kind = lang::FadeKind::halving, .interval = 1});
    return it.fold(Op::sum_rows, points, {it.add(Op::fade, points, {earns, it.at}, rule), it.is_call});
  }));
}

TEST_CASE("every output is visited once") {
  Small it;
  std::uint32_t next = 0;
  const auto id = [&next] { return ValueId{next++}; };
  Outputs& outputs = it.program.outputs;
  outputs.ignores.push_back({"", id()});
  outputs.row_ignores.push_back({"", "", id()});
  outputs.qualifiers.push_back({"", "", "", id()});
  outputs.scores.push_back(
      {.name = "", .title = "", .value = id(), .lowest = id(), .highest = id(), .rules = {}, .ledger = {}});
  outputs.scores[0].rules.push_back({"", "", {}, id(), id()});
  outputs.scores[0].ledger.push_back({"", id(), ValueId{}});
  outputs.scores[0].ledger.push_back({"", id(), id()});
  outputs.grades.push_back({"", "", {}, id()});
  outputs.frameworks.push_back({"", "", {{"", "", "", id(), id(), id()}}, id(), id()});
  LifecycleOutput lifecycle;
  lifecycle.stages.push_back({"", "", 0, false, id(), ValueId{}, std::nullopt});
  lifecycle.stages.push_back({"", "", 0, false, id(), id(), id()});
  lifecycle.disqualified = id();
  lifecycle.not_yet = id();
  lifecycle.recycled = id();
  lifecycle.previous = id();
  lifecycle.manual = {id(), id(), ""};
  lifecycle.reported = id();
  outputs.lifecycle = lifecycle;
  outputs.route = RouteOutput{{{"", "", id()}}, id()};
  outputs.values.push_back({"", "", id()});
  outputs.issues.push_back({"", "", id()});
  it.program.fault_roots.push_back({id(), ""});
  std::vector<int> visits(next);
  for_each_output(it.program, [&](ValueId visited, const auto&...) { ++visits.at(visited.index); });
  CHECK(std::count(visits.begin(), visits.end(), 1) == static_cast<std::ptrdiff_t>(next));
}

TEST_CASE("the printed form of several spaces") {
  Related it;
  const ValueId edge = it.add(Op::window_edge, {.kind = Kind::datetime}, {},
                              it.builder.window({.amount = 30 * std::int64_t{86'400'000'000}}));
  const ValueId recent = it.add(Op::compare, boolean, {it.at, edge}, 5);
  const ValueId rule = it.add(Op::fade, points, {it.worth, it.at},
                              it.builder.fade_rule({.kind = lang::FadeKind::percent,
                                                    .interval = std::int64_t{86'400'000'000},
                                                    .left_mantissa = 900'000'000,
                                                    .whole_days = true}));
  it.fold(Op::sum_rows, points, {rule, recent});
  const ValueId day = it.add(Op::date_of_instant, {.kind = Kind::date}, {it.at});
  const ValueId week = it.add(Op::calendar_number, integer, {day}, 1 | 7 << 3);
  it.fold(Op::most_days, integer, {day, week, it.add(Op::keep_latest, boolean, {week, it.is_call}, 2)}, 7);
  const ValueId size = it.builder.from_one(it.employees, it.company, {});
  it.program.outputs.values.push_back({"size", "", size});
  it.builder.to_rows(it.hot, it.rows, {});
  it.add(Op::is_given, boolean, {}, it.rows.index);
  it.builder.fold(Op::count_rows, integer, it.contacts, {it.builder.boolean(true, {})}, 0, {});
  CHECK(verify(it.program).empty());
  CHECK(print(it.program) ==
        "space Activity = many Activity\n"
        "space company = one company\n"
        "space company.Contact = many Contact\n"
        "%0 = column 0 is_call : bool @Activity\n"
        "%1 = column 1 at : datetime @Activity\n"
        "%2 = column 2 worth : decimal(4) @Activity\n"
        "%3 = column 0 employees : int @company\n"
        "%4 = column 0 hot : bool\n"
        "%5 = window_edge 30 days : datetime\n"
        "%6 = compare >= %1, %5 : bool @Activity\n"
        "%7 = fade %2, %1, times 0.9 every 1 day, by whole days : decimal(4) @Activity\n"
        "%8 = sum_rows %7, %6 of Activity : decimal(4), may fault\n"
        "%9 = date_of_instant %1 : date @Activity\n"
        "%10 = calendar_number %9, week from sunday : int @Activity\n"
        "%11 = keep_latest 2 of %10, %0 : bool @Activity\n"
        "%12 = most_days %9, %10, %11 of Activity within 7 days : int\n"
        "%13 = from_one %3 of company : int\n"
        "%14 = to_rows %4 : bool @Activity\n"
        "%15 = is_given Activity : bool\n"
        "%16 = constant yes : bool\n"
        "%17 = count_rows %16 of company.Contact : int @company\n"
        "output size = %13\n");
}

}  // namespace
}  // namespace muster::compiler
