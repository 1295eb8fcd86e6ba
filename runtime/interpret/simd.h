// The innermost loops of the interpreter, over whole columns: written once for any machine, and once for AVX-512 and
// once for AVX2 where that is what makes them fast. Which one runs is decided when the program starts; the answers are
// the same bits.
// `rows` may be any number; bits past the last row of the last word are unspecified. Outputs may be their own inputs,
// but for sums and halving.
// May include: runtime/data, lang/syntax. Called by: runtime/interpret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lang/syntax/expression.h"  // CompareOp
#include "runtime/data/bitmap.h"

namespace muster::runtime::interpret::simd {

// What the loops are written for. A machine that has one has those before it.
enum class Instructions : std::uint8_t { plain, avx2, avx512 };
// For tests: has the loops use no more than these, or all that the machine has, and returns which they are.
Instructions use_at_most(Instructions most);

// Signed numbers of 1, 2, 4 or 8 bytes.
struct Lanes {
  const void* values = nullptr;
  std::uint8_t bytes = 8;
};
// Calls use(values) with the type that they have.
template <class Use>
void with_lanes(Lanes lanes, Use use) {
  switch (lanes.bytes) {
    case 1:
      return use(static_cast<const std::int8_t*>(lanes.values));
    case 2:
      return use(static_cast<const std::int16_t*>(lanes.values));
    case 4:
      return use(static_cast<const std::int32_t*>(lanes.values));
    default:
      return use(static_cast<const std::int64_t*>(lanes.values));
  }
}

// Where the answers of a condition go: to `yes` or `no` where `known` has the bit, to neither elsewhere. `known` may be
// one of them.
struct Truth {
  const Word* known = nullptr;
  Word* yes = nullptr;
  Word* no = nullptr;
};

// Whether `values[row] op constant`, or `left[row] op right[row]`.
void compare(lang::CompareOp op, Lanes values, std::int64_t constant, std::size_t rows, Truth out);
void compare(lang::CompareOp op, const std::uint32_t* codes, std::int64_t constant, std::size_t rows, Truth out);
void compare(lang::CompareOp op, const std::uint8_t* codes, std::int64_t constant, std::size_t rows, Truth out);
void compare(lang::CompareOp op, const std::int64_t* left, const std::int64_t* right, std::size_t rows, Truth out);
void compare(lang::CompareOp op, const std::uint32_t* left, const std::uint32_t* right, std::size_t rows, Truth out);

// Whether the value is one of the set.
inline constexpr std::size_t largest_set = 8;
void is_among(Lanes values, std::span<const std::int64_t> set, std::size_t rows, Truth out);
void is_among(const std::uint32_t* codes, std::span<const std::int64_t> set, std::size_t rows, Truth out);
void is_among(const std::uint8_t* codes, std::span<const std::int64_t> set, std::size_t rows, Truth out);

// answers: table[codes[row]]. Precondition: where the table is small, it has 256 bytes, and every code is below that.
void look_up(const std::uint8_t* table, bool is_small, const std::uint32_t* codes, std::size_t rows,
             std::uint8_t* answers);
void look_up(const std::uint8_t* table, bool is_small, const std::uint16_t* codes, std::size_t rows,
             std::uint8_t* answers);
void look_up(const std::uint8_t* table, bool is_small, const std::uint8_t* codes, std::size_t rows,
             std::uint8_t* answers);
// Whether answers[row] has the bit.
void test(const std::uint8_t* answers, std::uint8_t bit, std::size_t rows, Truth out);

// out: `yes` where the bit is set, else `no`.
void choose(const Word* bits, std::int64_t yes, std::int64_t no, std::size_t rows, std::int64_t* out);
void choose(const Word* bits, const std::int64_t* yes, const std::int64_t* no, std::size_t rows, std::int64_t* out);
void choose(const Word* bits, const std::int64_t* yes, std::int64_t no, std::size_t rows, std::int64_t* out);
void choose(const Word* bits, std::uint32_t yes, const std::uint32_t* no, std::size_t rows, std::uint32_t* out);
void choose(const Word* bits, std::uint32_t yes, std::uint32_t no, std::size_t rows, std::uint32_t* out);
// Codes of one byte: an operand without values is the same in all rows.
struct ByteCodes {
  const std::uint8_t* values = nullptr;
  std::uint8_t fixed = 0;
};
void choose(const Word* bits, ByteCodes yes, ByteCodes no, std::size_t rows, std::uint8_t* out);

// All bits of |value|, or of one less below zero, over all rows.
[[nodiscard]] std::uint64_t sizes(const std::int64_t* values, std::size_t rows);

void clamp(const std::int64_t* values, std::int64_t low, std::int64_t high, std::size_t rows, std::int64_t* out);

// The same with 32 bits, of numbers that have no more. They return what sizes() would say of the result.
std::uint64_t choose(const Word* bits, Lanes yes, std::int32_t no, std::size_t rows, std::int32_t* out);
std::uint64_t clamp(Lanes values, std::int32_t low, std::int32_t high, std::size_t rows, std::int32_t* out);

// A term of a sum: weight x lanes[row], or `weight` where there are no lanes; both only where the bit is set, if there
// are bits.
struct Term {
  Lanes lanes;
  const Word* bits = nullptr;
  std::int64_t weight = 0;
};
// out: start plus all terms, modulo 2^64 or 2^32.
void sum(std::int64_t start, std::span<const Term> terms, std::size_t rows, std::int64_t* out);
void sum(std::int32_t start, std::span<const Term> terms, std::size_t rows, std::int32_t* out);

void widen(const std::uint8_t* narrow, std::size_t rows, std::uint32_t* out);
void widen(const std::uint16_t* narrow, std::size_t rows, std::uint32_t* out);

// out: the low bytes where the bit is set, else 0. Numbers of 8 or 4 bytes, or codes of 4 bytes or 1, become numbers or
// codes of as many bytes or fewer.
template <class Wide, class Narrow>
void narrow(const Wide* values, const Word* bits, std::size_t rows, Narrow* out);

struct Halving {
  std::int64_t as_of = 0;     // ages are as_of - event
  std::int64_t interval = 1;  // above 0
  std::int64_t unit = 1;      // the result is rounded to multiples of it, to the nearest
  std::uint64_t size = 0;     // no points are more than this; 0: nobody knows
};
// What is left of points that halve, where that is certain without the exact arithmetic of kernels::FadeCurve. Sets the
// bit of each row that is certain; near a tie, and for points beyond 2^40 or ages beyond 2^52, it is not.
void halve(const std::int64_t* points, const std::int64_t* events, const Halving& halving, std::size_t rows,
           std::int64_t* out, Word* certain);
void halve(const std::int32_t* points, const std::int64_t* events, const Halving& halving, std::size_t rows,
           std::int32_t* out, Word* certain);

}  // namespace muster::runtime::interpret::simd
