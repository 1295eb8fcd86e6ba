// Evaluates a program over batches, column by column: each instruction runs over all rows of the batch before the
// next one begins. Text predicates are decided once per distinct value. Nothing is allocated per batch once the
// registers and the per-dictionary tables exist.
// May include: runtime/data, compiler/ir, stdlib/kernels. Called by: runtime/*, library, tests.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/as_of.h"
#include "runtime/data/batch.h"
#include "runtime/interpret/values.h"

namespace muster::runtime {

// Which parts of the answer somebody wants. Instructions that only the others need are not run.
struct Wanted {
  bool qualifiers = true;
  bool scores = true;
  bool bounds = false;    // lowest and highest possible score
  bool undecided = true;  // undecided rules, stages, grades, routes
  bool reasons = true;    // the ledger
  bool grades = true;
  bool frameworks = true;
  bool values = true;  // what `output` names
  bool lifecycle = true;
  bool route = true;
  bool agreements = false;  // what SLA clauses ask for

  [[nodiscard]] static constexpr Wanted nothing() {
    return {.qualifiers = false,
            .scores = false,
            .bounds = false,
            .undecided = false,
            .reasons = false,
            .grades = false,
            .frameworks = false,
            .values = false,
            .lifecycle = false,
            .route = false,
            .agreements = false};
  }
};

// A region is a set of spaces that one interpreter evaluates together: the root or a `one` space, and the `many` spaces
// below it, down to the next `one`. The values of a `one` space that other regions read are worked out for the whole
// table before they are needed.
struct Region {
  compiler::SpaceId root;
  std::vector<compiler::SpaceId> spaces;   // root first, each after its parent
  std::vector<compiler::SpaceId> reads;    // `one` spaces whose parent is one of `spaces`
  std::vector<compiler::ValueId> exports;  // what regions evaluated later read of this one: operands of `from_one`
};
// In the order of evaluation; the last one is that of the program's root. `roots`: the values that are wanted of it;
// regions that nothing wanted depends on are left out.
[[nodiscard]] std::vector<Region> regions_of(const compiler::Program& program,
                                             std::span<const compiler::ValueId> roots);

class Interpreter : public Values {
 public:
  // `program` is verified and outlives the interpreter. One interpreter serves one thread.
  Interpreter(const compiler::Program& program, AsOf as_of, Wanted wanted);
  // For values of one region only: `keep` are values whose space is `root`'s.
  Interpreter(const compiler::Program& program, AsOf as_of, compiler::SpaceId root,
              std::vector<compiler::ValueId> keep);
  ~Interpreter() override;
  Interpreter(Interpreter&&) noexcept;

  // Precondition: for the spaces of the region, the batch's columns are Space::columns; 1 <= rows of its root <=
  // batch_rows. Registers of child spaces grow to the largest batch that was seen.
  void evaluate(const BatchView& batch);
  // A value that was wanted; all others have been overwritten or never computed.
  [[nodiscard]] Vector value(compiler::ValueId id) const override;
  [[nodiscard]] bool has(compiler::ValueId id) const;
  // A wanted value that is not a condition, for all rows of the batch, as AnswerLayout says. Precondition: bytes >=
  // bytes_of_answer().
  void write_answer(compiler::ValueId id, std::uint8_t bytes, void* place) const;
  // Instructions that run per batch: what an engine's work is counted in, and what tests and benches tell.
  [[nodiscard]] std::size_t live_instructions() const;
  // The same by SpaceId: how many run over the rows of that space (a fold counts for the rows that it reads).
  [[nodiscard]] std::vector<std::size_t> live_instructions_by_space() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The values that `wanted` needs, in the program's order.
[[nodiscard]] std::vector<compiler::ValueId> roots_of(const compiler::Program& program, const Wanted& wanted);

}  // namespace muster::runtime
