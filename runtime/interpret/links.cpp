// Values that come from the rows of another space: a parent's at its child rows, and those of the row that a row refers
// to. Nothing is computed here.
#include <cassert>

#include "runtime/interpret/step.h"

namespace muster::runtime::interpret {
namespace {

using compiler::Op;
using compiler::Physical;

// Bits of parents to bits of their child rows.
void spread_bits(const Frame& parents, const std::uint32_t* offsets, const Frame& frame, const Word* from, Word* to) {
  Word all = ~Word{0};
  for (std::size_t word = 0; word < parents.words; ++word) all &= from[word] | ~row_mask(parents.rows, word);
  if (all == ~Word{0}) {  // known values, mostly
    std::fill_n(to, frame.words, ~Word{0});
    return;
  }
  std::fill_n(to, frame.words, Word{0});
  for_words(parents, [&](std::size_t word, std::size_t first, std::size_t rows) {
    for_bits(from[word] & row_mask(rows, 0), first, [&](std::size_t parent) {
      for_pieces(offsets[parent], offsets[parent + 1],
                 [&](std::size_t at, std::size_t count) { set_bits_at(to, at, ~Word{0} >> (word_bits - count)); });
    });
  });
}

template <class Value, class Get>
void spread_values(const Frame& parents, const std::uint32_t* offsets, Value* to, Get get) {
  for (std::size_t parent = 0; parent < parents.rows; ++parent) {
    std::fill(to + offsets[parent], to + offsets[parent + 1], get(parent));
  }
}

void run_to_rows(const Frame& frame, const Step& step) {
  const Frame& parents = frame.frames[step.from.index];
  Register& result = frame.result(step);
  const Register& value = frame.operand(step, 0);
  const auto spread = [&](const Word* from, Word* to) { spread_bits(parents, frame.offsets, frame, from, to); };
  switch (result.physical) {
    case Physical::boolean:
      spread(value.yes, result.out.yes);
      spread(value.no, result.out.no);
      break;
    case Physical::integer:
      with_integers(value, [&](auto get) { spread_values(parents, frame.offsets, result.out.integers, get); });
      spread(value.known, result.out.known);
      break;
    case Physical::code:
    case Physical::text:
      result.dictionary = value.dictionary;
      with_codes(value, [&](auto get) { spread_values(parents, frame.offsets, result.out.codes, get); });
      spread(value.known, result.out.known);
      break;
  }
  if (result.out.overflow == nullptr) return;
  spread(value.overflow, result.out.overflow);
  spread(value.division_by_zero, result.out.division_by_zero);
}

template <class Value>
void gather_values(const Frame& frame, const std::uint32_t* row_of, const Value* from, Value* to) {
  for (std::size_t row = 0; row < frame.rows; ++row) to[row] = row_of[row] == 0 ? Value{0} : from[row_of[row] - 1];
}

void gather_bits(const Frame& frame, const std::uint32_t* row_of, const Word* from, Word* to) {
  if (from == nullptr) {
    std::fill_n(to, frame.words, Word{0});
    return;
  }
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    Word bits = 0;
    for (std::size_t k = 0; k < rows; ++k) {
      const std::uint32_t row = row_of[first + k];
      bits |= static_cast<Word>(row != 0 && test_bit(from, row - 1)) << k;
    }
    to[word] = bits;
  });
}

const StoredValue& stored_value(const SpaceView& view, compiler::ValueId id) {
  const auto found = std::ranges::find(view.stored, id, &StoredValue::id);
  assert(found != view.stored.end());
  return *found;
}

void clear_result(const Frame& frame, const Register& result) {
  const auto clear = [&](Word* words) {
    if (words != nullptr) std::fill_n(words, frame.words, Word{0});
  };
  clear(result.out.yes);
  clear(result.out.no);
  clear(result.out.known);
  clear(result.out.overflow);
  clear(result.out.division_by_zero);
  if (result.out.integers != nullptr) std::fill_n(result.out.integers, frame.rows, std::int64_t{0});
  if (result.out.codes != nullptr) std::fill_n(result.out.codes, frame.rows, 0U);
}

// A value that is the same for all rows of the table: known where there is a row.
void run_from_one_scalar(const Frame& frame, const Step& step, const std::uint32_t* row_of) {
  Register& result = frame.result(step);
  const Register& value = frame.operand(step, 0);
  clear_result(frame, result);
  result.dictionary = value.dictionary;
  if (result.out.integers != nullptr) std::fill_n(result.out.integers, frame.rows, value.number);
  if (result.out.codes != nullptr && value.scalar_known) std::fill_n(result.out.codes, frame.rows, value.code);
  Word* const bits = result.physical != Physical::boolean ? result.out.known
                     : value.scalar_yes                   ? result.out.yes
                                                          : result.out.no;
  if (!value.scalar_known) return;
  for (std::size_t row = 0; row < frame.rows; ++row) {
    if (row_of[row] != 0) set_bit(bits, row);
  }
}

void run_from_one(const Frame& frame, const Step& step) {
  Register& result = frame.result(step);
  const SpaceView& view = frame.view(step.from);
  const std::uint32_t* const row_of = view.row_of;
  if (!view.is_given || row_of == nullptr) {
    clear_result(frame, result);
    result.dictionary = frame.no_texts;
    return;
  }
  if (step.source.is_none()) {
    run_from_one_scalar(frame, step, row_of);
    return;
  }
  const StoredValue& value = stored_value(view, step.source);
  assert(value.physical == result.physical);
  switch (result.physical) {
    case Physical::boolean:
      gather_bits(frame, row_of, value.yes, result.out.yes);
      gather_bits(frame, row_of, value.no, result.out.no);
      break;
    case Physical::integer:
      gather_values(frame, row_of, value.integers, result.out.integers);
      gather_bits(frame, row_of, value.known, result.out.known);
      break;
    case Physical::code:
    case Physical::text:
      result.dictionary = value.dictionary;
      gather_values(frame, row_of, value.codes, result.out.codes);
      gather_bits(frame, row_of, value.known, result.out.known);
      break;
  }
  if (result.out.overflow == nullptr) return;
  gather_bits(frame, row_of, value.overflow, result.out.overflow);
  gather_bits(frame, row_of, value.division_by_zero, result.out.division_by_zero);
}

void run_is_linked(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  const SpaceView& view = frame.view(step.from);
  clear_result(frame, result);
  if (!view.is_given || view.row_of == nullptr) return;
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    Word linked = 0;
    for (std::size_t k = 0; k < rows; ++k) linked |= static_cast<Word>(view.row_of[first + k] != 0) << k;
    result.out.yes[word] = linked;
    result.out.no[word] = ~linked;
  });
}

}  // namespace

void run_links(const Frame& frame, const Step& step) {
  switch (step.op) {
    case Op::to_rows:
      run_to_rows(frame, step);
      break;
    case Op::from_one:
      run_from_one(frame, step);
      break;
    case Op::is_linked:
      run_is_linked(frame, step);
      break;
    default:
      assert(false && "not an instruction between spaces");
  }
}

}  // namespace muster::runtime::interpret
