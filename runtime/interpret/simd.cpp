// Choices and limits of whole columns.
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
  for (; row + half_lanes <= rows; row += half_lanes) {
    const __m512i b = no != nullptr ? _mm512_loadu_si512(no + row) : other;
    _mm512_storeu_si512(out + row, _mm512_mask_blend_epi32(half_of(bits, row), b, one));
  }
  return row;
}

MUSTER_AVX512 inline __m512i bytes_at(ByteCodes codes, std::size_t row) {
  return codes.values != nullptr ? _mm512_loadu_si512(codes.values + row)
                                 : _mm512_set1_epi8(static_cast<char>(codes.fixed));
}

MUSTER_AVX512 std::size_t choose_byte_words(const Word* bits, ByteCodes yes, ByteCodes no, std::size_t rows,
                                            std::uint8_t* out) {
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    const __m512i chosen = _mm512_mask_blend_epi8(bits[row / word_bits], bytes_at(no, row), bytes_at(yes, row));
    _mm512_storeu_si512(out + row, chosen);
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

MUSTER_AVX512 inline __m512i with_size_of(__m512i sizes, __m512i values) {
  return _mm512_or_si512(sizes, _mm512_xor_si512(values, _mm512_srai_epi32(values, 31)));
}

template <class Value>
MUSTER_AVX512 std::size_t choose_lanes(const Word* bits, const Value* yes, std::int32_t no, std::size_t rows,
                                       std::int32_t* out, std::uint64_t& all) {
  const __m512i other = _mm512_set1_epi32(no);
  __m512i sizes = _mm512_setzero_si512();
  std::size_t row = 0;
  for (; row + half_lanes <= rows; row += half_lanes) {
    const __m512i chosen = _mm512_mask_blend_epi32(half_of(bits, row), other, half_lanes_at(yes + row));
    sizes = with_size_of(sizes, chosen);
    _mm512_storeu_si512(out + row, chosen);
  }
  all = static_cast<std::uint32_t>(_mm512_reduce_or_epi32(sizes));
  return row;
}

template <class Value>
MUSTER_AVX512 std::size_t clamp_lanes(const Value* values, std::int32_t low, std::int32_t high, std::size_t rows,
                                      std::int32_t* out, std::uint64_t& all) {
  const __m512i least = _mm512_set1_epi32(low);
  const __m512i most = _mm512_set1_epi32(high);
  __m512i sizes = _mm512_setzero_si512();
  std::size_t row = 0;
  for (; row + half_lanes <= rows; row += half_lanes) {
    const __m512i value = _mm512_max_epi32(least, _mm512_min_epi32(most, half_lanes_at(values + row)));
    sizes = with_size_of(sizes, value);
    _mm512_storeu_si512(out + row, value);
  }
  all = static_cast<std::uint32_t>(_mm512_reduce_or_epi32(sizes));
  return row;
}

// A column, or one value in all rows.
template <class Value>
struct Operand {
  const Value* values = nullptr;
  Value fixed = 0;
};

template <class Value>
MUSTER_AVX2 std::size_t choose_avx2(const Word* bits, Operand<Value> yes, Operand<Value> no, std::size_t rows,
                                    Value* out) {
  const __m256i one = all_of(yes.fixed);
  const __m256i other = all_of(no.fixed);
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    const Word word = bits[row / word_bits];
    for (std::size_t k = 0; k < word_bits; k += in_avx2<Value>) {
      const __m256i a = yes.values != nullptr ? vector_at(yes.values + row + k) : one;
      const __m256i b = no.values != nullptr ? vector_at(no.values + row + k) : other;
      store_vector(_mm256_blendv_epi8(b, a, lanes_of<sizeof(Value)>(word >> k)), out + row + k);
    }
  }
  return row;
}

// All ones where the number is below zero.
MUSTER_AVX2 inline __m256i signs_of(__m256i numbers) { return _mm256_cmpgt_epi64(_mm256_setzero_si256(), numbers); }

MUSTER_AVX2 inline std::uint64_t any_of(__m256i bits) {
  alignas(32) std::uint64_t each[in_avx2<std::uint64_t>];
  store_vector(bits, each);
  return each[0] | each[1] | each[2] | each[3];
}

MUSTER_AVX2 std::size_t sizes_avx2(const std::int64_t* values, std::size_t rows, std::uint64_t& all) {
  __m256i bits = _mm256_setzero_si256();
  std::size_t row = 0;
  for (; row + in_avx2<std::int64_t> <= rows; row += in_avx2<std::int64_t>) {
    const __m256i value = vector_at(values + row);
    bits = _mm256_or_si256(bits, _mm256_xor_si256(value, signs_of(value)));
  }
  all = any_of(bits);
  return row;
}

MUSTER_AVX2 std::size_t clamp_avx2(const std::int64_t* values, std::int64_t low, std::int64_t high, std::size_t rows,
                                   std::int64_t* out) {
  const __m256i least = all_of(low);
  const __m256i most = all_of(high);
  std::size_t row = 0;
  for (; row + in_avx2<std::int64_t> <= rows; row += in_avx2<std::int64_t>) {
    __m256i value = vector_at(values + row);
    value = _mm256_blendv_epi8(value, most, _mm256_cmpgt_epi64(value, most));
    store_vector(_mm256_blendv_epi8(value, least, _mm256_cmpgt_epi64(least, value)), out + row);
  }
  return row;
}

// Of numbers of 32 bits.
MUSTER_AVX2 inline __m256i with_size_of(__m256i sizes, __m256i values) {
  return _mm256_or_si256(sizes, _mm256_xor_si256(values, _mm256_srai_epi32(values, 31)));
}
MUSTER_AVX2 inline std::uint64_t any_of_halves(__m256i bits) {
  const std::uint64_t any = any_of(bits);
  return static_cast<std::uint32_t>(any | any >> 32U);
}

template <class Value>
MUSTER_AVX2 std::size_t choose_lanes_avx2(const Word* bits, const Value* yes, std::int32_t no, std::size_t rows,
                                          std::int32_t* out, std::uint64_t& all) {
  const __m256i other = all_of(no);
  __m256i sizes = _mm256_setzero_si256();
  std::size_t row = 0;
  for (; row + word_bits <= rows; row += word_bits) {
    const Word word = bits[row / word_bits];
    for (std::size_t k = 0; k < word_bits; k += in_avx2<std::int32_t>) {
      const __m256i chosen = _mm256_blendv_epi8(other, eight_at(yes + row + k), lanes_of<4>(word >> k));
      sizes = with_size_of(sizes, chosen);
      store_vector(chosen, out + row + k);
    }
  }
  all = any_of_halves(sizes);
  return row;
}

template <class Value>
MUSTER_AVX2 std::size_t clamp_lanes_avx2(const Value* values, std::int32_t low, std::int32_t high, std::size_t rows,
                                         std::int32_t* out, std::uint64_t& all) {
  const __m256i least = all_of(low);
  const __m256i most = all_of(high);
  __m256i sizes = _mm256_setzero_si256();
  std::size_t row = 0;
  for (; row + in_avx2<std::int32_t> <= rows; row += in_avx2<std::int32_t>) {
    const __m256i value = _mm256_max_epi32(least, _mm256_min_epi32(most, eight_at(values + row)));
    sizes = with_size_of(sizes, value);
    store_vector(value, out + row);
  }
  all = any_of_halves(sizes);
  return row;
}

#endif

std::uint64_t size_bits(std::int64_t value) { return static_cast<std::uint64_t>(value ^ (value >> 63)); }

// Calls use(values) with the type of numbers that have up to 32 bits.
template <class Use>
void with_narrow_lanes(Lanes lanes, Use use) {
  with_lanes(lanes, [&]<class Value>(const Value* values) {
    if constexpr (sizeof(Value) <= sizeof(std::int32_t)) use(values);
  });
}

}  // namespace

Instructions use_at_most(Instructions most) {
#if defined(__x86_64__)
  const Instructions used = std::min(most, instructions_of_machine());
  instructions_in_use().store(used, std::memory_order_relaxed);
  return used;
#else
  return std::min(most, Instructions::plain);
#endif
}

void choose(const Word* bits, std::int64_t yes, std::int64_t no, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDEST(choose_words(bits, nullptr, yes, nullptr, no, rows, out),
                                         (choose_avx2<std::int64_t>(bits, {nullptr, yes}, {nullptr, no}, rows, out)));
  choose_from(done, bits, always(yes), always(no), rows, out);
}
void choose(const Word* bits, const std::int64_t* yes, const std::int64_t* no, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDEST(choose_words(bits, yes, 0, no, 0, rows, out),
                                         (choose_avx2<std::int64_t>(bits, {yes}, {no}, rows, out)));
  choose_from(done, bits, at(yes), at(no), rows, out);
}
void choose(const Word* bits, const std::int64_t* yes, std::int64_t no, std::size_t rows, std::int64_t* out) {
  const std::size_t done = MUSTER_WIDEST(choose_words(bits, yes, 0, nullptr, no, rows, out),
                                         (choose_avx2<std::int64_t>(bits, {yes}, {nullptr, no}, rows, out)));
  choose_from(done, bits, at(yes), always(no), rows, out);
}
void choose(const Word* bits, std::uint32_t yes, const std::uint32_t* no, std::size_t rows, std::uint32_t* out) {
  const std::size_t done = MUSTER_WIDEST(choose_code_words(bits, yes, no, 0, rows, out),
                                         (choose_avx2<std::uint32_t>(bits, {nullptr, yes}, {no}, rows, out)));
  choose_from(done, bits, always(yes), at(no), rows, out);
}
void choose(const Word* bits, std::uint32_t yes, std::uint32_t no, std::size_t rows, std::uint32_t* out) {
  const std::size_t done = MUSTER_WIDEST(choose_code_words(bits, yes, nullptr, no, rows, out),
                                         (choose_avx2<std::uint32_t>(bits, {nullptr, yes}, {nullptr, no}, rows, out)));
  choose_from(done, bits, always(yes), always(no), rows, out);
}

void choose(const Word* bits, ByteCodes yes, ByteCodes no, std::size_t rows, std::uint8_t* out) {
  const std::size_t done =
      MUSTER_WIDEST(choose_byte_words(bits, yes, no, rows, out),
                    (choose_avx2<std::uint8_t>(bits, {yes.values, yes.fixed}, {no.values, no.fixed}, rows, out)));
  const auto code = [](ByteCodes codes) {
    return [codes](std::size_t row) { return codes.values != nullptr ? codes.values[row] : codes.fixed; };
  };
  choose_from(done, bits, code(yes), code(no), rows, out);
}

std::uint64_t sizes(const std::int64_t* values, std::size_t rows) {
  std::uint64_t all = 0;
  const std::size_t done = MUSTER_WIDEST(sizes_words(values, rows, all), sizes_avx2(values, rows, all));
  for (std::size_t row = done; row < rows; ++row) all |= size_bits(values[row]);
  return all;
}

void clamp(const std::int64_t* values, std::int64_t low, std::int64_t high, std::size_t rows, std::int64_t* out) {
  const std::size_t done =
      MUSTER_WIDEST(clamp_words(values, low, high, rows, out), clamp_avx2(values, low, high, rows, out));
  for (std::size_t row = done; row < rows; ++row) out[row] = std::clamp(values[row], low, high);
}

std::uint64_t choose(const Word* bits, Lanes yes, std::int32_t no, std::size_t rows, std::int32_t* out) {
  std::uint64_t all = 0;
  with_narrow_lanes(yes, [&](const auto* values) {
    const std::size_t done = MUSTER_WIDEST(choose_lanes(bits, values, no, rows, out, all),
                                           choose_lanes_avx2(bits, values, no, rows, out, all));
    for (std::size_t row = done; row < rows; ++row) {
      out[row] = test_bit(bits, row) ? values[row] : no;
      all |= size_bits(out[row]);
    }
  });
  return all;
}

std::uint64_t clamp(Lanes values, std::int32_t low, std::int32_t high, std::size_t rows, std::int32_t* out) {
  std::uint64_t all = 0;
  with_narrow_lanes(values, [&](const auto* from) {
    const std::size_t done =
        MUSTER_WIDEST(clamp_lanes(from, low, high, rows, out, all), clamp_lanes_avx2(from, low, high, rows, out, all));
    for (std::size_t row = done; row < rows; ++row) {
      out[row] = std::clamp<std::int32_t>(from[row], low, high);
      all |= size_bits(out[row]);
    }
  });
  return all;
}

}  // namespace muster::runtime::interpret::simd
