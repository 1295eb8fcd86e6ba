// The engine of a thread: the interpreter begins at once; where the work is worth it a kernel is compiled on another
// thread meanwhile, and takes over at a batch's end. Both give the same answers, bit for bit, so nobody can see from
// them which it was. The engines of a run share what is compiled. May include: runtime/interpret, runtime/jit,
// compiler/ir. Called by: runtime/run, tests.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/support/result.h"
#include "runtime/data/as_of.h"
#include "runtime/data/batch.h"
#include "runtime/engine/kernel_source.h"
#include "runtime/interpret/interpreter.h"

namespace muster::runtime {

class Engine final : public Values {
 public:
  // `program` is verified and outlives the engine. One engine serves one thread. `kernels` are of the same program,
  // moment and `wanted`.
  Engine(const compiler::Program& program, AsOf as_of, const Wanted& wanted, std::shared_ptr<KernelSource> kernels);
  // With kernels of its own.
  Engine(const compiler::Program& program, AsOf as_of, const Wanted& wanted, const EngineOptions& options);

  // As Interpreter::evaluate. Errors: usage (`jit` was chosen and there is no plug-in), internal (a kernel's answer is
  // not the interpreter's, which is our mistake; value() then has the interpreter's).
  lang::Result<> evaluate(const BatchView& batch);
  [[nodiscard]] Vector value(compiler::ValueId id) const override { return answering_->value(id); }

  // Batches that a kernel answered (not those whose values it did not expect), and of them those that the interpreter
  // answered as well.
  [[nodiscard]] std::uint64_t compiled_batches() const { return compiled_batches_; }
  [[nodiscard]] std::uint64_t verified_batches() const { return verified_batches_; }

 private:
  lang::Result<> verify(const BatchView& batch);

  std::shared_ptr<KernelSource> kernels_;
  Interpreter interpreter_;
  std::vector<std::size_t> instructions_;  // by space
  std::uint64_t compiled_batches_ = 0;
  std::uint64_t verified_batches_ = 0;
  HeldKernel held_;
  const Values* answering_;
};

}  // namespace muster::runtime
