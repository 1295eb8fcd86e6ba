// How one instruction after the other becomes nodes. A number is lanes times a scale: points are multiples of a whole
// point, so that most scores fit lanes of one or two bytes. Each family of instructions is a file.
// May include: runtime/jit, compiler/ir, stdlib/kernels. Called by: runtime/jit/lower*.cpp.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/jit/lower.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime::jit {

using kernels::Wide;

// A number, or a code (of scale 1). The value of a row is lane * scale, with the lane between `low` and `high` wherever
// the row is known. A constant has no node.
struct Numbers {
  NodeId node = no_node;
  std::int64_t scale = 1;
  Wide low = 0;
  Wide high = 0;
  std::int64_t constant = 0;
  NodeId bytes = no_node;  // codes that come in one byte: as they come

  [[nodiscard]] bool is_constant() const { return node == no_node; }
};

// Where a text comes from, and what functions make of it.
struct TextSource {
  bool is_constant = false;
  std::string constant{};   // folded
  bool is_foreign = false;  // else a column
  std::uint32_t index = 0;
  TextChain chain{};

  bool operator==(const TextSource&) const = default;
};

// What is known of an instruction's result. Masks that a kind does not have are no_node.
struct LoweredValue {
  bool is_there = false;
  NodeId yes = no_node, no = no_node;  // boolean
  NodeId known = no_node;              // all: a boolean is known where it is decided
  NodeId overflow = no_node, division_by_zero = no_node;
  Numbers numbers;  // integers and codes
  TextSource text;
  NodeId text_codes = no_node;  // i32 lanes, or i8 where the codes come in one byte
};

// By instruction, of all spaces.
struct Needs {
  Needs(const compiler::Program& program, const KernelWants& wants, const BatchLayout& layout);

  std::vector<bool> is_needed;
  std::vector<bool> is_wanted_whole;
  std::vector<std::uint32_t> uses;  // by other values that are needed
  std::vector<compiler::ValueRange> ranges;
};

// Of one space. A fold reads what the child's lowering has made of its operands, so that children are lowered first;
// which of that is an output of theirs is known when the parent is finished, so that parents are finished first.
class Lowering {
 public:
  // `others`: by space; those below this one are there. All that is referred to outlives this object.
  Lowering(const compiler::Program& program, AsOf as_of, compiler::SpaceId space, const Needs& needs,
           std::span<const ColumnLayout> columns, std::span<const std::unique_ptr<Lowering>> others);

  void lower_values();
  // Writes this space's part of `all`, but for the slots, which the parent has asked for, and asks the children.
  // `wants`: of the root's space.
  void finish(const KernelWants& wants, std::span<Lowered> all);

 private:
  using Inst = compiler::Inst;
  using ValueId = compiler::ValueId;

  // What the instruction gives; nothing: it is foreign. Each of a family.
  std::optional<LoweredValue> lower_one(ValueId id, const Inst& inst);
  std::optional<LoweredValue> lower_source(ValueId id, const Inst& inst);
  std::optional<LoweredValue> lower_truth(const Inst& inst);
  std::optional<LoweredValue> lower_number(const Inst& inst);
  std::optional<LoweredValue> lower_fade(const Inst& inst);
  std::optional<LoweredValue> lower_compare(const Inst& inst);
  std::optional<LoweredValue> lower_text(ValueId id, const Inst& inst);
  NodeId count_reaches(const Inst& inst, NodeId LoweredValue::* mask, std::int64_t least);
  std::optional<LoweredValue> lower_choice(const Inst& inst);
  std::optional<LoweredValue> lower_select(const Inst& inst);
  std::optional<LoweredValue> lower_default(const Inst& inst);
  std::optional<LoweredValue> lower_first_yes(const Inst& inst);
  void carry_select_faults(const Inst& inst, LoweredValue& value);
  LoweredValue lower_column(ValueId id, const Inst& inst);
  LoweredValue lower_foreign(ValueId id, const Inst& inst);

  // lower_rows.cpp
  std::optional<LoweredValue> lower_fold(ValueId id, const Inst& inst);
  LoweredValue lower_any(Lowering& child, const LoweredValue& mask);
  std::optional<LoweredValue> lower_row_sum(ValueId id, const Inst& inst, Lowering& child, NodeId selected,
                                            const Numbers& numbers);
  void lower_extreme(const Inst& inst, Lowering& child, NodeId selected, const Numbers& numbers, LoweredValue& value);
  void carry_missing(Lowering& child, NodeId missing, const LoweredValue& operand, LoweredValue& value);
  // How many child rows are in the mask, which is one of the child's nodes; 32-bit lanes.
  Numbers count_of(const Lowering& child, NodeId mask);
  NodeId has_any(const Lowering& child, NodeId mask);
  struct AskedFold;
  NodeId fold(AskedFold asked, Lane lane, InputSource::Part part = InputSource::Part::numbers);
  std::uint32_t keep_fold(std::size_t asked, std::span<Lowered> all);

  // lower.cpp
  [[nodiscard]] bool is_of_space(const Inst& inst) const { return inst.space.is_none() || inst.space == space_; }
  void find_wanted(const KernelWants& wants, Lowered& lowered);
  NodeId load(InputSource source, Lane lane);
  std::size_t slot_of(Lowered& lowered, std::uint8_t bytes, NodeId node, std::int64_t scale);
  std::size_t constant_slot(Lowered& lowered, std::uint8_t bytes, std::int64_t value);
  WantedValue want(Lowered& lowered, ValueId id);
  void answer(Lowered& lowered, std::size_t at);
  void keep_tables(Lowered& lowered);

  [[nodiscard]] const LoweredValue& operand(const Inst& inst, std::size_t which) const {
    return values_[program_.operands_of(inst)[which].index];
  }
  [[nodiscard]] compiler::Physical physical_of(ValueId id) const {
    return compiler::physical_of(program_.insts[id].type.kind);
  }
  [[nodiscard]] std::int64_t weight(const Inst& inst, std::size_t which) const {
    return program_.weights[static_cast<std::size_t>(inst.immediate) + which];
  }

  // Faults of all operands; what is known where all of them are.
  LoweredValue begin_strict(const Inst& inst);
  LoweredValue constant_mask(bool value);
  LoweredValue predicate(const Inst& inst, NodeId holds);
  void carry_faults(const Inst& inst, LoweredValue& value);
  void mark_overflow(LoweredValue& value, NodeId rows);

  // lower_numbers.cpp
  [[nodiscard]] static Lane lane_for(Wide low, Wide high);
  [[nodiscard]] Numbers constant(std::int64_t value) const;
  Numbers made(NodeId node, std::int64_t scale, Wide low, Wide high) const;
  // The numbers in units of `scale`, which divides them, modulo the lane's width.
  NodeId in_units(const Numbers& numbers, std::int64_t scale, Lane lane);
  // The largest unit that all of them are whole multiples of; 1 where they are all 0.
  [[nodiscard]] static std::int64_t common_unit(std::initializer_list<Numbers> numbers);
  [[nodiscard]] static std::optional<Numbers> aligned(const Numbers& numbers, unsigned digits);
  [[nodiscard]] static Wide low_in(const Numbers& numbers, std::int64_t scale);
  [[nodiscard]] static Wide high_in(const Numbers& numbers, std::int64_t scale);
  std::optional<LoweredValue> lower_sum(const Inst& inst);
  std::optional<LoweredValue> lower_saturating_sum(const Inst& inst);
  // operand * numerator / denominator, where that is exact.
  std::optional<LoweredValue> lower_scaled(const Inst& inst, const Numbers& numbers, Wide numerator, Wide denominator);
  std::optional<LoweredValue> add_terms(const Inst& inst, std::span<const Numbers> terms,
                                        std::span<const std::int64_t> weights);
  Numbers lesser(const Numbers& a, const Numbers& b, NodeOp op);
  Numbers chosen(NodeId mask, const Numbers& yes, const Numbers& no);
  // number (times `raise`) compared with a constant.
  NodeId compare_with(lang::CompareOp op, const Numbers& numbers, Wide constant);
  NodeId compare_numbers(lang::CompareOp op, const Numbers& left, const Numbers& right);
  NodeId is_among(const Numbers& numbers, const std::vector<std::int64_t>& set);

  // lower_text.cpp
  NodeId ask(const LoweredValue& text, TextPredicate predicate);

  // A fold that a plan may read, and the child's node that it is of.
  struct AskedFold {
    RowFold fold;
    NodeId node = no_node;
    std::uint8_t bytes = 0;               // as Output::bytes
    std::int64_t scale = 1;               // as Output::scale
    std::optional<std::uint32_t> kept{};  // of Lowered::folds, once it is known to be read
  };

  const compiler::Program& program_;
  AsOf as_of_;
  compiler::SpaceId space_;
  const Needs& needs_;
  std::span<const ColumnLayout> columns_;
  std::span<const std::unique_ptr<Lowering>> others_;
  NodeId unexpected_ = no_node;  // a mask without rows
  PlanBuilder builder_;
  std::vector<LoweredValue> values_;  // by instruction
  std::vector<bool> is_foreign_;      // by instruction
  std::vector<bool> is_read_;         // by instruction: of the interpreter
  std::vector<AskedFold> folds_;
  std::vector<InputSource> inputs_;
  std::map<InputSource, std::size_t> known_inputs_;
  std::vector<PlanTable> tables_;
  std::vector<FadePlan> fades_;
  std::vector<std::int64_t> fade_rules_, fade_scales_;
  std::map<std::tuple<std::uint8_t, NodeId, std::int64_t>, std::size_t> known_slots_;
  std::vector<Output> outputs_;  // of code
};

}  // namespace muster::runtime::jit
