// Random policies as text, so that parser and checker see them too, with leads that stand where policies differ:
// missing values, ties, edges of windows, changes of the clocks, leap days, numbers near the end of 64 bits.
// May include: runtime/search/random.h, tests/differ. Called by: differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/search/random.h"
#include "tests/differ/world.h"

namespace muster::differ {

using runtime::search::Random;

// The same seed gives the same sample where the same compiler built it. The policy compiles; every name in it is used
// for one thing only.
[[nodiscard]] Sample generate(std::uint64_t seed, std::size_t leads);

// ---- the parts, for generator*.cpp

inline constexpr std::uint32_t lead_object = 0;
inline constexpr std::uint32_t activity_object = 1;
inline constexpr std::uint32_t call_object = 2;
inline constexpr std::uint32_t company_object = 3;
inline constexpr std::uint32_t contact_object = 4;
inline constexpr std::uint32_t override_object = 5;

// Texts, numbers and days that policies and leads take from, so that they meet.
[[nodiscard]] const std::vector<std::string>& some_texts();
[[nodiscard]] const std::vector<std::int64_t>& some_numbers();
[[nodiscard]] const std::vector<std::string>& members_of(std::string_view picklist);
// What the six objects look like.
[[nodiscard]] std::vector<ObjectShape> shapes(bool is_european);
[[nodiscard]] std::string policy_text(Random& random, const std::vector<ObjectShape>& shapes, std::int32_t as_of_day,
                                      bool is_tracked);
void add_leads(Random& random, std::size_t leads, bool is_tracked, Sample& sample);

}  // namespace muster::differ
