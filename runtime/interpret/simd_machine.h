// How the wide loops of simd.h are written: an intrinsic function for AVX-512 that does whole vectors and returns how
// many rows it has done, and a plain loop that goes on from there, or does everything on another machine.
// May include: runtime/data, runtime/interpret/simd.h. Called by: runtime/interpret/simd*.cpp,
// runtime/jit/fold_rows.cpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "runtime/data/bitmap.h"
#include "runtime/interpret/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define MUSTER_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]]
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

inline bool has_avx512() {
  static const bool has = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                          __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  return has;
}
inline bool has_avx512_vbmi() {
  static const bool has = has_avx512() && __builtin_cpu_supports("avx512vbmi") != 0;
  return has;
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

// The rows that the wide loop has done; the plain one goes on from there.
#define MUSTER_WIDE(call) (muster::runtime::interpret::simd::has_avx512() ? (call) : std::size_t{0})
#else
#define MUSTER_WIDE(call) std::size_t{0}
#endif

}  // namespace muster::runtime::interpret::simd
