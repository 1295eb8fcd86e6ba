// The values of a column in fewer bytes, as callers of the library may give them.
// May include: compiler/ir. Called by: tests/differ, tests/unit/runtime.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "compiler/ir/type.h"

namespace muster::runtime {

// Whether all values fit; then `narrow` holds them.
template <class Narrow, class Wide>
bool fits(std::span<const Wide> wide, std::vector<unsigned char>& narrow) {
  narrow.resize(wide.size() * sizeof(Narrow));
  for (std::size_t row = 0; row < wide.size(); ++row) {
    const auto value = static_cast<Narrow>(wide[row]);
    if (static_cast<Wide>(value) != wide[row]) return false;
    std::memcpy(narrow.data() + row * sizeof(Narrow), &value, sizeof(Narrow));
  }
  return true;
}

// The fewest bytes that each value needs; 0: as many as it has. Of integers or of codes, whichever the column has.
inline std::uint8_t narrow_as_possible(compiler::Physical physical, std::span<const std::int64_t> integers,
                                       std::span<const std::uint32_t> codes, std::vector<unsigned char>& narrow) {
  switch (physical) {
    case compiler::Physical::boolean:
      return 0;
    case compiler::Physical::integer:
      return fits<std::int8_t>(integers, narrow)    ? 1
             : fits<std::int16_t>(integers, narrow) ? 2
             : fits<std::int32_t>(integers, narrow) ? 4
                                                    : 0;
    default:
      return fits<std::uint8_t>(codes, narrow) ? 1 : fits<std::uint16_t>(codes, narrow) ? 2 : 0;
  }
}

}  // namespace muster::runtime
