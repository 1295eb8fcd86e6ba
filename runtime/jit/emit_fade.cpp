#include "runtime/jit/emit_fade.h"

#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/MDBuilder.h>

#include <cmath>

namespace muster::runtime::jit {
namespace {

using llvm::Value;

constexpr double no_longer = 1000;  // intervals after which nothing is left of any points, well before 2^-t is 0

class FadeEmitter {
 public:
  FadeEmitter(llvm::IRBuilder<>& builder, Lanes& lanes, const FadeParts& parts)
      : builder_(builder),
        lanes_(lanes),
        parts_(parts),
        plan_(parts.plan),
        width_(lanes.width(Lane::i64)),
        doubles_(lanes.vector(builder.getDoubleTy(), width_)),
        wide_(lanes.type(Lane::i64)) {}

  Pieces run() {
    Pieces quick;
    Pieces unsure;
    for (unsigned k = 0; k < lanes_.count(Lane::i64); ++k) {
      const Sure one = faded(lanes_.part(parts_.points, k * width_, width_), parts_.events[k]);
      quick.push_back(one.whole);
      unsure.push_back(one.unsure);
    }
    quick = lanes_.convert(lanes_.joined(std::move(quick), lanes_.count(Lane::i32)), Lane::i32, parts_.result, true);
    return settled(quick, builder_.CreateAnd(lanes_.word(std::move(unsure)), parts_.rows));
  }

 private:
  struct Sure {
    Value* whole;   // units, i32
    Value* unsure;  // i1: asked of the exact kernel
  };

  // Of the lanes of one piece of i64.
  Sure faded(Value* lanes, Value* events) {
    Value* const points = builder_.CreateSIToFP(lanes, doubles_);
    Value* const size = plan_.may_be_negative ? unary(llvm::Intrinsic::fabs, points) : points;
    Value* const left = builder_.CreateFMul(size, share(events));

    // `turn` is where the rounding turns: at whole numbers after the shift.
    const bool is_nearest = plan_.rounding == FadePlan::Rounding::nearest;
    Value* const shifted = is_nearest ? builder_.CreateFAdd(left, real(0.5)) : left;
    Value* whole = unary(llvm::Intrinsic::floor, shifted);
    Value* const behind = builder_.CreateFSub(shifted, whole);  // 0 to 1
    Value* const from_middle = unary(llvm::Intrinsic::fabs, builder_.CreateFSub(behind, real(0.5)));
    Value* unsure = builder_.CreateFCmpOGT(from_middle, real(0.5 - plan_.tolerance));
    if (plan_.rounding == FadePlan::Rounding::away_from_zero) whole = builder_.CreateFAdd(whole, real(1));
    Value* const is_nothing = builder_.CreateFCmpOEQ(points, real(0));
    if (!is_nearest) {
      // No points at all are no points at any age, though they lie just where the rounding turns.
      unsure = builder_.CreateAnd(unsure, builder_.CreateNot(is_nothing));
      whole = builder_.CreateSelect(is_nothing, real(0), whole);
    }
    if (plan_.most_units != 0) {
      Value* const most = real(plan_.most_units / plan_.units_per_point);
      unsure = builder_.CreateOr(unsure, builder_.CreateFCmpOGT(unary(llvm::Intrinsic::fabs, points), most));
    }
    if (plan_.far != 0) {
      // One comparison for both ends.
      Value* const moved = builder_.CreateAdd(events, integers(plan_.far));
      unsure = builder_.CreateOr(unsure, builder_.CreateICmpUGT(moved, integers(2 * plan_.far)));
    }
    if (plan_.may_be_negative) whole = builder_.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, whole, points);
    // x86 converts to 32 bits with every instruction set, to 64 bits with few.
    return {builder_.CreateFPToSI(whole, lanes_.vector(builder_.getInt32Ty(), width_)), unsure};
  }

  Value* real(double value) { return llvm::ConstantFP::get(doubles_, value); }
  Value* integers(std::int64_t value) { return llvm::ConstantInt::getSigned(wide_, value); }
  Value* unary(llvm::Intrinsic::ID id, Value* value) { return builder_.CreateUnaryIntrinsic(id, value); }
  Value* fused(Value* a, Value* b, Value* c) {
    return builder_.CreateIntrinsic(llvm::Intrinsic::fmuladd, {doubles_}, {a, b, c});
  }

  // Units that are left of a point: 2^-t of them all, t the age in intervals.
  Value* share(Value* events) {
    Value* age = builder_.CreateSub(integers(plan_.as_of), events);
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
    Value* t = builder_.CreateFMul(real_age, real(-plan_.intervals_per_age));
    t = builder_.CreateIntrinsic(llvm::Intrinsic::maxnum, {doubles_}, {t, real(-no_longer)});
    // -t = n + f with |f| <= 1/2: the series for 2^f, and n added to the exponent.
    Value* const n = builder_.CreateUnaryIntrinsic(llvm::Intrinsic::nearbyint, t);
    Value* const f = builder_.CreateFSub(t, n);
    const double ln_2 = std::log(2.0);
    std::vector<double> coefficients{plan_.units_per_point};
    for (unsigned k = 1; k < plan_.terms; ++k) coefficients.push_back(coefficients.back() * ln_2 / k);
    Value* series = real(coefficients.back());
    for (std::size_t k = coefficients.size() - 1; k-- > 0;) series = fused(series, f, real(coefficients[k]));
    return times_power_of_two(series, n);
  }

  // `exponents` are whole; a product that is not 0 is far from the smallest number.
  Value* times_power_of_two(Value* values, Value* exponents) {
    if (lanes_.is_of_registers()) {
      constexpr std::uint8_t all = 0xff;
      constexpr std::uint32_t usual_rounding = 4;
      return builder_.CreateIntrinsic(
          llvm::Intrinsic::x86_avx512_mask_scalef_pd_512, {},
          {values, exponents, values, builder_.getInt8(all), builder_.getInt32(usual_rounding)});
    }
    auto* const narrow = llvm::FixedVectorType::get(builder_.getInt32Ty(), width_);
    Value* const shifted =
        builder_.CreateShl(builder_.CreateSExt(builder_.CreateFPToSI(exponents, narrow), wide_), integers(52));
    return builder_.CreateBitCast(builder_.CreateAdd(builder_.CreateBitCast(values, wide_), shifted), doubles_);
  }

  // The exact kernel for the rows of `unsure`, which are few.
  Pieces settled(const Pieces& quick, Value* unsure) {
    llvm::Function* const function = builder_.GetInsertBlock()->getParent();
    llvm::LLVMContext& context = builder_.getContext();
    auto* const before = builder_.GetInsertBlock();
    auto* const ask = llvm::BasicBlock::Create(context, "ask", function);
    auto* const after = llvm::BasicBlock::Create(context, "settled", function);
    llvm::IRBuilder<> entry(&function->getEntryBlock(), function->getEntryBlock().begin());
    const auto memory = [&] {
      auto* const place = entry.CreateAlloca(lanes_.vector(builder_.getInt64Ty(), step_rows));
      place->setAlignment(llvm::Align(64));
      return place;
    };
    Value* const points = memory();
    Value* const events = memory();
    Value* const results = memory();
    builder_.CreateCondBr(builder_.CreateICmpEQ(unsure, builder_.getInt64(0)), after, ask,
                          llvm::MDBuilder(context).createBranchWeights(2000, 1));
    builder_.SetInsertPoint(ask);
    lanes_.store(lanes_.convert(parts_.points, parts_.points_lane, Lane::i64, true), points, 64);
    lanes_.store(parts_.events, events, 64);
    lanes_.store(lanes_.convert(quick, parts_.result, Lane::i64, true), results, 64);
    auto* const pointer = builder_.getPtrTy();
    auto* const type = llvm::FunctionType::get(
        builder_.getVoidTy(), {pointer, builder_.getInt32Ty(), builder_.getInt64Ty(), pointer, pointer, pointer},
        false);
    builder_.CreateCall(type, parts_.fallback,
                        {parts_.context, builder_.getInt32(parts_.index), unsure, points, events, results});
    const Pieces exact = lanes_.convert(lanes_.load(Lane::i64, results, 64), Lane::i64, parts_.result, true);
    builder_.CreateBr(after);
    builder_.SetInsertPoint(after);
    return Lanes::each(
        [&](Value* one, Value* other) {
          auto* const result = builder_.CreatePHI(one->getType(), 2);
          result->addIncoming(one, before);
          result->addIncoming(other, ask);
          return result;
        },
        quick, exact);
  }

  llvm::IRBuilder<>& builder_;
  Lanes& lanes_;
  const FadeParts& parts_;
  const FadePlan& plan_;
  unsigned width_;  // lanes of a piece
  llvm::Type* doubles_;
  llvm::Type* wide_;
};

}  // namespace

Pieces emit_fade(llvm::IRBuilder<>& builder, Lanes& lanes, const FadeParts& parts) {
  return FadeEmitter(builder, lanes, parts).run();
}

}  // namespace muster::runtime::jit
