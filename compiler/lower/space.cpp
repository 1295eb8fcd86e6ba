// The rows that an expression is about: spaces, the way of a value from one to another, and columns.
#include <utility>

#include "compiler/lower/lowerer.h"

namespace muster::compiler {

using namespace lang;

void Lowerer::set_scope(Scope scope) {
  scope_ = std::move(scope);
  if (!scope_.spaces.empty()) builder_.enter(scope_.spaces.back());
}

Extent Lowerer::to_here(Extent value, const std::vector<SpaceId>& references, std::size_t from_depth, Span place) {
  for (ValueId* each : {&value.low, &value.high, &value.fault}) {
    if (each->is_none()) continue;
    for (auto reference = references.rbegin(); reference != references.rend(); ++reference)
      *each = builder_.from_one(*each, *reference, place);
    for (std::size_t depth = from_depth; depth < scope_.spaces.size(); ++depth)
      *each = builder_.to_rows(*each, scope_.spaces[depth], place);
  }
  return value;
}

SpaceId Lowerer::many_space(SpaceId parent, std::uint32_t relation) {
  const auto [child, is_new] = child_spaces_.try_emplace(std::pair(parent.index, relation));
  if (is_new) {
    const std::uint32_t object = program_.schema.objects[program_.spaces[parent].object].relations[relation].object;
    child->second = program_.spaces.add({Link::many, parent, object, relation, {}, {}});
  }
  return child->second;
}

SpaceId Lowerer::one_space(SpaceId parent, std::uint32_t relation) {
  const auto key = std::pair(parent.index, relation);
  if (const auto known = child_spaces_.find(key); known != child_spaces_.end()) return known->second;
  const std::uint32_t referring = program_.spaces[parent].object;
  const std::uint32_t object = program_.schema.objects[referring].relations[relation].object;
  const SpaceId space = program_.spaces.add({Link::one, parent, object, relation, {}, {}});
  child_spaces_.emplace(key, space);
  const Relation* declared = relation_declaration(referring, relation);
  if (declared != nullptr && declared->otherwise) {
    // Links are found before anything is evaluated, so what they look for is the value as it is.
    program_.spaces[space].match =
        in_space(parent, [&] { return in_mode(Mode::actual, [&] { return exact(declared->otherwise->value); }); });
  }
  return space;
}

const ObjectDecl* Lowerer::object_declaration(std::uint32_t object) const {
  const std::string& name = program_.schema.objects[object].name;
  for (const Declaration& declaration : tree_.declarations) {
    const auto* found = std::get_if<ObjectDecl>(&declaration.node);
    if (found != nullptr && found->name.text == name) return found;
  }
  return nullptr;
}

const Relation* Lowerer::relation_declaration(std::uint32_t object, std::uint32_t relation) const {
  const ObjectDecl* declared = object_declaration(object);
  if (declared == nullptr) return nullptr;
  const std::string& name = program_.schema.objects[object].relations[relation].name;
  for (const Relation& each : declared->relations) {
    if (each.name.text == name) return &each;
  }
  return nullptr;
}

const Field* Lowerer::field_declaration(std::uint32_t object, std::uint32_t field) const {
  const ObjectDecl* declared = object_declaration(object);
  if (declared == nullptr) return nullptr;
  const std::string& name = program_.schema.objects[object].fields[field].name;
  for (const Field& each : declared->fields) {
    if (each.name.text == name) return &each;
    for (const KindDecl& kind : each.kinds) {
      for (const Field& own : kind.fields) {
        if (own.name.text == name) return &own;
      }
    }
  }
  return nullptr;
}

ValueId Lowerer::column(std::uint32_t field, Span place) {
  std::vector<std::uint32_t>& columns = program_.spaces[space()].columns;
  const auto [slot, is_new] =
      column_slots_.emplace(std::pair(space().index, field), static_cast<std::uint32_t>(columns.size()));
  if (is_new) columns.push_back(field);
  return builder_.add(Op::column, object().fields[field].type, {}, slot->second, place);
}

}  // namespace muster::compiler
