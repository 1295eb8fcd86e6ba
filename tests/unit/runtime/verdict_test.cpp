// What a verdict says in words, and what a tally counts, over a small policy made by hand: one score with a cap, a
// grade, a lifecycle of two stages, a route of two rows (language section 4, numbers 3, 5, 8, 9 and 15).
#include "runtime/verdict/verdict.h"

#include <doctest/doctest.h>

#include "compiler/ir/builder.h"
#include "runtime/verdict/tally.h"

namespace muster::runtime {
namespace {

using compiler::Kind;
using compiler::Op;
using compiler::Type;
using compiler::ValueId;

constexpr Type boolean{.kind = Kind::boolean};
constexpr Type points{.kind = Kind::decimal, .digits = 4};

struct Policy {
  compiler::Program program;
  std::vector<Column> columns;

  ValueId column(compiler::ProgramBuilder& builder, Type type) {
    const auto index = static_cast<std::uint32_t>(columns.size());
    compiler::FieldSchema field;
    field.name = "field" + std::to_string(index);
    field.type = type;
    program.schema.fields.push_back(field);
    program.columns.push_back(index);
    columns.emplace_back(compiler::physical_of(type.kind));
    return builder.add(Op::column, type, {}, index, {});
  }

  // Columns: market, asked (booleans), budget, leads (numbers), test (boolean).
  Policy() {
    compiler::ProgramBuilder builder(program, lang::Limits{});
    const ValueId market = column(builder, boolean);
    const ValueId asked = column(builder, boolean);
    const ValueId budget = column(builder, points);
    const ValueId leads = column(builder, points);
    const ValueId test = column(builder, boolean);
    const ValueId zero = builder.constant(points, 0, {});
    const auto rule = [&](ValueId condition, std::int64_t earns) {
      return builder.add(Op::select, points, {condition, builder.constant(points, earns, {}), zero}, 0, {});
    };
    const ValueId ratio = builder.add(Op::divide, points, {budget, leads}, 4, {});
    const ValueId is_rich =
        builder.add(Op::compare, boolean, {ratio, builder.constant(points, 10'000, {})}, 5, {});  // >= 1
    compiler::ScoreOutput fit;
    fit.name = "fit";
    std::vector<ValueId> earned;
    for (const auto& [label, condition, earns] :
         {std::tuple{"Market", market, 500'000}, {"asked", asked, 255'000}, {"rich", is_rich, -50'000}}) {
      compiler::RuleOutput one;
      one.label = label;
      one.value = rule(condition, earns);
      one.earned = builder.add(Op::default_to, points, {one.value, zero}, 0, {});
      fit.ledger.push_back({label, one.earned, {}});
      earned.push_back(one.earned);
      fit.rules.push_back(one);
    }
    const ValueId sum = builder.sum(points, earned, {1, 1, 1}, {});
    CHECK_FALSE(builder.inst(sum).may_fault);  // three bounded rules cannot overflow
    CHECK(builder.is_never_missing(sum));
    fit.value = builder.add(Op::clamp, points, {sum}, builder.weights({0, 600'000}), {});
    fit.ledger.push_back({"at most 60", fit.value, sum});
    fit.lowest = fit.highest = fit.value;
    program.outputs.scores.push_back(fit);

    const ValueId grade = builder.add(Op::first_yes, {.kind = Kind::grade}, {asked, market}, 0, {});
    program.outputs.grades.push_back({"priority", "", {"A", "B"}, grade});

    compiler::LifecycleOutput lifecycle;
    lifecycle.stages = {{"MQL", "", market}, {"SQL", "", asked}};
    lifecycle.reported_names = {"SQL", "MQL"};
    lifecycle.reported = builder.add(Op::first_yes, {.kind = Kind::stage}, {asked, market}, 0, {});
    program.outputs.lifecycle = lifecycle;

    compiler::RouteOutput route;
    route.rows = {{"Enterprise team", "", asked}, {"Nurture", "", builder.boolean(true, {})}};
    route.taken = builder.add(Op::first_yes, {.kind = Kind::grade}, {asked, route.rows[1].condition}, 0, {});
    program.outputs.route = route;
    program.outputs.ignores.push_back({"our own test leads", test});
    program.outputs.qualifiers.push_back({"Market", "", "icp", market});
    program.fault_roots.push_back({is_rich, "rich"});
    for (Column& each : columns) each.clear_rows();
  }

  void set(std::size_t which, std::size_t row, std::int64_t value) {
    Column& it = columns[which];
    set_bit(it.known.data(), row);
    if (it.physical == compiler::Physical::integer) {
      it.integers[row] = value;
    } else if (value != 0) {
      set_bit(it.yes.data(), row);
    }
  }
  BatchView batch(std::size_t rows) const {
    BatchView view;
    view.rows = rows;
    for (const Column& each : columns) view.columns.push_back(each.view());
    return view;
  }
};

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

// 0: everything known; 1: nothing known; 2: a zero divisor; 3: an overflow; 4: ignored.
void fill(Policy& policy) {
  for (const std::size_t row : {0U, 2U, 3U, 4U}) {
    policy.set(0, row, 1);
    policy.set(1, row, row == 0 ? 1 : 0);
    policy.set(2, row, row == 3 ? most : 50'000);
    policy.set(3, row, row == 2 ? 0 : row == 3 ? 1 : 10'000);
    policy.set(4, row, row == 4 ? 1 : 0);
  }
}

TEST_CASE("a verdict tells reasons, what is undecided and what was wrong") {
  Policy policy;
  fill(policy);
  for (const std::string& problem : compiler::verify(policy.program)) FAIL_CHECK(problem);
  Interpreter interpreter(policy.program, {}, {});
  interpreter.evaluate(policy.batch(5));
  Verdict verdict(policy.program, interpreter, {});
  verdict.bind();
  const auto reasons = [&](std::size_t row) {
    std::string out;
    verdict.append_reasons(row, out);
    return out;
  };
  const auto undecided = [&](std::size_t row) {
    std::string out;
    verdict.append_undecided(row, out);
    return out;
  };

  // Number 9: 50 + 25.5 - 5 - 10.5 = 60.
  CHECK(reasons(0) == "fit: +50 Market; +25.5 asked; -5 rich; -10.5 at most 60");
  CHECK(verdict.score(0, 0) == 600'000);
  CHECK(undecided(0).empty());
  CHECK(verdict.stage(0) == "SQL");
  CHECK(verdict.grade(0, 0) == "A");
  CHECK(verdict.route(0).destination == "Enterprise team");
  CHECK_FALSE(verdict.route(0).is_provisional);
  CHECK_FALSE(verdict.has_faults(0));
  CHECK_FALSE(verdict.ignored(0).has_value());

  // Numbers 3, 5 and 15: no points, all rules named, a provisional route, both stages still open.
  CHECK(reasons(1).empty());
  CHECK(verdict.score(0, 1) == 0);
  CHECK(undecided(1) ==
        "fit: Market; fit: asked; fit: rich; stage MQL; stage SQL; grade priority; route: row \"Enterprise team\"");
  CHECK(verdict.stage(1).empty());
  CHECK(verdict.grade(0, 1).empty());
  CHECK(verdict.route(1).destination == "Nurture");
  CHECK(verdict.route(1).is_provisional);
  CHECK_FALSE(verdict.has_faults(1));

  // Number 8: a division by zero is an issue, an overflow rejects.
  std::vector<FaultIssue> issues;
  CHECK(undecided(2) == "fit: rich");
  CHECK(verdict.stage(2) == "MQL");
  verdict.fault_issues(2, issues);
  REQUIRE(issues.size() == 1);
  CHECK(issues[0].label == "rich");
  CHECK_FALSE(issues[0].rejects);
  verdict.fault_issues(3, issues);
  REQUIRE(issues.size() == 1);
  CHECK(issues[0].rejects);
  CHECK(verdict.ignored(4) == 0U);
}

TEST_CASE("a tally counts what the verdicts say, whatever the batches") {
  Policy policy;
  fill(policy);
  Interpreter interpreter(policy.program, {}, {});
  const Word all = 0b11111;
  Tally once(policy.program, {});
  interpreter.evaluate(policy.batch(5));
  once.add(interpreter, &all, 5);
  Tally merged(policy.program, {});
  for (const Word some : {Word{0b00011}, Word{0b11100}}) {
    Tally part(policy.program, {});
    part.add(interpreter, &some, 5);
    merged.merge(part);
  }
  for (const Tally* tally : {&once, &merged}) {
    CHECK(tally->leads() == 4);
    CHECK(tally->ignored() == std::vector<std::uint64_t>{1});
    CHECK(tally->qualifiers()[0].yes == 3);
    CHECK(tally->qualifiers()[0].no == 0);
    CHECK(tally->qualifiers()[0].undecided == 1);
    const ScoreTally& fit = tally->scores()[0];
    CHECK(fit.leads == 4);
    CHECK(fit.smallest == 0);
    CHECK(fit.largest == 600'000);
    CHECK(static_cast<std::int64_t>(fit.sum) == 1'600'000);  // 60, 0, 50, 50
    CHECK(fit.with_undecided_rules == 3);
    CHECK(tally->grades()[0].by_label == std::vector<std::uint64_t>{1, 2});
    CHECK(tally->grades()[0].undecided == 1);
    CHECK(tally->stages().by_reported == std::vector<std::uint64_t>{1, 2});
    CHECK(tally->stages().none == 1);
    CHECK(tally->stages().may_be_higher == 1);
    CHECK(tally->routes().by_row == std::vector<std::uint64_t>{1, 3});
    CHECK(tally->routes().provisional == std::vector<std::uint64_t>{0, 1});
    CHECK(tally->routes().none == 0);
  }
}

TEST_CASE("what nobody wants is not computed") {
  Policy policy;
  Wanted little{.qualifiers = true,
                .scores = false,
                .bounds = false,
                .undecided = false,
                .reasons = false,
                .grades = false,
                .lifecycle = false,
                .route = false};
  policy.program.fault_roots.clear();
  const Interpreter interpreter(policy.program, {}, little);
  CHECK(interpreter.live_instructions() == 2);  // the columns of the qualifier and of `ignore`
  CHECK_FALSE(interpreter.has(policy.program.outputs.scores[0].value));
}

}  // namespace
}  // namespace muster::runtime
