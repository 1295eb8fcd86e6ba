// From a program to the plan of a kernel: which values are computed by machine code and how, and which are foreign,
// that is left to the interpreter and read like columns. May include: runtime/jit, compiler/ir, runtime/data,
// runtime/interpret. Called by: runtime/jit/kernel.cpp.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/facts.h"
#include "compiler/ir/program.h"
#include "compiler/ir/ranges.h"
#include "runtime/data/as_of.h"
#include "runtime/interpret/text_table.h"
#include "runtime/jit/plan_builder.h"
#include "runtime/jit/plugin.h"

namespace muster::runtime::jit {

using interpret::TableSpec;
using interpret::TextChain;
using interpret::TextPredicate;

// What an input of the plan is read from.
struct InputSource {
  enum class Part : std::uint8_t { numbers, codes, yes, no, known, overflow, division_by_zero };
  enum class Origin : std::uint8_t {
    column,   // of the plan's space
    foreign,  // a value that the interpreter works out
    given,    // whether the run has a file for a space: the same bit for every row
    fold,     // of child rows
  };
  Part part = Part::numbers;
  Origin origin = Origin::column;
  std::uint32_t index = 0;  // of the column, the value, the space, or of Lowered::folds
  std::size_t bytes = 0;    // in one step

  auto operator<=>(const InputSource&) const = default;
};

// A table of the plan, and which text it is of: a column's, or a foreign value's.
struct PlanTable {
  bool is_foreign = false;
  std::uint32_t index = 0;
  TableSpec spec;
};

// What the child rows of each row are together, worked out of one slot of the child's plan before the code runs.
struct RowFold {
  enum class Kind : std::uint8_t {
    count,     // of the rows that are in a mask; 32 bits
    sum,       // of numbers; 64 bits
    smallest,  // of numbers, which the result is as wide as; a row without child rows has any
    largest,
  };
  Kind kind = Kind::count;
  compiler::SpaceId child;
  std::size_t slot = 0;
  // sum: no total of so few child rows leaves 64 bits, whatever they hold. Of a batch with more each total is checked
  // (Part::overflow), if its numbers are large enough.
  std::uint64_t safe_rows = 0;
};

// Of one batch and space, so that counts are signed 32-bit lanes; a batch with more is the interpreter's.
inline constexpr std::uint64_t most_child_rows = std::numeric_limits<std::int32_t>::max();

// Where the parts of a wanted value lie among Lowered::slots.
struct WantedValue {
  static constexpr std::size_t no_slot = ~std::size_t{0};
  compiler::ValueId id;
  compiler::Physical physical = compiler::Physical::integer;
  bool is_foreign = false;  // then it is as the interpreter gives it
  std::size_t values = no_slot, yes = no_slot, no = no_slot, known = no_slot, overflow = no_slot,
              division_by_zero = no_slot;
  std::optional<std::uint32_t> column;  // text: whose dictionary it has; none: the texts of constants
};
struct Slot {
  std::uint8_t bytes = 0;                // as Output::bytes
  std::optional<std::int64_t> constant;  // the same for all rows; then no code writes it
};

// Where the code writes an output.
struct Target {
  bool is_answer = false;  // the caller's memory; else a slot
  std::size_t index = 0;   // of Lowered::answers or of Lowered::slots
};

// The part of a program that is one space's: its values as code, and what that reads and writes.
struct Lowered {
  compiler::SpaceId space;
  Plan plan;
  std::vector<InputSource> sources;  // by input of the plan
  std::vector<PlanTable> tables;     // by table of the plan
  std::vector<RowFold> folds;        // that the plan reads
  // By fade of the plan: which of Program::fades, and what a lane of its points is multiplied by.
  std::vector<std::pair<std::int64_t, std::int64_t>> fades;
  std::vector<Slot> slots;
  std::vector<Target> targets;            // by output of the plan
  std::optional<std::size_t> unexpected;  // the slot of words that are not 0 where a column is not as expected
  std::vector<AnswerLayout> answers;
  std::vector<std::size_t> foreign_answers;  // those that are written from what the interpreter gives
  std::vector<WantedValue> wanted;           // by id
  std::vector<std::string> texts;            // constants of wanted texts, by code
  std::vector<compiler::ValueId> foreign;
  std::size_t instructions = 0;  // that the wanted values need, of this space
};

// By space, those that are not needed without slots; the first one is the root's and has what is wanted. A space reads
// only folds of later ones.
[[nodiscard]] std::vector<Lowered> lower(const compiler::Program& program, AsOf as_of, const KernelWants& wants,
                                         const BatchLayout& layout);

}  // namespace muster::runtime::jit
