// Registers of the interpreter: where each instruction's result lies, and who may overwrite it when. Buffers are
// allocated per space, as long as the largest batch of its rows that was seen; a buffer whose value nobody needs any
// more serves the next instruction of the space.
// May include: runtime/data, compiler/ir. Called by: runtime/interpret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/batch.h"
#include "runtime/data/cache_lines.h"

namespace muster::runtime::interpret {

// The result of one instruction for the rows of its space. Pointers to bits that a kind has are never null: a value
// that cannot fault has zeros. A scalar is the same for all rows of every space: one value, and all bits alike.
struct Register {
  compiler::Physical physical = compiler::Physical::integer;
  bool is_scalar = false;
  bool may_fault = false;
  bool scalar_known = false;  // scalar: not missing
  bool scalar_yes = false;    // scalar: boolean, where known
  std::int64_t number = 0;    // scalar: integer
  std::uint32_t code = 0;     // scalar: code, text
  // Only sums read it, and it has no memory of its own, and a known value in every row. Either one of two numbers:
  // `number` where a bit of `mask` is set, else `other`; the bits are those of its condition. Or the numbers of another
  // register, as they lie there, where these are known, else 0.
  bool is_masked = false;
  const Word* mask = nullptr;
  std::int64_t other = 0;
  // No number of the batch is larger than this in size, rows without a value included; 0: nobody has looked.
  std::uint64_t size = 0;
  const std::int64_t* integers = nullptr;
  const std::uint32_t* codes = nullptr;
  const Dictionary* dictionary = nullptr;
  // Numbers or codes in fewer bytes, as a ColumnView has them, as long as nobody has widened them: then integers, or
  // codes, are null. A number is what lies there times `scale`, which is above 0.
  const void* narrow = nullptr;
  std::uint8_t narrow_bytes = 0;
  std::int64_t scale = 1;
  const Word* yes = nullptr;
  const Word* no = nullptr;
  const Word* known = nullptr;
  const Word* overflow = nullptr;
  const Word* division_by_zero = nullptr;

  // Where the instruction writes; null where it does not.
  struct Out {
    std::int64_t* integers = nullptr;
    std::uint32_t* codes = nullptr;
    std::int32_t* narrow_integers = nullptr;  // in the memory of `integers`
    std::uint8_t* narrow_codes = nullptr;     // in the memory of `codes`
    Word* yes = nullptr;
    Word* no = nullptr;
    Word* known = nullptr;
    Word* overflow = nullptr;  // null where the value cannot fault
    Word* division_by_zero = nullptr;
  } out;

  [[nodiscard]] bool is_narrow() const { return narrow != nullptr && integers == nullptr && codes == nullptr; }
  // Where the result of the next instruction lies.
  void lie_wide() {
    integers = out.integers;
    codes = out.codes;
    narrow = nullptr;
    scale = 1;
  }
  void lie_narrow(const void* values, std::uint8_t bytes, std::int64_t times) {
    integers = nullptr;
    codes = nullptr;
    narrow = values;
    narrow_bytes = bytes;
    scale = times;
  }
};

// What must survive until the caller has read it.
enum class Keep : std::uint8_t { nothing, bits, all };  // bits: known (or yes and no) and faults, not the values

struct Live {
  compiler::ValueId id;
  Keep keep = Keep::nothing;
  bool is_masked = false;  // as in Register
};

inline constexpr std::uint32_t not_live = 0xffff'ffffU;

class RegisterFile {
 public:
  // `live` in the program's order, closed over operands but for those of a `from_one`. `index_of` gives a live
  // instruction's position, else not_live; `also_reads`, by live instruction, what it reads besides its operands, else
  // not_live. No space has room for rows before reserve().
  RegisterFile(const compiler::Program& program, std::span<const Live> live, std::span<const std::uint32_t> index_of,
               std::span<const std::uint32_t> also_reads);

  [[nodiscard]] Register& operator[](std::uint32_t index) { return registers_[index]; }
  [[nodiscard]] const Register& operator[](std::uint32_t index) const { return registers_[index]; }
  // Makes room for so many rows of a space. All values are lost where there was too little.
  void reserve(compiler::SpaceId space, std::size_t rows);
  // An instruction that gives the same known number in every row becomes a scalar.
  void make_scalar(std::uint32_t index, std::int64_t number);
  // To be called when scalar_known or scalar_yes has changed.
  void bind_scalar(std::uint32_t index);
  // Narrow numbers or codes, in full width.
  void widen(std::uint32_t index, std::size_t rows);
  // Writes a scalar into batch_rows rows of a buffer of its own, for a caller who wants to read it like any other.
  void materialise(std::uint32_t index);
  // As many ones as the longest bitmap has bits: what is known of a value that is never missing.
  [[nodiscard]] const Word* ones() const { return ones_.data(); }
  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr std::uint32_t no_slot = 0xffff'ffffU;
  // Which buffers of its space's a result lies in.
  struct Slots {
    std::uint32_t integers = no_slot;
    std::uint32_t codes = no_slot;
    std::uint32_t first = no_slot;   // yes, or known
    std::uint32_t second = no_slot;  // no
    std::uint32_t overflow = no_slot;
    std::uint32_t division_by_zero = no_slot;
  };
  struct Arena {
    std::size_t rows = 0;  // that there is room for
    std::size_t integer_slots = 0;
    std::size_t code_slots = 0;
    std::size_t bit_slots = 0;
    LineVector<std::byte> integers;  // 8 bytes for each, or fewer
    LineVector<std::byte> codes;     // 4 bytes for each, or fewer
    LineVector<Word> bits;
  };
  struct Widened {
    LineVector<std::int64_t> integers;
    LineVector<std::uint32_t> codes;
  };
  class SlotPool;
  struct Pools;

  void bind(std::uint32_t index);

  std::vector<Register> registers_;
  std::vector<Slots> slots_;              // by register
  std::vector<compiler::SpaceId> space_;  // by register; none: a scalar
  std::vector<Arena> arenas_;             // by space
  std::vector<Word> zeros_, ones_;        // as long as the longest bitmap
  std::vector<std::vector<std::int64_t>> constant_integers_;
  std::vector<std::vector<std::uint32_t>> constant_codes_;
  std::unordered_map<std::uint32_t, Widened> widened_;  // by register
};

// The same for all rows: constant, missing, the moment of the evaluation, what the run was given.
[[nodiscard]] constexpr bool is_scalar(compiler::Op op) {
  return compiler::reach_of(op) == compiler::InstReach::scalar;
}

// Reads child rows, writes their parents.
[[nodiscard]] constexpr bool is_fold(compiler::Op op) { return compiler::reach_of(op) == compiler::InstReach::fold; }

}  // namespace muster::runtime::interpret
