// Widths of whole columns: codes become wider, answers become narrower.
#include <type_traits>

#include "runtime/interpret/simd.h"
#include "runtime/interpret/simd_machine.h"

namespace muster::runtime::interpret::simd {
namespace {

#if defined(__x86_64__)

MUSTER_AVX512 std::size_t widen_words(const std::uint8_t* narrow, std::size_t rows, std::uint32_t* out) {
  std::size_t row = 0;
  for (; row + half_lanes <= rows; row += half_lanes) {
    const __m128i values = _mm_loadu_si128(reinterpret_cast<const __m128i*>(narrow + row));
    _mm512_storeu_si512(out + row, _mm512_cvtepu8_epi32(values));
  }
  return row;
}
MUSTER_AVX512 std::size_t widen_words(const std::uint16_t* narrow, std::size_t rows, std::uint32_t* out) {
  std::size_t row = 0;
  for (; row + half_lanes <= rows; row += half_lanes) {
    const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(narrow + row));
    _mm512_storeu_si512(out + row, _mm512_cvtepu16_epi32(values));
  }
  return row;
}

// The values of a vector whose bits are set, else 0.
MUSTER_AVX512 inline __m512i kept_of(const std::int64_t* values, const Word* bits, std::size_t row) {
  return _mm512_maskz_loadu_epi64(byte_of(bits, row), values + row);
}
MUSTER_AVX512 inline __m512i kept_of(const std::int32_t* values, const Word* bits, std::size_t row) {
  return _mm512_maskz_loadu_epi32(half_of(bits, row), values + row);
}
MUSTER_AVX512 inline __m512i kept_of(const std::uint32_t* codes, const Word* bits, std::size_t row) {
  return _mm512_maskz_loadu_epi32(half_of(bits, row), codes + row);
}
MUSTER_AVX512 inline __m512i kept_of(const std::uint8_t* codes, const Word* bits, std::size_t row) {
  return _mm512_maskz_loadu_epi8(bits[row / word_bits], codes + row);
}

// The low bytes of a vector's values.
template <std::size_t from, std::size_t to>
MUSTER_AVX512 inline void store_low(__m512i values, void* out) {
  if constexpr (from == to) {
    _mm512_storeu_si512(out, values);
  } else if constexpr (from == 8 && to == 4) {
    _mm256_storeu_si256(static_cast<__m256i*>(out), _mm512_cvtepi64_epi32(values));
  } else if constexpr (from == 8 && to == 2) {
    _mm_storeu_si128(static_cast<__m128i*>(out), _mm512_cvtepi64_epi16(values));
  } else if constexpr (from == 8 && to == 1) {
    _mm_storel_epi64(static_cast<__m128i*>(out), _mm512_cvtepi64_epi8(values));
  } else if constexpr (to == 2) {
    _mm256_storeu_si256(static_cast<__m256i*>(out), _mm512_cvtepi32_epi16(values));
  } else {
    static_assert(from == 4 && to == 1);
    _mm_storeu_si128(static_cast<__m128i*>(out), _mm512_cvtepi32_epi8(values));
  }
}

template <class Wide, class Narrow>
MUSTER_AVX512 std::size_t narrow_words(const Wide* values, const Word* bits, std::size_t rows, Narrow* out) {
  constexpr std::size_t in_vector = sizeof(__m512i) / sizeof(Wide);
  std::size_t row = 0;
  for (; row + in_vector <= rows; row += in_vector) {
    store_low<sizeof(Wide), sizeof(Narrow)>(kept_of(values, bits, row), out + row);
  }
  return row;
}

#endif

}  // namespace

void widen(const std::uint8_t* narrow, std::size_t rows, std::uint32_t* out) {
  const std::size_t done = MUSTER_WIDE(widen_words(narrow, rows, out));
  std::copy(narrow + done, narrow + rows, out + done);
}
void widen(const std::uint16_t* narrow, std::size_t rows, std::uint32_t* out) {
  const std::size_t done = MUSTER_WIDE(widen_words(narrow, rows, out));
  std::copy(narrow + done, narrow + rows, out + done);
}

template <class Wide, class Narrow>
void narrow(const Wide* values, const Word* bits, std::size_t rows, Narrow* out) {
  const std::size_t done = MUSTER_WIDE(narrow_words(values, bits, rows, out));
  for (std::size_t row = done; row < rows; ++row) {
    out[row] = test_bit(bits, row) ? static_cast<Narrow>(values[row]) : Narrow{0};
  }
}
template void narrow(const std::int64_t*, const Word*, std::size_t, std::int64_t*);
template void narrow(const std::int64_t*, const Word*, std::size_t, std::int32_t*);
template void narrow(const std::int64_t*, const Word*, std::size_t, std::int16_t*);
template void narrow(const std::int64_t*, const Word*, std::size_t, std::int8_t*);
template void narrow(const std::int32_t*, const Word*, std::size_t, std::int32_t*);
template void narrow(const std::int32_t*, const Word*, std::size_t, std::int16_t*);
template void narrow(const std::int32_t*, const Word*, std::size_t, std::int8_t*);
template void narrow(const std::uint32_t*, const Word*, std::size_t, std::uint32_t*);
template void narrow(const std::uint32_t*, const Word*, std::size_t, std::uint16_t*);
template void narrow(const std::uint32_t*, const Word*, std::size_t, std::uint8_t*);
template void narrow(const std::uint8_t*, const Word*, std::size_t, std::uint8_t*);

}  // namespace muster::runtime::interpret::simd
