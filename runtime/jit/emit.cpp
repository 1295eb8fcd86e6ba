#include "runtime/jit/emit.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include "runtime/jit/emit_fade.h"

namespace muster::runtime::jit {
namespace {

using llvm::Type;
using llvm::Value;

constexpr std::size_t cache_line = 64;

// The members of Frame, by their order.
enum class Member : unsigned { inputs, outputs, tables, scratch, context, fade };

class Emitter {
 public:
  Emitter(const Plan& plan, llvm::LLVMContext& context, const EmitOptions& options)
      : plan_(plan),
        options_(options),
        context_(context),
        module_(std::make_unique<llvm::Module>("kernel", context)),
        builder_(context),
        values_(plan.nodes.size()),
        homes_(plan.nodes.size(), no_home) {}

  Emitted run() {
    const std::size_t count = plan_.nodes.size();
    const std::size_t part =
        options_.nodes_per_function == 0 ? std::max<std::size_t>(count, 1) : options_.nodes_per_function;
    std::vector<llvm::Function*> parts;
    std::vector<std::vector<const Output*>> outputs_of(count);
    for (const Output& output : plan_.outputs) outputs_of[output.node].push_back(&output);
    find_homes(part);
    find_pairs();
    for (std::size_t first = 0; first < count; first += part) {
      parts.push_back(emit_part(first, std::min(count, first + part), outputs_of));
    }
    emit_loop(parts);
    return {std::move(module_), scratch_bytes_};
  }

 private:
  static constexpr std::size_t no_home = ~std::size_t{0};

  // ---- types

  [[nodiscard]] Type* lane_type(Lane lane) { return builder_.getIntNTy(lane_bits(lane)); }
  [[nodiscard]] Type* type_of(Lane lane) {
    if (lane == Lane::mask) return builder_.getInt64Ty();
    return llvm::FixedVectorType::get(lane_type(lane), step_rows);
  }
  [[nodiscard]] Type* bits_type() { return llvm::FixedVectorType::get(builder_.getInt1Ty(), step_rows); }
  // LLVM 19 moves logic from words to vectors of bits and back without end, where it sees both. Between them stands an
  // empty piece of assembly, which it does not look through.
  Value* opaque(Value* word) {
    auto* const type = llvm::FunctionType::get(builder_.getInt64Ty(), {builder_.getInt64Ty()}, false);
    return builder_.CreateCall(llvm::InlineAsm::get(type, "", "=r,0", false), {word});
  }
  Value* as_bits(Value* mask) { return builder_.CreateBitCast(opaque(mask), bits_type()); }
  Value* as_mask(Value* bits) { return opaque(builder_.CreateBitCast(bits, builder_.getInt64Ty())); }
  Value* splat(Lane lane, std::int64_t value) { return llvm::ConstantInt::getSigned(type_of(lane), value); }

  // ---- functions

  // Values that a later function needs lie in the scratch memory; what costs nothing is made again instead.
  static bool is_cheap(const Node& node) { return node.op == NodeOp::splat || node.op == NodeOp::load; }
  void find_homes(std::size_t part) {
    for (std::size_t at = 0; at < plan_.nodes.size(); ++at) {
      for (const NodeId operand : {plan_.nodes[at].a, plan_.nodes[at].b, plan_.nodes[at].c}) {
        if (operand == no_node || is_cheap(plan_.nodes[operand]) || operand / part == at / part) continue;
        if (homes_[operand] != no_home) continue;
        homes_[operand] = scratch_bytes_;
        scratch_bytes_ += (lane_bytes(plan_.nodes[operand].lane) + 7) / 8 * 8;
      }
    }
  }

  llvm::Function* new_function(const char* name, llvm::FunctionType* type, bool is_inner) {
    auto* const function = llvm::Function::Create(
        type, is_inner ? llvm::Function::InternalLinkage : llvm::Function::ExternalLinkage, name, *module_);
    function->addFnAttr("target-cpu", options_.cpu);
    function->addFnAttr("target-features", options_.features);
    function->addFnAttr("prefer-vector-width", "512");
    function->addFnAttr("min-legal-vector-width", "512");
    function->addFnAttr(llvm::Attribute::NoUnwind);
    function->getArg(0)->addAttr(llvm::Attribute::NoAlias);
    return function;
  }

  Value* member(Member which) {
    Value* const place =
        builder_.CreateConstInBoundsGEP1_64(builder_.getPtrTy(), frame_, static_cast<std::uint64_t>(which));
    return builder_.CreateLoad(builder_.getPtrTy(), place);
  }
  Value* pointer(Value* list, std::size_t index) {
    return builder_.CreateLoad(builder_.getPtrTy(),
                               builder_.CreateConstInBoundsGEP1_64(builder_.getPtrTy(), list, index));
  }
  // Where this step's bytes lie.
  Value* at_step(Value* base, std::size_t bytes) {
    return builder_.CreateInBoundsGEP(builder_.getInt8Ty(), base, builder_.CreateMul(step_, builder_.getInt64(bytes)));
  }
  Value* home(NodeId id) { return builder_.CreateConstInBoundsGEP1_64(builder_.getInt8Ty(), scratch_, homes_[id]); }

  llvm::Function* emit_part(std::size_t first, std::size_t past,
                            const std::vector<std::vector<const Output*>>& outputs_of) {
    auto* const type =
        llvm::FunctionType::get(builder_.getVoidTy(), {builder_.getPtrTy(), builder_.getInt64Ty()}, false);
    auto* const function = new_function("part", type, true);
    builder_.SetInsertPoint(llvm::BasicBlock::Create(context_, "", function));
    frame_ = function->getArg(0);
    step_ = function->getArg(1);
    inputs_ = member(Member::inputs);
    outputs_ = member(Member::outputs);
    tables_ = member(Member::tables);
    scratch_ = member(Member::scratch);
    for (const NodeId id : touched_) values_[id] = nullptr;
    touched_.clear();
    for (std::size_t at = first; at < past; ++at) {
      const auto id = static_cast<NodeId>(at);
      if (is_cheap(plan_.nodes[at]) && outputs_of[at].empty()) continue;  // where it is used
      Value* const value = value_of(id, first);
      if (homes_[at] != no_home) builder_.CreateAlignedStore(value, home(id), llvm::Align(8));
      for (const Output* output : outputs_of[at]) write(*output, value);
    }
    builder_.CreateRetVoid();
    return function;
  }

  void emit_loop(const std::vector<llvm::Function*>& parts) {
    auto* const type =
        llvm::FunctionType::get(builder_.getVoidTy(), {builder_.getPtrTy(), builder_.getInt64Ty()}, false);
    auto* const function = new_function(entry_name, type, false);
    auto* const entry = llvm::BasicBlock::Create(context_, "", function);
    auto* const loop = llvm::BasicBlock::Create(context_, "loop", function);
    auto* const end = llvm::BasicBlock::Create(context_, "end", function);
    builder_.SetInsertPoint(entry);
    builder_.CreateBr(loop);
    builder_.SetInsertPoint(loop);
    auto* const step = builder_.CreatePHI(builder_.getInt64Ty(), 2);
    step->addIncoming(builder_.getInt64(0), entry);
    frame_ = function->getArg(0);
    step_ = step;
    auto* const latch = fetch_step(function);
    for (llvm::Function* part : parts) builder_.CreateCall(part, {frame_, step});
    Value* const next = builder_.CreateAdd(step, builder_.getInt64(1));
    step->addIncoming(next, latch);
    builder_.CreateCondBr(builder_.CreateICmpULT(next, function->getArg(1)), loop, end);
    builder_.SetInsertPoint(end);
    builder_.CreateRetVoid();
  }

  void write(const Output& output, Value* value) {
    const auto index = static_cast<std::size_t>(&output - plan_.outputs.data());
    Value* const base = pointer(outputs_, index);
    if (output.bytes == 0) {
      builder_.CreateAlignedStore(value, at_step(base, 8), llvm::Align(8));
      return;
    }
    const Lane lane = lane_of_bytes(output.bytes);
    Value* numbers = builder_.CreateSExtOrTrunc(value, type_of(lane));
    if (output.scale != 1) numbers = builder_.CreateMul(numbers, splat(lane, output.scale));
    Value* const place = at_step(base, step_rows * output.bytes);
    if (!output.is_streamed) {
      builder_.CreateAlignedStore(numbers, place, llvm::Align(1));
      return;
    }
    auto* const store = builder_.CreateAlignedStore(numbers, place, llvm::Align(cache_line));
    store->setMetadata(llvm::LLVMContext::MD_nontemporal,
                       llvm::MDNode::get(context_, llvm::ConstantAsMetadata::get(builder_.getInt32(1))));
  }

  // ---- nodes

  // In the function whose nodes begin at `first`.
  Value* value_of(NodeId id, std::size_t first) {
    if (values_[id] != nullptr) return values_[id];
    const Node& node = plan_.nodes[id];
    Value* value = nullptr;
    if (id < first && !is_cheap(node)) {
      value = builder_.CreateAlignedLoad(type_of(node.lane), home(id), llvm::Align(8));
    } else {
      // Operands of the function's own nodes are there already, or are cheap.
      value = make(id, node, node.a == no_node ? nullptr : value_of(node.a, first),
                   node.b == no_node ? nullptr : value_of(node.b, first),
                   node.c == no_node ? nullptr : value_of(node.c, first));
    }
    values_[id] = value;
    touched_.push_back(id);
    return value;
  }

  Value* make(NodeId id, const Node& node, Value* a, Value* b, Value* c) {
    switch (node.op) {
      case NodeOp::splat:
        if (node.lane == Lane::mask) return builder_.getInt64(node.immediate != 0 ? ~std::uint64_t{0} : 0);
        return splat(node.lane, node.immediate);
      case NodeOp::load: {
        const auto input = static_cast<std::size_t>(node.immediate);
        Value* const place = at_step(pointer(inputs_, input), plan_.inputs[input]);
        if (plan_.inputs[input] >= cache_line) fetch_ahead(place, plan_.inputs[input]);
        return builder_.CreateAlignedLoad(type_of(node.lane), place, llvm::Align(1));
      }
      case NodeOp::and_:
        return builder_.CreateAnd(apart(node, node.a, node.b, a), apart(node, node.b, node.a, b));
      case NodeOp::or_:
        return builder_.CreateOr(apart(node, node.a, node.b, a), apart(node, node.b, node.a, b));
      case NodeOp::not_:
        return builder_.CreateNot(a);
      case NodeOp::extend_signed:
        return builder_.CreateSExt(a, type_of(node.lane));
      case NodeOp::extend_zero:
        return builder_.CreateZExt(a, type_of(node.lane));
      case NodeOp::truncate:
        return builder_.CreateTrunc(a, type_of(node.lane));
      case NodeOp::add:
        return masked_sum(node, apart(node, node.a, node.b, a), apart(node, node.b, node.a, b));
      case NodeOp::subtract:
        return builder_.CreateSub(a, b);
      case NodeOp::multiply:
        return builder_.CreateMul(a, b);
      case NodeOp::smaller:
        return builder_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, a, b);
      case NodeOp::larger:
        return builder_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, a, b);
      case NodeOp::shift_right:
        return builder_.CreateAShr(a, splat(node.lane, node.immediate));
      case NodeOp::blend:
        return builder_.CreateSelect(as_bits(a), b, c);
      case NodeOp::compare:
        return as_mask(builder_.CreateICmp(predicate_of(node.immediate), a, b));
      case NodeOp::test: {
        const Lane lane = plan_.nodes[node.a].lane;
        return as_mask(builder_.CreateICmpNE(builder_.CreateAnd(a, splat(lane, node.immediate)), splat(lane, 0)));
      }
      case NodeOp::any:
        return any(a, plan_.nodes[node.a].lane, node.immediate);
      case NodeOp::add_overflows: {
        Value* const sum = builder_.CreateAdd(a, b);
        return is_negative(builder_.CreateAnd(builder_.CreateXor(a, sum), builder_.CreateXor(b, sum)), node.a);
      }
      case NodeOp::subtract_overflows: {
        Value* const rest = builder_.CreateSub(a, b);
        return is_negative(builder_.CreateAnd(builder_.CreateXor(a, b), builder_.CreateXor(a, rest)), node.a);
      }
      case NodeOp::look_up:
        return look_up(a, pointer(tables_, static_cast<std::size_t>(node.immediate)));
      case NodeOp::gather: {
        // Each entry is read with the bytes that follow it, up to four; the table is longer by so many.
        Value* const table = pointer(tables_, static_cast<std::size_t>(node.immediate));
        Value* const places = builder_.CreateGEP(type_of(node.lane)->getScalarType(), table, a);
        Value* const entries = builder_.CreateMaskedGather(type_of(Lane::i32), places, llvm::Align(1));
        return node.lane == Lane::i32 ? entries : builder_.CreateTrunc(entries, type_of(node.lane));
      }
      case NodeOp::fade:
        return emit_fade(builder_, {.plan = plan_.fades[static_cast<std::size_t>(node.immediate)],
                                    .index = static_cast<std::uint32_t>(node.immediate),
                                    .points = a,
                                    .events = b,
                                    .rows = c,
                                    .result = type_of(node.lane),
                                    .context = member(Member::context),
                                    .fallback = member(Member::fade)});
    }
    (void)id;
    return nullptr;
  }

  // LLVM 19 regroups (p + q) + y as (p + y) + q where p + y is there already, and back again where p + q is there too,
  // without end. A value that stands in such a place is hidden from it: a word by an empty piece of assembly, lanes by
  // a way through memory. Both are rare.
  Value* apart(const Node& node, NodeId inner, NodeId other, Value* value) {
    const Node& part = plan_.nodes[inner];
    if (part.op != node.op || part.lane != node.lane) return value;
    if (!is_pair(node, part.a, other) && !is_pair(node, part.b, other)) return value;
    if (node.lane == Lane::mask) return opaque(value);
    llvm::Function* const function = builder_.GetInsertBlock()->getParent();
    llvm::IRBuilder<> entry(&function->getEntryBlock(), function->getEntryBlock().begin());
    auto* const place = entry.CreateAlloca(value->getType());
    place->setAlignment(llvm::Align(64));
    builder_.CreateAlignedStore(value, place, llvm::Align(64), true);
    return builder_.CreateAlignedLoad(value->getType(), place, llvm::Align(64), true);
  }
  [[nodiscard]] bool is_pair(const Node& node, NodeId a, NodeId b) const {
    return pairs_.count({node.op, std::min(a, b), std::max(a, b)}) != 0;
  }
  void find_pairs() {
    for (const Node& node : plan_.nodes) {
      if (node.op == NodeOp::and_ || node.op == NodeOp::or_ || node.op == NodeOp::add) {
        pairs_.emplace(node.op, std::min(node.a, node.b), std::max(node.a, node.b));
      }
    }
  }

  // What is added to the rows of a mask only is an addition under the mask.
  Value* masked_sum(const Node& node, Value* a, Value* b) {
    for (const auto& [added, other] : {std::pair(node.b, a), std::pair(node.a, b)}) {
      const Node& chosen = plan_.nodes[added];
      if (chosen.op != NodeOp::blend || !is_zero(chosen.c)) continue;
      Value* const points = added == node.b ? b : a;
      auto* const select = llvm::dyn_cast<llvm::SelectInst>(points);
      if (select == nullptr) continue;
      return builder_.CreateSelect(select->getCondition(), builder_.CreateAdd(other, select->getTrueValue()), other);
    }
    return builder_.CreateAdd(a, b);
  }
  [[nodiscard]] bool is_zero(NodeId id) const {
    return plan_.nodes[id].op == NodeOp::splat && plan_.nodes[id].immediate == 0;
  }

  // A step reads each column in one burst, which the processor's own guesses do not get ahead of. So each line is asked
  // for twice: here long before its step, into the second cache, for the first one is too small for so many columns at
  // once; and by fetch_step. Decision 22 has what else was measured.
  void fetch_ahead(Value* place, std::size_t bytes) {
    constexpr std::size_t distance = 1024;
    for (std::size_t at = 0; at < bytes; at += cache_line) fetch(place, distance + at, into_second_cache);
  }

  // The lines of this step, into the first cache: round by round over the wide columns. In this loop each instruction
  // goes through one column line by line, which the processor does see, and goes on from by itself. Returns the block
  // where the step begins.
  llvm::BasicBlock* fetch_step(llvm::Function* function) {
    constexpr std::size_t rounds = 8;
    constexpr std::size_t wide = 256;  // bytes of a step; for less it does not pay
    Value* const inputs = member(Member::inputs);
    std::vector<std::pair<Value*, std::size_t>> columns;  // where the step's bytes lie, and those of a round
    for (std::size_t at = 0; at < plan_.inputs.size(); ++at) {
      if (plan_.inputs[at] < wide) continue;
      columns.emplace_back(at_step(pointer(inputs, at), plan_.inputs[at]), plan_.inputs[at] / rounds);
    }
    auto* const begin = builder_.GetInsertBlock();
    if (columns.empty()) return begin;
    auto* const loop = llvm::BasicBlock::Create(context_, "fetch", function);
    auto* const end = llvm::BasicBlock::Create(context_, "fetched", function);
    builder_.CreateBr(loop);
    builder_.SetInsertPoint(loop);
    auto* const round = builder_.CreatePHI(builder_.getInt64Ty(), 2);
    round->addIncoming(builder_.getInt64(0), begin);
    for (const auto& [base, bytes] : columns) {
      Value* const offset = builder_.CreateMul(round, builder_.getInt64(bytes));
      fetch(builder_.CreateInBoundsGEP(builder_.getInt8Ty(), base, offset), 0, into_first_cache);
    }
    Value* const next = builder_.CreateAdd(round, builder_.getInt64(1));
    round->addIncoming(next, loop);
    builder_.CreateCondBr(builder_.CreateICmpULT(next, builder_.getInt64(rounds)), loop, end);
    builder_.SetInsertPoint(end);
    return end;
  }

  static constexpr std::uint32_t into_first_cache = 3;  // as LLVM numbers them
  static constexpr std::uint32_t into_second_cache = 2;
  void fetch(Value* base, std::size_t offset, std::uint32_t cache) {
    Value* const place = builder_.CreateConstGEP1_64(builder_.getInt8Ty(), base, offset);
    builder_.CreateIntrinsic(llvm::Intrinsic::prefetch, {builder_.getPtrTy()},
                             {place, builder_.getInt32(0), builder_.getInt32(cache), builder_.getInt32(1)});
  }

  // One register's worth of lanes has the bits of all of them.
  Value* any(Value* lanes, Lane lane, std::int64_t bits) {
    constexpr unsigned register_bits = 512;
    unsigned count = step_rows;
    for (; count * lane_bits(lane) > register_bits; count /= 2) {
      llvm::SmallVector<int, step_rows> low;
      llvm::SmallVector<int, step_rows> high;
      for (unsigned k = 0; k < count / 2; ++k) {
        low.push_back(static_cast<int>(k));
        high.push_back(static_cast<int>(k + count / 2));
      }
      lanes = builder_.CreateOr(builder_.CreateShuffleVector(lanes, low), builder_.CreateShuffleVector(lanes, high));
    }
    Value* const wanted = builder_.CreateAnd(lanes, llvm::ConstantInt::getSigned(lanes->getType(), bits));
    Value* const is_any = builder_.CreateICmpNE(wanted, llvm::Constant::getNullValue(lanes->getType()));
    return opaque(
        builder_.CreateZExt(builder_.CreateBitCast(is_any, builder_.getIntNTy(count)), builder_.getInt64Ty()));
  }

  Value* is_negative(Value* lanes, NodeId like) {
    return as_mask(builder_.CreateICmpSLT(lanes, splat(plan_.nodes[like].lane, 0)));
  }

  static llvm::CmpInst::Predicate predicate_of(std::int64_t order) {
    switch (static_cast<Order>(order)) {
      case Order::equal:
        return llvm::CmpInst::ICMP_EQ;
      case Order::not_equal:
        return llvm::CmpInst::ICMP_NE;
      case Order::less:
        return llvm::CmpInst::ICMP_SLT;
      case Order::less_equal:
        return llvm::CmpInst::ICMP_SLE;
      case Order::greater:
        return llvm::CmpInst::ICMP_SGT;
      case Order::greater_equal:
        return llvm::CmpInst::ICMP_SGE;
    }
    return llvm::CmpInst::ICMP_EQ;
  }

  // 256 entries are four registers: two permutes of two each, and the highest bit of a code chooses between them.
  Value* look_up(Value* codes, Value* table) {
    Type* const bytes = type_of(Lane::i8);
    if (!options_.has_byte_permutes) {
      Value* const places =
          builder_.CreateGEP(builder_.getInt8Ty(), table, builder_.CreateZExt(codes, type_of(Lane::i32)));
      Value* const entries = builder_.CreateMaskedGather(type_of(Lane::i32), places, llvm::Align(1));
      return builder_.CreateTrunc(entries, bytes);
    }
    Value* quarters[4] = {};
    for (unsigned k = 0; k < 4; ++k) {
      quarters[k] = builder_.CreateAlignedLoad(
          bytes, builder_.CreateConstInBoundsGEP1_64(builder_.getInt8Ty(), table, std::uint64_t{64} * k),
          llvm::Align(1));
    }
    const auto permuted = [&](Value* low, Value* high) {
      return builder_.CreateIntrinsic(llvm::Intrinsic::x86_avx512_vpermi2var_qi_512, {}, {low, codes, high});
    };
    Value* const is_high = builder_.CreateICmpSLT(codes, splat(Lane::i8, 0));
    return builder_.CreateSelect(is_high, permuted(quarters[2], quarters[3]), permuted(quarters[0], quarters[1]));
  }

  const Plan& plan_;
  const EmitOptions& options_;
  llvm::LLVMContext& context_;
  std::unique_ptr<llvm::Module> module_;
  llvm::IRBuilder<> builder_;
  std::vector<Value*> values_;  // by node, in the present function
  std::vector<NodeId> touched_;
  std::set<std::tuple<NodeOp, NodeId, NodeId>> pairs_;  // operands of what can be regrouped
  std::vector<std::size_t> homes_;                      // by node: where it lies in the scratch memory
  std::size_t scratch_bytes_ = 0;
  Value* frame_ = nullptr;
  Value* step_ = nullptr;
  Value* inputs_ = nullptr;
  Value* outputs_ = nullptr;
  Value* tables_ = nullptr;
  Value* scratch_ = nullptr;
};

}  // namespace

Emitted emit(const Plan& plan, llvm::LLVMContext& context, const EmitOptions& options) {
  return Emitter(plan, context, options).run();
}

}  // namespace muster::runtime::jit
