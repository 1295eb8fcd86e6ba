// Policies of any number of rules, and leads for them, made from a number: what the benches grow the rules with. The
// columns are those of lead-scoring-30; the rules are of the kinds that such a policy has, and no two are the same.
// May include: the standard library, fmt. Called by: generate.cpp, lead_scoring_30/rules_bench.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::bench {

// The scores that the rules are dealt out to, and one that adds them up: as many whatever the number of rules, so that
// only the rules grow.
inline constexpr std::array<std::string_view, 5> rule_scores{"company", "person", "interest", "need", "total"};

// The text of a policy in the one layout, always the same for a number of rules; those of a smaller number are the
// first ones of a larger.
[[nodiscard]] std::string policy_of_rules(std::size_t rules);

// A CSV file of leads with the same columns, always the same for a number of leads.
[[nodiscard]] std::string leads_for_rules(std::size_t leads);

}  // namespace muster::bench
