#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "tests/differ/generator.h"
#include "tests/differ/policy_writer.h"

namespace muster::differ {

namespace {

constexpr std::string_view header = R"(policy "Random" { version "1", zone "America/New_York", currency USD }

rates "rates.csv" at {2}

picklist Country { US = "United States", "USA", CA = "Canada", FR, Elsewhere }

picklist Size ordered { Small, Medium, Large }

picklist Role { Champion, User }

object Lead {
  lead_id: text key
  t0: text? missing when "Select", "n/a"
  t1: text? missing when "Select", "n/a"
  b0: bool?
  b1: bool?
  b2: bool?
  i0: int?
  i1: int?
  i2: int?
  d0: decimal(2)?{7}
  d1: decimal?{7}
  p0: percent?
  m0: money?
{3}  e0: money EUR?
  day0: date?{8}
  day1: date?
  at0: datetime?
  at1: datetime? event
  len0: duration? format "seconds"
  c0: Country?
  z0: Size?
  budget: money? dated by budget_at, verified by budget_ok
  budget_at: datetime?
  budget_ok: bool?
  told: text? claimed, source explicit, dated by told_on
  told_on: date?
  before: text?
  mql_at: datetime? event
  back_at: datetime? event
  company_id: text?
  site: text?
{5}  company: one Company by company_id{4}
  many Activity by act_lead{0}
  many Call by call_lead
}

object Activity {
{1}  act_lead: text
  act_at: datetime? time
  what: kind { View { page: text?, seconds: int? }, Download { asset: text? }, Demo, Unsub }
  bot: bool?
  worth: decimal(2)?
}

object Call {
  call_lead: text
  on: date? time
  minutes: int?
  outcome: text?
}

object Company {
  comp_id: text key
  heads: int?
  revenue: money?
  domain: text?
  founded: date?
{6}  many Contact by cont_comp
}

object Contact {
  cont_id: text key
  cont_comp: text
  role: Role?
  interest: int?
}
)";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

}  // namespace

std::string policy_text(Random& random, const std::vector<ObjectShape>& shapes, std::int32_t as_of_day,
                        bool is_tracked) {
  const std::string tracked = is_tracked ? ", tracked since day1, only when b2" : "";
  std::string text = replaced(std::string(header), "{0}", tracked);
  const bool is_european = std::ranges::any_of(shapes[lead_object].fields, &FieldShape::is_european);
  const std::string numbers = is_european ? " format \"1.234,56\"" : "";
  text = replaced(replaced(text, "{7}", numbers), "{8}", is_european ? " format \"DD.MM.YYYY\"" : "");
  const bool extends = random.chance(25);
  text = replaced(text, "{3}", extends ? "" : "  m1: money?" + numbers + "\n");
  if (extends) text += "\nextend Lead {\n  m1: money?" + numbers + "\n}\n";
  text = replaced(text, "{2}", random.chance(50) ? "at0" : "day0");
  text = replaced(text, "{1}", random.chance(50) ? "  act_id: text key\n" : "");
  const std::vector<std::string> looked_for{"site", "(site default t0)", "lower(site)", "text_before(site, \"/\")"};
  text = replaced(text, "{4}", random.chance(50) ? ", otherwise domain = " + random.one_of(looked_for) : "");
  const auto duplicates = [&](unsigned percent, const std::string& by, const std::string& dated) {
    if (!random.chance(percent)) return std::string();
    return "  duplicates by " + by + ": keep " + (random.chance(50) ? "newest" : "oldest") + " by " + dated +
           (random.chance(50) ? ", join activities\n" : "\n");
  };
  text = replaced(text, "{5}", duplicates(15, "site", "day1"));
  text = replaced(text, "{6}", duplicates(30, "domain", "founded"));
  PolicyWriter writer(random, shapes, as_of_day);
  return text + "\n" + writer.declarations();
}

}  // namespace muster::differ
