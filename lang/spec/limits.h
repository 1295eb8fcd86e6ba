// The limits of safety, as one value that is passed down. Only the command line makes one that differs
// from the default. May include: nothing of the project. Called by: every stage that reads untrusted input.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace muster::lang {

struct Limits {
#define MUSTER_LIMIT(name, value, unit, what) std::uint64_t name = value;
#include "lang/spec/limits.def"
#undef MUSTER_LIMIT
};

struct LimitRow {
  std::string_view name;
  std::uint64_t Limits::* member;
  std::string_view unit;
  std::string_view what;
};

inline constexpr auto limit_rows = std::to_array<LimitRow>({
#define MUSTER_LIMIT(name, value, unit, what) {#name, &Limits::name, unit, what},
#include "lang/spec/limits.def"
#undef MUSTER_LIMIT
});

}  // namespace muster::lang
