#include "tests/bench/rules/policy.h"

#include <fmt/format.h>

#include <set>
#include <span>
#include <vector>

namespace muster::bench {

namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine. Two that one text needs are drawn in two
// statements, because compilers work out arguments in orders of their own.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t limit) { return next() % limit; }
  std::size_t between(std::size_t low, std::size_t high) { return low + below(high - low + 1); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class Element, std::size_t size>
  const Element& any(const std::array<Element, size>& choice) {
    return choice[below(size)];
  }

 private:
  std::uint64_t state_;
};

constexpr std::array<std::string_view, 24> countries{
    "United States", "Canada",  "United Kingdom", "Germany", "France", "Netherlands", "Sweden",       "Denmark",
    "Norway",        "Finland", "Ireland",        "Spain",   "Italy",  "Poland",      "Switzerland",  "Austria",
    "Belgium",       "Japan",   "Australia",      "India",   "Brazil", "Mexico",      "South Africa", "Singapore"};
constexpr std::array<std::string_view, 16> industries{"Software",
                                                      "Financial Services",
                                                      "Fintech",
                                                      "Healthcare IT",
                                                      "Telecommunications",
                                                      "Insurance",
                                                      "E-commerce",
                                                      "Manufacturing",
                                                      "Education",
                                                      "Retail",
                                                      "Logistics",
                                                      "Energy",
                                                      "Professional Services",
                                                      "Media",
                                                      "Real Estate",
                                                      "Construction"};
constexpr std::array<std::string_view, 30> title_words{
    "chief",    "vp",        "vice president", "director",    "head",      "manager",    "sales",   "marketing",
    "revenue",  "finance",   "operations",     "procurement", "it",        "security",   "data",    "product",
    "engineer", "architect", "analyst",        "consultant",  "founder",   "owner",      "partner", "president",
    "lead",     "senior",    "student",        "intern",      "assistant", "coordinator"};
constexpr std::array<std::string_view, 12> domains{"gmail.com", "yahoo.com",  "hotmail.com", "outlook.com",
                                                   "aol.com",   "icloud.com", "proton.me",   "gmx.de",
                                                   "mail.ru",   "qq.com",     "web.de",      "live.com"};
constexpr std::array<std::string_view, 8> sources{"Referral", "Partner", "Demo Form",       "Webinar",
                                                  "Social",   "Ads",     "Trade Show Scan", "Purchased List"};

// A number of a lead: what it may be in a condition, and how its values are written there.
struct NumberColumn {
  std::string_view name;
  std::size_t low;
  std::size_t high;
  std::string_view unit;
};
constexpr std::array<NumberColumn, 10> numbers{{{"employees", 5, 9'999, ""},
                                                {"annual_revenue", 1, 999, "M USD"},
                                                {"budget", 1, 199, "K USD"},
                                                {"timeline_days", 1, 360, ""},
                                                {"need_score", 1, 10, ""},
                                                {"pages_viewed", 1, 40, ""},
                                                {"emails_clicked", 1, 12, ""},
                                                {"webinars_attended", 1, 4, ""},
                                                {"whitepapers", 1, 6, ""},
                                                {"pricing_page_visits", 1, 8, ""}}};
constexpr std::span<const NumberColumn> counted = std::span(numbers).subspan(5);

template <std::size_t size>
std::string some_of(Random& random, const std::array<std::string_view, size>& choice) {
  const std::size_t first = random.below(size);
  const std::size_t count = random.between(2, 5);
  std::string text;
  for (std::size_t k = 0; k < count; ++k)
    text += fmt::format("{}\"{}\"", k == 0 ? "" : ", ", choice[(first + k * 5) % size]);
  return text;
}

std::string number_condition(Random& random) {
  const NumberColumn& column = random.any(numbers);
  const std::size_t from = random.between(column.low, column.high);
  if (column.high < 50) return fmt::format("{} {} {}", column.name, random.one_in(3) ? "=" : ">=", from);
  switch (random.below(3)) {
    case 0:
      return fmt::format("{} >= {}{}", column.name, from, column.unit);
    case 1:
      return fmt::format("{} < {}{}", column.name, from, column.unit);
    default:
      return fmt::format("{} in {}{} to {}{}", column.name, from, column.unit,
                         from + random.between(1, column.high / 2), column.unit);
  }
}

std::string text_condition(Random& random) {
  switch (random.below(6)) {
    case 0:
      return fmt::format("country in {{ {} }}", some_of(random, countries));
    case 1:
      return fmt::format("industry in {{ {} }}", some_of(random, industries));
    case 2:
      return fmt::format("lead_source in {{ {} }}", some_of(random, sources));
    case 3:
      return fmt::format("mail_domain in {{ {} }}", some_of(random, domains));
    case 4: {
      const std::string_view test = random.one_in(3) ? "starts with" : "contains";
      return fmt::format("job_title {} \"{}\"", test, random.any(title_words));
    }
    default:
      return fmt::format("job_title contains any {{ {} }}", some_of(random, title_words));
  }
}

std::string condition(Random& random) {
  switch (random.below(8)) {
    case 0: {
      const std::string_view column = random.one_in(2) ? "created_at" : "last_activity";
      return fmt::format("{} >= as of - {} days", column, random.between(1, 365));
    }
    case 1:
      return random.one_in(2) ? "demo_requested" : "is_decision_maker";
    case 2:
    case 3:
    case 4:
      return text_condition(random);
    default:
      return number_condition(random);
  }
}

// What a rule says behind its points; two rules in five have two conditions.
std::string rule(Random& random) {
  const std::size_t points = random.between(1, 30);
  if (random.one_in(12)) {
    const NumberColumn& column = counted[random.below(counted.size())];
    return fmt::format("+{} per {} at most {}", points, column.name, points * random.between(2, 9));
  }
  const char sign = random.one_in(5) ? '-' : '+';
  const std::string first = condition(random);
  const std::string second = random.below(5) < 2 ? condition(random) : "";
  // Two conditions on one column would often say nothing together, or the same.
  const bool has_second = !second.empty() && first.substr(0, first.find(' ')) != second.substr(0, second.find(' '));
  return fmt::format("{}{} when {}{}{}", sign, points, first, has_second ? " and " : "", has_second ? second : "");
}

constexpr std::string_view head = R"(policy "{} rules" {{
  version  "1"
  zone     "UTC"
  currency USD
}}

object Lead {{
  lead_id:             int key
  employees:           int?
  annual_revenue:      money?
  country:             text?
  industry:            text?
  job_title:           text?
  email:               text?
  lead_source:         text?
  pages_viewed:        int?
  emails_clicked:      int?
  webinars_attended:   int?
  whitepapers:         int?
  demo_requested:      bool?
  pricing_page_visits: int?
  last_activity:       datetime?
  created_at:          datetime?
  budget:              money?
  timeline_days:       int?
  is_decision_maker:   bool?
  need_score:          int?
}}

let mail_domain = text_after(email, "@")
)";

std::string moment(Random& random, std::size_t day) {
  const std::size_t hour = random.below(24);
  const std::size_t minute = random.below(60);
  return fmt::format("2025-{:02}-{:02} {:02}:{:02}:00", 1 + day / 28 % 12, 1 + day % 28, hour, minute);
}

std::string title(Random& random) {
  const std::string first(random.any(title_words));
  return fmt::format("{} {}", first, random.any(title_words));
}

std::string email(Random& random, std::size_t leads) {
  const std::size_t person = random.below(leads);
  return fmt::format("p{}@{}", person, random.any(domains));
}

}  // namespace

std::string policy_of_rules(std::size_t rules) {
  constexpr std::size_t scores = rule_scores.size() - 1;
  std::array<std::string, scores> texts;
  std::set<std::string> seen;
  Random random(30);
  while (seen.size() < rules) {
    const std::string text = rule(random);
    const std::string_view said = std::string_view(text).substr(text.find(' '));  // equal but for the points: the same
    if (seen.emplace(said).second) texts[(seen.size() - 1) % scores] += "  " + text + "\n";
  }
  std::string policy = fmt::format(head, rules);
  std::string sum;
  for (std::size_t k = 0; k < scores; ++k) {
    policy += fmt::format("\nscore {} {{\n{}}}\n", rule_scores[k], texts[k]);
    sum += fmt::format("{}{}", k == 0 ? "" : " + ", rule_scores[k]);
  }
  return policy + fmt::format("\nscore {} = {}\n", rule_scores.back(), sum);
}

std::string leads_for_rules(std::size_t leads) {
  std::string text =
      "lead_id,employees,annual_revenue,country,industry,job_title,email,lead_source,pages_viewed,emails_clicked,"
      "webinars_attended,whitepapers,demo_requested,pricing_page_visits,last_activity,created_at,budget,timeline_days,"
      "is_decision_maker,need_score\n";
  Random random(31);
  const auto maybe = [&](std::string value) { return random.one_in(6) ? std::string() : value; };
  const auto number_of = [&](const NumberColumn& column, std::size_t unit) {
    return maybe(std::to_string(random.between(column.low, column.high) * unit));
  };
  const auto yes_or_no = [&] { return std::string(random.one_in(4) ? "true" : "false"); };
  for (std::size_t lead = 0; lead < leads; ++lead) {
    std::vector<std::string> cells{std::to_string(lead),
                                   number_of(numbers[0], 1),
                                   number_of(numbers[1], 1'000'000),
                                   std::string(random.any(countries)),
                                   maybe(std::string(random.any(industries))),
                                   maybe(title(random)),
                                   maybe(email(random, leads)),
                                   std::string(random.any(sources))};
    for (const std::size_t column : {5U, 6U, 7U, 8U}) cells.push_back(number_of(numbers[column], 1));
    cells.push_back(yes_or_no());
    cells.push_back(number_of(numbers[9], 1));
    const std::size_t day = random.below(300);
    cells.push_back(moment(random, day + random.below(30)));
    cells.push_back(moment(random, day));
    cells.push_back(number_of(numbers[2], 1'000));
    cells.push_back(number_of(numbers[3], 1));
    cells.push_back(maybe(yes_or_no()));
    cells.push_back(number_of(numbers[4], 1));
    for (std::size_t k = 0; k < cells.size(); ++k) text += (k == 0 ? "" : ",") + cells[k];
    text += '\n';
  }
  return text;
}

}  // namespace muster::bench
