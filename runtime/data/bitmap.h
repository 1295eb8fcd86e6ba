// Bitmaps over the rows of a batch: bit r of word r / 64. Bits past the last row are 0 in data and unspecified in
// registers. May include: the standard library. Called by: ingest, engines, writers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace muster::runtime {

using Word = std::uint64_t;
inline constexpr std::size_t word_bits = 64;
inline constexpr std::size_t batch_rows = 2048;  // rows of a full batch: its columns stay in the second-level cache
inline constexpr std::size_t batch_words = batch_rows / word_bits;

[[nodiscard]] constexpr std::size_t words_for(std::size_t rows) { return (rows + word_bits - 1) / word_bits; }
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

}  // namespace muster::runtime
