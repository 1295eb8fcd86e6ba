#include "runtime/jit/emit_fade.h"

#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/MDBuilder.h>

#include <cmath>

namespace muster::runtime::jit {
namespace {

using llvm::Value;

constexpr double no_longer = 1000;  // intervals after which nothing is left of any points, well before 2^-t is 0

class FadeEmitter {
 public:
  FadeEmitter(llvm::IRBuilder<>& builder, const FadeParts& parts)
      : builder_(builder),
        parts_(parts),
        plan_(parts.plan),
        doubles_(llvm::FixedVectorType::get(builder.getDoubleTy(), step_rows)),
        wide_(llvm::FixedVectorType::get(builder.getInt64Ty(), step_rows)) {}

  Value* run() {
    Value* const points = builder_.CreateSIToFP(parts_.points, doubles_);
    Value* size = builder_.CreateFMul(points, real(plan_.units_per_point));
    if (plan_.may_be_negative || plan_.most_units != 0) size = unary(llvm::Intrinsic::fabs, size);
    Value* const left = builder_.CreateFMul(size, share());

    // `turn` is where the rounding turns: at whole numbers after the shift.
    const bool is_nearest = plan_.rounding == FadePlan::Rounding::nearest;
    Value* const shifted = is_nearest ? builder_.CreateFAdd(left, real(0.5)) : left;
    Value* whole = unary(llvm::Intrinsic::floor, shifted);
    Value* const behind = builder_.CreateFSub(shifted, whole);  // 0 to 1
    Value* const from_middle = unary(llvm::Intrinsic::fabs, builder_.CreateFSub(behind, real(0.5)));
    Value* unsure = builder_.CreateFCmpOGT(from_middle, real(0.5 - plan_.tolerance));
    if (plan_.rounding == FadePlan::Rounding::away_from_zero) whole = builder_.CreateFAdd(whole, real(1));
    Value* const is_nothing =
        builder_.CreateICmpEQ(parts_.points, llvm::Constant::getNullValue(parts_.points->getType()));
    if (!is_nearest) {
      // No points at all are no points at any age, though they lie just where the rounding turns.
      unsure = builder_.CreateAnd(unsure, builder_.CreateNot(is_nothing));
      whole = builder_.CreateSelect(is_nothing, real(0), whole);
    }
    if (plan_.most_units != 0) unsure = builder_.CreateOr(unsure, builder_.CreateFCmpOGT(size, real(plan_.most_units)));
    if (plan_.far != 0) {
      // One comparison for both ends.
      Value* const moved = builder_.CreateAdd(parts_.events, integers(plan_.far));
      unsure = builder_.CreateOr(unsure, builder_.CreateICmpUGT(moved, integers(2 * plan_.far)));
    }
    if (plan_.may_be_negative) whole = builder_.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, whole, points);
    Value* const quick = to_lanes(whole);
    return settled(quick, builder_.CreateAnd(builder_.CreateBitCast(unsure, builder_.getInt64Ty()), parts_.rows));
  }

 private:
  Value* real(double value) { return llvm::ConstantFP::get(doubles_, value); }
  Value* integers(std::int64_t value) { return llvm::ConstantInt::getSigned(wide_, value); }
  Value* unary(llvm::Intrinsic::ID id, Value* value) { return builder_.CreateUnaryIntrinsic(id, value); }
  // x86 converts to 32 bits with every instruction set, to 64 bits with few.
  Value* to_lanes(Value* value) {
    auto* const middle = llvm::FixedVectorType::get(builder_.getInt32Ty(), step_rows);
    return builder_.CreateSExtOrTrunc(builder_.CreateFPToSI(value, middle), parts_.result);
  }
  Value* fused(Value* a, Value* b, Value* c) {
    return builder_.CreateIntrinsic(llvm::Intrinsic::fmuladd, {doubles_}, {a, b, c});
  }

  // What is left of each point: 2^-t or 1 - t, t the age in intervals.
  Value* share() {
    Value* age = builder_.CreateSub(integers(plan_.as_of), parts_.events);
    age = builder_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, age, integers(0));
    Value* real_age = builder_.CreateSIToFP(age, doubles_);
    if (plan_.day != 0) {
      // Whole days: the quotient may be one off, which the rest tells; below 2^53 all of these are exact.
      const auto day = static_cast<double>(plan_.day);
      Value* days = unary(llvm::Intrinsic::floor, builder_.CreateFMul(real_age, real(1 / day)));
      Value* const rest = builder_.CreateFSub(real_age, builder_.CreateFMul(days, real(day)));
      days = builder_.CreateSelect(builder_.CreateFCmpOLT(rest, real(0)), builder_.CreateFSub(days, real(1)), days);
      days = builder_.CreateSelect(builder_.CreateFCmpOGE(rest, real(day)), builder_.CreateFAdd(days, real(1)), days);
      real_age = builder_.CreateFMul(days, real(day));
    }
    Value* t = builder_.CreateFMul(real_age, real(plan_.intervals_per_age));
    t = builder_.CreateIntrinsic(llvm::Intrinsic::minnum, {doubles_}, {t, real(plan_.is_linear ? 1 : no_longer)});
    if (plan_.is_linear) return builder_.CreateFSub(real(1), t);
    // t = n - f with |f| <= 1/2: the series for 2^f, and n taken from the exponent.
    Value* const n = builder_.CreateUnaryIntrinsic(llvm::Intrinsic::nearbyint, t);
    Value* const f = builder_.CreateFSub(n, t);
    const double ln_2 = std::log(2.0);
    std::vector<double> coefficients{1};
    for (unsigned k = 1; k < plan_.terms; ++k) coefficients.push_back(coefficients.back() * ln_2 / k);
    Value* series = real(coefficients.back());
    for (std::size_t k = coefficients.size() - 1; k-- > 0;) series = fused(series, f, real(coefficients[k]));
    auto* const narrow = llvm::FixedVectorType::get(builder_.getInt32Ty(), step_rows);
    Value* const exponent =
        builder_.CreateShl(builder_.CreateSExt(builder_.CreateFPToSI(n, narrow), wide_), integers(52));
    return builder_.CreateBitCast(builder_.CreateSub(builder_.CreateBitCast(series, wide_), exponent), doubles_);
  }

  // The exact kernel for the rows of `unsure`, which are few.
  Value* settled(Value* quick, Value* unsure) {
    llvm::Function* const function = builder_.GetInsertBlock()->getParent();
    llvm::LLVMContext& context = builder_.getContext();
    auto* const before = builder_.GetInsertBlock();
    auto* const ask = llvm::BasicBlock::Create(context, "ask", function);
    auto* const after = llvm::BasicBlock::Create(context, "settled", function);
    llvm::IRBuilder<> entry(&function->getEntryBlock(), function->getEntryBlock().begin());
    const auto memory = [&] {
      auto* const place = entry.CreateAlloca(wide_);
      place->setAlignment(llvm::Align(64));
      return place;
    };
    Value* const points = memory();
    Value* const events = memory();
    Value* const results = memory();
    builder_.CreateCondBr(builder_.CreateICmpEQ(unsure, builder_.getInt64(0)), after, ask,
                          llvm::MDBuilder(context).createBranchWeights(2000, 1));
    builder_.SetInsertPoint(ask);
    const auto store = [&](Value* value, Value* place) {
      builder_.CreateAlignedStore(builder_.CreateSExt(value, wide_), place, llvm::Align(64));
    };
    store(parts_.points, points);
    store(parts_.events, events);
    store(quick, results);
    auto* const pointer = builder_.getPtrTy();
    auto* const type = llvm::FunctionType::get(
        builder_.getVoidTy(), {pointer, builder_.getInt32Ty(), builder_.getInt64Ty(), pointer, pointer, pointer},
        false);
    builder_.CreateCall(type, parts_.fallback,
                        {parts_.context, builder_.getInt32(parts_.index), unsure, points, events, results});
    Value* const exact =
        builder_.CreateTrunc(builder_.CreateAlignedLoad(wide_, results, llvm::Align(64)), parts_.result);
    builder_.CreateBr(after);
    builder_.SetInsertPoint(after);
    auto* const result = builder_.CreatePHI(parts_.result, 2);
    result->addIncoming(quick, before);
    result->addIncoming(exact, ask);
    return result;
  }

  llvm::IRBuilder<>& builder_;
  const FadeParts& parts_;
  const FadePlan& plan_;
  llvm::Type* doubles_;
  llvm::Type* wide_;
};

}  // namespace

Value* emit_fade(llvm::IRBuilder<>& builder, const FadeParts& parts) { return FadeEmitter(builder, parts).run(); }

}  // namespace muster::runtime::jit
