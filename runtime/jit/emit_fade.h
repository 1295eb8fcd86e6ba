// Points that halve: 2^-t in binary floating point, and where its error could turn the rounding, the exact kernel.
// May include: LLVM, runtime/jit/plan.h. Called by: runtime/jit/emit.cpp.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <cstdint>

#include "runtime/jit/emit_lanes.h"
#include "runtime/jit/plan.h"

namespace muster::runtime::jit {

struct FadeParts {
  const FadePlan& plan;
  std::uint32_t index;
  const Pieces& points;
  Lane points_lane;
  llvm::Value* events_place;  // where they lie as i64 lanes; null: nowhere
  const Pieces& events;       // i64; not read where there is a place
  llvm::Value* rows;          // mask: the others may get anything
  Lane result;                // whole units
  llvm::Value* context;       // of the fallback
  llvm::Value* fallback;
};
// Goes on in another block of the function.
[[nodiscard]] Pieces emit_fade(llvm::IRBuilder<>& builder, Lanes& lanes, const FadeParts& parts);

}  // namespace muster::runtime::jit
