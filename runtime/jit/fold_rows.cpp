#include "runtime/jit/fold_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "runtime/interpret/simd_machine.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime::jit {

namespace {

// ---- counts

// Few rows lie within eight bytes, wherever they begin, so that most parents cost the same few instructions and no
// branch that goes now this way, now that. What tells where they lie is worked out once for all masks.
template <std::size_t count>
[[gnu::always_inline]] inline void count_masks(const CountedMask* masks, const std::uint32_t* offsets,
                                               std::size_t parents) {
  constexpr std::size_t byte_bits = 8;
  constexpr std::size_t few = word_bits - byte_bits + 1;
  std::size_t begin = offsets[0];
  for (std::size_t parent = 0; parent < parents; ++parent) {
    const std::size_t end = offsets[parent + 1];
    const std::size_t rows = end - begin;
    if (rows <= few) {
      const Word wanted = (Word{1} << rows) - 1;
      for (std::size_t k = 0; k < count; ++k) {
        Word word = 0;
        std::memcpy(&word, reinterpret_cast<const std::uint8_t*>(masks[k].mask) + begin / byte_bits, sizeof(word));
        masks[k].counts[parent] = static_cast<std::uint32_t>(std::popcount(word >> begin % byte_bits & wanted));
      }
    } else {
      for (std::size_t k = 0; k < count; ++k) {
        std::size_t selected = 0;
        for_pieces(begin, end, [&](std::size_t at, std::size_t some) {
          selected += static_cast<std::size_t>(std::popcount(bits_at(masks[k].mask, at, some)));
        });
        masks[k].counts[parent] = static_cast<std::uint32_t>(selected);
      }
    }
    begin = end;
  }
}

[[gnu::always_inline]] inline void count_all(std::span<const CountedMask> masks, const std::uint32_t* offsets,
                                             std::size_t parents) {
  constexpr std::size_t together = 4;  // with more, the processor has too few registers
  std::size_t at = 0;
  for (; at + together <= masks.size(); at += together) count_masks<together>(&masks[at], offsets, parents);
  for (; at < masks.size(); ++at) count_masks<1>(&masks[at], offsets, parents);
}

#if defined(__x86_64__)
[[gnu::target("popcnt,bmi,bmi2")]] void count_by_instruction(std::span<const CountedMask> masks,
                                                             const std::uint32_t* offsets, std::size_t parents) {
  count_all(masks, offsets, parents);
}
bool has_instruction() {
  static const bool has = __builtin_cpu_supports("popcnt") != 0 && __builtin_cpu_supports("bmi") != 0 &&
                          __builtin_cpu_supports("bmi2") != 0;
  return has;
}
#endif

// ---- numbers

#if defined(__x86_64__)

// The numbers of the lanes in the mask, in 64 bits; of the others nothing is read.
template <class Number>
MUSTER_AVX512 __m512i load(const Number* values, __mmask8 mask) {
  if constexpr (sizeof(Number) == 1) return _mm512_cvtepi8_epi64(_mm_maskz_loadu_epi8(mask, values));
  if constexpr (sizeof(Number) == 2) return _mm512_cvtepi16_epi64(_mm_maskz_loadu_epi16(mask, values));
  if constexpr (sizeof(Number) == 4) return _mm512_cvtepi32_epi64(_mm256_maskz_loadu_epi32(mask, values));
  if constexpr (sizeof(Number) == 8) return _mm512_maskz_loadu_epi64(mask, values);
}

// sums[k]: `total` and all values up to k. Each lane adds the one before, then the two, then the four.
template <class Number>
MUSTER_AVX512 std::size_t sum_up_words(const Number* values, std::size_t rows, std::uint64_t total,
                                       std::uint64_t* sums) {
  using interpret::simd::lanes;
  const __m512i zero = _mm512_setzero_si512();
  const __m512i last = _mm512_set1_epi64(7);
  __m512i before = _mm512_set1_epi64(static_cast<std::int64_t>(total));
  std::size_t row = 0;
  for (; row + lanes <= rows; row += lanes) {
    __m512i sum = load(values + row, 0xFF);
    sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, zero, 7));
    sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, zero, 6));
    sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, zero, 4));
    sum = _mm512_add_epi64(sum, before);
    _mm512_storeu_si512(sums + row, sum);
    before = _mm512_permutexvar_epi64(last, sum);
  }
  return row;
}

// All parents, or none of them.
template <bool is_smallest, class Number>
MUSTER_AVX512 std::size_t best_words(const Number* values, const std::uint32_t* offsets, std::size_t parents,
                                     Number furthest, Number* best) {
  using interpret::simd::lanes;
  const __m512i nothing = _mm512_set1_epi64(furthest);
  for (std::size_t parent = 0; parent < parents; ++parent) {
    __m512i found = nothing;
    const std::size_t end = offsets[parent + 1];
    for (std::size_t row = offsets[parent]; row < end; row += lanes) {
      const auto mask = static_cast<__mmask8>(end - row >= lanes ? 0xFFU : (1U << (end - row)) - 1);
      const __m512i some = load(values + row, mask);
      found = is_smallest ? _mm512_mask_min_epi64(found, mask, found, some)
                          : _mm512_mask_max_epi64(found, mask, found, some);
    }
    best[parent] = static_cast<Number>(is_smallest ? _mm512_reduce_min_epi64(found) : _mm512_reduce_max_epi64(found));
  }
  return parents;
}
#endif

template <class Number>
void sum_up(const Number* values, std::size_t rows, std::uint64_t total, std::uint64_t* sums) {
  std::size_t row = MUSTER_WIDE(sum_up_words(values, rows, total, sums));
  if (row != 0) total = sums[row - 1];
  for (; row < rows; ++row) {
    total += static_cast<std::uint64_t>(std::int64_t{values[row]});
    sums[row] = total;
  }
}

template <bool is_smallest, class Number>
void best_rows(const Number* values, const std::uint32_t* offsets, std::size_t parents, Number* best) {
  using Limits = std::numeric_limits<Number>;
  constexpr Number furthest = is_smallest ? Limits::max() : Limits::min();
  std::size_t parent = MUSTER_WIDE(best_words<is_smallest>(values, offsets, parents, furthest, best));
  for (; parent < parents; ++parent) {
    Number found = furthest;
    for (std::size_t row = offsets[parent]; row < offsets[parent + 1]; ++row) {
      found = is_smallest ? std::min(found, values[row]) : std::max(found, values[row]);
    }
    best[parent] = found;
  }
}

}  // namespace

void count_rows(std::span<const CountedMask> masks, const std::uint32_t* offsets, std::size_t parents) {
#if defined(__x86_64__)
  if (has_instruction()) return count_by_instruction(masks, offsets, parents);
#endif
  count_all(masks, offsets, parents);
}

// The difference of two sums of all rows before: no parent costs more than another, and none is a surprise to the
// processor.
template <class Number>
void sum_rows(const Number* values, const std::uint32_t* offsets, std::size_t parents, std::int64_t* sums) {
  constexpr std::size_t block = 1024;             // rows; their sums stay in the first cache
  std::array<std::uint64_t, block + 1> before{};  // before[k]: of the rows before the block's row k
  std::size_t first = offsets[0];
  std::size_t past = first;
  const std::size_t all = offsets[parents];
  std::uint64_t last = 0;
  for (std::size_t parent = 0; parent < parents; ++parent) {
    const std::size_t end = offsets[parent + 1];
    while (end > past) {
      before[0] = before[past - first];
      first = past;
      past = std::min(first + block, all);
      sum_up(values + first, past - first, before[0], &before[1]);
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
  best_rows<true>(values, offsets, parents, best);
}
template <class Number>
void largest_rows(const Number* values, const std::uint32_t* offsets, std::size_t parents, Number* best) {
  best_rows<false>(values, offsets, parents, best);
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
