// Objects: their fields, how their rows find one another, and which rows are one.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/checker.h"
#include "lang/source/beneath.h"

namespace muster::compiler {

using namespace lang;

namespace {

bool is_moment(Kind kind) { return kind == Kind::date || kind == Kind::datetime; }

bool is_key(Kind kind) { return kind == Kind::text || kind == Kind::integer; }

}  // namespace

std::string Checker::path_of_rows(const Quoted& file) {
  std::string path = sources_[file.span.file].beside(file.text);
  if (options_.folder.empty()) return path;
  if (const auto error = leads_out(options_.folder, path))
    diagnostics_.emit<DiagnosticId::file_unusable>(file.span, file.text, error->message).fix = error->fix;
  return path;
}

void Checker::read_objects() {
  if (symbols_.subject() == no_object && !symbols_.is_broken("Lead")) {
    // Where the object could not be read, the parser has already said so.
    const Span start{FileId{0}, 0, 0};  // the policy is the first file
    diagnostics_.emit<DiagnosticId::no_object>(tree_.declarations.empty() ? start : tree_.declarations.front().keyword);
  }
  const auto count = static_cast<std::uint32_t>(symbols_.objects().size());
  policy_.schema.objects.resize(count);
  if (symbols_.subject() != no_object) policy_.schema.subject = symbols_.subject();
  for (std::uint32_t number = 0; number < count; ++number) read_object(number);
  for (std::uint32_t number = 0; number < count; ++number) {
    for (std::uint32_t field = 0; field < symbols_.objects()[number].fields.size(); ++field)
      read_field_options(number, field);
    read_relations(number);
    read_duplicates(number);
  }
  check_keys();
}

void Checker::read_object(std::uint32_t number) {
  const ObjectNames& names = symbols_.objects()[number];
  const ObjectDecl& object = *names.object;
  ObjectSchema& schema = policy_.schema.objects[number];
  schema.name = object.name.text;
  schema.span = object.name.span;
  if (object.file) schema.file = path_of_rows(*object.file);
  for (std::uint32_t index = 0; index < names.fields.size(); ++index) {
    const Field& field = *names.fields[index].field;
    FieldSchema made = read_field(names, names.fields[index]);
    if (field.kinds_span && index == names.kind_field) schema.kind_field = index;
    if (field.time && names.fields[index].kinds.empty()) {
      if (!is_moment(made.type.kind)) {
        if (made.type.kind != Kind::poison)
          diagnostics_.emit<DiagnosticId::type_option>(field.name.span, "`time`", words(made.type));
      } else if (schema.time) {
        diagnostics_.emit<DiagnosticId::several_times>(field.name.span, object.name.text, field.name.text);
      } else {
        schema.time = index;
      }
    }
    if (field.key && names.fields[index].kinds.empty()) {
      if (schema.key) {
        diagnostics_.emit<DiagnosticId::several_keys>(field.name.span, object.name.text, field.name.text);
      } else {
        schema.key = index;
        if (field.optional) diagnostics_.emit<DiagnosticId::optional_key>(field.name.span, field.name.text);
      }
    }
    schema.fields.push_back(std::move(made));
  }
}

FieldSchema Checker::read_field(const ObjectNames& object, const FieldNames& names) {
  const Field& field = *names.field;
  const bool of_kind = !names.kinds.empty();
  FieldSchema made;
  made.name = field.name.text;
  made.span = field.span;
  if (field.kinds_span) {
    // The values that say what a row is; unknown ones are rows of no kind that anybody asks about.
    PicklistDecl kinds{.name = {object.name() + "." + field.name.text, field.name.span},
                       .title = {},
                       .members = {},
                       .other = Name{"other", *field.kinds_span}};
    for (const KindDecl& kind : field.kinds) {
      const auto number = object.kind_numbers.find(kind.name.text);
      const bool is_kind = number != object.kind_numbers.end() && object.kinds[number->second] == &kind;
      if (is_kind) kinds.members.push_back({kind.name, kind.spellings});
    }
    made.type = {.kind = Kind::picklist, .index = read_picklist(kinds)};
  } else {
    made.type = type_from(field.type);
  }
  made.optional = field.optional || of_kind;  // rows of other kinds have nothing there
  made.kinds = names.kinds;
  made.required = field.required;
  made.event = field.event;
  made.known_after_outcome = field.known_after_outcome;
  for (const Quoted& header : field.headers) made.headers.push_back(header.text);
  made.row_number = field.row_number;
  if (field.row_number) {
    if (!field.key || made.type.kind != Kind::integer) {
      diagnostics_.emit<DiagnosticId::row_number_key>(field.name.span);
    }
  } else if (made.headers.empty()) {
    made.headers.push_back(field.name.text);
  }
  for (const Quoted& word : object.object->missing_when) made.missing_when.push_back(word.text);
  for (const Quoted& word : field.missing_when) made.missing_when.push_back(word.text);
  read_formats(field, made);
  if (field.event && !is_moment(made.type.kind) && made.type.kind != Kind::poison)
    diagnostics_.emit<DiagnosticId::type_option>(field.name.span, "`event`", words(made.type));
  for (const auto& [is_set, word] :
       {std::pair{field.key, "`key`"}, std::pair{field.time, "`time`"}, std::pair{field.required, "`required`"}}) {
    if (is_set && of_kind)
      diagnostics_.emit<DiagnosticId::type_option>(field.name.span, word, "a field of one kind of rows");
  }
  return made;
}

std::optional<std::uint32_t> Checker::find_field(std::uint32_t object, const Name& name) {
  if (name.text.empty()) return std::nullopt;  // the parser has said so
  const auto number = symbols_.objects()[object].find_field(name.text);
  if (!number) report_unknown_field(object, name);
  return number;
}

void Checker::read_field_options(std::uint32_t number, std::uint32_t index) {
  const Field& field = *symbols_.objects()[number].fields[index].field;
  ObjectSchema& schema = policy_.schema.objects[number];
  if (field.dated_by) {
    if (const auto dated = find_field(number, *field.dated_by)) {
      const Type& type = schema.fields[*dated].type;
      if (is_moment(type.kind)) {
        schema.fields[index].dated_by = dated;
      } else if (type.kind != Kind::poison) {
        diagnostics_.emit<DiagnosticId::wrong_type>(field.dated_by->span, "a date or a moment behind `dated by`",
                                                    words(type));
      }
    }
  }
  if (field.verified_by) {
    if (const auto verified = find_field(number, *field.verified_by)) {
      const Type& type = schema.fields[*verified].type;
      if (type.kind != Kind::boolean && type.kind != Kind::poison)
        diagnostics_.emit<DiagnosticId::wrong_type>(field.verified_by->span, "a bool field behind `verified by`",
                                                    words(type));
    }
    if (field.claim != Claim::none) {
      diagnostics_.emit<DiagnosticId::type_option>(
          field.name.span, field.claim == Claim::claimed ? "`claimed`" : "`verified`", "`verified by`");
    }
  }
}

void Checker::read_relations(std::uint32_t number) {
  ObjectSchema& schema = policy_.schema.objects[number];
  for (const Relation& relation : symbols_.objects()[number].object->relations) {
    RelationSchema made;
    made.name = relation.name.text;
    made.span = relation.span;
    made.many = relation.many;
    const std::uint32_t other = symbols_.find_object(relation.object.text);
    if (other == no_object) {
      if (!relation.object.text.empty()) report_unknown_object(relation.object);
      schema.relations.push_back(std::move(made));
      continue;
    }
    made.object = other;
    const std::uint32_t has_by = relation.many ? other : number;
    if (const auto by = find_field(has_by, relation.by)) {
      made.by = *by;
      const std::uint32_t has_key = relation.many ? number : other;
      const ObjectSchema& referred = policy_.schema.objects[has_key];
      if (referred.key) {
        const Type& key = referred.fields[*referred.key].type;
        const Type& type = policy_.schema.objects[has_by].fields[*by].type;
        const bool agrees = key.kind == type.kind && is_key(key.kind);
        if (!agrees && key.kind != Kind::poison && type.kind != Kind::poison) {
          diagnostics_.emit<DiagnosticId::key_types_differ>(relation.by.span, relation.by.text, words(type),
                                                            referred.name, words(key));
        }
      }
    }
    if (relation.otherwise) {
      if (const auto field = find_field(other, relation.otherwise->field)) {
        const Type& type = policy_.schema.objects[other].fields[*field].type;
        made.match_field = field;
        if (type.kind != Kind::text && type.kind != Kind::poison)
          diagnostics_.emit<DiagnosticId::wrong_type>(relation.otherwise->field.span, "a text field to find rows by",
                                                      words(type));
      }
    }
    schema.relations.push_back(std::move(made));
  }
}

void Checker::read_duplicates(std::uint32_t number) {
  const ObjectDecl& object = *symbols_.objects()[number].object;
  if (!object.duplicates) return;
  const Duplicates& duplicates = *object.duplicates;
  ObjectSchema& schema = policy_.schema.objects[number];
  DuplicatesSchema made{.span = duplicates.by.span, .newest = duplicates.newest, .join_rows = duplicates.join_rows};
  const auto by = find_field(number, duplicates.by);
  std::optional<std::uint32_t> dated = schema.time;
  if (duplicates.dated) {
    dated = find_field(number, *duplicates.dated);
    if (dated && !is_moment(schema.fields[*dated].type.kind)) {
      if (schema.fields[*dated].type.kind != Kind::poison)
        diagnostics_.emit<DiagnosticId::wrong_type>(duplicates.dated->span, "a date or a moment",
                                                    words(schema.fields[*dated].type));
      dated.reset();
    }
  } else if (!dated) {
    diagnostics_.emit<DiagnosticId::no_time>(duplicates.by.span, object.name.text).fix =
        fmt::format("say which field is meant: `keep {} by updated_at`", duplicates.newest ? "newest" : "oldest");
  }
  const bool has_rows =
      std::any_of(object.relations.begin(), object.relations.end(), [](const Relation& each) { return each.many; });
  if (duplicates.join_rows && !has_rows) {
    diagnostics_.emit<DiagnosticId::misplaced_clause>(duplicates.by.span, "join",
                                                      "an object that has no rows of others");
  }
  if (!by || !dated) return;
  made.by = *by;
  made.dated = *dated;
  schema.duplicates = made;
}

// The subject has a key, and so has every object whose rows are referred to. Of the others nobody asks for one.
void Checker::check_keys() {
  std::vector<bool> is_reported(symbols_.objects().size(), false);
  const auto require_key = [&](std::uint32_t object, Span place, const std::string& fix) {
    const std::vector<Field>& fields = symbols_.objects()[object].object->fields;
    const bool has_key = std::any_of(fields.begin(), fields.end(), [](const Field& field) { return field.key; });
    if (has_key || is_reported[object] || symbols_.is_broken("key")) return;
    is_reported[object] = true;
    Diagnostic& message = diagnostics_.emit<DiagnosticId::no_key>(place, object_name(object));
    if (!fix.empty()) message.fix = fix;
  };
  if (symbols_.subject() != no_object)
    require_key(symbols_.subject(), symbols_.objects()[symbols_.subject()].object->name.span, {});
  for (std::uint32_t number = 0; number < symbols_.objects().size(); ++number) {
    for (const Relation& relation : symbols_.objects()[number].object->relations) {
      const std::uint32_t other = symbols_.find_object(relation.object.text);
      if (other == no_object || relation.by.text.empty()) continue;
      require_key(relation.many ? number : other, relation.by.span,
                  fmt::format("write `key` behind the field of `{}` that `{}` refers to",
                              object_name(relation.many ? number : other), relation.by.text));
    }
  }
}

void Checker::check_object(std::uint32_t index) {
  for (const Relation& relation : std::get<ObjectDecl>(tree_.declarations[index].node).relations) {
    if (relation.otherwise) {
      const Type type = check(relation.otherwise->value);
      if (type.kind != Kind::text && type.kind != Kind::poison)
        diagnostics_.emit<DiagnosticId::wrong_type>(span(relation.otherwise->value), "a text to find rows by",
                                                    words(type));
    }
    if (relation.tracked_since) {
      const Type type = check(*relation.tracked_since);
      if (!is_moment(type.kind) && type.kind != Kind::poison)
        diagnostics_.emit<DiagnosticId::wrong_type>(span(*relation.tracked_since),
                                                    "a date or a moment behind `tracked since`", words(type));
    }
    if (relation.tracked_only_when) check_condition(*relation.tracked_only_when);
  }
}

}  // namespace muster::compiler
