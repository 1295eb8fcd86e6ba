// Makes the nodes of a plan, each once, and simplifies while it makes them: what always holds for masks is never asked.
// May include: runtime/jit/plan.h. Called by: runtime/jit.
#pragma once

#include <unordered_map>
#include <vector>

#include "runtime/jit/plan.h"

namespace muster::runtime::jit {

class PlanBuilder {
 public:
  [[nodiscard]] const Node& operator[](NodeId id) const { return nodes_[id]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  NodeId splat(Lane lane, std::int64_t value);
  NodeId none() { return splat(Lane::mask, 0); }
  NodeId all() { return splat(Lane::mask, 1); }
  NodeId load(Lane lane, std::size_t input) {
    return add({.op = NodeOp::load, .lane = lane, .immediate = static_cast<std::int64_t>(input)});
  }

  NodeId both(NodeId a, NodeId b);
  NodeId either(NodeId a, NodeId b);
  NodeId negated(NodeId a);
  NodeId without(NodeId a, NodeId b) { return both(a, negated(b)); }
  // Whether every row of `part` is surely one of `whole`; false where that is not seen.
  [[nodiscard]] bool is_part(NodeId part, NodeId whole, int depth = 4) const;

  NodeId extend_signed(NodeId a, Lane lane);
  NodeId extend_zero(NodeId a, Lane lane);
  NodeId truncate(NodeId a, Lane lane);
  NodeId to_lane(NodeId a, Lane lane);  // a signed number, modulo the lane's width
  NodeId sum(NodeId a, NodeId b);
  NodeId difference(NodeId a, NodeId b);
  NodeId times(NodeId a, std::int64_t factor);
  NodeId binary(NodeOp op, NodeId a, NodeId b);  // smaller, larger, multiply, and_ of lanes
  NodeId shift_right(NodeId a, unsigned bits);
  NodeId blend(NodeId mask, NodeId yes, NodeId no);
  NodeId compare(Order order, NodeId a, NodeId b);
  NodeId test(NodeId a, std::int64_t bits);
  NodeId any(NodeId a, std::int64_t bits) {
    return add({.op = NodeOp::any, .lane = Lane::mask, .a = a, .immediate = bits});
  }
  NodeId overflows(NodeOp op, NodeId a, NodeId b) { return add({.op = op, .lane = Lane::mask, .a = a, .b = b}); }
  NodeId look_up(NodeId codes, std::size_t table);
  NodeId gather(NodeId codes, std::size_t table);
  NodeId fade(Lane lane, NodeId points, NodeId events, NodeId rows, std::size_t fade);

  [[nodiscard]] bool is_splat(NodeId id) const { return nodes_[id].op == NodeOp::splat; }
  [[nodiscard]] bool is_splat(NodeId id, std::int64_t value) const {
    return is_splat(id) && nodes_[id].immediate == value;
  }

  // The plan of what the outputs need, its nodes and inputs renumbered. `inputs` are the bytes of each input that loads
  // name; `kept_inputs` is given their new order.
  [[nodiscard]] Plan finish(std::vector<Output> outputs, std::vector<FadePlan> fades,
                            const std::vector<std::size_t>& inputs, std::vector<std::size_t>& kept_inputs) const;

 private:
  struct Hash {
    std::size_t operator()(const Node& node) const noexcept;
  };

  NodeId add(const Node& node);

  std::vector<Node> nodes_;
  std::unordered_map<Node, NodeId, Hash> known_;
};

}  // namespace muster::runtime::jit
