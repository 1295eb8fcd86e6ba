// Names: where they lead from the rows that an expression is about, and what they mean there.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/check/checker.h"
#include "compiler/check/suggest.h"
#include "lang/source/unicode.h"
#include "lang/spec/habits.h"

namespace muster::compiler {

using namespace lang;

namespace {

std::string path_text(const NameRef& name) {
  std::string text;
  for (const Name& part : name.path) text += (text.empty() ? "" : ".") + part.text;
  return text;
}

}  // namespace

std::string Checker::object_name(std::uint32_t object) const {
  return object < symbols_.objects().size() ? symbols_.objects()[object].name() : "Lead";
}

bool Checker::is_parameter(std::string_view name) const {
  return parameters_ != nullptr && std::any_of(parameters_->begin(), parameters_->end(),
                                               [&](const Parameter& parameter) { return parameter.name.text == name; });
}

void Checker::report_unknown_object(const Name& name) {
  if (symbols_.is_broken(name.text)) return;
  Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_object>(name.span, name.text);
  std::vector<std::string> names;
  for (const ObjectNames& object : symbols_.objects()) names.push_back(object.name());
  if (const std::string near = did_you_mean(name.text, names); !near.empty())
    message.fix = "did you mean `" + near + "`?";
}

void Checker::report_unknown_field(std::uint32_t object, const Name& name) {
  if (symbols_.is_broken(name.text)) return;
  Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_field>(name.span, object_name(object), name.text);
  if (!may_suggest() || object == no_object) return;
  std::vector<std::string> names;
  for (const auto& [field, number] : symbols_.objects()[object].field_numbers) names.push_back(field);
  for (const auto& [relation, number] : symbols_.objects()[object].relation_numbers) names.push_back(relation);
  if (const std::string near = did_you_mean(name.text, names); !near.empty())
    message.fix = "did you mean `" + near + "`?";
}

void Checker::report_unknown(const Name& name, bool wants_text) {
  // Without an object, which has been reported, anything may be a field.
  const std::uint32_t object = inner_object();
  if (symbols_.is_broken(name.text) || symbols_.subject() == no_object || object == no_object) return;
  if (reach_rows(symbols_, object, name.text).outcome == RowsReach::Outcome::found) {
    diagnostics_.emit<DiagnosticId::row_as_value>(name.span, name.text, "a name for rows").fix =
        fmt::format("ask about the rows, such as `any {0}` or `count of {0}`", name.text);
    return;
  }
  Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_name>(name.span, name.text);
  if (object != symbols_.subject())
    message.fix = fmt::format("define it, or add it to `object {}` as a field", object_name(object));
  const std::string in_quotes = fmt::format("text is written in quotes: `\"{}\"`", name.text);
  if (wants_text) message.fix = "a " + in_quotes;
  const std::string small = to_lower(name.text);
  std::string_view habit = habit_fix(HabitPlace::blank, small);
  if (habit.empty() && !wants_text) habit = habit_fix(HabitPlace::value, small);
  if (!habit.empty()) {
    message.fix = habit;
    return;
  }
  if (band_begin_ == name.span.begin) {
    const auto band = foreign_band(sources_[name.span.file].text(), name.span.begin, name.span.begin);
    if (band) {
      message.fix = band->fix;
      if (wants_text) message.fix += "; a " + in_quotes;
      return;
    }
  }
  if (framework_) {
    for (const LetterInfo& letter : policy_.frameworks.at(*framework_).letters) {
      if (letter.letter->name.text != name.text) continue;
      const auto& framework = std::get<FrameworkDecl>(tree_.declarations[*framework_].node);
      message.fix = fmt::format("write `{}.{}`", framework.name.text, name.text);
      return;
    }
  }
  for (const Relation& relation : symbols_.objects()[object].object->relations) {
    const std::uint32_t other = symbols_.find_object(relation.object.text);
    if (relation.many || other == no_object || !symbols_.objects()[other].find_field(name.text)) continue;
    message.fix = fmt::format("write `{}.{}`: it is a field of {}", relation.name.text, name.text, object_name(other));
    return;
  }
  if (const std::string meant = list_meant(name.span); !meant.empty()) {  // country = US or CA
    message.fix = fmt::format("write `{}`", meant);
    return;
  }
  for (const Relation& relation : symbols_.objects()[object].object->relations) {
    const std::uint32_t rows = symbols_.find_object(relation.object.text);
    if (!relation.many || rows == no_object || !symbols_.objects()[rows].find_field(name.text)) continue;
    message.fix = fmt::format("it is a field of {}: ask for it behind `where`, in brackets where `and` or `or` follows",
                              object_name(rows));
    return;
  }
  if (!may_suggest()) return;
  std::vector<std::string> candidates = symbols_.names();
  candidates.insert(candidates.end(), {"otherwise", "missing"});  // as a band
  if (object != symbols_.subject()) {
    for (const auto& [field, number] : symbols_.objects()[object].field_numbers) candidates.push_back(field);
  }
  if (const std::string near = did_you_mean(name.text, candidates); !near.empty()) {
    message.fix = "did you mean `" + near + "`?";
    if (wants_text) message.fix += " A " + in_quotes;
  } else if (const std::string_view module = module_of_framework(name.text); !wants_text && !module.empty()) {
    message.fix = fmt::format("add `import {}` at the top of the policy", module);
  }
}

void Checker::report_reach(const Reach& reached, const NameRef& name) {
  const Name& part = name.path[reached.at];
  switch (reached.failure) {
    case Failure::none:
      return;
    case Failure::unknown:
      return report_unknown(part);
    case Failure::no_field:
      return report_unknown_field(reached.object, part);
    case Failure::no_reference: {
      Diagnostic& message =
          diagnostics_.emit<DiagnosticId::no_reference>(part.span, part.text, object_name(reached.object));
      const ObjectNames& object = symbols_.objects()[reached.object];
      if (const auto relation = object.find_relation(part.text); relation && object.object->relations[*relation].many)
        message.fix = fmt::format("say which of its rows: `last of {0}.x`, `count of {0}`", part.text);
      return;
    }
    case Failure::outside: {
      Diagnostic& message = diagnostics_.emit<DiagnosticId::needs_prefix>(
          part.span, path_text(name), object_name(reached.object), object_name(inner_object()));
      message.fix = reached.instead.empty()
                        ? fmt::format("give the condition a name outside with `let`, then write `{}.` and that name",
                                      prefix_of(symbols_.objects()[reached.object]))
                        : "write `" + reached.instead + "`";
      return;
    }
    case Failure::wrong_object: {
      std::uint32_t meant = scopes_[scopes_.size() - 1 - reached.up].object;
      for (const auto& [object, relation] : reached.relations)
        meant = symbols_.find_object(symbols_.objects()[object].object->relations[relation].object.text);
      Diagnostic& message = diagnostics_.emit<DiagnosticId::wrong_object>(
          part.span, part.text, object_name(reached.object), object_name(meant));
      if (!reached.instead.empty()) message.fix = "write `" + reached.instead + "`";
      return;
    }
    case Failure::other_kind: {
      const ObjectNames& object = symbols_.objects()[reached.object];
      std::string owners;
      for (std::uint32_t kind : object.fields[reached.index].kinds)
        owners += (owners.empty() ? "" : " and ") + object.kinds[kind]->name.text;
      const auto& kind = scopes_[scopes_.size() - 1 - reached.up].kind;
      diagnostics_.emit<DiagnosticId::field_of_kind>(part.span, part.text, owners, object.kinds[*kind]->name.text);
      return;
    }
  }
}

std::optional<Reach> Checker::follow(ExprId id, const NameRef& name) {
  Reach reached = reach(symbols_, scopes_, name.path);
  if (reached.failure != Failure::none) {
    if (definitions_.cyclic.contains(reached.index) && reached.failure == Failure::wrong_object) return std::nullopt;
    const bool is_anywhere = reached.meaning == Meaning::let && name.path.size() == 1 && is_free(reached.index);
    if (!is_anywhere) {
      report_reach(reached, name);
      return std::nullopt;
    }
  }
  if (reached.up > 0 || !reached.references.empty()) policy_.paths[id.index] = {reached.up, reached.references};
  return reached;
}

Type Checker::check_name(ExprId id, const NameRef& name, const Type* opposite) {
  ExprInfo& own = info(id);
  const bool may_be_reference = std::exchange(may_be_reference_, false);
  if (name.path.size() == 1) {
    const std::string& word = name.path[0].text;
    if (is_parameter(word)) {
      const auto place = std::find_if(parameters_->begin(), parameters_->end(),
                                      [&](const Parameter& parameter) { return parameter.name.text == word; });
      own.meaning = Meaning::parameter;
      own.index = static_cast<std::uint32_t>(place - parameters_->begin());
      // Its value is about the rows that the call is about, outside of every `where`.
      if (scopes_.size() > 1) policy_.paths[id.index] = {static_cast<std::uint32_t>(scopes_.size() - 1), {}};
      return parameter_types_[own.index];
    }
    if (opposite != nullptr && bind_member(id, word, *opposite)) return *opposite;
    if (const auto output = tested_output(name.path)) {
      own.meaning = Meaning::let;
      own.index = *output;
      own.may_be_missing = policy_.declaration_may_be_missing.at(*output);
      return policy_.declaration_types.at(*output);
    }
    if (opposite != nullptr && reach(symbols_, scopes_, name.path).failure == Failure::unknown) {
      report_no_member(name.path[0], *opposite);
      return poison();
    }
  }
  const auto reached = follow(id, name);
  if (!reached) return poison();
  if (reached->meaning == Meaning::reference && !may_be_reference) {
    const Name& part = name.path.back();
    const Relation& relation = symbols_.objects()[reached->object].object->relations[reached->index];
    diagnostics_.emit<DiagnosticId::row_as_value>(span(id), part.text, "a row of " + relation.object.text).fix =
        fmt::format("name a field of it, such as `{0}.name`, or ask whether there is one: `{0} is known`",
                    path_text(name));
    return poison();
  }
  return use(id, *reached, name);
}

// A word that is no name, opposite a value.
void Checker::report_no_member(const Name& word, const Type& opposite) {
  const bool wants_member =
      opposite.kind == Kind::picklist || opposite.kind == Kind::grade || opposite.kind == Kind::stage;
  if (!wants_member) {
    // Opposite something unreadable, which has been reported, a member may well be right.
    const bool may_be_right = opposite.kind == Kind::poison;
    if (!may_be_right || !symbols_.is_member_somewhere(word.text)) report_unknown(word, opposite.kind == Kind::text);
    return;
  }
  if (symbols_.is_broken(word.text)) return;
  const std::string owner = opposite.kind == Kind::picklist
                                ? "picklist " + policy_.schema.picklists[opposite.index].name
                            : opposite.kind == Kind::grade ? "grade " + policy_.grades[opposite.index].name
                                                           : std::string("the lifecycle");
  Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_member>(word.span, "`" + word.text + "`", owner);
  if (const std::string near = did_you_mean(word.text, members_of(opposite)); !near.empty()) {
    message.fix = "did you mean `" + near + "`?";
  }
}

Type Checker::use_field(ExprId id, const Reach& reached) {
  reads_rows_ = true;
  policy_.field_places[id.index] = {reached.object, reached.index};
  const ObjectSchema& object = policy_.schema.objects[reached.object];
  const FieldSchema& field = object.fields[reached.index];
  // A row without a required value is rejected before any rule sees it, and so is a lead without its key.
  const bool is_lead_key = reached.object == symbols_.subject() && reached.index == object.key;
  info(id).may_be_missing = !reached.references.empty() || (!field.required && !is_lead_key);
  return field.type;
}

Type Checker::use(ExprId id, const Reach& reached, const NameRef& name) {
  ExprInfo& own = info(id);
  own.meaning = reached.meaning;
  own.index = reached.index;
  own.declaration = reached.declaration;
  const std::string text = path_text(name);
  const auto about_rows = [&](Type type) {
    reads_rows_ = true;
    const auto may = policy_.declaration_may_be_missing.find(reached.index);
    own.may_be_missing = !reached.references.empty() || may == policy_.declaration_may_be_missing.end() || may->second;
    return type;
  };
  switch (reached.meaning) {
    case Meaning::field:
      return use_field(id, reached);
    case Meaning::reference:
      reads_rows_ = true;
      return boolean();
    case Meaning::setting:
    case Meaning::let:
    case Meaning::score:
    case Meaning::grade: {
      const auto type = policy_.declaration_types.find(reached.index);
      if (type == policy_.declaration_types.end()) return poison();  // in a cycle, which has been reported
      if (!is_free(reached.index)) return about_rows(type->second);
      const bool before = reads_rows_;
      const Type found = about_rows(type->second);
      reads_rows_ = before;
      return found;
    }
    case Meaning::qualifier:
    case Meaning::disqualified:
    case Meaning::recycled:
      return about_rows(boolean());
    case Meaning::stage:
      return about_rows({.kind = Kind::stage});
    case Meaning::letter:
    case Meaning::letters_met:
    case Meaning::letters_share: {
      reads_rows_ = true;
      const Type type = check_letter(id, reached, name);
      if (!reached.references.empty()) own.may_be_missing = true;
      return type;
    }
    case Meaning::framework:
      diagnostics_.emit<DiagnosticId::row_as_value>(span(id), text, "a framework").fix =
          fmt::format("write `{0} qualified`, `{0}.met` or one of its letters", text);
      return poison();
    case Meaning::set:
      diagnostics_.emit<DiagnosticId::list_as_value>(span(id), text);
      return poison();
    case Meaning::picklist:
      diagnostics_.emit<DiagnosticId::list_as_value>(span(id), text).fix = "name one of its values";
      return poison();
    case Meaning::define:
    case Meaning::table:
      diagnostics_.emit<DiagnosticId::wrong_argument_count>(span(id), text, "values in parentheses", "none");
      return poison();
    case Meaning::none:
    case Meaning::member:
    case Meaning::parameter:
    case Meaning::broken:
      return poison();
  }
  return poison();
}

}  // namespace muster::compiler
