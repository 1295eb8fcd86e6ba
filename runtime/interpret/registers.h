// Registers of the interpreter: where each instruction's result lies, and who may overwrite it when. Buffers are
// allocated once; a buffer whose value nobody needs any more serves the next instruction.
// May include: runtime/data, compiler/ir. Called by: runtime/interpret.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/batch.h"

namespace muster::runtime::interpret {

inline constexpr std::array<Word, batch_words> all_zeros{};
inline constexpr std::array<Word, batch_words> all_ones = [] {
  std::array<Word, batch_words> words{};
  words.fill(~Word{0});
  return words;
}();

// The result of one instruction for the rows of a batch. Pointers to bits that a kind has are never null: a value
// that cannot fault has all_zeros. Scalars are constants: one value, and all bits alike.
struct Register {
  compiler::Physical physical = compiler::Physical::integer;
  bool is_scalar = false;
  bool may_fault = false;
  std::int64_t number = 0;  // scalar: integer
  std::uint32_t code = 0;   // scalar: code, text
  const std::int64_t* integers = nullptr;
  const std::uint32_t* codes = nullptr;
  const Dictionary* dictionary = nullptr;
  const Word* yes = nullptr;
  const Word* no = nullptr;
  const Word* known = nullptr;
  const Word* overflow = all_zeros.data();
  const Word* division_by_zero = all_zeros.data();

  // Where the instruction writes; null where it does not.
  struct Out {
    std::int64_t* integers = nullptr;
    std::uint32_t* codes = nullptr;
    Word* yes = nullptr;
    Word* no = nullptr;
    Word* known = nullptr;
    Word* overflow = nullptr;  // null where the value cannot fault
    Word* division_by_zero = nullptr;
  } out;
};

// What must survive until the caller has read it.
enum class Keep : std::uint8_t { nothing, bits, all };  // bits: known (or yes and no) and faults, not the values

struct Live {
  compiler::ValueId id;
  Keep keep = Keep::nothing;
};

class RegisterFile {
 public:
  // `live` in the program's order, closed over operands. `index_of` gives a live instruction's position.
  RegisterFile(const compiler::Program& program, std::span<const Live> live, std::span<const std::uint32_t> index_of);

  [[nodiscard]] Register& operator[](std::uint32_t index) { return registers_[index]; }
  [[nodiscard]] const Register& operator[](std::uint32_t index) const { return registers_[index]; }
  // Writes a scalar into all rows of a buffer of its own, for a caller who wants to read it like any other.
  void materialise(std::uint32_t index);
  [[nodiscard]] std::size_t bytes() const;

 private:
  std::vector<Register> registers_;
  std::vector<std::int64_t> integers_;
  std::vector<std::uint32_t> codes_;
  std::vector<Word> bits_;
  std::vector<std::vector<std::int64_t>> constant_integers_;
  std::vector<std::vector<std::uint32_t>> constant_codes_;
};

// A constant for all leads: constant, missing, the moment of the evaluation.
[[nodiscard]] constexpr bool is_scalar(compiler::Op op) {
  return op == compiler::Op::constant || op == compiler::Op::missing || op == compiler::Op::as_of_instant ||
         op == compiler::Op::as_of_day;
}

}  // namespace muster::runtime::interpret
