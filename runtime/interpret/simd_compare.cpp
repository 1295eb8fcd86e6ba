// Comparisons and sets of whole columns, in the width that they have.
#include "runtime/interpret/simd.h"

#include <array>
#include <type_traits>

#include "runtime/interpret/simd_machine.h"

namespace muster::runtime::interpret::simd {

using lang::CompareOp;

namespace {

// Whether a constant lies among the numbers of a type.
template <class Number>
bool is_of_width(std::int64_t constant) {
  return static_cast<Number>(constant) == constant;
}

template <class Left, class Right>
void compare_from(std::size_t begin, CompareOp op, Left left, Right right, std::size_t rows, Truth out) {
  switch (op) {
    case CompareOp::equal:
      return decide_from(begin, rows, out, [&](std::size_t row) { return left(row) == right(row); });
    case CompareOp::not_equal:
      return decide_from(begin, rows, out, [&](std::size_t row) { return left(row) != right(row); });
    case CompareOp::less:
      return decide_from(begin, rows, out, [&](std::size_t row) { return left(row) < right(row); });
    case CompareOp::less_equal:
      return decide_from(begin, rows, out, [&](std::size_t row) { return left(row) <= right(row); });
    case CompareOp::greater:
      return decide_from(begin, rows, out, [&](std::size_t row) { return left(row) > right(row); });
    case CompareOp::greater_equal:
      return decide_from(begin, rows, out, [&](std::size_t row) { return left(row) >= right(row); });
  }
}

#if defined(__x86_64__)

template <class Number>
MUSTER_AVX512 inline __m512i all_lanes(Number number) {
  if constexpr (sizeof(Number) == 1) {
    return _mm512_set1_epi8(static_cast<char>(number));
  } else if constexpr (sizeof(Number) == 2) {
    return _mm512_set1_epi16(static_cast<short>(number));
  } else if constexpr (sizeof(Number) == 4) {
    return _mm512_set1_epi32(static_cast<int>(number));
  } else {
    return _mm512_set1_epi64(static_cast<long long>(number));
  }
}

template <class Number, int predicate>
MUSTER_AVX512 inline auto compare_lanes(__m512i a, __m512i b) {
  if constexpr (std::is_same_v<Number, std::uint32_t>) {
    return _mm512_cmp_epu32_mask(a, b, predicate);
  } else if constexpr (std::is_same_v<Number, std::uint8_t>) {
    return _mm512_cmp_epu8_mask(a, b, predicate);
  } else if constexpr (sizeof(Number) == 1) {
    return _mm512_cmp_epi8_mask(a, b, predicate);
  } else if constexpr (sizeof(Number) == 2) {
    return _mm512_cmp_epi16_mask(a, b, predicate);
  } else if constexpr (sizeof(Number) == 4) {
    return _mm512_cmp_epi32_mask(a, b, predicate);
  } else {
    return _mm512_cmp_epi64_mask(a, b, predicate);
  }
}

// The masks of vectors one after the other, as the word that they are.
MUSTER_AVX512 inline __mmask64 joined(const __mmask64 (&masks)[1]) { return masks[0]; }
MUSTER_AVX512 inline __mmask64 joined(const __mmask32 (&masks)[2]) { return _mm512_kunpackd(masks[1], masks[0]); }
MUSTER_AVX512 inline __mmask64 joined(const __mmask16 (&masks)[4]) {
  const __mmask32 halves[2] = {_mm512_kunpackw(masks[1], masks[0]), _mm512_kunpackw(masks[3], masks[2])};
  return joined(halves);
}
MUSTER_AVX512 inline __mmask64 joined(const __mmask8 (&masks)[8]) {
  const __mmask16 quarters[4] = {_mm512_kunpackb(masks[1], masks[0]), _mm512_kunpackb(masks[3], masks[2]),
                                 _mm512_kunpackb(masks[5], masks[4]), _mm512_kunpackb(masks[7], masks[6])};
  return joined(quarters);
}

template <class Number>
using LaneMask = decltype(compare_lanes<Number, 0>(__m512i{}, __m512i{}));
template <class Number>
constexpr std::size_t in_vector = sizeof(__m512i) / sizeof(Number);

template <class Number, int predicate>
MUSTER_AVX512 std::size_t compare_words(const Number* left, const Number* right, Number constant, std::size_t rows,
                                        Truth out) {
  const __m512i fixed = all_lanes(constant);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    LaneMask<Number> masks[word_bits / in_vector<Number>];
    for (std::size_t k = 0; k < std::size(masks); ++k) {
      const std::size_t at = row + k * in_vector<Number>;
      const __m512i b = right != nullptr ? _mm512_loadu_si512(right + at) : fixed;
      masks[k] = compare_lanes<Number, predicate>(_mm512_loadu_si512(left + at), b);
    }
    decide(joined(masks), row / word_bits, out);
  }
  return row;
}

template <class Number>
std::size_t compare_words(CompareOp op, const Number* left, const Number* right, Number constant, std::size_t rows,
                          Truth out) {
  switch (op) {
    case CompareOp::equal:
      return compare_words<Number, _MM_CMPINT_EQ>(left, right, constant, rows, out);
    case CompareOp::not_equal:
      return compare_words<Number, _MM_CMPINT_NE>(left, right, constant, rows, out);
    case CompareOp::less:
      return compare_words<Number, _MM_CMPINT_LT>(left, right, constant, rows, out);
    case CompareOp::less_equal:
      return compare_words<Number, _MM_CMPINT_LE>(left, right, constant, rows, out);
    case CompareOp::greater:
      return compare_words<Number, _MM_CMPINT_NLE>(left, right, constant, rows, out);
    case CompareOp::greater_equal:
      return compare_words<Number, _MM_CMPINT_NLT>(left, right, constant, rows, out);
  }
  return 0;
}

template <class Number>
MUSTER_AVX512 std::size_t find_words(const Number* values, std::span<const Number> set, std::size_t rows, Truth out) {
  __m512i members[largest_set];
  for (std::size_t k = 0; k < set.size(); ++k) members[k] = all_lanes(set[k]);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    LaneMask<Number> masks[word_bits / in_vector<Number>] = {};
    for (std::size_t k = 0; k < std::size(masks); ++k) {
      const __m512i value = _mm512_loadu_si512(values + row + k * in_vector<Number>);
      for (std::size_t member = 0; member < set.size(); ++member) {
        masks[k] = masks[k] | compare_lanes<Number, _MM_CMPINT_EQ>(value, members[member]);
      }
    }
    decide(joined(masks), row / word_bits, out);
  }
  return row;
}

// AVX2 compares signed numbers; with the highest bit turned over, unsigned ones are in their order.
template <class Number>
MUSTER_AVX2 inline __m256i in_order(__m256i values) {
  if constexpr (std::is_signed_v<Number>) {
    return values;
  } else {
    return _mm256_xor_si256(values, all_of(static_cast<Number>(Number{1} << (8 * sizeof(Number) - 1))));
  }
}

template <std::size_t bytes>
MUSTER_AVX2 inline __m256i are_equal(__m256i a, __m256i b) {
  if constexpr (bytes == 1) {
    return _mm256_cmpeq_epi8(a, b);
  } else if constexpr (bytes == 2) {
    return _mm256_cmpeq_epi16(a, b);
  } else if constexpr (bytes == 4) {
    return _mm256_cmpeq_epi32(a, b);
  } else {
    return _mm256_cmpeq_epi64(a, b);
  }
}
template <std::size_t bytes>
MUSTER_AVX2 inline __m256i are_greater(__m256i a, __m256i b) {
  if constexpr (bytes == 1) {
    return _mm256_cmpgt_epi8(a, b);
  } else if constexpr (bytes == 2) {
    return _mm256_cmpgt_epi16(a, b);
  } else if constexpr (bytes == 4) {
    return _mm256_cmpgt_epi32(a, b);
  } else {
    return _mm256_cmpgt_epi64(a, b);
  }
}

// The vectors of a word's rows.
template <class Number>
using WordOf = __m256i[word_bits / in_avx2<Number>];

// A bit for each lane of vectors whose lanes are all ones or 0.
template <class Number>
MUSTER_AVX2 inline Word bits_of(const WordOf<Number>& masks) {
  Word word = 0;
  for (std::size_t k = 0; k < std::size(masks); ++k) {
    if constexpr (sizeof(Number) == 2) {  // two vectors become one of bytes, which are packed half by half
      if (k % 2 != 0) continue;
      const __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi16(masks[k], masks[k + 1]), 0b11'01'10'00);
      word |= Word{static_cast<std::uint32_t>(_mm256_movemask_epi8(both))} << (k * in_avx2<Number>);
    } else {
      int bits = 0;
      if constexpr (sizeof(Number) == 1) {
        bits = _mm256_movemask_epi8(masks[k]);
      } else if constexpr (sizeof(Number) == 4) {
        bits = _mm256_movemask_ps(_mm256_castsi256_ps(masks[k]));
      } else {
        bits = _mm256_movemask_pd(_mm256_castsi256_pd(masks[k]));
      }
      word |= Word{static_cast<std::uint32_t>(bits)} << (k * in_avx2<Number>);
    }
  }
  return word;
}

enum class Relation : std::uint8_t { equal, greater, less };

// `inverted`: all ones where the relation is not to hold.
template <class Number, Relation relation>
MUSTER_AVX2 std::size_t compare_avx2(const Number* left, const Number* right, Number constant, Word inverted,
                                     std::size_t rows, Truth out) {
  const __m256i fixed = in_order<Number>(all_of(constant));
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    WordOf<Number> masks;
    for (std::size_t k = 0; k < std::size(masks); ++k) {
      const std::size_t at = row + k * in_avx2<Number>;
      const __m256i a = in_order<Number>(vector_at(left + at));
      const __m256i b = right != nullptr ? in_order<Number>(vector_at(right + at)) : fixed;
      if constexpr (relation == Relation::equal) {
        masks[k] = are_equal<sizeof(Number)>(a, b);
      } else {
        masks[k] =
            relation == Relation::greater ? are_greater<sizeof(Number)>(a, b) : are_greater<sizeof(Number)>(b, a);
      }
    }
    decide(bits_of<Number>(masks) ^ inverted, row / word_bits, out);
  }
  return row;
}

template <class Number>
std::size_t compare_avx2(CompareOp op, const Number* left, const Number* right, Number constant, std::size_t rows,
                         Truth out) {
  constexpr Word all = ~Word{0};
  switch (op) {
    case CompareOp::equal:
      return compare_avx2<Number, Relation::equal>(left, right, constant, 0, rows, out);
    case CompareOp::not_equal:
      return compare_avx2<Number, Relation::equal>(left, right, constant, all, rows, out);
    case CompareOp::less:
      return compare_avx2<Number, Relation::less>(left, right, constant, 0, rows, out);
    case CompareOp::less_equal:
      return compare_avx2<Number, Relation::greater>(left, right, constant, all, rows, out);
    case CompareOp::greater:
      return compare_avx2<Number, Relation::greater>(left, right, constant, 0, rows, out);
    case CompareOp::greater_equal:
      return compare_avx2<Number, Relation::less>(left, right, constant, all, rows, out);
  }
  return 0;
}

template <class Number>
MUSTER_AVX2 std::size_t find_avx2(const Number* values, std::span<const Number> set, std::size_t rows, Truth out) {
  __m256i members[largest_set];
  for (std::size_t k = 0; k < set.size(); ++k) members[k] = all_of(set[k]);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    WordOf<Number> masks;
    for (std::size_t k = 0; k < std::size(masks); ++k) {
      const __m256i value = vector_at(values + row + k * in_avx2<Number>);
      masks[k] = _mm256_setzero_si256();
      for (std::size_t member = 0; member < set.size(); ++member) {
        masks[k] = _mm256_or_si256(masks[k], are_equal<sizeof(Number)>(value, members[member]));
      }
    }
    decide(bits_of<Number>(masks), row / word_bits, out);
  }
  return row;
}

#endif

template <class Number>
void compare_columns(CompareOp op, const Number* left, const Number* right, std::size_t rows, Truth out) {
  const std::size_t done = MUSTER_WIDEST(compare_words(op, left, right, Number{0}, rows, out),
                                         compare_avx2(op, left, right, Number{0}, rows, out));
  compare_from(
      done, op, [=](std::size_t row) { return left[row]; }, [=](std::size_t row) { return right[row]; }, rows, out);
}

template <class Number>
void compare_to(CompareOp op, const Number* values, std::int64_t constant, std::size_t rows, Truth out) {
  if (!is_of_width<Number>(constant)) {  // no number is equal to it, and all lie on one side of it
    const bool is_above = constant > 0;
    const bool holds = op == CompareOp::not_equal ||
                       (is_above && (op == CompareOp::less || op == CompareOp::less_equal)) ||
                       (!is_above && (op == CompareOp::greater || op == CompareOp::greater_equal));
    for (std::size_t word = 0; word < words_for(rows); ++word) decide(holds ? ~Word{0} : Word{0}, word, out);
    return;
  }
  const auto narrow = static_cast<Number>(constant);
  const std::size_t done = MUSTER_WIDEST(compare_words<Number>(op, values, nullptr, narrow, rows, out),
                                         compare_avx2<Number>(op, values, nullptr, narrow, rows, out));
  compare_from(done, op, [=](std::size_t row) { return values[row]; }, [=](std::size_t) { return narrow; }, rows, out);
}

template <class Number>
void find(const Number* values, std::span<const std::int64_t> numbers, std::size_t rows, Truth out) {
  std::array<Number, largest_set> members{};
  std::size_t count = 0;
  for (const std::int64_t number : numbers) {
    if (is_of_width<Number>(number)) members[count++] = static_cast<Number>(number);
  }
  const auto set = std::span<const Number>(members).first(count);
  const std::size_t done = MUSTER_WIDEST(find_words(values, set, rows, out), find_avx2(values, set, rows, out));
  decide_from(done, rows, out, [&](std::size_t row) {
    bool is_in = false;
    for (const Number number : set) is_in |= values[row] == number;
    return is_in;
  });
}

}  // namespace

void compare(CompareOp op, Lanes values, std::int64_t constant, std::size_t rows, Truth out) {
  with_lanes(values, [&](const auto* numbers) { compare_to(op, numbers, constant, rows, out); });
}
void compare(CompareOp op, const std::uint32_t* codes, std::int64_t constant, std::size_t rows, Truth out) {
  compare_to(op, codes, constant, rows, out);
}
void compare(CompareOp op, const std::uint8_t* codes, std::int64_t constant, std::size_t rows, Truth out) {
  compare_to(op, codes, constant, rows, out);
}
void compare(CompareOp op, const std::int64_t* left, const std::int64_t* right, std::size_t rows, Truth out) {
  compare_columns(op, left, right, rows, out);
}
void compare(CompareOp op, const std::uint32_t* left, const std::uint32_t* right, std::size_t rows, Truth out) {
  compare_columns(op, left, right, rows, out);
}

void is_among(Lanes values, std::span<const std::int64_t> set, std::size_t rows, Truth out) {
  with_lanes(values, [&](const auto* numbers) { find(numbers, set, rows, out); });
}
void is_among(const std::uint32_t* codes, std::span<const std::int64_t> set, std::size_t rows, Truth out) {
  find(codes, set, rows, out);
}
void is_among(const std::uint8_t* codes, std::span<const std::int64_t> set, std::size_t rows, Truth out) {
  find(codes, set, rows, out);
}

}  // namespace muster::runtime::interpret::simd
