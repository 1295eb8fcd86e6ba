// Rows, windows and aggregates inside expressions.
#include <doctest/doctest.h>

#include <string>
#include <variant>

#include "tests/unit/lang/dump.h"

using muster::test::expression;
using muster::test::parse_text;

namespace {

// The dump of `let x = EXPRESSION` or the first message with its fix.
std::string fix(std::string_view text) {
  const auto parsed = parse_text("let x = " + std::string(text));
  REQUIRE(!parsed.diagnostics.all().empty());
  const auto& first = parsed.diagnostics.all()[0];
  return first.message + ": " + first.fix;
}

}  // namespace

TEST_CASE("rows: quantifiers with `where` and a window in any order") {
  CHECK(expression("any PageView") == "(any [PageView])");
  CHECK(expression("all Call where minutes >= 5") == "(all [Call where (>= minutes 5)])");
  CHECK(expression("none of Unsubscribed in last 90 days") == "(none [Unsubscribed last 7776000000000us])");
  CHECK(expression("any V where a = 1 in last 1 day") == "(any [V where (= a 1) last 86400000000us])");
  CHECK(expression("any V in last 1 day where a = 1") == "(any [V where (= a 1) last 86400000000us])");
  CHECK(expression("any V where (a = 1 and b) since d") == "(any [V where (p (and (= a 1) b)) since d])");
  CHECK(expression("any A and any B or_c").starts_with("M1001"));
  CHECK(expression("any A in last 1 day and none of B or c").starts_with("M1007"));
  CHECK(expression("not any A and any B") == "(and (not (any [A])) (any [B]))");
  CHECK(expression("any A is undecided") == "(undecided (any [A]))");
  CHECK(expression("any A in last 1 day is undecided") == "(undecided (any [A last 86400000000us]))");
  CHECK(expression("(any A\n  where b\n  since c)") == "(p (any [A where b since c]))");
  CHECK(expression("any A\n  where b") == "(any [A where b])");
}

TEST_CASE("`where` takes one comparison or predicate; what follows belongs to the rows or to the whole") {
  CHECK(expression("count of V where page = \"/p\" in last 14 days >= 2") ==
        "(>= (count [V where (= page \"/p\") last 1209600000000us]) 2)");
  CHECK(expression("count of V where a + 1 > b * 2 >= 2") == "(>= (count [V where (> (sum a + 1) (* b 2))]) 2)");
  CHECK(expression("count of V where (a) >= 2") == "(>= (count [V where (p a)]) 2)");
  CHECK(expression("any V where not a in last 1 day") == "(any [V where (not a) last 86400000000us])");
  CHECK(expression("any V where not (a or b) and c") == "(and (any [V where (not (p (or a b)))]) c)");
  CHECK(expression("any V where a in { 1, 2 } and b") == "(and (any [V where (in a { 1 2})]) b)");
  CHECK(expression("any V where a in 1 to 2 + 3 in last 1 day") ==
        "(any [V where (in a [1 (sum 2 + 3)]) last 86400000000us])");
  CHECK(expression("any V where a not in b since c") == "(any [V where (not-in a b) since c])");
  CHECK(expression("any V where t contains word any { \"a\" } in last 1 day") ==
        "(any [V where (contains word any t { \"a\"}) last 86400000000us])");
  CHECK(expression("any V where a is known between b and c and d") == "(and (any [V where (known a) between b c]) d)");
  CHECK(expression("any V where lead.email = mail") == "(any [V where (= lead.email mail)])");
  CHECK(expression("any C where any V where b in last 1 day") ==
        "(any [C where (any [V where b last 86400000000us])])");
}

TEST_CASE("windows") {
  CHECK(expression("any V in last 3 months") == "(any [V last 3 month])");
  CHECK(expression("any V in last 1 month") == "(any [V last 1 month])");
  CHECK(expression("any V in last 2 quarters") == "(any [V last 2 quarter])");
  CHECK(expression("any V in last 1 year") == "(any [V last 1 year])");
  CHECK(expression("any V in last 2 calendar weeks from monday") == "(any [V last 2 calendar week@1])");
  CHECK(expression("any V in last 1 calendar week from sunday") == "(any [V last 1 calendar week@7])");
  CHECK(expression("any V in last 1 calendar day") == "(any [V last 1 calendar day])");
  CHECK(expression("any V in last 4 calendar quarters and a") == "(and (any [V last 4 calendar quarter]) a)");
  CHECK(expression("any V in last length") == "(any [V last length])");
  CHECK(expression("any V in last (n * 1 day)") == "(any [V last (p (* n 86400000000us))])");
  CHECK(expression("any V since 2026-01-01") == "(any [V since day20454])");
  CHECK(expression("any V since as of - 30 days") == "(any [V since (sum as-of - 2592000000000us)])");
  CHECK(expression("any V between a and b and c") == "(and (any [V between a b]) c)");
  CHECK(expression("any V between 2026-01-01 and a + 1 day or c") ==
        "(or (any [V between day20454 (sum a + 86400000000us)]) c)");
  CHECK(expression("count of A in last 7 days - count of A in last 14 days") ==
        "(sum (count [A last 604800000000us]) - (count [A last 1209600000000us]))");
  CHECK(expression("a in last 30 days") == "(in a last 2592000000000us)");
  CHECK(expression("a in last 3 months and b") == "(and (in a last 3 month) b)");
  CHECK(expression("not a in last 1 calendar month") == "(not (in a last 1 calendar month))");
  CHECK(expression("a since 2026-01-01 or b") == "(or (in a since day20454) b)");
  CHECK(expression("a between b and c and d") == "(and (in a between b c) d)");
  CHECK(expression("a + 1 day between b and c") == "(in (sum a + 86400000000us) between b c)");
  CHECK(expression("a < b since c").starts_with("M1008"));
}

TEST_CASE("aggregates") {
  CHECK(expression("count of different Download.asset in last 90 days") ==
        "(different asset [Download last 7776000000000us])");
  CHECK(expression("count of different") == "(count [different])");
  CHECK(expression("sum of V.seconds where page = \"/p\"") == "(sum seconds [V where (= page \"/p\")])");
  CHECK(expression("min of V.a + max of V.b") == "(sum (min a [V]) + (max b [V]))");
  CHECK(expression("average of Contact.account.total") == "(average account.total [Contact])");
  CHECK(expression("first of V.a default 0") == "(default (first a [V]) 0)");
  CHECK(expression("last of Budget.amount in last 14 days") == "(last amount [Budget last 1209600000000us])");
  CHECK(expression("60% of fit + 40% of engagement") == "(sum (of 60% fit) + (of 40% engagement))");
  CHECK(expression("60% of (max of C.interest where role = Champion) + 1") ==
        "(sum (of 60% (p (max interest [C where (= role Champion)]))) + 1)");
  CHECK(expression("50% of a default 0 > 1") == "(> (of 50% (default a 0)) 1)");
}

TEST_CASE("days") {
  CHECK(expression("at least 3 days of Login") == "(days 3 [Login])");
  CHECK(expression("at least 3 days of Login within 7 days") == "(days 3 [Login] apart<604800000000us)");
  CHECK(expression("at least 3 days of Login at most 7 days apart") == "(days 3 [Login] apart<=604800000000us)");
  CHECK(expression("at least 1 day of Login within one week from monday") == "(days 1 [Login] one week@1)");
  CHECK(expression("at least 2 days of Login within one week from sunday and a") ==
        "(and (days 2 [Login] one week@7) a)");
  CHECK(expression("at least 2 days of Login within one quarter") == "(days 2 [Login] one quarter)");
  CHECK(expression("at least 2 days of Login where ok in last 30 days within 7 days") ==
        "(days 2 [Login where ok last 2592000000000us] apart<604800000000us)");
  CHECK(expression("if at least 2 days of Login then 1 else 2") == "(if (days 2 [Login]) 1 2)");
  CHECK(muster::test::dump(parse_text("icp A {\n  at least 2 days of V within 7 days\n  at least 2 of { a, b, c }\n"
                                      "  any of { any V, none of W }\n  all of { all V where a }\n}")
                               .tree) ==
        "icp A (require (days 2 [V] apart<604800000000us)) (at-least 2 (require a) (require b) (require c))"
        " (any-of (require (any [V])) (require (none [W]))) (all-of (require (all [V where a])))\n");
}

TEST_CASE("evidence, frameworks and stages as conditions") {
  CHECK(expression("budget known within 90 days and a") == "(and (known-within budget 7776000000000us) a)");
  CHECK(expression("budget is claimed or budget is verified") == "(or (claimed budget) (verified budget))");
  CHECK(expression("a is explicit and b is implicit") == "(and (explicit a) (implicit b))");
  CHECK(expression("BANT qualified") == "(qualified BANT)");
  CHECK(expression("company.Committee qualified and not Deep.Metrics") ==
        "(and (qualified company.Committee) (not Deep.Metrics))");
  CHECK(expression("BANT qualified is undecided") == "(undecided (qualified BANT))");
  CHECK(expression("stage becomes MQL and stage >= MQL") == "(and (becomes MQL) (>= stage MQL))");
  CHECK(expression("if stage becomes Hot then 1 else score_at_entry") == "(if (becomes Hot) 1 score_at_entry)");
}

TEST_CASE("words of the new syntax stay names") {
  CHECK(expression("since >= 2026-01-01") == "(>= since day20454)");
  CHECK(expression("since since 2026-01-01") == "(in since since day20454)");
  CHECK(expression("last.x + first + sum.y") == "(sum last.x + first + sum.y)");
  CHECK(expression("x in last.values") == "(in x last.values)");
  CHECK(expression("min = max and average < between") == "(and (= min max) (< average between))");
  CHECK(expression("qualified and table = output") == "(and qualified (= table output))");
  CHECK(expression("different = none and claimed") == "(and (= different none) claimed)");
  CHECK(expression("framework + rates - extend") == "(sum framework + rates - extend)");
  CHECK(expression("stage = becomes and calendar = kind") == "(and (= stage becomes) (= calendar kind))");
  CHECK(expression("any many where one = time") == "(any [many where (= one time)])");
  CHECK(expression("any last in last 1 day") == "(any [last last 86400000000us])");
}

TEST_CASE("spans of rows, windows and values are exact") {
  const auto parsed = parse_text("let x = 1 + sum of V.a.b where c = 1 in last 2 calendar weeks from monday  # why\n");
  REQUIRE(parsed.diagnostics.all().empty());
  const auto text = [&](muster::lang::Span span) { return std::string(parsed.sources.text(span)); };
  const auto& rows = parsed.tree.rows[muster::lang::RowsId{0}];
  CHECK(text(rows.span) == "V.a.b where c = 1 in last 2 calendar weeks from monday");
  CHECK(text(rows.source.span) == "V");
  REQUIRE(rows.where);
  CHECK(text(parsed.tree.expressions[*rows.where].span) == "c = 1");
  REQUIRE(rows.window);
  CHECK(text(rows.window->span) == "in last 2 calendar weeks from monday");
  bool found = false;
  for (const auto& each : parsed.tree.expressions) {
    if (const auto* node = std::get_if<muster::lang::Aggregate>(&each.node)) {
      found = true;
      CHECK(text(each.span) == "sum of V.a.b where c = 1 in last 2 calendar weeks from monday");
      CHECK(text(parsed.tree.expressions[*node->value].span) == "a.b");
    }
  }
  CHECK(found);
}

TEST_CASE("likely mistakes about rows say what to write") {
  CHECK(fix("any V in last 30").starts_with("expected a unit of time behind `30`: such as `in last 30 days`"));
  CHECK(fix("a in last 30").starts_with("expected a unit of time behind `30`"));
  CHECK(fix("any V in last month") ==
        "expected a number behind `in last`: such as `in last 1 month` or `in last 1 calendar month`");
  CHECK(fix("any V in last").starts_with("expected a length of time behind `in last`"));
  CHECK(fix("any V in last 2 calendar weeks").starts_with("expected `from monday` or `from sunday` behind the week"));
  CHECK(fix("any V in last 2 weeks from monday").starts_with("expected `calendar` before the weeks"));
  CHECK(fix("any V between a or b").starts_with("expected `and` and the other end of `between`"));
  CHECK(fix("any V where a where b") == "`where` stands twice in one rule: keep one of the two");
  CHECK(fix("any V since a since b") == "a window stands twice in one rule: keep one of the two");
  CHECK(fix("any of V").starts_with("expected the name of rows after `any`"));
  CHECK(fix("any V.a").starts_with("expected rows, not a field of theirs"));
  CHECK(fix("sum of V") == "expected `.` and a field of the rows: such as `PageView.seconds`");
  CHECK(fix("count V").starts_with("expected `of` and the name of rows"));
  CHECK(fix("any V where").starts_with("expected a condition behind `where`"));
  CHECK(fix("at least 3 of V").starts_with("expected `days of` and the name of rows"));
  CHECK(fix("at least 3 days of V within one week").starts_with("expected `from monday` or `from sunday`"));
  CHECK(fix("a known within").starts_with("expected a length of time after `known within`"));
}
