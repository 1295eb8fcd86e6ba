// Frameworks, lifecycles, guarantees and routes, put together from what the grammar has recognised.
#include <utility>

#include "lang/parse/builder.h"

namespace muster::lang {

// ---- frameworks

void Builder::begin_framework() {
  mark_keyword();
  place = PhrasePlace::framework;
  framework = {};
}
void Builder::mark_parameters() { framework.has_parameters = true; }
void Builder::take_framework_source(std::size_t first, Span) {
  FrameworkSource source{std::move(names.back()), {}};
  names.pop_back();
  for (std::size_t i = first; i < items.size(); ++i) source.arguments.push_back(items[i].operand);
  items.resize(first);
  framework.source = std::move(source);
}
void Builder::mark_in_order() { framework.in_order = true; }
void Builder::mark_overriding() { rule().overrides = true; }
void Builder::take_half_met() {
  const ExprId condition = pop();
  once(rule().half_met || rule().half_when_claimed, tree_.expressions[condition].span, "half met when");
  rule().half_met = condition;
}
void Builder::take_half_claimed() {
  once(rule().half_met || rule().half_when_claimed, span(last_end, last_end), "half met when");
  rule().half_when_claimed = true;
}
void Builder::finish_letter(Span where) {
  const Rule& read = rule();
  framework.letters.push_back({where, *read.name, read.title, *read.condition, read.half_met, read.half_when_claimed,
                               read.overrides, read.explained});
  count_node(where.begin);
}
void Builder::take_qualified_count() { qualified_when = QualifiedAtLeast{rule().count}; }
void Builder::take_qualified_all() { qualified_when = QualifiedAll{}; }
void Builder::take_qualified_condition() { qualified_when = pop(); }
void Builder::finish_qualified(Span where) {
  once(framework.qualified.has_value(), where, "qualified when");
  framework.qualified = Qualified{where, *qualified_when};
  count_node(where.begin);
}
void Builder::finish_framework() {
  framework.name = name;
  framework.title = title;
  framework.about = about;
  framework.parameters = std::exchange(parameters, {});
  finish_declaration(std::move(framework));
}

// ---- stages and routes

void Builder::begin_lifecycle() {
  mark_keyword();
  place = PhrasePlace::lifecycle;
  lifecycle = {};
}
void Builder::take_needs(std::size_t first, Span where) {
  Needs needs{where, rule().count, {}};
  for (std::size_t i = first; i < items.size(); ++i) needs.values.push_back(items[i].operand);
  items.resize(first);
  once(rule().needs.has_value(), where, "needs");
  rule().needs = std::move(needs);
}
void Builder::take_remembered() { lifecycle.remembers = last_name; }
void Builder::take_beside() {
  once(rule().beside.has_value(), last_name.span, "beside");
  rule().beside = last_name;
}
void Builder::take_entered_at() {
  once(rule().entered_at.has_value(), last_name.span, "entered at");
  rule().entered_at = last_name;
}
void Builder::take_kept_while() { take_once(rule().kept_while, "kept while"); }

void Builder::keep_lifecycle_item(
    Span where, std::variant<StageDecl, NotYet, Disqualified, Recycled, NeverBackBelow, StageOverride> node) {
  lifecycle.items.push_back({where, std::move(node), rule().explained});
  count_node(where.begin);
}
void Builder::finish_stage(Span where) {
  Rule& read = rule();
  keep_lifecycle_item(where, StageDecl{*read.name, read.title, read.beside, read.entered_at, *read.condition,
                                       read.kept_while, std::move(read.needs)});
}
void Builder::finish_not_yet(Span where) { keep_lifecycle_item(where, NotYet{*rule().condition}); }
void Builder::finish_disqualified(Span where) { keep_lifecycle_item(where, Disqualified{*rule().condition}); }
void Builder::finish_recycled(Span where) { keep_lifecycle_item(where, Recycled{rule().name, *rule().condition}); }
void Builder::finish_never_back(Span where) { keep_lifecycle_item(where, NeverBackBelow{*rule().name}); }

void Builder::begin_override() { stage_override = {}; }
void Builder::take_override_file() { stage_override.file = last_text; }
void Builder::take_override_by() {
  once(stage_override.by.has_value(), last_name.span, "by");
  stage_override.by = last_name;
}
void Builder::mark_needs_reason() { stage_override.needs_reason = true; }
void Builder::take_expires() { take_once(stage_override.expires_after, "expires after"); }
void Builder::finish_override(Span where) { keep_lifecycle_item(where, std::move(stage_override)); }

void Builder::finish_lifecycle() { finish_declaration(std::move(lifecycle)); }

// ---- guarantees

void Builder::begin_guarantee() {
  mark_keyword();
  guarantee = {};
}
void Builder::take_guaranteed() { guarantee.claim = pop(); }
void Builder::begin_never_use() { guarantee.claim = NeverUse{}; }
void Builder::add_never_subject() {
  count_node(last_name.span.begin);
  std::get<NeverUse>(guarantee.claim).subjects.push_back(last_name);
}
void Builder::add_never_field(std::size_t first, Span where) {
  push_name(first, where);
  std::get<NeverUse>(guarantee.claim).fields.push_back(pop());
}
void Builder::finish_guarantee() {
  if (title) guarantee.title = *title;
  finish_declaration(std::move(guarantee));
}

void Builder::begin_route() {
  mark_keyword();
  route = {};
}
void Builder::finish_route_row(Span where) {
  route.rows.push_back({where, *rule().title, rule().condition, rule().explained});
  count_node(where.begin);
}
void Builder::finish_route() { finish_declaration(std::move(route)); }

}  // namespace muster::lang
