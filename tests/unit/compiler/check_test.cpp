// What the checker accepts, what it refuses, and that one mistake speaks once.
#include "tests/unit/compiler/compile.h"

using namespace muster;
using namespace muster::compiler;
using test::codes;

namespace {

// The codes for one condition.
std::string condition(std::string_view text) { return codes("icp I { require " + std::string(text) + " }"); }
std::string value(std::string_view text) { return codes("let v = " + std::string(text)); }

}  // namespace

TEST_CASE("types of sums, products and rounding (section 4, number 7)") {
  for (const char* good : {"n + x",
                           "n - 1.5",
                           "x * x",
                           "n / n",
                           "n mod 3",
                           "x mod 0.5",
                           "price + price",
                           "price * 2",
                           "2 * price",
                           "price / 2",
                           "price / price",
                           "price * share",
                           "share * share",
                           "share + 5%",
                           "share / 2",
                           "100 * share",
                           "visit + visit",
                           "visit * 1.5",
                           "visit / visit",
                           "visit / 2",
                           "visit mod 1 hour",
                           "day + 3 days",
                           "3 days + day",
                           "day - day",
                           "day - 1 week",
                           "at + visit",
                           "at - at",
                           "as of - at",
                           "-n",
                           "-price",
                           "-visit",
                           "x rounded to 2 digits",
                           "price / 3 rounded half up to 2 digits",
                           "n rounded down to 0 digits"}) {
    CAPTURE(good);
    CHECK(value(good) == "");
  }
  for (const char* bad : {"n + price", "price + share", "day + day", "day - at", "at + 1", "visit + 1", "visit - day",
                          "price + euros", "name + name", "a + 1", "size + 1"}) {
    CAPTURE(bad);
    const std::string found = value(bad);
    CHECK((found == "M2019" || found == "M2021" || found == "M2018"));
  }
  for (const char* bad : {"price * price", "day * 2", "name / 2", "2 / price", "price mod 3", "2 / visit", "a * 2"}) {
    CAPTURE(bad);
    CHECK(value(bad) == "M2020");
  }
  CHECK(value("-name") == "M2018");
  CHECK(value("name rounded to 2 digits") == "M2018");
  CHECK(value("price / euros") == "M2021");
}

TEST_CASE("comparisons need values of one kind, and an order where they order") {
  for (const char* good : {"n = 1.5",
                           "x < n",
                           "price >= 1 USD",
                           "share <= 5%",
                           "day > 2026-01-31",
                           "at = 2026-01-31 12:00",
                           "visit < 1 day",
                           "name = \"x\"",
                           "name != name",
                           "size >= Medium",
                           "Large > size",
                           "industry = Software",
                           "industry = \"saas\"",
                           "a = b",
                           "n in 1 to 5",
                           "size in Small to Medium",
                           "day in 2026-01-01 to under 2026-02-01",
                           "n in {}",
                           "name not in { \"x\", \"y\" }",
                           "industry in { Software, \"Finance\", other }",
                           "at in last 30 days",
                           "day in last 2 weeks"}) {
    CAPTURE(good);
    CHECK(condition(good) == "");
  }
  for (const char* bad : {"n = \"1\"", "price >= 50M", "share <= 20", "day < at", "name = 1", "size = industry",
                          "n = a", "visit > 3", "n in { 1, \"2\" }", "n in 1 to \"5\""}) {
    CAPTURE(bad);
    CHECK(condition(bad) == "M2016");
  }
  for (const char* bad : {"name < \"m\"", "industry > Software", "a < b", "name in \"a\" to \"b\""}) {
    CAPTURE(bad);
    CHECK(condition(bad) == "M2017");
  }
  CHECK(condition("price = euros") == "M2021");
  CHECK(condition("day in last 12 hours") == "M2027");
  CHECK(condition("n in last 30 days") == "M2018");
  CHECK(condition("n in 5 to 1") == "M2040");
  CHECK(condition("n in name") == "M2018");
  CHECK(condition("n") == "M2015");
}

TEST_CASE("a blank is missing, so nothing equals an empty text") {
  for (const char* bad :
       {"name = \"\"", "\" \" = name", "name != \"\"", "industry = \"\"", "name in { \"x\", \"\" }"}) {
    CAPTURE(bad);
    CHECK(condition(bad) == "M2052");
  }
}

TEST_CASE("one mistake speaks once, wherever its result is used") {
  CHECK(codes("let a1 = nothing + 1\nlet a2 = a1 * 2\nicp I { require a2 > 1 and a1 in { 1, 2 } }\n"
              "score s { +1 per a1\n points by a2 { under 1: 1 | otherwise: 2 } }") == "M2002");
  CHECK(codes("define d(p: nothing): int = p + 1\nlet v = d(3)\nlet w = d(\"x\") + 1") == "M2004");
  CHECK(codes("let v = nothing(n) + nothing(x)") == "M2005 M2005");  // two places
  CHECK(codes("let v = 1 / 0\nlet w = v + 1") == "M2026");
  CHECK(codes("let v = w\nlet w = v\nlet u = v + w") == "M2007");
  // Without an object anything may be a field.
  CHECK(codes(test::compile("icp I { require n > 1 }\n")) == "M2008");
  CHECK(codes(test::compile("policy \"P\" { currency EURO }\nobject Lead { lead_id: text key, price: money }\n")) ==
        "M1024");
}

TEST_CASE("constants are worked out, and what they cannot be is said at once (number 8)") {
  CHECK(value("9223372036854775807 + 0") == "");
  CHECK(value("9223372036854775807 + 1") == "M2025");
  CHECK(value("9223372036854775807 + 1 - 1") == "");  // one check at the end of a flat chain
  CHECK(value("(9223372036854775807 + 1) - 1") == "M2025");
  CHECK(value("9000000000 * 9000000000") == "M2025");
  CHECK(value("n / (2 - 2)") == "M2026");
  CHECK(value("n mod 0") == "M2026");
  CHECK(condition("n in 1 + 1 to 1") == "M2040");
  CHECK(codes("setting s: int = 1 / 2") == "M2018");
  CHECK(codes("setting s: decimal = 1 / 2\nscore f { +s when a }") == "");
  CHECK(codes("score f { +n when a }") == "M2024");
}

TEST_CASE("bands are checked for overlap and holes, each scale in its own way") {
  const auto bands = [](std::string_view subject, std::string_view text) {
    return codes("score s { points by " + std::string(subject) + " { " + std::string(text) + " } }");
  };
  CHECK(bands("n", "under 5: 1 | 5 to 9: 2 | over 9: 3") == "");
  CHECK(bands("n", "under 5: 1 | 6 and over: 2") == "M3001");
  CHECK(bands("n", "under 5: 1 | over 4: 2") == "");  // whole numbers have a next one
  CHECK(bands("x", "under 5: 1 | over 5: 2") == "M3001");
  CHECK(bands("x", "under 5: 1 | 5 and over: 2") == "");
  CHECK(bands("n", "0 to 5: 1 | 5 to 9: 2 | otherwise: 0") == "M2031");
  CHECK(bands("n", "1, 2: 1 | 2: 2 | otherwise: 0") == "M2031");
  CHECK(bands("n", "9 to 5: 1 | otherwise: 0") == "M2040");
  CHECK(bands("size", "Small: 1 | Medium to Large: 2") == "");
  CHECK(bands("size", "Small: 1 | Large: 2") == "M3001");
  CHECK(bands("industry", "Software: 1 | Finance, other: 2") == "");
  CHECK(bands("industry", "Software: 1 | \"saas\": 2 | otherwise: 0") == "M2031");
  CHECK(bands("a", "yes: 1 | no: 2") == "");
  CHECK(bands("a", "yes: 1") == "M3001");
  CHECK(bands("name", "\"x\": 1") == "");
  CHECK(bands("name", "\"a\" to \"b\": 1") == "M2033");
  CHECK(bands("n", "missing: 1 | otherwise: 2") == "");
  CHECK(bands("n", "missing: 1 | missing: 3 | otherwise: 2") == "M2031");
  CHECK(bands("n", "otherwise: 1 | 5: 2") == "M2035");
  CHECK(codes("let v = match size { Small: 1 | Medium: 2 }") == "M2032");
  CHECK(codes("let v = match size { Small: 1 | Medium: \"x\" | Large: 2 }") == "M2018");
}

TEST_CASE("number 2: known, missing and undecided are asked of what can be so") {
  CHECK(condition("n is known and name is missing and a is missing") == "");
  CHECK(condition("(n > 1) is known and (n > 1) is undecided") == "");
  CHECK(condition("n is undecided") == "M2038");
  CHECK(condition("(n > 1) is missing") == "M2038");
  CHECK(value("n default \"x\"") == "M2018");
  CHECK(value("n default 0") == "");
  CHECK(value("lead_id default \"none\"") == "M3003");
  CHECK(value("sure default 0") == "M3003");
  CHECK(value("(n is known) default no") == "M3003");
}

TEST_CASE("number 24: a name opposite a picklist is its member first") {
  CHECK(codes("let Small = 5\nicp I { require size = Small and n = Small }") == "");
  CHECK(codes("icp I { require size = Smal }") == "M2014");
  CHECK(codes("icp I { require size = \"S\" }") == "");
  CHECK(codes("icp I { require size = Size }") == "M2046");
  CHECK(codes("define f(s: Size): bool = s >= Medium\nicp I { require f(Large) and f(size) and not f(\"s\") }") == "");
  CHECK(codes("define f(s: Size): bool = s >= Medium\nicp I { require f(Larg) }") == "M2014");
}

TEST_CASE("stages, grades and routes") {
  const std::string head = "score fit { +5 when a }\nlifecycle { stage MQL when fit >= 5, stage SQL when b }\n";
  CHECK(codes(head + "icp I { require stage >= MQL and stage in { MQL, SQL } and stage != SQL }") == "");
  CHECK(codes(head + "icp I { require stage }") == "M2037");
  CHECK(codes(head + "icp I { require stage is known }") == "M2037");
  CHECK(codes(head + "icp I { require stage = PQL }") == "M2014");
  CHECK(codes("lifecycle { disqualified when a, disqualified when b }") == "M2030");
  CHECK(codes("lifecycle { stage S when a, stage S when b }") == "M2001");
  CHECK(codes("grade g from n {\n  n > 5 | A\n  otherwise | B\n}") == "M2036");
  CHECK(codes("score s { +1 when a }\ngrade g from s {\n  otherwise | B\n  s > 1 | A\n}") == "M2035");
  CHECK(codes("score s { +1 when a }\ngrade g from s {\n  s > 1 | A\n}") == "M2034");
  CHECK(codes("route { to \"A\" when n > 1, to \"B\" otherwise }") == "M3002");
  CHECK(codes("route { to \"A\" when sure > 1, to \"B\" otherwise }") == "");
  CHECK(codes("route { to \"A\" when n > 1, to \"C\" when (n > 1) is undecided, to \"B\" otherwise }") == "");
  CHECK(codes("route { to \"B\" otherwise, to \"A\" when n > 1 }") == "M2035");
}

TEST_CASE("number 6: definitions have no circle, the lifecycle being one of them") {
  CHECK(codes("score s { +1 when stage >= MQL }\nlifecycle { stage MQL when s > 1 }") == "M2007");
  CHECK(codes("score s { +1 when stage >= MQL }\nlifecycle { stage MQL when a }") == "");
  CHECK(codes("icp A { require B }\nicp B { require not A }") == "M2007");
  CHECK(codes("define f(p: int): int = g(p)\ndefine g(p: int): int = f(p)") == "M2007");
  CHECK(codes("define f(p: int): int = f(p - 1)") == "M2007");
}
