// The lifecycle: stages and their ranks, fates, the stage until now, and overrides by hand (section 4, numbers 14 to
// 16).
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/checker.h"
#include "compiler/resolve/walk.h"

namespace muster::compiler {

using namespace lang;

void Checker::read_stages() {
  if (!symbols_.lifecycle()) return;
  const auto& lifecycle = std::get<LifecycleDecl>(tree_.declarations[*symbols_.lifecycle()].node);
  std::vector<StageInfo>& stages = policy_.stages;
  std::uint32_t next_rank = 0;
  for (std::uint32_t item = 0; item < lifecycle.items.size(); ++item) {
    const auto* stage = std::get_if<StageDecl>(&lifecycle.items[item].node);
    if (stage == nullptr) continue;
    const auto stage_of = [&](const std::string& name) {
      return std::find_if(stages.begin(), stages.end(), [&](const StageInfo& each) { return each.name == name; });
    };
    if (stage_of(stage->name.text) != stages.end() && !stage->name.text.empty()) {
      const auto& first = std::get<StageDecl>(lifecycle.items[stage_of(stage->name.text)->item].node);
      diagnostics_.emit<DiagnosticId::duplicate_name>(stage->name.span, stage->name.text)
          .notes.push_back({first.name.span, "first here"});
    }
    StageInfo made{.name = stage->name.text, .rank = next_rank, .beside = stage->beside.has_value(), .item = item};
    if (!stage->beside) {
      ++next_rank;
    } else if (const auto beside = stage_of(stage->beside->text); beside == stages.end() || beside->beside) {
      made.rank = next_rank == 0 ? 0 : next_rank - 1;
      const bool is_there = std::any_of(lifecycle.items.begin(), lifecycle.items.end(), [&](const LifecycleItem& each) {
        const auto* other = std::get_if<StageDecl>(&each.node);
        return other != nullptr && other->name.text == stage->beside->text;
      });
      if (is_there) {
        diagnostics_.emit<DiagnosticId::beside_stage>(stage->beside->span, stage->beside->text);
      } else {
        require_stage(*stage->beside);
      }
    } else {
      made.rank = beside->rank;
    }
    stages.push_back(std::move(made));
  }
  std::stable_sort(stages.begin(), stages.end(), [](const StageInfo& a, const StageInfo& b) {
    return a.rank != b.rank ? a.rank < b.rank : !a.beside && b.beside;
  });
}

// Who is kept at a stage beside the main line was not always there, so that it is no floor of the stages below.
void Checker::check_floor(const Name& name) {
  const auto is_named = [&](const StageInfo& each) { return each.name == name.text; };
  const auto stage = std::find_if(policy_.stages.begin(), policy_.stages.end(), is_named);
  if (stage == policy_.stages.end() || !stage->beside) return;
  const auto is_opposite = [&](const StageInfo& each) { return !each.beside && each.rank == stage->rank; };
  const auto opposite = std::find_if(policy_.stages.begin(), policy_.stages.end(), is_opposite);
  Diagnostic& message = diagnostics_.emit<DiagnosticId::floor_beside>(name.span, name.text);
  if (opposite != policy_.stages.end()) {
    message.fix = fmt::format("write `never back below {0}`: it keeps who was at {0} or beside it", opposite->name);
  }
}

// Reports a name that is no stage. Works on the tree: the stages may not be collected yet.
void Checker::require_stage(const Name& name) {
  std::vector<std::string> names;
  if (symbols_.lifecycle()) {
    for (const LifecycleItem& item : std::get<LifecycleDecl>(tree_.declarations[*symbols_.lifecycle()].node).items) {
      const auto* stage = std::get_if<StageDecl>(&item.node);
      if (stage != nullptr) names.push_back(stage->name.text);
    }
  }
  if (name.text.empty() || symbols_.is_broken(name.text)) return;
  if (std::find(names.begin(), names.end(), name.text) != names.end()) return;
  Diagnostic& message = diagnostics_.emit<DiagnosticId::no_such_stage>(name.span, name.text);
  if (const std::string near = did_you_mean(name.text, names); !near.empty()) {
    message.fix = "did you mean `" + near + "`?";
  } else if (!names.empty()) {
    message.fix = fmt::format("the stages are {}", fmt::join(names, ", "));
  }
}

std::optional<std::uint32_t> Checker::check_lifecycle_field(const Name& name, Kind one, Kind other,
                                                            std::string_view expected) {
  if (symbols_.subject() == no_object || name.text.empty()) return std::nullopt;
  const auto field = symbols_.objects()[symbols_.subject()].find_field(name.text);
  if (!field) {
    report_unknown_field(symbols_.subject(), name);
    return std::nullopt;
  }
  const Type& type = policy_.schema.subject_object().fields[*field].type;
  if (type.kind == Kind::poison) return std::nullopt;
  if (type.kind != one && type.kind != other) {
    diagnostics_.emit<DiagnosticId::wrong_type>(name.span, expected, words(type));
    return std::nullopt;
  }
  return field;
}

void Checker::check_stage(const StageDecl& stage, bool remembers) {
  if (stage.entered_at)
    check_lifecycle_field(*stage.entered_at, Kind::datetime, Kind::date, "a field with a date or a moment");
  if (stage.kept_while) {
    check_condition(*stage.kept_while);
    if (!remembers) diagnostics_.emit<DiagnosticId::needs_remembers>(span(*stage.kept_while), "`kept while`");
  }
  if (!stage.needs) return;
  for (ExprId value : stage.needs->values) check(value);
  if (stage.needs->count == 0 || stage.needs->count > stage.needs->values.size()) {
    diagnostics_.emit<DiagnosticId::count_out_of_range>(stage.needs->span, stage.needs->count,
                                                        stage.needs->values.size());
  }
}

void Checker::check_lifecycle(const LifecycleDecl& lifecycle, std::uint32_t index) {
  const bool remembers = lifecycle.remembers.has_value();
  if (remembers)
    check_lifecycle_field(*lifecycle.remembers, Kind::text, Kind::picklist, "a text or a picklist with the stage");
  // What is remembered may be a word that is no stage.
  bool may = remembers;
  bool seen[5] = {};
  for (const LifecycleItem& item : lifecycle.items) {
    const auto once = [&](bool& mark, const char* what, const char* fix) {
      if (mark) diagnostics_.emit<DiagnosticId::one_only>(item.span, what).fix = fix;
      mark = true;
    };
    const char* const join = "join the conditions with `or`";
    std::visit(Overloaded{[&](const StageDecl& stage) {
                            may = check_condition(stage.condition) || may;
                            check_stage(stage, remembers);
                          },
                          [&](const NotYet& fate) {
                            once(seen[0], "`not yet` in a lifecycle", join);
                            check_condition(fate.condition);
                          },
                          [&](const Disqualified& fate) {
                            once(seen[1], "`disqualified` in a lifecycle", join);
                            may = check_condition(fate.condition) || may;
                          },
                          [&](const Recycled& recycled) {
                            once(seen[2], "`recycled` in a lifecycle", join);
                            may = check_condition(recycled.condition) || may;
                            if (recycled.at) {
                              check_lifecycle_field(*recycled.at, Kind::datetime, Kind::date,
                                                    "a field with a date or a moment");
                            }
                          },
                          [&](const NeverBackBelow& floor) {
                            once(seen[3], "`never back below` in a lifecycle", "keep the lower one of the two");
                            require_stage(floor.stage);
                            check_floor(floor.stage);
                            if (!remembers)
                              diagnostics_.emit<DiagnosticId::needs_remembers>(item.span, "`never back below`");
                          },
                          [&](const StageOverride& manual) {
                            once(seen[4], "`override stage` in a lifecycle", "put the rows into one file");
                            check_override(manual, item.span);
                            may = true;
                          }},
               item.node);
  }
  policy_.declaration_may_be_missing[index] = may;
  if (!remembers) warn_of_windows(lifecycle);
}

// A picklist makes an unknown word missing, like a blank. Of the stage until now a blank says that there was none and
// an unknown word says nothing, so that its column is read as a text too, under the same name behind the other fields.
void Checker::read_remembered() {
  if (!symbols_.lifecycle() || symbols_.subject() == no_object) return;
  const auto& lifecycle = std::get<LifecycleDecl>(tree_.declarations[*symbols_.lifecycle()].node);
  if (!lifecycle.remembers) return;
  const auto field = symbols_.objects()[symbols_.subject()].find_field(lifecycle.remembers->text);
  std::vector<FieldSchema>& fields = policy_.schema.objects[policy_.schema.subject].fields;
  if (!field || fields[*field].type.kind != Kind::picklist) return;
  FieldSchema text = fields[*field];
  text.type = {.kind = Kind::text};
  text.optional = true;
  text.required = false;
  fields.push_back(std::move(text));
}

// ---- overrides by hand

void Checker::check_override(const StageOverride& manual, Span place) {
  if (policy_.schema.objects.empty()) return;  // without an object, which has been reported
  if (!policy_.schema.subject_object().key) return;
  if (symbols_.find_object("Override") != no_object) {
    diagnostics_
        .emit<DiagnosticId::duplicate_name>(symbols_.objects()[symbols_.find_object("Override")].object->name.span,
                                            "Override")
        .notes.push_back({place, "the rows of this file are called so"});
  }
  if (!manual.expires_after) return;
  const Type type = check(*manual.expires_after);
  if (type.kind == Kind::poison) return;
  if (type.kind != Kind::duration) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(*manual.expires_after), "a length of time such as `30 days`",
                                                words(type));
  } else if (const auto value = require_constant(*manual.expires_after, "the time after which an override expires");
             value && value->value <= 0) {
    diagnostics_.emit<DiagnosticId::not_above_zero>(span(*manual.expires_after),
                                                    "the time after which an override expires");
  }
}

void Checker::read_override() {
  if (!symbols_.lifecycle() || symbols_.subject() == no_object) return;
  const auto& lifecycle = std::get<LifecycleDecl>(tree_.declarations[*symbols_.lifecycle()].node);
  const LifecycleItem* item = nullptr;
  for (const LifecycleItem& each : lifecycle.items) {
    if (item == nullptr && std::holds_alternative<StageOverride>(each.node)) item = &each;
  }
  Schema& schema = policy_.schema;
  if (item == nullptr || !schema.subject_object().key) return;
  const auto& manual = std::get<StageOverride>(item->node);
  const FieldSchema& key = schema.subject_object().fields[*schema.subject_object().key];

  ObjectSchema object;
  object.name = "Override";
  object.span = item->span;
  object.file = path_of_rows(manual.file);
  const auto add = [&](const char* name, Type type, bool required, std::vector<std::string> headers) {
    FieldSchema& field = object.fields.emplace_back();
    field.name = name;
    field.span = item->span;
    field.type = type;
    field.required = required;
    field.optional = !required;
    field.headers.emplace_back(name);
    field.headers.insert(field.headers.end(), headers.begin(), headers.end());
  };
  // Rows that say no stage, or no reason where one is needed, are rejected and counted.
  add("lead", key.type, false, key.headers);
  object.fields.back().optional = false;
  object.fields.back().number_format = key.number_format;
  object.fields.back().missing_when = key.missing_when;
  PicklistSchema names{.name = "stage", .ordered = false, .members = {}, .other = {}};
  for (const StageInfo& stage : policy_.stages) names.members.push_back({stage.name, {stage.name}});
  add("stage", {.kind = Kind::picklist, .index = static_cast<std::uint32_t>(schema.picklists.size())}, true, {});
  schema.picklists.push_back(std::move(names));
  spellings_.emplace_back();  // no name of the policy stands for this list
  add("reason", {.kind = Kind::text}, manual.needs_reason, {});
  add("at", {.kind = Kind::datetime}, false, {});
  object.fields.back().optional = false;
  object.time = 3;

  RelationSchema relation;
  relation.name = "Override";
  relation.span = item->span;
  relation.many = true;
  relation.object = static_cast<std::uint32_t>(schema.objects.size());
  relation.by = 0;
  ObjectSchema& subject = schema.objects[schema.subject];
  policy_.override_relation = static_cast<std::uint32_t>(subject.relations.size());
  subject.relations.push_back(std::move(relation));
  schema.objects.push_back(std::move(object));
}

// ---- crossings and windows

Type Checker::check_stage_becomes(ExprId id, const StageBecomes& becomes) {
  if (!symbols_.lifecycle()) {
    report_unknown({"stage", span(id)});
    return poison();
  }
  require_stage(becomes.stage);
  info(id).meaning = Meaning::stage;
  info(id).index = *symbols_.lifecycle();
  info(id).may_be_missing = true;
  // The past is never guessed: a crossing is from what is remembered to what is held now (number 16).
  const auto& lifecycle = std::get<LifecycleDecl>(tree_.declarations[*symbols_.lifecycle()].node);
  if (!lifecycle.remembers) diagnostics_.emit<DiagnosticId::never_becomes>(span(id), becomes.stage.text);
  return boolean();
}

namespace {

// Which declarations read a window, themselves or through others. Asked in the order of definitions.
class Windows {
 public:
  Windows(const Tree& tree, const TypedPolicy& policy) : tree_(tree), policy_(policy) {}

  void add(std::uint32_t declaration) {
    const DeclarationNode& node = tree_.declarations[declaration].node;
    bool reads = false;
    for_each_expression(tree_, node, [&](ExprId id) { reads = reads || has(id); });
    if (const auto* score = std::get_if<ScoreDecl>(&node)) reads = reads || has(score->items);
    if (reads) reading_.insert(declaration);
  }

  [[nodiscard]] bool has(ExprId id) const {
    const ExprNode& node = tree_.expressions[id].node;
    const ExprInfo& own = policy_.info(id);
    if (std::holds_alternative<InWindow>(node)) return true;
    if (const auto* test = std::get_if<RowsTest>(&node); test != nullptr && has_window(test->rows)) return true;
    if (const auto* some = std::get_if<Aggregate>(&node); some != nullptr && has_window(some->rows)) return true;
    if (const auto* days = std::get_if<DaysOf>(&node); days != nullptr && has_window(days->rows)) return true;
    const bool is_use = std::holds_alternative<NameRef>(node) || std::holds_alternative<Call>(node) ||
                        std::holds_alternative<ScoreBound>(node);
    if (is_use && own.meaning != Meaning::field && own.meaning != Meaning::none && own.meaning != Meaning::member &&
        own.meaning != Meaning::parameter && own.meaning != Meaning::reference) {
      if (reading_.contains(own.meaning == Meaning::letter ? own.declaration : own.index)) return true;
    }
    bool reads = false;
    for_each_child(tree_, node, [&](ExprId child) { reads = reads || has(child); });
    return reads;
  }

 private:
  [[nodiscard]] bool has_window(RowsId id) const { return tree_.rows[id].window.has_value(); }

  // Depth is bounded by Limits::nesting_depth, held by the parser.
  [[nodiscard]] bool has(const std::vector<ScoreItemId>& items) const {
    return std::any_of(items.begin(), items.end(), [&](ScoreItemId id) {
      const auto& node = tree_.score_items[id].node;
      if (const auto* rule = std::get_if<PointRule>(&node)) return rule->per_rows && has_window(rule->per_rows->rows);
      const auto* group = std::get_if<ScoreGroup>(&node);
      return group != nullptr && has(group->items);
    });
  }

  const Tree& tree_;
  const TypedPolicy& policy_;
  std::unordered_set<std::uint32_t> reading_;
};

}  // namespace

void Checker::warn_of_windows(const LifecycleDecl& lifecycle) {
  Windows windows(tree_, policy_);
  for (std::uint32_t index : definitions_.order) {
    if (symbols_.lifecycle() == index) break;  // what stands behind it reads it, not the other way round
    windows.add(index);
  }
  for (const LifecycleItem& item : lifecycle.items) {
    const auto* stage = std::get_if<StageDecl>(&item.node);
    if (item.explained.because) continue;  // who gives a reason means it
    if (stage != nullptr && windows.has(stage->condition))
      diagnostics_.emit<DiagnosticId::stage_reads_window>(stage->name.span, stage->name.text);
  }
}

}  // namespace muster::compiler
