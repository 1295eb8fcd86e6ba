#include "compiler/check/field_uses.h"

#include <algorithm>
#include <map>

#include "compiler/resolve/walk.h"
#include "lang/syntax/parentheses.h"

namespace muster::compiler {

using namespace lang;

FieldUses::FieldUses(const Tree& tree, const Symbols& symbols, const TypedPolicy& policy)
    : tree_(tree), symbols_(symbols), policy_(policy) {
  for (const Declaration& declaration : tree.declarations) {
    if (const auto* extend = std::get_if<ExtendDecl>(&declaration.node))
      extensions_[extend->table.text].push_back(&declaration.node);
  }
}

// ---- the search, breadth first, so that the way that is told is a short one

std::vector<FieldUses::Reached> FieldUses::search(std::uint32_t declaration) {
  currency_.reset();
  const Step first{{Use::What::declaration, declaration, 0}, {}};
  std::vector<Reached> reached{{first, 0}};
  std::map<Use, bool> seen{{first.use, true}};
  for (std::size_t at = 0; at < reached.size(); ++at) {
    found_.clear();
    expand(reached[at].step.use);
    // A lead that is not kept, or that is ignored, has no answer at all.
    if (at == 0 && symbols_.subject() != no_object) {
      found({Use::What::duplicates, symbols_.subject(), 0}, {});
      for (std::uint32_t index = 0; index < tree_.declarations.size(); ++index) {
        const auto* ignore = std::get_if<IgnoreDecl>(&tree_.declarations[index].node);
        if (ignore != nullptr && !ignore->object) add_declaration(index, tree_.declarations[index].keyword);
      }
    }
    for (const Step& step : found_) {
      if (seen.emplace(step.use, true).second) reached.push_back({step, at});
    }
  }
  return reached;
}

std::vector<FieldUses::Step> FieldUses::way(std::uint32_t declaration, const Use& wanted) {
  const std::vector<Reached> reached = search(declaration);
  auto end = std::find_if(reached.begin(), reached.end(), [&](const Reached& each) { return each.step.use == wanted; });
  if (end == reached.end()) return {};
  std::vector<Step> steps{end->step};
  for (auto at = static_cast<std::size_t>(end - reached.begin()); reached[at].from != at;) {
    at = reached[at].from;
    steps.push_back(reached[at].step);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::vector<Use> FieldUses::all(std::uint32_t declaration) {
  std::vector<Use> uses;
  for (const Reached& each : search(declaration)) uses.push_back(each.step.use);
  return uses;
}

std::string FieldUses::words(const Use& use) const {
  const auto object = [&] { return symbols_.objects()[use.first].name(); };
  switch (use.what) {
    case Use::What::declaration:
      return name_of(tree_.declarations[use.first].node);
    case Use::What::field: {
      const std::string& field = symbols_.objects()[use.first].fields[use.second].field->name.text;
      return use.first == symbols_.subject() ? field : object() + "." + field;
    }
    case Use::What::reference:
      return symbols_.objects()[use.first].object->relations[use.second].name.text;
    case Use::What::children:
      return symbols_.objects()[use.first].object->relations[use.second].object.text;
    case Use::What::rows:
      return object();
    case Use::What::kind: {
      const ObjectNames& names = symbols_.objects()[use.first];
      return use.second < names.kinds.size() ? names.kinds[use.second]->name.text : object();
    }
    case Use::What::duplicates:
      return "duplicates of " + object();
    case Use::What::recycling:
      return "recycled";
    case Use::What::rates:
      return "rates";
  }
  return {};
}

void FieldUses::expand(const Use& use) {
  scopes_ = {{symbols_.subject(), {}}};
  switch (use.what) {
    case Use::What::declaration:
      return expand_declaration(use.first);
    case Use::What::field:
      return;
    case Use::What::reference:
    case Use::What::children:
      return expand_relation(use.first, use.second);
    case Use::What::rows:
      return expand_rows(use.first);
    case Use::What::kind:
      found({Use::What::rows, use.first, 0}, {});
      return;
    case Use::What::duplicates:
      return expand_duplicates(use.first);
    case Use::What::recycling:
      return expand_recycling();
    case Use::What::rates:
      for (std::uint32_t index = 0; index < tree_.declarations.size(); ++index) {
        if (std::holds_alternative<RatesDecl>(tree_.declarations[index].node))
          add_declaration(index, tree_.declarations[index].keyword);
      }
      return;
  }
}

// ---- what a declaration says

void FieldUses::expressions_of(const DeclarationNode& node) {
  for_each_expression(
      tree_, node, [this](ExprId id) { add(id); },
      [this](RowsId rows, const std::optional<ExprId>& value) { add_rows(rows, value); });
}

void FieldUses::expand_declaration(std::uint32_t index) {
  const DeclarationNode& node = tree_.declarations[index].node;
  scopes_ = {{symbols_.about(index), {}}};
  expressions_of(node);
  std::visit(Overloaded{[&](const GradeDecl& grade) {
                          for (const Name& axis : grade.axes) add_name(axis);
                        },
                        [&](const FrameworkDecl& framework) {
                          if (framework.source) add_name(framework.source->name);
                          add_framework(index);
                        },
                        [&](const LifecycleDecl& lifecycle) { add_lifecycle(lifecycle); },
                        [&](const TableDecl& table) {
                          const auto extensions = extensions_.find(table.name.text);
                          if (extensions == extensions_.end()) return;
                          for (const DeclarationNode* extend : extensions->second) expressions_of(*extend);
                        },
                        [](const auto&) {}},
             node);
}

void FieldUses::add_framework(std::uint32_t index) {
  const auto framework = policy_.frameworks.find(index);
  if (framework == policy_.frameworks.end()) return;
  for (const LetterInfo& letter : framework->second.letters) {
    if (!letter.letter->half_when_claimed) continue;
    for (const ExprId claimed : letter.claimed) add_option(claimed, false);
  }
}

// The fields that a lifecycle names; its conditions are expressions like any others.
void FieldUses::add_lifecycle(const LifecycleDecl& lifecycle) {
  const std::uint32_t subject = symbols_.subject();
  if (subject == no_object) return;
  if (lifecycle.remembers) add_field(subject, *lifecycle.remembers);
  for (const LifecycleItem& item : lifecycle.items) {
    std::visit(Overloaded{[&](const StageDecl& stage) {
                            if (stage.entered_at) add_field(subject, *stage.entered_at);
                          },
                          [&](const Recycled& recycled) {
                            if (recycled.at) add_field(subject, *recycled.at);
                          },
                          // An override names a lead by its key.
                          [&](const StageOverride&) {
                            if (const auto key = policy_.schema.objects[subject].key)
                              add_field(subject, *key, item.span);
                          },
                          [](const auto&) {}},
               item.node);
  }
}

void FieldUses::expand_recycling() {
  const auto index = symbols_.lifecycle();
  if (!index) return;
  for (const LifecycleItem& item : std::get<LifecycleDecl>(tree_.declarations[*index].node).items) {
    const auto* recycled = std::get_if<Recycled>(&item.node);
    if (recycled == nullptr || !recycled->at) continue;
    add(recycled->condition);
    add_field(symbols_.subject(), *recycled->at);
  }
}

// ---- what is always done with rows

void FieldUses::expand_relation(std::uint32_t object, std::uint32_t number) {
  scopes_ = {{object, {}}};
  const ObjectSchema& own = policy_.schema.objects[object];
  const RelationSchema& relation = own.relations[number];
  const Relation& written = symbols_.objects()[object].object->relations[number];
  add_field(relation.many ? relation.object : object, relation.by, written.by.span);
  const std::uint32_t keyed = relation.many ? object : relation.object;  // whose key is looked for
  if (const auto key = policy_.schema.objects[keyed].key) add_field(keyed, *key, written.span);
  found({Use::What::duplicates, keyed, 0}, {});
  found({Use::What::rows, relation.object, 0}, {});
  if (written.otherwise) {
    if (relation.match_field) add_field(relation.object, *relation.match_field, written.otherwise->field.span);
    add(written.otherwise->value);
  }
  add(written.tracked_since);
  add(written.tracked_only_when);
}

void FieldUses::expand_rows(std::uint32_t object) {
  const ObjectSchema& schema = policy_.schema.objects[object];
  // Rows with one key are one row, and rows after the evaluation do not count.
  if (schema.key) add_field(object, *schema.key, schema.fields[*schema.key].span);
  if (schema.time) add_field(object, *schema.time, schema.fields[*schema.time].span);
  found({Use::What::duplicates, object, 0}, {});
  for (std::uint32_t index = 0; index < tree_.declarations.size(); ++index) {
    const auto* ignore = std::get_if<IgnoreDecl>(&tree_.declarations[index].node);
    if (ignore != nullptr && ignore->object && ignore->object->text == schema.name)
      add_declaration(index, tree_.declarations[index].keyword);
  }
}

void FieldUses::expand_duplicates(std::uint32_t object) {
  const ObjectSchema& schema = policy_.schema.objects[object];
  if (!schema.duplicates) return;
  add_field(object, schema.duplicates->by, schema.duplicates->span);
  add_field(object, schema.duplicates->dated, schema.duplicates->span);
  if (schema.key) add_field(object, *schema.key, schema.duplicates->span);
}

// ---- expressions

void FieldUses::add_name(const Name& name) {
  const Symbol symbol = symbols_.find(name.text);
  if (symbol.meaning != Meaning::none && symbol.meaning != Meaning::broken) add_declaration(symbol.index, name.span);
}

void FieldUses::add_field(std::uint32_t object, const Name& name) {
  if (const auto field = symbols_.objects()[object].find_field(name.text)) add_field(object, *field, name.span);
}

std::uint32_t FieldUses::target(std::uint32_t object, std::uint32_t relation) const {
  return policy_.schema.objects[object].relations[relation].object;
}

std::optional<FieldPlace> FieldUses::field_in(ExprId id) const {
  id = without_parentheses(tree_, id);
  const auto place = policy_.field_places.find(id.index);
  return place == policy_.field_places.end() ? std::nullopt : std::optional(place->second);
}

void FieldUses::add_option(ExprId operand, bool dated) {
  const auto place = field_in(operand);
  if (!place) return;
  const Field& field = *symbols_.objects()[place->object].fields[place->field].field;
  const std::optional<Name>& option = dated ? field.dated_by : field.verified_by;
  if (option) add_field(place->object, *option);
}

void FieldUses::add_path(ExprId id, const NameRef& name) {
  const Span span = tree_.expressions[id].span;
  const ExprInfo& info = policy_.info(id);
  const auto field = policy_.field_places.find(id.index);
  if (field != policy_.field_places.end()) add_field(field->second.object, field->second.field, span);
  if (name.path.size() > 1 || info.meaning == Meaning::reference) {
    for (const auto& [object, relation] : reach(symbols_, scopes_, name.path).relations)
      found({Use::What::reference, object, relation}, span);
  }
  switch (info.meaning) {
    case Meaning::letter:
      add_declaration(info.declaration, span);
      break;
    case Meaning::none:
    case Meaning::field:
    case Meaning::reference:
    case Meaning::member:
    case Meaning::parameter:
    case Meaning::broken:
    case Meaning::picklist:
    case Meaning::set:
    case Meaning::setting:
      break;
    case Meaning::let:
    case Meaning::define:
    case Meaning::qualifier:
    case Meaning::score:
    case Meaning::grade:
    case Meaning::table:
    case Meaning::framework:
    case Meaning::letters_met:
    case Meaning::letters_share:
    case Meaning::stage:
    case Meaning::disqualified:
    case Meaning::recycled:
      add_declaration(info.index, span);
      break;
  }
}

void FieldUses::add_rows(RowsId id, const std::optional<ExprId>& value) {
  const Rows& rows = tree_.rows[id];
  const std::uint32_t object = scopes_.back().object;
  const RowsReach reached = reach_rows(symbols_, object, rows.source.text);
  if (reached.outcome != RowsReach::Outcome::found) return;  // a mistake that has been reported
  found({Use::What::children, object, reached.relation}, rows.span);
  if (reached.kind) {
    found({Use::What::kind, reached.object, *reached.kind}, rows.source.span);
    if (const auto& field = policy_.schema.objects[reached.object].kind_field)
      add_field(reached.object, *field, rows.source.span);
  } else {  // rows of all kinds
    const ObjectNames& names = symbols_.objects()[reached.object];
    for (std::uint32_t kind = 0; kind < names.kinds.size(); ++kind)
      found({Use::What::kind, reached.object, kind}, rows.source.span);
  }
  if (object == symbols_.subject()) found({Use::What::recycling, 0, 0}, rows.span);
  if (rows.window) for_each_in_window(*rows.window, [this](ExprId bound) { add(bound); });
  scopes_.push_back({reached.object, reached.kind});
  add(rows.where);
  add(value);
  scopes_.pop_back();
}

void FieldUses::add(ExprId id) {
  const ExprNode& node = tree_.expressions[id].node;
  // Amounts in two currencies meet at the rates of some day.
  const Type& type = policy_.type_of(id);
  if (type.kind == Kind::money) {
    if (!currency_) currency_ = type.currency;
    if (*currency_ != type.currency) found({Use::What::rates, 0, 0}, tree_.expressions[id].span);
  }
  if (const auto* name = std::get_if<NameRef>(&node)) return add_path(id, *name);
  if (const auto* call = std::get_if<Call>(&node)) add_name(call->function);
  if (const auto* bound = std::get_if<ScoreBound>(&node)) add_name(bound->score);
  if (std::holds_alternative<StageBecomes>(node) && symbols_.lifecycle())
    add_declaration(*symbols_.lifecycle(), tree_.expressions[id].span);
  if (const auto* known = std::get_if<KnownWithin>(&node)) add_option(known->operand, true);
  if (const auto* evidence = std::get_if<EvidenceTest>(&node)) add_option(evidence->operand, false);
  for_each_child(
      node, [this](ExprId child) { add(child); },
      [this](RowsId rows, const std::optional<ExprId>& value) { add_rows(rows, value); });
}

}  // namespace muster::compiler
