// Answers in memory that the caller owns: one number for each row, as narrow as every possible answer allows.
// May include: runtime/interpret/interpreter.h, compiler/ir. Called by: runtime/jit, library, tests.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compiler/ir/program.h"
#include "runtime/interpret/interpreter.h"

namespace muster::runtime {

// A value that is not a condition, as the caller wants it: signed numbers (of the type's digits behind the point) or
// unsigned codes, in 1, 2, 4 or 8 bytes. Rows without a value have 0. Codes of a text are of the dictionary that the
// engine's value() has.
struct AnswerLayout {
  compiler::ValueId id;
  std::uint8_t bytes = 8;
  // Written past the caches, for answers that are more than these hold and that nobody reads soon. A place that is not
  // a multiple of 64 bytes costs time.
  bool is_streamed = false;
};

// The fewest bytes that hold whatever the value may be, for any leads; the widest where the program has no ranges.
[[nodiscard]] std::uint8_t bytes_of_answer(const compiler::Program& program, compiler::ValueId id);

namespace interpret {
struct Register;
// Whether an answer can be written of the register as it lies; else it must be widened first.
[[nodiscard]] bool can_write(const Register& from);
// Writes the first `rows` rows of `from` to `place`. Preconditions: can_write(); bytes >= bytes_of_answer().
void write_answer(const Register& from, std::size_t rows, std::uint8_t bytes, void* place);
}  // namespace interpret

}  // namespace muster::runtime
