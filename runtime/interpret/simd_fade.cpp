// What is left of points that halve, in binary floating point, where that is certain.
#include "runtime/interpret/simd.h"

#include <array>

#include "runtime/interpret/simd_machine.h"

namespace muster::runtime::interpret::simd {
namespace {

#if defined(__x86_64__)

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

MUSTER_AVX512 inline __m512i points_at(const std::int64_t* points) { return _mm512_loadu_si512(points); }
MUSTER_AVX512 inline __m512i points_at(const std::int32_t* points) {
  return _mm512_cvtepi32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(points)));
}
MUSTER_AVX512 inline void store_points(__m512i points, std::int64_t* out) { _mm512_storeu_si512(out, points); }
MUSTER_AVX512 inline void store_points(__m512i points, std::int32_t* out) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtepi64_epi32(points));
}

// How many terms of the series are summed, and what the result is off by at most, as a share of it. The terms that are
// left out are below twice the first of them.
struct Series {
  std::size_t terms;
  double error;
};
// The products of the series are each off by at most 2^-51, all together by less than 2^-45.
constexpr Series whole_series{exp2_terms.size(), 1.0 / static_cast<double>(std::int64_t{1} << 45)};
// The first term that is left out is 1.02e-7 / 2^9 = 2.0e-10 < 2^-32.
constexpr Series short_series{9, 1.0 / static_cast<double>(std::int64_t{1} << 31)};
// Points of up to so many units are nearly always certain by the short series.
constexpr std::uint64_t short_units = std::uint64_t{1} << 20;

template <std::size_t terms, class Number>
MUSTER_AVX512 std::size_t halve_words(const Number* points, const std::int64_t* events, const Halving& halving,
                                      double error, std::size_t rows, Number* out, Word* certain) {
  constexpr std::int64_t most_points = std::int64_t{1} << 40;
  constexpr std::int64_t most_age = std::int64_t{1} << 52;
  const __m512i now = _mm512_set1_epi64(halving.as_of);
  const __m512i oldest = _mm512_set1_epi64(halving.as_of - most_age);
  const __m512i newest = _mm512_set1_epi64(halving.as_of + most_age);
  const __m512d whole = _mm512_set1_pd(static_cast<double>(halving.interval));
  const __m512d per_whole = _mm512_set1_pd(1.0 / static_cast<double>(halving.interval));
  const __m512d unit = _mm512_set1_pd(static_cast<double>(halving.unit));
  const __m512d per_unit = _mm512_set1_pd(1.0 / static_cast<double>(halving.unit));
  const __m512d share_of_left = _mm512_set1_pd(error);
  const __m512d before_tie = _mm512_set1_pd(0.5 - error);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    Word word = 0;
    for (std::size_t k = 0; k < word_bits; k += lanes) {
      const __m512i event = _mm512_loadu_si512(events + row + k);
      const __m512i point = points_at(points + row + k);
      __mmask8 good = _mm512_cmpgt_epi64_mask(event, oldest);
      good = _mm512_mask_cmplt_epi64_mask(good, event, newest);
      if constexpr (sizeof(Number) > sizeof(std::int32_t)) {
        good = _mm512_mask_cmplt_epu64_mask(good, _mm512_abs_epi64(point), _mm512_set1_epi64(most_points));
      }
      // An age is exact as a double, and so is what is left of it after whole intervals, also where rounding has taken
      // one too many or too few.
      const __m512i passed = _mm512_max_epi64(_mm512_sub_epi64(now, event), _mm512_setzero_si512());
      const __m512d age = _mm512_cvtepi64_pd(passed);
      const __m512d count = _mm512_roundscale_pd(_mm512_mul_pd(age, per_whole), _MM_FROUND_TO_NEAREST_INT);
      const __m512d rest = _mm512_fmsub_pd(count, whole, age);
      const __m512d f = _mm512_mul_pd(rest, per_whole);
      __m512d share = _mm512_set1_pd(exp2_terms[terms - 1]);
      for (std::size_t term = terms - 1; term-- > 0;) {
        share = _mm512_fmadd_pd(share, f, _mm512_set1_pd(exp2_terms[term]));
      }
      share = _mm512_scalef_pd(share, _mm512_sub_pd(_mm512_setzero_pd(), count));
      const __m512d left = _mm512_mul_pd(_mm512_mul_pd(_mm512_cvtepi64_pd(point), per_unit), share);
      const __m512d rounded = _mm512_roundscale_pd(left, _MM_FROUND_TO_NEAREST_INT);
      // Certain where it lies nearer to its whole number than half a unit less what it may be off by.
      const __m512d moved = _mm512_abs_pd(_mm512_sub_pd(left, rounded));
      const __m512d limit = _mm512_fnmadd_pd(_mm512_abs_pd(left), share_of_left, before_tie);
      good = _mm512_mask_cmp_pd_mask(good, moved, limit, _CMP_LT_OQ);
      // Below 2^53, so that the product is exact.
      store_points(_mm512_cvtpd_epi64(_mm512_mul_pd(rounded, unit)), out + row + k);
      word |= static_cast<Word>(good) << k;
    }
    certain[row / word_bits] = word;
  }
  return row;
}

// AVX2 turns no integers of 64 bits into floating point. Those from 0 to below 2^52 are the low bits of 2^52 plus
// themselves, and those of a size below 2^51 lie around one and a half times 2^52 in the same way.
constexpr double first_whole = static_cast<double>(std::int64_t{1} << 52);
constexpr double middle_whole = 1.5 * first_whole;

MUSTER_AVX2 inline __m256d floating_of_unsigned(__m256i values) {
  const __m256d first = _mm256_set1_pd(first_whole);
  return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(values, _mm256_castpd_si256(first))), first);
}
MUSTER_AVX2 inline __m256d floating_of(__m256i values) {
  const __m256d middle = _mm256_set1_pd(middle_whole);
  return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_add_epi64(values, _mm256_castpd_si256(middle))), middle);
}
MUSTER_AVX2 inline __m256i whole_of(__m256d values) {
  const __m256d middle = _mm256_set1_pd(middle_whole);
  return _mm256_sub_epi64(_mm256_castpd_si256(_mm256_add_pd(values, middle)), _mm256_castpd_si256(middle));
}

MUSTER_AVX2 inline __m256d rounded_of(__m256d values) {
  return _mm256_round_pd(values, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
MUSTER_AVX2 inline __m256d size_of(__m256d values) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), values); }

// 2^-count of whole counts from 0 on. After a thousand halvings nothing is left of any points, so that no more are
// looked at: 2^52 + 1023 - count has the exponent in its lowest bits.
MUSTER_AVX2 inline __m256d share_after(__m256d count) {
  constexpr double most_halvings = 1000;
  const __m256d at_most = _mm256_min_pd(count, _mm256_set1_pd(most_halvings));
  const __m256d exponent = _mm256_sub_pd(_mm256_set1_pd(first_whole + 1023), at_most);
  return _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_castpd_si256(exponent), 52));
}

MUSTER_AVX2 inline __m256d points_at_avx2(const std::int64_t* points) { return floating_of(vector_at(points)); }
MUSTER_AVX2 inline __m256d points_at_avx2(const std::int32_t* points) {
  return _mm256_cvtepi32_pd(_mm_loadu_si128(reinterpret_cast<const __m128i*>(points)));
}
MUSTER_AVX2 inline void store_points_avx2(__m256i points, std::int64_t* out) { store_vector(points, out); }
MUSTER_AVX2 inline void store_points_avx2(__m256i points, std::int32_t* out) {
  const __m128 low = _mm_castsi128_ps(_mm256_castsi256_si128(points));
  const __m128 high = _mm_castsi128_ps(_mm256_extracti128_si256(points, 1));
  _mm_storeu_ps(reinterpret_cast<float*>(out), _mm_shuffle_ps(low, high, 0b10'00'10'00));
}

// The same as halve_words, step by step.
template <std::size_t terms, class Number>
MUSTER_AVX2 std::size_t halve_avx2(const Number* points, const std::int64_t* events, const Halving& halving,
                                   double error, std::size_t rows, Number* out, Word* certain) {
  constexpr std::size_t in_vector = in_avx2<std::int64_t>;
  const __m256i most_points = all_of(std::int64_t{1} << 40);
  const __m256i least_points = all_of(-(std::int64_t{1} << 40));
  constexpr std::int64_t most_age = std::int64_t{1} << 52;
  const __m256i now = all_of(halving.as_of);
  const __m256i oldest = all_of(halving.as_of - most_age);
  const __m256i newest = all_of(halving.as_of + most_age);
  const __m256d whole = _mm256_set1_pd(static_cast<double>(halving.interval));
  const __m256d per_whole = _mm256_set1_pd(1.0 / static_cast<double>(halving.interval));
  const __m256d unit = _mm256_set1_pd(static_cast<double>(halving.unit));
  const __m256d per_unit = _mm256_set1_pd(1.0 / static_cast<double>(halving.unit));
  const __m256d share_of_left = _mm256_set1_pd(error);
  const __m256d before_tie = _mm256_set1_pd(0.5 - error);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    Word word = 0;
    for (std::size_t k = 0; k < word_bits; k += in_vector) {
      const __m256i event = vector_at(events + row + k);
      __m256i good = _mm256_and_si256(_mm256_cmpgt_epi64(event, oldest), _mm256_cmpgt_epi64(newest, event));
      if constexpr (sizeof(Number) > sizeof(std::int32_t)) {
        const __m256i point = vector_at(points + row + k);
        good = _mm256_and_si256(good, _mm256_cmpgt_epi64(most_points, point));
        good = _mm256_and_si256(good, _mm256_cmpgt_epi64(point, least_points));
      }
      const __m256i since = _mm256_sub_epi64(now, event);
      const __m256i passed = _mm256_andnot_si256(_mm256_cmpgt_epi64(event, now), since);
      const __m256d age = floating_of_unsigned(passed);
      const __m256d count = rounded_of(_mm256_mul_pd(age, per_whole));
      const __m256d rest = _mm256_fmsub_pd(count, whole, age);
      const __m256d f = _mm256_mul_pd(rest, per_whole);
      __m256d share = _mm256_set1_pd(exp2_terms[terms - 1]);
      for (std::size_t term = terms - 1; term-- > 0;) {
        share = _mm256_fmadd_pd(share, f, _mm256_set1_pd(exp2_terms[term]));
      }
      share = _mm256_mul_pd(share, share_after(count));
      const __m256d left = _mm256_mul_pd(_mm256_mul_pd(points_at_avx2(points + row + k), per_unit), share);
      const __m256d rounded = rounded_of(left);
      const __m256d moved = size_of(_mm256_sub_pd(left, rounded));
      const __m256d limit = _mm256_fnmadd_pd(size_of(left), share_of_left, before_tie);
      const __m256d is_certain = _mm256_and_pd(_mm256_castsi256_pd(good), _mm256_cmp_pd(moved, limit, _CMP_LT_OQ));
      store_points_avx2(whole_of(_mm256_mul_pd(rounded, unit)), out + row + k);
      word |= static_cast<Word>(_mm256_movemask_pd(is_certain)) << k;
    }
    certain[row / word_bits] = word;
  }
  return row;
}

bool has_few_units(const Halving& halving) {
  return halving.size != 0 && halving.size / static_cast<std::uint64_t>(halving.unit) < short_units;
}

template <class Number>
std::size_t halve_words(const Number* points, const std::int64_t* events, const Halving& halving, std::size_t rows,
                        Number* out, Word* certain) {
  return has_few_units(halving)
             ? halve_words<short_series.terms>(points, events, halving, short_series.error, rows, out, certain)
             : halve_words<whole_series.terms>(points, events, halving, whole_series.error, rows, out, certain);
}
template <class Number>
std::size_t halve_avx2(const Number* points, const std::int64_t* events, const Halving& halving, std::size_t rows,
                       Number* out, Word* certain) {
  return has_few_units(halving)
             ? halve_avx2<short_series.terms>(points, events, halving, short_series.error, rows, out, certain)
             : halve_avx2<whole_series.terms>(points, events, halving, whole_series.error, rows, out, certain);
}

#endif

template <class Number>
void halve_all(const Number* points, const std::int64_t* events, const Halving& halving, std::size_t rows, Number* out,
               Word* certain) {
  constexpr std::int64_t most = std::int64_t{1} << 52;
  std::size_t done = 0;
  // Here the age of every event that is looked at is exact, and whole intervals are.
  if (halving.as_of > -most && halving.as_of < most && halving.interval < most)
    done = MUSTER_WIDEST(halve_words(points, events, halving, rows, out, certain),
                         halve_avx2(points, events, halving, rows, out, certain));
  for (std::size_t word = done / word_bits; word * word_bits < rows; ++word) certain[word] = 0;
}

}  // namespace

void halve(const std::int64_t* points, const std::int64_t* events, const Halving& halving, std::size_t rows,
           std::int64_t* out, Word* certain) {
  halve_all(points, events, halving, rows, out, certain);
}
void halve(const std::int32_t* points, const std::int64_t* events, const Halving& halving, std::size_t rows,
           std::int32_t* out, Word* certain) {
  halve_all(points, events, halving, rows, out, certain);
}

}  // namespace muster::runtime::interpret::simd
