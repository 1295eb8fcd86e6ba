// What a verdict says in words, and what a tally counts, over small policies made by hand: one score with a cap, a
// grade, a lifecycle of two stages, a route of two rows; frameworks, stages beside one another, overrides and values
// (language section 4, numbers 3, 5, 8, 9, 14 to 16).
#include "runtime/verdict/verdict.h"

#include <doctest/doctest.h>

#include "compiler/ir/builder.h"
#include "runtime/verdict/format_value.h"
#include "runtime/verdict/tally.h"

namespace muster::runtime {
namespace {

using compiler::Kind;
using compiler::Op;
using compiler::Type;
using compiler::ValueId;

constexpr Type boolean{.kind = Kind::boolean};
constexpr Type points{.kind = Kind::decimal, .digits = 4};

// A program over columns that tests fill by hand.
struct Leads {
  compiler::Program program;
  std::vector<Column> columns;

  Leads() {
    compiler::ObjectSchema object;
    object.name = "Lead";
    program.schema.objects.push_back(object);
    program.spaces.add({});
    program.spaces[compiler::SpaceId{0}].parent = compiler::SpaceId{0};
  }
  ValueId column(compiler::ProgramBuilder& builder, Type type) {
    const auto index = static_cast<std::uint32_t>(columns.size());
    compiler::FieldSchema field;
    field.name = "field" + std::to_string(index);
    field.type = type;
    program.schema.objects[0].fields.push_back(field);
    program.spaces[compiler::SpaceId{0}].columns.push_back(index);
    columns.emplace_back(compiler::physical_of(type.kind));
    return builder.add(Op::column, type, {}, index, {});
  }
  void clear() {
    for (Column& each : columns) each.clear_rows();
  }
  void set(std::size_t which, std::size_t row, std::int64_t value) {
    Column& it = columns[which];
    set_bit(it.known.data(), row);
    switch (it.physical) {
      case compiler::Physical::integer:
        it.integers[row] = value;
        break;
      case compiler::Physical::code:
      case compiler::Physical::text:
        it.codes[row] = static_cast<std::uint32_t>(value);
        break;
      case compiler::Physical::boolean:
        if (value != 0) set_bit(it.yes.data(), row);
        break;
    }
  }
  BatchView batch(std::size_t rows) const {
    BatchView view;
    SpaceView& root = view.spaces.emplace_back();
    root.rows = rows;
    for (const Column& each : columns) root.columns.push_back(each.view());
    return view;
  }
};

struct Policy : Leads {
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
    const ValueId never_told = builder.missing(boolean, {});
    lifecycle.stages = {{"MQL", "", 0, false, market, never_told, {}}, {"SQL", "", 1, false, asked, never_told, {}}};
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
        "ignore leads: our own test leads; fit: Market; fit: asked; fit: rich; stage MQL; stage SQL; grade priority; "
        "route: row \"Enterprise team\"");
  CHECK(verdict.stage(1).empty());
  CHECK(verdict.grade(0, 1).empty());
  CHECK(verdict.route(1).destination == "Nurture");
  CHECK(verdict.route(1).is_provisional);
  CHECK_FALSE(verdict.has_faults(1));

  // Number 8: a division by zero is an issue, an overflow rejects.
  std::vector<FaultIssue> issues;
  CHECK(undecided(2) == "fit: rich");
  CHECK_FALSE(verdict.tells_crossings());
  CHECK(verdict.stage(2) == "MQL");
  verdict.fault_issues(2, issues);
  REQUIRE(issues.size() == 1);
  CHECK(issues[0].label == "rich");
  CHECK_FALSE(issues[0].rejects);
  CHECK(issues[0].what == "division by zero");
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

// Letters: budget (may be half met), need; stages MQL, SQL and, beside SQL, PQL; what people set by hand; values.
struct Deal : Leads {
  enum Columns : std::size_t {
    met,
    half,
    reached,
    need,
    qualified,
    mql,
    sql,
    pql,
    crossed,
    skipped,
    set_stage,
    reason
  };
  Deal() {
    compiler::ProgramBuilder builder(program, lang::Limits{});
    std::vector<ValueId> conditions;
    for (std::size_t k = met; k <= skipped; ++k) conditions.push_back(column(builder, boolean));
    const ValueId manual = column(builder, {.kind = Kind::stage});
    const ValueId why = column(builder, {.kind = Kind::text});
    const ValueId no = builder.boolean(false, {});
    const ValueId yes = builder.boolean(true, {});
    compiler::FrameworkOutput framework;
    framework.name = "BANT";
    framework.letters = {{"Budget", "", "What is your budget?", conditions[met], conditions[half], yes},
                         {"Need", "", "", conditions[need], no, conditions[reached]}};
    framework.qualified = conditions[qualified];
    framework.met = builder.constant({.kind = Kind::decimal, .digits = 1}, 0, {});
    program.outputs.frameworks.push_back(framework);

    compiler::LifecycleOutput lifecycle;
    lifecycle.stages = {{"MQL", "", 0, false, conditions[mql], conditions[crossed], {}},
                        {"SQL", "", 1, false, conditions[sql], builder.missing(boolean, {}), conditions[skipped]},
                        {"PQL", "", 1, true, conditions[pql], builder.missing(boolean, {}), {}}};
    lifecycle.reported_names = {"SQL", "PQL", "MQL"};
    lifecycle.reported =
        builder.add(Op::first_yes, {.kind = Kind::stage}, {conditions[sql], conditions[pql], conditions[mql]}, 0, {});
    lifecycle.manual = {manual, why, "Sales"};
    program.outputs.lifecycle = lifecycle;
    program.outputs.values = {{"ready", "", conditions[qualified]}, {"why", "", why}, {"by_hand", "", manual}};
    clear();
  }
};

TEST_CASE("letters, stages beside one another and what people set are told") {
  using compiler::LetterState;
  Deal deal;
  const auto set_all = [&](std::size_t row, std::initializer_list<std::pair<std::size_t, std::int64_t>> values) {
    for (const auto& [which, value] : values) deal.set(which, row, value);
  };
  // 0: half met, both stages of the rank, set by hand. 1: the first letter is open, so the second is not asked for.
  // 2: the first letter stops. 3: met, but nobody knows whether half.
  const std::uint32_t asked = deal.columns[Deal::reason].dictionary.intern("asked by phone");
  set_all(0, {{Deal::met, 1},
              {Deal::half, 1},
              {Deal::reached, 1},
              {Deal::need, 0},
              {Deal::qualified, 0},
              {Deal::mql, 1},
              {Deal::sql, 1},
              {Deal::pql, 1},
              {Deal::crossed, 1},
              {Deal::skipped, 1},
              {Deal::set_stage, 1},
              {Deal::reason, asked}});
  set_all(1, {{Deal::half, 0}, {Deal::mql, 1}, {Deal::sql, 0}, {Deal::crossed, 0}, {Deal::skipped, 0}});
  set_all(2, {{Deal::met, 0},
              {Deal::half, 0},
              {Deal::reached, 0},
              {Deal::need, 0},
              {Deal::qualified, 0},
              {Deal::mql, 0},
              {Deal::sql, 0},
              {Deal::pql, 1},
              {Deal::crossed, 0},
              {Deal::skipped, 0},
              {Deal::set_stage, 2}});
  set_all(3, {{Deal::met, 1},
              {Deal::reached, 1},
              {Deal::need, 1},
              {Deal::qualified, 1},
              {Deal::mql, 0},
              {Deal::sql, 0},
              {Deal::pql, 0},
              {Deal::crossed, 0},
              {Deal::skipped, 0}});
  Interpreter interpreter(deal.program, {}, {});
  interpreter.evaluate(deal.batch(4));
  Verdict verdict(deal.program, interpreter, {});
  verdict.bind();
  const auto told = [&](auto append) {
    std::vector<std::string> rows;
    for (std::size_t row = 0; row < 4; ++row) append(row, rows.emplace_back());
    return rows;
  };
  using Rows = std::vector<std::string>;
  CHECK(told([&](std::size_t row, std::string& out) { verdict.append_letters(0, row, out); }) ==
        Rows{"Budget half met; Need not met", "Budget unknown; Need unknown", "Budget not met; Need not reached",
             "Budget met or half met; Need met"});
  CHECK(told([&](std::size_t row, std::string& out) { out = verdict.framework(0, row); }) ==
        Rows{"not qualified", "undecided", "not qualified", "qualified"});
  CHECK(verdict.letter(0, 0, 0) == LetterState::half_met);
  CHECK(verdict.letter(0, 0, 3) == LetterState::unknown);
  // A letter behind an open one waits; an undecided stage of the reported rank is no higher one.
  CHECK(told([&](std::size_t row, std::string& out) { verdict.append_undecided(row, out); }) ==
        Rows{"", "stage PQL; BANT Budget: What is your budget?", "", "BANT Budget: What is your budget?"});
  CHECK(told([&](std::size_t row, std::string& out) { out = verdict.stage(row); }) == Rows{"SQL", "MQL", "PQL", ""});
  CHECK(told([&](std::size_t row, std::string& out) { verdict.append_beside(row, out); }) == Rows{"PQL", "", "", ""});
  REQUIRE(verdict.tells_crossings());
  CHECK(told([&](std::size_t row, std::string& out) { verdict.append_becomes(row, out); }) == Rows{"MQL", "", "", ""});
  CHECK(told([&](std::size_t row, std::string& out) { verdict.append_override(row, out); }) ==
        Rows{"SQL (set by Sales: asked by phone)", "", "PQL (set by Sales)", ""});
  CHECK(told([&](std::size_t row, std::string& out) { verdict.append_value(0, row, out); }) ==
        Rows{"no", "undecided", "no", "yes"});
  CHECK(told([&](std::size_t row, std::string& out) { verdict.append_value(1, row, out); }) ==
        Rows{"asked by phone", "", "", ""});
  CHECK(told([&](std::size_t row, std::string& out) { verdict.append_value(2, row, out); }) ==
        Rows{"SQL", "", "PQL", ""});

  // A stage that was entered past an earlier one is an issue of the data.
  CHECK(verdict.has_faults(0));
  CHECK_FALSE(verdict.has_faults(1));
  std::vector<FaultIssue> issues;
  verdict.fault_issues(0, issues);
  REQUIRE(issues.size() == 1);
  CHECK(issues[0].label == "SQL");
  CHECK_FALSE(issues[0].rejects);

  Tally tally(deal.program, {});
  const Word all = 0b1111;
  tally.add(interpreter, &all, 4);
  Tally twice(deal.program, {});
  twice.merge(tally);
  twice.merge(tally);
  const LetterTally& budget = twice.frameworks()[0].letters[0];
  CHECK(budget.met == 0);
  CHECK(budget.half_met == 2);
  CHECK(budget.not_met == 2);
  CHECK(budget.unknown == 4);
  const LetterTally& needed = twice.frameworks()[0].letters[1];
  CHECK(needed.met == 2);
  CHECK(needed.not_met == 2);
  CHECK(needed.unknown == 2);
  CHECK(needed.not_reached == 2);
  CHECK(twice.frameworks()[0].qualified.yes == 2);
  CHECK(twice.frameworks()[0].qualified.no == 4);
  CHECK(twice.frameworks()[0].qualified.undecided == 2);
  CHECK(tally.stages().may_be_higher == 1);
}

TEST_CASE("values are written as an export holds them") {
  compiler::Program program;
  program.schema.picklists.push_back({"Country", false, {{"US", {}}, {"CA", {}}}, {}});
  const auto written = [&](Type type, std::int64_t integer) {
    const Word known = 1;
    const std::int64_t integers[] = {integer};
    const std::uint32_t codes[] = {static_cast<std::uint32_t>(integer)};
    Vector value;
    value.physical = compiler::physical_of(type.kind);
    value.integers = integers;
    value.codes = codes;
    value.known = &known;
    std::string out;
    format_value(program, type, value, 0, out);
    return out;
  };
  CHECK(written({.kind = Kind::integer}, -7) == "-7");
  CHECK(written({.kind = Kind::decimal, .digits = 4}, 125'000) == "12.5");
  CHECK(written({.kind = Kind::money, .digits = 2}, 120'050) == "1200.5");
  CHECK(written({.kind = Kind::percent, .digits = 4}, 4'550) == "45.5%");
  CHECK(written({.kind = Kind::percent, .digits = 1}, 4) == "40%");
  CHECK(written({.kind = Kind::percent, .digits = 0}, 1) == "100%");
  CHECK(written({.kind = Kind::date}, 0) == "1970-01-01");
  CHECK(written({.kind = Kind::datetime}, 0) == "1970-01-01 00:00:00");
  CHECK(written({.kind = Kind::duration}, 5'400'000'000) == "1 hour 30 minutes");
  CHECK(written({.kind = Kind::picklist, .index = 0}, 1) == "CA");
}

TEST_CASE("what nobody wants is not computed") {
  Policy policy;
  Wanted little = Wanted::nothing();
  little.qualifiers = true;
  policy.program.fault_roots.clear();
  const Interpreter interpreter(policy.program, {}, little);
  CHECK(interpreter.live_instructions() == 2);  // the columns of the qualifier and of `ignore`
  CHECK_FALSE(interpreter.has(policy.program.outputs.scores[0].value));
}

}  // namespace
}  // namespace muster::runtime
