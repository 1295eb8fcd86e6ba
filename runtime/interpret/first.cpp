// first_row and last_row: a value at the row with the smallest or largest moment. Rows with one moment are in the
// order of their keys, of which the first counts; without keys they must agree (section 4, number 13).
#include <cassert>

#include "runtime/interpret/folds.h"

namespace muster::runtime::interpret {
namespace {

using compiler::Op;
using compiler::Physical;

Word known_at(const Register& value, std::size_t at, std::size_t count) {
  if (value.physical != Physical::boolean) return bits_at(value.known, at, count);
  return bits_at(value.yes, at, count) | bits_at(value.no, at, count);
}

// The row of a parent that counts, or why there is none.
struct Chosen {
  bool found = false;
  std::size_t row = 0;
  std::int64_t moment = 0;
  Folded folded;
};

template <class Moment, class Better>
Chosen choose(const Register& moment_reg, const Word* mask, std::size_t begin, std::size_t end, Moment moment,
              Better better) {
  Chosen chosen;
  for_pieces(begin, end, [&](std::size_t at, std::size_t count) {
    const Word selected = bits_at(mask, at, count);
    if (selected == 0) return;
    const Word missing = selected & ~bits_at(moment_reg.known, at, count);
    if (missing != 0) chosen.folded.miss(moment_reg, at, count, missing);
    for_bits(selected & ~missing, at, [&](std::size_t row) {
      if (chosen.found && !better(moment(row), chosen.moment)) return;
      chosen.found = true;
      chosen.row = row;
      chosen.moment = moment(row);
    });
  });
  chosen.folded.known = chosen.folded.known && chosen.found;
  return chosen;
}

// write(parent, row) writes the value; identity(row) tells apart values that are known.
template <class Moment, class Better, class Identity, class Write>
void run_chosen(const Frame& frame, const Step& step, Moment moment, Better better, Identity identity, Write write) {
  const Register& value = frame.operand(step, 0);
  const Register& moment_reg = frame.operand(step, 1);
  const Word* const mask = frame.operand(step, 2).yes;
  const bool has_keys = step.immediate == 0;
  for_parents(frame, step, [&](std::size_t parent, std::size_t begin, std::size_t end) {
    const Chosen chosen = choose(moment_reg, mask, begin, end, moment, better);
    if (!chosen.folded.known) return chosen.folded;
    Folded folded;
    if (has_keys) {
      if ((known_at(value, chosen.row, 1) & 1U) == 0) folded.miss(value, chosen.row, 1, 1);
    } else {
      // The chosen row is the first of those with its moment.
      for_pieces(chosen.row, end, [&](std::size_t at, std::size_t count) {
        const Word known = known_at(value, at, count);
        for_bits(bits_at(mask, at, count), at, [&](std::size_t row) {
          if (moment(row) != chosen.moment) return;
          const std::size_t k = row - at;
          if (((known >> k) & 1U) == 0) {
            folded.miss(value, at, count, Word{1} << k);
          } else if (folded.known && identity(row) != identity(chosen.row)) {
            folded.known = false;
          }
        });
      });
    }
    if (folded.known) write(parent, chosen.row);
    return folded;
  });
}

template <class Better>
void run_first_by(const Frame& frame, const Step& step, Better better) {
  Register& result = frame.result(step);
  const Register& value = frame.operand(step, 0);
  with_integers(frame.operand(step, 1), [&](auto moment) {
    switch (result.physical) {
      case Physical::boolean:
        assert(false && "run_boolean's");
        break;
      case Physical::integer:
        with_integers(value, [&](auto get) {
          run_chosen(frame, step, moment, better, get,
                     [&](std::size_t parent, std::size_t row) { result.out.integers[parent] = get(row); });
        });
        break;
      case Physical::code:
      case Physical::text:
        // Texts of one column: equal codes are equal bytes.
        result.dictionary = value.dictionary;
        std::fill_n(result.out.codes, frame.rows, 0U);
        with_codes(value, [&](auto get) {
          run_chosen(frame, step, moment, better, get,
                     [&](std::size_t parent, std::size_t row) { result.out.codes[parent] = get(row); });
        });
        break;
    }
  });
}

// A condition is known where it is decided: `known` stands in the place of `no` until the end.
template <class Better>
void run_boolean(const Frame& frame, const Step& step, Better better) {
  Register& result = frame.result(step);
  const Register& value = frame.operand(step, 0);
  result.out.known = result.out.no;
  std::fill_n(result.out.yes, frame.words, Word{0});
  with_integers(frame.operand(step, 1), [&](auto moment) {
    const auto get = [&](std::size_t row) { return test_bit(value.yes, row); };
    run_chosen(frame, step, moment, better, get, [&](std::size_t parent, std::size_t row) {
      if (get(row)) set_bit(result.out.yes, parent);
    });
  });
  result.out.known = nullptr;
  for (std::size_t word = 0; word < frame.words; ++word) result.out.no[word] &= ~result.out.yes[word];
}

}  // namespace

void run_first(const Frame& frame, const Step& step) {
  const bool is_boolean = frame.result(step).physical == Physical::boolean;
  const auto run = [&](auto better) {
    if (is_boolean) {
      run_boolean(frame, step, better);
    } else {
      run_first_by(frame, step, better);
    }
  };
  if (step.op == Op::first_row) {
    run([](std::int64_t left, std::int64_t right) { return left < right; });
  } else {
    assert(step.op == Op::last_row);
    run([](std::int64_t left, std::int64_t right) { return left > right; });
  }
}

}  // namespace muster::runtime::interpret
