// The editions of the language that this version reads. An edition fixes what a policy means: a later one may change
// that, and a policy keeps its own. May include: the standard library. Called by: compiler/check, compiler/ir.
#pragma once

#include <array>
#include <cstdint>

namespace muster::lang {

inline constexpr auto editions = std::to_array<std::uint16_t>({2026});  // they rise
// Of a policy that names none, so that it never changes its meaning.
inline constexpr std::uint16_t default_edition = editions.front();

}  // namespace muster::lang
