#include "runtime/interpret/simd.h"

#include <algorithm>
#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#define MUSTER_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]]
#endif

namespace muster::runtime::interpret::simd {

using lang::CompareOp;

namespace {

template <class Holds>
void bits_of(std::size_t begin, std::size_t rows, Word* bits, Holds holds) {
  for (std::size_t first = begin; first < rows; first += word_bits) {
    Word word = 0;
    const std::size_t count = std::min(word_bits, rows - first);
    for (std::size_t k = 0; k < count; ++k) word |= static_cast<Word>(holds(first + k)) << k;
    bits[first / word_bits] = word;
  }
}

template <class Left, class Right>
void compare_from(std::size_t begin, CompareOp op, Left left, Right right, std::size_t rows, Word* bits) {
  switch (op) {
    case CompareOp::equal:
      return bits_of(begin, rows, bits, [&](std::size_t row) { return left(row) == right(row); });
    case CompareOp::not_equal:
      return bits_of(begin, rows, bits, [&](std::size_t row) { return left(row) != right(row); });
    case CompareOp::less:
      return bits_of(begin, rows, bits, [&](std::size_t row) { return left(row) < right(row); });
    case CompareOp::less_equal:
      return bits_of(begin, rows, bits, [&](std::size_t row) { return left(row) <= right(row); });
    case CompareOp::greater:
      return bits_of(begin, rows, bits, [&](std::size_t row) { return left(row) > right(row); });
    case CompareOp::greater_equal:
      return bits_of(begin, rows, bits, [&](std::size_t row) { return left(row) >= right(row); });
  }
}

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

void sum_from(std::size_t begin, std::int64_t start, std::span<const Term> terms, std::size_t rows, std::int64_t* out) {
  // Unsigned numbers, which wrap: rows without a value may hold anything.
  for (std::size_t row = begin; row < rows; ++row) {
    auto total = static_cast<std::uint64_t>(start);
    for (const Term& term : terms) {
      const auto weight = static_cast<std::uint64_t>(term.weight);
      total += term.bits != nullptr ? (test_bit(term.bits, row) ? weight : 0)
                                    : weight * static_cast<std::uint64_t>(term.values[row]);
    }
    out[row] = static_cast<std::int64_t>(total);
  }
}

#if defined(__x86_64__)

bool has_avx512() {
  static const bool has = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                          __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  return has;
}

constexpr std::size_t lanes = 8;  // 64-bit numbers in a vector

MUSTER_AVX512 inline __mmask8 byte_of(const Word* bits, std::size_t row) {
  return static_cast<__mmask8>(bits[row / word_bits] >> (row % word_bits));
}
MUSTER_AVX512 inline __mmask16 half_of(const Word* bits, std::size_t row) {
  return static_cast<__mmask16>(bits[row / word_bits] >> (row % word_bits));
}

// Whole words only; returns the rows that are done.
template <int predicate>
MUSTER_AVX512 std::size_t compare_words(const std::int64_t* left, const std::int64_t* right, std::int64_t constant,
                                        std::size_t rows, Word* bits) {
  const __m512i fixed = _mm512_set1_epi64(constant);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    Word word = 0;
    for (std::size_t k = 0; k < word_bits; k += lanes) {
      const __m512i a = _mm512_loadu_si512(left + row + k);
      const __m512i b = right != nullptr ? _mm512_loadu_si512(right + row + k) : fixed;
      word |= static_cast<Word>(_mm512_cmp_epi64_mask(a, b, predicate)) << k;
    }
    bits[row / word_bits] = word;
  }
  return row;
}

std::size_t compare_words(CompareOp op, const std::int64_t* left, const std::int64_t* right, std::int64_t constant,
                          std::size_t rows, Word* bits) {
  switch (op) {
    case CompareOp::equal:
      return compare_words<_MM_CMPINT_EQ>(left, right, constant, rows, bits);
    case CompareOp::not_equal:
      return compare_words<_MM_CMPINT_NE>(left, right, constant, rows, bits);
    case CompareOp::less:
      return compare_words<_MM_CMPINT_LT>(left, right, constant, rows, bits);
    case CompareOp::less_equal:
      return compare_words<_MM_CMPINT_LE>(left, right, constant, rows, bits);
    case CompareOp::greater:
      return compare_words<_MM_CMPINT_NLE>(left, right, constant, rows, bits);
    case CompareOp::greater_equal:
      return compare_words<_MM_CMPINT_NLT>(left, right, constant, rows, bits);
  }
  return 0;
}

MUSTER_AVX512 std::size_t look_up_words(const std::uint8_t* answers, const std::uint32_t* codes, std::size_t rows,
                                        Word* bits) {
  const __m512i low_byte = _mm512_set1_epi32(255);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    Word word = 0;
    for (std::size_t k = 0; k < word_bits; k += 16) {
      const __m512i found = _mm512_i32gather_epi32(_mm512_loadu_si512(codes + row + k), answers, 1);
      word |= static_cast<Word>(_mm512_test_epi32_mask(found, low_byte)) << k;
    }
    bits[row / word_bits] = word;
  }
  return row;
}

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
                                            std::size_t rows, std::uint32_t* out) {
  const __m512i one = _mm512_set1_epi32(static_cast<int>(yes));
  std::size_t row = 0;
  for (; row + 16 <= rows; row += 16) {
    _mm512_storeu_si512(out + row, _mm512_mask_blend_epi32(half_of(bits, row), _mm512_loadu_si512(no + row), one));
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

MUSTER_AVX512 std::size_t sum_words(std::int64_t start, std::span<const Term> terms, std::size_t rows,
                                    std::int64_t* out) {
  constexpr std::size_t vectors = 4;
  std::size_t row = 0;
  for (; row + vectors * lanes <= rows; row += vectors * lanes) {
    __m512i total[vectors];
    for (__m512i& each : total) each = _mm512_set1_epi64(start);
    for (const Term& term : terms) {
      const __m512i weight = _mm512_set1_epi64(term.weight);
      for (std::size_t k = 0; k < vectors; ++k) {
        const std::size_t from = row + k * lanes;
        if (term.bits != nullptr) {
          total[k] = _mm512_mask_add_epi64(total[k], byte_of(term.bits, from), total[k], weight);
        } else {
          const __m512i value = _mm512_loadu_si512(term.values + from);
          total[k] = _mm512_add_epi64(total[k], term.weight == 1 ? value : _mm512_mullo_epi64(value, weight));
        }
      }
    }
    for (std::size_t k = 0; k < vectors; ++k) _mm512_storeu_si512(out + row + k * lanes, total[k]);
  }
  return row;
}

// 2^f by the series of exp: ln(2)^k / k!. For |f| <= 0.5 what is left out is below 2^-57 of the result.
constexpr std::array<double, 14> exp2_terms = {1.0,
                                               6.931471805599453094e-1,
                                               2.402265069591007123e-1,
                                               5.550410866482157995e-2,
                                               9.618129107628477162e-3,
                                               1.333355814642844342e-3,
                                               1.540353039338160995e-4,
                                               1.525273380405984028e-5,
                                               1.321548679014430948e-6,
                                               1.017808600923969973e-7,
                                               7.054911620801123329e-9,
                                               4.445538271870811498e-10,
                                               2.567843599348820514e-11,
                                               1.369148885390412888e-12};

MUSTER_AVX512 std::size_t halve_words(const std::int64_t* points, const std::int64_t* events, std::int64_t as_of,
                                      std::int64_t interval, std::int64_t unit, std::size_t rows, std::int64_t* out,
                                      Word* certain) {
  // An age is exact as a double, and so is what is left of it after whole intervals. The quotient, the series and two
  // products are each off by at most 2^-52 of the result: 2^-45 is more than all of them together.
  constexpr std::int64_t most_points = std::int64_t{1} << 40;
  constexpr std::int64_t most_age = std::int64_t{1} << 52;
  constexpr double error = 1.0 / static_cast<double>(std::int64_t{1} << 45);
  const __m512i now = _mm512_set1_epi64(as_of);
  const __m512i oldest = _mm512_set1_epi64(as_of - most_age);
  const __m512i newest = _mm512_set1_epi64(as_of + most_age);
  const __m512d whole = _mm512_set1_pd(static_cast<double>(interval));
  const __m512d per_unit = _mm512_set1_pd(1.0 / static_cast<double>(unit));
  const __m512d half = _mm512_set1_pd(0.5);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    Word word = 0;
    for (std::size_t k = 0; k < word_bits; k += lanes) {
      const __m512i event = _mm512_loadu_si512(events + row + k);
      const __m512i point = _mm512_loadu_si512(points + row + k);
      const __m512i size = _mm512_abs_epi64(point);
      __mmask8 good = _mm512_cmpgt_epi64_mask(event, oldest);
      good = _mm512_mask_cmplt_epi64_mask(good, event, newest);
      good = _mm512_mask_cmplt_epu64_mask(good, size, _mm512_set1_epi64(most_points));
      const __m512i passed = _mm512_max_epi64(_mm512_sub_epi64(now, event), _mm512_setzero_si512());
      const __m512d age = _mm512_cvtepi64_pd(passed);
      const __m512d count = _mm512_roundscale_pd(_mm512_div_pd(age, whole), _MM_FROUND_TO_NEAREST_INT);
      const __m512d rest = _mm512_fnmadd_pd(count, whole, age);
      const __m512d f = _mm512_div_pd(_mm512_sub_pd(_mm512_setzero_pd(), rest), whole);
      __m512d share = _mm512_set1_pd(exp2_terms.back());
      for (std::size_t term = exp2_terms.size() - 1; term-- > 0;) {
        share = _mm512_fmadd_pd(share, f, _mm512_set1_pd(exp2_terms[term]));
      }
      share = _mm512_scalef_pd(share, _mm512_sub_pd(_mm512_setzero_pd(), count));
      const __m512d left = _mm512_mul_pd(_mm512_mul_pd(_mm512_cvtepi64_pd(size), share), per_unit);
      const __m512d moved = _mm512_add_pd(left, half);
      const __m512d floor = _mm512_roundscale_pd(moved, _MM_FROUND_TO_NEG_INF);
      const __m512d above = _mm512_sub_pd(moved, floor);
      const __m512d bound = _mm512_mul_pd(_mm512_add_pd(moved, half), _mm512_set1_pd(error));
      good = _mm512_mask_cmp_pd_mask(good, above, bound, _CMP_GT_OQ);
      good = _mm512_mask_cmp_pd_mask(good, _mm512_sub_pd(_mm512_set1_pd(1.0), above), bound, _CMP_GT_OQ);
      const __m512i rounded = _mm512_mullo_epi64(_mm512_cvtpd_epi64(floor), _mm512_set1_epi64(unit));
      const __mmask8 is_negative = _mm512_movepi64_mask(point);
      _mm512_storeu_si512(out + row + k, _mm512_mask_sub_epi64(rounded, is_negative, _mm512_setzero_si512(), rounded));
      word |= static_cast<Word>(good) << k;
    }
    certain[row / word_bits] = word;
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

// The rows that the wide loop has done; the plain one goes on from there.
#define MUSTER_WIDE(call) (has_avx512() ? (call) : std::size_t{0})
#else
#define MUSTER_WIDE(call) std::size_t{0}
#endif

}  // namespace

void compare(CompareOp op, const std::int64_t* values, std::int64_t constant, std::size_t rows, Word* bits) {
  const std::size_t done = MUSTER_WIDE(compare_words(op, values, nullptr, constant, rows, bits));
  compare_from(done, op, at(values), always(constant), rows, bits);
}
void compare(CompareOp op, const std::int64_t* left, const std::int64_t* right, std::size_t rows, Word* bits) {
  const std::size_t done = MUSTER_WIDE(compare_words(op, left, right, 0, rows, bits));
  compare_from(done, op, at(left), at(right), rows, bits);
}

void look_up(const std::uint8_t* answers, const std::uint32_t* codes, std::size_t rows, Word* bits) {
  const std::size_t done = MUSTER_WIDE(look_up_words(answers, codes, rows, bits));
  bits_of(done, rows, bits, [&](std::size_t row) { return answers[codes[row]] != 0; });
}

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
  const std::size_t done = MUSTER_WIDE(choose_code_words(bits, yes, no, rows, out));
  choose_from(done, bits, always(yes), at(no), rows, out);
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

void sum(std::int64_t start, std::span<const Term> terms, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDE(sum_words(start, terms, rows, out));
  sum_from(done, start, terms, rows, out);
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

void halve(const std::int64_t* points, const std::int64_t* events, std::int64_t as_of, std::int64_t interval,
           std::int64_t unit, std::size_t rows, std::int64_t* out, Word* certain) {
  constexpr std::int64_t most = std::int64_t{1} << 52;
  std::size_t done = 0;
  // Here the age of every event that is looked at is exact, and whole intervals are.
  if (as_of > -most && as_of < most && interval < most)
    done = MUSTER_WIDE(halve_words(points, events, as_of, interval, unit, rows, out, certain));
  for (std::size_t word = done / word_bits; word * word_bits < rows; ++word) certain[word] = 0;
}

}  // namespace muster::runtime::interpret::simd
