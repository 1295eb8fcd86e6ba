// The innermost loops of the interpreter, over whole columns: written once for any machine, and once for AVX-512 where
// that is what makes them fast. Which one runs is decided when the program starts; the answers are the same bits.
// `rows` may be any number; bits past the last row of the last word are unspecified. Outputs may be their own inputs.
// May include: runtime/data, lang/syntax. Called by: runtime/interpret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lang/syntax/expression.h"  // CompareOp
#include "runtime/data/bitmap.h"

namespace muster::runtime::interpret::simd {

// bits: where `values[row] op constant` holds, or `left[row] op right[row]`.
void compare(lang::CompareOp op, const std::int64_t* values, std::int64_t constant, std::size_t rows, Word* bits);
void compare(lang::CompareOp op, const std::int32_t* values, std::int64_t constant, std::size_t rows, Word* bits);
void compare(lang::CompareOp op, const std::int16_t* values, std::int64_t constant, std::size_t rows, Word* bits);
void compare(lang::CompareOp op, const std::int8_t* values, std::int64_t constant, std::size_t rows, Word* bits);
void compare(lang::CompareOp op, const std::uint32_t* codes, std::int64_t constant, std::size_t rows, Word* bits);
void compare(lang::CompareOp op, const std::int64_t* left, const std::int64_t* right, std::size_t rows, Word* bits);
void compare(lang::CompareOp op, const std::uint32_t* left, const std::uint32_t* right, std::size_t rows, Word* bits);

// answers: table[codes[row]]. Precondition: four bytes may be read from the table at every code; where it is small, it
// has 256 bytes, and every code is below that.
void look_up(const std::uint8_t* table, bool is_small, const std::uint32_t* codes, std::size_t rows,
             std::uint8_t* answers);
void look_up(const std::uint8_t* table, bool is_small, const std::uint16_t* codes, std::size_t rows,
             std::uint8_t* answers);
void look_up(const std::uint8_t* table, bool is_small, const std::uint8_t* codes, std::size_t rows,
             std::uint8_t* answers);
// bits: where answers[row] has the bit.
void test(const std::uint8_t* answers, std::uint8_t bit, std::size_t rows, Word* bits);

// out: `yes` where the bit is set, else `no`.
void choose(const Word* bits, std::int64_t yes, std::int64_t no, std::size_t rows, std::int64_t* out);
void choose(const Word* bits, const std::int64_t* yes, const std::int64_t* no, std::size_t rows, std::int64_t* out);
void choose(const Word* bits, const std::int64_t* yes, std::int64_t no, std::size_t rows, std::int64_t* out);
void choose(const Word* bits, std::uint32_t yes, const std::uint32_t* no, std::size_t rows, std::uint32_t* out);
void choose(const Word* bits, std::uint32_t yes, std::uint32_t no, std::size_t rows, std::uint32_t* out);

// All bits of |value|, or of one less below zero, over all rows.
[[nodiscard]] std::uint64_t sizes(const std::int64_t* values, std::size_t rows);

void clamp(const std::int64_t* values, std::int64_t low, std::int64_t high, std::size_t rows, std::int64_t* out);

// A term of a sum: weight x values[row], or x narrow[row], or `weight` where the bit is set.
struct Term {
  const std::int64_t* values = nullptr;
  const std::int32_t* narrow = nullptr;
  const Word* bits = nullptr;
  std::int64_t weight = 0;
};
// out: start plus all terms, modulo 2^64.
void sum(std::int64_t start, std::span<const Term> terms, std::size_t rows, std::int64_t* out);

void widen(const std::int32_t* narrow, std::size_t rows, std::int64_t* out);
void widen(const std::uint8_t* narrow, std::size_t rows, std::uint32_t* out);
void widen(const std::uint16_t* narrow, std::size_t rows, std::uint32_t* out);

// out: the low bytes where the bit is set, else 0.
void narrow(const std::int64_t* values, const Word* bits, std::size_t rows, std::int32_t* out);
void narrow(const std::int64_t* values, const Word* bits, std::size_t rows, std::int16_t* out);
void narrow(const std::int64_t* values, const Word* bits, std::size_t rows, std::int8_t* out);
void narrow(const std::uint32_t* codes, const Word* bits, std::size_t rows, std::uint16_t* out);
void narrow(const std::uint32_t* codes, const Word* bits, std::size_t rows, std::uint8_t* out);

// What is left of points that halve every `interval` (above 0), where that is certain without the exact arithmetic of
// kernels::FadeCurve: rounded to multiples of `unit`, to the nearest. Sets the bit of each row that is certain; near
// a tie, and for points beyond 2^40 or ages beyond 2^52, it is not. Ages are as_of - event.
void halve(const std::int64_t* points, const std::int64_t* events, std::int64_t as_of, std::int64_t interval,
           std::int64_t unit, std::size_t rows, std::int64_t* out, Word* certain);

}  // namespace muster::runtime::interpret::simd
