// One instruction as the interpreter runs it, what it needs besides registers, and the loops that all families of
// instructions share. A family is a file: logic, arithmetic, compare, function, moment, text, choice, rows, masks,
// links. May include: runtime/interpret, stdlib/kernels. Called by: runtime/interpret.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "runtime/interpret/distinct.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/interpret/questions.h"
#include "runtime/interpret/registers.h"
#include "runtime/interpret/simd.h"
#include "runtime/interpret/text_state.h"
#include "stdlib/kernels/fade.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/number_set.h"

namespace muster::runtime::interpret {

struct Step {
  compiler::Op op = compiler::Op::missing;
  compiler::SpaceId space;  // of the result
  compiler::SpaceId from;   // folds: the child space; from_one, is_linked: the `one` space
  std::int64_t immediate = 0;
  std::uint32_t result = 0;                 // register
  std::span<const std::uint32_t> operands;  // registers
  compiler::ValueId source;                 // from_one: the value of the other region that it reads, else none
  unsigned drop = 0;                        // convert_money: digits that amount and rate have more than the result
  const kernels::FadeCurve* fade = nullptr;
  std::span<const std::uint32_t> readers;  // fade: masks of all that read it; empty: every row may be read
  TextState* text = nullptr;               // instructions that read or give text
  Questions* questions = nullptr;          // what it asks of a text, instead of working it out, is this bit of them
  std::uint8_t bit = 0;
  bool stays_narrow = false;                // all that read it can read narrow numbers, or codes
  bool fits_narrow = false;                 // every known result fits 32 bits; a code: 8
  const kernels::NumberSet* set = nullptr;  // in_numbers, in_codes
};

// Memory that instructions use for a moment, kept so that no batch allocates it again.
struct Scratch {
  DistinctSet seen;
  std::vector<GroupedDay> days;
  std::vector<Word> bits;
  std::vector<simd::Term> terms;
  std::vector<std::uint32_t> no_rows;  // offsets where there are no child rows: all 0
};

// The rows that an instruction runs over: those of its space in the present batch.
struct Frame {
  const compiler::Program* program = nullptr;
  RegisterFile* registers = nullptr;
  const BatchView* batch = nullptr;
  const Frame* frames = nullptr;  // by space
  const kernels::Zone* zone = nullptr;
  const Dictionary* no_texts = nullptr;  // where a text has no dictionary because it has no rows
  Scratch* scratch = nullptr;
  AsOf as_of;
  compiler::SpaceId space;
  std::size_t rows = 0;
  std::size_t words = 0;
  const std::uint32_t* offsets = nullptr;  // `many` spaces: of the parent's rows, also where there are none

  [[nodiscard]] Register& result(const Step& step) const { return (*registers)[step.result]; }
  [[nodiscard]] const Register& operand(const Step& step, std::size_t which) const {
    return (*registers)[step.operands[which]];
  }
  // An operand that is narrow in full width, for who cannot read it otherwise.
  [[nodiscard]] const Register& wide_operand(const Step& step, std::size_t which) const {
    const Register& reg = operand(step, which);
    if (reg.is_narrow()) registers->widen(step.operands[which], rows);
    return reg;
  }
  [[nodiscard]] std::span<const std::int64_t> weights(const Step& step) const {
    return std::span(program->weights).subspan(static_cast<std::size_t>(step.immediate));
  }
  [[nodiscard]] const SpaceView& view(compiler::SpaceId id) const { return batch->spaces[id.index]; }
  [[nodiscard]] const Frame& child(const Step& step) const { return frames[step.from.index]; }
};

// ---- the families. Precondition of each: the step is one of its instructions.
void run_logic(const Frame& frame, const Step& step);       // logic.cpp
void run_arithmetic(const Frame& frame, const Step& step);  // arithmetic.cpp
void run_compare(const Frame& frame, const Step& step);     // compare.cpp: comparisons and sets of numbers and codes
void run_function(const Frame& frame, const Step& step);    // function.cpp: functions of numbers, dates and moments
void run_moment(const Frame& frame, const Step& step);      // moment.cpp: what depends on when something happened
void run_text(const Frame& frame, const Step& step);        // text.cpp
void run_choice(const Frame& frame, const Step& step);      // choice.cpp
void run_links(const Frame& frame, const Step& step);       // links.cpp: to_rows, from_one, is_linked
void run_fold(const Frame& frame, const Step& step);        // rows.cpp: child rows to their parents
void run_first(const Frame& frame, const Step& step);       // first.cpp: first_row, last_row
void run_mask(const Frame& frame, const Step& step);        // masks.cpp: masks of child rows to masks of the same rows

inline constexpr unsigned rate_digits = 9;  // of RateTable::Rate::mantissa
// The first moment, or day, that belongs to a window (moment.cpp).
[[nodiscard]] std::int64_t edge_of(const compiler::WindowEdge& edge, AsOf as_of, const kernels::Zone& zone);
// What the text_function `immediate` makes of a text; empty where the result is missing (text.cpp).
[[nodiscard]] std::string text_of_function(const compiler::Program& program, std::int64_t immediate,
                                           std::string_view text);

// ---- loops

// Calls body(word, first row, rows of it) for each word of the batch.
template <class Body>
inline void for_words(const Frame& frame, Body body) {
  for (std::size_t word = 0; word < frame.words; ++word) {
    const std::size_t first = word * word_bits;
    body(word, first, std::min(word_bits, frame.rows - first));
  }
}

// Calls body(row) for each bit of `bits`, the word that begins at row `first`.
template <class Body>
inline void for_bits(Word bits, std::size_t first, Body body) {
  for (; bits != 0; bits &= bits - 1) body(first + static_cast<std::size_t>(__builtin_ctzll(bits)));
}

// The numbers of a register, in the width that they have; they count `scale` each where they are narrow.
inline simd::Lanes lanes_of(const Register& reg) {
  return reg.is_narrow() ? simd::Lanes{reg.narrow, reg.narrow_bytes} : simd::Lanes{reg.integers, 8};
}

// Calls use(get), where get(row) is the operand's number; a scalar is a constant of the loop.
template <class Use>
inline void with_integers(const Register& reg, Use use) {
  if (reg.is_scalar) {
    use([value = reg.number](std::size_t) { return value; });
  } else if (reg.is_masked && reg.integers != nullptr) {
    use([mask = reg.mask, values = reg.integers](std::size_t row) { return test_bit(mask, row) ? values[row] : 0; });
  } else if (reg.is_masked) {
    use([mask = reg.mask, one = reg.number, other = reg.other](std::size_t row) {
      return test_bit(mask, row) ? one : other;
    });
  } else {
    use([values = reg.integers](std::size_t row) { return values[row]; });
  }
}
template <class Use>
inline void with_codes(const Register& reg, Use use) {
  if (reg.is_scalar) {
    use([value = reg.code](std::size_t) { return value; });
  } else {
    use([values = reg.codes](std::size_t row) { return values[row]; });
  }
}

// What numbers do not exceed in size that have these bits (simd::sizes) and count `scale` each: above 0, and 2^63 where
// that is more than 64 bits hold.
[[nodiscard]] inline std::uint64_t size_of_bits(std::uint64_t bits, std::int64_t scale) {
  const auto size = (kernels::Wide{1} << std::bit_width(bits)) * scale;
  return static_cast<std::uint64_t>(std::min(size, kernels::Wide{1} << 63));
}

// Codes of one byte.
template <class Use>
inline void with_byte_codes(const Register& reg, Use use) {
  if (reg.is_scalar) {
    use([value = static_cast<std::uint8_t>(reg.code)](std::size_t) { return value; });
  } else {
    use([values = static_cast<const std::uint8_t*>(reg.narrow)](std::size_t row) { return values[row]; });
  }
}

// Calls use(get), where get(row) is a number that known values share exactly where they are equal; of texts it stands
// for the folded text. Precondition of get: the value is known.
template <class Use>
inline void with_identities(const Step& step, const Register& reg, Use use) {
  switch (reg.physical) {
    case compiler::Physical::boolean:
      use([yes = reg.yes](std::size_t row) { return std::int64_t{test_bit(yes, row)}; });
      return;
    case compiler::Physical::integer:
      with_integers(reg, use);
      return;
    case compiler::Physical::code:
      with_codes(reg, [&](auto code) { use([&](std::size_t row) { return std::int64_t{code(row)}; }); });
      return;
    case compiler::Physical::text: {
      CodeMap groups(step.text->first_codes, *reg.dictionary, step.text->own);
      const auto folded = [&](std::uint32_t code) { return reg.dictionary->folded(code); };
      with_codes(reg,
                 [&](auto code) { use([&](std::size_t row) { return std::int64_t{groups(code(row), folded)}; }); });
      return;
    }
  }
}

// What is known of a strict result: where all operands are. It lies in `room`, or is what one operand has.
[[nodiscard]] inline const Word* strict_known(const Frame& frame, const Step& step, Word* __restrict room) {
  const Word* known = frame.registers->ones();
  for (const std::uint32_t operand : step.operands) {
    const Word* __restrict const more = (*frame.registers)[operand].known;
    if (more == frame.registers->ones()) continue;
    if (known == frame.registers->ones()) {
      known = more;
      continue;
    }
    for (std::size_t word = 0; word < frame.words; ++word) room[word] = known[word] & more[word];
    known = room;
  }
  return known;
}

// A missing result carries its operands' faults. An operand that is not missing has no fault bits, so that their union
// needs no mask.
inline void carry_strict_faults(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  if (result.out.overflow == nullptr) return;
  for (std::size_t word = 0; word < frame.words; ++word) {
    Word overflow = 0;
    Word division = 0;
    for (const std::uint32_t operand : step.operands) {
      overflow |= (*frame.registers)[operand].overflow[word];
      division |= (*frame.registers)[operand].division_by_zero[word];
    }
    result.out.overflow[word] = overflow;
    result.out.division_by_zero[word] = division;
  }
}

// known = known of all operands, and the faults of a missing result.
inline void begin_strict(const Frame& frame, const Step& step, Word* known) {
  const Word* const of_all = strict_known(frame, step, known);
  if (of_all != known) std::copy_n(of_all, frame.words, known);
  carry_strict_faults(frame, step);
}

// Where the answers of a strict predicate go.
[[nodiscard]] inline simd::Truth begin_predicate(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  carry_strict_faults(frame, step);
  return {strict_known(frame, step, result.out.yes), result.out.yes, result.out.no};
}

// A strict predicate: yes where all operands are known and holds(row), which is also asked of rows that are missing.
template <class Holds>
inline void run_predicate(const Frame& frame, const Step& step, Holds holds) {
  const simd::Truth out = begin_predicate(frame, step);
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    Word bits = 0;
    for (std::size_t k = 0; k < rows; ++k) bits |= static_cast<Word>(holds(first + k)) << k;
    const Word known = out.known[word];
    out.yes[word] = known & bits;
    out.no[word] = known & ~bits;
  });
}

// The fault of a row's own result: the value is missing, and says why where anybody may ask.
inline void mark_faults(const Register& result, std::size_t word, Word overflow, Word division_by_zero) {
  const Word known = result.out.known[word];
  result.out.known[word] = known & ~(overflow | division_by_zero);
  if (result.out.overflow == nullptr) return;
  result.out.overflow[word] |= known & overflow;
  result.out.division_by_zero[word] |= known & division_by_zero;
}

// Writes a number per row and marks its faults. compute(row) gives a kernels::Checked or a plain number.
template <class Compute>
void run_rows(const Frame& frame, const Step& step, Compute compute) {
  const Register& result = frame.result(step);
  begin_strict(frame, step, result.out.known);
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    Word overflow = 0;
    Word division = 0;
    for (std::size_t k = 0; k < rows; ++k) {
      const auto computed = compute(first + k);
      if constexpr (std::is_same_v<std::remove_const_t<decltype(computed)>, kernels::Checked>) {
        result.out.integers[first + k] = computed.value;
        overflow |= static_cast<Word>(computed.fault == kernels::Fault::overflow) << k;
        division |= static_cast<Word>(computed.fault == kernels::Fault::division_by_zero) << k;
      } else {
        result.out.integers[first + k] = computed;
      }
    }
    if ((overflow | division) != 0) mark_faults(result, word, overflow, division);
  });
}

}  // namespace muster::runtime::interpret
