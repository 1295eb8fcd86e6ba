// The values of one field or score for which a condition can be yes: an interval of numbers, or a set of members.
// May include: stdlib/kernels, the standard library. Called by: compiler/analyze.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>

namespace muster::compiler {

// A number with its scale: mantissa / 10^digits.
struct Scaled {
  std::int64_t mantissa = 0;
  unsigned digits = 0;
};
// Below 0, 0 or above 0, exact at any scale.
[[nodiscard]] int compare(const Scaled& a, const Scaled& b);

struct Bound {
  Scaled value;
  bool excluded = false;
};
struct Interval {  // an absent bound is open
  std::optional<Bound> low;
  std::optional<Bound> high;
};
struct Members {  // texts folded, picklist members and yes/no by their code
  std::set<std::string> listed;
  bool all_but = false;  // everything that is not listed
};
using Allowed = std::variant<Interval, Members>;

// Precondition of both: the two are of one alternative.
[[nodiscard]] Allowed intersection(const Allowed& a, const Allowed& b);
[[nodiscard]] bool is_subset(const Allowed& inner, const Allowed& outer);
[[nodiscard]] bool is_empty(const Allowed& allowed);

}  // namespace muster::compiler
