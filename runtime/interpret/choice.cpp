// Choices: select, default_to, first_yes. A missing result carries the faults of what it was missing for (section 4,
// number 8): the condition where that is undecided, else the operand that was chosen.
#include <cassert>
#include <cstdlib>
#include <limits>

#include "runtime/interpret/step.h"

namespace muster::runtime::interpret {
namespace {

using compiler::OnUndecided;
using compiler::Op;
using compiler::Physical;

void carry_select_faults(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  if (result.out.overflow == nullptr) return;
  const bool is_boolean = result.physical == Physical::boolean;
  const Register& condition = frame.operand(step, 0);
  const Register& then = frame.operand(step, 1);
  const Register& otherwise = frame.operand(step, 2);
  // The smaller or larger of both reads both wherever the condition is undecided.
  const Word reads_both = step.immediate == static_cast<std::int64_t>(OnUndecided::agree) ? 0 : ~Word{0};
  for (std::size_t word = 0; word < frame.words; ++word) {
    const Word yes = condition.yes[word];
    const Word no = condition.no[word];
    const Word known = is_boolean ? result.yes[word] | result.no[word] : result.known[word];
    const Word open_missing = ~(yes | no) & ~known;
    const auto carried = [&](const Word* of_condition, const Word* of_then, const Word* of_otherwise) {
      const Word chosen = (yes & of_then[word]) | (no & of_otherwise[word]);
      const Word open = of_condition[word] | (reads_both & (of_then[word] | of_otherwise[word]));
      return chosen | (open_missing & open);
    };
    result.out.overflow[word] = carried(condition.overflow, then.overflow, otherwise.overflow);
    result.out.division_by_zero[word] =
        carried(condition.division_by_zero, then.division_by_zero, otherwise.division_by_zero);
  }
}

void select_booleans(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  const Register& condition = frame.operand(step, 0);
  const Register& then = frame.operand(step, 1);
  const Register& otherwise = frame.operand(step, 2);
  for (std::size_t word = 0; word < frame.words; ++word) {
    const Word is_yes = condition.yes[word];
    const Word is_no = condition.no[word];
    const Word undecided = ~(is_yes | is_no);
    const auto chosen = [&](Word of_then, Word of_otherwise) {
      return (is_yes & of_then) | (is_no & of_otherwise) | (undecided & of_then & of_otherwise);
    };
    result.out.yes[word] = chosen(then.yes[word], otherwise.yes[word]);
    result.out.no[word] = chosen(then.no[word], otherwise.no[word]);
  }
  carry_select_faults(frame, step);
}

// The first where the bit is set, else the second; false where there is no wide loop for operands of these kinds.
bool choose_fast(const Frame& frame, const Word* bits, const Register& first, const Register& second,
                 std::int64_t* out) {
  if (first.is_scalar) return false;
  if (second.is_scalar) {
    simd::choose(bits, first.integers, second.number, frame.rows, out);
  } else {
    simd::choose(bits, first.integers, second.integers, frame.rows, out);
  }
  return true;
}
bool choose_fast(const Frame& frame, const Word* bits, const Register& first, const Register& second,
                 std::uint32_t* out) {
  if (!first.is_scalar && !second.is_scalar) return false;
  if (first.is_scalar) {
    second.is_scalar ? simd::choose(bits, first.code, second.code, frame.rows, out)
                     : simd::choose(bits, first.code, second.codes, frame.rows, out);
    return true;
  }
  std::vector<Word>& swapped = frame.scratch->bits;
  if (swapped.size() < frame.words) swapped.resize(frame.words);
  for (std::size_t word = 0; word < frame.words; ++word) swapped[word] = ~bits[word];
  simd::choose(swapped.data(), second.code, first.codes, frame.rows, out);
  return true;
}

bool choose_fast(const Frame& frame, const Word* bits, const Register& first, const Register& second,
                 std::uint8_t* out) {
  const auto codes = [](const Register& reg) {
    return simd::ByteCodes{reg.is_scalar ? nullptr : static_cast<const std::uint8_t*>(reg.narrow),
                           static_cast<std::uint8_t>(reg.code)};
  };
  simd::choose(bits, codes(first), codes(second), frame.rows, out);
  return true;
}

// Whether the codes of a step's operands, from `first` on, are one byte each, and its result's are, as far as they
// count.
bool has_byte_codes(const Frame& frame, const Step& step, std::size_t first) {
  if (!step.stays_narrow || !step.fits_narrow) return false;
  for (std::size_t k = first; k < step.operands.size(); ++k) {
    const Register& operand = frame.operand(step, k);
    const bool is_byte = operand.is_scalar ? operand.code <= std::numeric_limits<std::uint8_t>::max()
                                           : operand.is_narrow() && operand.narrow_bytes == 1;
    if (!is_byte) return false;
  }
  return true;
}

// Calls use(out, one, other) for the two operands from `first` on, with codes of one byte where that is possible.
template <class Use>
void with_code_pair(const Frame& frame, const Step& step, std::size_t first, Use use) {
  Register& result = frame.result(step);
  if (has_byte_codes(frame, step, first)) {
    with_byte_codes(frame.operand(step, first), [&](auto one) {
      with_byte_codes(frame.operand(step, first + 1), [&](auto other) { use(result.out.narrow_codes, one, other); });
    });
    result.lie_narrow(result.out.narrow_codes, 1, 1);
    return;
  }
  with_codes(frame.wide_operand(step, first), [&](auto one) {
    with_codes(frame.wide_operand(step, first + 1), [&](auto other) { use(result.out.codes, one, other); });
  });
}

// Numbers and codes. Rows without a value get one of the operands' values, whatever that is.
template <class Value, class Then, class Otherwise>
void select_values(const Frame& frame, const Step& step, Value* out, Then then_value, Otherwise otherwise_value) {
  const Register& result = frame.result(step);
  const Register& condition = frame.operand(step, 0);
  const Register& then = frame.operand(step, 1);
  const Register& otherwise = frame.operand(step, 2);
  const auto mode = static_cast<OnUndecided>(step.immediate);
  if (!choose_fast(frame, condition.no, otherwise, then, out)) {
    for (std::size_t row = 0; row < frame.rows; ++row) {
      out[row] = test_bit(condition.no, row) ? otherwise_value(row) : then_value(row);
    }
  }
  Word* __restrict const known = result.out.known;
  Word any_open = 0;
  for (std::size_t word = 0; word < frame.words; ++word) {
    const Word yes = condition.yes[word];
    const Word no = condition.no[word];
    known[word] = (yes & then.known[word]) | (no & otherwise.known[word]);
    any_open |= ~(yes | no) & then.known[word] & otherwise.known[word];
  }
  for (std::size_t word = 0; word < frame.words && any_open != 0; ++word) {
    const std::size_t first = word * word_bits;
    const Word decided = condition.yes[word] | condition.no[word];
    const Word open = ~decided & then.known[word] & otherwise.known[word] & row_mask(frame.rows, word);
    for_bits(open, first, [&](std::size_t row) {
      const Value one = then_value(row);
      const Value other = otherwise_value(row);
      if (mode == OnUndecided::agree && one != other) return;
      if (mode == OnUndecided::smaller) out[row] = std::min(one, other);
      if (mode == OnUndecided::larger) out[row] = std::max(one, other);
      known[word] |= Word{1} << (row - first);
    });
  }
  carry_select_faults(frame, step);
}

// The smaller or larger of two constants where the condition is undecided: no number is written for any row.
void borrow_mask(Register& result, const Register& condition, OnUndecided mode, std::int64_t then,
                 std::int64_t otherwise) {
  const bool open_is_then = (mode == OnUndecided::smaller) == (then < otherwise);
  result.mask = open_is_then ? condition.no : condition.yes;
  result.number = open_is_then ? otherwise : then;
  result.other = open_is_then ? then : otherwise;
}

// One of two numbers that are the same for all rows.
void select_numbers(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  const Register& condition = frame.operand(step, 0);
  const Register& then = frame.operand(step, 1);
  const Register& otherwise = frame.operand(step, 2);
  const auto mode = static_cast<OnUndecided>(step.immediate);
  const bool open_is_known = mode != OnUndecided::agree || then.number == otherwise.number;
  const bool open_is_then = mode == OnUndecided::smaller
                                ? then.number < otherwise.number
                                : mode == OnUndecided::larger && then.number > otherwise.number;
  std::vector<Word>& bits = frame.scratch->bits;
  if (bits.size() < frame.words) bits.resize(frame.words);
  Word* __restrict const chosen = bits.data();
  Word* __restrict const known = result.out.known;
  const Word* __restrict const yes = condition.yes;
  const Word* __restrict const no = condition.no;
  const Word* const then_known = then.known;
  const Word* const otherwise_known = otherwise.known;
  const Word open_chooses = open_is_then ? ~Word{0} : Word{0};
  const Word open_counts = open_is_known ? ~Word{0} : Word{0};
  for (std::size_t word = 0; word < frame.words; ++word) {
    const Word open = ~(yes[word] | no[word]) & then_known[word] & otherwise_known[word];
    chosen[word] = yes[word] | (open & open_chooses);
    known[word] = (yes[word] & then_known[word]) | (no[word] & otherwise_known[word]) | (open & open_counts);
  }
  simd::choose(chosen, then.number, otherwise.number, frame.rows, result.out.integers);
  carry_select_faults(frame, step);
}

// The texts of two operands in one dictionary: theirs if they share it, else the instruction's own.
class SharedTexts {
 public:
  SharedTexts(const Step& step, Register& result, const Register& first, const Register& second)
      : is_shared_(first.dictionary == second.dictionary),
        first_(step.text->first_codes, *first.dictionary, step.text->own),
        second_(step.text->second_codes, *second.dictionary, step.text->own) {
    result.dictionary = is_shared_ ? first.dictionary : &step.text->own;
  }
  // Precondition: the row is known.
  std::uint32_t first(std::uint32_t code) { return is_shared_ ? code : first_(code); }
  std::uint32_t second(std::uint32_t code) { return is_shared_ ? code : second_(code); }

 private:
  bool is_shared_;
  CodeMap first_;
  CodeMap second_;
};

// Texts agree only where their bytes do: `is exactly` would tell them apart.
void select_texts(const Frame& frame, const Step& step) {
  Register& result = frame.result(step);
  const Register& condition = frame.operand(step, 0);
  const Register& then = frame.operand(step, 1);
  const Register& otherwise = frame.operand(step, 2);
  SharedTexts texts(step, result, then, otherwise);
  std::uint32_t* const out = result.out.codes;
  std::fill_n(out, frame.rows, 0U);
  with_codes(then, [&](auto then_code) {
    with_codes(otherwise, [&](auto otherwise_code) {
      for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
        const Word mask = row_mask(rows, 0);
        const Word yes = condition.yes[word] & then.known[word] & mask;
        const Word no = condition.no[word] & otherwise.known[word] & mask;
        const Word open = ~(condition.yes[word] | condition.no[word]) & then.known[word] & otherwise.known[word] & mask;
        for_bits(yes, first, [&](std::size_t row) { out[row] = texts.first(then_code(row)); });
        for_bits(no, first, [&](std::size_t row) { out[row] = texts.second(otherwise_code(row)); });
        Word agreed = 0;
        for_bits(open, first, [&](std::size_t row) {
          const std::uint32_t one = texts.first(then_code(row));
          if (one != texts.second(otherwise_code(row))) return;
          out[row] = one;
          agreed |= Word{1} << (row - first);
        });
        result.out.known[word] = yes | no | agreed;
      });
    });
  });
  carry_select_faults(frame, step);
}

void run_select(const Frame& frame, const Step& step) {
  Register& result = frame.result(step);
  const Register& then = frame.operand(step, 1);
  const Register& otherwise = frame.operand(step, 2);
  switch (result.physical) {
    case Physical::boolean:
      select_booleans(frame, step);
      break;
    case Physical::integer:
      if (result.is_masked) {
        borrow_mask(result, frame.operand(step, 0), static_cast<OnUndecided>(step.immediate), then.number,
                    otherwise.number);
        break;
      }
      if (then.is_scalar && otherwise.is_scalar) {
        select_numbers(frame, step);
        break;
      }
      with_integers(then, [&](auto one) {
        with_integers(otherwise, [&](auto other) { select_values(frame, step, result.out.integers, one, other); });
      });
      break;
    case Physical::code:
      with_code_pair(frame, step, 1,
                     [&](auto* out, auto one, auto other) { select_values(frame, step, out, one, other); });
      break;
    case Physical::text:
      select_texts(frame, step);
      break;
  }
}

// ---- default_to

template <class Value, class First, class Second>
void default_values(const Frame& frame, const Step& step, Value* out, First first_value, Second second_value) {
  const Register& first_reg = frame.operand(step, 0);
  if (choose_fast(frame, first_reg.known, first_reg, frame.operand(step, 1), out)) return;
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    const Word known = first_reg.known[word];
    for (std::size_t k = 0; k < rows; ++k) {
      out[first + k] = ((known >> k) & 1U) != 0 ? first_value(first + k) : second_value(first + k);
    }
  });
}

void default_texts(const Frame& frame, const Step& step) {
  Register& result = frame.result(step);
  const Register& first_reg = frame.operand(step, 0);
  const Register& second_reg = frame.operand(step, 1);
  SharedTexts texts(step, result, first_reg, second_reg);
  std::uint32_t* const out = result.out.codes;
  std::fill_n(out, frame.rows, 0U);
  with_codes(first_reg, [&](auto first_code) {
    with_codes(second_reg, [&](auto second_code) {
      for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
        const Word mask = row_mask(rows, 0);
        const Word known = first_reg.known[word];
        for_bits(known & mask, first, [&](std::size_t row) { out[row] = texts.first(first_code(row)); });
        for_bits(~known & second_reg.known[word] & mask, first,
                 [&](std::size_t row) { out[row] = texts.second(second_code(row)); });
      });
    });
  });
}

void default_truth(const Frame& frame, const Register& result, const Register& first, const Register& second) {
  Word* __restrict const yes = result.out.yes;
  Word* __restrict const no = result.out.no;
  for (std::size_t word = 0; word < frame.words; ++word) {
    const Word open = ~(first.yes[word] | first.no[word]);
    yes[word] = first.yes[word] | (open & second.yes[word]);
    no[word] = first.no[word] | (open & second.no[word]);
  }
}

// Narrow numbers, or else the same number in all rows, where that is a multiple of what they count.
bool default_narrow(const Frame& frame, const Step& step, Register& result, const Register& first,
                    const Register& second) {
  if (!step.stays_narrow || !first.is_narrow() || !second.is_scalar || second.number % first.scale != 0) return false;
  const std::int64_t lane = second.number / first.scale;
  if (static_cast<std::int32_t>(lane) != lane) return false;
  std::int32_t* const out = result.out.narrow_integers;
  const std::uint64_t bits =
      simd::choose(first.known, lanes_of(first), static_cast<std::int32_t>(lane), frame.rows, out);
  result.lie_narrow(out, sizeof(std::int32_t), first.scale);
  result.size = size_of_bits(bits, first.scale);
  return true;
}

// Nothing is written: a sum reads the numbers where they are known, or the one that is the same in all rows.
void borrow_known(Register& result, const Register& first) {
  result.mask = first.known;
  result.number = first.number;
  result.other = 0;
  result.integers = first.integers;
  result.narrow = first.narrow;
  result.narrow_bytes = first.narrow_bytes;
  result.scale = first.scale;
  result.size = first.size;
}

void run_default(const Frame& frame, const Step& step) {
  Register& result = frame.result(step);
  if (result.is_masked) {
    borrow_known(result, frame.operand(step, 0));
    return;
  }
  const Register& first = frame.operand(step, 0);
  const Register& second = frame.operand(step, 1);
  const bool has_sizes =
      first.size != 0 && second.is_scalar && second.number != std::numeric_limits<std::int64_t>::min();
  result.size = has_sizes ? std::max(first.size, static_cast<std::uint64_t>(std::abs(second.number))) : 0;
  const bool is_boolean = result.physical == Physical::boolean;
  if (is_boolean) {
    default_truth(frame, result, first, second);
  } else {
    Word* __restrict const known = result.out.known;
    for (std::size_t word = 0; word < frame.words; ++word) known[word] = first.known[word] | second.known[word];
  }
  if (result.out.overflow != nullptr) {
    for (std::size_t word = 0; word < frame.words; ++word) {
      const Word open = is_boolean ? ~(first.yes[word] | first.no[word]) : ~first.known[word];
      result.out.overflow[word] = open & second.overflow[word];
      result.out.division_by_zero[word] = open & second.division_by_zero[word];
    }
  }
  switch (result.physical) {
    case Physical::boolean:
      break;
    case Physical::integer:
      if (default_narrow(frame, step, result, first, second)) break;
      with_integers(frame.wide_operand(step, 0), [&](auto one) {
        with_integers(frame.wide_operand(step, 1),
                      [&](auto other) { default_values(frame, step, result.out.integers, one, other); });
      });
      break;
    case Physical::code:
      with_code_pair(frame, step, 0,
                     [&](auto* out, auto one, auto other) { default_values(frame, step, out, one, other); });
      break;
    case Physical::text:
      default_texts(frame, step);
      break;
  }
}

// ---- first_yes

void run_first_yes(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  std::fill_n(result.out.codes, frame.rows, 0U);
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    Word open = row_mask(rows, 0);
    Word overflow = 0;
    Word division = 0;
    for (std::size_t k = 0; k < step.operands.size() && open != 0; ++k) {
      const Register& operand = frame.operand(step, k);
      for_bits(open & operand.yes[word], first,
               [&](std::size_t row) { result.out.codes[row] = static_cast<std::uint32_t>(k); });
      open &= ~operand.yes[word];
      overflow |= operand.overflow[word];
      division |= operand.division_by_zero[word];
    }
    result.out.known[word] = ~open & row_mask(rows, 0);
    if (result.out.overflow != nullptr) {
      result.out.overflow[word] = overflow & open;
      result.out.division_by_zero[word] = division & open;
    }
  });
}

}  // namespace

void run_choice(const Frame& frame, const Step& step) {
  switch (step.op) {
    case Op::select:
      run_select(frame, step);
      break;
    case Op::default_to:
      run_default(frame, step);
      break;
    case Op::first_yes:
      run_first_yes(frame, step);
      break;
    default:
      assert(false && "not a choice");
  }
}

}  // namespace muster::runtime::interpret
