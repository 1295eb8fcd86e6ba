// The names of time zones, for messages about a name that is none.
// May include: the standard library. Called by: compiler/check.
#pragma once

#include <string>
#include <vector>

namespace muster::kernels {

// The zones that are named after a place, in order of name; empty on a machine without a time-zone database. Older
// names such as US/Eastern, which not every machine has, are left out.
[[nodiscard]] std::vector<std::string> zone_names();

}  // namespace muster::kernels
