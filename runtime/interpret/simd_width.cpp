// Widths of whole columns: codes become wider, answers become narrower.
#include <cstring>
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

template <class Code>
MUSTER_AVX2 std::size_t widen_avx2(const Code* narrow, std::size_t rows, std::uint32_t* out) {
  constexpr std::size_t eight = in_avx2<std::uint32_t>;
  std::size_t row = 0;
  for (; row + eight <= rows; row += eight) {
    if constexpr (sizeof(Code) == 1) {
      const __m128i values = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(narrow + row));
      store_vector(_mm256_cvtepu8_epi32(values), out + row);
    } else {
      const __m128i values = _mm_loadu_si128(reinterpret_cast<const __m128i*>(narrow + row));
      store_vector(_mm256_cvtepu16_epi32(values), out + row);
    }
  }
  return row;
}

// Each half of a vector is shuffled alone: its low bytes come together in its beginning, and then the halves' do.
template <std::size_t from, std::size_t to>
MUSTER_AVX2 inline void store_low_avx2(__m256i values, void* out) {
  if constexpr (from == to) {
    store_vector(values, out);
  } else {
    __m128i order;
    if constexpr (from == 8 && to == 4) {
      order = _mm_setr_epi8(0, 1, 2, 3, 8, 9, 10, 11, -1, -1, -1, -1, -1, -1, -1, -1);
    } else if constexpr (from == 8 && to == 2) {
      order = _mm_setr_epi8(0, 1, 8, 9, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    } else if constexpr (from == 8 && to == 1) {
      order = _mm_setr_epi8(0, 8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    } else if constexpr (to == 2) {
      order = _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1);
    } else {
      static_assert(from == 4 && to == 1);
      order = _mm_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    }
    const __m128i low = _mm_shuffle_epi8(_mm256_castsi256_si128(values), order);
    const __m128i high = _mm_shuffle_epi8(_mm256_extracti128_si256(values, 1), order);
    constexpr std::size_t of_half = sizeof(__m128i) / from * to;
    __m128i both;
    if constexpr (of_half == 8) {
      both = _mm_unpacklo_epi64(low, high);
    } else if constexpr (of_half == 4) {
      both = _mm_unpacklo_epi32(low, high);
    } else {
      both = _mm_unpacklo_epi16(low, high);
    }
    std::memcpy(out, &both, 2 * of_half);
  }
}

template <class Wide, class Narrow>
MUSTER_AVX2 std::size_t narrow_avx2(const Wide* values, const Word* bits, std::size_t rows, Narrow* out) {
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    const Word word = bits[row / word_bits];
    for (std::size_t k = 0; k < word_bits; k += in_avx2<Wide>) {
      const __m256i kept = _mm256_and_si256(vector_at(values + row + k), lanes_of<sizeof(Wide)>(word >> k));
      store_low_avx2<sizeof(Wide), sizeof(Narrow)>(kept, out + row + k);
    }
  }
  return row;
}

#endif

}  // namespace

void widen(const std::uint8_t* narrow, std::size_t rows, std::uint32_t* out) {
  const std::size_t done = MUSTER_WIDEST(widen_words(narrow, rows, out), widen_avx2(narrow, rows, out));
  std::copy(narrow + done, narrow + rows, out + done);
}
void widen(const std::uint16_t* narrow, std::size_t rows, std::uint32_t* out) {
  const std::size_t done = MUSTER_WIDEST(widen_words(narrow, rows, out), widen_avx2(narrow, rows, out));
  std::copy(narrow + done, narrow + rows, out + done);
}

template <class Wide, class Narrow>
void narrow(const Wide* values, const Word* bits, std::size_t rows, Narrow* out) {
  const std::size_t done = MUSTER_WIDEST(narrow_words(values, bits, rows, out), narrow_avx2(values, bits, rows, out));
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
