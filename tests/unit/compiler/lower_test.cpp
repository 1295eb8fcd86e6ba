// From syntax to IR: sound, shared, bounded, and both readings of a value (decision 2).
#include "tests/unit/compiler/compile.h"

#include <algorithm>
#include <limits>

using namespace muster;
using namespace muster::compiler;

namespace {

Program program_of(std::string_view more, const lang::Limits& limits = {}) {
  Compiled compiled = test::compile(test::with_lead(more), limits);
  INFO(lang::render(compiled.diagnostics, compiled.sources, {}));
  REQUIRE(compiled.program.has_value());
  return std::move(*compiled.program);
}

std::size_t count(const Program& program, Op op) {
  return static_cast<std::size_t>(
      std::count_if(program.insts.begin(), program.insts.end(), [&](const Inst& inst) { return inst.op == op; }));
}

}  // namespace

TEST_CASE("what is written twice is worked out once") {
  const Program program =
      program_of("icp I { require n * n > 3 }\nicp J { require n * n > 3 and a }\nscore s { +1 when n * n > 3 }");
  CHECK(count(program, Op::multiply) == 1);
  CHECK(count(program, Op::compare) == 1);
}

TEST_CASE("what nobody reads is left out, columns too") {
  const Program program = program_of("let unused = x * x\nicp I { require n > 3 }");
  CHECK(count(program, Op::multiply) == 0);
  CHECK(program.spaces[SpaceId{root_space}].columns.size() <= 2);  // n, and the key
}

TEST_CASE("a define used twice with the same values is one computation") {
  std::string more = "define d0(p: int): int = p + 1\n";
  for (int i = 1; i <= 60; ++i) {
    const std::string before = "d" + std::to_string(i - 1);
    more += "define d" + std::to_string(i) + "(p: int): int = " + before + "(p) + " + before + "(p)\n";
  }
  const Program program = program_of(more + "icp I { require d30(n) > 1 }");
  CHECK(program.insts.size() < 200);
}

TEST_CASE("limits fail by their name") {
  lang::Limits limits;
  limits.instructions = 30;
  std::string more = "score s {\n";
  for (int i = 0; i < 50; ++i) more += "  +1 when n > " + std::to_string(i) + "\n";
  CHECK(test::codes(more + "}", limits) == "M2045");
  limits = {};
  limits.nesting_depth = 20;
  more = "define d0(p: int): int = p + 1\n";
  for (int i = 1; i <= 30; ++i)
    more += "define d" + std::to_string(i) + "(p: int): int = d" + std::to_string(i - 1) + "(p) + 1\n";
  CHECK(test::codes(more + "icp I { require d30(n) > 1 }", limits) == "M1004");
}

TEST_CASE("only what the policy reads of the time makes it need one") {
  CHECK_FALSE(program_of("icp I { require day > 2026-01-01 }").reads_as_of);
  CHECK(program_of("icp I { require day in last 3 days }").reads_as_of);
  CHECK(program_of("icp I { require as of - at > 3 days }").reads_as_of);
  CHECK_FALSE(program_of("let age = as of - at\nicp I { require a }").reads_as_of);
}

TEST_CASE("number 3: where nothing can be missing a score has no second computation") {
  const Program program = program_of("score s from 0 to 10 { +5 when sure > 3 }");
  REQUIRE(program.outputs.scores.size() == 1);
  const ScoreOutput& score = program.outputs.scores[0];
  CHECK((score.value == score.lowest || program.insts[score.lowest].op == Op::clamp));
}

TEST_CASE("number 9: the ledger names every rule and every cap") {
  const Program program = program_of(
      "score s from 0 to 10 {\n  +5 when a because \"asked\"\n  +1 per n, at most 7\n  group \"Web\" at most 3 { +2 "
      "when b }\n}");
  const ScoreOutput& score = program.outputs.scores[0];
  std::vector<std::string> labels;
  for (const LedgerLine& line : score.ledger) labels.push_back(line.label);
  CHECK(labels ==
        std::vector<std::string>{"asked", "per n", "at most 7 per n", "b", "Web: at most 3", "kept from 0 to 10"});
  CHECK(score.rules.size() == 3);
}

TEST_CASE("number 14: a lifecycle reports disqualified, then the highest stage, then not yet") {
  const Program program =
      program_of("lifecycle { stage MQL when a, stage SQL when b, not yet when n < 1, disqualified when n < 0 }");
  REQUIRE(program.outputs.lifecycle.has_value());
  CHECK(program.outputs.lifecycle->reported_names == std::vector<std::string>{"disqualified", "SQL", "MQL", "not yet"});
  CHECK(program.outputs.lifecycle->stages.front().name == "MQL");
}

TEST_CASE("every construct lowers to a sound program") {
  const Program program = program_of(
      "import std.email\nimport std.titles\nset few = { \"x\", \"y\" }\nsetting least: money USD = 10K USD\n"
      "let per_head = price / n\nlet size_points = match size { Small: 1 | Medium to Large: 2.5 | missing: 0 }\n"
      "ignore leads when domain(name) = \"acme.example\"\n"
      "icp I { require n in 1 to 5, exclude is_freemail(name) except when a, at least 1 of { b\n name in few } }\n"
      "persona P { require seniority(name) >= Director or name contains any few or name matches \"*x?\" }\n"
      "score s from 0 to 100 { +5 when I, -2 per full 3 n, at most 9\n +1 per 10 USD price, at most 4 }\n"
      "score t { points by size { Small: 1 | otherwise: 2 }, +1 when highest of s > 3 and lowest of s < 2 }\n"
      "grade g from s, t {\n  | t > 1 | otherwise\n  s > 50 | A | B\n  otherwise | B | C\n}\n"
      "lifecycle { stage MQL when per_head >= least needs 1 known of n, name\n stage SQL when size_points > 1 }\n"
      "route { to \"A\" when stage >= MQL or g = A, to \"B\" when (stage >= MQL) is undecided, to \"C\" otherwise }\n");
  CHECK(verify(program).empty());
  CHECK(print(program).find("score s") != std::string::npos);
}

namespace {

// Leads with rows and a company, whose contacts are rows too.
Program behaviour_of(std::string_view more) {
  Compiled compiled = test::compile(
      "object Lead { lead_id: text key, company_id: text?, email: text?, at: datetime?, since: date?, a: bool?,\n"
      "  n: int?, budget: int? dated by budget_at, budget_at: date?\n"
      "  company: one Company by company_id, otherwise name = email\n"
      "  many Activity by lead_id\n"
      "  visits: many Visit by lead_id, tracked since since, only when a }\n"
      "object Activity { id: text key, lead_id: text, at: datetime time, bot: bool?, seconds: int?\n"
      "  what: kind { PageView { page: text? }, Download { asset: text? }, Unsubscribed } }\n"
      "object Visit { id: text key, lead_id: text, day: date time, place: text? }\n"
      "object Company { company_id: text key, name: text?, size: int?, many Contact by company_id }\n"
      "object Contact { id: text key, company_id: text?, role: text?, points: int? }\n" +
      std::string(more) + "\n");
  INFO(lang::render(compiled.diagnostics, compiled.sources, {}));
  REQUIRE(compiled.program.has_value());
  CHECK(verify(*compiled.program) == std::vector<std::string>{});
  return std::move(*compiled.program);
}

std::size_t count_in(const Program& program, Op op, Link link) {
  return static_cast<std::size_t>(std::count_if(program.insts.begin(), program.insts.end(), [&](const Inst& inst) {
    return inst.op == op && !inst.space.is_none() && program.spaces[inst.space].link == link;
  }));
}

const ScoreOutput& only_score(const Program& program) {
  REQUIRE(program.outputs.scores.size() == 1);
  return program.outputs.scores.front();
}

std::vector<std::string> ledger_of(const ScoreOutput& score) {
  std::vector<std::string> labels;
  for (const LedgerLine& line : score.ledger) labels.push_back(line.label);
  return labels;
}

}  // namespace

TEST_CASE("rows have one space for each way to them, and one mask for each condition") {
  const Program program = behaviour_of(
      "let views = count of PageView where page = \"/pricing\" in last 30 days\n"
      "icp I { require views >= 2 or any PageView where page = \"/pricing\" in last 30 days }");
  CHECK(program.spaces.size() == 2);
  CHECK(count(program, Op::window_edge) == 1);
  CHECK(count_in(program, Op::compare_code, Link::many) == 1);
  CHECK(count(program, Op::any_rows) == 1);
  CHECK(count(program, Op::is_given) == 1);
}

TEST_CASE("number 4: a count is what surely counts to what may count, missing without its file") {
  // `page` may be missing, so that a row may or may not count.
  const Program open = behaviour_of("icp I { require count of PageView where page = \"x\" >= 2 }");
  CHECK(count(open, Op::count_rows) == 2);
  CHECK(count(open, Op::truth_between) == 1);
  // Nothing is open about a row as such: one count, known where the file was given.
  const Program exact = behaviour_of("icp I { require count of Activity >= 2 }");
  CHECK(count(exact, Op::count_rows) == 1);
  CHECK(count(exact, Op::truth_between) == 0);
  CHECK(count(exact, Op::is_given) == 1);
}

TEST_CASE("number 4: what was not tracked is not seen") {
  const Program program = behaviour_of("icp I { require any visits in last 30 days }\nicp J { require any visits }");
  // The window begins where tracking did or later, and the lead let itself be tracked.
  CHECK(count_in(program, Op::column, Link::root) >= 2);
  CHECK(count(program, Op::window_edge) == 1);
}

TEST_CASE("definitions about other objects are worked out once where something reads them") {
  const Program program = behaviour_of(
      "let champions for Company = count of Contact where role = \"Champion\"\n"
      "score fit for Contact { +1 per points, at most 5 }\n"
      "score account for Company from 0 to 100 { +10 when size > 100 }\n"
      "let unread for Company = average of Contact.fit\n"
      "icp I { require company.champions >= 1, require company.champions < 5, require company.account > 5 }");
  CHECK(program.outputs.scores.empty());
  CHECK(count(program, Op::count_rows) == 2);
  CHECK(count(program, Op::from_one) >= 2);
  CHECK(count(program, Op::divide) == 0);
  CHECK(program.spaces[SpaceId{1}].link == Link::one);
  CHECK(program.spaces[SpaceId{1}].match.has_value());
}

TEST_CASE("rows of rows read the rows around them") {
  const Program program = behaviour_of(
      "icp I { require count of Activity where (seconds > lead.n) >= 1 }\n"
      "icp J { require company is known and company.size > 3 }");
  CHECK(count_in(program, Op::to_rows, Link::many) == 1);
  CHECK(count(program, Op::is_linked) == 1);
}

TEST_CASE("number 11: points, then their fading, then the cap, then the group's, each a line of the ledger") {
  const Program program = behaviour_of(
      "score s from 0 to 100 halving every 30 days {\n"
      "  +2 per PageView in last 90 days, at most 20\n"
      "  +40 when any Download, never fading\n"
      "  group \"Web\", at most 60 { +15 per different Download.asset in last 90 days }\n"
      "}");
  const ScoreOutput& score = only_score(program);
  CHECK(ledger_of(score) ==
        std::vector<std::string>{
            "per PageView in last 90 days", "faded: per PageView in last 90 days",
            "at most 20 per PageView in last 90 days", "any Download", "per different Download.asset in last 90 days",
            "faded: per different Download.asset in last 90 days", "Web: at most 60", "kept from 0 to 100"});
  CHECK(count(program, Op::keep_distinct) >= 1);
  CHECK(program.fades.size() == 1);
}

TEST_CASE("number 12: a condition that is one `any ROWS` fades by its latest row") {
  const Program program = behaviour_of("score s halving every 30 days { +40 when any Download }");
  CHECK(count(program, Op::keep_latest) >= 1);
  CHECK(count(program, Op::fade) >= 1);
  const Program plain = behaviour_of("score s { +40 when any Download }");
  CHECK(count(plain, Op::keep_latest) == 0);
}

TEST_CASE("a whole score fades by one moment, but for the rules that fade by themselves") {
  const Program program =
      behaviour_of("score s halving every 30 days since at {\n  +4 when n > 3\n  +5 when a, never fading\n}");
  CHECK(count(program, Op::fade) >= 1);
  CHECK(ledger_of(only_score(program)) == std::vector<std::string>{"n > 3", "a", "halving every 30 days since at"});
}

TEST_CASE("restart after and zero while act on every rule below them") {
  const Program program = behaviour_of(
      "score s { restart after latest Unsubscribed\n  zero while a\n  +2 per PageView\n  +3 when count of Download > 1 "
      "}");
  CHECK(count(program, Op::largest_row) >= 1);
  CHECK(count(program, Op::select) >= 2);
  const Program without = behaviour_of("score s { +2 per PageView }");
  CHECK(count(without, Op::largest_row) == 0);
}

TEST_CASE("limits on how often choose among rows") {
  const Program program = behaviour_of(
      "score s {\n  +25 per PageView, counting latest 1 per week from monday, at most 50\n"
      "  +9 per Download, first only\n}");
  CHECK(count(program, Op::calendar_number) == 1);
  CHECK(count(program, Op::keep_latest) >= 1);
  CHECK(count(program, Op::keep_first) >= 1);
}

TEST_CASE("a scale needs a greatest") {
  const Program program = behaviour_of(
      "score s scaled to 100 { +20 when a\n +2 per PageView, at most 30\n group at most 10 { +8 when n > 1\n +8 when n "
      "> 2 } }");
  CHECK(ledger_of(only_score(program)).back() == "scaled from 60 to 100");
  CHECK(count(program, Op::scale_by) >= 2);
  CHECK(test::codes("score s scaled to 100 { +1 per n }") == "M2084");
}

TEST_CASE("a score of scores has a line for each term, and its bounds follow theirs") {
  const Program program = behaviour_of(
      "score fit from 0 to 50 { +10 when a }\nscore heat from 0 to 50 { +10 when n > 1 }\n"
      "score total from 0 to 100, scaled to 100 = 60% of fit + 40% of heat\n"
      "icp I { require lowest of total >= 1 or highest of total < 3 }");
  REQUIRE(program.outputs.scores.size() == 3);
  CHECK(ledger_of(program.outputs.scores[2]) ==
        std::vector<std::string>{"60% of fit", "40% of heat", "scaled from 50 to 100", "kept from 0 to 100"});
}

TEST_CASE("rows that are ignored count nowhere, and are counted") {
  const Program program = behaviour_of("ignore Activity when bot because \"bots\"\nicp I { require any PageView }");
  REQUIRE(program.outputs.row_ignores.size() == 1);
  CHECK(program.outputs.row_ignores[0].object == "Activity");
  CHECK(program.outputs.row_ignores[0].because == "bots");
}

TEST_CASE("number 20: what was learned too long ago is not known") {
  const Program program = behaviour_of("icp I { require budget known within 90 days }");
  CHECK(count(program, Op::is_known) == 1);
  REQUIRE(program.windows.size() == 1);
  CHECK(program.windows[0].amount == 90);
  CHECK(program.windows[0].of_days);
}

TEST_CASE("days that lie together") {
  const Program program = behaviour_of(
      "icp I { require at least 3 days of Activity within 7 days }\n"
      "icp J { require at least 3 days of Activity at most 7 days apart }\n"
      "icp K { require at least 3 days of Activity within one week from monday }");
  std::vector<std::int64_t> spans;
  for (const Inst& inst : program.insts) {
    if (inst.op == Op::most_days) spans.push_back(inst.immediate);
  }
  std::sort(spans.begin(), spans.end());
  CHECK(spans == std::vector<std::int64_t>{0, 7, 8});
}
