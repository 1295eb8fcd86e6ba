// An engine of one thread behind one door: a batch in, verdicts at the rows' places out. The interpreter begins; a
// kernel takes over as soon as the source that all threads share has one. May include: library, runtime. Called by:
// library/evaluator.cpp.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "library/resolve.h"
#include "runtime/data/batch.h"
#include "runtime/engine/kernel_source.h"
#include "runtime/interpret/interpreter.h"

namespace muster {

// What makes the kernels for answers of this shape. Of `interpreter` there never is one.
[[nodiscard]] std::shared_ptr<runtime::KernelSource> kernels_of(const Policy::Impl& policy,
                                                                const std::vector<ResolvedAnswer>& answers,
                                                                runtime::EngineChoice choice);

class BatchEngine {
 public:
  // For answers of this shape, of which `kernels` are too; where they lie may differ from call to call.
  BatchEngine(const Policy::Impl& policy, const std::vector<ResolvedAnswer>& answers,
              std::shared_ptr<runtime::KernelSource> kernels);

  // Answers the rows of the batch, the first of which is row `first` of the leads. Returns whether a kernel did it.
  // Errors: `engine` (there must be a kernel, and there is no plug-in), `internal`.
  [[nodiscard]] Result<bool> evaluate(const runtime::BatchView& batch, std::size_t first,
                                      const std::vector<ResolvedAnswer>& answers);

 private:
  void interpret(const runtime::BatchView& batch, std::size_t first, const std::vector<ResolvedAnswer>& answers);
  void run_kernel(const runtime::BatchView& batch, std::size_t first, const std::vector<ResolvedAnswer>& answers);

  const Policy::Impl& policy_;
  std::vector<compiler::ValueId> values_;            // that the interpreter works out
  std::optional<runtime::Interpreter> interpreter_;  // made when it is first needed
  std::vector<std::size_t> instructions_;            // of the interpreter, by space
  std::shared_ptr<runtime::KernelSource> kernels_;
  runtime::HeldKernel held_;
  std::vector<void*> places_;
};

}  // namespace muster
