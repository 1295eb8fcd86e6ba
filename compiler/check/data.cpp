// Types, picklists and grades: the parts of a policy that say which values exist.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "compiler/check/checker.h"
#include "compiler/check/suggest.h"
#include "lang/source/unicode.h"
#include "lang/spec/habits.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

namespace {

std::uint16_t currency_number(const CurrencyRow& row) {
  return static_cast<std::uint16_t>(&row - currency_rows.data());
}

}  // namespace

void Checker::read_picklists() {
  for (const Declaration& declaration : tree_.declarations) {
    const auto* picklist = std::get_if<PicklistDecl>(&declaration.node);
    if (picklist != nullptr) picklist_numbers_.emplace(picklist->name.text, read_picklist(*picklist));
  }
}

std::uint32_t Checker::read_picklist(const PicklistDecl& picklist) {
  PicklistSchema schema{.name = picklist.name.text, .ordered = picklist.ordered, .members = {}, .other = {}};
  Spellings& owners = spellings_.emplace_back();
  std::set<std::string> names;
  const auto add_spelling = [&](const std::string& text, Span place, std::uint32_t member) {
    const auto [owner, is_new] = owners.emplace(kernels::fold_text(text), member);
    if (is_new) {
      schema.members[member].spellings.push_back(text);
    } else if (owner->second != member) {
      diagnostics_.emit<DiagnosticId::repeated_spelling>(place, text, schema.members[owner->second].name);
    }
  };
  for (const PicklistMember& member : picklist.members) {
    if (picklist.other && member.name.text == picklist.other->text) continue;  // comes last, below
    if (!names.insert(member.name.text).second) {
      diagnostics_.emit<DiagnosticId::duplicate_name>(member.name.span, member.name.text);
      continue;
    }
    schema.members.push_back({member.name.text, {}});
    const auto code = static_cast<std::uint32_t>(schema.members.size() - 1);
    add_spelling(member.name.text, member.name.span, code);
    for (const Quoted& spelling : member.spellings) add_spelling(spelling.text, spelling.span, code);
  }
  if (picklist.other) {
    schema.other = static_cast<std::uint32_t>(schema.members.size());
    schema.members.push_back({picklist.other->text, {}});
    add_spelling(picklist.other->text, picklist.other->span, *schema.other);
  }
  policy_.schema.picklists.push_back(std::move(schema));
  return static_cast<std::uint32_t>(policy_.schema.picklists.size() - 1);
}

Type Checker::type_from(const TypeRef& ref) {
  Type type;
  const auto scalar = std::find_if(scalar_type_rows.begin(), scalar_type_rows.end(),
                                   [&](const ScalarTypeRow& row) { return row.name == ref.name.text; });
  if (scalar == scalar_type_rows.end()) {
    const auto picklist = picklist_numbers_.find(ref.name.text);
    if (picklist != picklist_numbers_.end()) return {.kind = Kind::picklist, .index = picklist->second};
    if (!symbols_.is_broken(ref.name.text)) {
      std::vector<std::string> candidates;
      for (const ScalarTypeRow& row : scalar_type_rows) candidates.emplace_back(row.name);
      for (const auto& [name, number] : picklist_numbers_) candidates.push_back(name);
      Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_type>(ref.name.span, ref.name.text);
      if (const std::string_view habit = habit_fix(HabitPlace::type, to_lower(ref.name.text)); !habit.empty()) {
        message.fix = habit;
      } else if (const std::string near = did_you_mean(ref.name.text, candidates); !near.empty())
        message.fix = "did you mean `" + near + "`?";
    }
    return type;
  }
  switch (scalar->id) {
    case ScalarType::text:
      type.kind = Kind::text;
      break;
    case ScalarType::boolean:
      type.kind = Kind::boolean;
      break;
    case ScalarType::integer:
      type.kind = Kind::integer;
      break;
    case ScalarType::decimal:
      type.kind = Kind::decimal;
      break;
    case ScalarType::percent:
      type.kind = Kind::percent;
      break;
    case ScalarType::money:
      type.kind = Kind::money;
      break;
    case ScalarType::date:
      type.kind = Kind::date;
      break;
    case ScalarType::datetime:
      type.kind = Kind::datetime;
      break;
    case ScalarType::duration:
      type.kind = Kind::duration;
      break;
  }
  if (type.kind == Kind::decimal || type.kind == Kind::percent) {
    if (ref.digits && *ref.digits > most_decimal_digits) {
      diagnostics_.emit<DiagnosticId::digits_out_of_range>(ref.name.span);
      return {};
    }
    type.digits = ref.digits.value_or(static_cast<std::uint8_t>(default_field_digits));
  } else if (ref.digits) {
    diagnostics_.emit<DiagnosticId::type_option>(ref.name.span, "a number of digits", scalar->name);
  }
  if (type.kind == Kind::money) {
    if (ref.currency) {
      const CurrencyRow* row = find_currency(ref.currency->text);
      if (row == nullptr) {
        diagnostics_.emit<DiagnosticId::unknown_currency>(ref.currency->span, ref.currency->text);
        return {};
      }
      type.currency = currency_number(*row);
    } else if (policy_.currency) {
      type.currency = *policy_.currency;
    } else {
      // A header that could not be read may well have named one.
      if (!is_currency_broken_ && !symbols_.is_broken("currency"))
        diagnostics_.emit<DiagnosticId::missing_currency>(ref.name.span);
      return {};
    }
    type.digits = currency_rows[type.currency].digits;
  } else if (ref.currency) {
    diagnostics_.emit<DiagnosticId::type_option>(ref.currency->span, "a currency", scalar->name);
  }
  return type;
}

void Checker::read_formats(const Field& field, FieldSchema& schema) {
  for (const Quoted& format : field.formats) {
    const auto reject = [&](std::string_view kind, const std::string& why) -> Diagnostic& {
      return diagnostics_.emit<DiagnosticId::bad_format>(format.span, format.text, kind, why);
    };
    switch (schema.type.kind) {
      case Kind::date:
      case Kind::datetime: {
        auto compiled = kernels::TimeFormat::make(format.text, schema.type.kind == Kind::datetime);
        if (compiled) {
          schema.time_formats.push_back(std::move(*compiled));
        } else {
          Diagnostic& message = reject(words(schema.type), compiled.error().message);
          const std::string ours = in_our_letters(format.text);
          if (kernels::TimeFormat::make(ours, schema.type.kind == Kind::datetime))
            message.fix = fmt::format("write `format \"{}\"`", ours);
        }
        break;
      }
      case Kind::integer:
      case Kind::decimal:
      case Kind::percent:
      case Kind::money: {
        if (const auto number = kernels::parse_number_format(format.text)) {
          schema.number_format = *number;
        } else {
          reject("numbers", "it must show the number 1234.56 as the file would write it");
        }
        break;
      }
      case Kind::duration: {
        if (const auto unit = kernels::parse_duration_format(format.text)) {
          schema.duration_format = *unit;
        } else {
          reject("durations", "it must name the unit");
        }
        break;
      }
      case Kind::poison:
        break;
      case Kind::boolean:
      case Kind::text:
      case Kind::picklist:
      case Kind::grade:
      case Kind::stage:
        diagnostics_.emit<DiagnosticId::type_option>(format.span, "a format", words(schema.type));
        break;
    }
  }
}

void Checker::read_grades() {
  for (std::uint32_t index = 0; index < tree_.declarations.size(); ++index) {
    const auto* grade = std::get_if<GradeDecl>(&tree_.declarations[index].node);
    if (grade == nullptr) continue;
    GradeInfo made{.name = grade->name.text, .labels = {}, .ordered = grade->axes.size() == 1};
    for (const GradeRow& row : grade->rows) {
      for (const Name& cell : row.cells) {
        if (std::find(made.labels.begin(), made.labels.end(), cell.text) == made.labels.end())
          made.labels.push_back(cell.text);
      }
    }
    const auto number = static_cast<std::uint32_t>(policy_.grades.size());
    grade_numbers_.emplace(index, number);
    policy_.declaration_types[index] = {.kind = Kind::grade, .index = number};
    policy_.grades.push_back(std::move(made));
  }
}

std::vector<std::string> Checker::members_of(const Type& type) const {
  std::vector<std::string> names;
  if (type.kind == Kind::picklist) {
    for (const auto& member : policy_.schema.picklists[type.index].members) names.push_back(member.name);
  } else if (type.kind == Kind::grade) {
    names = policy_.grades[type.index].labels;
  } else if (type.kind == Kind::stage) {
    for (const StageInfo& stage : policy_.stages) names.push_back(stage.name);
  }
  return names;
}

std::string describe(const Type& type, const TypedPolicy& policy) {
  switch (type.kind) {
    case Kind::poison:
      return "something unreadable";
    case Kind::boolean:
      return "yes or no";
    case Kind::integer:
    case Kind::decimal:
      return "a number";
    case Kind::percent:
      return "a percentage";
    case Kind::money:
      return "an amount in " + std::string(currency_rows[type.currency].code);
    case Kind::date:
      return "a date";
    case Kind::datetime:
      return "a moment";
    case Kind::duration:
      return "a length of time";
    case Kind::text:
      return "a text";
    case Kind::picklist:
      return "a value of " + policy.schema.picklists[type.index].name;
    case Kind::grade:
      return "a grade of " + policy.grades[type.index].name;
    case Kind::stage:
      return "a stage";
  }
  return {};
}

}  // namespace muster::compiler
