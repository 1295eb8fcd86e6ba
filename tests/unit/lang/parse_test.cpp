// Declarations, recovery and limits of the parser.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "lang/parse/count_steps.h"
#include "lang/source/load.h"
#include "tests/unit/lang/dump.h"

using namespace muster;
using test::dump;
using test::messages;
using test::parse_text;

namespace {

// The tree of a text that must hold no mistake.
std::string good(std::string text) {
  const test::Parsed parsed = parse_text(std::move(text));
  CHECK(messages(parsed) == "");
  return dump(parsed.tree);
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("policy header and imports") {
  CHECK(good("policy \"T\" {\n edition 2026\n version \"1\"\n owner \"x\"\n effective 2026-01-01 to 2026-03-31\n"
             " zone \"Europe/Berlin\"\n currency USD\n}\nimport std.email\n") ==
        "policy \"T\" 0=2026 1=1 2=x 3=20454..20543 6=Europe/Berlin 7=USD\nimport std email\n");
  CHECK(good("policy \"T\" {\n parties Marketing, Sales,\n  Partners, review every 3 months\n zone \"UTC\"\n}") ==
        "policy \"T\" 5=Marketing;Sales;Partners; 4=3x2 6=UTC\n");
  CHECK(good("policy \"T\" {\n review every quarter\n}") == "policy \"T\" 4=1x3\n");
  CHECK(good("policy \"T\" {\n review on 2026-01-01\n}") == "policy \"T\" 4=20454..-1\n");
  CHECK(messages(parse_text(
            "policy \"T\" {\n  verson \"1\"\n  review every 3 months\n  parties Marketing, Sales\n  currency US\n}")) ==
        "M1014 2:3 `verson` is no entry of a policy header\n"
        "M1024 5:12 `US` is no currency code\n");
}

TEST_CASE("objects: clauses in any order, over several lines, `missing when` for all fields") {
  CHECK(good("object Lead \"A lead\" {\n"
             "  id: text key required from \"Prospect ID\", \"Lead ID\"\n"
             "  status: Status? missing when \"Select\", \"N/A\" from \"S\"\n"
             "  revenue: money USD?\n"
             "  share: decimal(2)\n"
             "  day: date\n"
             "    from \"Created\"\n"
             "    missing when \"0\"\n"
             "    format \"DD/MM/YYYY\", \"YYYY-MM-DD\"\n"
             "  missing when \"Select\", \"\"\n"
             "  from: text from \"From\"\n"
             "  key: bool, set: int, event: datetime\n"
             "}") ==
        "object Lead \"A lead\" (id:text key required from \"Prospect ID\" \"Lead ID\")"
        " (status:Status? from \"S\" missing \"Select\" \"N/A\") (revenue:money USD?) (share:decimal(2))"
        " (day:date from \"Created\" missing \"0\" format \"DD/MM/YYYY\" \"YYYY-MM-DD\") (from:text from \"From\")"
        " (key:bool) (set:int) (event:datetime) missing \"Select\" \"\"\n");
}

TEST_CASE("picklists, sets, settings, values and functions") {
  CHECK(good("picklist Country \"Where\" ordered {\n  US = \"United States\", \"USA\"\n  CA = \"Canada\", DE, FR\n  "
             "other\n}") ==
        "picklist Country \"Where\" ordered (US \"United States\" \"USA\") (CA \"Canada\") (DE) (FR) (other) other\n");
  CHECK(good("set names = { \"a\",\n \"b\", }\nsetting smallest: int = 100 \"The fewest\"\nlet big = employees > "
             "smallest\n"
             "define f(a: text, b: int): bool = a = \"x\" and b > 1\ndefine g(a: decimal(2)) = a * 2\n") ==
        "set names \"a\" \"b\"\nsetting smallest:int 100 \"The fewest\"\nlet big (> employees smallest)\n"
        "define f a:text b:int -> bool = (and (= a \"x\") (> b 1))\ndefine g a:decimal(2) = (* a 2)\n");
  CHECK(good("ignore leads when domain(email) = \"a.example\"\n  because \"ours\"") ==
        "ignore (= (call domain email) \"a.example\") \"ours\"\n");
}

TEST_CASE("criteria with groups, exceptions, reasons and questions") {
  CHECK(
      good("icp A \"T\" {\n  require a > 1 because \"r\" ask \"q\"\n  exclude b except when c\n    because \"s\"\n  d\n"
           "  all of { a, b }\n  any of {\n    a\n    at least 2 of { a, b, c } ask \"w\"\n  }\n}") ==
      "icp A \"T\" (require (> a 1) because \"r\" ask \"q\") (exclude b except c because \"s\") (require d)"
      " (all-of (require a) (require b)) (any-of (require a) (at-least 2 (require a) (require b) (require c) ask "
      "\"w\"))\n");
  CHECK(good("persona P { a }\ndemographic qualifier D { a }\nsituational qualifier S { a }\nbehavioural qualifier B { "
             "a }") ==
        "persona P (require a)\ndemographic D (require a)\nsituational S (require a)\nbehavioural B (require a)\n");
}

TEST_CASE("scores") {
  CHECK(good("score fit \"F\" from 0 to 100 {\n  +25 when a\n  -15 when b because \"no\"\n  +2 per full 100 employees, "
             "at most 10\n"
             "  +2 per 10 pages when c, at most 20\n  +1.5 per pages * 2\n  +bonus when d\n"
             "  +1 per 1K USD revenue\n"
             "  points by x { under 250: 0 | 250 to 1000: +15 | over 1000: -5 | missing: 0 } when e, at most 3\n"
             "  group \"G\" at most 60 {\n    +1 when f\n    group { +2 when g }\n  }\n}") ==
        "score fit \"F\" from 0 to 100 (+25 when a) (-15 when b because \"no\") (+2 per full 100 employees at-most 10)"
        " (+2 per 10 pages when c at-most 20) (+15e-1 per (* pages 2)) (+bonus when d) (+1 per 1000USD revenue)"
        " (by x [..250):+0 [250..1000]:+15 (1000..]:-5 missing:+0 when e at-most 3)"
        " (group \"G\" at-most 60 (+1 when f) (group (+2 when g)))\n");
  CHECK(messages(parse_text("score s {\n  +1\n  +1 when a when b\n  +2 per Visit in last 30, at most 20\n"
                            "}\nscore t {\n  +1 when\n}")) ==
        "M1001 2:5 expected `when` or `per` behind the points\n"
        "M1019 3:18 `when` stands twice in one rule\n"
        "M1001 4:26 expected a unit of time behind `30`\n"
        "M1001 7:10 expected a condition after `when`\n");
}

TEST_CASE("grades: thresholds and matrices") {
  CHECK(good("grade tier \"T\" from fit {\n  fit >= 75 | A\n  fit >= 50 | B\n  otherwise | C\n}") ==
        "grade tier \"T\" fit ((>= fit 75) A) ((>= fit 50) B) (otherwise C)\n");
  CHECK(good("grade p from fit, eng {\n            | eng >= 70 | otherwise\n  fit >= 75 | A1 | A2\n  otherwise | B1 | "
             "B2\n}") == "grade p fit eng |(>= eng 70) |otherwise ((>= fit 75) A1 A2) (otherwise B1 B2)\n");
  CHECK(messages(parse_text(
            "grade p from fit, eng {\n  | eng >= 70 | otherwise\n  fit >= 75 | A1\n  otherwise | B1 | B2\n}")) ==
        "M1020 3:3 the row `fit >= 75` has 1 cell, the header has 2 cells\n");
}

TEST_CASE("stages and routes") {
  CHECK(good("lifecycle {\n  stage MQL \"Q\" when fit >= 50\n    needs 2 known of a, b,\n c\n    because \"x\"\n  not "
             "yet when d\n  disqualified when e ask \"y\"\n}") ==
        "lifecycle (stage MQL \"Q\" (>= fit 50) needs 2 a b c because \"x\") (not-yet d) (disqualified e ask \"y\")\n");
  CHECK(good("route {\n  to \"A\" when x because \"y\"\n  to \"N\" otherwise\n}") ==
        "route (\"A\" x because \"y\") (\"N\" otherwise)\n");
}

TEST_CASE("guarantees") {
  CHECK(
      good("guarantee \"A\":\n  (a # why\n   and b) implies c > 1\nguarantee \"B\": fit, stage never use x,\n  y.z") ==
      "guarantee \"A\" (implies (p (and a b)) (> c 1))\nguarantee \"B\" fit stage never use x y.z\n");
  CHECK(messages(parse_text("guarantee \"A\":\nlet z = 1\nguarantee \"B\": fit never use\n")) ==
        "M1001 1:15 expected a condition, or scores and `never use`\n"
        "M1001 3:29 expected a field that is never used\n");
}

TEST_CASE("a file with many mistakes: each once, in order, none extra, good rules kept") {
  const test::Parsed parsed = parse_text(R"(policy "T" {
  edition yes
  zone Berlin
  version "1"
}
objct Wrong { a: text }
object Lead {
  id: text key
  name text
  age: int from Age
  ok: bool
}
picklist Country {
  US = "United States"
  5x
  CA = Canada
  DE, FR
}
let x = a < b < c
let y = (a and
let v = 50k
guarantee BANT {
  Budget met when budget >= 10K USD
}
icp A {
  require
  require fine = 1
  exclude a && b
  at least two of { x }
  any of { a = , b = 1 }
  require x = {1}
}
score fit from 0 to 100 {
  +25 when
  +5 employees
  points by size { under 250: 0 | 250 to: 15 | over: 5 | missing: 0 }
  group "g" { + when c, +1 when d }
  -5 when b
}
grade tier from fit {
  fit >= 75 | A | B
  fit >= 50
  otherwise | C
}
lifecycle {
  stage MQL
  stage when x
  disqualified when a b
}
route {
  to "A" when x
  to Nurture otherwise
}
)");
  CHECK(messages(parsed) ==
        "M1001 2:11 expected a year after `edition`\n"
        "M1017 3:3 `zone Berlin` is not how Muster writes this\n"
        "M1002 6:1 `objct` does not begin a declaration\n"
        "M1001 9:8 expected `:` and a type\n"
        "M1001 10:17 expected a column's name in quotes\n"
        "M1001 15:3 expected a value of the picklist\n"
        "M1001 16:8 expected a spelling in quotes\n"
        "M1008 19:15 comparisons cannot be chained\n"
        "M1001 20:15 expected a condition after `and`\n"
        "M1022 21:9 `50k` is neither a number nor a name\n"
        "M1001 22:11 expected a title after `guarantee`\n"
        "M1001 26:10 expected a condition after `require`\n"
        "M1017 28:13 `&&` is not how Muster writes this\n"
        "M1001 29:12 expected a number after `at least`\n"
        "M1001 30:16 expected a value after `=`\n"
        "M1027 31:15 a set in braces stands only after `in` or `any`\n"
        "M1001 34:11 expected a condition after `when`\n"
        "M1001 35:6 expected the end of the line\n"
        "M1001 36:41 expected an upper bound after `to`\n"
        "M1001 37:17 expected a number of points\n"
        "M1001 41:19 expected one label in the row\n"
        "M1001 42:12 expected `|` and a label\n"
        "M1001 46:12 expected `when` and a condition\n"
        "M1016 47:9 `when` is a word of the language and cannot be a name\n"
        "M1001 48:23 expected the end of the line\n"
        "M1001 52:6 expected a destination in quotes\n");
  const std::string tree = dump(parsed.tree);
  for (const char* kept :
       {"1=1", "(id:text key) (ok:bool)", "(US \"United States\") (DE) (FR)", "(require (= fine 1))",
        "(any-of (require POISON) (require (= b 1)))", "(-5 when b)", "(+1 when d)", "(otherwise C)", "(\"A\" x)"}) {
    INFO(kept << " in " << tree);
    CHECK(tree.find(kept) != std::string::npos);
  }
  const auto& broken = parsed.tree.broken_words;
  for (const char* word : {"Wrong", "name", "age", "BANT", "Budget", "MQL", "Nurture", "y"}) {
    INFO(word);
    CHECK(std::find(broken.begin(), broken.end(), word) != broken.end());
  }
  CHECK(std::find(broken.begin(), broken.end(), "fine") == broken.end());
}

TEST_CASE("an unclosed block ends where the next declaration begins") {
  const test::Parsed parsed =
      parse_text("icp A {\n  require a\n\nscore s {\n  any\n  group {\n    +1 when b\n\nlet z = 1\n");
  CHECK(messages(parsed) ==
        "M1001 2:12 expected `}`\n"
        "M1001 5:3 expected a rule with points\n"
        "M1001 7:14 expected `}`\n");
  CHECK(dump(parsed.tree) == "icp A (require a)\nscore s (group (+1 when b))\nlet z 1\n");
}

TEST_CASE("a declaration without a name is dropped, its rules are still read") {
  const test::Parsed parsed = parse_text("icp \"T\" {\n  require a ==\n}\nicp when { require b }\nlet z = 1\n");
  CHECK(messages(parsed) ==
        "M1001 1:5 expected a name\nM1017 2:13 `==` is not how Muster writes this\nM1001 2:15 expected a value after "
        "`==`\n"
        "M1016 4:5 `when` is a word of the language and cannot be a name\n");
  CHECK(dump(parsed.tree) == "let z 1\n");
}

TEST_CASE("comments are kept once, in order") {
  const test::Parsed parsed = parse_text(
      "# one\nlet x = a # two\n  # three\n  and b\n# four\nicp A { # five\n  require (a # six\n  )\n  oops oops # "
      "seven\n}\n");
  std::string all;
  for (const lang::Comment& each : parsed.tree.comments) all += parsed.sources.text(each.span);
  CHECK(all == "# one# two# three# four# five# six# seven");
}

TEST_CASE("spans and columns count letters, not bytes") {
  const test::Parsed parsed = parse_text("let größe = \"🦊\" == ä\nlet x = naпe\n");
  CHECK(messages(parsed) ==
        "M1017 1:17 `==` is not how Muster writes this\nM1015 2:9 the name `naпe` mixes letters of different "
        "alphabets\n");
  CHECK(parsed.sources.text(parsed.diagnostics.all()[0].span) == "==");
}

TEST_CASE("nesting: one message, no crash, whatever is nested") {
  const std::size_t deep = 100'000;
  for (const std::string& each :
       {repeat("(", deep), repeat("not ", deep) + "a", repeat("-", deep) + "a", repeat("if ", deep),
        repeat("if a then ", deep), repeat("f(", deep), repeat("(a and ", deep), "a" + repeat(" default 0", deep),
        repeat("any A where ", deep / 4), repeat("60% of ", deep / 4), repeat("count of A since ", deep / 4),
        repeat("at least 2 days of A where (", deep / 4), "a" + repeat(" * a", deep / 3),
        "a" + repeat(" is known", deep), repeat("match x { 1: ", deep / 2), repeat("if a then 1 else ", deep / 2),
        repeat("(", deep) + "a" + repeat(")", deep)}) {
    const test::Parsed parsed = parse_text("let x = " + each + "\nlet y = 1\n");
    INFO(each.substr(0, 20));
    CHECK(parsed.diagnostics.all().size() == 1);
    CHECK(messages(parsed).starts_with("M1004"));
    CHECK(dump(parsed.tree) == "let y 1\n");
  }
  CHECK(messages(parse_text("let x = " + repeat("{", deep) + "\n")) ==
        "M1027 1:9 a set in braces stands only after `in` or `any`\n");
  CHECK(messages(parse_text("icp A { " + repeat("all of { ", deep))).starts_with("M1004"));
  CHECK(parse_text("icp A { " + repeat("all of { ", deep)).diagnostics.all().size() == 1);
  CHECK(parse_text("score s { " + repeat("group { ", deep) + repeat("}", deep) + "}\nlet y = 1")
            .diagnostics.all()
            .size() == 1);
  CHECK(messages(parse_text(repeat("{", deep))) == "M1002 1:1 `{` does not begin a declaration\n");
  CHECK(messages(parse_text("let x = " + repeat("(", 150) + "a" + repeat(")", 150))) == "");
  CHECK(messages(parse_text("let x = a" + repeat(" + a", 20'000))) == "");
}

TEST_CASE("the limits of parts and of messages") {
  lang::Limits limits;
  limits.syntax_nodes = 50;
  const test::Parsed many = parse_text("let x = a" + repeat(" + a", 100) + "\nlet y = 1\n", limits);
  CHECK(messages(many).starts_with("M1006"));
  CHECK(many.diagnostics.all().size() == 1);
  lang::Limits few;
  few.diagnostics = 5;
  const test::Parsed wrong = parse_text(repeat("icp A {\n  require ==\n}\n", 50), few);
  CHECK(wrong.diagnostics.all().size() == 6);
  CHECK(wrong.diagnostics.all().back().id == lang::DiagnosticId::too_many_mistakes);
  CHECK(std::count(wrong.tree.broken_words.begin(), wrong.tree.broken_words.end(), "require") >= 45);
}

TEST_CASE("time is linear in the file") {
  const auto steps_of = [](std::string text) {
    lang::SourceMap sources;
    lang::Limits limits;
    limits.source_bytes = 64 << 20;
    limits.syntax_nodes = limits.diagnostics = 100'000'000;
    lang::Tree tree;
    lang::Diagnostics diagnostics;
    const auto file = lang::add_source("t", std::move(text), false, limits, sources);
    REQUIRE(file);
    return lang::parse_counting_steps(sources, *file, limits, tree, diagnostics);
  };
  for (const auto& [head, part, tail] :
       {std::array{"", "let x = a + b * c and d in { 1, 2 }\n", ""},
        std::array{"let x = a", " + a", "\n"},
        std::array{"let x = a", "\n# why\n and a", "\n"},
        std::array{"icp A {", "\n  require a ==", "\n}"},
        std::array{"let x = (", "a ", ")"},
        std::array{"", "oops {\n", ""},
        std::array{"icp A {", "\n\n\n", ""},
        std::array{"icp A {", " , ", "}"},
        std::array{"icp A {", "(\n", "}"},
        std::array{"", "#\n", ""},
        std::array{"let x = a and b", " or c and d", ""},
        std::array{"let x = a", " < a", ""},
        std::array{"score s { points by x {", " 1: 2 | 3 4 |", "}}"},
        std::array{"let x = a", " and any A where b in last 1 day", "\n"},
        std::array{"let x = any A", " where b", "\n"},
        std::array{"let x = a", " since b", "\n"},
        std::array{"let x = a", " between b", "\n"},
        std::array{"object A { k: kind {", "\n  B = \"b\" { c: text }", "}}"},
        std::array{"object A {", "\n  many B by c, tracked since d", "}"},
        std::array{"table t(a: int): int {", "\n  1 to 2, 3 = 4", "}"},
        std::array{"table t(a: int): int {", "\n  1 | 2 |", "}"},
        std::array{"framework F {", "\n  A met when b, half met when claimed", "}"},
        std::array{"framework F", "\n\n", "{"},
        std::array{"score s", " halving every 1 day\n ", "{}"},
        std::array{"score s {", "\n  +1 per A, at most 1 by whole days", "}"},
        std::array{"score s { +1 per A", ", at least 1", "}"},
        std::array{"setting s: int = 1", ", 2 from 2026-01-01", "\n"},
        std::array{"lifecycle {", "\n  stage A when b needs 1 known of c, d, kept while e", "}"},
        std::array{"test \"t\" {", "\n  lead { a: 1, b: 2 }", "}"},
        std::array{"test \"t\" {", "\n  expect a, b", "}"},
        std::array{"icp A { a in {", "\"x\",\n", "}}"}}) {
    const std::uint64_t once = steps_of(head + repeat(part, 500) + tail);
    const std::uint64_t four = steps_of(head + repeat(part, 2'000) + tail);
    INFO(part);
    CHECK(four <= once * 4 + 4'000);
  }
}

TEST_CASE("the whole policy of the design parses") {
  const test::Parsed parsed = parse_text(
#include "tests/unit/lang/whole_policy.inc"
  );
  CHECK(parsed.diagnostics.all().empty());
  CHECK(parsed.tree.comments.size() == 6);
}
