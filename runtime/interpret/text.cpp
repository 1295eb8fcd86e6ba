// Instructions on text: each distinct text is looked at once, each lead costs one look into a table.
#include <cassert>
#include <optional>
#include <string>

#include "lang/source/unicode.h"
#include "runtime/interpret/step.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime::interpret {
namespace {

using compiler::Op;
using lang::FunctionShape;

// What the instruction asks of a text, or of what functions make of it.
void run_question(const Frame& frame, const Step& step) {
  simd::test(step.questions->answers(frame), step.bit, frame.rows, begin_predicate(frame, step));
}

// A predicate of a text that is the same for all rows.
template <class Holds>
void run_constant_predicate(const Frame& frame, const Step& step, Holds holds) {
  const Register& text = frame.operand(step, 0);
  const bool holds_for_all =
      text.scalar_known && holds(text.dictionary->text(text.code), text.dictionary->folded(text.code));
  run_predicate(frame, step, [=](std::size_t) { return holds_for_all; });
}

void run_text_equal(const Frame& frame, const Step& step) {
  const Register& left = frame.operand(step, 0);
  const Register& right = frame.operand(step, 1);
  // Their folded texts get numbers in a dictionary of their own, only where both are known.
  CodeMap left_map(step.text->first_codes, *left.dictionary, step.text->own);
  CodeMap right_map(step.text->second_codes, *right.dictionary, step.text->own);
  const Register& result = frame.result(step);
  begin_strict(frame, step, result.out.yes);
  with_codes(left, [&](auto left_code) {
    with_codes(right, [&](auto right_code) {
      for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
        const Word known = result.out.yes[word] & row_mask(rows, 0);
        Word equal = 0;
        for_bits(known, first, [&](std::size_t row) {
          const std::uint32_t one =
              left_map(left_code(row), [&](std::uint32_t code) { return left.dictionary->folded(code); });
          const std::uint32_t other =
              right_map(right_code(row), [&](std::uint32_t code) { return right.dictionary->folded(code); });
          equal |= static_cast<Word>(one == other) << (row - first);
        });
        result.out.yes[word] = equal;
        result.out.no[word] = known & ~equal;
      });
    });
  });
}

// One function of one text to text; nothing where the kernel gives none.
template <FunctionShape shape, class Kernel>
std::string apply_to_text([[maybe_unused]] Kernel kernel, [[maybe_unused]] std::string_view text,
                          [[maybe_unused]] std::string_view constant) {
  if constexpr (shape == FunctionShape::text_to_text) {
    return std::string(lang::trim(kernel(text)));
  } else if constexpr (shape == FunctionShape::text_with_text_to_text) {
    const std::optional<std::string> found = kernel(text, constant);
    return found ? std::string(lang::trim(*found)) : std::string();
  } else {
    assert(false && "a function of another shape");
    return {};
  }
}

template <FunctionShape shape, class Kernel>
std::int64_t apply_to_integer([[maybe_unused]] Kernel kernel, [[maybe_unused]] std::string_view text) {
  if constexpr (shape == FunctionShape::text_to_int) {
    return kernel(text);
  } else {
    assert(false && "a function of another shape");
    return 0;
  }
}

std::string text_of(lang::FunctionId function, std::string_view text, std::string_view constant) {
  switch (function) {
#define MUSTER_FUNCTION(id, shape, doc, example, result)                                                          \
  case lang::FunctionId::id:                                                                                      \
    return apply_to_text<FunctionShape::shape>([](auto... arguments) { return kernels::id(arguments...); }, text, \
                                               constant);
#include "lang/spec/functions.def"
#undef MUSTER_FUNCTION
  }
  return {};
}

std::int64_t integer_of_function(lang::FunctionId function, std::string_view text) {
  switch (function) {
#define MUSTER_FUNCTION(id, shape, doc, example, result) \
  case lang::FunctionId::id:                             \
    return apply_to_integer<FunctionShape::shape>([](auto... arguments) { return kernels::id(arguments...); }, text);
#include "lang/spec/functions.def"
#undef MUSTER_FUNCTION
  }
  return 0;
}

void run_text_function(const Frame& frame, const Step& step) {
  Register& result = frame.result(step);
  const Register& operand = frame.operand(step, 0);
  CodeMap map(step.text->first_codes, *operand.dictionary, step.text->own);
  begin_strict(frame, step, result.out.known);
  result.dictionary = &step.text->own;
  std::fill_n(result.out.codes, frame.rows, 0U);
  with_codes(operand, [&](auto code) {
    for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
      Word nothing = 0;
      for_bits(result.out.known[word] & row_mask(rows, 0), first, [&](std::size_t row) {
        const std::uint32_t made = map(code(row), [&](std::uint32_t entry) {
          return text_of_function(*frame.program, step.immediate, operand.dictionary->text(entry));
        });
        if (made == maps_to_nothing) {
          nothing |= Word{1} << (row - first);
        } else {
          result.out.codes[row] = made;
        }
      });
      result.out.known[word] &= ~nothing;
    });
  });
}

// Nothing reads the text itself: what others ask of it is asked of the text that it is made of.
void run_asked_function(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  carry_strict_faults(frame, step);
  std::vector<Word>& makes_none = frame.scratch->bits;
  if (makes_none.size() < frame.words) makes_none.resize(frame.words);
  simd::test(step.questions->answers(frame), step.bit, frame.rows,
             {strict_known(frame, step, result.out.known), result.out.known, makes_none.data()});
}

void run_text_to_integer(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  const Register& operand = frame.operand(step, 0);
  const Dictionary& dictionary = *operand.dictionary;
  const std::int64_t* const answers = answers_for(step.text->numbers, dictionary, [&](std::uint32_t code) {
    return integer_of_function(static_cast<lang::FunctionId>(step.immediate), dictionary.text(code));
  });
  begin_strict(frame, step, result.out.known);
  with_codes(operand, [&](auto code) {
    for (std::size_t row = 0; row < frame.rows; ++row) result.out.integers[row] = answers[code(row)];
  });
}

}  // namespace

std::string text_of_function(const compiler::Program& program, std::int64_t immediate, std::string_view text) {
  const auto function = static_cast<lang::FunctionId>(immediate & 255);
  std::string_view constant;
  if (lang::function_rows[static_cast<std::size_t>(function)].shape == FunctionShape::text_with_text_to_text) {
    constant = program.texts[static_cast<std::size_t>(immediate >> 8)];
  }
  return text_of(function, text, constant);
}

void run_text(const Frame& frame, const Step& step) {
  if (step.questions != nullptr) {
    step.op == Op::text_function ? run_asked_function(frame, step) : run_question(frame, step);
    return;
  }
  switch (step.op) {
    case Op::in_texts: {
      const auto& set = frame.program->text_sets[static_cast<std::size_t>(step.immediate)];
      run_constant_predicate(frame, step, [&](std::string_view, std::string_view folded) {
        return std::binary_search(set.begin(), set.end(), folded, std::less<>());
      });
      break;
    }
    case Op::text_test: {
      const auto& pattern = frame.program->patterns[static_cast<std::size_t>(step.immediate)];
      run_constant_predicate(
          frame, step, [&](std::string_view raw, std::string_view folded) { return pattern.matches(raw, folded); });
      break;
    }
    case Op::text_equal:
      run_text_equal(frame, step);
      break;
    case Op::text_function:
      run_text_function(frame, step);
      break;
    case Op::text_to_integer:
      run_text_to_integer(frame, step);
      break;
    default:
      assert(false && "not an instruction on text");
  }
}

}  // namespace muster::runtime::interpret
