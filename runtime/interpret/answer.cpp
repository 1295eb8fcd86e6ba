#include "runtime/interpret/answer.h"

#include <limits>

#include "runtime/interpret/simd.h"

namespace muster::runtime {

namespace {

using compiler::Physical;

template <class Narrow, class Wide>
void write(const Wide* values, const Word* known, std::size_t rows, void* place) {
  auto* const answers = static_cast<Narrow*>(place);
  if constexpr (sizeof(Narrow) < sizeof(Wide)) {
    interpret::simd::narrow(values, known, rows, answers);
  } else {
    for (std::size_t row = 0; row < rows; ++row) {
      answers[row] = test_bit(known, row) ? static_cast<Narrow>(values[row]) : Narrow{0};
    }
  }
}

template <class Narrow>
bool fits(const compiler::ValueRange& range) {
  return range.low >= std::numeric_limits<Narrow>::min() && range.high <= std::numeric_limits<Narrow>::max();
}

}  // namespace

std::uint8_t bytes_of_answer(const compiler::Program& program, compiler::ValueId id) {
  const Physical physical = compiler::physical_of(program.insts[id].type.kind);
  if (program.ranges.empty()) return physical == Physical::integer ? 8 : 4;
  const compiler::ValueRange& range = program.ranges[id.index];
  switch (physical) {
    case Physical::integer:
      return fits<std::int8_t>(range) ? 1 : (fits<std::int16_t>(range) ? 2 : (fits<std::int32_t>(range) ? 4 : 8));
    case Physical::code:
      return fits<std::uint8_t>(range) ? 1 : (fits<std::uint16_t>(range) ? 2 : 4);
    case Physical::text:
    case Physical::boolean:
      return 4;
  }
  return 8;
}

void write_answer(const Vector& from, std::size_t rows, std::uint8_t bytes, void* place) {
  const auto each = [&](const auto* values, auto of_1, auto of_2, auto of_4, auto of_8) {
    switch (bytes) {
      case 1:
        return write<decltype(of_1)>(values, from.known, rows, place);
      case 2:
        return write<decltype(of_2)>(values, from.known, rows, place);
      case 4:
        return write<decltype(of_4)>(values, from.known, rows, place);
      default:
        return write<decltype(of_8)>(values, from.known, rows, place);
    }
  };
  if (from.physical == Physical::integer) {
    each(from.integers, std::int8_t{}, std::int16_t{}, std::int32_t{}, std::int64_t{});
  } else {
    each(from.codes, std::uint8_t{}, std::uint16_t{}, std::uint32_t{}, std::uint64_t{});
  }
}

}  // namespace muster::runtime
