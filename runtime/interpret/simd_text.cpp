// Answers to questions of texts, by dictionary code.
#include "runtime/interpret/simd.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/interpret/simd_machine.h"

namespace muster::runtime::interpret::simd {

namespace {

#if defined(__x86_64__)

// Sixteen codes, widened.
MUSTER_AVX512 inline __m512i codes_at(const std::uint32_t* codes) { return _mm512_loadu_si512(codes); }
MUSTER_AVX512 inline __m512i codes_at(const std::uint16_t* codes) {
  return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes)));
}

// Sixty-four codes below 256, as bytes.
MUSTER_AVX512 inline __m512i bytes_at(const std::uint8_t* codes) { return _mm512_loadu_si512(codes); }
template <class Code>
MUSTER_AVX512 inline __m512i bytes_at(const Code* codes) {
  __m512i bytes = _mm512_castsi128_si512(_mm512_cvtepi32_epi8(codes_at(codes)));
  bytes = _mm512_inserti32x4(bytes, _mm512_cvtepi32_epi8(codes_at(codes + 16)), 1);
  bytes = _mm512_inserti32x4(bytes, _mm512_cvtepi32_epi8(codes_at(codes + 32)), 2);
  return _mm512_inserti32x4(bytes, _mm512_cvtepi32_epi8(codes_at(codes + 48)), 3);
}

// A table of 256 bytes lies in four registers.
template <class Code>
MUSTER_AVX512_VBMI std::size_t permute_answers(const std::uint8_t* table, const Code* codes, std::size_t rows,
                                               std::uint8_t* answers) {
  const __m512i first = _mm512_loadu_si512(table);
  const __m512i second = _mm512_loadu_si512(table + 64);
  const __m512i third = _mm512_loadu_si512(table + 128);
  const __m512i fourth = _mm512_loadu_si512(table + 192);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    const __m512i bytes = bytes_at(codes + row);
    const __m512i low = _mm512_permutex2var_epi8(first, bytes, second);
    const __m512i high = _mm512_permutex2var_epi8(third, bytes, fourth);
    _mm512_storeu_si512(answers + row, _mm512_mask_blend_epi8(_mm512_movepi8_mask(bytes), low, high));
  }
  return row;
}

MUSTER_AVX512 std::size_t test_words(const std::uint8_t* answers, std::uint8_t bit, std::size_t rows, Truth out) {
  const __m512i wanted = _mm512_set1_epi8(static_cast<char>(bit));
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    decide(_mm512_test_epi8_mask(_mm512_loadu_si512(answers + row), wanted), row / word_bits, out);
  }
  return row;
}

MUSTER_AVX2 std::size_t test_avx2(const std::uint8_t* answers, std::uint8_t bit, std::size_t rows, Truth out) {
  const __m256i wanted = all_of(bit);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    Word word = 0;
    for (std::size_t k = 0; k < word_bits; k += in_avx2<std::uint8_t>) {
      const __m256i has = _mm256_cmpeq_epi8(_mm256_and_si256(vector_at(answers + row + k), wanted), wanted);
      word |= Word{static_cast<std::uint32_t>(_mm256_movemask_epi8(has))} << k;
    }
    decide(word, row / word_bits, out);
  }
  return row;
}

#endif

template <class Code>
void look_up_codes(const std::uint8_t* table, bool is_small, const Code* codes, std::size_t rows,
                   std::uint8_t* answers) {
  std::size_t row = 0;
#if defined(__x86_64__)
  if (is_small && has_avx512_vbmi()) row = permute_answers(table, codes, rows, answers);
#endif
  // Four loads before the first store that might be in their way; a gather takes half as long again.
  for (; row + 4 <= rows; row += 4) {
    const std::uint8_t four[] = {table[codes[row]], table[codes[row + 1]], table[codes[row + 2]],
                                 table[codes[row + 3]]};
    std::copy_n(four, 4, answers + row);
  }
  for (; row < rows; ++row) answers[row] = table[codes[row]];
}

// Bit `shift` of eight bytes, the first one lowest: the factor moves bit 8k of the number to bit 56 + k, and no two
// bits meet on the way.
std::uint8_t eight_bits(const std::uint8_t* bytes, unsigned shift) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, bytes, sizeof(eight));
  if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
  return static_cast<std::uint8_t>((eight >> shift & 0x0101'0101'0101'0101U) * 0x0102'0408'1020'4080U >> 56U);
}

}  // namespace

void look_up(const std::uint8_t* table, bool is_small, const std::uint32_t* codes, std::size_t rows,
             std::uint8_t* answers) {
  look_up_codes(table, is_small, codes, rows, answers);
}
void look_up(const std::uint8_t* table, bool is_small, const std::uint16_t* codes, std::size_t rows,
             std::uint8_t* answers) {
  look_up_codes(table, is_small, codes, rows, answers);
}
void look_up(const std::uint8_t* table, bool is_small, const std::uint8_t* codes, std::size_t rows,
             std::uint8_t* answers) {
  look_up_codes(table, is_small, codes, rows, answers);
}

void test(const std::uint8_t* answers, std::uint8_t bit, std::size_t rows, Truth out) {
  const auto shift = static_cast<unsigned>(std::countr_zero(bit));
  std::size_t row = MUSTER_WIDEST(test_words(answers, bit, rows, out), test_avx2(answers, bit, rows, out));
  for (; row < rows; row += word_bits) {
    const std::size_t count = std::min(word_bits, rows - row);
    Word word = 0;
    std::size_t k = 0;
    for (; k + 8 <= count; k += 8) word |= Word{eight_bits(answers + row + k, shift)} << k;
    for (; k < count; ++k) word |= static_cast<Word>((answers[row + k] & bit) != 0) << k;
    decide(word, row / word_bits, out);
  }
}

}  // namespace muster::runtime::interpret::simd
