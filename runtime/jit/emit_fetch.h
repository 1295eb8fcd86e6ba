// What a kernel asks of memory before it needs it. Decision 22 has what was measured.
// May include: LLVM, runtime/jit. Called by: runtime/jit/emit.cpp.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <cstdint>
#include <span>

#include "runtime/jit/emit_frame.h"
#include "runtime/jit/plan.h"

namespace muster::runtime::jit {

// Entries of a table for the codes of an input, which are brought to the scratch memory before the step begins.
struct Entries {
  std::size_t input = 0;
  std::size_t table = 0;
  Lane lane = Lane::i8;  // of an entry
  std::size_t home = 0;  // in the scratch memory
};

// The lines of an input of which the step's `bytes` lie at `place`, long before their step.
void emit_fetch_ahead(llvm::IRBuilder<>& builder, llvm::Value* place, std::size_t bytes);

// The lines of this step and the entries. Goes on in another block of the function, which is returned.
llvm::BasicBlock* emit_fetch_step(llvm::IRBuilder<>& builder, FrameCode& frame, const Plan& plan,
                                  std::span<const Entries> entries);

}  // namespace muster::runtime::jit
