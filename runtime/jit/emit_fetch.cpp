#include "runtime/jit/emit_fetch.h"

#include <llvm/IR/Intrinsics.h>

#include <algorithm>
#include <vector>

#include "runtime/jit/emit_lanes.h"

namespace muster::runtime::jit {
namespace {

using llvm::Value;

constexpr std::uint32_t into_first_cache = 3;  // as LLVM numbers them
constexpr std::uint32_t into_second_cache = 2;
constexpr std::size_t rounds = 8;  // of the loop over a step
constexpr std::size_t word_bits = 64;

void fetch(llvm::IRBuilder<>& builder, Value* base, std::size_t offset, std::uint32_t cache) {
  Value* const place = builder.CreateConstGEP1_64(builder.getInt8Ty(), base, offset);
  builder.CreateIntrinsic(llvm::Intrinsic::prefetch, {builder.getPtrTy()},
                          {place, builder.getInt32(0), builder.getInt32(cache), builder.getInt32(1)});
}

// Of the rows of a round, whose codes have `bytes` bytes. They are read a word at a time.
void fetch_entries(llvm::IRBuilder<>& builder, Value* codes, std::size_t bytes, Value* table, Lane lane, Value* home) {
  const std::size_t code_bits = 8 * bytes * rounds / step_rows;
  auto* const entry = builder.getIntNTy(lane_bits(lane));
  std::size_t row = 0;
  for (std::size_t at = 0; at < bytes; at += word_bits / 8) {
    Value* const word = builder.CreateAlignedLoad(
        builder.getInt64Ty(), builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), codes, at), llvm::Align(1));
    for (std::size_t first = 0; first < word_bits; first += code_bits, ++row) {
      Value* const code = builder.CreateAnd(builder.CreateLShr(word, first), (std::uint64_t{1} << code_bits) - 1);
      Value* const found =
          builder.CreateAlignedLoad(entry, builder.CreateInBoundsGEP(entry, table, code), llvm::Align(1));
      builder.CreateAlignedStore(found, builder.CreateConstInBoundsGEP1_64(entry, home, row), llvm::Align(1));
    }
  }
}

}  // namespace

// A step reads each column in one burst, which the processor's own guesses do not get ahead of. So each line is asked
// for twice: here long before its step, into the second cache, for the first one is too small for so many columns at
// once; and by emit_fetch_step.
void emit_fetch_ahead(llvm::IRBuilder<>& builder, Value* place, std::size_t bytes) {
  constexpr std::size_t distance = 1024;
  for (std::size_t at = 0; at < bytes; at += cache_line) fetch(builder, place, distance + at, into_second_cache);
}

// The lines come into the first cache, round by round over the wide columns. In this loop each instruction goes through
// one column line by line, which the processor does see, and goes on from by itself. The entries of eight rows are
// fetched in each round, while the lines are on their way.
llvm::BasicBlock* emit_fetch_step(llvm::IRBuilder<>& builder, FrameCode& frame, const Plan& plan,
                                  std::span<const Entries> entries) {
  constexpr std::size_t wide = 256;  // bytes of a step; for less it does not pay
  struct Column {
    Value* base;
    std::size_t bytes;  // of a round
  };
  std::vector<Column> columns;
  for (std::size_t at = 0; at < plan.inputs.size(); ++at) {
    const bool is_read_here = std::ranges::any_of(entries, [&](const Entries& one) { return one.input == at; });
    if (plan.inputs[at] < wide || is_read_here) continue;
    columns.push_back({frame.input(at, plan.inputs[at]), plan.inputs[at] / rounds});
  }
  struct Look {
    Column codes;
    Value* table;
    Column home;
    Lane lane;
  };
  std::vector<Look> looks;
  for (const Entries& one : entries) {
    const std::size_t bytes = plan.inputs[one.input];
    Value* const codes = frame.input(one.input, bytes);
    emit_fetch_ahead(builder, codes, bytes);
    looks.push_back({{codes, bytes / rounds},
                     frame.table(one.table),
                     {frame.scratch(one.home), lane_bytes(one.lane) / rounds},
                     one.lane});
  }
  auto* const begin = builder.GetInsertBlock();
  if (columns.empty() && looks.empty()) return begin;
  auto* const loop = llvm::BasicBlock::Create(builder.getContext(), "fetch", begin->getParent());
  auto* const end = llvm::BasicBlock::Create(builder.getContext(), "fetched", begin->getParent());
  builder.CreateBr(loop);
  builder.SetInsertPoint(loop);
  auto* const round = builder.CreatePHI(builder.getInt64Ty(), 2);
  round->addIncoming(builder.getInt64(0), begin);
  // LLVM would think long about how to count so many places up together.
  const auto at_round = [&](const Column& column) {
    Value* const offset = opaque(builder, builder.CreateMul(round, builder.getInt64(column.bytes)));
    return builder.CreateInBoundsGEP(builder.getInt8Ty(), column.base, offset);
  };
  for (const Column& column : columns) fetch(builder, at_round(column), 0, into_first_cache);
  for (const Look& look : looks) {
    fetch_entries(builder, at_round(look.codes), look.codes.bytes, look.table, look.lane, at_round(look.home));
  }
  Value* const next = builder.CreateAdd(round, builder.getInt64(1));
  round->addIncoming(next, loop);
  builder.CreateCondBr(builder.CreateICmpULT(next, builder.getInt64(rounds)), loop, end);
  builder.SetInsertPoint(end);
  return end;
}

}  // namespace muster::runtime::jit
