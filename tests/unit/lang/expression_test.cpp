// Values and conditions: language.md section 5 (grammar) and section 4.
#include <doctest/doctest.h>

#include <string>

#include "tests/unit/lang/dump.h"

using muster::test::expression;

TEST_CASE("precedence, high to low") {
  CHECK(expression("a + b * c") == "(sum a + (* b c))");
  CHECK(expression("a - b + c - d") == "(sum a - b + c - d)");
  CHECK(expression("a / b mod c") == "(mod (/ a b) c)");
  CHECK(expression("(a + b) * c") == "(* (p (sum a + b)) c)");
  CHECK(expression("-a * b") == "(* (neg a) b)");
  CHECK(expression("a - -b") == "(sum a - (neg b))");
  CHECK(expression("not a = b") == "(not (= a b))");
  CHECK(expression("not not a") == "(not (not a))");
  CHECK(expression("a + 1 <= b * 2") == "(<= (sum a + 1) (* b 2))");
  CHECK(expression("a and b and c") == "(and a b c)");
  CHECK(expression("a or not b") == "(or a (not b))");
  CHECK(expression("a and not b") == "(and a (not b))");
  CHECK(expression("a and b implies c or d") == "(implies (and a b) (or c d))");
  CHECK(expression("(a and b) or c") == "(or (p (and a b)) c)");
}

TEST_CASE("section 4, number 2: `default` and the tests of state are postfix and bind tighter than arithmetic") {
  CHECK(expression("a + b default 0") == "(sum a + (default b 0))");
  CHECK(expression("a default -1 > 0") == "(> (default a (neg 1)) 0)");
  CHECK(expression("(a and b) default no") == "(default (p (and a b)) no)");
  CHECK(expression("a is known and b is missing") == "(and (known a) (missing b))");
  CHECK(expression("not a is undecided") == "(not (undecided a))");
  CHECK(expression("a default 0 is known") == "(known (default a 0))");
  CHECK(expression("a rounded to 2 digits") == "(round0 a 2)");
  CHECK(expression("(a / b) rounded half up to 1 digit") == "(round1 (p (/ a b)) 1)");
  CHECK(expression("a rounded up to 0 digits") == "(round2 a 0)");
  CHECK(expression("a rounded down to 9 digits") == "(round3 a 9)");
  CHECK(expression("a rounded half even to 3 digits") == "(round0 a 3)");
}

TEST_CASE("comparisons, sets, ranges and windows") {
  CHECK(expression("a != b") == "(!= a b)");
  CHECK(expression("a in { US, CA }") == "(in a { US CA})");
  CHECK(expression("a in {}") == "(in a {})");
  CHECK(expression("a not in names") == "(not-in a names)");
  CHECK(expression("a in 1 to 9 and b") == "(and (in a [1 9]) b)");
  CHECK(expression("a in x + 1 to under x * 2") == "(in a [(sum x + 1) (* x 2)))");
  CHECK(expression("a in last 30 days") == "(in a last 2592000000000us)");
  CHECK(expression("a + 1 in last n * 1 day") == "(in (sum a + 1) last (* n 86400000000us))");
  CHECK(expression("t contains word any { \"a\", \"b\" } or u") == "(or (contains word any t { \"a\" \"b\"}) u)");
  CHECK(expression("t contains any names") == "(contains any t names)");
  CHECK(expression("t starts with \"a\"") == "(starts with t \"a\")");
  CHECK(expression("t matches regex \"^a\"") == "(matches regex t \"^a\")");
  CHECK(expression("t matches \"a*\" and t is exactly \"Ab\"") == "(and (matches t \"a*\") (is exactly t \"Ab\"))");
}

TEST_CASE("literals are exact") {
  CHECK(expression("50K") == "50000");
  CHECK(expression("1.5M") == "1500000");
  CHECK(expression("1.2345K") == "12345e-1");
  CHECK(expression("2.50") == "250e-2");
  CHECK(expression("9B") == "9000000000");
  CHECK(expression("9223372036854775807") == "9223372036854775807");
  CHECK(expression("9223372036854775808").starts_with("M1009"));
  CHECK(expression("0.1234567891").starts_with("M1010"));
  CHECK(expression("45%") == "45%");
  CHECK(expression("50M USD") == "50000000USD");
  CHECK(expression("9.99 EUR") == "999e-2EUR");
  CHECK(expression("1.5 hours") == "5400000000us");
  CHECK(expression("1 week + 2 minutes") == "(sum 604800000000us + 120000000us)");
  CHECK(expression("3 months").starts_with("M1011"));
  CHECK(expression("0.0000001 seconds").starts_with("M1025"));
  CHECK(expression("999999999999 weeks").starts_with("M1009"));
  CHECK(expression("1,000").starts_with("M1023"));
  CHECK(expression("1_000").starts_with("M1022"));
  CHECK(expression("50k").starts_with("M1022"));
  CHECK(expression("$50").starts_with("M1017"));
  CHECK(expression("\"a \\\"b\\\" \\\\ \\n\\t\"") == "\"a \"b\" \\ \n\t\"");
  CHECK(expression("\"\\q\"").starts_with("M1018"));
  CHECK(expression("yes = no") == "(= yes no)");
}

TEST_CASE("days and moments lex before numbers and must exist") {
  CHECK(expression("2026-01-31") == "day20484");
  CHECK(expression("1969-12-31") == "day-1");
  CHECK(expression("2024-02-29") == "day19782");
  CHECK(expression("2026-02-29") == "M1012 1:9 the day 2026-02-29 does not exist\n");
  CHECK(expression("2026 - 1 - 31") == "(sum 2026 - 1 - 31)");
  CHECK(expression("2026-1-31") == "M1017 1:9 `2026-1-31` is not how Muster writes this\n");
  CHECK(expression("2026-01-31 09:30") == "day20484+34200000000us");
  CHECK(expression("2026-01-31T09:30:05Z") == "day20484+34205000000us@0");
  CHECK(expression("2026-01-31T00:00-05:30") == "day20484+0us@-330");
  CHECK(expression("2026-01-31 24:00").starts_with("M1013"));
}

TEST_CASE("names, calls and choices") {
  CHECK(expression("company.employees") == "company.employees");
  CHECK(expression("stage = status and owner = version") == "(and (= stage status) (= owner version))");
  CHECK(expression("domain(lower(email), 1)") == "(call domain (call lower email) 1)");
  CHECK(expression("f()") == "(call f)");
  CHECK(expression("as of - created_at") == "(sum as-of - created_at)");
  CHECK(expression("lowest of fit >= 1") == "(>= (lowest fit) 1)");
  CHECK(expression("highest of fit") == "(highest fit)");
  CHECK(expression("if a then 1 else if b then 2 else 3") == "(if a 1 (if b 2 3))");
  CHECK(expression("if = 1 and match = 2") == "(and (= if 1) (= match 2))");
  CHECK(expression("match x { under 5: \"a\" | 5 to under 9: \"b\" | 9 and over: \"c\" | missing: \"d\" }") ==
        "(match x [..5):\"a\" [5..9):\"b\" [9..]:\"c\" missing:\"d\")");
  CHECK(expression("match x {\n  A, B: 1\n  over 2: -1\n  otherwise: 3\n}") ==
        "(match x < A B>:1 (2..]:(neg 1) otherwise:3)");
  CHECK(expression("(match x {\n  A: 1\n  -1 to 2: 2\n}) + 1") == "(sum (p (match x < A>:1 [(neg 1)..2]:2)) + 1)");
}

TEST_CASE("newlines end an expression except where it plainly goes on") {
  CHECK(expression("a and\n  b") == "(and a b)");
  CHECK(expression("a\n\n  # why\n  and b") == "(and a b)");
  CHECK(expression("a\n  or b") == "(or a b)");
  CHECK(expression("(a\n = b\n)") == "(p (= a b))");
  CHECK(expression("a in {\n \"x\",\n \"y\"\n}") == "(in a { \"x\" \"y\"})");
  CHECK(expression("f(a,\n b)") == "(call f a b)");
  CHECK(expression("if a\n then 1\n else 2").starts_with("M1001") == false);
  CHECK(expression("a +\r\n b") == "(sum a + b)");
  CHECK(expression("a\n + b").starts_with("M1002"));
}

TEST_CASE("mistakes name the fix in Muster's words") {
  using muster::test::parse_text;
  const auto fix = [](std::string_view text) {
    const auto parsed = parse_text("let x = " + std::string(text));
    REQUIRE(!parsed.diagnostics.all().empty());
    return std::string(muster::lang::row_of(parsed.diagnostics.all()[0].id).code) + " " +
           parsed.diagnostics.all()[0].fix;
  };
  CHECK(fix("a and b or c") == "M1007 write `(a and b) or c` or `a and (b or c)`");
  CHECK(fix("a or b and c or d") == "M1007 write `a or (b and c) or d` or `(a or b) and (c or d)`");
  CHECK(fix("a < b < c") == "M1008 write `a < b and b < c`");
  CHECK(fix("q and a + 1 <= b <= 2 * c and r") == "M1008 write `a + 1 <= b and b <= 2 * c`");
  CHECK(fix("a implies b implies c") == "M1026 put the part that belongs together in ( )");
  CHECK(fix("a == b") == "M1017 write `=`");
  CHECK(fix("a <> b") == "M1017 write `!=`");
  CHECK(fix("a && b") == "M1017 write `and`");
  CHECK(fix("a || b") == "M1017 write `or`");
  CHECK(fix("!a") == "M1017 write `not`");
  CHECK(fix("a = 'b'") == "M1017 write texts between straight quotes: \"b\"");
  CHECK(fix("a = “b”") == "M1017 write texts between straight quotes: \"b\"");
  CHECK(fix("a % b") == "M1017 write `mod` for the remainder; in 45% the sign touches the number");
  CHECK(fix("a = { 1 }").starts_with("M1027"));
  CHECK(fix("a = not b").starts_with("M1001 put `not"));
  CHECK(fix("domain (email)") == "M1001 a call's `(` touches its name, as in `domain(email)`");
  CHECK(fix("a is 5") == "M1017 write `=`");
  CHECK(fix("a is b2b") == "M1017 write `=`");
  CHECK(fix("a is knwon") == "M1001 did you mean `known`?");
  CHECK(fix("t contains { \"a\" }").starts_with("M1001 such as `contains any"));
  CHECK(expression("a ==") ==
        "M1017 1:11 `==` is not how Muster writes this\nM1001 1:13 expected a value after `==`\n");
  CHECK(expression("(a") == "M1001 1:11 expected `)`\n");
}
