// The loops over child rows that folds share: parent by parent, within a parent 64 rows at a time.
// May include: runtime/interpret. Called by: rows.cpp, first.cpp.
#pragma once

#include "runtime/interpret/step.h"

namespace muster::runtime::interpret {

// What a fold says of one parent besides the value, which it writes itself.
struct Folded {
  bool known = true;
  bool overflow = false;
  bool division_by_zero = false;

  // Missing because of `rows` of a piece (bit k: row first + k), with the faults that the operand has there.
  void miss(const Register& operand, std::size_t first, std::size_t count, Word rows) {
    known = false;
    overflow |= (bits_at(operand.overflow, first, count) & rows) != 0;
    division_by_zero |= (bits_at(operand.division_by_zero, first, count) & rows) != 0;
  }
};

// fold(parent row, first child row, row past the last one) writes the value and gives Folded.
// Sets known and the faults of a result that is not a boolean.
template <class Fold>
inline void for_parents(const Frame& frame, const Step& step, Fold fold) {
  const Register& result = frame.result(step);
  const std::uint32_t* const offsets = frame.child(step).offsets;
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    Word known = 0;
    Word overflow = 0;
    Word division = 0;
    for (std::size_t k = 0; k < rows; ++k) {
      const std::size_t parent = first + k;
      const Folded folded = fold(parent, std::size_t{offsets[parent]}, std::size_t{offsets[parent + 1]});
      known |= static_cast<Word>(folded.known) << k;
      overflow |= static_cast<Word>(folded.overflow) << k;
      division |= static_cast<Word>(folded.division_by_zero) << k;
    }
    result.out.known[word] = known;
    if (result.out.overflow == nullptr) return;
    result.out.overflow[word] = overflow;
    result.out.division_by_zero[word] = division;
  });
}

// Calls body(row) for the rows of a range that are in the mask, in order.
inline void for_selected(const Word* mask, std::size_t begin, std::size_t end, auto body) {
  for_pieces(begin, end, [&](std::size_t at, std::size_t count) { for_bits(bits_at(mask, at, count), at, body); });
}

}  // namespace muster::runtime::interpret
