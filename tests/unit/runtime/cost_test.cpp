// `muster check --cost` holds: the interpreter runs no more instructions for a row than the bound says, whatever is
// wanted.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/ir/cost.h"
#include "runtime/interpret/interpreter.h"

namespace muster::runtime {
namespace {

using namespace compiler;

constexpr const char* policy = R"(
object Lead {
  lead_id: text key
  company_id: text?
  visits: int?
  company: one Company by company_id
  many Activity by lead_id
}
object Company {
  company_id: text key
  employees: int?
  many Contact by company_id
}
object Contact {
  contact_id: text key
  company_id: text
  meetings: int?
}
object Activity {
  lead_id: text
  at: datetime time
  what: kind { PageView { page: text? }, Webinar }
}
score interest for Contact from 0 to 100 { +20 per meetings, at most 60 }
score account for Company from 0 to 100 = average of Contact.interest
score behaviour from 0 to 100 halving every 30 days {
  +2 per PageView in last 90 days, at most 20
  +25 per PageView where page = "/pricing", counting latest 1 per week from monday, at most 50
  +15 per Webinar, first only
}
score fit from 0 to 100 {
  +10 when company.employees >= 100 or visits > 10
  points by visits { under 5: 0 | 5 and over: 10 | missing: 0 }
}
score total = 60% of behaviour + 40% of company.account
lifecycle { stage MQL when total >= 50 and lowest of fit >= 10 }
)";

TEST_CASE("no more steps run for a row than the bound says") {
  const auto compiled = compile_text("policy.muster", policy, {});
  REQUIRE(compiled);
  REQUIRE(compiled->program);
  const Program& program = *compiled->program;
  const std::vector<SpaceCost> bound = cost_of(program);
  REQUIRE(bound.size() == program.spaces.size());

  std::vector<std::size_t> counted(program.spaces.size());
  const auto count = [&](const Interpreter& interpreter) {
    const std::vector<std::size_t> steps = interpreter.live_instructions_by_space();
    for (std::size_t space = 0; space < steps.size(); ++space) counted[space] += steps[space];
  };
  const Wanted everything{.bounds = true};
  const Interpreter leads(program, AsOf{}, everything);
  count(leads);
  for (const Region& region : regions_of(program, roots_of(program, everything))) {
    if (region.root.index != root_space) count(Interpreter(program, AsOf{}, region.root, region.exports));
  }
  for (std::size_t space = 0; space < counted.size(); ++space) {
    INFO(bound[space].rows);
    CHECK(counted[space] > 0);
    CHECK(counted[space] <= bound[space].steps);
  }
}

TEST_CASE("the bound grows with the rules that look at rows, and only in their space") {
  const auto cost = [](const std::string& rules) {
    const std::string object =
        "object Lead { lead_id: text key, many Activity by lead_id }\n"
        "object Activity { lead_id: text, at: datetime time }\n"
        "score s {\n";
    const auto compiled = compile_text("policy.muster", object + rules + "}\n", {});
    REQUIRE(compiled);
    REQUIRE(compiled->program);
    return cost_of(*compiled->program);
  };
  const auto one = cost("  +1 per Activity in last 1 days\n");
  const auto two = cost("  +1 per Activity in last 1 days\n  +1 per Activity in last 2 days\n");
  const auto again = cost("  +1 per Activity in last 1 days\n  +2 per Activity in last 1 days\n");
  REQUIRE(one.size() == 2);
  CHECK(one[1].rows == "Activity");
  CHECK(two[1].steps > one[1].steps);
  CHECK(again[1].steps == one[1].steps);  // the same window over the same rows is looked at once
}

}  // namespace
}  // namespace muster::runtime
