// How the wide loops of simd.h are written: a function of intrinsics for AVX-512 that does whole vectors, and one for
// AVX2 that does whole words of rows; each returns how many rows it has done. A plain loop goes on from there, or does
// everything on another machine.
// May include: runtime/data, runtime/interpret/simd.h. Called by: runtime/interpret/simd*.cpp,
// runtime/jit/fold_rows.cpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/data/bitmap.h"
#include "runtime/interpret/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define MUSTER_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]]
#define MUSTER_AVX2 [[gnu::target("avx2,fma")]]
#define MUSTER_AVX512_VBMI [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx2,fma")]]
#endif

namespace muster::runtime::interpret::simd {

// The answers of a word's rows.
inline void decide(Word holds, std::size_t word, Truth out) {
  const Word known = out.known[word];
  out.yes[word] = known & holds;
  out.no[word] = known & ~holds;
}

// Asks holds(row) of the rows from `begin` on. Precondition: a word begins at `begin`.
template <class Holds>
void decide_from(std::size_t begin, std::size_t rows, Truth out, Holds holds) {
  for (std::size_t first = begin; first < rows; first += word_bits) {
    Word word = 0;
    const std::size_t count = std::min(word_bits, rows - first);
    for (std::size_t k = 0; k < count; ++k) word |= static_cast<Word>(holds(first + k)) << k;
    decide(word, first / word_bits, out);
  }
}

#if defined(__x86_64__)

inline Instructions instructions_of_machine() {
  if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0) {
    return Instructions::avx512;
  }
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 ? Instructions::avx2
                                                                                   : Instructions::plain;
}
// Only tests change it.
inline std::atomic<Instructions>& instructions_in_use() {
  static std::atomic<Instructions> in_use{instructions_of_machine()};
  return in_use;
}

inline bool has_avx2() { return instructions_in_use().load(std::memory_order_relaxed) >= Instructions::avx2; }
inline bool has_avx512() { return instructions_in_use().load(std::memory_order_relaxed) >= Instructions::avx512; }
inline bool has_avx512_vbmi() {
  static const bool has = __builtin_cpu_supports("avx512vbmi") != 0;
  return has && has_avx512();
}

inline constexpr std::size_t lanes = 8;        // 64-bit numbers in a vector
inline constexpr std::size_t half_lanes = 16;  // 32-bit numbers in a vector

// As many numbers of up to 32 bits as are in a vector then.
MUSTER_AVX512 inline __m512i half_lanes_at(const std::int8_t* values) {
  return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values)));
}
MUSTER_AVX512 inline __m512i half_lanes_at(const std::int16_t* values) {
  return _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(values)));
}
MUSTER_AVX512 inline __m512i half_lanes_at(const std::int32_t* values) { return _mm512_loadu_si512(values); }

MUSTER_AVX512 inline __mmask8 byte_of(const Word* bits, std::size_t row) {
  return static_cast<__mmask8>(bits[row / word_bits] >> (row % word_bits));
}
MUSTER_AVX512 inline __mmask16 half_of(const Word* bits, std::size_t row) {
  return static_cast<__mmask16>(bits[row / word_bits] >> (row % word_bits));
}

// Lanes of AVX2 of one byte, all ones where the bit is set, the first bit's lane first, else 0: of the bytes from
// `first` on of a word that is in all lanes.
MUSTER_AVX2 inline __m256i byte_lanes_of(__m256i word, char first) {
  constexpr long long next = 0x0101'0101'0101'0101;
  const __m256i byte_of_lane =
      _mm256_add_epi8(_mm256_setr_epi64x(0, next, 2 * next, 3 * next), _mm256_set1_epi8(first));
  const __m256i bit_of_lane = _mm256_set1_epi64x(static_cast<long long>(0x8040'2010'0804'0201U));
  const __m256i spread = _mm256_shuffle_epi8(word, byte_of_lane);
  return _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit_of_lane), bit_of_lane);
}
// The same of lanes of so many bytes, for the lowest bits of a word.
template <std::size_t bytes>
MUSTER_AVX2 inline __m256i lanes_of(Word bits) {
  if constexpr (bytes == 1) {
    return byte_lanes_of(_mm256_set1_epi32(static_cast<int>(bits)), 0);
  } else if constexpr (bytes == 2) {
    const __m256i bit_of_lane = _mm256_setr_epi16(1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8,
                                                  1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, -(1 << 15));
    const __m256i spread = _mm256_set1_epi16(static_cast<short>(bits));
    return _mm256_cmpeq_epi16(_mm256_and_si256(spread, bit_of_lane), bit_of_lane);
  } else if constexpr (bytes == 4) {
    const __m256i bit_of_lane = _mm256_setr_epi32(1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7);
    const __m256i spread = _mm256_set1_epi32(static_cast<int>(bits));
    return _mm256_cmpeq_epi32(_mm256_and_si256(spread, bit_of_lane), bit_of_lane);
  } else {
    const __m256i bit_of_lane = _mm256_setr_epi64x(1, 1 << 1, 1 << 2, 1 << 3);
    const __m256i spread = _mm256_set1_epi64x(static_cast<long long>(bits));
    return _mm256_cmpeq_epi64(_mm256_and_si256(spread, bit_of_lane), bit_of_lane);
  }
}

template <class Number>
constexpr std::size_t in_avx2 = sizeof(__m256i) / sizeof(Number);

template <class Number>
MUSTER_AVX2 inline __m256i all_of(Number number) {
  if constexpr (sizeof(Number) == 1) {
    return _mm256_set1_epi8(static_cast<char>(number));
  } else if constexpr (sizeof(Number) == 2) {
    return _mm256_set1_epi16(static_cast<short>(number));
  } else if constexpr (sizeof(Number) == 4) {
    return _mm256_set1_epi32(static_cast<int>(number));
  } else {
    return _mm256_set1_epi64x(static_cast<long long>(number));
  }
}

MUSTER_AVX2 inline __m256i vector_at(const void* values) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(values));
}
MUSTER_AVX2 inline void store_vector(__m256i values, void* out) {
  _mm256_storeu_si256(static_cast<__m256i*>(out), values);
}

// Eight numbers of 32 bits, of numbers that have up to 32.
MUSTER_AVX2 inline __m256i eight_at(const std::int8_t* values) {
  return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(values)));
}
MUSTER_AVX2 inline __m256i eight_at(const std::int16_t* values) {
  return _mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values)));
}
MUSTER_AVX2 inline __m256i eight_at(const std::int32_t* values) { return vector_at(values); }

// The rows that the wide loop has done; the plain one goes on from there.
#define MUSTER_WIDE(call) (muster::runtime::interpret::simd::has_avx512() ? (call) : std::size_t{0})
// The same where there is a loop for AVX2 as well.
#define MUSTER_WIDEST(avx512, avx2)                          \
  (muster::runtime::interpret::simd::has_avx512() ? (avx512) \
   : muster::runtime::interpret::simd::has_avx2() ? (avx2)   \
                                                  : std::size_t{0})
#else
#define MUSTER_WIDE(call) std::size_t{0}
#define MUSTER_WIDEST(avx512, avx2) std::size_t{0}
#endif

}  // namespace muster::runtime::interpret::simd
