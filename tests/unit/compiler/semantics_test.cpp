// What fixed values come to: section 4, numbers 7 and 8, by the same kernels that the engines use. What depends on a
// lead is held by tests/golden/semantics.
#include "tests/unit/compiler/compile.h"

using namespace muster;
using namespace muster::compiler;

namespace {

// A fixed number in ten-thousandths, as points of a rule that always holds.
std::int64_t points(std::string_view expression) {
  const Compiled compiled = test::compile(test::with_lead("score s { +(" + std::string(expression) + ") when yes }"));
  INFO(lang::render(compiled.diagnostics, compiled.sources, {}));
  REQUIRE(compiled.program.has_value());
  const Program& program = *compiled.program;
  const Inst& value = program.insts[program.outputs.scores[0].value];
  REQUIRE(value.op == Op::constant);
  return value.immediate;
}

}  // namespace

TEST_CASE("number 7: quotients have 4 digits, ties go to the even one") {
  CHECK(points("1 / 3") == 3'333);
  CHECK(points("2 / 3") == 6'667);
  CHECK(points("1 / 32") == 312);  // 0.03125
  CHECK(points("3 / 32") == 938);  // 0.09375
  CHECK(points("-1 / 32") == -312);
  CHECK(points("-3 / 32") == -938);
  CHECK(points("10 USD / 4 USD") == 25'000);
  CHECK(points("90 minutes / 1 hour") == 15'000);
}

TEST_CASE("number 7: told how, a quotient is rounded once") {
  CHECK(points("(1 / 8) rounded to 2 digits") == 1'200);
  CHECK(points("(1 / 8) rounded half up to 2 digits") == 1'300);
  CHECK(points("(1 / 3) rounded up to 1 digit") == 4'000);
  CHECK(points("(2 / 3) rounded down to 1 digit") == 6'000);
  CHECK(points("(4445 / 10000) rounded to 2 digits") == 4'400);  // 0.4445: not first to 0.445
}

TEST_CASE("number 7: products, shares and scales") {
  CHECK(points("0.1 + 0.2 - 0.3") == 0);
  CHECK(points("2.5 * 2.5") == 62'500);
  CHECK(points("(0.00001 * 0.00005 * 1000000) rounded to 4 digits") == 0);   // 5e-10 is a tie at 9 digits
  CHECK(points("(0.00003 * 0.00005 * 1000000) rounded to 4 digits") == 20);  // 1.5e-9 becomes 2e-9
  CHECK(points("100 * 2%") == 20'000);
}

TEST_CASE("number 8: the remainder has the sign of the divisor") {
  CHECK(points("7 mod 3") == 10'000);
  CHECK(points("-7 mod 3") == 20'000);
  CHECK(points("7 mod -3") == -20'000);
  CHECK(points("-7 mod -3") == -10'000);
  CHECK(points("5.5 mod 2") == 15'000);
}
