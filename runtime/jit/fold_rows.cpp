#include "runtime/jit/fold_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "stdlib/kernels/number.h"

namespace muster::runtime::jit {
namespace {

// Few rows lie within eight bytes, wherever they begin, so that most parents cost the same few instructions and no
// branch that goes now this way, now that.
[[gnu::always_inline]] inline void count(const Word* mask, const std::uint32_t* offsets, std::size_t parents,
                                         std::uint32_t* counts) {
  constexpr std::size_t byte_bits = 8;
  constexpr std::size_t few = word_bits - byte_bits + 1;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(mask);
  std::size_t begin = offsets[0];
  for (std::size_t parent = 0; parent < parents; ++parent) {
    const std::size_t end = offsets[parent + 1];
    const std::size_t rows = end - begin;
    if (rows <= few) {
      Word word = 0;
      std::memcpy(&word, bytes + begin / byte_bits, sizeof(word));
      const Word bits = word >> begin % byte_bits & ((Word{1} << rows) - 1);
      counts[parent] = static_cast<std::uint32_t>(std::popcount(bits));
    } else {
      std::size_t selected = 0;
      for_pieces(begin, end, [&](std::size_t at, std::size_t some) {
        selected += static_cast<std::size_t>(std::popcount(bits_at(mask, at, some)));
      });
      counts[parent] = static_cast<std::uint32_t>(selected);
    }
    begin = end;
  }
}

#if defined(__x86_64__)
[[gnu::target("popcnt,bmi,bmi2")]] void count_by_instruction(const Word* mask, const std::uint32_t* offsets,
                                                             std::size_t parents, std::uint32_t* counts) {
  count(mask, offsets, parents, counts);
}
bool has_instruction() {
  static const bool has = __builtin_cpu_supports("popcnt") != 0 && __builtin_cpu_supports("bmi") != 0 &&
                          __builtin_cpu_supports("bmi2") != 0;
  return has;
}
#endif

// Better: the smaller or the larger of two numbers.
template <class Number, class Better>
void best_rows(const Number* values, const std::uint32_t* offsets, std::size_t parents, Number furthest, Number* best,
               Better better) {
  for (std::size_t parent = 0; parent < parents; ++parent) {
    Number found = furthest;
    for (std::size_t row = offsets[parent]; row < offsets[parent + 1]; ++row) found = better(found, values[row]);
    best[parent] = found;
  }
}

}  // namespace

void count_rows(const Word* mask, const std::uint32_t* offsets, std::size_t parents, std::uint32_t* counts) {
#if defined(__x86_64__)
  if (has_instruction()) return count_by_instruction(mask, offsets, parents, counts);
#endif
  count(mask, offsets, parents, counts);
}

// The difference of two sums of all rows before: no parent costs more than another, and none is a surprise to the
// processor.
template <class Number>
void sum_rows(const Number* values, const std::uint32_t* offsets, std::size_t parents, std::int64_t* sums) {
  constexpr std::size_t block = 1024;  // rows; their sums stay in the first cache
  std::array<std::uint64_t, block + 1> before;
  before[0] = 0;
  std::size_t first = offsets[0];
  std::size_t past = first;
  const std::size_t all = offsets[parents];
  std::uint64_t last = 0;
  for (std::size_t parent = 0; parent < parents; ++parent) {
    const std::size_t end = offsets[parent + 1];
    while (end > past) {
      std::uint64_t total = before[past - first];
      first = past;
      past = std::min(first + block, all);
      before[0] = total;
      for (std::size_t row = first; row < past; ++row) {
        total += static_cast<std::uint64_t>(std::int64_t{values[row]});
        before[row - first + 1] = total;
      }
    }
    const std::uint64_t sum = before[end - first];
    sums[parent] = static_cast<std::int64_t>(sum - last);
    last = sum;
  }
}
template void sum_rows(const std::int8_t*, const std::uint32_t*, std::size_t, std::int64_t*);
template void sum_rows(const std::int16_t*, const std::uint32_t*, std::size_t, std::int64_t*);
template void sum_rows(const std::int32_t*, const std::uint32_t*, std::size_t, std::int64_t*);
template void sum_rows(const std::int64_t*, const std::uint32_t*, std::size_t, std::int64_t*);

void sum_rows_checked(const std::int64_t* values, const std::uint32_t* offsets, std::size_t parents, std::int64_t* sums,
                      Word* overflow) {
  for (std::size_t parent = 0; parent < parents; ++parent) {
    kernels::Wide total = 0;
    for (std::size_t row = offsets[parent]; row < offsets[parent + 1]; ++row) total += values[row];
    const kernels::Checked checked = kernels::narrow(total);
    sums[parent] = checked.value;
    if (parent % word_bits == 0) overflow[parent / word_bits] = 0;
    if (checked.fault != kernels::Fault::none) set_bit(overflow, parent);
  }
}

template <class Number>
void smallest_rows(const Number* values, const std::uint32_t* offsets, std::size_t parents, Number* best) {
  best_rows(values, offsets, parents, std::numeric_limits<Number>::max(), best,
            [](Number a, Number b) { return b < a ? b : a; });
}
template <class Number>
void largest_rows(const Number* values, const std::uint32_t* offsets, std::size_t parents, Number* best) {
  best_rows(values, offsets, parents, std::numeric_limits<Number>::min(), best,
            [](Number a, Number b) { return b > a ? b : a; });
}
template void smallest_rows(const std::int8_t*, const std::uint32_t*, std::size_t, std::int8_t*);
template void smallest_rows(const std::int16_t*, const std::uint32_t*, std::size_t, std::int16_t*);
template void smallest_rows(const std::int32_t*, const std::uint32_t*, std::size_t, std::int32_t*);
template void smallest_rows(const std::int64_t*, const std::uint32_t*, std::size_t, std::int64_t*);
template void largest_rows(const std::int8_t*, const std::uint32_t*, std::size_t, std::int8_t*);
template void largest_rows(const std::int16_t*, const std::uint32_t*, std::size_t, std::int16_t*);
template void largest_rows(const std::int32_t*, const std::uint32_t*, std::size_t, std::int32_t*);
template void largest_rows(const std::int64_t*, const std::uint32_t*, std::size_t, std::int64_t*);

}  // namespace muster::runtime::jit
