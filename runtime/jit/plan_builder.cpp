#include "runtime/jit/plan_builder.h"

#include <cassert>
#include <limits>
#include <utility>

namespace muster::runtime::jit {
namespace {

std::int64_t wrapped(std::int64_t value, Lane lane) {
  switch (lane) {
    case Lane::mask:
      return value != 0 ? 1 : 0;
    case Lane::i8:
      return static_cast<std::int8_t>(value);
    case Lane::i16:
      return static_cast<std::int16_t>(value);
    case Lane::i32:
      return static_cast<std::int32_t>(value);
    case Lane::i64:
      return value;
  }
  return value;
}
std::int64_t product(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
std::int64_t total(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace

std::size_t PlanBuilder::Hash::operator()(const Node& node) const noexcept {
  std::uint64_t hash = static_cast<std::uint64_t>(node.op) << 8U | static_cast<std::uint64_t>(node.lane);
  for (const std::uint64_t part : {std::uint64_t{node.a}, std::uint64_t{node.b}, std::uint64_t{node.c},
                                   static_cast<std::uint64_t>(node.immediate)}) {
    hash = (hash ^ part) * 0x9e37'79b9'7f4a'7c15ULL;
    hash ^= hash >> 29U;
  }
  return hash;
}

NodeId PlanBuilder::add(const Node& node) {
  const auto [place, is_new] = known_.emplace(node, static_cast<NodeId>(nodes_.size()));
  if (is_new) nodes_.push_back(node);
  return place->second;
}

NodeId PlanBuilder::splat(Lane lane, std::int64_t value) {
  return add({.op = NodeOp::splat, .lane = lane, .immediate = wrapped(value, lane)});
}

// ---- masks

NodeId PlanBuilder::both(NodeId a, NodeId b) {
  if (a > b) std::swap(a, b);
  if (is_part(a, b)) return a;
  if (is_part(b, a)) return b;
  if (is_part(a, negated(b))) return none();
  return add({.op = NodeOp::and_, .lane = Lane::mask, .a = a, .b = b});
}

NodeId PlanBuilder::either(NodeId a, NodeId b) {
  if (a > b) std::swap(a, b);
  if (is_part(a, b)) return b;
  if (is_part(b, a)) return a;
  if (is_part(negated(a), b)) return all();
  // x and y, or x and not y: x. So `yes or no` of a comparison is where its operands are known.
  const Node& left = nodes_[a];
  const Node& right = nodes_[b];
  if (left.op == NodeOp::and_ && right.op == NodeOp::and_) {
    for (const auto& [shared, rest] : {std::pair(left.a, left.b), std::pair(left.b, left.a)}) {
      if (shared != right.a && shared != right.b) continue;
      const NodeId other = shared == right.a ? right.b : right.a;
      const Node& one = nodes_[rest];
      const Node& two = nodes_[other];
      if ((one.op == NodeOp::not_ && one.a == other) || (two.op == NodeOp::not_ && two.a == rest)) return shared;
    }
  }
  return add({.op = NodeOp::or_, .lane = Lane::mask, .a = a, .b = b});
}

NodeId PlanBuilder::negated(NodeId a) {
  const Node& node = nodes_[a];
  if (node.op == NodeOp::splat) return splat(Lane::mask, 1 - node.immediate);
  if (node.op == NodeOp::not_) return node.a;
  return add({.op = NodeOp::not_, .lane = Lane::mask, .a = a});
}

bool PlanBuilder::is_part(NodeId part, NodeId whole, int depth) const {
  if (part == whole || is_splat(part, 0) || is_splat(whole, 1)) return true;
  if (depth == 0) return false;
  const Node& left = nodes_[part];
  const Node& right = nodes_[whole];
  if (left.op == NodeOp::not_ && right.op == NodeOp::not_ && is_part(right.a, left.a, depth - 1)) return true;
  if (left.op == NodeOp::or_ && is_part(left.a, whole, depth - 1) && is_part(left.b, whole, depth - 1)) return true;
  if (right.op == NodeOp::and_ && is_part(part, right.a, depth - 1) && is_part(part, right.b, depth - 1)) return true;
  if (left.op == NodeOp::and_ && (is_part(left.a, whole, depth - 1) || is_part(left.b, whole, depth - 1))) return true;
  return right.op == NodeOp::or_ && (is_part(part, right.a, depth - 1) || is_part(part, right.b, depth - 1));
}

// ---- lanes

NodeId PlanBuilder::to_lane(NodeId a, Lane lane) {
  const Lane from = nodes_[a].lane;
  if (from == lane) return a;
  return lane > from ? extend_signed(a, lane) : truncate(a, lane);
}

NodeId PlanBuilder::extend_signed(NodeId a, Lane lane) {
  const Node node = nodes_[a];
  if (node.op == NodeOp::splat) return splat(lane, node.immediate);
  if (node.op == NodeOp::blend && is_splat(node.b) && is_splat(node.c)) {
    return blend(node.a, extend_signed(node.b, lane), extend_signed(node.c, lane));
  }
  if (node.op == NodeOp::extend_signed || node.op == NodeOp::extend_zero) {
    return add({.op = node.op, .lane = lane, .a = node.a});
  }
  return add({.op = NodeOp::extend_signed, .lane = lane, .a = a});
}

NodeId PlanBuilder::extend_zero(NodeId a, Lane lane) { return add({.op = NodeOp::extend_zero, .lane = lane, .a = a}); }

NodeId PlanBuilder::truncate(NodeId a, Lane lane) {
  const Node node = nodes_[a];
  if (node.op == NodeOp::splat) return splat(lane, node.immediate);
  if (node.op == NodeOp::blend && is_splat(node.b) && is_splat(node.c)) {
    return blend(node.a, truncate(node.b, lane), truncate(node.c, lane));
  }
  if (node.op == NodeOp::truncate) return add({.op = NodeOp::truncate, .lane = lane, .a = node.a});
  if (node.op == NodeOp::extend_signed || node.op == NodeOp::extend_zero) {
    const Lane from = nodes_[node.a].lane;
    if (from == lane) return node.a;
    if (from > lane) return truncate(node.a, lane);
    return add({.op = node.op, .lane = lane, .a = node.a});
  }
  return add({.op = NodeOp::truncate, .lane = lane, .a = a});
}

NodeId PlanBuilder::sum(NodeId a, NodeId b) {
  if (is_splat(a)) std::swap(a, b);
  const Node& node = nodes_[a];
  if (is_splat(b)) {
    if (is_splat(a)) return splat(node.lane, total(node.immediate, nodes_[b].immediate));
    if (nodes_[b].immediate == 0) return a;
  }
  return add({.op = NodeOp::add, .lane = node.lane, .a = a, .b = b});
}

NodeId PlanBuilder::difference(NodeId a, NodeId b) {
  if (is_splat(b)) return sum(a, splat(nodes_[b].lane, product(nodes_[b].immediate, -1)));
  return add({.op = NodeOp::subtract, .lane = nodes_[a].lane, .a = a, .b = b});
}

NodeId PlanBuilder::times(NodeId a, std::int64_t factor) {
  const Node node = nodes_[a];
  factor = wrapped(factor, node.lane);
  if (factor == 1) return a;
  if (factor == 0) return splat(node.lane, 0);
  if (node.op == NodeOp::splat) return splat(node.lane, product(node.immediate, factor));
  if (node.op == NodeOp::blend && is_splat(node.b) && is_splat(node.c)) {
    return blend(node.a, times(node.b, factor), times(node.c, factor));
  }
  return binary(NodeOp::multiply, a, splat(node.lane, factor));
}

NodeId PlanBuilder::binary(NodeOp op, NodeId a, NodeId b) {
  assert(nodes_[a].lane == nodes_[b].lane);
  return add({.op = op, .lane = nodes_[a].lane, .a = a, .b = b});
}

NodeId PlanBuilder::shift_right(NodeId a, unsigned bits) {
  return bits == 0 ? a
                   : add({.op = NodeOp::shift_right, .lane = nodes_[a].lane, .a = a, .immediate = std::int64_t{bits}});
}

NodeId PlanBuilder::blend(NodeId mask, NodeId yes, NodeId no) {
  if (yes == no || is_splat(mask, 1)) return yes;
  if (is_splat(mask, 0)) return no;
  assert(nodes_[yes].lane == nodes_[no].lane);
  const Node inner = nodes_[yes];
  if (inner.op == NodeOp::blend && inner.c == no && is_part(inner.a, mask)) return yes;
  if (inner.op == NodeOp::blend && is_part(mask, inner.a)) return blend(mask, inner.b, no);
  // LLVM 19 turns a choice of nothing into its opposite and back without end.
  if (is_splat(yes, 0) && !is_splat(no)) return blend(negated(mask), no, yes);
  return add({.op = NodeOp::blend, .lane = nodes_[yes].lane, .a = mask, .b = yes, .c = no});
}

NodeId PlanBuilder::compare(Order order, NodeId a, NodeId b) {
  assert(nodes_[a].lane == nodes_[b].lane);
  // The positive of two opposites, so that each is computed once.
  switch (order) {
    case Order::not_equal:
      return negated(compare(Order::equal, a, b));
    case Order::less_equal:
      return negated(compare(Order::greater, a, b));
    case Order::greater_equal:
      return negated(compare(Order::less, a, b));
    case Order::greater:
      if (is_splat(b)) {
        const std::int64_t bound = nodes_[b].immediate;
        const Lane lane = nodes_[b].lane;
        if (wrapped(bound + (bound != std::numeric_limits<std::int64_t>::max()), lane) <= bound) {
          return splat(Lane::mask, 0);  // nothing is greater than the lane's greatest number
        }
        return negated(compare(Order::less, a, splat(lane, bound + 1)));
      }
      return compare(Order::less, b, a);
    case Order::equal:
    case Order::less:
      break;
  }
  if (is_splat(a) && is_splat(b)) {
    const std::int64_t left = nodes_[a].immediate;
    const std::int64_t right = nodes_[b].immediate;
    const bool holds = order == Order::equal ? left == right : left < right;
    return splat(Lane::mask, holds ? 1 : 0);
  }
  return add(
      {.op = NodeOp::compare, .lane = Lane::mask, .a = a, .b = b, .immediate = static_cast<std::int64_t>(order)});
}

NodeId PlanBuilder::test(NodeId a, std::int64_t bits) {
  return add({.op = NodeOp::test, .lane = Lane::mask, .a = a, .immediate = wrapped(bits, nodes_[a].lane)});
}

NodeId PlanBuilder::look_up(NodeId codes, std::size_t table) {
  return add({.op = NodeOp::look_up, .lane = Lane::i8, .a = codes, .immediate = static_cast<std::int64_t>(table)});
}

NodeId PlanBuilder::gather(NodeId codes, std::size_t table) {
  return add({.op = NodeOp::gather, .lane = Lane::i32, .a = codes, .immediate = static_cast<std::int64_t>(table)});
}

NodeId PlanBuilder::fade(Lane lane, NodeId points, NodeId events, NodeId rows, std::size_t fade) {
  return add({.op = NodeOp::fade,
              .lane = lane,
              .a = points,
              .b = events,
              .c = rows,
              .immediate = static_cast<std::int64_t>(fade)});
}

// ----

Plan PlanBuilder::finish(std::vector<Output> outputs, std::vector<FadePlan> fades,
                         const std::vector<std::size_t>& inputs, std::vector<std::size_t>& kept_inputs) const {
  std::vector<bool> is_needed(nodes_.size());
  for (const Output& output : outputs) is_needed[output.node] = true;
  for (std::size_t at = nodes_.size(); at-- > 0;) {
    if (!is_needed[at]) continue;
    for (const NodeId operand : {nodes_[at].a, nodes_[at].b, nodes_[at].c}) {
      if (operand != no_node) is_needed[operand] = true;
    }
  }
  Plan plan;
  plan.fades = std::move(fades);
  kept_inputs.clear();
  std::vector<NodeId> renumbered(nodes_.size(), no_node);
  std::vector<std::size_t> input_of(inputs.size(), inputs.size());
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    if (!is_needed[at]) continue;
    Node node = nodes_[at];
    for (NodeId* operand : {&node.a, &node.b, &node.c}) {
      if (*operand != no_node) *operand = renumbered[*operand];
    }
    if (node.op == NodeOp::load) {
      std::size_t& input = input_of[static_cast<std::size_t>(node.immediate)];
      if (input == inputs.size()) {
        input = kept_inputs.size();
        kept_inputs.push_back(static_cast<std::size_t>(node.immediate));
        plan.inputs.push_back(inputs[static_cast<std::size_t>(node.immediate)]);
      }
      node.immediate = static_cast<std::int64_t>(input);
    }
    renumbered[at] = static_cast<NodeId>(plan.nodes.size());
    plan.nodes.push_back(node);
  }
  plan.outputs = std::move(outputs);
  for (Output& output : plan.outputs) output.node = renumbered[output.node];
  return plan;
}

}  // namespace muster::runtime::jit
