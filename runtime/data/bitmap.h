// Bitmaps over the rows of a batch: bit r of word r / 64. Bits past the last row are 0 in data and unspecified in
// registers. Ranges of rows, such as the child rows of one parent, begin anywhere in a word; they are read and written
// in pieces of up to 64 rows. May include: the standard library. Called by: ingest, engines, writers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace muster::runtime {

using Word = std::uint64_t;
inline constexpr std::size_t word_bits = 64;
inline constexpr std::size_t batch_rows = 4096;  // rows of a full batch: its columns stay in the second-level cache
inline constexpr std::size_t batch_words = batch_rows / word_bits;

// Of any number of rows: a sum would wrap.
[[nodiscard]] constexpr std::size_t words_for(std::size_t rows) {
  return rows / word_bits + (rows % word_bits != 0 ? 1 : 0);
}
[[nodiscard]] inline bool test_bit(const Word* words, std::size_t row) {
  return ((words[row / word_bits] >> (row % word_bits)) & 1U) != 0;
}
inline void set_bit(Word* words, std::size_t row) { words[row / word_bits] |= Word{1} << (row % word_bits); }
inline void clear_bit(Word* words, std::size_t row) { words[row / word_bits] &= ~(Word{1} << (row % word_bits)); }
// Ones for the rows that exist in word `word` of a batch of `rows`.
[[nodiscard]] constexpr Word row_mask(std::size_t rows, std::size_t word) {
  const std::size_t begin = word * word_bits;
  if (begin >= rows) return 0;
  const std::size_t left = rows - begin;
  return left >= word_bits ? ~Word{0} : (Word{1} << left) - 1;
}

// The bits of the rows `at` to before `at + count`, the first one lowest; the others 0. Precondition: 1 <= count <= 64.
[[nodiscard]] inline Word bits_at(const Word* words, std::size_t at, std::size_t count) {
  const std::size_t shift = at % word_bits;
  Word bits = words[at / word_bits] >> shift;
  if (shift + count > word_bits) bits |= words[at / word_bits + 1] << (word_bits - shift);
  return bits & (~Word{0} >> (word_bits - count));
}
// Sets, or clears, the bits of rows from `at` on that are 1 in `bits`, whose lowest is row `at`.
inline void set_bits_at(Word* words, std::size_t at, Word bits) {
  const std::size_t shift = at % word_bits;
  words[at / word_bits] |= bits << shift;
  if (shift != 0 && bits >> (word_bits - shift) != 0) words[at / word_bits + 1] |= bits >> (word_bits - shift);
}
inline void clear_bits_at(Word* words, std::size_t at, Word bits) {
  const std::size_t shift = at % word_bits;
  words[at / word_bits] &= ~(bits << shift);
  if (shift != 0 && bits >> (word_bits - shift) != 0) words[at / word_bits + 1] &= ~(bits >> (word_bits - shift));
}
// Calls body(first row, rows) for pieces of up to 64 rows of a range, in order.
template <class Body>
inline void for_pieces(std::size_t begin, std::size_t end, Body body) {
  for (std::size_t at = begin; at < end; at += word_bits) body(at, end - at < word_bits ? end - at : word_bits);
}

}  // namespace muster::runtime
