#include "runtime/jit/emit_fade.h"

#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/MDBuilder.h>

#include <cmath>

#include "runtime/jit/emit_frame.h"

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
        doubles_(lanes.vector(builder.getDoubleTy(), rows_at_once)),
        wide_(lanes.vector(builder.getInt64Ty(), rows_at_once)) {}

  Pieces run() {
    Value* const points = memory(parts_.points_lane);
    lanes_.store(parts_.points, points, cache_line);
    Value* events = parts_.events_place;
    if (events == nullptr) {
      events = memory(Lane::i64);
      lanes_.store(parts_.events, events, cache_line);
    }
    Value* const results = memory(parts_.result);
    Value* const unsure = fade_all(points, events, results);
    settle(points, events, results, builder_.CreateAnd(unsure, parts_.rows));
    return lanes_.load(parts_.result, results, cache_line);
  }

 private:
  static constexpr unsigned rows_at_once = 8;  // as many doubles as a register has with AVX-512
  struct Sure {
    Value* whole;   // units, i32
    Value* unsure;  // i1: asked of the exact kernel
  };

  // For the lanes of a step.
  Value* memory(Lane lane) {
    llvm::Function* const function = builder_.GetInsertBlock()->getParent();
    llvm::IRBuilder<> entry(&function->getEntryBlock(), function->getEntryBlock().begin());
    auto* const place = entry.CreateAlloca(lanes_.vector(entry.getIntNTy(lane_bits(lane)), step_rows));
    place->setAlignment(llvm::Align(cache_line));
    return place;
  }

  // A loop, for so many instructions take long to compile. Returns the rows for which the results are not sure.
  Value* fade_all(Value* points, Value* events, Value* results) {
    auto* const before = builder_.GetInsertBlock();
    auto* const loop = llvm::BasicBlock::Create(builder_.getContext(), "fade", before->getParent());
    auto* const after = llvm::BasicBlock::Create(builder_.getContext(), "faded", before->getParent());
    builder_.CreateBr(loop);
    builder_.SetInsertPoint(loop);
    auto* const row = builder_.CreatePHI(builder_.getInt64Ty(), 2);
    row->addIncoming(builder_.getInt64(0), before);
    auto* const unsure_before = builder_.CreatePHI(builder_.getInt64Ty(), 2);
    unsure_before->addIncoming(builder_.getInt64(0), before);
    const auto place_of = [&](Value* lanes, Lane lane) {
      return builder_.CreateInBoundsGEP(builder_.getIntNTy(lane_bits(lane)), lanes, row);
    };
    const auto load = [&](Value* lanes, Lane lane) {
      return builder_.CreateAlignedLoad(lanes_.vector(builder_.getIntNTy(lane_bits(lane)), rows_at_once),
                                        place_of(lanes, lane), llvm::Align(1));
    };
    const Sure sure = faded(load(points, parts_.points_lane), load(events, Lane::i64));
    auto* const result = lanes_.vector(builder_.getIntNTy(lane_bits(parts_.result)), rows_at_once);
    builder_.CreateAlignedStore(builder_.CreateSExtOrTrunc(sure.whole, result), place_of(results, parts_.result),
                                llvm::Align(1));
    Value* const bits = builder_.CreateBitCast(sure.unsure, builder_.getIntNTy(rows_at_once));
    Value* const word = opaque(builder_, builder_.CreateZExt(bits, builder_.getInt64Ty()));
    Value* const unsure = builder_.CreateOr(unsure_before, builder_.CreateShl(word, row));
    unsure_before->addIncoming(unsure, loop);
    Value* const next = builder_.CreateAdd(row, builder_.getInt64(rows_at_once));
    row->addIncoming(next, loop);
    builder_.CreateCondBr(builder_.CreateICmpULT(next, builder_.getInt64(step_rows)), loop, after);
    builder_.SetInsertPoint(after);
    return unsure;
  }

  // Of so many lanes as are computed at once.
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
    return {builder_.CreateFPToSI(whole, lanes_.vector(builder_.getInt32Ty(), rows_at_once)), unsure};
  }

  Value* real(double value) { return llvm::ConstantFP::get(doubles_, value); }
  Value* integers(std::int64_t value) { return llvm::ConstantInt::getSigned(wide_, value); }
  Value* unary(llvm::Intrinsic::ID id, Value* value) { return builder_.CreateUnaryIntrinsic(id, value); }
  Value* fused(Value* a, Value* b, Value* c) {
    return builder_.CreateIntrinsic(llvm::Intrinsic::fmuladd, {doubles_}, {a, b, c});
  }

  // Units that are left of a point: of them all 2^-t, or 1 - t, t the age in intervals.
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
    t = builder_.CreateIntrinsic(llvm::Intrinsic::maxnum, {doubles_}, {t, real(plan_.is_linear ? -1 : -no_longer)});
    if (plan_.is_linear) return builder_.CreateFMul(builder_.CreateFAdd(real(1), t), real(plan_.units_per_point));
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
    auto* const narrow = llvm::FixedVectorType::get(builder_.getInt32Ty(), rows_at_once);
    Value* const shifted =
        builder_.CreateShl(builder_.CreateSExt(builder_.CreateFPToSI(exponents, narrow), wide_), integers(52));
    return builder_.CreateBitCast(builder_.CreateAdd(builder_.CreateBitCast(values, wide_), shifted), doubles_);
  }

  // The exact kernel for the rows of `unsure`, which are few.
  void settle(Value* points, Value* events, Value* results, Value* unsure) {
    llvm::LLVMContext& context = builder_.getContext();
    llvm::Function* const function = builder_.GetInsertBlock()->getParent();
    auto* const ask = llvm::BasicBlock::Create(context, "ask", function);
    auto* const after = llvm::BasicBlock::Create(context, "settled", function);
    builder_.CreateCondBr(builder_.CreateICmpEQ(unsure, builder_.getInt64(0)), after, ask,
                          llvm::MDBuilder(context).createBranchWeights(2000, 1));
    builder_.SetInsertPoint(ask);
    const auto copied = [&](Value* from, Lane lane, Value* to, Lane to_lane) {
      lanes_.store(lanes_.convert(lanes_.load(lane, from, cache_line), lane, to_lane, true), to, cache_line);
    };
    Value* const wide_points = memory(Lane::i64);
    Value* const wide_results = memory(Lane::i64);
    copied(points, parts_.points_lane, wide_points, Lane::i64);
    copied(results, parts_.result, wide_results, Lane::i64);
    auto* const pointer = builder_.getPtrTy();
    auto* const type = llvm::FunctionType::get(
        builder_.getVoidTy(), {pointer, builder_.getInt32Ty(), builder_.getInt64Ty(), pointer, pointer, pointer},
        false);
    builder_.CreateCall(type, parts_.fallback,
                        {parts_.context, builder_.getInt32(parts_.index), unsure, wide_points, events, wide_results});
    copied(wide_results, Lane::i64, results, parts_.result);
    builder_.CreateBr(after);
    builder_.SetInsertPoint(after);
  }

  llvm::IRBuilder<>& builder_;
  Lanes& lanes_;
  const FadeParts& parts_;
  const FadePlan& plan_;
  llvm::Type* doubles_;
  llvm::Type* wide_;
};

}  // namespace

Pieces emit_fade(llvm::IRBuilder<>& builder, Lanes& lanes, const FadeParts& parts) {
  return FadeEmitter(builder, lanes, parts).run();
}

}  // namespace muster::runtime::jit
