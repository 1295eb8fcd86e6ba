// How a pass makes a program anew: instruction by instruction, operands first, through ProgramBuilder, which shares
// what is the same and simplifies what has become simple. A pass only says which instructions become something else.
// May include: compiler/ir. Called by: passes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "compiler/ir/builder.h"
#include "compiler/ir/program.h"

namespace muster::compiler {

// What is merged link by link in a chain is copied at each link: a part that has become larger than this is left as it
// is, so that a pass stays linear in the size of the program.
inline constexpr std::size_t most_merged = 64;

class Rewriter {
 public:
  // An instruction of the program as it was, and what its operands have become.
  struct Found {
    ValueId id;        // as it was
    const Inst& inst;  // as it was; operands and immediate are those of the old program
    std::span<const ValueId> operands;
    std::int64_t immediate = 0;  // of the new program
  };
  // What the instruction becomes: a value of the new program that is the same for every row, with its faults. Nothing:
  // it stays.
  using Rule = std::function<std::optional<ValueId>(const Found&)>;

  explicit Rewriter(Program& program);
  Rewriter(const Rewriter&) = delete;
  Rewriter& operator=(const Rewriter&) = delete;

  // Called once. What nobody needs is not made again; columns stay.
  void run(const Rule& rule);

  // The new program as far as it has been made.
  [[nodiscard]] ProgramBuilder& builder() { return *builder_; }
  [[nodiscard]] const Program& made() const { return program_; }
  [[nodiscard]] const Inst& inst(ValueId made) const { return program_.insts[made]; }
  [[nodiscard]] std::span<const ValueId> operands_of(ValueId made) const { return program_.operands_of(inst(made)); }

  // How often a value of the old program is read.
  [[nodiscard]] std::uint32_t uses(ValueId old) const { return uses_[old.index]; }
  // Whether operand `which` has no other reader, so that it goes where this instruction does without it.
  [[nodiscard]] bool is_read_here_only(const Found& found, std::size_t which) const {
    return uses(old_operand(found, which)) == 1;
  }
  [[nodiscard]] ValueId old_operand(const Found& found, std::size_t which) const {
    return old_operands_[found.inst.first_operand + which];
  }

  // An instruction in the place of the one that was found.
  ValueId add(const Found& found, Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate) {
    return builder_->add_again(found.inst.space, found.inst.from, op, type, operands, immediate, found.inst.span);
  }

 private:
  [[nodiscard]] std::int64_t immediate_of(const Inst& inst);

  Program& program_;
  std::vector<std::uint32_t> uses_;
  // What the program was made of.
  lang::Table<ValueId, Inst> old_insts_;
  std::vector<ValueId> old_operands_;
  std::vector<std::int64_t> old_weights_;
  std::vector<std::string> old_texts_;
  std::vector<std::vector<std::int64_t>> old_number_sets_;
  std::vector<std::vector<std::string>> old_text_sets_;
  std::vector<WindowEdge> old_windows_;
  std::vector<FadeRule> old_fades_;
  std::optional<ProgramBuilder> builder_;
};

}  // namespace muster::compiler
