// Built without RTTI, as LLVM is: a class of LLVM's is derived from here.
#include "runtime/jit/stop.h"

#include <llvm/CodeGen/Passes.h>
#include <llvm/CodeGen/TargetPassConfig.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/PassInfo.h>
#include <llvm/PassRegistry.h>

#include <memory>

namespace muster::runtime::jit {
namespace {

thread_local const std::atomic<bool>* wanted_stop = nullptr;

class StopOnDemand final : public llvm::FunctionPass {
 public:
  StopOnDemand() : FunctionPass(id) {}
  bool runOnFunction(llvm::Function& function) override {
    if (wanted_stop == nullptr || !wanted_stop->load(std::memory_order_relaxed)) return false;
    for (llvm::BasicBlock& block : function) block.dropAllReferences();
    while (!function.empty()) function.begin()->eraseFromParent();
    llvm::IRBuilder<>(llvm::BasicBlock::Create(function.getContext(), "stopped", &function)).CreateUnreachable();
    return true;
  }
  // LLVM makes a pass that is put between its own, by its number.
  static llvm::Pass* make() { return new StopOnDemand; }
  static inline char id = 0;
};

}  // namespace

void stop_on_demand(llvm::TargetPassConfig& config, const std::atomic<bool>* stop) {
  static const llvm::PassInfo info("leave nothing of functions once they are not wanted", "muster-stop",
                                   &StopOnDemand::id, StopOnDemand::make, false, false);
  [[maybe_unused]] static const bool is_registered =
      (llvm::PassRegistry::getPassRegistry()->registerPass(info, false), true);
  wanted_stop = stop;
  const std::unique_ptr<llvm::Pass> before(llvm::createUnreachableBlockEliminationPass());  // for its number
  config.insertPass(before->getPassID(), &StopOnDemand::id);
}

}  // namespace muster::runtime::jit

// Static objects of the plug-in, which are LLVM's, are never destroyed: a program may end while another thread is still
// inside LLVM, and nothing of them needs an end. The linker takes this function for all that is linked into the
// plug-in.
extern "C" __attribute__((visibility("hidden"))) int __cxa_atexit(void (*)(void*), void*, void*) noexcept {  // NOLINT
  return 0;
}
