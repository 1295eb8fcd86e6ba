// A program that a test builds by hand. Called by: tests/unit/compiler only.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/ir/builder.h"

namespace muster::compiler::test {

inline constexpr Type boolean{.kind = Kind::boolean};
inline constexpr Type integer{.kind = Kind::integer};
inline constexpr Type points{.kind = Kind::decimal, .digits = 4};

struct Small {
  Program program;
  ProgramBuilder builder{program, lang::Limits{}};

  Small() { add_space(Link::root, SpaceId{root_space}, "Lead"); }

  // With an object of its own, related to the parent's object.
  SpaceId add_space(Link link, SpaceId parent, const std::string& name) {
    const auto object = static_cast<std::uint32_t>(program.schema.objects.size());
    program.schema.objects.emplace_back().name = name;
    Space space;
    space.link = link;
    space.parent = parent;
    space.object = object;
    if (link != Link::root) {
      auto& relations = program.schema.objects[program.spaces[parent].object].relations;
      space.relation = static_cast<std::uint32_t>(relations.size());
      RelationSchema& relation = relations.emplace_back();
      relation.name = name;
      relation.many = link == Link::many;
      relation.object = object;
    }
    return program.spaces.add(space);
  }
  ValueId column(Type type, const std::string& name, SpaceId in = SpaceId{root_space}) {
    Space& space = program.spaces[in];
    ObjectSchema& object = program.schema.objects[space.object];
    const auto index = static_cast<std::uint32_t>(space.columns.size());
    FieldSchema field;
    field.name = name;
    field.type = type;
    object.fields.push_back(field);
    space.columns.push_back(static_cast<std::uint32_t>(object.fields.size() - 1));
    builder.enter(in);
    const ValueId id = builder.add(Op::column, type, {}, index, {});
    builder.enter(SpaceId{root_space});
    return id;
  }
};

}  // namespace muster::compiler::test
