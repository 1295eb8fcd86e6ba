// Whether two engines say the same. May include: runtime/interpret, compiler/ir. Called by: engine.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "runtime/interpret/values.h"

namespace muster::runtime {

struct Difference {
  compiler::ValueId id;
  std::size_t row = 0;
};

// The first difference in `rows` rows: of `values` everything, of `bits` what is known and by which fault it is not.
// What a row without a value holds does not count.
[[nodiscard]] std::optional<Difference> first_difference(const Values& a, const Values& b,
                                                         std::span<const compiler::ValueId> values,
                                                         std::span<const compiler::ValueId> bits, std::size_t rows);

}  // namespace muster::runtime
