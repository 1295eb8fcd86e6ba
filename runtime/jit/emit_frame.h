// The Frame of a kernel, and what lies where in the present step, in the function that is being written.
// May include: LLVM, runtime/jit/plan.h. Called by: runtime/jit/emit*.cpp.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <cstdint>

#include "runtime/jit/plan.h"

namespace muster::runtime::jit {

inline constexpr std::size_t cache_line = 64;  // bytes

class FrameCode {
 public:
  explicit FrameCode(llvm::IRBuilder<>& builder) : builder_(builder) {}

  // From here on in the function whose frame and number of the step these are.
  void enter(llvm::Value* frame, llvm::Value* step) {
    frame_ = frame;
    step_ = step;
    inputs_ = member(Member::inputs);
    outputs_ = member(Member::outputs);
    tables_ = member(Member::tables);
    scratch_ = member(Member::scratch);
  }

  // Where the step's bytes of an input or an output lie, of which there are so many.
  [[nodiscard]] llvm::Value* input(std::size_t index, std::size_t bytes) {
    return at_step(listed(inputs_, index), bytes);
  }
  [[nodiscard]] llvm::Value* output(std::size_t index, std::size_t bytes) {
    return at_step(listed(outputs_, index), bytes);
  }
  [[nodiscard]] llvm::Value* table(std::size_t index) { return listed(tables_, index); }
  [[nodiscard]] llvm::Value* scratch(std::size_t offset) { return behind(scratch_, offset); }
  [[nodiscard]] llvm::Value* context() { return member(Member::context); }
  [[nodiscard]] llvm::Value* fade() { return member(Member::fade); }

  [[nodiscard]] llvm::Value* behind(llvm::Value* place, std::uint64_t bytes) {
    return builder_.CreateConstInBoundsGEP1_64(builder_.getInt8Ty(), place, bytes);
  }

 private:
  enum class Member : std::uint8_t { inputs, outputs, tables, scratch, context, fade };  // of Frame, by their order

  llvm::Value* member(Member which) { return listed(frame_, static_cast<std::uint64_t>(which)); }
  llvm::Value* listed(llvm::Value* list, std::uint64_t index) {
    return builder_.CreateLoad(builder_.getPtrTy(),
                               builder_.CreateConstInBoundsGEP1_64(builder_.getPtrTy(), list, index));
  }
  llvm::Value* at_step(llvm::Value* base, std::size_t bytes) {
    return builder_.CreateInBoundsGEP(builder_.getInt8Ty(), base, builder_.CreateMul(step_, builder_.getInt64(bytes)));
  }

  llvm::IRBuilder<>& builder_;
  llvm::Value* frame_ = nullptr;
  llvm::Value* step_ = nullptr;
  llvm::Value* inputs_ = nullptr;
  llvm::Value* outputs_ = nullptr;
  llvm::Value* tables_ = nullptr;
  llvm::Value* scratch_ = nullptr;
};

}  // namespace muster::runtime::jit
