// Frameworks: letters, patterns that others are made from, and what stands behind a framework's name.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "compiler/check/checker.h"
#include "compiler/resolve/walk.h"
#include "lang/support/count.h"

namespace muster::compiler {

using namespace lang;

namespace {

constexpr std::uint8_t share_digits = 4;

// Which letter was meant, or which ones there are.
std::string letters_there_are(const std::string& name, const std::vector<LetterInfo>& letters) {
  std::vector<std::string> names;
  for (const LetterInfo& letter : letters) names.push_back(letter.letter->name.text);
  if (const std::string near = did_you_mean(name, names); !near.empty()) return "did you mean `" + near + "`?";
  return names.empty() ? std::string() : fmt::format("its letters are {}", fmt::join(names, ", "));
}

}  // namespace

std::optional<std::uint32_t> Checker::check_pattern(const FrameworkDecl& framework, std::uint32_t index) {
  const FrameworkSource& source = *framework.source;
  const Symbol symbol = symbols_.find(source.name.text);
  const std::vector<Type>* wanted = nullptr;
  if (symbol.meaning == Meaning::framework) {
    if (const auto types = policy_.parameter_types.find(symbol.index); types != policy_.parameter_types.end())
      wanted = &types->second;
  }
  std::vector<Type> types;
  for (std::size_t i = 0; i < source.arguments.size(); ++i)
    types.push_back(check(source.arguments[i], wanted != nullptr && i < wanted->size() ? &(*wanted)[i] : nullptr));
  if (symbol.meaning == Meaning::none) {
    report_unknown(source.name);
    return std::nullopt;
  }
  if (symbol.meaning != Meaning::framework) {
    if (symbol.meaning != Meaning::broken) {
      diagnostics_.emit<DiagnosticId::not_of_kind>(source.name.span, source.name.text, "framework").fix =
          "behind `from` stands the name of a framework, such as those of `import std.frameworks`";
    }
    return std::nullopt;
  }
  if (wanted == nullptr) return std::nullopt;  // in a cycle, which has been reported
  const auto& pattern = std::get<FrameworkDecl>(tree_.declarations[symbol.index].node);
  if (pattern.source) {
    diagnostics_
        .emit<DiagnosticId::type_option>(source.name.span, "`from`",
                                         "`" + source.name.text + "`, which comes from another framework itself")
        .fix = "name the framework that it comes from: `from " + pattern.source->name.text + "(...)`";
    return std::nullopt;
  }
  if (symbols_.about(index) != symbols_.about(symbol.index) && !is_free(symbol.index)) {
    diagnostics_.emit<DiagnosticId::wrong_object>(source.name.span, source.name.text,
                                                  object_name(symbols_.about(symbol.index)),
                                                  object_name(symbols_.about(index)));
    return std::nullopt;
  }
  if (types.size() != wanted->size()) {
    std::string parameters;
    for (const Parameter& parameter : pattern.parameters)
      parameters += (parameters.empty() ? "" : ", ") + parameter.name.text;
    Diagnostic& message = diagnostics_.emit<DiagnosticId::wrong_argument_count>(
        source.name.span, source.name.text, count_of(wanted->size(), "value"), types.size());
    if (!parameters.empty()) message.fix = "it takes " + parameters + ", in this order";
    return std::nullopt;
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (types[i].kind != Kind::poison) require_type(source.arguments[i], (*wanted)[i], types[i]);
  }
  return symbol.index;
}

std::vector<LetterInfo> Checker::merge_letters(const FrameworkDecl& framework,
                                               const std::optional<std::uint32_t>& pattern) {
  std::vector<LetterInfo> letters;
  const auto place_of = [&](const std::string& name) {
    return std::find_if(letters.begin(), letters.end(),
                        [&](const LetterInfo& each) { return each.letter->name.text == name; });
  };
  if (pattern) letters = policy_.frameworks.at(*pattern).letters;
  for (LetterInfo& letter : letters) {
    letter.of_pattern = true;
    letter.claimed.clear();
  }
  const bool may_override = framework.source.has_value();
  for (const LetterDecl& letter : framework.letters) {
    if (letter.name.text.empty()) continue;  // the parser has said so
    const auto place = place_of(letter.name.text);
    if (place != letters.end() && !place->of_pattern) {
      diagnostics_.emit<DiagnosticId::duplicate_name>(letter.name.span, letter.name.text)
          .notes.push_back({place->letter->name.span, "first here"});
    } else if (letter.overrides && !may_override) {
      diagnostics_
          .emit<DiagnosticId::type_option>(letter.name.span, "`override`", "a framework that comes from no other")
          .fix = "leave `override` out";
    } else if (letter.overrides && place == letters.end()) {
      if (!pattern) continue;  // what it comes from is unknown, which has been reported
      diagnostics_.emit<DiagnosticId::no_letter>(letter.name.span, framework.source->name.text, letter.name.text).fix =
          letters_there_are(letter.name.text, letters);
    } else if (place != letters.end() && !letter.overrides) {
      Diagnostic& message = diagnostics_.emit<DiagnosticId::letter_of_pattern>(letter.name.span, letter.name.text,
                                                                               framework.source->name.text);
      message.notes.push_back({place->letter->name.span, "the letter"});
    } else if (place != letters.end()) {
      *place = {.letter = &letter, .of_pattern = false, .claimed = {}};
    } else {
      if (letter.name.text == "met" || letter.name.text == "share") {
        diagnostics_.emit<DiagnosticId::duplicate_name>(letter.name.span, letter.name.text).fix =
            "every framework counts its letters under the names `met` and `share`; choose another one";
      }
      letters.push_back({.letter = &letter, .of_pattern = false, .claimed = {}});
    }
  }
  return letters;
}

// Child rows are left out: what they claim is not the answer of the letter itself.
void Checker::collect_claimed(ExprId id, const FrameworkDecl& framework, std::vector<ExprId>& claimed) {
  std::vector<std::uint32_t> seen;                        // declarations: each is looked into once
  std::vector<std::pair<ExprId, bool>> open{{id, true}};  // whether parameters are those of the pattern
  const auto look_into = [&](std::uint32_t declaration, ExprId body) {
    if (std::find(seen.begin(), seen.end(), declaration) != seen.end()) return;
    seen.push_back(declaration);
    open.emplace_back(body, false);
  };
  while (!open.empty()) {
    const auto [next, of_pattern] = open.back();
    open.pop_back();
    const ExprInfo& own = policy_.info(next);
    if (const auto field = policy_.field_places.find(next.index); field != policy_.field_places.end()) {
      const Field& declared = *symbols_.objects()[field->second.object].fields[field->second.field].field;
      const bool is_new = std::find(claimed.begin(), claimed.end(), next) == claimed.end();
      if (is_new && (declared.claim == Claim::claimed || declared.verified_by)) claimed.push_back(next);
      continue;
    }
    const ExprNode& node = tree_.expressions[next].node;
    if (own.meaning == Meaning::parameter && of_pattern && framework.source &&
        own.index < framework.source->arguments.size()) {
      open.emplace_back(framework.source->arguments[own.index], false);
      continue;
    }
    // A `let` of another row is about that row's values.
    if (own.meaning == Meaning::let && !policy_.paths.contains(next.index))
      look_into(own.index, std::get<LetDecl>(tree_.declarations[own.index].node).value);
    if (own.meaning == Meaning::define && std::holds_alternative<Call>(node))
      look_into(own.index, std::get<DefineDecl>(tree_.declarations[own.index].node).body);
    if (std::holds_alternative<RowsTest>(node) || std::holds_alternative<Aggregate>(node) ||
        std::holds_alternative<DaysOf>(node)) {
      continue;
    }
    std::vector<ExprId> children;
    for_each_child(tree_, node, [&](ExprId child) { children.push_back(child); });
    for (auto child = children.rbegin(); child != children.rend(); ++child) open.emplace_back(*child, of_pattern);
  }
}

void Checker::check_framework(const FrameworkDecl& framework, std::uint32_t index) {
  if (framework.has_parameters && framework.source) {
    diagnostics_.emit<DiagnosticId::type_option>(framework.name.span, "a list of parameters", "`from`").fix =
        "write the pattern's values behind `from`, or all letters here";
  }
  std::vector<Type> types;
  for (const Parameter& parameter : framework.parameters) types.push_back(type_from(parameter.type));
  FrameworkInfo made;
  if (framework.source) made.pattern = check_pattern(framework, index);
  made.letters = merge_letters(framework, made.pattern);
  made.in_order = framework.in_order;
  const FrameworkInfo* const pattern = made.pattern ? &policy_.frameworks.at(*made.pattern) : nullptr;
  if (framework.qualified) {
    made.qualified = &*framework.qualified;
  } else if (pattern != nullptr) {
    made.qualified = pattern->qualified;
    made.qualified_of_pattern = pattern->qualified != nullptr;
  }
  if (pattern != nullptr) made.in_order = made.in_order || pattern->in_order;
  policy_.parameter_types[index] = types;
  // `qualified when` may read the letters.
  const FrameworkInfo& known = policy_.frameworks[index] = made;

  parameters_ = &framework.parameters;
  parameter_types_ = types;
  framework_ = index;
  in_letters_ = true;
  bool may = framework.source.has_value();  // what it is given may be missing
  for (const LetterDecl& letter : framework.letters) {
    may = check_condition(letter.met) || may;
    if (letter.half_met) may = check_condition(*letter.half_met) || may;
  }
  in_letters_ = false;
  for (LetterInfo& letter : made.letters) {
    if (!letter.letter->half_when_claimed) continue;
    collect_claimed(letter.letter->met, framework, letter.claimed);
    const bool is_open = framework.has_parameters || (framework.source && !made.pattern);
    if (letter.claimed.empty() && !is_open && policy_.type_of(letter.letter->met).kind != Kind::poison) {
      const Span place = letter.of_pattern ? framework.source->name.span : letter.letter->span;
      diagnostics_.emit<DiagnosticId::nothing_claimed>(place, letter.letter->name.text);
    }
  }
  if (framework.qualified) {
    std::visit(Overloaded{[&](const QualifiedAtLeast& least) {
                            const bool is_open = framework.source && !made.pattern;
                            if (least.count == 0 || (least.count > known.letters.size() && !is_open)) {
                              diagnostics_.emit<DiagnosticId::count_out_of_range>(framework.qualified->span,
                                                                                  least.count, known.letters.size());
                            }
                          },
                          [](const QualifiedAll&) {}, [&](ExprId condition) { check_condition(condition); }},
               framework.qualified->node);
  }
  parameters_ = nullptr;
  framework_.reset();
  policy_.frameworks[index] = std::move(made);
  policy_.declaration_may_be_missing[index] = may;
}

Type Checker::check_letter(ExprId id, const Reach& reached, const NameRef& name) {
  const Name& word = name.path.back();
  ExprInfo& own = info(id);
  const auto& framework = std::get<FrameworkDecl>(tree_.declarations[reached.declaration].node);
  const auto known = policy_.frameworks.find(reached.declaration);
  if (known == policy_.frameworks.end()) return poison();  // in a cycle, which has been reported
  if (framework.has_parameters && framework_ != reached.declaration) {
    diagnostics_.emit<DiagnosticId::pattern_alone>(span(id), framework.name.text);
    return poison();
  }
  if (in_letters_ && framework_ == reached.declaration) {
    diagnostics_.emit<DiagnosticId::definition_cycle>(span(id), framework.name.text,
                                                      fmt::format("`{0}` reads `{0}`", framework.name.text));
    return poison();
  }
  own.meaning = reached.meaning;
  own.declaration = reached.declaration;
  own.index = reached.declaration;
  const auto may = policy_.declaration_may_be_missing.find(reached.declaration);
  own.may_be_missing = may == policy_.declaration_may_be_missing.end() || may->second;
  if (reached.meaning == Meaning::letters_met) return {.kind = Kind::decimal, .digits = 1};
  if (reached.meaning == Meaning::letters_share) return {.kind = Kind::percent, .digits = share_digits};
  const std::vector<LetterInfo>& letters = known->second.letters;
  const auto letter = std::find_if(letters.begin(), letters.end(),
                                   [&](const LetterInfo& each) { return each.letter->name.text == word.text; });
  if (letter == letters.end()) {
    own.meaning = Meaning::none;
    if (symbols_.is_broken(word.text) || (framework.source && !known->second.pattern)) return poison();
    diagnostics_.emit<DiagnosticId::no_letter>(word.span, framework.name.text, word.text).fix =
        letters_there_are(word.text, letters);
    return poison();
  }
  own.index = static_cast<std::uint32_t>(letter - letters.begin());
  return boolean();
}

Type Checker::check_framework_qualified(ExprId id, const FrameworkQualified& qualified) {
  const auto* name = std::get_if<NameRef>(&tree_.expressions[qualified.framework].node);
  if (name == nullptr) {
    check(qualified.framework);
    return poison();
  }
  const auto reached = follow(qualified.framework, *name);
  if (!reached || reached->meaning == Meaning::broken) return poison();
  if (reached->meaning != Meaning::framework) {
    diagnostics_
        .emit<DiagnosticId::not_of_kind>(span(qualified.framework), source_text(qualified.framework), "framework")
        .fix = "`qualified` stands behind the name of a framework";
    return poison();
  }
  ExprInfo& framework_info = info(qualified.framework);
  framework_info.meaning = Meaning::framework;
  framework_info.index = framework_info.declaration = reached->index;
  const auto& framework = std::get<FrameworkDecl>(tree_.declarations[reached->index].node);
  const auto known = policy_.frameworks.find(reached->index);
  if (known == policy_.frameworks.end()) return poison();  // in a cycle, which has been reported
  if (framework_ == reached->index) {
    diagnostics_.emit<DiagnosticId::definition_cycle>(span(id), framework.name.text,
                                                      fmt::format("`{0}` reads `{0}`", framework.name.text));
    return poison();
  }
  if (framework.has_parameters) {
    diagnostics_.emit<DiagnosticId::pattern_alone>(span(qualified.framework), framework.name.text);
    return poison();
  }
  if (known->second.qualified == nullptr) {
    if (!framework.source || known->second.pattern)
      diagnostics_.emit<DiagnosticId::no_qualified>(span(id), framework.name.text);
    return poison();
  }
  reads_rows_ = true;
  const auto may = policy_.declaration_may_be_missing.find(reached->index);
  info(id).may_be_missing =
      !reached->references.empty() || may == policy_.declaration_may_be_missing.end() || may->second;
  return boolean();
}

}  // namespace muster::compiler
