// Days on which a policy is not what it was the day before. May include: lang/syntax. Called by: tools/muster.
#pragma once

#include <cstdint>
#include <set>

#include "lang/syntax/tree.h"

namespace muster::tools {

// The days on which a setting gets another value.
[[nodiscard]] std::set<std::int32_t> days_of_change(const lang::Tree& tree);
// The days for which a guarantee is tried: the policy's first and last one, and both sides of each change of a setting;
// one day in any case.
[[nodiscard]] std::set<std::int32_t> days_to_try(const lang::Tree& tree);

}  // namespace muster::tools
