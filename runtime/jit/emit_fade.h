// Points that halve: 2^-t in binary floating point, and where its error could turn the rounding, the exact kernel.
// May include: LLVM, runtime/jit/plan.h. Called by: runtime/jit/emit.cpp.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <cstdint>

#include "runtime/jit/plan.h"

namespace muster::runtime::jit {

struct FadeParts {
  const FadePlan& plan;
  std::uint32_t index;
  llvm::Value* points;   // lanes
  llvm::Value* events;   // i64 lanes
  llvm::Value* rows;     // mask: the others may get anything
  llvm::Type* result;    // lanes of whole units
  llvm::Value* context;  // of the fallback
  llvm::Value* fallback;
};
// Goes on in another block of the function.
[[nodiscard]] llvm::Value* emit_fade(llvm::IRBuilder<>& builder, const FadeParts& parts);

}  // namespace muster::runtime::jit
