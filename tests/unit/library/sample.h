// A policy with every shape of column and answer, and leads for it in memory that is exactly as long as it has to be.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <muster/muster.hpp>
#include <random>
#include <string>
#include <vector>

namespace muster {

inline const std::string sample_policy = R"muster(
policy "Sample" { version "7", currency USD }

picklist Industry { Software, Banking, Farming }

object Lead {
  lead_id:   text key
  employees: int?
  revenue:   money?
  country:   text?
  industry:  Industry?
  wants:     bool?
  seen:      datetime? event
  founded:   date
  visits:    int?
  unread:    int?
}

ignore leads when country = "Nowhere"  because "no such place"

icp Large { require employees >= 100 }

score fit from 0 to 100 {
  +40 when Large
  +25 when country in { "Germany", "France" }
  +15 when industry = Software
  +20 when wants
}
score heat { +10 when seen >= as of - 7 days, +5 per visits, at most 30 }
score age { +1 when founded < 2000-01-01 }

grade letter from fit { fit >= 60 | A, fit >= 30 | B, otherwise | C }

lifecycle { stage MQL when fit >= 60, stage SQL when fit >= 80 and wants }

route {
  to "Sales"   when stage >= MQL
  to "Enrich"  when Large is undecided
  to "Nurture" otherwise
}

output next_industry: Industry = industry
output twice: int = visits + visits
output wealth: money = revenue
output place: text = country
)muster";

// A value that a row may lack.
template <class T>
struct Row {
  T value{};
  bool is_known = true;
};

using Bitmap = std::vector<std::uint64_t>;
inline std::size_t words_for(std::size_t rows) { return (rows + 63) / 64; }
inline void set(Bitmap& bits, std::size_t row) { bits[row / 64] |= std::uint64_t{1} << (row % 64); }
inline bool test(const Bitmap& bits, std::size_t row) { return (bits[row / 64] >> (row % 64) & 1) != 0; }

// Columns of the sample, of many rows at random: missing ones hold rubbish.
struct SampleLeads {
  explicit SampleLeads(std::size_t rows, std::uint64_t seed = 1) : count(rows), random(seed) {
    for (const char* const text : {"Germany", "France", "Chile", "Nowhere", "  Peru "}) {
      REQUIRE(countries.intern(text));
    }
    for (std::size_t row = 0; row < rows; ++row) {
      employees.push_back(static_cast<std::int32_t>(below(400)) - 20);
      revenue.push_back(static_cast<std::int64_t>(below(1'000'000'000)));
      country.push_back(static_cast<std::uint8_t>(below(5)));
      industry.push_back(static_cast<std::uint16_t>(below(3)));
      seen.push_back(1'767'225'600'000'000 + static_cast<std::int64_t>(below(40)) * 86'400'000'000);
      founded.push_back(static_cast<std::int32_t>(below(20'000)));
      visits.push_back(static_cast<std::int8_t>(below(9)));
    }
    for (Bitmap* const bits : {&employees_known, &revenue_known, &country_known, &industry_known, &wants_known,
                               &seen_known, &founded_known, &visits_known}) {
      *bits = random_bits();
    }
    wants = random_bits();
    for (std::size_t word = 0; word < wants.size(); ++word) wants[word] &= wants_known[word];
    for (std::size_t row = 0; row < rows; ++row) {
      if (!test(seen_known, row)) seen[row] = static_cast<std::int64_t>(random());
      if (!test(founded_known, row)) founded[row] = static_cast<std::int32_t>(random());
      if (!test(employees_known, row)) employees[row] = static_cast<std::int32_t>(random());
    }
  }

  [[nodiscard]] Leads bound() const {
    Leads leads(count);
    leads.numbers("employees", employees, employees_known)
        .numbers("revenue", revenue, revenue_known)
        .texts("country", country, countries, country_known)
        .codes("industry", industry, industry_known)
        .flags("wants", wants, wants_known)
        .numbers("seen", seen, seen_known)
        .numbers("founded", founded, founded_known)
        .numbers("visits", visits, visits_known);
    return leads;
  }

  std::size_t count;
  std::mt19937_64 random;
  Dictionary countries;
  std::vector<std::int32_t> employees, founded;
  std::vector<std::int64_t> revenue, seen;
  std::vector<std::uint8_t> country;
  std::vector<std::uint16_t> industry;
  std::vector<std::int8_t> visits;
  Bitmap employees_known, revenue_known, country_known, industry_known, wants, wants_known, seen_known, founded_known,
      visits_known;

 private:
  std::uint64_t below(std::uint64_t limit) { return random() % limit; }
  // Four of five rows; bits past the last one are rubbish.
  Bitmap random_bits() {
    Bitmap bits(words_for(count));
    for (std::uint64_t& word : bits) word = random() | random() | (random() & random());
    return bits;
  }
};

// Places for all answers of the sample, of the narrowest widths; what nobody writes keeps a mark.
struct SampleVerdicts {
  static constexpr std::uint8_t mark = 0xA5;

  explicit SampleVerdicts(std::size_t rows)
      : fit(rows, mark),
        age(rows, mark),
        heat(rows, mark),
        lowest(rows, mark),
        twice(rows, mark),
        wealth(rows, mark),
        letter(rows, mark),
        stage(rows, mark),
        route(rows, mark),
        industry(rows, mark) {
    for (Bitmap& bits : bitmaps) bits.assign(words_for(rows), 0xA5A5'A5A5'A5A5'A5A5);
  }

  [[nodiscard]] Verdicts bound() {
    Verdicts verdicts;
    verdicts.numbers("fit", fit, bitmaps[0])
        .numbers("heat", heat)
        .numbers("age", age)
        .numbers("lowest_fit", lowest, bitmaps[1])
        .numbers("twice", twice, bitmaps[2])
        .numbers("wealth", wealth, bitmaps[3])
        .codes("letter", letter, bitmaps[4])
        .codes("stage", stage, bitmaps[5])
        .codes("route", route)
        .codes("next_industry", industry, bitmaps[6])
        .truths("Large", bitmaps[7], bitmaps[8])
        .truths("ignored", bitmaps[9], bitmaps[10])
        .truths("rejected", bitmaps[11]);
    return verdicts;
  }

  bool operator==(const SampleVerdicts&) const = default;

  std::vector<std::int32_t> fit;
  std::vector<std::int16_t> age;
  std::vector<std::int64_t> heat, lowest, twice, wealth;
  std::vector<std::uint8_t> letter;
  std::vector<std::uint16_t> stage;
  std::vector<std::uint32_t> route;
  std::vector<std::uint32_t> industry;
  Bitmap bitmaps[12];
};

inline Policy sample() {
  auto policy = Policy::from_text("sample.muster", sample_policy, {.as_of = "2026-01-20"});
  REQUIRE_MESSAGE(policy, (policy ? "" : policy.error().message));
  return *policy;
}

}  // namespace muster
