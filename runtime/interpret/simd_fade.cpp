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

MUSTER_AVX512 std::size_t halve_words(const std::int64_t* points, const std::int64_t* events, std::int64_t as_of,
                                      std::int64_t interval, std::int64_t unit, std::size_t rows, std::int64_t* out,
                                      Word* certain) {
  // An age is exact as a double, and so is what is left of it after whole intervals, also where rounding has taken one
  // too many or too few. The quotient, the series and the products are each off by at most 2^-51 of the result: 2^-45
  // is more than all of them together.
  constexpr std::int64_t most_points = std::int64_t{1} << 40;
  constexpr std::int64_t most_age = std::int64_t{1} << 52;
  constexpr double error = 1.0 / static_cast<double>(std::int64_t{1} << 45);
  const __m512i now = _mm512_set1_epi64(as_of);
  const __m512i oldest = _mm512_set1_epi64(as_of - most_age);
  const __m512i newest = _mm512_set1_epi64(as_of + most_age);
  const __m512d whole = _mm512_set1_pd(static_cast<double>(interval));
  const __m512d per_whole = _mm512_set1_pd(1.0 / static_cast<double>(interval));
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
      const __m512d count = _mm512_roundscale_pd(_mm512_mul_pd(age, per_whole), _MM_FROUND_TO_NEAREST_INT);
      const __m512d rest = _mm512_fnmadd_pd(count, whole, age);
      const __m512d f = _mm512_mul_pd(_mm512_sub_pd(_mm512_setzero_pd(), rest), per_whole);
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

#endif

}  // namespace

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
