// Sums of whole columns: bits are counted in lanes of 16 bits, where that is exact, and numbers in 64.
#include "runtime/interpret/simd.h"

#include <array>
#include <cstdlib>
#include <numeric>

#include "runtime/interpret/simd_machine.h"

namespace muster::runtime::interpret::simd {
namespace {

// Unsigned numbers, which wrap: rows without a value may hold anything.
std::uint64_t product(std::int64_t weight, std::int64_t value) {
  return static_cast<std::uint64_t>(weight) * static_cast<std::uint64_t>(value);
}

void sum_from(std::size_t begin, std::int64_t start, std::span<const Term> terms, std::size_t rows, std::int64_t* out) {
  for (std::size_t row = begin; row < rows; ++row) {
    auto total = static_cast<std::uint64_t>(start);
    for (const Term& term : terms) {
      if (term.bits != nullptr) {
        total += test_bit(term.bits, row) ? static_cast<std::uint64_t>(term.weight) : 0;
      } else {
        total += product(term.weight, term.narrow != nullptr ? term.narrow[row] : term.values[row]);
      }
    }
    out[row] = static_cast<std::int64_t>(total);
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
    for (const Term& term : terms) {
      if (term.bits == nullptr) {
        numbers_[number_count_++] = term;
      } else {
        bits_[bit_count_++] = {term.bits, static_cast<std::int16_t>(term.weight / unit_)};
      }
    }
  }

  struct Bits {
    const Word* bits;
    std::int16_t units;
  };
  [[nodiscard]] bool fits() const { return unit_ != 0; }
  [[nodiscard]] std::int64_t unit() const { return unit_; }
  [[nodiscard]] std::span<const Bits> bits() const { return std::span(bits_).first(bit_count_); }
  [[nodiscard]] std::span<const Term> numbers() const { return std::span(numbers_).first(number_count_); }

 private:
  static constexpr std::size_t most_terms = 64;

  static std::int64_t unit_of_bits(std::span<const Term> terms) {
    constexpr std::int64_t most = (std::int64_t{1} << 31) - 1;
    std::int64_t unit = 0;
    std::int64_t size = 0;
    for (const Term& term : terms) {
      if (term.bits == nullptr) continue;
      if (term.weight > most || term.weight < -most) return 0;
      if (unit == 0 || term.weight % unit != 0) unit = std::gcd(unit, term.weight);
      size += std::abs(term.weight);
    }
    return unit != 0 && size / unit < (1 << 15) ? unit : 0;
  }

  std::int64_t unit_ = 0;
  std::size_t bit_count_ = 0;
  std::size_t number_count_ = 0;
  std::array<Bits, most_terms> bits_;
  std::array<Term, most_terms> numbers_;
};

// The rows of a word, eight in a vector.
constexpr std::size_t vectors = word_bits / lanes;

MUSTER_AVX512 inline __m512i numbers_at(const Term& term, std::size_t row) {
  if (term.narrow == nullptr) return _mm512_loadu_si512(term.values + row);
  return _mm512_cvtepi32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(term.narrow + row)));
}

MUSTER_AVX512 inline void add_numbers(__m512i (&totals)[vectors], const Term& term, std::size_t row) {
  const __m512i weight = _mm512_set1_epi64(term.weight);
  if (term.weight == 1) {
    for (std::size_t k = 0; k < vectors; ++k) {
      totals[k] = _mm512_add_epi64(totals[k], numbers_at(term, row + k * lanes));
    }
  } else {
    for (std::size_t k = 0; k < vectors; ++k) {
      totals[k] = _mm512_add_epi64(totals[k], _mm512_mullo_epi64(numbers_at(term, row + k * lanes), weight));
    }
  }
}

MUSTER_AVX512 inline void store(std::int64_t* out, const __m512i (&totals)[vectors]) {
  for (std::size_t k = 0; k < vectors; ++k) _mm512_storeu_si512(out + k * lanes, totals[k]);
}

MUSTER_AVX512 std::size_t sum_one_by_one(std::int64_t start, std::span<const Term> terms, std::size_t rows,
                                         std::int64_t* out) {
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    __m512i totals[vectors];
    for (__m512i& total : totals) total = _mm512_set1_epi64(start);
    for (const Term& term : terms) {
      if (term.bits == nullptr) {
        add_numbers(totals, term, row);
        continue;
      }
      const __m512i weight = _mm512_set1_epi64(term.weight);
      for (std::size_t k = 0; k < vectors; ++k) {
        totals[k] = _mm512_mask_add_epi64(totals[k], byte_of(term.bits, row + k * lanes), totals[k], weight);
      }
    }
    store(out + row, totals);
  }
  return row;
}

MUSTER_AVX512 std::size_t sum_sorted(std::int64_t start, const SortedTerms& terms, std::size_t rows,
                                     std::int64_t* out) {
  const __m512i unit = _mm512_set1_epi64(terms.unit());
  const __m512i begin = _mm512_set1_epi64(start);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    __m512i low = _mm512_setzero_si512();
    __m512i high = low;
    for (const SortedTerms::Bits& term : terms.bits()) {
      const Word word = term.bits[row / word_bits];
      const __m512i units = _mm512_set1_epi16(term.units);
      low = _mm512_mask_add_epi16(low, static_cast<__mmask32>(word), low, units);
      high = _mm512_mask_add_epi16(high, static_cast<__mmask32>(word >> 32), high, units);
    }
    alignas(64) std::int16_t counts[word_bits];
    _mm512_store_si512(counts, low);
    _mm512_store_si512(counts + word_bits / 2, high);
    __m512i totals[vectors];
    for (std::size_t k = 0; k < vectors; ++k) {
      const __m128i eight = _mm_load_si128(reinterpret_cast<const __m128i*>(counts + k * lanes));
      totals[k] = _mm512_add_epi64(begin, _mm512_mul_epi32(_mm512_cvtepi16_epi64(eight), unit));
    }
    for (const Term& term : terms.numbers()) add_numbers(totals, term, row);
    store(out + row, totals);
  }
  return row;
}

std::size_t sum_words(std::int64_t start, std::span<const Term> terms, std::size_t rows, std::int64_t* out) {
  const SortedTerms sorted(terms);
  return sorted.fits() ? sum_sorted(start, sorted, rows, out) : sum_one_by_one(start, terms, rows, out);
}

#endif

}  // namespace

void sum(std::int64_t start, std::span<const Term> terms, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDE(sum_words(start, terms, rows, out));
  sum_from(done, start, terms, rows, out);
}

}  // namespace muster::runtime::interpret::simd
