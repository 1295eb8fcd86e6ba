// Comparisons of whole columns, in the width that they have.
#include "runtime/interpret/simd.h"

#include "runtime/interpret/simd_machine.h"

namespace muster::runtime::interpret::simd {

using lang::CompareOp;

namespace {

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
MUSTER_AVX512 inline Word compare_lanes(__m512i a, __m512i b) {
  if constexpr (std::is_same_v<Number, std::uint32_t>) {
    return _mm512_cmp_epu32_mask(a, b, predicate);
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

template <class Number, int predicate>
MUSTER_AVX512 std::size_t compare_words(const Number* left, const Number* right, Number constant, std::size_t rows,
                                        Word* bits) {
  constexpr std::size_t in_vector = sizeof(__m512i) / sizeof(Number);
  const __m512i fixed = all_lanes(constant);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    Word word = 0;
    for (std::size_t k = 0; k < word_bits; k += in_vector) {
      const __m512i a = _mm512_loadu_si512(left + row + k);
      const __m512i b = right != nullptr ? _mm512_loadu_si512(right + row + k) : fixed;
      word |= compare_lanes<Number, predicate>(a, b) << k;
    }
    bits[row / word_bits] = word;
  }
  return row;
}

template <class Number>
std::size_t compare_words(CompareOp op, const Number* left, const Number* right, Number constant, std::size_t rows,
                          Word* bits) {
  switch (op) {
    case CompareOp::equal:
      return compare_words<Number, _MM_CMPINT_EQ>(left, right, constant, rows, bits);
    case CompareOp::not_equal:
      return compare_words<Number, _MM_CMPINT_NE>(left, right, constant, rows, bits);
    case CompareOp::less:
      return compare_words<Number, _MM_CMPINT_LT>(left, right, constant, rows, bits);
    case CompareOp::less_equal:
      return compare_words<Number, _MM_CMPINT_LE>(left, right, constant, rows, bits);
    case CompareOp::greater:
      return compare_words<Number, _MM_CMPINT_NLE>(left, right, constant, rows, bits);
    case CompareOp::greater_equal:
      return compare_words<Number, _MM_CMPINT_NLT>(left, right, constant, rows, bits);
  }
  return 0;
}

#endif

template <class Number>
void compare_columns(CompareOp op, const Number* left, const Number* right, std::size_t rows, Word* bits) {
  const std::size_t done = MUSTER_WIDE(compare_words(op, left, right, Number{0}, rows, bits));
  compare_from(
      done, op, [=](std::size_t row) { return left[row]; }, [=](std::size_t row) { return right[row]; }, rows, bits);
}

template <class Number>
void compare_to(CompareOp op, const Number* values, std::int64_t constant, std::size_t rows, Word* bits) {
  const auto narrow = static_cast<Number>(constant);
  if (narrow != constant) {  // no number of this width is equal to it, and all lie on one side of it
    const bool is_above = constant > 0;
    const bool holds = op == CompareOp::not_equal ||
                       (is_above && (op == CompareOp::less || op == CompareOp::less_equal)) ||
                       (!is_above && (op == CompareOp::greater || op == CompareOp::greater_equal));
    std::fill_n(bits, words_for(rows), holds ? ~Word{0} : Word{0});
    return;
  }
  const std::size_t done = MUSTER_WIDE(compare_words<Number>(op, values, nullptr, narrow, rows, bits));
  compare_from(done, op, [=](std::size_t row) { return values[row]; }, [=](std::size_t) { return narrow; }, rows, bits);
}

}  // namespace

void compare(CompareOp op, const std::int64_t* values, std::int64_t constant, std::size_t rows, Word* bits) {
  compare_to(op, values, constant, rows, bits);
}
void compare(CompareOp op, const std::int32_t* values, std::int64_t constant, std::size_t rows, Word* bits) {
  compare_to(op, values, constant, rows, bits);
}
void compare(CompareOp op, const std::int16_t* values, std::int64_t constant, std::size_t rows, Word* bits) {
  compare_to(op, values, constant, rows, bits);
}
void compare(CompareOp op, const std::int8_t* values, std::int64_t constant, std::size_t rows, Word* bits) {
  compare_to(op, values, constant, rows, bits);
}
void compare(CompareOp op, const std::uint32_t* codes, std::int64_t constant, std::size_t rows, Word* bits) {
  compare_to(op, codes, constant, rows, bits);
}
void compare(CompareOp op, const std::int64_t* left, const std::int64_t* right, std::size_t rows, Word* bits) {
  compare_columns(op, left, right, rows, bits);
}
void compare(CompareOp op, const std::uint32_t* left, const std::uint32_t* right, std::size_t rows, Word* bits) {
  compare_columns(op, left, right, rows, bits);
}

}  // namespace muster::runtime::interpret::simd
