// `never use` never says too little: every column that the compiled program reads for a conclusion is used by it.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compile.h"

namespace muster::compiler::test {
namespace {

const std::string policy = R"(
policy "P" { version "1", currency USD }
object Lead {
  lead_id: text key
  email: text?
  title: text?
  country: Country?
  budget: money USD?      verified by budget_checked   dated by budget_at
  budget_checked: bool?
  budget_at: date?
  need: int?              claimed
  stage_before: text?
  became_at: datetime?    event
  recycled_at: datetime?  event
  sent_back: bool?
  cookies: bool?
  company_id: text?
  unused: int?
  many Activity by lead_id, tracked since 2020-01-01, only when cookies
  company: one Company by company_id, otherwise domain = text_after(email, "@")
}
object Company {
  company_id: text key
  domain: text?
  size: int?
  region: Country?
  many Contact by of_company
}
object Contact { contact_id: text key, of_company: text, chief: bool? }
object Activity {
  activity_id: text key
  lead_id: text
  at: datetime time
  is_bot: bool?
  what: kind {
    PageView { page: text? }
    Download { asset: text? }
  }
}
picklist Country { US, CA, DE }

setting wanted: text = "VP", "CEO" from 2030-01-01
ignore Activity when is_bot
let near = company.region in { US, CA }
define senior(word: text) = word contains "VP" or budget > 5 USD
table points_of(size: int, country: Country): int { over 100 | US = 5, any | any = 1 }
extend points_of { over 1000 | DE = 7 }
icp Fit { require near, exclude title = wanted }
score fit from 0 to 100 {
  +10 when Fit
  +5 when senior(title)
  +2 per PageView where page = "/pricing" in last 30 days, counting latest 1 per week from monday
  +3 per different Download.asset, at most 9
}
score size = points_of(company.size, country)
score group { +1 when any Download in last 7 days, +1 when company.size > 5 }
framework Need {
  Budget met when budget >= 10 USD, half met when claimed
  Pain   met when need >= 3 and budget known within 90 days
  qualified when all met
}
grade tier from fit { fit >= 50 | A, otherwise | B }
lifecycle remembers stage from stage_before {
  stage MQL entered at became_at when fit >= 10 or Need qualified
  recycled at recycled_at when sent_back
}
route { to "A" when stage >= MQL }
output chief = company.size
)";

using Place = std::pair<std::string, std::string>;  // object, field

std::set<Place> columns_of(const Program& program, const std::vector<ValueId>& roots) {
  std::vector<bool> live(program.insts.size());
  for (const ValueId root : roots) live[root.index] = true;
  std::set<Place> columns;
  for (std::size_t index = program.insts.size(); index-- > 0;) {
    if (!live[index]) continue;
    const Inst& inst = program.insts[ValueId{static_cast<std::uint32_t>(index)}];
    for (const ValueId operand : program.operands_of(inst)) live[operand.index] = true;
    if (!inst.from.is_none() && program.spaces[inst.from].match) live[program.spaces[inst.from].match->index] = true;
    if (inst.op != Op::column) continue;
    const Space& space = program.spaces[inst.space];
    const ObjectSchema& object = program.schema.objects[space.object];
    columns.emplace(object.name, object.fields[space.columns[static_cast<std::size_t>(inst.immediate)]].name);
  }
  return columns;
}

std::string messages(const std::string& guarantee) { return codes(compile(policy + guarantee)); }

TEST_CASE("every column that a conclusion reads is used by it") {
  const Compiled compiled = compile(policy);
  INFO(lang::render(compiled.diagnostics, compiled.sources, {}));
  REQUIRE(compiled.program.has_value());
  const Program& program = *compiled.program;
  std::vector<std::pair<std::string, std::vector<ValueId>>> conclusions;
  for (const ScoreOutput& score : program.outputs.scores)
    conclusions.push_back({score.name, {score.value, score.lowest, score.highest}});
  for (const QualifierOutput& qualifier : program.outputs.qualifiers)
    conclusions.push_back({qualifier.name, {qualifier.condition}});
  for (const GradeOutput& grade : program.outputs.grades) conclusions.push_back({grade.name, {grade.value}});
  for (const FrameworkOutput& framework : program.outputs.frameworks) {
    std::vector<ValueId> values{framework.met, *framework.qualified};
    for (const LetterOutput& letter : framework.letters) values.insert(values.end(), {letter.met, letter.half});
    conclusions.push_back({framework.name, values});
  }
  for (const ValueOutput& output : program.outputs.values) conclusions.push_back({output.name, {output.value}});
  conclusions.push_back({"stage", {program.outputs.lifecycle->reported}});
  conclusions.push_back({"route", {program.outputs.route->taken}});
  std::size_t tried = 0;
  for (const auto& [name, roots] : conclusions) {
    for (const auto& [object, field] : columns_of(program, roots)) {
      const std::string path = object == "Lead" ? field : object + "." + field;
      INFO(name << " never use " << path);
      CHECK(messages("guarantee \"g\": " + name + " never use " + path + "\n") == "M2171");
      ++tried;
    }
  }
  CHECK(tried > 40);
}

TEST_CASE("what is done with all rows is used, although no instruction reads it") {
  for (const char* uses :
       {"fit never use lead_id", "fit never use Activity", "fit never use PageView", "fit never use Activity.at",
        "fit never use recycled_at", "fit never use sent_back", "fit never use email", "fit never use company",
        "Need never use budget_checked", "Need never use budget_at", "chief never use company_id",
        "chief never use Company.domain", "group never use cookies", "group never use Activity.is_bot",
        "stage never use became_at", "route never use stage_before", "fit never use Activity.activity_id"}) {
    INFO(uses);
    CHECK(messages("guarantee \"g\": " + std::string(uses) + "\n") == "M2171");
  }
}

TEST_CASE("what is not used is not complained of") {
  for (const char* free : {"fit, stage, route never use unused", "group never use PageView",
                           "group never use Activity.page", "chief never use country, Activity, need",
                           "size never use Contact, Contact.chief, budget", "Fit never use recycled_at, Activity"}) {
    INFO(free);
    CHECK(messages("guarantee \"g\": " + std::string(free) + "\n").empty());
  }
}

}  // namespace
}  // namespace muster::compiler::test
