// Compiled kernels: a program becomes one loop over typed columns. The compiler is a plug-in, libmuster_jit.so, which
// is looked for when the first kernel is made; without it callers keep to the interpreter, which gives the same
// answers. May include: compiler/ir, runtime/data, runtime/interpret. Called by: runtime/engine, runtime/run, library,
// tools/muster, tests.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/support/result.h"
#include "runtime/data/as_of.h"
#include "runtime/data/batch.h"
#include "runtime/interpret/answer.h"
#include "runtime/interpret/interpreter.h"

namespace muster::runtime::jit {

// How a column comes, in every batch. `narrow_bytes` as in ColumnView.
struct ColumnLayout {
  compiler::Physical physical = compiler::Physical::integer;
  std::uint8_t narrow_bytes = 0;
  // Integers: what every value, also of rows that are not known, is expected to be: 0 or more, and less than
  // 2^expected_bits. 0: nothing is expected. The kernel computes in narrow lanes what then stays in them, and sees
  // where it does not hold: such a batch is the interpreter's.
  std::uint8_t expected_bits = 0;
};
// By space, then by column. Columns that are not there are wide, and nothing is expected of them.
using BatchLayout = std::vector<std::vector<ColumnLayout>>;
// What is so of the space's rows, which are taken for a sample: two bits more than its values have are expected.
[[nodiscard]] std::vector<ColumnLayout> layouts_of(const SpaceView& space);
[[nodiscard]] BatchLayout layouts_of(const BatchView& batch);
// Whether the columns of all spaces are as wide as they are laid out. Those of no rows say nothing.
[[nodiscard]] bool comes_as(const BatchView& batch, const BatchLayout& layout);

struct KernelOptions {
  unsigned level = 2;                       // of optimisation: 0 compiles fastest, 3 runs fastest
  unsigned nodes_per_function = 0;          // 0: the compiler's choice
  bool keep_assembly = false;               // for tests
  std::string cpu{}, features{};            // of the processor, as LLVM writes them; empty: this machine's
  const std::atomic<bool>* stop = nullptr;  // once it is true, what is being compiled ends soon, with an error
};

class Kernel : public Values {
 public:
  // As Interpreter::evaluate; the batch's columns have the layouts that the kernel was made for.
  // `answers`: where each of KernelWants::answers goes, as many rows as the batch has.
  virtual void evaluate(const BatchView& batch, std::span<void* const> answers = {}) = 0;
  // Instructions that the interpreter works out, and all that the values need.
  [[nodiscard]] virtual std::size_t foreign_instructions() const = 0;
  [[nodiscard]] virtual std::size_t instructions() const = 0;
  // Batches whose values were not as expected.
  [[nodiscard]] virtual std::size_t unexpected_batches() const = 0;
  [[nodiscard]] virtual const std::string& assembly() const = 0;
  // A kernel for another thread, of the same code: nothing is compiled.
  [[nodiscard]] virtual std::unique_ptr<Kernel> twin() const = 0;
};

// Whether the plug-in is there. Loads it.
[[nodiscard]] bool is_available();
// The same with the reason. Error (usage): there is no plug-in on this machine, or it is of another version.
[[nodiscard]] lang::Result<> require_plugin();

// Values of the root's space. What is in neither `values` nor `bits` cannot be asked of Kernel::value().
struct KernelWants {
  std::span<const compiler::ValueId> values{};  // whole
  std::span<const compiler::ValueId> bits{};    // only what is known, and at fault
  std::span<const AnswerLayout> answers{};      // written to the caller's memory; bytes >= bytes_of_answer()
};

// A kernel for what is wanted. `program` is verified and outlives the kernel. One kernel serves one thread.
// Errors: those of require_plugin(), and internal (no code was made).
[[nodiscard]] lang::Result<std::unique_ptr<Kernel>> make_kernel(const compiler::Program& program, AsOf as_of,
                                                                const KernelWants& wants, BatchLayout layout,
                                                                const KernelOptions& options);

}  // namespace muster::runtime::jit
