#include "compiler/lower/lowerer.h"

#include "compiler/lower/lower.h"

namespace muster::compiler {

using namespace lang;

Program lower(const Tree& tree, const Symbols& symbols, const SourceMap& sources, TypedPolicy policy,
              const Limits& limits, Diagnostics& diagnostics) {
  Program program;
  program.title = policy.title;
  program.version = policy.version;
  program.owner = policy.owner;
  program.effective_from = policy.effective_from;
  program.effective_to = policy.effective_to;
  program.zone = policy.zone;
  program.schema = std::move(policy.schema);
  Lowerer(tree, symbols, sources, policy, limits, diagnostics, program).run();
  if (!diagnostics.has_errors()) prune(program);
  return program;
}

Lowerer::Lowerer(const Tree& tree, const Symbols& symbols, const SourceMap& sources, const TypedPolicy& policy,
                 const Limits& limits, Diagnostics& diagnostics, Program& program)
    : tree_(tree),
      symbols_(symbols),
      sources_(sources),
      policy_(policy),
      limits_(limits),
      diagnostics_(diagnostics),
      program_(program),
      builder_(program, limits) {}

void Lowerer::run() {
  for (std::uint32_t index : policy_.order) {
    lower_declaration(index);
    if (builder_.too_large()) {
      diagnostics_.emit<DiagnosticId::program_too_large>(tree_.declarations[index].keyword, limits_.instructions);
      return;
    }
  }
}

void Lowerer::lower_declaration(std::uint32_t index) {
  const Declaration& declaration = tree_.declarations[index];
  const auto in_both_modes = [&](const auto& lower_it) {
    for (Mode mode : {Mode::actual, Mode::possible}) {
      mode_ = mode;
      values_[mode_index()][index] = lower_it();
    }
    mode_ = Mode::actual;
  };
  std::visit(
      Overloaded{[](const PolicyHeader&) {}, [](const Import&) {}, [](const ObjectDecl&) {}, [](const PicklistDecl&) {},
                 [](const SetDecl&) {}, [](const SettingDecl&) {}, [](const DefineDecl&) {},
                 [&](const LetDecl& let) { in_both_modes([&] { return lower(let.value); }); },
                 [&](const IgnoreDecl& ignore) {
                   const std::string because = ignore.because ? ignore.because->text : label(span(ignore.condition));
                   program_.outputs.ignores.push_back({because, exact(ignore.condition)});
                   add_fault_root(program_.outputs.ignores.back().condition, "ignore leads: " + because);
                 },
                 [&](const QualifierDecl& qualifier) {
                   in_both_modes([&] {
                     return exactly(lower_qualifier(qualifier.items, GroupKind::all_of, 0, declaration.keyword));
                   });
                   static constexpr const char* kinds[] = {"ICP", "persona", "demographic", "situational",
                                                           "behavioural"};
                   program_.outputs.qualifiers.push_back(
                       {qualifier.name.text, qualifier.title ? qualifier.title->text : std::string(),
                        kinds[static_cast<std::size_t>(qualifier.kind)], values_[0][index].low});
                   // A fault matters where a rule, score, stage, grade or route reads the qualifier, which
                   // carries it there (section 4, number 8).
                 },
                 [&](const ScoreDecl& score) { lower_score(index, score); },
                 [&](const GradeDecl& grade) { lower_grade(index, grade); },
                 [&](const LifecycleDecl& lifecycle) { lower_lifecycle(lifecycle); },
                 [&](const RouteDecl& route) { lower_route(route); }},
      declaration.node);
}

ValueId Lowerer::lower_qualifier(const std::vector<CriterionId>& items, GroupKind kind, std::uint32_t count,
                                 Span place) {
  std::vector<ValueId> conditions;
  for (CriterionId id : items) conditions.push_back(lower_criterion(id));
  switch (kind) {
    case GroupKind::all_of:
      return conditions.empty() ? builder_.boolean(true, place) : builder_.add(Op::and_, truth(), conditions, 0, place);
    case GroupKind::any_of:
      return conditions.empty() ? builder_.boolean(false, place) : builder_.add(Op::or_, truth(), conditions, 0, place);
    case GroupKind::at_least:
      return builder_.add(Op::at_least, truth(), conditions, count, place);
  }
  return builder_.missing(truth(), place);
}

ValueId Lowerer::lower_criterion(CriterionId id) {
  const Criterion& criterion = tree_.criteria[id];
  return std::visit(Overloaded{[&](const Require& require) { return exact(require.condition); },
                               [&](const Exclude& exclude) {
                                 ValueId excluded = exact(exclude.condition);
                                 if (exclude.except_when) {
                                   excluded = both(excluded, negated(exact(*exclude.except_when), criterion.span),
                                                   criterion.span);
                                 }
                                 return negated(excluded, criterion.span);
                               },
                               [&](const CriterionGroup& group) {
                                 return lower_qualifier(group.items, group.kind, group.count, criterion.span);
                               }},
                    criterion.node);
}

}  // namespace muster::compiler
