// Sums of whole columns: bits are counted in lanes of 8 bits and then of 16, or of 16 alone, where that is exact, and
// numbers in 64, or in 32.
#include "runtime/interpret/simd.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "runtime/interpret/simd_machine.h"
#include "runtime/interpret/simd_terms.h"

namespace muster::runtime::interpret::simd {
namespace {

// Unsigned numbers, which wrap: rows without a value may hold anything.
template <class Number>
void sum_from(std::size_t begin, Number start, std::span<const Term> terms, std::size_t rows, Number* out) {
  using Total = std::make_unsigned_t<Number>;
  std::fill(out + begin, out + rows, start);
  for (const Term& term : terms) {
    const auto weight = static_cast<Total>(term.weight);
    const auto add = [&](auto value) {
      for (std::size_t row = begin; row < rows; ++row) {
        out[row] = static_cast<Number>(static_cast<Total>(out[row]) + weight * value(row));
      }
    };
    const Word* const bits = term.bits;
    if (is_count(term)) {
      add([bits](std::size_t row) { return Total{test_bit(bits, row)}; });
      continue;
    }
    with_lanes(term.lanes, [&](const auto* values) {
      if (bits == nullptr) {
        add([values](std::size_t row) { return static_cast<Total>(values[row]); });
      } else {
        add([values, bits](std::size_t row) {
          return test_bit(bits, row) ? static_cast<Total>(values[row]) : Total{0};
        });
      }
    });
  }
}

#if defined(__x86_64__)

// How many units the bits of a word's rows add up to, in lanes of 16 bits.
struct Counts {
  __m512i low;
  __m512i high;
};

MUSTER_AVX512 inline void add_bytes(Counts& counts, __m512i bytes) {
  counts.low = _mm512_add_epi16(counts.low, _mm512_cvtepi8_epi16(_mm512_castsi512_si256(bytes)));
  counts.high = _mm512_add_epi16(counts.high, _mm512_cvtepi8_epi16(_mm512_extracti64x4_epi64(bytes, 1)));
}

MUSTER_AVX512 inline Counts count_units(const SortedTerms& terms, std::size_t word) {
  Counts counts{_mm512_setzero_si512(), _mm512_setzero_si512()};
  if (terms.fits_bytes()) {
    __m512i group = _mm512_setzero_si512();
    for (const SortedTerms::Bits& term : terms.bits()) {
      if (term.begins_group) {
        add_bytes(counts, group);
        group = _mm512_setzero_si512();
      }
      group = _mm512_mask_add_epi8(group, term.bits[word], group, _mm512_set1_epi8(static_cast<char>(term.units)));
    }
    add_bytes(counts, group);
    return counts;
  }
  for (const SortedTerms::Bits& term : terms.bits()) {
    const Word bits = term.bits[word];
    const __m512i units = _mm512_set1_epi16(term.units);
    counts.low = _mm512_mask_add_epi16(counts.low, static_cast<__mmask32>(bits), counts.low, units);
    counts.high = _mm512_mask_add_epi16(counts.high, static_cast<__mmask32>(bits >> 32), counts.high, units);
  }
  return counts;
}

// Vectors of totals, in 64 bits and in 32.
template <class Number>
struct Totals;

template <>
struct Totals<std::int64_t> {
  static constexpr std::size_t rows = lanes;
  MUSTER_AVX512 static __m512i all(std::int64_t number) { return _mm512_set1_epi64(number); }
  MUSTER_AVX512 static __m512i times(__m512i a, __m512i b) { return _mm512_mullo_epi64(a, b); }
  MUSTER_AVX512 static __m512i add_where(Word bits, __m512i a, __m512i b) {
    return _mm512_mask_add_epi64(a, static_cast<__mmask8>(bits), a, b);
  }
  MUSTER_AVX512 static __m512i of(const std::int8_t* values) {
    return _mm512_cvtepi8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(values)));
  }
  MUSTER_AVX512 static __m512i of(const std::int16_t* values) {
    return _mm512_cvtepi16_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values)));
  }
  MUSTER_AVX512 static __m512i of(const std::int32_t* values) {
    return _mm512_cvtepi32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(values)));
  }
  MUSTER_AVX512 static __m512i of(const std::int64_t* values) { return _mm512_loadu_si512(values); }
};

template <>
struct Totals<std::int32_t> {
  static constexpr std::size_t rows = half_lanes;
  MUSTER_AVX512 static __m512i all(std::int64_t number) { return _mm512_set1_epi32(static_cast<int>(number)); }
  MUSTER_AVX512 static __m512i times(__m512i a, __m512i b) { return _mm512_mullo_epi32(a, b); }
  MUSTER_AVX512 static __m512i add_where(Word bits, __m512i a, __m512i b) {
    return _mm512_mask_add_epi32(a, static_cast<__mmask16>(bits), a, b);
  }
  template <class Value>
  MUSTER_AVX512 static __m512i of(const Value* values) {
    return half_lanes_at(values);
  }
  MUSTER_AVX512 static __m512i of(const std::int64_t* values) {
    const __m256i low = _mm512_cvtepi64_epi32(_mm512_loadu_si512(values));
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), _mm512_cvtepi64_epi32(_mm512_loadu_si512(values + 8)), 1);
  }
};

// The rows of a word.
template <class Number>
constexpr std::size_t vectors = word_bits / Totals<Number>::rows;

template <class Number, class Value>
MUSTER_AVX512 inline void add_numbers(__m512i (&totals)[vectors<Number>], const Value* values, Word bits,
                                      std::int64_t weight) {
  using T = Totals<Number>;
  const __m512i all = T::all(weight);
  for (std::size_t k = 0; k < vectors<Number>; ++k) {
    const __m512i value = T::of(values + k * T::rows);
    totals[k] = T::add_where(bits >> (k * T::rows), totals[k], weight == 1 ? value : T::times(value, all));
  }
}

template <class Number>
MUSTER_AVX512 inline void add_numbers(__m512i (&totals)[vectors<Number>], const Term& term, std::size_t row) {
  const Word bits = term.bits == nullptr ? ~Word{0} : term.bits[row / word_bits];
  const std::int64_t weight = term.weight;
  switch (term.lanes.bytes) {
    case 1:
      return add_numbers<Number>(totals, static_cast<const std::int8_t*>(term.lanes.values) + row, bits, weight);
    case 2:
      return add_numbers<Number>(totals, static_cast<const std::int16_t*>(term.lanes.values) + row, bits, weight);
    case 4:
      return add_numbers<Number>(totals, static_cast<const std::int32_t*>(term.lanes.values) + row, bits, weight);
    default:
      return add_numbers<Number>(totals, static_cast<const std::int64_t*>(term.lanes.values) + row, bits, weight);
  }
}

template <class Number>
MUSTER_AVX512 inline void store(Number* out, const __m512i (&totals)[vectors<Number>]) {
  for (std::size_t k = 0; k < vectors<Number>; ++k) _mm512_storeu_si512(out + k * Totals<Number>::rows, totals[k]);
}

template <class Number>
MUSTER_AVX512 std::size_t sum_one_by_one(Number start, std::span<const Term> terms, std::size_t rows, Number* out) {
  using T = Totals<Number>;
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    __m512i totals[vectors<Number>];
    for (__m512i& total : totals) total = T::all(start);
    for (const Term& term : terms) {
      if (!is_count(term)) {
        add_numbers<Number>(totals, term, row);
        continue;
      }
      const __m512i weight = T::all(term.weight);
      const Word word = term.bits[row / word_bits];
      for (std::size_t k = 0; k < vectors<Number>; ++k) {
        totals[k] = T::add_where(word >> (k * T::rows), totals[k], weight);
      }
    }
    store<Number>(out + row, totals);
  }
  return row;
}

MUSTER_AVX512 inline void begin_totals(const Counts& counts, std::int64_t unit, std::int64_t start,
                                       __m512i (&totals)[8]) {
  const __m512i units = _mm512_set1_epi64(unit);
  const __m512i begin = _mm512_set1_epi64(start);
  alignas(64) std::int16_t each[word_bits];
  _mm512_store_si512(each, counts.low);
  _mm512_store_si512(each + word_bits / 2, counts.high);
  for (std::size_t k = 0; k < 8; ++k) {
    const __m128i eight = _mm_load_si128(reinterpret_cast<const __m128i*>(each + k * 8));
    totals[k] = _mm512_add_epi64(begin, _mm512_mul_epi32(_mm512_cvtepi16_epi64(eight), units));
  }
}
MUSTER_AVX512 inline void begin_totals(const Counts& counts, std::int64_t unit, std::int32_t start,
                                       __m512i (&totals)[4]) {
  const __m512i units = _mm512_set1_epi32(static_cast<int>(unit));
  const __m512i begin = _mm512_set1_epi32(start);
  for (std::size_t k = 0; k < 4; ++k) {
    const __m512i half = k < 2 ? counts.low : counts.high;
    const __m256i sixteen = k % 2 == 0 ? _mm512_castsi512_si256(half) : _mm512_extracti64x4_epi64(half, 1);
    totals[k] = _mm512_add_epi32(begin, _mm512_mullo_epi32(_mm512_cvtepi16_epi32(sixteen), units));
  }
}

template <class Number>
MUSTER_AVX512 std::size_t sum_sorted(Number start, const SortedTerms& terms, std::size_t rows, Number* out) {
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    __m512i totals[vectors<Number>];
    begin_totals(count_units(terms, row / word_bits), terms.unit(), start, totals);
    for (const Term& term : terms.numbers()) add_numbers<Number>(totals, term, row);
    store<Number>(out + row, totals);
  }
  return row;
}

template <class Number>
std::size_t sum_words(Number start, std::span<const Term> terms, std::size_t rows, Number* out) {
  const SortedTerms sorted(terms);
  return sorted.fits() ? sum_sorted(start, sorted, rows, out) : sum_one_by_one(start, terms, rows, out);
}

MUSTER_AVX2 inline void add_bytes_avx2(__m256i (&counts)[4], const __m256i (&bytes)[2]) {
  for (std::size_t k = 0; k < 4; ++k) {
    const __m256i from = bytes[k / 2];
    const __m128i half = k % 2 == 0 ? _mm256_castsi256_si128(from) : _mm256_extracti128_si256(from, 1);
    counts[k] = _mm256_add_epi16(counts[k], _mm256_cvtepi8_epi16(half));
  }
}

// out: how many units the bits of a word's rows add up to.
MUSTER_AVX2 inline void count_units_avx2(const SortedTerms& terms, std::size_t word, std::int16_t (&out)[word_bits]) {
  __m256i counts[4] = {};
  if (terms.fits_bytes()) {
    __m256i group[2] = {};
    for (const SortedTerms::Bits& term : terms.bits()) {
      if (term.begins_group) {
        add_bytes_avx2(counts, group);
        group[0] = group[1] = _mm256_setzero_si256();
      }
      // Both halves of the word are spread from one vector, which is loaded as such.
      const __m256i bits = _mm256_set1_epi64x(static_cast<long long>(term.bits[word]));
      const __m256i units = all_of(static_cast<std::int8_t>(term.units));
      group[0] = _mm256_add_epi8(group[0], _mm256_and_si256(byte_lanes_of(bits, 0), units));
      group[1] = _mm256_add_epi8(group[1], _mm256_and_si256(byte_lanes_of(bits, 4), units));
    }
    add_bytes_avx2(counts, group);
  } else {
    for (const SortedTerms::Bits& term : terms.bits()) {
      const Word bits = term.bits[word];
      const __m256i units = all_of(term.units);
      for (std::size_t k = 0; k < 4; ++k) {
        counts[k] = _mm256_add_epi16(counts[k], _mm256_and_si256(lanes_of<2>(bits >> (16 * k)), units));
      }
    }
  }
  for (std::size_t k = 0; k < 4; ++k) store_vector(counts[k], out + 16 * k);
}

// Vectors of totals with AVX2, in 64 bits and in 32.
template <class Number>
struct ShortTotals;

template <>
struct ShortTotals<std::int64_t> {
  MUSTER_AVX2 static __m256i add(__m256i a, __m256i b) { return _mm256_add_epi64(a, b); }
  // Modulo 2^64: the product of the low halves, and what a high half and a low one add to its own high half.
  MUSTER_AVX2 static __m256i times(__m256i a, __m256i b) {
    const __m256i cross =
        _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(a, 32), b), _mm256_mul_epu32(a, _mm256_srli_epi64(b, 32)));
    return _mm256_add_epi64(_mm256_mul_epu32(a, b), _mm256_slli_epi64(cross, 32));
  }
  // Units have 16 bits, and a unit has 32.
  MUSTER_AVX2 static __m256i points_of(const std::int16_t* units, __m256i unit) {
    return _mm256_mul_epi32(of(units), unit);
  }
  MUSTER_AVX2 static __m256i of(const std::int8_t* values) {
    int four = 0;
    std::memcpy(&four, values, sizeof(four));
    return _mm256_cvtepi8_epi64(_mm_cvtsi32_si128(four));
  }
  MUSTER_AVX2 static __m256i of(const std::int16_t* values) {
    return _mm256_cvtepi16_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(values)));
  }
  MUSTER_AVX2 static __m256i of(const std::int32_t* values) {
    return _mm256_cvtepi32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values)));
  }
  MUSTER_AVX2 static __m256i of(const std::int64_t* values) { return vector_at(values); }
};

template <>
struct ShortTotals<std::int32_t> {
  MUSTER_AVX2 static __m256i add(__m256i a, __m256i b) { return _mm256_add_epi32(a, b); }
  MUSTER_AVX2 static __m256i times(__m256i a, __m256i b) { return _mm256_mullo_epi32(a, b); }
  MUSTER_AVX2 static __m256i points_of(const std::int16_t* units, __m256i unit) { return times(of(units), unit); }
  template <class Value>
  MUSTER_AVX2 static __m256i of(const Value* values) {
    return eight_at(values);
  }
  MUSTER_AVX2 static __m256i of(const std::int64_t* values) {
    const __m256 low = _mm256_castsi256_ps(vector_at(values));
    const __m256 high = _mm256_castsi256_ps(vector_at(values + 4));
    return _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(low, high, 0b10'00'10'00)), 0b11'01'10'00);
  }
};

// As many totals as registers hold beside what is added to them: those of a word's rows, or of half as many.
constexpr std::size_t total_vectors = 8;
template <class Number>
constexpr std::size_t total_rows = total_vectors * in_avx2<Number>;
using TotalVectors = __m256i[total_vectors];

template <class Number, class Value>
MUSTER_AVX2 inline void add_numbers_avx2(TotalVectors& totals, const Value* values, const Word* bits, std::size_t row,
                                         std::int64_t weight) {
  using T = ShortTotals<Number>;
  const __m256i all = all_of(static_cast<Number>(weight));
  const Word word = bits == nullptr ? ~Word{0} : bits[row / word_bits] >> (row % word_bits);
  for (std::size_t k = 0; k < total_vectors; ++k) {
    __m256i value = T::of(values + row + k * in_avx2<Number>);
    if (weight != 1) value = T::times(value, all);
    if (bits != nullptr) value = _mm256_and_si256(value, lanes_of<sizeof(Number)>(word >> (k * in_avx2<Number>)));
    totals[k] = T::add(totals[k], value);
  }
}

template <class Number>
MUSTER_AVX2 inline void add_term_avx2(TotalVectors& totals, const Term& term, std::size_t row) {
  const void* const values = term.lanes.values;
  switch (term.lanes.bytes) {
    case 1:
      return add_numbers_avx2<Number>(totals, static_cast<const std::int8_t*>(values), term.bits, row, term.weight);
    case 2:
      return add_numbers_avx2<Number>(totals, static_cast<const std::int16_t*>(values), term.bits, row, term.weight);
    case 4:
      return add_numbers_avx2<Number>(totals, static_cast<const std::int32_t*>(values), term.bits, row, term.weight);
    default:
      return add_numbers_avx2<Number>(totals, static_cast<const std::int64_t*>(values), term.bits, row, term.weight);
  }
}

template <class Number>
MUSTER_AVX2 inline void add_count_avx2(TotalVectors& totals, const Term& term, std::size_t row) {
  const __m256i weight = all_of(static_cast<Number>(term.weight));
  const Word word = term.bits[row / word_bits] >> (row % word_bits);
  for (std::size_t k = 0; k < total_vectors; ++k) {
    const __m256i lanes_with_bit = lanes_of<sizeof(Number)>(word >> (k * in_avx2<Number>));
    totals[k] = ShortTotals<Number>::add(totals[k], _mm256_and_si256(lanes_with_bit, weight));
  }
}

template <class Number>
MUSTER_AVX2 std::size_t sum_avx2(Number start, std::span<const Term> terms, std::size_t rows, Number* out) {
  using T = ShortTotals<Number>;
  const SortedTerms sorted(terms);
  const __m256i begin = all_of(start);
  const __m256i unit = all_of(static_cast<Number>(sorted.unit()));
  alignas(32) std::int16_t units[word_bits];
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    if (sorted.fits()) count_units_avx2(sorted, row / word_bits, units);
    for (std::size_t first = 0; first < word_bits; first += total_rows<Number>) {
      TotalVectors totals;
      for (__m256i& total : totals) total = begin;
      if (sorted.fits()) {
        for (std::size_t k = 0; k < total_vectors; ++k) {
          totals[k] = T::add(begin, T::points_of(units + first + k * in_avx2<Number>, unit));
        }
        for (const Term& term : sorted.numbers()) add_term_avx2<Number>(totals, term, row + first);
      } else {
        for (const Term& term : terms) {
          if (is_count(term)) {
            add_count_avx2<Number>(totals, term, row + first);
          } else {
            add_term_avx2<Number>(totals, term, row + first);
          }
        }
      }
      for (std::size_t k = 0; k < total_vectors; ++k) {
        store_vector(totals[k], out + row + first + k * in_avx2<Number>);
      }
    }
  }
  return row;
}

#endif

}  // namespace

void sum(std::int64_t start, std::span<const Term> terms, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDEST(sum_words(start, terms, rows, out), sum_avx2(start, terms, rows, out));
  sum_from(done, start, terms, rows, out);
}
void sum(std::int32_t start, std::span<const Term> terms, std::size_t rows, std::int32_t* out) {
  const std::size_t done = MUSTER_WIDEST(sum_words(start, terms, rows, out), sum_avx2(start, terms, rows, out));
  sum_from(done, start, terms, rows, out);
}

}  // namespace muster::runtime::interpret::simd
