// Masks of child rows: which of the rows that a mask selects go on counting (section 4, number 11: distinct, then how
// often). A row that is undecided stays so; one that is yes and lacks what it is told apart by becomes undecided, for
// that value's reason.
#include <bit>
#include <cassert>
#include <limits>
#include <utility>

#include "runtime/interpret/step.h"

namespace muster::runtime::interpret {
namespace {

using compiler::Op;
using compiler::Physical;

// The result where no row is dropped. `value` tells rows apart; null: nothing does.
void begin_mask(const Frame& frame, const Step& step, const Register& mask, const Register* value) {
  const Register& result = frame.result(step);
  for (std::size_t word = 0; word < frame.words; ++word) {
    Word known = ~Word{0};
    if (value != nullptr) {
      known = value->physical == Physical::boolean ? value->yes[word] | value->no[word] : value->known[word];
    }
    result.out.yes[word] = mask.yes[word] & known;
    result.out.no[word] = mask.no[word];
  }
  if (result.out.overflow == nullptr) return;
  for (std::size_t word = 0; word < frame.words; ++word) {
    Word overflow = mask.overflow[word];
    Word division = mask.division_by_zero[word];
    if (value != nullptr) {
      overflow |= mask.yes[word] & value->overflow[word];
      division |= mask.yes[word] & value->division_by_zero[word];
    }
    result.out.overflow[word] = overflow;
    result.out.division_by_zero[word] = division;
  }
}

void drop(const Register& result, std::size_t at, Word rows) {
  if (rows == 0) return;
  clear_bits_at(result.out.yes, at, rows);
  set_bits_at(result.out.no, at, rows);
}

// Calls body(first, count, selected) for the pieces of every parent, from its last row to its first; begin() at the
// start of each parent that has a row to look at.
template <class Begin, class Body>
void for_parents_backwards(const Frame& frame, const Step& step, Begin begin, Body body) {
  const Word* const yes = frame.result(step).out.yes;
  const std::size_t parents = frame.frames[frame.program->spaces[step.space].parent.index].rows;
  for (std::size_t parent = 0; parent < parents; ++parent) {
    const std::size_t first = frame.offsets[parent];
    begin();
    for (std::size_t past = frame.offsets[parent + 1]; past > first;) {
      const std::size_t count = std::min(past - first, word_bits);
      past -= count;
      const Word selected = bits_at(yes, past, count);
      if (selected != 0) body(past, selected);
    }
  }
}

// Calls body(k) for each bit, the highest first.
template <class Body>
void for_bits_backwards(Word bits, Body body) {
  while (bits != 0) {
    const auto k = static_cast<std::size_t>(std::bit_width(bits) - 1);
    bits ^= Word{1} << k;
    body(k);
  }
}

void keep_distinct(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  const Register& value = frame.operand(step, 0);
  begin_mask(frame, step, frame.operand(step, 1), &value);
  DistinctSet& seen = frame.scratch->seen;
  with_identities(step, value, [&](auto identity) {
    for_parents_backwards(
        frame, step, [&] { seen.clear(); },
        [&](std::size_t first, Word selected) {
          Word dropped = 0;
          for_bits_backwards(selected, [&](std::size_t k) {
            if (!seen.insert(identity(first + k))) dropped |= Word{1} << k;
          });
          drop(result, first, dropped);
        });
  });
}

void keep_latest(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  const Register& group = frame.operand(step, 0);
  begin_mask(frame, step, frame.operand(step, 1), &group);
  with_integers(group, [&](auto group_of) {
    struct Group {
      std::int64_t number = 0;
      std::int64_t kept = 0;
    };
    // Where clocks went back over midnight, a day goes on after the next one has begun.
    Group present;
    Group other;
    for_parents_backwards(
        frame, step, [&] { present = other = {std::numeric_limits<std::int64_t>::max(), 0}; },
        [&](std::size_t first, Word selected) {
          Word dropped = 0;
          for_bits_backwards(selected, [&](std::size_t k) {
            const std::int64_t found = group_of(first + k);
            if (found != present.number) {
              std::swap(present, other);
              if (found != present.number) present = {found, 0};
            }
            if (present.kept >= step.immediate) {
              dropped |= Word{1} << k;
            } else {
              ++present.kept;
            }
          });
          drop(result, first, dropped);
        });
  });
}

void keep_first(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  begin_mask(frame, step, frame.operand(step, 0), nullptr);
  const std::size_t parents = frame.frames[frame.program->spaces[step.space].parent.index].rows;
  for (std::size_t parent = 0; parent < parents; ++parent) {
    std::int64_t left = step.immediate;
    for_pieces(frame.offsets[parent], frame.offsets[parent + 1], [&](std::size_t at, std::size_t count) {
      Word dropped = bits_at(result.out.yes, at, count);
      for (; dropped != 0 && left > 0; --left) dropped &= dropped - 1;
      drop(result, at, dropped);
    });
  }
}

}  // namespace

void run_mask(const Frame& frame, const Step& step) {
  switch (step.op) {
    case Op::keep_distinct:
      keep_distinct(frame, step);
      break;
    case Op::keep_latest:
      keep_latest(frame, step);
      break;
    case Op::keep_first:
      keep_first(frame, step);
      break;
    default:
      assert(false && "not a mask of rows");
  }
}

}  // namespace muster::runtime::interpret
