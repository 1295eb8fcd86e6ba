// Declarations about behaviour over time: relations, kinds, tables, scores that fade, frameworks, lifecycles.
#include <doctest/doctest.h>

#include <string>

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

// The first message and what to do about it.
std::string fix(std::string text) {
  const test::Parsed parsed = parse_text(std::move(text));
  REQUIRE(!parsed.diagnostics.all().empty());
  return parsed.diagnostics.all()[0].message + ": " + parsed.diagnostics.all()[0].fix;
}

}  // namespace

TEST_CASE("fields: where a value comes from and how much it is worth") {
  CHECK(good("object Lead from \"leads.csv\" {\n"
             "  budget: money USD? dated by budget_at, claimed\n"
             "  call: int? verified by call_done missing when \"x\"\n"
             "  size: int? source implicit, from \"E\"\n"
             "  budget_at: datetime? event\n"
             "  closed_on: date? known after outcome\n"
             "  done: bool verified\n    source explicit\n"
             "  at: date time, other: int\n"
             "}") ==
        "object Lead from \"leads.csv\" (budget:money USD? claimed dated-by budget_at)"
        " (call:int? verified-by call_done missing \"x\") (size:int? implicit from \"E\") (budget_at:datetime? event)"
        " (closed_on:date? after-outcome) (done:bool verified explicit) (at:date time) (other:int)\n");
  CHECK(good("object Lead { one: text, many: int?, time: date, kind: Kind, first: int, last: int, table: text,"
             " output: text, source: text, claimed: bool, event: date, tracked: date, duplicates: int, dated: int }") ==
        "object Lead (one:text) (many:int?) (time:date) (kind:Kind) (first:int) (last:int) (table:text) (output:text)"
        " (source:text) (claimed:bool) (event:date) (tracked:date) (duplicates:int) (dated:int)\n");
  CHECK(fix("object L {\n  a: int source\n}").starts_with("expected `explicit` or `implicit` after `source`"));
  CHECK(fix("object L {\n  a: int claimed, verified\n}").starts_with("`verified` stands twice in one rule"));
}

TEST_CASE("relations and duplicates") {
  CHECK(good("object Lead {\n"
             "  company: one Company by company_id, otherwise domain = domain(email)\n"
             "  one Contact by contact_id\n"
             "  many Activity by lead_id, tracked since 2024-01-01, only when cookies_accepted\n"
             "  many Visit by lead_id only when a tracked since first_seen\n"
             "  calls: many Call by lead_id, one Élan by x\n"
             "  duplicates by email: keep newest by updated_at, join activities\n"
             "}\nobject A { duplicates by id: keep oldest }\nobject B { duplicates by id: keep newest join activities "
             "}") ==
        "object Lead (company:one Company by company_id otherwise domain=(call domain email))"
        " (contact:one Contact by contact_id) (Activity:many Activity by lead_id since day19723 only-when "
        "cookies_accepted) (Visit:many Visit by lead_id since first_seen only-when a) (calls:many Call by lead_id)"
        " (élan:one Élan by x) (duplicates email newest by updated_at join)\n"
        "object A (duplicates id oldest)\nobject B (duplicates id newest join)\n");
  CHECK(fix("object L {\n  many Activity\n}").starts_with("expected `by` and a field"));
  CHECK(fix("object L {\n  duplicates by a\n}").starts_with("expected `: keep newest` or `: keep oldest`"));
  CHECK(fix("object L {\n  duplicates by a: keep newest\n  duplicates by b: keep oldest\n}")
            .starts_with("`duplicates by` stands twice"));
}

TEST_CASE("kinds of rows with fields of their own") {
  CHECK(good("object Activity \"T\" from \"a.csv\" {\n"
             "  what: kind from \"Type\" {\n"
             "    PageView = \"Page View\", \"pageview\" { page: text?, seconds: int? from \"Duration\" }\n"
             "    EmailClick\n    Demo = \"Demo Requested\", Login, Download { asset: text? }\n"
             "  } required\n  bot: bool?\n}") ==
        "object Activity \"T\" from \"a.csv\" (what:kind required from \"Type\" kinds"
        " <PageView \"Page View\" \"pageview\" (page:text?) (seconds:int? from \"Duration\")> <EmailClick>"
        " <Demo \"Demo Requested\"> <Login> <Download (asset:text?)>) (bot:bool?)\n");
  const test::Parsed broken =
      parse_text("object A {\n  what: kind {\n    A = x\n    B { page text }\n    C\n  }\n  b: int\n}");
  CHECK(messages(broken) == "M1001 3:9 expected a spelling in quotes\nM1001 4:14 expected `:` and a type\n");
  CHECK(dump(broken.tree) == "object A (what:kind kinds <B> <C>) (b:int)\n");
}

TEST_CASE("settings with dates, values about an object, outputs, rates, ignored rows") {
  CHECK(good("setting smallest: int = 100, 150 from 2026-04-01, 200 from 2027-01-01 \"title\"\n"
             "let champions for Company = count of Contact where role = Champion\n"
             "output entry \"When hot\" = if stage becomes Hot then engagement else kept\n"
             "rates \"rates.csv\" at created_at\nignore Activity when bot because \"bots\"\n"
             "ignore leads when test") ==
        "setting smallest:int 100 150@20544 200@20819 \"title\"\n"
        "let champions for Company (count [Contact where (= role Champion)])\n"
        "output entry \"When hot\" (if (becomes Hot) engagement kept)\nrates \"rates.csv\" created_at\n"
        "ignore Activity bot \"bots\"\nignore test\n");
  CHECK(fix("setting a: int = 1, 2\n").starts_with("expected `from` and the first day of this value"));
  CHECK(fix("rates \"r.csv\"\n").starts_with("expected `at` and a day or moment"));
  CHECK(fix("output x 5\n").starts_with("expected `=`"));
}

TEST_CASE("tables") {
  CHECK(good("table tier(employees: int, country: Country): text unique \"title\" {\n"
             "  over 1000 | any = \"Big\"\n  10 to under 1000 | US, CA = \"Mid\"\n  missing | any = \"Ask\"\n"
             "  otherwise = \"Other\"\n}\n"
             "table level(title: text): Seniority { \"VP\" = Vice_president, \"Head\", \"Lead\" = Head }\n"
             "table t(a: int): int\n  \"T\" sum { 5 and over = a + 1, any = 2 }\n"
             "extend level { \"Head of RevOps\" = Director }") ==
        "table tier \"title\" employees:int country:Country -> text unique ((1000..] any \"Big\")"
        " ([10..1000) < US CA> \"Mid\") (missing any \"Ask\") (otherwise \"Other\")\n"
        "table level title:text -> Seniority first (< \"VP\"> Vice_president) (< \"Head\" \"Lead\"> Head)\n"
        "table t \"T\" a:int -> int sum ([5..] (sum a + 1)) (any 2)\n"
        "extend level (< \"Head of RevOps\"> Director)\n");
  CHECK(messages(parse_text("table t(a: int, b: int): int {\n  1 = 2\n  1 | 2 | 3 = 4\n  1 | 2 = 3\n}")) ==
        "M1020 2:3 the row `1` has 1 cell, the table's head has 2 cells\n"
        "M1020 3:3 the row `1 | 2 | 3` has 3 cells, the table's head has 2 cells\n");
  CHECK(
      fix("table t(a: int, b: int): int {\n  otherwise | 2 = 4\n}").starts_with("expected a cell: a cell that takes"));
  CHECK(fix("table t(a: int): int {\n  1 4\n}").starts_with("expected `=` and the result of the row"));
  CHECK(fix("table t(a: int): int {\n  1: 4\n}") == "`:` is not how Muster writes this: write `=`");
  CHECK(fix("table t: int {\n  1 = 4\n}").starts_with("expected `(` and what is looked up"));
}

TEST_CASE("definitions about an object: `for` before or after the title") {
  CHECK(good("icp Target \"t\" for Company { a }\npersona P for Contact \"t\" { a }\n"
             "behavioural qualifier B for Company { a }\ngrade g for Company from s { otherwise | A }\n"
             "score s \"t\" for Company from 0 to 10 { +1 when a }\nframework F for Company { A met when a }") ==
        "icp Target \"t\" for Company (require a)\npersona P \"t\" for Contact (require a)\n"
        "behavioural B for Company (require a)\ngrade g for Company s (otherwise A)\n"
        "score s \"t\" for Company from 0 to 10 (+1 when a)\nframework F for Company (A a)\n");
  CHECK(fix("icp T for { a }").starts_with("expected the object that it is about"));
}

TEST_CASE("scores: rows, limits, fading") {
  CHECK(
      good("score e \"T\" from 0 to 100 halving every 30 days since last_activity, scaled to 100 {\n"
           "  restart after latest Unsubscribed\n  zero while opted_out\n"
           "  +2  per PageView in last 90 days, at most 20, at least 1\n"
           "  +25 per PageView where page = \"/p\", counting latest 1 per week from monday, at most 50, because \"r\"\n"
           "  +15 per different Download.asset in last 90 days, halving every 14 days, by whole days\n"
           "  +40 when any DemoRequested, first only\n  +5 when is_customer, aged by became_customer_at\n"
           "  -20 when any HardBounce, never fading\n  +3 per PageView when b, fading to zero over 90 days\n"
           "  +1 per Login, minus 10% every 30 days since d\n"
           "  group \"Web\", at most 60, halving every 30 days {\n    +1 per Login\n    zero while x\n  }\n}") ==
      "score e \"T\" from 0 to 100 (halving 2592000000000us since last_activity) restart [Unsubscribed] zero-while "
      "opted_out scaled-to 100"
      " (+2 per [PageView last 7776000000000us] at-most 20 at-least 1)"
      " (+25 per [PageView where (= page \"/p\")] at-most 50 latest 1 week@1 because \"r\")"
      " (+15 per different asset [Download last 7776000000000us] (halving 1209600000000us whole-days))"
      " (+40 when (any [DemoRequested]) first-only) (+5 when is_customer aged-by became_customer_at)"
      " (-20 when (any [HardBounce]) (never)) (+3 per [PageView] when b (to-zero 7776000000000us))"
      " (+1 per [Login] (percent 10% 2592000000000us since d))"
      " (group \"Web\" at-most 60 (halving 2592000000000us) zero-while x (+1 per [Login]))\n");
  CHECK(good("score s {\n"
             "  +1 per Visit counting latest 3 per month at least 2 minus 5% every 1 week since x by whole days\n"
             "  +1 per V first only zero while a = 1 restart after latest B in last 1 month at most 3\n"
             "  +1 per V counting latest 2 per week from sunday, when a\n"
             "  points by x { 1: 2 } at most 5, at least 1, halving every 1 day\n"
             "  group { +1 when a } at least 3 scaled to 10 because \"r\"\n}")
            .find("M1") == std::string::npos);
  CHECK(good("score total from 0 to 100 = 60% of fit + 40% of engagement\nscore a for Company =\n  fit\n"
             "score l \"T\"\n  from 0 to 9\n  halving every 1 day {\n  +1 when a\n}") ==
        "score total from 0 to 100 = (sum (of 60% fit) + (of 40% engagement))\nscore a for Company = fit\n"
        "score l \"T\" from 0 to 9 (halving 86400000000us) (+1 when a)\n");
}

TEST_CASE("`per` counts rows or a quantity") {
  CHECK(good("score r {\n  +1 per login where a\n  +1 per login in last 2 days\n  +1 per PageView since a\n"
             "  +1 per PageView\n  where a\n  +1 per different login.a\n  +1 per Visit\n  +1 per Élan\n}") ==
        "score r (+1 per [login where a]) (+1 per [login last 172800000000us]) (+1 per [PageView since a])"
        " (+1 per [PageView where a]) (+1 per different a [login]) (+1 per [Visit]) (+1 per [Élan])\n");
  CHECK(good("score r {\n  +1 per visits\n  +1 per Handover.met\n  +1 per points(employees)\n  +1 per Visits * 2\n"
             "  +1 per full 10 Visits\n  +1 per different\n  +1 per Visits default 0\n  +1 per since\n}") ==
        "score r (+1 per visits) (+1 per Handover.met) (+1 per (call points employees)) (+1 per (* Visits 2))"
        " (+1 per full 10 Visits) (+1 per different) (+1 per (default Visits 0)) (+1 per since)\n");
}

TEST_CASE("mistakes in the clauses of a score say what to write") {
  const auto rule = [](const std::string& clauses) { return fix("score s {\n  +1 per V, " + clauses + "\n}"); };
  CHECK(rule("counting latest per day").starts_with("expected a number after `counting latest`"));
  CHECK(rule("counting 1 per day").starts_with("expected `latest` and a number after `counting`"));
  CHECK(rule("counting latest 1 per week").starts_with("expected `from monday` or `from sunday` behind the week"));
  CHECK(rule("counting latest 1 per fortnight").starts_with("expected `per` and day, week, month, quarter or year"));
  CHECK(rule("halving 30 days").starts_with("expected `every` and a length of time after `halving`"));
  CHECK(rule("fading over 30 days").starts_with("expected `to zero over` and a length of time after `fading`"));
  CHECK(rule("minus 10%").starts_with("expected `every` and a length of time"));
  CHECK(rule("by whole days").starts_with("expected how the points fade before `by whole days`"));
  CHECK(rule("restart after Bounce").starts_with("expected `latest` and the name of rows"));
  CHECK(rule("at least").starts_with("expected the fewest points after `at least`"));
  CHECK(rule("at most 1, at most 2").starts_with("`at most` stands twice"));
  CHECK(rule("never fading, halving every 1 day").starts_with("a way to fade stands twice"));
  CHECK(rule("first only, counting latest 1 per day").starts_with("a limit of how many rows count stands twice"));
  CHECK(rule("zero while a, zero while b").starts_with("`zero while` stands twice"));
  CHECK(fix("score s {\n  +1 per V per W\n}").starts_with("`per` stands twice"));
}

TEST_CASE("frameworks") {
  CHECK(
      good("framework BANT \"title\" for Company in order, stop at first not met {\n"
           "  Budget \"B\" met when budget >= 10K USD, half met when claimed   ask \"What?\" because \"b\"\n"
           "  Need met when need >= 3, half met when need >= 2\n"
           "  Other met when claimed half met when claimed and x\n  override met when x\n"
           "  qualified when at least 3 met\n}\n"
           "framework Pattern(budget: bool, least: int)\n    \"Title\" in order, stop at first not met {\n"
           "  A met when budget\n    half met when claimed\n  qualified when all met\n}\n"
           "framework Ours from Pattern(budget >= 10K USD, 3) {\n  override Need met when x\n"
           "  qualified when a or b\n}\n"
           "framework Mine from Pattern(a,\n  b)\n"
           "framework Days { A met when a, qualified when at least 3 days of Login }") ==
      "framework BANT \"title\" for Company in-order (Budget \"B\" (>= budget 10000USD) half-claimed because \"b\" ask"
      " \"What?\") (Need (>= need 3) half (>= need 2)) (Other claimed half (and claimed x)) (override x) qualified 3\n"
      "framework Pattern \"Title\" pattern budget:bool least:int in-order (A budget half-claimed) qualified all\n"
      "framework Ours from Pattern (>= budget 10000USD) 3 (override Need x) qualified (or a b)\n"
      "framework Mine from Pattern a b\nframework Days (A a) qualified (days 3 [Login])\n");
  CHECK(fix("framework F {\n  A when a\n}").starts_with("expected `met when` and a condition"));
  CHECK(fix("framework F {\n  A met when a, half met\n}")
            .starts_with("expected `when` and a condition after `half met`"));
  CHECK(fix("framework F in order {\n  A met when a\n}").starts_with("expected `, stop at first not met`"));
  CHECK(fix("framework F {\n  qualified when at least few met\n}").starts_with("expected a number after `at least`"));
  CHECK(fix("framework F {\n  qualified when all met\n  qualified when a\n}")
            .starts_with("`qualified when` stands twice"));
  CHECK(fix("framework F\n").starts_with("expected `{`"));
}

TEST_CASE("lifecycles that remember") {
  CHECK(good("lifecycle remembers stage from stage_before {\n"
             "  stage MQL \"T\" entered at f when C kept while D needs 3 known of a, b, c\n"
             "  stage PQL beside SQL when C because \"x\"\n"
             "  stage X\n    entered at f\n    when C\n    needs 1 known of a, b,\n    kept while D\n"
             "  stage Y beside X, when C, kept while D, needs 1 known of a because \"y\"\n"
             "  recycled at recycled_at when status = \"Not now\"\n  recycled when z\n  never back below MQL\n"
             "  override stage from \"o.csv\" by Sales, needs reason, expires after 30 days\n"
             "  override stage from \"p.csv\"\n  not yet when C\n  disqualified when C\n}") ==
        "lifecycle remembers stage_before (stage MQL \"T\" entered f C kept D needs 3 a b c)"
        " (stage PQL beside SQL C because \"x\") (stage X entered f C kept D needs 1 a b)"
        " (stage Y beside X C kept D needs 1 a because \"y\")"
        " (recycled at recycled_at (= status \"Not now\")) (recycled z) (never-below MQL)"
        " (override \"o.csv\" by Sales reason expires 2592000000000us) (override \"p.csv\") (not-yet C)"
        " (disqualified C)\n");
  CHECK(fix("lifecycle remembers from x {\n}").starts_with("expected `stage from` and a field after `remembers`"));
  CHECK(fix("lifecycle {\n  never below X\n}").starts_with("expected `back below` and a stage after `never`"));
  CHECK(fix("lifecycle {\n  override \"o.csv\"\n}").starts_with("expected `stage from` and a file's name"));
  CHECK(fix("lifecycle {\n  stage A beside B\n}").starts_with("expected `when` and a condition"));
  CHECK(fix("lifecycle {\n  stage A when b kept while c kept while d\n}").starts_with("`kept while` stands twice"));
}
