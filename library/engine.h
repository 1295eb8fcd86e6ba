// An engine of one thread behind one door: a batch in, verdicts at the rows' places out.
// May include: library, runtime. Called by: library/evaluator.cpp.
#pragma once

#include <memory>
#include <vector>

#include "library/resolve.h"
#include "runtime/data/batch.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/jit/plugin.h"

namespace muster {

class BatchEngine {
 public:
  virtual ~BatchEngine() = default;
  // Answers the rows of the batch, the first of which is row `first` of the leads. `answers` are of the shape that the
  // engine was made for; where they lie may differ from call to call.
  virtual void evaluate(const runtime::BatchView& batch, std::size_t first,
                        const std::vector<ResolvedAnswer>& answers) = 0;
};

[[nodiscard]] std::unique_ptr<BatchEngine> make_interpreter(const Policy::Impl& policy,
                                                            const std::vector<ResolvedAnswer>& answers);
// `shape`: a batch whose columns are as wide as those to come. Errors: `engine`, `internal`.
[[nodiscard]] Result<std::unique_ptr<BatchEngine>> make_kernel(const Policy::Impl& policy,
                                                               const std::vector<ResolvedAnswer>& answers,
                                                               const runtime::SpaceView& shape);

}  // namespace muster
