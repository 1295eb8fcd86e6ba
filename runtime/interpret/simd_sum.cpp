// Sums of whole columns: bits are counted in lanes of 8 bits and then of 16, or of 16 alone, where that is exact, and
// numbers in 64, or in 32.
#include "runtime/interpret/simd.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <type_traits>

#include "runtime/interpret/simd_machine.h"

namespace muster::runtime::interpret::simd {
namespace {

// A term of bits alone.
bool is_count(const Term& term) { return term.lanes.values == nullptr; }

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

// The terms by kind, the bits in multiples of a unit where these add up to less than 2^15.
class SortedTerms {
 public:
  explicit SortedTerms(std::span<const Term> terms) {  // NOLINT(*-member-init): the rest is never read
    if (terms.size() > most_terms) return;
    unit_ = unit_of_bits(terms);
    if (unit_ == 0) return;
    int group = 0;  // what the bits since the last group began add up to at most, in size
    for (const Term& term : terms) {
      if (!is_count(term)) {
        numbers_[number_count_++] = term;
        continue;
      }
      const auto units = static_cast<std::int16_t>(term.weight / unit_);
      group += std::abs(units);
      const bool begins = group > most_in_byte;
      if (begins) group = std::abs(units);
      fits_bytes_ = fits_bytes_ && group <= most_in_byte;
      bits_[bit_count_++] = {term.bits, units, begins};
    }
  }

  struct Bits {
    const Word* bits;
    std::int16_t units;
    bool begins_group;  // a group's bits add up to what a byte holds
  };
  [[nodiscard]] bool fits() const { return unit_ != 0; }
  [[nodiscard]] bool fits_bytes() const { return fits_bytes_; }
  [[nodiscard]] std::int64_t unit() const { return unit_; }
  [[nodiscard]] std::span<const Bits> bits() const { return std::span(bits_).first(bit_count_); }
  [[nodiscard]] std::span<const Term> numbers() const { return std::span(numbers_).first(number_count_); }

 private:
  static constexpr std::size_t most_terms = 64;
  static constexpr int most_in_byte = 127;

  static std::int64_t unit_of_bits(std::span<const Term> terms) {
    constexpr std::int64_t most = (std::int64_t{1} << 31) - 1;
    std::int64_t unit = 0;
    std::int64_t size = 0;
    for (const Term& term : terms) {
      if (!is_count(term)) continue;
      if (term.weight > most || term.weight < -most) return 0;
      if (unit == 0 || term.weight % unit != 0) unit = std::gcd(unit, term.weight);
      size += std::abs(term.weight);
    }
    return unit != 0 && size / unit < (1 << 15) ? unit : 0;
  }

  std::int64_t unit_ = 0;
  bool fits_bytes_ = true;
  std::size_t bit_count_ = 0;
  std::size_t number_count_ = 0;
  std::array<Bits, most_terms> bits_;
  std::array<Term, most_terms> numbers_;
};

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

#endif

}  // namespace

void sum(std::int64_t start, std::span<const Term> terms, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDE(sum_words(start, terms, rows, out));
  sum_from(done, start, terms, rows, out);
}
void sum(std::int32_t start, std::span<const Term> terms, std::size_t rows, std::int32_t* out) {
  const std::size_t done = MUSTER_WIDE(sum_words(start, terms, rows, out));
  sum_from(done, start, terms, rows, out);
}

}  // namespace muster::runtime::interpret::simd
