// A plan as LLVM IR: functions over the vectors of one step, and a loop over the steps.
// May include: LLVM, runtime/jit/plan.h. Called by: runtime/jit/compile.cpp.
#pragma once

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/jit/plan.h"

namespace muster::runtime::jit {

struct EmitOptions {
  std::string cpu;
  std::string features;
  bool has_mask_registers = false;  // AVX-512 F, BW, DQ and VL
  bool has_byte_permutes = false;   // and VBMI
  std::size_t nodes_per_function = 0;
};
struct Emitted {
  std::unique_ptr<llvm::Module> module;
  std::size_t scratch_bytes = 0;
};
inline constexpr const char* entry_name = "muster_kernel";

[[nodiscard]] Emitted emit(const Plan& plan, llvm::LLVMContext& context, const EmitOptions& options);

}  // namespace muster::runtime::jit
