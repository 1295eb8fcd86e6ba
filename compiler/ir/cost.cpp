#include "compiler/ir/cost.h"

#include <fmt/format.h>

#include "compiler/ir/facts.h"

namespace muster::compiler {

std::string space_name(const Program& program, SpaceId id) {
  const auto object_of = [&](SpaceId space) -> const ObjectSchema* {
    if (space.index >= program.spaces.size()) return nullptr;
    const std::uint32_t object = program.spaces[space].object;
    return object < program.schema.objects.size() ? &program.schema.objects[object] : nullptr;
  };
  const ObjectSchema* const object = object_of(id);
  if (object == nullptr) return "?";
  if (id.index == root_space) return object->name;
  const Space& space = program.spaces[id];
  const ObjectSchema* const parent = space.parent.index < id.index ? object_of(space.parent) : nullptr;
  if (parent == nullptr || space.relation >= parent->relations.size()) return "?";
  const std::string& relation = parent->relations[space.relation].name;
  return space.parent.index == root_space ? relation
                                          : fmt::format("{}.{}", space_name(program, space.parent), relation);
}

std::vector<SpaceCost> cost_of(const Program& program) {
  std::vector<SpaceCost> costs;
  for (std::uint32_t index = 0; index < program.spaces.size(); ++index) {
    const Space& space = program.spaces[SpaceId{index}];
    SpaceCost cost{.rows = space_name(program, SpaceId{index}), .once = space.link == Link::one, .steps = 0};
    if (index != root_space && space.link == Link::many) cost.once = costs[space.parent.index].once;
    costs.push_back(std::move(cost));
  }
  for (const Inst& inst : program.insts) {
    const InstReach reach = reach_of(inst.op);
    const SpaceId place = reach == InstReach::fold ? inst.from : inst.space;
    if (reach != InstReach::scalar && !place.is_none()) ++costs[place.index].steps;
  }
  return costs;
}

}  // namespace muster::compiler
