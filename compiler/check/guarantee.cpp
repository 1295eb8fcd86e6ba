// Guarantees: conditions about every lead, and fields that conclusions never use.
#include <algorithm>
#include <utility>

#include "compiler/check/checker.h"

namespace muster::compiler {

using namespace lang;

void Checker::check_guarantee(const GuaranteeDecl& guarantee) {
  if (const auto* condition = std::get_if<ExprId>(&guarantee.claim)) check_condition(*condition);
}

std::optional<std::uint32_t> Checker::conclusion(const Name& name) {
  for (std::uint32_t index = 0; index < tree_.declarations.size(); ++index) {
    const DeclarationNode& node = tree_.declarations[index].node;
    const auto* output = std::get_if<OutputDecl>(&node);
    if (output != nullptr && output->name.text == name.text) return index;
    if (std::holds_alternative<RouteDecl>(node) && name.text == "route") return index;
  }
  const Symbol symbol = symbols_.find(name.text);
  switch (symbol.meaning) {
    case Meaning::qualifier:
    case Meaning::score:
    case Meaning::grade:
    case Meaning::framework:
    case Meaning::stage:
      return symbol.index;
    case Meaning::broken:
      return std::nullopt;
    case Meaning::none:
    case Meaning::field:
    case Meaning::picklist:
    case Meaning::set:
    case Meaning::setting:
    case Meaning::let:
    case Meaning::define:
    case Meaning::table:
    case Meaning::letter:
    case Meaning::letters_met:
    case Meaning::letters_share:
    case Meaning::reference:
    case Meaning::disqualified:
    case Meaning::recycled:
    case Meaning::member:
    case Meaning::parameter:
      break;
  }
  if (symbols_.is_broken(name.text)) return std::nullopt;
  Diagnostic& message = diagnostics_.emit<DiagnosticId::no_conclusion>(name.span, name.text);
  const bool is_stage = std::any_of(policy_.stages.begin(), policy_.stages.end(),
                                    [&](const StageInfo& stage) { return stage.name == name.text; });
  if (is_stage) message.fix = "write `stage`: all stages are one conclusion";
  if (is_stage || !may_suggest()) return std::nullopt;
  std::vector<std::string> known;
  for (const Declaration& declaration : tree_.declarations) {
    std::visit(Overloaded{[&](const QualifierDecl& each) { known.push_back(each.name.text); },
                          [&](const ScoreDecl& each) { known.push_back(each.name.text); },
                          [&](const GradeDecl& each) { known.push_back(each.name.text); },
                          [&](const FrameworkDecl& each) { known.push_back(each.name.text); },
                          [&](const OutputDecl& each) { known.push_back(each.name.text); }, [](const auto&) {}},
               declaration.node);
  }
  if (const std::string near = did_you_mean(name.text, known); !near.empty())
    message.fix = "did you mean `" + near + "`?";
  return std::nullopt;
}

std::optional<Use> Checker::never_used(const NameRef& name) {
  const Name& first = name.path.front();
  const std::uint32_t subject = symbols_.subject();
  const Reach reached = reach(symbols_, scopes_, name.path);
  if (reached.meaning == Meaning::broken || subject == no_object) return std::nullopt;
  if (reached.meaning == Meaning::field) return Use{Use::What::field, reached.object, reached.index};
  if (reached.meaning == Meaning::reference) return Use{Use::What::reference, reached.object, reached.index};
  // Rows, by the name of an object, of a relation or of a kind; or an object that nothing above it refers to by name.
  const RowsReach rows = reach_rows(symbols_, subject, first.text);
  std::uint32_t object = rows.object;
  if (rows.outcome != RowsReach::Outcome::found) object = symbols_.find_object(first.text);
  if (object == no_object) {
    if (symbols_.is_broken(first.text)) return std::nullopt;
    if (reached.failure == Failure::unknown) {
      report_unknown(first);
    } else if (reached.failure != Failure::none) {
      report_reach(reached, name);
    } else {
      diagnostics_.emit<DiagnosticId::not_a_field>(first.span, first.text);
    }
    return std::nullopt;
  }
  if (name.path.size() == 1) {
    if (rows.kind) return Use{Use::What::kind, object, *rows.kind};
    return Use{Use::What::rows, object, 0};
  }
  const auto field = symbols_.objects()[object].find_field(name.path[1].text);
  if (!field || name.path.size() > 2) {
    report_unknown_field(object, name.path[field ? 2 : 1]);
    return std::nullopt;
  }
  return Use{Use::What::field, object, *field};
}

// `fit` uses `Buyer`, which uses `seniority`, which uses `home_country`
std::string Checker::way_in_words(const FieldUses& uses, const std::vector<FieldUses::Step>& way) {
  std::string path;
  std::size_t told = 0;
  for (const FieldUses::Step& step : way) {
    if (step.use.what == Use::What::children) continue;  // the rows themselves follow
    if (told > 0) path += told == 1 ? " uses " : ", which uses ";
    path += "`" + uses.words(step.use) + "`";
    ++told;
  }
  return path;
}

void Checker::check_never_uses() {
  const bool is_broken = diagnostics_.has_errors();  // then what is used is not known
  FieldUses uses(tree_, symbols_, policy_);
  for (const Declaration& declaration : tree_.declarations) {
    const auto* guarantee = std::get_if<GuaranteeDecl>(&declaration.node);
    const auto* never = guarantee == nullptr ? nullptr : std::get_if<NeverUse>(&guarantee->claim);
    if (never == nullptr) continue;
    scopes_ = {{symbols_.subject(), {}}};
    std::vector<std::pair<Name, std::uint32_t>> subjects;
    for (const Name& subject : never->subjects) {
      if (const auto index = conclusion(subject)) subjects.emplace_back(subject, *index);
    }
    for (const ExprId field : never->fields) {
      const auto use = never_used(std::get<NameRef>(tree_.expressions[field].node));
      if (!use || is_broken) continue;
      Diagnostic* message = nullptr;
      for (const auto& [subject, index] : subjects) {
        const std::vector<FieldUses::Step> way = uses.way(index, *use);
        if (way.empty()) continue;
        const std::string path = way_in_words(uses, way);
        if (message != nullptr) {
          message->notes.push_back({subject.span, path});
          continue;
        }
        message = &diagnostics_.emit<DiagnosticId::used_after_all>(span(field), path);
        const Span read = way.back().span;
        if (read.end > read.begin) message->notes.push_back({read, "it is read here"});
      }
    }
  }
}

}  // namespace muster::compiler
