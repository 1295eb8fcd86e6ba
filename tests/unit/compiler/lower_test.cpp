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
      program_of("icp I { require n * 7 > 3 }\nicp J { require n * 7 > 3 and a }\nscore s { +1 when n * 7 > 3 }");
  CHECK(count(program, Op::multiply) == 1);
  CHECK(count(program, Op::compare) == 1);
}

TEST_CASE("what nobody reads is left out, columns too") {
  const Program program = program_of("let unused = x * x\nicp I { require n > 3 }");
  CHECK(count(program, Op::multiply) == 0);
  CHECK(program.columns.size() <= 2);  // n, and the key
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
  CHECK(test::codes(more + "let v = d30(n)", limits) == "M1004");
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
