// The formatter: the same the second time, nothing changed but blanks, refusals, hostile text.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "lang/format/format.h"
#include "lang/format/line_diff.h"
#include "lang/source/load.h"
#include "lang/syntax/same.h"
#include "tests/unit/lang/dump.h"

using namespace muster;

namespace {

std::string laid_out(std::string_view text) { return lang::lay_out(text, 1U << 20U).value_or("too long"); }

lang::Result<lang::Formatted> formatted(std::string text, const lang::Limits& limits = {}) {
  lang::SourceMap sources;
  const auto file = lang::add_source("t.muster", std::move(text), false, limits, sources);
  REQUIRE(file.has_value());
  return lang::format(sources, *file, limits);
}

std::string good(std::string text) {
  const auto result = formatted(std::move(text));
  REQUIRE(result.has_value());
  REQUIRE(!result->diagnostics.has_errors());
  return result->text;
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("every policy of the tree is formatted, and its words in any other layout give it again") {
  std::size_t policies = 0;
  for (const char* folder : {"examples", "stdlib/std", "tests/bench", "tests/oracle"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".muster") continue;
      ++policies;
      CAPTURE(entry.path().string());
      std::ifstream file(entry.path(), std::ios::binary);
      std::stringstream text;
      text << file.rdbuf();
      const std::string before = text.str();
      const std::string once = good(before);
      CHECK(good(once) == once);
      std::string flat;  // every line against the left edge, with DOS line ends, for the layout alone
      for (std::size_t at = 0; at < once.size(); ++at) {
        if (once[at] == '\n') {
          flat += "\r\n\t";
          while (at + 1 < once.size() && once[at + 1] == ' ') ++at;
        } else {
          flat += once[at];
        }
      }
      CHECK(laid_out(flat) == once);
    }
  }
  CHECK(policies >= 20);
}

TEST_CASE("blanks between tokens") {
  CHECK(good("let x=( a+b )*-c  -1") == "let x = (a + b) * -c - 1\n");
  CHECK(good("let x = not(a)and b>=-5") == "let x = not (a) and b >= -5\n");
  CHECK(good("let x = lower( lead.email )=\"a\"") == "let x = lower(lead.email) = \"a\"\n");
  CHECK(good("let x = a in{1 ,2,}") == "let x = a in { 1, 2, }\n");
  CHECK(good("let x = 45%of a+2.5K   USD") == "let x = 45% of a + 2.5K USD\n");
  CHECK(good("let x = as of-at+70% of b") == "let x = as of - at + 70% of b\n");
  CHECK(good("let x = at>2026-02-01   09:30") == "let x = at > 2026-02-01 09:30\n");
  CHECK(good("let x = at>2026-02-01T09:30:00+02:00") == "let x = at > 2026-02-01T09:30:00+02:00\n");
  CHECK(good("define f (x :decimal (2)):int=1") == "define f(x: decimal(2)): int = 1\n");
  CHECK(good("score s from-50 to 100{+5 when a ,-3 when b}") == "score s from -50 to 100 { +5 when a, -3 when b }\n");
  CHECK(good("") == "");
  CHECK(good("# only a comment \t") == "# only a comment\n");
}

TEST_CASE("constructs that are lines in braces need nothing of their own") {
  CHECK(laid_out("calendar Office in \"America/New_York\"{\nopen monday   to friday 09:00 to 12:30 ,13:30 to 17:30\n"
                 "open 2026-12-24 09:00 to 12:00\nclosed 2026-01-01,\n2026-12-25\n}") ==
        "calendar Office in \"America/New_York\" {\n  open monday to friday 09:00 to 12:30, 13:30 to 17:30\n"
        "  open 2026-12-24 09:00 to 12:00\n  closed 2026-01-01,\n    2026-12-25\n}\n");
  CHECK(
      laid_out("sla \"x\"{\nhandoff when stage becomes MQL\nMarketing provides email,phone,\ncompany.name\n"
               "Marketing delivers at least 300 MQL per quarter,tracked weekly\n\n"
               "Marketing provides email\nSales follows up within 30 minutes in Office\nSales updates status\n"
               "escalate after 30 minutes remind owner,\nafter 2 hours tell manager\n}") ==
      "sla \"x\" {\n  handoff when stage becomes MQL\n  Marketing provides email, phone,\n    company.name\n"
      "  Marketing delivers at least 300 MQL per quarter, tracked weekly\n\n"
      "  Marketing provides   email\n  Sales     follows up within 30 minutes in Office\n"
      "  Sales     updates    status\n  escalate after 30 minutes remind owner,\n    after 2 hours tell manager\n}\n");
  CHECK(laid_out("guarantee \"x\" :\n(a and b\nand not c)implies d\nguarantee \"y\": fit,stage never use home") ==
        "guarantee \"x\":\n  (a and b\n    and not c) implies d\nguarantee \"y\": fit, stage never use home\n");
  CHECK(laid_out("test \"x\"{\nas of 2026-02-01\nlead{email:\"x\",phone:\"y\"}\ncompany{\nsize:5,\ncountry:US\n}\n"
                 "activity Demo{at:2   days ago}\nexpect A,\nB\nexpect fit=80# because\n}") ==
        "test \"x\" {\n  as of 2026-02-01\n  lead { email: \"x\", phone: \"y\" }\n  company {\n    size: 5,\n"
        "    country: US\n  }\n  activity Demo { at: 2 days ago }\n  expect A,\n    B\n  expect fit = 80  # "
        "because\n}\n");
  CHECK(
      laid_out("import \"shared/p.muster\"\nextend Lead{\nbudget:money USD? from \"Budget__c\"\nx:int from \"X\"\n}") ==
      "import \"shared/p.muster\"\nextend Lead {\n  budget: money USD?  from \"Budget__c\"\n"
      "  x:      int         from \"X\"\n}\n");
}

TEST_CASE("`missing when` in a line of its own keeps its owner") {
  const std::string of_field = "object L {\n  a: text\n     missing when \"x\"\n}";
  const std::string of_all = "object L {\n     a: text\n     missing when \"x\"\n}";
  CHECK(good(of_field) == "object L {\n  a: text\n    missing when \"x\"\n}\n");
  CHECK(good(of_all) == "object L {\n  a: text\n  missing when \"x\"\n}\n");
  const std::string far = good("object L { k: text key,  b: text\n                             missing when \"x\" }");
  CHECK(far == "object L { k: text key, b: text\n                         missing when \"x\" }\n");
  CHECK(good(far) == far);
}

TEST_CASE("a longer line does not push the others") {
  const std::string longer(60, 'x');
  CHECK(good("let a=1 # one\nlet bb = 2#two\nlet c = " + longer + " # three") ==
        "let a  = 1  # one\nlet bb = 2  #two\nlet c  = " + longer + "  # three\n");
}

TEST_CASE("a text with mistakes is refused, one that would grow too large as well") {
  const auto bad = formatted("let x = = 1");
  REQUIRE(bad.has_value());
  CHECK(bad->diagnostics.has_errors());
  CHECK(bad->text.empty());
  lang::Limits limits;
  limits.source_bytes = 8;
  const auto large = formatted("let x=1", limits);
  REQUIRE(!large.has_value());
  CHECK(large.error().kind == lang::ErrorKind::data);
}

TEST_CASE("trees differ in values, kinds, and numbers of nodes") {
  const auto tree = [](std::string text) { return test::parse_text(std::move(text)).tree; };
  const auto same = [&](std::string left, std::string right) {
    return lang::same_but_for_places(tree(std::move(left)), tree(std::move(right)));
  };
  CHECK(same("let x = a + 1", "let   x = a +\n    1"));
  CHECK(!same("let x = a + 1", "let x = a + 2"));
  CHECK(!same("let x = a + 1", "let x = a - 1"));
  CHECK(!same("let x = a", "let y = a"));
  CHECK(!same("let x = a", "let x = (a)"));
  CHECK(!same("let x = a", "let x = a\nlet y = a"));
  CHECK(!same("score s { +1 when a }", "score s { -1 when a }"));
  CHECK(!same("route { to \"x\" otherwise }", "route { to \"y\" otherwise }"));
  CHECK(!same("icp A { any of { a } }", "icp A { all of { a } }"));
  CHECK(!same("let x = any A", "let x = any B"));
}

TEST_CASE("any text is laid out once and for all, without its proof") {
  for (const char* text :
       {"}}}){(", "((((", "a\r\rb", "\" open", "1:2:3", "| | |\n||", "= =\n= {\n}", "# a\n}\n# b", "'“", "a\n# b"}) {
    const std::string once = laid_out(text);
    CAPTURE(once);
    CHECK(laid_out(once) == once);
  }
  CHECK(!lang::lay_out(repeat("{\n", 4000), 1U << 20U).has_value());
}

TEST_CASE("a diff shows changed lines with three around them") {
  CHECK(lang::diff_of_layout("p", "a\nb\n", "a\nb\n").empty());
  CHECK(lang::diff_of_layout("p", "a\nb \nc\n\n\nd", "a\nb\nc\n\nd\n") ==
        "--- p\n+++ p, formatted\n@@ -1,6 +1,5 @@\n a\n-b \n+b\n c\n \n-\n-d\n\\ No newline at end of file\n+d\n");
}
