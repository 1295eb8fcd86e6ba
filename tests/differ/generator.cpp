#include "tests/differ/generator.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/time.h"

namespace muster::differ {

using compiler::Kind;

const std::vector<std::string>& some_texts() {
  static const std::vector<std::string> all{"vp",     "VP Sales",         "alpha",    "Beta", "Zo\u00E9", "ZOE\u0301",
                                            "x@y.de", "ann@firm.example", "/pricing", "a b",  "intern",   "MVP, 2nd"};
  return all;
}
const std::vector<std::int64_t>& some_numbers() {
  static const std::vector<std::int64_t> all{-7, -3, -1, 0, 1, 2, 3, 4, 5, 7, 10, 12, 25, 50, 99, 100, 101, 250};
  return all;
}
const std::vector<std::string>& members_of(std::string_view picklist) {
  static const std::vector<std::string> countries{"US", "CA", "FR", "Elsewhere"};
  static const std::vector<std::string> sizes{"Small", "Medium", "Large"};
  static const std::vector<std::string> roles{"Champion", "User"};
  static const std::vector<std::string> kinds{"View", "Download", "Demo", "Unsub",
                                              "Walk"};  // the policies know no walks
  return picklist == "Country" ? countries : picklist == "Size" ? sizes : picklist == "Role" ? roles : kinds;
}

std::vector<ObjectShape> shapes(bool is_european) {
  const auto field = [](const char* name, Kind kind, unsigned digits = 0, const char* picklist = "",
                        bool event = false) {
    const char* currency = kind != Kind::money ? "" : std::string_view(name) == "e0" ? "EUR" : "USD";
    return FieldShape{name, kind, static_cast<std::uint8_t>(digits), picklist, event, currency};
  };
  ObjectShape lead{"Lead", {}, {}};
  lead.fields = {field("lead_id", Kind::text),
                 field("t0", Kind::text),
                 field("t1", Kind::text),
                 field("b0", Kind::boolean),
                 field("b1", Kind::boolean),
                 field("b2", Kind::boolean),
                 field("i0", Kind::integer),
                 field("i1", Kind::integer),
                 field("i2", Kind::integer),
                 field("d0", Kind::decimal, 2),
                 field("d1", Kind::decimal, 4),
                 field("p0", Kind::percent, 4),
                 field("m0", Kind::money, 2),
                 field("m1", Kind::money, 2),
                 field("e0", Kind::money, 2),
                 field("day0", Kind::date),
                 field("day1", Kind::date),
                 field("at0", Kind::datetime),
                 field("at1", Kind::datetime, 0, "", true),
                 field("len0", Kind::duration),
                 field("c0", Kind::picklist, 0, "Country"),
                 field("z0", Kind::picklist, 0, "Size"),
                 field("budget", Kind::money, 2),
                 field("budget_at", Kind::datetime),
                 field("budget_ok", Kind::boolean),
                 field("told", Kind::text),
                 field("told_on", Kind::date),
                 field("before", Kind::text),
                 field("mql_at", Kind::datetime, 0, "", true),
                 field("back_at", Kind::datetime, 0, "", true),
                 field("company_id", Kind::text),
                 field("site", Kind::text)};
  for (const char* name : {"d0", "d1", "m1", "day0"}) {
    lead.fields[static_cast<std::size_t>(lead.field(name))].is_european = is_european;
  }
  lead.relations = {{"Activity", activity_object, true},
                    {"Call", call_object, true},
                    {"company", company_object, false},
                    {"Override", override_object, true}};
  ObjectShape activity{"Activity", {}, {}};
  activity.fields = {field("act_id", Kind::text),     field("act_lead", Kind::text),
                     field("act_at", Kind::datetime), field("what", Kind::picklist, 0, "Activity"),
                     field("page", Kind::text),       field("seconds", Kind::integer),
                     field("asset", Kind::text),      field("bot", Kind::boolean),
                     field("worth", Kind::decimal, 2)};
  ObjectShape call{"Call", {}, {}};
  call.fields = {field("call_lead", Kind::text), field("on", Kind::date), field("minutes", Kind::integer),
                 field("outcome", Kind::text)};
  ObjectShape company{"Company", {}, {}};
  company.fields = {field("comp_id", Kind::text), field("heads", Kind::integer), field("revenue", Kind::money, 2),
                    field("domain", Kind::text), field("founded", Kind::date)};
  company.relations = {{"Contact", contact_object, true}};
  ObjectShape contact{"Contact", {}, {}};
  contact.fields = {field("cont_id", Kind::text), field("cont_comp", Kind::text),
                    field("role", Kind::picklist, 0, "Role"), field("interest", Kind::integer)};
  ObjectShape by_hand{"Override", {}, {}};
  by_hand.fields = {field("lead", Kind::text), field("stage", Kind::text), field("reason", Kind::text),
                    field("at", Kind::datetime)};
  return {lead, activity, call, company, contact, by_hand};
}

// Of rates.csv, which the policies name: lines such as EUR,USD,2026-01-01,1.08 behind a header.
static std::vector<Rate> read_rates() {
  std::ifstream file(MUSTER_DIFFER_FOLDER "/rates.csv");
  std::vector<Rate> made;
  std::string from, to, day, rate;
  std::getline(file, rate);
  while (std::getline(file, from, ',') && std::getline(file, to, ',') && std::getline(file, day, ',') &&
         std::getline(file, rate)) {
    const std::size_t point = std::min(rate.find('.'), rate.size() - 1);
    const auto digits = static_cast<unsigned>(rate.size() - 1 - point);
    std::erase(rate, '.');
    made.push_back({from, to, kernels::parse_date(day, {}).value, std::stoll(rate), digits});
  }
  return made;
}

Sample generate(std::uint64_t seed, std::size_t leads) {
  Random random(seed);
  for (int i = 0; i < 3; ++i) random.next();
  Sample sample;
  sample.seed = seed;
  sample.shapes = shapes(random.chance(30));
  static const std::vector<Rate> rates = read_rates();
  sample.rates = rates;
  sample.given.assign(sample.shapes.size(), true);
  for (std::size_t i = 1; i < override_object; ++i) sample.given[i] = !random.chance(4);
  const kernels::Zone zone = *kernels::Zone::find("America/New_York");
  struct Moment {
    kernels::CivilDay day;
    int minute;
  };
  // Ordinary days, ends of short months, a leap day, and both changes of the clocks.
  const std::array<Moment, 8> moments{{{{2026, 3, 31}, 720},
                                       {{2026, 3, 8}, 210},
                                       {{2026, 11, 1}, 90},
                                       {{2024, 2, 29}, 720},
                                       {{2025, 12, 31}, 1439},
                                       {{2026, 5, 15}, 600},
                                       {{2026, 4, 8}, 150},
                                       {{2027, 2, 28}, 0}}};
  const Moment& now = moments[random.below(moments.size())];
  sample.as_of.day = *kernels::days_from_civil(now.day);
  sample.as_of.instant = random.chance(40)
                             ? kernels::last_moment_of_day(sample.as_of.day, zone)
                             : zone.instant_from_local(sample.as_of.day, now.minute * std::int64_t{60'000'000});
  const bool is_tracked = random.chance(25);
  sample.policy = policy_text(random, sample.shapes, sample.as_of.day, is_tracked);
  add_leads(random, leads, is_tracked, sample);
  return sample;
}

}  // namespace muster::differ
