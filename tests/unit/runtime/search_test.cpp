// The search for leads that break a guarantee: that its leads stand where the policy makes a difference, that what it
// finds is real and plain, and that it is the same every time (language section 4, number 25).
#include "runtime/search/search.h"
#include "lang/source/quote.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "compiler/compile.h"
#include "runtime/search/generator.h"
#include "runtime/search/minimise.h"
#include "runtime/search/test_block.h"
#include "runtime/search/trial.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime::search {
namespace {

constexpr std::int32_t day = 20'485;  // 2026-02-01

compiler::Compiled compiled_for(const std::string& text, std::int32_t on_day = day) {
  compiler::CompileOptions options;
  options.as_of_day = on_day;
  options.guarantees = true;
  auto compiled = compiler::compile_text("t.muster", text, {}, options);
  REQUIRE(compiled.has_value());
  INFO(lang::render(compiled->diagnostics, compiled->sources, {}));
  REQUIRE(compiled->program.has_value());
  return std::move(*compiled);
}

AsOf as_of_day() { return {kernels::last_moment_of_day(day, kernels::Zone::utc()), day}; }

const std::string data = R"(
object Lead {
  lead_id: text key
  email: text?
  employees: int?
  price: money USD?
  signed_on: date?
  country: Country?
  is_customer: bool?
  company_id: text?
  many Activity by lead_id
  company: one Company by company_id
}
object Company { company_id: text key, size: int? }
object Activity {
  lead_id: text
  at: datetime time
  what: kind {
    PageView { page: text? }
    DemoRequested
  }
}
picklist Country { US, CA, DE }
)";

std::vector<GuaranteeResult> search(const std::string& more, std::uint64_t leads = 2000, std::uint64_t seed = 1) {
  compiler::Compiled compiled = compiled_for(data + more);
  std::vector<PolicyOnDay> days;
  days.push_back({day, std::move(*compiled.program)});
  return search_guarantees(days, compiled.sources, {leads, seed});
}

TEST_CASE("values stand at what the policy compares with, and beside it") {
  compiler::Compiled compiled = compiled_for(data + R"(
guarantee "n": employees >= 250 or price < 1000.50 USD or country = DE
guarantee "t": email in { "a@b.example" } or text_after(email, "@") = "acme.example" or email contains "spam"
guarantee "w": any PageView where page = "/pricing" in last 30 days
guarantee "d": signed_on in last 10 days
)");
  const compiler::Program& program = *compiled.program;
  Generator generator(program, as_of_day(), 7);
  const compiler::ObjectSchema& lead = program.schema.subject_object();
  const auto field = [&](const std::string& name) {
    for (std::uint32_t at = 0; at < lead.fields.size(); ++at) {
      if (lead.fields[at].name == name) return at;
    }
    return std::uint32_t{0};
  };
  const auto numbers = [&](const std::string& name) {
    std::set<std::int64_t> seen;
    for (int i = 0; i < 2000; ++i) seen.insert(generator.value(program.schema.subject, field(name)).number);
    return seen;
  };
  for (const std::int64_t number : {249, 250, 251}) CHECK(numbers("employees").contains(number));
  for (const std::int64_t cents : {100'049, 100'050, 100'051}) CHECK(numbers("price").contains(cents));
  for (const std::int64_t edge : {day - 10, day - 9, day, day + 1}) CHECK(numbers("signed_on").contains(edge));
  CHECK(numbers("country") == std::set<std::int64_t>{0, 1, 2});
  std::set<std::string> texts;
  for (int i = 0; i < 2000; ++i) texts.insert(generator.value(program.schema.subject, field("email")).text);
  for (const char* text : {"a@b.example", "acme.example", "ann@acme.example", "spam", "Senior spam team"})
    CHECK(texts.contains(text));

  // Rows on both sides of the window's edge, of every kind; fields that are missing, and leads without rows.
  constexpr std::int64_t second = 1'000'000;
  const std::int64_t edge = as_of_day().instant - 30 * kernels::microseconds_per_day;
  bool inside = false;
  bool outside = false;
  bool without_rows = false;
  bool without_email = false;
  for (int i = 0; i < 2000; ++i) {
    const Row row = generator.lead();
    without_rows = without_rows || row.below.empty();
    without_email = without_email || !row.values[field("email")];
    CHECK(count_rows(row) <= most_rows_of_lead);
    for (const Row& each : row.below) {
      for (const auto& value : each.values) {
        if (!value) continue;
        inside = inside || (value->number > edge && value->number <= edge + second);
        outside = outside || (value->number <= edge && value->number > edge - second);
      }
    }
  }
  CHECK(inside);
  CHECK(outside);
  CHECK(without_rows);
  CHECK(without_email);
}

TEST_CASE("what the policy keeps is not broken, and what it does not keep is") {
  const auto results = search(R"(
score fit from 0 to 100 { +60 when employees >= 100, +60 when any DemoRequested in last 30 days }
guarantee "kept": fit <= 100
guarantee "kept by a premise": (employees >= 100 and any DemoRequested in last 7 days) implies fit = 100
guarantee "broken at the edge": employees >= 99 implies fit >= 60
guarantee "broken by what is missing": fit >= 60 implies employees >= 100
guarantee "broken by what is undecided": is_customer = yes or is_customer = no
guarantee "about nobody": (employees > 10 and employees < 10) implies fit = 1
)");
  REQUIRE(results.size() == 6);
  CHECK(!results[0].counterexample);
  CHECK(results[0].leads == 2000);
  CHECK(!results[1].counterexample);
  CHECK(results[1].applied > 50);
  CHECK(results[1].applied < 2000);
  REQUIRE(results[2].counterexample);
  CHECK(results[2].counterexample->test ==
        "test \"counterexample to: broken at the edge\" {\n"
        "  as of 2026-02-01\n"
        "  lead { employees: 99 }\n"
        "  expect (employees >= 99 implies fit >= 60)\n"
        "}\n");
  REQUIRE(results[3].counterexample);
  CHECK(results[3].counterexample->test.find("lead { }\n  activity DemoRequested { at: ") != std::string::npos);
  REQUIRE(results[4].counterexample);
  CHECK(results[4].counterexample->test.find("lead { }\n  expect") != std::string::npos);
  CHECK(!results[5].counterexample);
  CHECK(summary_of(results[0]) == "no counterexample among 2,000 random leads");
  CHECK(summary_of(results[2]) == "broken by a lead on 2026-02-01");
  CHECK(summary_of(results[5]) ==
        "no counterexample among 2,000 random leads, but it was about none of them: nothing has been tried");
}

TEST_CASE("leads that are ignored break nothing") {
  const auto results = search(R"(
ignore leads when employees < 10 because "too small to look at"
guarantee "g": employees is missing or employees >= 10
)");
  REQUIRE(results.size() == 1);
  CHECK(!results[0].counterexample);
  CHECK(results[0].leads < 2000);
}

TEST_CASE("a reference and its rows are part of what is tried") {
  const auto results = search(R"(guarantee "g": company.size is missing or company.size < 500)");
  REQUIRE(results.size() == 1);
  REQUIRE(results[0].counterexample);
  CHECK(results[0].counterexample->test.find("  lead { }\n  company { size: 500 }\n") != std::string::npos);
}

TEST_CASE("the same seed finds the same leads") {
  const std::string policy = R"(guarantee "g": employees * 3 != 747 or email contains "x" or any PageView)";
  const auto first = search(policy, 3000, 5);
  const auto second = search(policy, 3000, 5);
  REQUIRE(first.size() == 1);
  CHECK(first[0].counterexample.has_value() == second[0].counterexample.has_value());
  if (first[0].counterexample) CHECK(first[0].counterexample->test == second[0].counterexample->test);
  CHECK(first[0].leads == 3000);
}

TEST_CASE("a least lead still breaks the guarantee, and takes a bounded number of trials") {
  compiler::Compiled compiled = compiled_for(data + R"(
guarantee "g": count of PageView where page = "/pricing" in last 30 days < 2 or employees < 100
)");
  const compiler::Program& program = *compiled.program;
  Generator generator(program, as_of_day(), 3);
  Trial trial(program, as_of_day());
  int found = 0;
  for (int i = 0; i < 20'000 && found < 5; ++i) {
    const Row lead = generator.lead();
    if (!trial.run({&lead, 1}).front().broken[0]) continue;
    ++found;
    const std::uint64_t before = trial.evaluations();
    const Row least = minimise(trial, program, as_of_day(), lead, 0);
    CHECK(trial.evaluations() - before <= most_minimising_trials);
    CHECK(trial.run({&least, 1}).front().broken[0]);
    CHECK(count_rows(least) <= 3);
    CHECK(count_rows(least) >= 1);
  }
  CHECK(found > 0);
}

TEST_CASE("texts are written as a policy reads them") {
  CHECK(muster::lang::quote("a \"b\" \\ c") == R"("a \"b\" \\ c")");
  CHECK(muster::lang::quote("a\nb\tc") == R"("a\nb\tc")");
}

}  // namespace
}  // namespace muster::runtime::search
