// Agreements between Marketing and Sales: when a lead is handed over, what each party owes from then on, and by when.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/checker.h"
#include "compiler/resolve/walk.h"
#include "lang/syntax/parentheses.h"

namespace muster::compiler {

using namespace lang;

namespace {

bool has_calendar(const FollowsUp& follows) {
  const auto says = [](const Within& within) { return within.calendar || within.of_owner; };
  return says(follows.within) || (follows.at_the_latest && says(*follows.at_the_latest));
}

}  // namespace

const StageDecl* Checker::find_stage(std::string_view name) const {
  if (!symbols_.lifecycle()) return nullptr;
  const auto& lifecycle = std::get<LifecycleDecl>(tree_.declarations[*symbols_.lifecycle()].node);
  for (const LifecycleItem& item : lifecycle.items) {
    const auto* stage = std::get_if<StageDecl>(&item.node);
    if (stage != nullptr && stage->name.text == name) return stage;
  }
  return nullptr;
}

void Checker::require_moment(const Type& type, Span place, std::string_view what) {
  if (type.kind == Kind::date) diagnostics_.emit<DiagnosticId::needs_moment>(place, what);
}

void Checker::check_moment_field(const Name& name) {
  const auto field = check_lifecycle_field(name, Kind::datetime, Kind::date, "a field with a moment");
  if (field) require_moment(policy_.schema.subject_object().fields[*field].type, name.span, name.text);
}

void Checker::check_sla(const SlaDecl& sla, Span keyword) {
  check_handoff(sla, keyword);
  if (sla.owner) {
    const Type type = check(*sla.owner);
    if (type.kind != Kind::text && type.kind != Kind::poison)
      diagnostics_.emit<DiagnosticId::wrong_type>(span(*sla.owner), "a text that names the owner", words(type));
  }
  if (sla.owner_calendar) check_calendar(*sla.owner_calendar);
  for (const RowsId rows : sla.follow_up) check_touch_rows(rows);
  if (sla.rejection) {
    check_condition(sla.rejection->condition);
    if (sla.rejection->at) check_moment_field(*sla.rejection->at);
    if (sla.rejection->reason) check(*sla.rejection->reason);
  }
  if (sla.pause) {
    check_touch_rows(sla.pause->from);
    check_touch_rows(sla.pause->to);
  }
  const FollowsUp* followed_up = nullptr;  // by whose clock the escalation goes
  for (const Clause& clause : sla.clauses) {
    check_clause(sla, clause);
    if (followed_up == nullptr) followed_up = std::get_if<FollowsUp>(&clause.node);
  }
  for (const Escalation& step : sla.escalations) {
    check_within(sla, step.after);
    const bool counts_days = step.after.business_days > 0 && !step.after.calendar && !step.after.of_owner;
    if (counts_days && followed_up != nullptr && !has_calendar(*followed_up))
      diagnostics_.emit<DiagnosticId::needs_calendar>(step.after.span);
  }
  if (!sla.escalations.empty() && followed_up == nullptr)
    diagnostics_.emit<DiagnosticId::nothing_to_escalate>(sla.escalations.front().span);
}

void Checker::check_handoff(const SlaDecl& sla, Span keyword) {
  if (!sla.handoff) {
    diagnostics_.emit<DiagnosticId::no_handoff>(keyword, sla.title.text);
    return;
  }
  if (sla.handoff_at) check_moment_field(*sla.handoff_at);
  const StageBecomes* crossing = crossing_in(tree_, *sla.handoff);
  if (crossing == nullptr || !symbols_.lifecycle()) {
    check_condition(*sla.handoff);
    if (holds_crossing(*sla.handoff)) {
      diagnostics_.emit<DiagnosticId::misplaced_clause>(span(*sla.handoff), "stage becomes", "other conditions here")
          .fix = "write `handoff when stage becomes` alone, and put the rest into the stage's own condition";
    }
    if (!sla.handoff_at) diagnostics_.emit<DiagnosticId::no_handoff_moment>(span(*sla.handoff));
    return;
  }
  // What the past says of the crossing is asked of the field, not of this evaluation (number 16).
  require_stage(crossing->stage);
  info(*sla.handoff).type = boolean();
  const StageDecl* const stage = find_stage(crossing->stage.text);
  if (stage == nullptr || sla.handoff_at) return;
  const auto& lifecycle = std::get<LifecycleDecl>(tree_.declarations[*symbols_.lifecycle()].node);
  if (!stage->entered_at) {
    if (!lifecycle.remembers) diagnostics_.emit<DiagnosticId::no_handoff_moment>(span(*sla.handoff));
    return;
  }
  if (symbols_.subject() == no_object) return;  // a mistake that has been reported
  if (const auto field = symbols_.objects()[symbols_.subject()].find_field(stage->entered_at->text)) {
    require_moment(policy_.schema.subject_object().fields[*field].type, span(*sla.handoff), stage->entered_at->text);
  }
}

// Whether a crossing stands inside: of this evaluation alone, while a handoff may lie behind.
bool Checker::holds_crossing(ExprId id) const {
  bool found = std::holds_alternative<StageBecomes>(tree_.expressions[id].node);
  for_each_child(tree_, tree_.expressions[id].node, [&](ExprId child) { found = found || holds_crossing(child); });
  return found;
}

void Checker::check_touch_rows(RowsId rows) {
  const auto found = check_rows(rows, true);
  if (!found) return;
  if (const FieldSchema* time = time_of(found->object))
    require_moment(time->type, tree_.rows[rows].source.span, time->name);
}

void Checker::check_calendar(ExprId id) {
  const auto calendars = picklist_numbers_.find("calendar");
  if (!has_calendars_ || calendars == picklist_numbers_.end()) {
    check(id);
    diagnostics_.emit<DiagnosticId::no_calendar>(span(id));
    return;
  }
  const Type calendar{.kind = Kind::picklist, .index = calendars->second};
  const Type found = check(id, &calendar);
  if (found.kind != Kind::poison && found != calendar)
    diagnostics_.emit<DiagnosticId::wrong_type>(span(id), "a calendar", words(found));
}

void Checker::check_within(const SlaDecl& sla, const Within& within) {
  if (within.calendar) check_calendar(*within.calendar);
  if (within.of_owner && !sla.owner_calendar) diagnostics_.emit<DiagnosticId::no_owner_calendar>(within.span);
  if (!within.duration) {
    if (within.business_days == 0) diagnostics_.emit<DiagnosticId::not_above_zero>(within.span, "a number of days");
    return;
  }
  const Type type = check(*within.duration);
  if (type.kind == Kind::poison) return;
  if (type.kind != Kind::duration) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(*within.duration), "a length of time such as `30 minutes`",
                                                words(type));
    return;
  }
  const auto length = require_constant(*within.duration, "the time that somebody has");
  if (length && length->value <= 0)
    diagnostics_.emit<DiagnosticId::not_above_zero>(span(*within.duration), "the time that somebody has");
}

void Checker::check_clock(const Clause& clause, const Within& within, bool has_calendar) {
  if (within.business_days > 0 && !has_calendar) diagnostics_.emit<DiagnosticId::needs_calendar>(within.span);
  if (clause.explained.because || !has_calendar || !counts_whole_days(tree_, within)) return;
  diagnostics_.emit<DiagnosticId::days_by_the_clock>(within.span, source_text(*within.duration));
}

void Checker::check_party(const Name& party) {
  if (policy_.parties.empty() ||
      std::find(policy_.parties.begin(), policy_.parties.end(), party.text) != policy_.parties.end())
    return;
  Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_party>(party.span, party.text);
  const std::string near = did_you_mean(party.text, policy_.parties);
  message.fix = near.empty() ? fmt::format("the parties are {}", fmt::join(policy_.parties, " and "))
                             : fmt::format("did you mean `{}`?", near);
}

void Checker::check_clause(const SlaDecl& sla, const Clause& clause) {
  check_party(clause.party);
  const auto within = [&](const Within& length) {
    check_within(sla, length);
    check_clock(clause, length, length.calendar || length.of_owner);
  };
  std::visit(Overloaded{[&](const Provides& provides) {
                          for (const ExprId value : provides.values) check(value);
                        },
                        [&](const Passes& passes) { check_condition(passes.condition); },
                        [&](const Delivers& delivers) { check_volume(sla, clause, delivers); },
                        [&](const FollowsUp& follows) {
                          within(follows.within);
                          if (sla.follow_up.empty()) diagnostics_.emit<DiagnosticId::no_follow_up>(clause.span);
                          if (!follows.at_the_latest) return;
                          check_within(sla, *follows.at_the_latest);
                          check_clock(clause, *follows.at_the_latest, has_calendar(follows));
                        },
                        [&](const Makes& makes) {
                          for (const Touches& touches : makes.touches) {
                            check_touch_rows(touches.rows);
                            if (touches.least == 0)
                              diagnostics_.emit<DiagnosticId::not_above_zero>(tree_.rows[touches.rows].span,
                                                                              "what is asked for");
                          }
                          within(makes.within);
                        },
                        [&](const Updates& updates) {
                          check_written_field(updates.field);
                          within(updates.within);
                        },
                        [&](const Rejects& rejects) {
                          within(rejects.within);
                          if (!sla.rejection) diagnostics_.emit<DiagnosticId::no_rejection>(clause.span);
                          if (sla.rejection && !sla.rejection->at)
                            diagnostics_.emit<DiagnosticId::no_rejection>(sla.rejection->span).fix =
                                "write `rejected at` and the field that holds the moment";
                        }},
             clause.node);
}

void Checker::check_volume(const SlaDecl& sla, const Clause& clause, const Delivers& delivers) {
  require_stage(delivers.stage);
  if (delivers.least == 0) diagnostics_.emit<DiagnosticId::not_above_zero>(clause.span, "the number of leads");
  const StageDecl* const stage = find_stage(delivers.stage.text);
  if (stage != nullptr && !stage->entered_at)
    diagnostics_.emit<DiagnosticId::no_entry_moment>(delivers.stage.span, stage->name.text);
  if (delivers.less_rejected && !sla.rejection) diagnostics_.emit<DiagnosticId::no_rejection>(clause.span);
}

void Checker::check_written_field(ExprId id) {
  const Type type = check(id);
  if (type.kind == Kind::poison) return;
  const auto place = field_in(id);
  const ObjectSchema* const object = place ? &policy_.schema.objects[place->object] : nullptr;
  if (object == nullptr || !object->fields[place->field].dated_by) {
    diagnostics_.emit<DiagnosticId::no_date_of_value>(span(id), source_text(id));
    return;
  }
  const FieldSchema& dated = object->fields[*object->fields[place->field].dated_by];
  require_moment(dated.type, span(id), dated.name);
}

const StageBecomes* crossing_in(const Tree& tree, ExprId id) {
  return std::get_if<StageBecomes>(&tree.expressions[without_parentheses(tree, id)].node);
}

bool counts_whole_days(const Tree& tree, const Within& within) {
  if (!within.duration) return false;
  ExprId id = *within.duration;
  for (std::size_t hops = 0; hops <= tree.declarations.size(); ++hops) {  // a setting may name another one
    const ExprNode& node = tree.expressions[id].node;
    if (const auto* literal = std::get_if<DurationLiteral>(&node))
      return literal->unit == DurationUnit::day || literal->unit == DurationUnit::week;
    if (const auto* group = std::get_if<Parenthesised>(&node)) {
      id = group->inner;
      continue;
    }
    const auto* name = std::get_if<NameRef>(&node);
    if (name == nullptr || name->path.size() != 1) return false;
    const SettingDecl* setting = nullptr;
    for (const Declaration& declaration : tree.declarations) {
      const auto* found = std::get_if<SettingDecl>(&declaration.node);
      if (found != nullptr && found->name.text == name->path.front().text) setting = found;
    }
    if (setting == nullptr) return false;
    id = setting->value;
  }
  return false;
}

}  // namespace muster::compiler
