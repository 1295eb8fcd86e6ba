#include "runtime/jit/order.h"

#include <algorithm>
#include <array>

namespace muster::runtime::jit {
namespace {

std::array<NodeId, 3> operands_of(const Node& node) { return {node.a, node.b, node.c}; }

std::vector<NodeId> order_of(const std::vector<Node>& nodes) {
  std::vector<std::vector<NodeId>> users(nodes.size());  // the first of them last
  std::vector<std::uint8_t> missing(nodes.size());       // operands
  std::vector<NodeId> ready;                             // the next one last
  for (std::size_t at = nodes.size(); at-- > 0;) {
    const auto id = static_cast<NodeId>(at);
    for (const NodeId operand : operands_of(nodes[at])) {
      if (operand == no_node) continue;
      users[operand].push_back(id);
      ++missing[at];
    }
    if (missing[at] == 0) ready.push_back(id);
  }
  // Constants first: nothing waits for them.
  std::ranges::stable_partition(ready, [&](NodeId id) { return nodes[id].op != NodeOp::splat; });
  std::vector<NodeId> order;
  while (!ready.empty()) {
    const NodeId next = ready.back();
    ready.pop_back();
    order.push_back(next);
    for (const NodeId user : users[next]) {
      if (--missing[user] == 0) ready.push_back(user);
    }
  }
  return order;
}

}  // namespace

Plan by_column(const Plan& plan) {
  const std::vector<NodeId> order = order_of(plan.nodes);
  std::vector<NodeId> moved(plan.nodes.size(), no_node);
  for (std::size_t at = 0; at < order.size(); ++at) moved[order[at]] = static_cast<NodeId>(at);
  const auto to = [&](NodeId id) { return id == no_node ? no_node : moved[id]; };
  Plan ordered = plan;
  for (std::size_t at = 0; at < order.size(); ++at) {
    Node& node = ordered.nodes[at] = plan.nodes[order[at]];
    node.a = to(node.a);
    node.b = to(node.b);
    node.c = to(node.c);
  }
  for (Output& output : ordered.outputs) output.node = to(output.node);
  return ordered;
}

}  // namespace muster::runtime::jit
