// Choices, limits and widths of whole columns.
#include "runtime/interpret/simd.h"

#include <algorithm>

#include "runtime/interpret/simd_machine.h"

namespace muster::runtime::interpret::simd {

namespace {

template <class Value, class Yes, class No>
void choose_from(std::size_t begin, const Word* bits, Yes yes, No no, std::size_t rows, Value* out) {
  for (std::size_t row = begin; row < rows; ++row) out[row] = test_bit(bits, row) ? yes(row) : no(row);
}

template <class Value>
auto at(const Value* values) {
  return [values](std::size_t row) { return values[row]; };
}
template <class Value>
auto always(Value value) {
  return [value](std::size_t) { return value; };
}

#if defined(__x86_64__)

MUSTER_AVX512 std::size_t choose_words(const Word* bits, const std::int64_t* yes, std::int64_t fixed_yes,
                                       const std::int64_t* no, std::int64_t fixed_no, std::size_t rows,
                                       std::int64_t* out) {
  const __m512i one = _mm512_set1_epi64(fixed_yes);
  const __m512i other = _mm512_set1_epi64(fixed_no);
  std::size_t row = 0;
  for (; row + lanes <= rows; row += lanes) {
    const __m512i a = yes != nullptr ? _mm512_loadu_si512(yes + row) : one;
    const __m512i b = no != nullptr ? _mm512_loadu_si512(no + row) : other;
    _mm512_storeu_si512(out + row, _mm512_mask_blend_epi64(byte_of(bits, row), b, a));
  }
  return row;
}

MUSTER_AVX512 std::size_t choose_code_words(const Word* bits, std::uint32_t yes, const std::uint32_t* no,
                                            std::uint32_t fixed_no, std::size_t rows, std::uint32_t* out) {
  const __m512i one = _mm512_set1_epi32(static_cast<int>(yes));
  const __m512i other = _mm512_set1_epi32(static_cast<int>(fixed_no));
  std::size_t row = 0;
  for (; row + 16 <= rows; row += 16) {
    const __m512i b = no != nullptr ? _mm512_loadu_si512(no + row) : other;
    _mm512_storeu_si512(out + row, _mm512_mask_blend_epi32(half_of(bits, row), b, one));
  }
  return row;
}

MUSTER_AVX512 std::size_t sizes_words(const std::int64_t* values, std::size_t rows, std::uint64_t& all) {
  __m512i bits = _mm512_setzero_si512();
  std::size_t row = 0;
  for (; row + lanes <= rows; row += lanes) {
    const __m512i value = _mm512_loadu_si512(values + row);
    bits = _mm512_or_si512(bits, _mm512_xor_si512(value, _mm512_srai_epi64(value, 63)));
  }
  all = static_cast<std::uint64_t>(_mm512_reduce_or_epi64(bits));
  return row;
}

MUSTER_AVX512 std::size_t clamp_words(const std::int64_t* values, std::int64_t low, std::int64_t high, std::size_t rows,
                                      std::int64_t* out) {
  const __m512i least = _mm512_set1_epi64(low);
  const __m512i most = _mm512_set1_epi64(high);
  std::size_t row = 0;
  for (; row + lanes <= rows; row += lanes) {
    const __m512i value = _mm512_loadu_si512(values + row);
    _mm512_storeu_si512(out + row, _mm512_max_epi64(least, _mm512_min_epi64(most, value)));
  }
  return row;
}

MUSTER_AVX512 std::size_t widen_words(const std::int32_t* narrow, std::size_t rows, std::int64_t* out) {
  std::size_t row = 0;
  for (; row + lanes <= rows; row += lanes) {
    const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(narrow + row));
    _mm512_storeu_si512(out + row, _mm512_cvtepi32_epi64(values));
  }
  return row;
}
MUSTER_AVX512 std::size_t widen_words(const std::uint8_t* narrow, std::size_t rows, std::uint32_t* out) {
  std::size_t row = 0;
  for (; row + 16 <= rows; row += 16) {
    const __m128i values = _mm_loadu_si128(reinterpret_cast<const __m128i*>(narrow + row));
    _mm512_storeu_si512(out + row, _mm512_cvtepu8_epi32(values));
  }
  return row;
}
MUSTER_AVX512 std::size_t widen_words(const std::uint16_t* narrow, std::size_t rows, std::uint32_t* out) {
  std::size_t row = 0;
  for (; row + 16 <= rows; row += 16) {
    const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(narrow + row));
    _mm512_storeu_si512(out + row, _mm512_cvtepu16_epi32(values));
  }
  return row;
}

// The low bytes of the numbers in a vector.
MUSTER_AVX512 inline void store_low(__m512i numbers, std::int32_t* out) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtepi64_epi32(numbers));
}
MUSTER_AVX512 inline void store_low(__m512i numbers, std::int16_t* out) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtepi64_epi16(numbers));
}
MUSTER_AVX512 inline void store_low(__m512i numbers, std::int8_t* out) {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm512_cvtepi64_epi8(numbers));
}
MUSTER_AVX512 inline void store_low(__m512i codes, std::uint16_t* out) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtepi32_epi16(codes));
}
MUSTER_AVX512 inline void store_low(__m512i codes, std::uint8_t* out) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtepi32_epi8(codes));
}
MUSTER_AVX512 inline __m512i kept_of(const std::int64_t* values, const Word* bits, std::size_t row) {
  return _mm512_maskz_loadu_epi64(byte_of(bits, row), values + row);
}
MUSTER_AVX512 inline __m512i kept_of(const std::uint32_t* codes, const Word* bits, std::size_t row) {
  return _mm512_maskz_loadu_epi32(half_of(bits, row), codes + row);
}

template <class Wide, class Narrow>
MUSTER_AVX512 std::size_t narrow_words(const Wide* values, const Word* bits, std::size_t rows, Narrow* out) {
  constexpr std::size_t in_vector = sizeof(__m512i) / sizeof(Wide);
  std::size_t row = 0;
  for (; row + in_vector <= rows; row += in_vector) store_low(kept_of(values, bits, row), out + row);
  return row;
}

#endif

template <class Wide, class Narrow>
void narrow_to(const Wide* values, const Word* bits, std::size_t rows, Narrow* out) {
  const std::size_t done = MUSTER_WIDE(narrow_words(values, bits, rows, out));
  for (std::size_t row = done; row < rows; ++row) {
    out[row] = test_bit(bits, row) ? static_cast<Narrow>(values[row]) : Narrow{0};
  }
}

}  // namespace

void choose(const Word* bits, std::int64_t yes, std::int64_t no, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDE(choose_words(bits, nullptr, yes, nullptr, no, rows, out));
  choose_from(done, bits, always(yes), always(no), rows, out);
}
void choose(const Word* bits, const std::int64_t* yes, const std::int64_t* no, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDE(choose_words(bits, yes, 0, no, 0, rows, out));
  choose_from(done, bits, at(yes), at(no), rows, out);
}
void choose(const Word* bits, const std::int64_t* yes, std::int64_t no, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDE(choose_words(bits, yes, 0, nullptr, no, rows, out));
  choose_from(done, bits, at(yes), always(no), rows, out);
}
void choose(const Word* bits, std::uint32_t yes, const std::uint32_t* no, std::size_t rows, std::uint32_t* out) {
  const std::size_t done = MUSTER_WIDE(choose_code_words(bits, yes, no, 0, rows, out));
  choose_from(done, bits, always(yes), at(no), rows, out);
}
void choose(const Word* bits, std::uint32_t yes, std::uint32_t no, std::size_t rows, std::uint32_t* out) {
  const std::size_t done = MUSTER_WIDE(choose_code_words(bits, yes, nullptr, no, rows, out));
  choose_from(done, bits, always(yes), always(no), rows, out);
}

std::uint64_t sizes(const std::int64_t* values, std::size_t rows) {
  std::uint64_t all = 0;
  const std::size_t done = MUSTER_WIDE(sizes_words(values, rows, all));
  for (std::size_t row = done; row < rows; ++row) all |= static_cast<std::uint64_t>(values[row] ^ (values[row] >> 63));
  return all;
}

void clamp(const std::int64_t* values, std::int64_t low, std::int64_t high, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDE(clamp_words(values, low, high, rows, out));
  for (std::size_t row = done; row < rows; ++row) out[row] = std::clamp(values[row], low, high);
}

void widen(const std::int32_t* narrow, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDE(widen_words(narrow, rows, out));
  std::copy(narrow + done, narrow + rows, out + done);
}
void widen(const std::uint8_t* narrow, std::size_t rows, std::uint32_t* out) {
  const std::size_t done = MUSTER_WIDE(widen_words(narrow, rows, out));
  std::copy(narrow + done, narrow + rows, out + done);
}
void widen(const std::uint16_t* narrow, std::size_t rows, std::uint32_t* out) {
  const std::size_t done = MUSTER_WIDE(widen_words(narrow, rows, out));
  std::copy(narrow + done, narrow + rows, out + done);
}

void narrow(const std::int64_t* values, const Word* bits, std::size_t rows, std::int32_t* out) {
  narrow_to(values, bits, rows, out);
}
void narrow(const std::int64_t* values, const Word* bits, std::size_t rows, std::int16_t* out) {
  narrow_to(values, bits, rows, out);
}
void narrow(const std::int64_t* values, const Word* bits, std::size_t rows, std::int8_t* out) {
  narrow_to(values, bits, rows, out);
}
void narrow(const std::uint32_t* codes, const Word* bits, std::size_t rows, std::uint16_t* out) {
  narrow_to(codes, bits, rows, out);
}
void narrow(const std::uint32_t* codes, const Word* bits, std::size_t rows, std::uint8_t* out) {
  narrow_to(codes, bits, rows, out);
}

}  // namespace muster::runtime::interpret::simd
