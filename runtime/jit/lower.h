// From a program to the plan of a kernel: which values are computed by machine code and how, and which are foreign,
// that is left to the interpreter and read like columns. May include: runtime/jit, compiler/ir, runtime/data,
// runtime/interpret. Called by: runtime/jit/kernel.cpp.
#pragma once

#include <cstdint>
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

// What an input of the plan is read from: a column of the root's space, or a foreign value.
struct InputSource {
  enum class Part : std::uint8_t { numbers, codes, yes, no, known, overflow, division_by_zero };
  Part part = Part::numbers;
  bool is_foreign = false;
  std::uint32_t index = 0;  // of the column, or of the value
  std::size_t bytes = 0;    // in one step

  auto operator<=>(const InputSource&) const = default;
};

// A table of the plan, and which text it is of: a column's, or a foreign value's.
struct PlanTable {
  bool is_foreign = false;
  std::uint32_t index = 0;
  TableSpec spec;
};

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

struct Lowered {
  Plan plan;
  std::vector<InputSource> sources;  // by input of the plan
  std::vector<PlanTable> tables;     // by table of the plan
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
  std::size_t instructions = 0;  // that the wanted values need, of the root's space
};

[[nodiscard]] Lowered lower(const compiler::Program& program, AsOf as_of, const KernelWants& wants,
                            std::span<const ColumnLayout> columns);

}  // namespace muster::runtime::jit
