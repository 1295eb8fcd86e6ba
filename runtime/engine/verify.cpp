#include "runtime/engine/verify.h"

namespace muster::runtime {

namespace {

using compiler::Physical;

// Null is a mask without bits.
bool same_bit(const Word* a, const Word* b, std::size_t row) {
  return (a != nullptr && test_bit(a, row)) == (b != nullptr && test_bit(b, row));
}

bool same_bits(const Vector& a, const Vector& b, std::size_t row) {
  const bool same = a.physical == Physical::boolean ? same_bit(a.yes, b.yes, row) && same_bit(a.no, b.no, row)
                                                    : same_bit(a.known, b.known, row);
  return same && same_bit(a.overflow, b.overflow, row) && same_bit(a.division_by_zero, b.division_by_zero, row);
}

bool same_value(const Vector& a, const Vector& b, std::size_t row) {
  if (a.physical == Physical::boolean || !test_bit(a.known, row)) return true;
  switch (a.physical) {
    case Physical::integer:
      return a.integers[row] == b.integers[row];
    case Physical::code:
      return a.codes[row] == b.codes[row];
    case Physical::text:
      return a.dictionary->text(a.codes[row]) == b.dictionary->text(b.codes[row]);
    case Physical::boolean:
      break;
  }
  return true;
}

}  // namespace

std::optional<Difference> first_difference(const Values& a, const Values& b, std::span<const compiler::ValueId> values,
                                           std::span<const compiler::ValueId> bits, std::size_t rows) {
  const auto differs = [&](compiler::ValueId id, bool is_whole) -> std::optional<Difference> {
    const Vector left = a.value(id);
    const Vector right = b.value(id);
    for (std::size_t row = 0; row < rows; ++row) {
      if (!same_bits(left, right, row) || (is_whole && !same_value(left, right, row))) return Difference{id, row};
    }
    return std::nullopt;
  };
  for (const compiler::ValueId id : values) {
    if (auto found = differs(id, true)) return found;
  }
  for (const compiler::ValueId id : bits) {
    if (auto found = differs(id, false)) return found;
  }
  return std::nullopt;
}

}  // namespace muster::runtime
