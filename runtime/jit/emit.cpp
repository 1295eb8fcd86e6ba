#include "runtime/jit/emit.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include "runtime/jit/emit_fade.h"
#include "runtime/jit/emit_fetch.h"
#include "runtime/jit/emit_frame.h"
#include "runtime/jit/emit_lanes.h"

namespace muster::runtime::jit {
namespace {

using llvm::Type;
using llvm::Value;

class Emitter {
 public:
  Emitter(const Plan& plan, llvm::LLVMContext& context, const EmitOptions& options)
      : plan_(plan),
        options_(options),
        context_(context),
        module_(std::make_unique<llvm::Module>("kernel", context)),
        builder_(context),
        lanes_(builder_, *module_, options),
        frame_(builder_),
        values_(plan.nodes.size()),
        is_made_(plan.nodes.size()),
        is_entry_(plan.nodes.size()),
        homes_(plan.nodes.size(), no_home),
        places_(plan.inputs.size()),
        is_fetched_(plan.inputs.size()) {}

  Emitted run() {
    const std::size_t count = plan_.nodes.size();
    const std::size_t part =
        options_.nodes_per_function == 0 ? std::max<std::size_t>(count, 1) : options_.nodes_per_function;
    std::vector<llvm::Function*> parts;
    std::vector<std::vector<const Output*>> outputs_of(count);
    for (const Output& output : plan_.outputs) outputs_of[output.node].push_back(&output);
    find_entries();
    find_made();
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

  // ---- what is made, and where

  // What is added to the rows of a mask only is an addition under the mask: the operand of a sum that is such points, a
  // choice between them and nothing.
  [[nodiscard]] NodeId masked_points_of(const Node& node) const {
    if (node.op != NodeOp::add) return no_node;
    for (const NodeId operand : {node.b, node.a}) {
      const Node& points = plan_.nodes[operand];
      if (points.op != NodeOp::blend) continue;
      const Node& otherwise = plan_.nodes[points.c];
      if (otherwise.op == NodeOp::splat && otherwise.immediate == 0) return operand;
    }
    return no_node;
  }
  // The entries of a table for the codes of a column are fetched one by one, before the functions run: a gather of the
  // processor takes half as long again. What it does better are bytes as codes, where it has permutes of them.
  void find_entries() {
    for (std::size_t at = 0; at < plan_.nodes.size(); ++at) {
      const Node& node = plan_.nodes[at];
      if (node.op != NodeOp::gather && (node.op != NodeOp::look_up || options_.has_byte_permutes)) continue;
      const Node* codes = &plan_.nodes[node.a];
      if (codes->op == NodeOp::extend_zero) codes = &plan_.nodes[codes->a];
      if (codes->op != NodeOp::load) continue;
      homes_[at] = scratch_bytes_;
      scratch_bytes_ += lane_bytes(node.lane);
      const auto input = static_cast<std::size_t>(codes->immediate);
      entries_.push_back({input, static_cast<std::size_t>(node.immediate), node.lane, homes_[at]});
      is_fetched_[input] = is_entry_[at] = true;
    }
  }
  // The nodes that are read where this one is made.
  template <class Read>
  void each_operand(NodeId id, Read read) const {
    if (is_entry_[id]) return;
    const Node& node = plan_.nodes[id];
    const NodeId points = masked_points_of(node);
    if (points == no_node) {
      for (const NodeId operand : {node.a, node.b, node.c}) {
        if (operand != no_node) read(operand);
      }
      return;
    }
    read(points == node.b ? node.a : node.b);
    read(plan_.nodes[points].a);
    read(plan_.nodes[points].b);
  }
  void find_made() {
    for (const Output& output : plan_.outputs) is_made_[output.node] = true;
    for (std::size_t at = plan_.nodes.size(); at-- > 0;) {
      if (is_made_[at]) each_operand(static_cast<NodeId>(at), [&](NodeId operand) { is_made_[operand] = true; });
    }
  }

  // Values that a later function needs lie in the scratch memory, lanes before words so that each begins with a cache
  // line; what costs nothing is made again instead.
  static bool is_cheap(const Node& node) { return node.op == NodeOp::splat || node.op == NodeOp::load; }
  void find_homes(std::size_t part) {
    for (const bool of_words : {false, true}) {
      for (std::size_t at = 0; at < plan_.nodes.size(); ++at) {
        if (!is_made_[at]) continue;
        each_operand(static_cast<NodeId>(at), [&](NodeId operand) {
          const Node& node = plan_.nodes[operand];
          if (is_cheap(node) || operand / part == at / part || homes_[operand] != no_home) return;
          if ((node.lane == Lane::mask) != of_words) return;
          homes_[operand] = scratch_bytes_;
          scratch_bytes_ += lane_bytes(node.lane);
        });
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

  static std::uint64_t home_align(Lane lane) { return lane == Lane::mask ? sizeof(std::uint64_t) : cache_line; }
  Value* home(NodeId id) { return frame_.scratch(homes_[id]); }

  llvm::Function* emit_part(std::size_t first, std::size_t past,
                            const std::vector<std::vector<const Output*>>& outputs_of) {
    auto* const type =
        llvm::FunctionType::get(builder_.getVoidTy(), {builder_.getPtrTy(), builder_.getInt64Ty()}, false);
    auto* const function = new_function("part", type, true);
    builder_.SetInsertPoint(llvm::BasicBlock::Create(context_, "", function));
    frame_.enter(function->getArg(0), function->getArg(1));
    first_ = static_cast<NodeId>(first);
    for (const NodeId id : touched_) values_[id].clear();
    touched_.clear();
    std::ranges::fill(places_, nullptr);
    for (std::size_t at = first; at < past; ++at) {
      const auto id = static_cast<NodeId>(at);
      if (!is_made_[at] || is_entry_[at]) continue;
      if (is_cheap(plan_.nodes[at]) && outputs_of[at].empty()) continue;  // made where it is used
      const Pieces& value = value_of(id);
      if (homes_[at] != no_home) lanes_.store(value, home(id), home_align(plan_.nodes[at].lane));
      for (const Output* output : outputs_of[at]) write(*output, plan_.nodes[at].lane, value);
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
    frame_.enter(function->getArg(0), step);
    auto* const latch = emit_fetch_step(builder_, frame_, plan_, entries_);
    for (llvm::Function* part : parts) builder_.CreateCall(part, {function->getArg(0), step});
    Value* const next = builder_.CreateAdd(step, builder_.getInt64(1));
    step->addIncoming(next, latch);
    builder_.CreateCondBr(builder_.CreateICmpULT(next, function->getArg(1)), loop, end);
    builder_.SetInsertPoint(end);
    builder_.CreateRetVoid();
  }

  void write(const Output& output, Lane from, const Pieces& value) {
    const auto index = static_cast<std::size_t>(&output - plan_.outputs.data());
    if (output.bytes == 0)
      return lanes_.store(value, frame_.output(index, sizeof(std::uint64_t)), sizeof(std::uint64_t));
    const Lane lane = lane_of_bytes(output.bytes);
    Pieces numbers = lanes_.convert(value, from, lane, true);
    if (output.scale != 1) {
      numbers =
          Lanes::each([&](Value* one) { return builder_.CreateMul(one, lanes_.splat(lane, output.scale)); }, numbers);
    }
    lanes_.store(numbers, frame_.output(index, step_rows * output.bytes), output.is_streamed ? cache_line : 1,
                 output.is_streamed);
  }

  // ---- nodes

  const Pieces& value_of(NodeId id) {
    Pieces& value = values_[id];
    if (!value.empty()) return value;
    const Node& node = plan_.nodes[id];
    if (is_entry_[id] || (id < first_ && !is_cheap(node))) {
      value = lanes_.load(node.lane, home(id), home_align(node.lane));
    } else {
      value = make(node);
    }
    touched_.push_back(id);
    return value;
  }

  // Where this step's bytes of an input lie, in the present function.
  Value* place_of(std::size_t input) {
    if (places_[input] != nullptr) return places_[input];
    const std::size_t bytes = plan_.inputs[input];
    places_[input] = frame_.input(input, bytes);
    if (bytes >= cache_line && !is_fetched_[input]) emit_fetch_ahead(builder_, places_[input], bytes);
    is_fetched_[input] = true;
    return places_[input];
  }

  Pieces make(const Node& node) {
    const Lane lane = node.lane;
    const Lane from = node.a == no_node ? lane : plan_.nodes[node.a].lane;
    const auto binary = [&](auto make_one) { return Lanes::each(make_one, value_of(node.a), value_of(node.b)); };
    switch (node.op) {
      case NodeOp::splat:
        if (lane == Lane::mask) return {builder_.getInt64(node.immediate != 0 ? ~std::uint64_t{0} : 0)};
        return Pieces(lanes_.count(lane), lanes_.splat(lane, node.immediate));
      case NodeOp::load:
        return lanes_.load(lane, place_of(static_cast<std::size_t>(node.immediate)), 1);
      case NodeOp::and_:
        return Lanes::each([&](Value* a, Value* b) { return builder_.CreateAnd(a, b); }, apart(node, node.a, node.b),
                           apart(node, node.b, node.a));
      case NodeOp::or_:
        return Lanes::each([&](Value* a, Value* b) { return builder_.CreateOr(a, b); }, apart(node, node.a, node.b),
                           apart(node, node.b, node.a));
      case NodeOp::not_:
        return {builder_.CreateNot(value_of(node.a)[0])};
      case NodeOp::extend_signed:
      case NodeOp::extend_zero: {
        const bool is_signed = node.op == NodeOp::extend_signed;
        const Node& narrow = plan_.nodes[node.a];
        if (narrow.op == NodeOp::load && values_[node.a].empty()) {
          return lanes_.load_wider(from, lane, place_of(static_cast<std::size_t>(narrow.immediate)), is_signed);
        }
        return lanes_.convert(value_of(node.a), from, lane, is_signed);
      }
      case NodeOp::truncate:
        return lanes_.convert(value_of(node.a), from, lane, true);
      case NodeOp::add:
        return sum(node);
      case NodeOp::subtract:
        return binary([&](Value* a, Value* b) { return builder_.CreateSub(a, b); });
      case NodeOp::multiply:
        return binary([&](Value* a, Value* b) { return builder_.CreateMul(a, b); });
      case NodeOp::smaller:
        return binary([&](Value* a, Value* b) { return builder_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, a, b); });
      case NodeOp::larger:
        return binary([&](Value* a, Value* b) { return builder_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, a, b); });
      case NodeOp::shift_right:
        return Lanes::each([&](Value* a) { return builder_.CreateAShr(a, lanes_.constant(lane, node.immediate)); },
                           value_of(node.a));
      case NodeOp::blend:
        return Lanes::each([&](Value* bits, Value* b, Value* c) { return builder_.CreateSelect(bits, b, c); },
                           lanes_.bits(value_of(node.a)[0], lane), value_of(node.b), value_of(node.c));
      case NodeOp::compare:
        return {lanes_.word(
            binary([&](Value* a, Value* b) { return builder_.CreateICmp(predicate_of(node.immediate), a, b); }))};
      case NodeOp::test:
        return {lanes_.word(Lanes::each([&](Value* a) { return has_any(a, from, node.immediate); }, value_of(node.a)))};
      case NodeOp::any:
        return {any(value_of(node.a), from, node.immediate)};
      case NodeOp::add_overflows:
        return {lanes_.word(binary([&](Value* a, Value* b) {
          Value* const total = builder_.CreateAdd(a, b);
          return is_negative(builder_.CreateAnd(builder_.CreateXor(a, total), builder_.CreateXor(b, total)));
        }))};
      case NodeOp::subtract_overflows:
        return {lanes_.word(binary([&](Value* a, Value* b) {
          Value* const rest = builder_.CreateSub(a, b);
          return is_negative(builder_.CreateAnd(builder_.CreateXor(a, b), builder_.CreateXor(a, rest)));
        }))};
      case NodeOp::look_up:
        return look_up(value_of(node.a), frame_.table(static_cast<std::size_t>(node.immediate)));
      case NodeOp::gather:
        return lanes_.convert(gather(value_of(node.a), frame_.table(static_cast<std::size_t>(node.immediate)), lane),
                              Lane::i32, lane, true);
      case NodeOp::fade: {
        const Node& events = plan_.nodes[node.b];
        const bool are_loaded = events.op == NodeOp::load;
        const Pieces none;
        return emit_fade(builder_, lanes_,
                         {.plan = plan_.fades[static_cast<std::size_t>(node.immediate)],
                          .index = static_cast<std::uint32_t>(node.immediate),
                          .points = value_of(node.a),
                          .points_lane = from,
                          .events_place = are_loaded ? place_of(static_cast<std::size_t>(events.immediate)) : nullptr,
                          .events = are_loaded ? none : value_of(node.b),
                          .rows = value_of(node.c)[0],
                          .result = lane,
                          .context = frame_.context(),
                          .fallback = frame_.fade()});
      }
    }
    return {};
  }

  // LLVM 19 regroups (p + q) + y as (p + y) + q where p + y is there already, and back again where p + q is there too,
  // without end. A value that stands in such a place is hidden from it: a word by an empty piece of assembly, lanes by
  // a way through memory. Both are rare.
  Pieces apart(const Node& node, NodeId inner, NodeId other) {
    const Pieces& value = value_of(inner);
    const Node& part = plan_.nodes[inner];
    if (part.op != node.op || part.lane != node.lane) return value;
    if (!is_pair(node, part.a, other) && !is_pair(node, part.b, other)) return value;
    if (node.lane == Lane::mask) return {opaque(builder_, value[0])};
    llvm::Function* const function = builder_.GetInsertBlock()->getParent();
    llvm::IRBuilder<> entry(&function->getEntryBlock(), function->getEntryBlock().begin());
    return Lanes::each(
        [&](Value* piece) {
          auto* const place = entry.CreateAlloca(piece->getType());
          place->setAlignment(llvm::Align(cache_line));
          builder_.CreateAlignedStore(piece, place, llvm::Align(cache_line), true);
          return builder_.CreateAlignedLoad(piece->getType(), place, llvm::Align(cache_line), true);
        },
        value);
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

  Pieces sum(const Node& node) {
    const auto add = [&](Value* a, Value* b) { return builder_.CreateAdd(a, b); };
    const NodeId points = masked_points_of(node);
    if (points == no_node) return Lanes::each(add, apart(node, node.a, node.b), apart(node, node.b, node.a));
    const Node& chosen = plan_.nodes[points];
    return Lanes::each([&](Value* bits, Value* before,
                           Value* added) { return builder_.CreateSelect(bits, add(before, added), before); },
                       lanes_.bits(value_of(chosen.a)[0], node.lane), value_of(points == node.b ? node.a : node.b),
                       value_of(chosen.b));
  }

  Value* has_any(Value* piece, Lane lane, std::int64_t bits) {
    return builder_.CreateICmpNE(builder_.CreateAnd(piece, lanes_.splat(lane, bits)),
                                 llvm::Constant::getNullValue(piece->getType()));
  }

  // One register's worth of lanes has the bits of all of them.
  Value* any(Pieces pieces, Lane lane, std::int64_t bits) {
    constexpr unsigned register_bits = 512;
    for (; pieces.size() > 1; pieces.pop_back()) {
      Value*& first = pieces[pieces.size() - 2];
      first = builder_.CreateOr(first, pieces.back());
    }
    unsigned count = lanes_.width(lane);
    for (; count * lane_bits(lane) > register_bits; count /= 2) {
      pieces[0] = builder_.CreateOr(lanes_.part(pieces, 0, count / 2), lanes_.part(pieces, count / 2, count / 2));
    }
    Type* const lanes = pieces[0]->getType();
    Value* const wanted = builder_.CreateAnd(pieces[0], llvm::ConstantInt::getSigned(lanes, bits));
    Value* const is_any = builder_.CreateICmpNE(wanted, llvm::Constant::getNullValue(lanes));
    return opaque(builder_, builder_.CreateZExt(builder_.CreateBitCast(is_any, builder_.getIntNTy(count)),
                                                builder_.getInt64Ty()));
  }

  Value* is_negative(Value* piece) {
    return builder_.CreateICmpSLT(piece, llvm::Constant::getNullValue(piece->getType()));
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

  // Entries of a table of lanes. Each is read with the bytes that follow it, up to four; the table is longer by so
  // many.
  Pieces gather(const Pieces& codes, Value* table, Lane lane) {
    Type* const entry = builder_.getIntNTy(lane_bits(lane));
    return Lanes::each(
        [&](Value* piece) -> Value* {
          Value* const places = builder_.CreateGEP(entry, table, piece);
          return builder_.CreateMaskedGather(lanes_.type(Lane::i32), places, llvm::Align(1));
        },
        codes);
  }

  // 256 entries are four registers: two permutes of two each, and the highest bit of a code chooses between them.
  Pieces look_up(const Pieces& codes, Value* table) {
    if (!options_.has_byte_permutes) {
      const Pieces entries = gather(lanes_.convert(codes, Lane::i8, Lane::i32, false), table, Lane::i8);
      return lanes_.convert(entries, Lane::i32, Lane::i8, false);
    }
    Type* const bytes = lanes_.type(Lane::i8);
    Value* quarters[4] = {};
    for (unsigned k = 0; k < 4; ++k) {
      quarters[k] = builder_.CreateAlignedLoad(
          bytes, builder_.CreateConstInBoundsGEP1_64(builder_.getInt8Ty(), table, std::uint64_t{64} * k),
          llvm::Align(1));
    }
    const auto permuted = [&](Value* low, Value* high) {
      return builder_.CreateIntrinsic(llvm::Intrinsic::x86_avx512_vpermi2var_qi_512, {}, {low, codes[0], high});
    };
    return {builder_.CreateSelect(is_negative(codes[0]), permuted(quarters[2], quarters[3]),
                                  permuted(quarters[0], quarters[1]))};
  }

  const Plan& plan_;
  const EmitOptions& options_;
  llvm::LLVMContext& context_;
  std::unique_ptr<llvm::Module> module_;
  llvm::IRBuilder<> builder_;
  Lanes lanes_;
  FrameCode frame_;
  std::vector<Pieces> values_;  // by node, in the present function
  std::vector<NodeId> touched_;
  std::vector<bool> is_made_;                           // by node: not only added under a mask
  std::set<std::tuple<NodeOp, NodeId, NodeId>> pairs_;  // operands of what can be regrouped
  std::vector<bool> is_entry_;                          // by node: of `entries_`
  std::vector<Entries> entries_;
  std::vector<std::size_t> homes_;  // by node: where it lies in the scratch memory
  std::size_t scratch_bytes_ = 0;
  std::vector<Value*> places_;    // by input, in the present function
  std::vector<bool> is_fetched_;  // by input
  NodeId first_ = 0;              // of the present function
};

}  // namespace

Emitted emit(const Plan& plan, llvm::LLVMContext& context, const EmitOptions& options) {
  return Emitter(plan, context, options).run();
}

}  // namespace muster::runtime::jit
