#include "runtime/interpret/answer.h"

#include <limits>
#include <type_traits>

#include "runtime/interpret/registers.h"
#include "runtime/interpret/simd.h"

namespace muster::runtime {

namespace {

using compiler::Physical;

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

namespace interpret {

namespace {

// Numbers with a sign, or codes without one.
template <class Values>
void write_values(const Register& from, const Values* values, std::size_t rows, std::uint8_t bytes, void* place) {
  simd::with_lanes({place, bytes}, [&]<class Number>(const Number*) {
    using Out = std::conditional_t<std::is_signed_v<Values>, Number, std::make_unsigned_t<Number>>;
    auto* const out = static_cast<Out*>(place);
    if constexpr (sizeof(Out) <= sizeof(Values)) {
      simd::narrow(values, from.known, rows, out);
    } else {
      for (std::size_t row = 0; row < rows; ++row) out[row] = test_bit(from.known, row) ? Out{values[row]} : Out{0};
    }
  });
}

}  // namespace

bool can_write(const Register& from) {
  if (!from.is_narrow()) return true;
  return from.physical == Physical::integer ? from.narrow_bytes == sizeof(std::int32_t) && from.scale == 1
                                            : from.narrow_bytes == sizeof(std::uint8_t);
}

void write_answer(const Register& from, std::size_t rows, std::uint8_t bytes, void* place) {
  if (from.physical == Physical::integer) {
    from.is_narrow() ? write_values(from, static_cast<const std::int32_t*>(from.narrow), rows, bytes, place)
                     : write_values(from, from.integers, rows, bytes, place);
  } else {
    from.is_narrow() ? write_values(from, static_cast<const std::uint8_t*>(from.narrow), rows, bytes, place)
                     : write_values(from, from.codes, rows, bytes, place);
  }
}

}  // namespace interpret

}  // namespace muster::runtime
