// Ends a compilation that nobody wants any more, soon and in order: LLVM cannot be interrupted.
// May include: LLVM. Called by: runtime/jit/compile.cpp.
#pragma once

#include <atomic>

namespace llvm {
class TargetPassConfig;
}

namespace muster::runtime::jit {

// Puts a pass behind the last of LLVM's passes over whole modules that leaves nothing of each function, once `stop` is
// true: LLVM is done soon after the function at hand. Holds for what this thread compiles next. `stop` may be null, and
// else outlives the compilation.
void stop_on_demand(llvm::TargetPassConfig& config, const std::atomic<bool>* stop);

}  // namespace muster::runtime::jit
