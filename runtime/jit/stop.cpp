// Built without RTTI, as LLVM is: a class of LLVM's is derived from here.
#include "runtime/jit/stop.h"

#include <llvm/CodeGen/Passes.h>
#include <llvm/CodeGen/TargetPassConfig.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/PassInfo.h>
#include <llvm/PassRegistry.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace muster::runtime::jit {
namespace {

// What all compilations of the program share. Never destroyed: threads may still come by while the program ends.
struct Running {
  std::mutex mutex;
  std::condition_variable changed;
  unsigned count = 0;
  std::atomic<bool> is_ending = false;
};
Running& running() {
  static auto* const all = new Running;
  return *all;
}

thread_local const std::atomic<bool>* wanted_stop = nullptr;
thread_local bool is_compiling = false;

bool must_stop() {
  return running().is_ending.load(std::memory_order_relaxed) ||
         (wanted_stop != nullptr && wanted_stop->load(std::memory_order_relaxed));
}

// Handlers run in the reverse order of their registration: this one before LLVM's static objects, which are older, go.
void end_all() {
  Running& all = running();
  all.is_ending = true;
  if (is_compiling) return;  // LLVM itself ends the program
  constexpr auto longest = std::chrono::seconds(10);
  std::unique_lock lock(all.mutex);
  all.changed.wait_for(lock, longest, [&] { return all.count == 0; });
}

class StopOnDemand final : public llvm::FunctionPass {
 public:
  StopOnDemand() : FunctionPass(id) {}
  bool runOnFunction(llvm::Function& function) override {
    if (!must_stop()) return false;
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

void stop_on_demand(llvm::TargetPassConfig& config) {
  static const llvm::PassInfo info("leave nothing of functions once they are not wanted", "muster-stop",
                                   &StopOnDemand::id, StopOnDemand::make, false, false);
  [[maybe_unused]] static const bool is_registered =
      (llvm::PassRegistry::getPassRegistry()->registerPass(info, false), true);
  const std::unique_ptr<llvm::Pass> before(llvm::createUnreachableBlockEliminationPass());  // for its number
  config.insertPass(before->getPassID(), &StopOnDemand::id);
}

Compilation::Compilation(const std::atomic<bool>* stop) {
  static const bool is_registered = std::atexit(end_all) == 0;
  wanted_stop = stop;
  is_compiling = is_registered;
  const std::scoped_lock lock(running().mutex);
  ++running().count;
}

Compilation::~Compilation() {
  is_compiling = false;
  wanted_stop = nullptr;
  Running& all = running();
  const std::scoped_lock lock(all.mutex);
  --all.count;
  all.changed.notify_all();
}

bool Compilation::is_stopped() const { return must_stop(); }

}  // namespace muster::runtime::jit
