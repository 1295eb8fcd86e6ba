// Ends a compilation that nobody wants any more, soon and in order: LLVM cannot be interrupted.
// May include: LLVM. Called by: runtime/jit/compile.cpp.
#pragma once

#include <atomic>

namespace llvm {
class TargetPassConfig;
}

namespace muster::runtime::jit {

// Puts a pass behind the last of LLVM's passes over whole modules that leaves nothing of each function, once this
// thread's compilation is to stop: LLVM is done soon after the function at hand.
void stop_on_demand(llvm::TargetPassConfig& config);

// This thread compiles as long as this lives. Where the program ends meanwhile, the compilation is stopped and waited
// for before LLVM's own static objects are destroyed.
class Compilation {
 public:
  // `stop` may be null, and become true at any time; it outlives this object.
  explicit Compilation(const std::atomic<bool>* stop);
  ~Compilation();
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;

  // Whether functions may have been left out: the code is of no use then.
  [[nodiscard]] bool is_stopped() const;
};

}  // namespace muster::runtime::jit
