// Collects the names of a policy.
#include "compiler/resolve/symbols.h"

#include <fmt/format.h>

#include <algorithm>

namespace muster::compiler {

using namespace lang;

namespace {

std::optional<std::uint32_t> number_in(const std::unordered_map<std::string, std::uint32_t>& numbers,
                                       const std::string& name) {
  const auto place = numbers.find(name);
  return place == numbers.end() ? std::nullopt : std::optional(place->second);
}

bool same_texts(const std::vector<Quoted>& left, const std::vector<Quoted>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Quoted& a, const Quoted& b) { return a.text == b.text; });
}

bool is_word_of_lifecycle(Meaning meaning) {
  return meaning == Meaning::stage || meaning == Meaning::disqualified || meaning == Meaning::recycled;
}

// Whether two kinds declare one and the same field.
bool same_field(const Field& left, const Field& right) {
  const auto text = [](const std::optional<Name>& name) { return name ? name->text : std::string(); };
  return left.type.name.text == right.type.name.text && left.type.digits == right.type.digits &&
         text(left.type.currency) == text(right.type.currency) && same_texts(left.headers, right.headers) &&
         same_texts(left.missing_when, right.missing_when) && same_texts(left.formats, right.formats) &&
         left.event == right.event && left.known_after_outcome == right.known_after_outcome &&
         left.claim == right.claim && left.source == right.source &&
         text(left.verified_by) == text(right.verified_by) && text(left.dated_by) == text(right.dated_by);
}

}  // namespace

std::optional<std::uint32_t> ObjectNames::find_field(const std::string& name) const {
  return number_in(field_numbers, name);
}

std::optional<std::uint32_t> ObjectNames::find_relation(const std::string& name) const {
  return number_in(relation_numbers, name);
}

Symbols::Symbols(const Tree& tree, Diagnostics& diagnostics)
    : broken_(tree.broken_words.begin(), tree.broken_words.end()) {
  for (std::uint32_t index = 0; index < tree.declarations.size(); ++index) {
    if (const auto* object = std::get_if<ObjectDecl>(&tree.declarations[index].node))
      read_object(*object, index, diagnostics);
  }
  subject_ = find_object("Lead");
  about_.assign(tree.declarations.size(), subject_);
  for (std::uint32_t number = 0; number < objects_.size(); ++number) about_[objects_[number].declaration] = number;
  for (std::uint32_t index = 0; index < tree.declarations.size(); ++index) {
    const Declaration& declaration = tree.declarations[index];
    const auto named = [&](const Name& name, Meaning meaning) { declare(name, meaning, index, diagnostics); };
    std::visit(Overloaded{[](const PolicyHeader&) {},
                          [](const Import&) {},
                          [](const ObjectDecl&) {},
                          [](const ExtendDecl&) {},
                          [](const ExtendObjectDecl&) {},
                          [](const SlaDecl&) {},
                          [](const GuaranteeDecl&) {},
                          [](const TestDecl&) {},
                          [&](const CalendarDecl& calendar) { members_.insert(calendar.name.text); },
                          [](const RatesDecl&) {},
                          [](const RouteDecl&) {},
                          [](const OutputDecl&) {},
                          [&](const IgnoreDecl& ignore) { declare_about(ignore.object, index, diagnostics); },
                          [&](const PicklistDecl& picklist) {
                            named(picklist.name, Meaning::picklist);
                            for (const PicklistMember& member : picklist.members) members_.insert(member.name.text);
                            if (picklist.other) members_.insert(picklist.other->text);
                          },
                          [&](const SetDecl& set) { named(set.name, Meaning::set); },
                          [&](const SettingDecl& setting) { named(setting.name, Meaning::setting); },
                          [&](const LetDecl& let) {
                            named(let.name, Meaning::let);
                            declare_about(let.about, index, diagnostics);
                          },
                          [&](const DefineDecl& define) { named(define.name, Meaning::define); },
                          [&](const TableDecl& table) { named(table.name, Meaning::table); },
                          [&](const QualifierDecl& qualifier) {
                            named(qualifier.name, Meaning::qualifier);
                            declare_about(qualifier.about, index, diagnostics);
                          },
                          [&](const ScoreDecl& score) {
                            named(score.name, Meaning::score);
                            declare_about(score.about, index, diagnostics);
                          },
                          [&](const FrameworkDecl& framework) {
                            named(framework.name, Meaning::framework);
                            declare_about(framework.about, index, diagnostics);
                          },
                          [&](const GradeDecl& grade) {
                            named(grade.name, Meaning::grade);
                            declare_about(grade.about, index, diagnostics);
                            for (const GradeRow& row : grade.rows) {
                              for (const Name& cell : row.cells) members_.insert(cell.text);
                            }
                          },
                          [&](const LifecycleDecl& lifecycle) {
                            if (lifecycle_) {
                              diagnostics.emit<DiagnosticId::one_only>(declaration.keyword, "lifecycle");
                              return;
                            }
                            lifecycle_ = index;
                            named({"stage", declaration.keyword}, Meaning::stage);
                            for (const LifecycleItem& item : lifecycle.items) {
                              if (const auto* stage = std::get_if<StageDecl>(&item.node))
                                declare_stage(stage->name, diagnostics);
                              if (std::holds_alternative<Disqualified>(item.node))
                                named({"disqualified", item.span}, Meaning::disqualified);
                              if (std::holds_alternative<Recycled>(item.node))
                                named({"recycled", item.span}, Meaning::recycled);
                            }
                          }},
               declaration.node);
  }
  report_names_of_fields(diagnostics);
}

void Symbols::read_object(const ObjectDecl& object, std::uint32_t index, Diagnostics& diagnostics) {
  const auto number = static_cast<std::uint32_t>(objects_.size());
  const auto [place, is_new] = object_numbers_.emplace(object.name.text, number);
  ObjectNames& names = objects_.emplace_back();
  names.declaration = index;
  names.object = &object;
  if (!is_new) {
    Diagnostic& message = diagnostics.emit<DiagnosticId::duplicate_name>(object.name.span, object.name.text);
    message.notes.push_back({objects_[place->second].object->name.span, "first here"});
    message.fix = "a policy has one `object " + object.name.text +
                  "`: import just one module that declares it (std.crm or one below it), or declare it yourself";
  }
  read_fields(names, diagnostics);
  for (std::uint32_t relation = 0; relation < object.relations.size(); ++relation) {
    const Name& name = object.relations[relation].name;
    if (name.text.empty()) continue;  // the parser has said so
    const auto field = names.find_field(name.text);
    const auto [earlier, is_first] = names.relation_numbers.emplace(name.text, relation);
    if (field || !is_first) {
      Diagnostic& message = diagnostics.emit<DiagnosticId::duplicate_name>(name.span, name.text);
      message.notes.push_back(
          {field ? names.fields[*field].field->name.span : object.relations[earlier->second].name.span, "first here"});
      message.fix = "name the relation: `other_name: " + std::string(object.relations[relation].many ? "many" : "one") +
                    " " + object.relations[relation].object.text + " by ...`";
    }
  }
}

void Symbols::read_fields(ObjectNames& names, Diagnostics& diagnostics) {
  const auto report_twice = [&](const Name& name, std::uint32_t first) -> Diagnostic& {
    Diagnostic& message = diagnostics.emit<DiagnosticId::duplicate_name>(name.span, name.text);
    message.notes.push_back({names.fields[first].field->name.span, "first here"});
    return message;
  };
  for (const Field& field : names.object->fields) {
    const auto number = static_cast<std::uint32_t>(names.fields.size());
    const auto [place, is_new] = names.field_numbers.emplace(field.name.text, number);
    names.fields.push_back({&field, {}});
    if (!is_new) report_twice(field.name, place->second);
  }
  for (std::uint32_t number = 0; number < names.object->fields.size(); ++number) {
    const Field& field = names.object->fields[number];
    if (!field.kinds_span) continue;
    if (names.kind_field) {
      diagnostics.emit<DiagnosticId::one_only>(field.name.span, "kind field in an object").fix =
          "make the other one a picklist";
      continue;
    }
    names.kind_field = number;
    for (const KindDecl& declared : field.kinds) {
      const auto kind = static_cast<std::uint32_t>(names.kinds.size());
      const bool is_other = declared.name.text == "other";
      if (is_other || !names.kind_numbers.emplace(declared.name.text, kind).second) {
        Diagnostic& message = diagnostics.emit<DiagnosticId::duplicate_name>(declared.name.span, declared.name.text);
        if (is_other) message.fix = "rows that are of no kind are `other` already; choose another name";
        continue;
      }
      members_.insert(declared.name.text);
      names.kinds.push_back(&declared);
      for (const Field& own : declared.fields) {
        const auto next = static_cast<std::uint32_t>(names.fields.size());
        const auto [place, is_new] = names.field_numbers.emplace(own.name.text, next);
        if (is_new) {
          names.fields.push_back({&own, {kind}});
          continue;
        }
        FieldNames& earlier = names.fields[place->second];
        const bool shared = !earlier.kinds.empty() && earlier.kinds.back() != kind && same_field(*earlier.field, own);
        if (shared) {
          earlier.kinds.push_back(kind);
        } else {
          Diagnostic& message = report_twice(own.name, place->second);
          if (!earlier.kinds.empty() && earlier.kinds.back() != kind)
            message.fix = "declare it the same way in both kinds, or choose another name";
        }
      }
    }
    members_.insert("other");
  }
}

// What has the name of a field of the object that it is about is a trap, but for the words of the lifecycle, which
// nobody has chosen.
void Symbols::report_names_of_fields(Diagnostics& diagnostics) const {
  std::vector<const std::pair<const std::string, Symbol>*> traps;
  for (const auto& declared : declared_) {
    const Symbol& symbol = declared.second;
    if (is_word_of_lifecycle(symbol.meaning)) continue;
    const std::uint32_t object = about_[symbol.index];
    if (object == no_object) continue;
    const ObjectNames& names = objects_[object];
    if (names.find_field(declared.first) || names.find_relation(declared.first)) traps.push_back(&declared);
  }
  for (const auto* declared : traps) {
    const ObjectNames& names = objects_[about_[declared->second.index]];
    const auto field = names.find_field(declared->first);
    const Span place = field ? names.fields[*field].field->name.span
                             : names.object->relations[*names.find_relation(declared->first)].name.span;
    diagnostics.emit<DiagnosticId::name_of_field>(declared->second.span, declared->first)
        .notes.push_back({place, field ? "the field" : "the relation"});
  }
}

void Symbols::declare(const Name& name, Meaning meaning, std::uint32_t index, Diagnostics& diagnostics) {
  if (name.text.empty()) return;  // the parser has said so
  const auto [place, is_new] = declared_.emplace(name.text, Symbol{meaning, index, name.span});
  if (!is_new) {
    // What is imported is often a library's, and a word of the lifecycle cannot be renamed: blame what the author can
    // change. The policy is the first file of all.
    const Span first = place->second.span;
    const bool is_word = is_word_of_lifecycle(meaning);
    const bool was_word = is_word_of_lifecycle(place->second.meaning);
    if (is_word && place->second.meaning == meaning) return;  // a second one is reported by the checker, as what it is
    const bool is_imported = first.file == FileId{0} && name.span.file != first.file && !was_word;
    const bool blames_first = is_imported || is_word;
    Diagnostic& message = diagnostics.emit<DiagnosticId::duplicate_name>(blames_first ? first : name.span, name.text);
    std::string_view other = "first here";
    if (is_imported) other = "the import has one too";
    if (is_word || was_word) other = "the lifecycle has it too";
    message.notes.push_back({blames_first ? name.span : first, std::string(other)});
    if (is_imported || is_word || was_word) message.fix = "give your own one another name";
    // Nobody knows which one a use means; that there are two has been said.
    if (place->second.meaning != meaning || name.span.file != first.file) place->second.meaning = Meaning::broken;
    return;
  }
  const auto is_function = [&](const FunctionRow& row) { return row.name == name.text; };
  if (std::any_of(function_rows.begin(), function_rows.end(), is_function)) {
    diagnostics.emit<DiagnosticId::duplicate_name>(name.span, name.text).fix =
        "Muster has a function of that name; choose another";
  }
}

// The verdicts say `disqualified` where they would say a stage.
void Symbols::declare_stage(const Name& name, Diagnostics& diagnostics) {
  members_.insert(name.text);
  if (name.text != "disqualified" && name.text != "recycled") return;
  diagnostics.emit<DiagnosticId::duplicate_name>(name.span, name.text).fix = fmt::format(
      "`{}` is a word of the lifecycle: write `{} when ...`, or give the stage another name", name.text, name.text);
}

void Symbols::declare_about(const std::optional<Name>& about, std::uint32_t index, Diagnostics& diagnostics) {
  if (!about || about->text.empty()) return;
  about_[index] = find_object(about->text);
  if (about_[index] != no_object || is_broken(about->text)) return;
  Diagnostic& message = diagnostics.emit<DiagnosticId::unknown_object>(about->span, about->text);
  std::vector<std::string> names;
  for (const ObjectNames& object : objects_) names.push_back(object.name());
  if (const std::string near = did_you_mean(about->text, names); !near.empty())
    message.fix = "did you mean `" + near + "`?";
}

Symbol Symbols::find(std::string_view name) const {
  const std::string key(name);
  if (const auto place = declared_.find(key); place != declared_.end()) return place->second;
  if (broken_.contains(key)) return {Meaning::broken, 0, {}};
  return {};
}

std::uint32_t Symbols::find_object(std::string_view name) const {
  const auto place = object_numbers_.find(std::string(name));
  return place == object_numbers_.end() ? no_object : place->second;
}

std::vector<std::string> Symbols::names() const {
  std::vector<std::string> all;
  for (const auto& [name, symbol] : declared_) all.push_back(name);
  if (subject_ != no_object) {
    for (const auto& [name, number] : objects_[subject_].field_numbers) all.push_back(name);
    for (const auto& [name, number] : objects_[subject_].relation_numbers) all.push_back(name);
  }
  return all;
}

}  // namespace muster::compiler
