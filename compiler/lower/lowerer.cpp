#include "compiler/lower/lowerer.h"

#include <algorithm>

#include "compiler/ir/uses.h"
#include "compiler/lower/lower.h"

namespace muster::compiler {

using namespace lang;

Program lower(const Tree& tree, const Symbols& symbols, const SourceMap& sources, TypedPolicy policy,
              const Limits& limits, Diagnostics& diagnostics) {
  Program program;
  program.title = policy.title;
  program.version = policy.version;
  program.owner = policy.owner;
  program.edition = policy.edition;
  program.parties = policy.parties;
  program.review_day = policy.review_day;
  program.effective_from = policy.effective_from;
  program.effective_to = policy.effective_to;
  program.zone = policy.zone;
  program.schema = std::move(policy.schema);
  program.rates = std::move(policy.rates);
  program.calendars = std::move(policy.calendars);
  program.settings = std::move(policy.settings);
  program.spaces.add({Link::root, SpaceId{root_space}, program.schema.subject, 0, {}, {}});
  Lowerer(tree, symbols, sources, policy, limits, diagnostics, program).run();
  if (diagnostics.has_errors()) return program;
  program.reads_as_of = reads_moment(program);
  for (const TestCase& test : program.tests.cases) {
    if (program.reads_as_of && !test.has_moment) diagnostics.emit<DiagnosticId::test_without_as_of>(test.span);
  }
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
  Scope subject;
  subject.spaces = {root()};
  subject.collects = true;
  set_scope(std::move(subject));
  for (std::uint32_t index : policy_.order) {
    lower_declaration(index);
    if (builder_.too_large()) {
      diagnostics_.emit<DiagnosticId::program_too_large>(tree_.declarations[index].keyword, limits_.instructions);
      return;
    }
  }
  add_row_ignores();
  if (!policy_.tests.empty()) {
    lower_tests();
    if (builder_.too_large()) {
      diagnostics_.emit<DiagnosticId::program_too_large>(policy_.tests.front().span, limits_.instructions);
    }
  }
}

void Lowerer::lower_declaration(std::uint32_t index) {
  const Declaration& declaration = tree_.declarations[index];
  // Definitions about other objects are worked out where something reads them.
  const auto about = policy_.about.find(index);
  if (about != policy_.about.end() && about->second != program_.schema.subject) return;
  const auto in_both_modes = [&] {
    for (Mode mode : {Mode::actual, Mode::possible}) in_mode(mode, [&] { value_of(index); });
  };
  std::visit(Overloaded{[](const PolicyHeader&) {},
                        [](const Import&) {},
                        [](const ObjectDecl&) {},
                        [](const PicklistDecl&) {},
                        [](const SetDecl&) {},
                        [](const SettingDecl&) {},
                        [](const DefineDecl&) {},
                        [](const TableDecl&) {},
                        [](const ExtendDecl&) {},
                        [](const ExtendObjectDecl&) {},
                        [](const CalendarDecl&) {},
                        [&](const SlaDecl& sla) {
                          if (policy_.with_agreements) lower_sla(sla);
                        },
                        [&](const GuaranteeDecl& guarantee) { lower_guarantee(guarantee, declaration.span); },
                        [](const TestDecl&) {},
                        [](const RatesDecl&) {},
                        [&](const LetDecl&) { in_both_modes(); },
                        [&](const IgnoreDecl& ignore) {
                          if (ignore.object) return;  // rows: part of every mask
                          const std::string because =
                              ignore.because ? ignore.because->text : label(span(ignore.condition));
                          program_.outputs.ignores.push_back({because, exact(ignore.condition)});
                          add_fault_root(program_.outputs.ignores.back().condition, "ignore leads: " + because);
                        },
                        [&](const QualifierDecl& qualifier) {
                          in_both_modes();
                          static constexpr const char* kinds[] = {"ICP", "persona", "demographic", "situational",
                                                                  "behavioural"};
                          program_.outputs.qualifiers.push_back(
                              {qualifier.name.text, qualifier.title ? qualifier.title->text : std::string(),
                               kinds[static_cast<std::size_t>(qualifier.kind)], value_of(index).low});
                          // A fault matters where a rule, score, stage, grade or route reads the qualifier, which
                          // carries it there (section 4, number 8).
                        },
                        [&](const ScoreDecl& score) {
                          ScoreOutput output;
                          lower_score(index, score, output);
                          program_.outputs.scores.push_back(std::move(output));
                        },
                        [&](const GradeDecl& grade) {
                          in_both_modes();
                          add_grade(index, grade);
                        },
                        [&](const FrameworkDecl& framework) {
                          if (!framework.has_parameters) lower_framework(index, framework);
                        },
                        [&](const LifecycleDecl& lifecycle) { lower_lifecycle(lifecycle); },
                        [&](const RouteDecl& route) { lower_route(route); },
                        [&](const OutputDecl& output) { add_value(output); }},
             declaration.node);
}

Extent Lowerer::value_of(std::uint32_t index) {
  const InSpace key{space().index, index};
  if (const auto known = known_.values[mode_index()].find(key); known != known_.values[mode_index()].end())
    return known->second;
  const Declaration& declaration = tree_.declarations[index];
  const Extent value = in_space(space(), [&] {
    if (const auto* let = std::get_if<LetDecl>(&declaration.node)) return lower(let->value);
    if (const auto* output = std::get_if<OutputDecl>(&declaration.node)) return lower(output->value);  // in a test
    if (const auto* grade = std::get_if<GradeDecl>(&declaration.node)) return lower_grade(index, *grade);
    const auto& qualifier = std::get<QualifierDecl>(declaration.node);
    return exactly(lower_qualifier(qualifier.items, GroupKind::all_of, 0, declaration.keyword));
  });
  known_.values[mode_index()][key] = value;
  return value;
}

const Lowerer::ScoreValues& Lowerer::score_of(std::uint32_t index) {
  const InSpace key{space().index, index};
  if (const auto known = known_.scores.find(key); known != known_.scores.end()) return known->second;
  ScoreOutput nobody;  // only the subject's own scores are told
  in_space(space(), [&] {
    in_mode(Mode::actual, [&] { lower_score(index, std::get<ScoreDecl>(tree_.declarations[index].node), nobody); });
  });
  return known_.scores.at(key);
}

// How many rows of each lead an `ignore` sets aside, where anything reads such rows.
void Lowerer::add_row_ignores() {
  const auto& relations = program_.schema.subject_object().relations;
  // Rows that a lead has in two ways are told apart by the name of the relation.
  const auto name_of = [&](const Space& child) {
    const auto is_same = [&](const RelationSchema& other) { return other.many && other.object == child.object; };
    const bool is_one = std::count_if(relations.begin(), relations.end(), is_same) == 1;
    return is_one ? program_.schema.objects[child.object].name : relations[child.relation].name;
  };
  for (const Declaration& declaration : tree_.declarations) {
    const auto* ignore = std::get_if<IgnoreDecl>(&declaration.node);
    if (ignore == nullptr || !ignore->object) continue;
    for (std::uint32_t index = 0; index < program_.spaces.size(); ++index) {
      const SpaceId rows{index};
      const Space& child = program_.spaces[rows];
      if (child.link != Link::many || child.parent != root() ||
          program_.schema.objects[child.object].name != ignore->object->text)
        continue;
      const Span place = declaration.keyword;
      const ValueId ignored = in_space(rows, [&] { return surely(exact(ignore->condition), place); });
      program_.outputs.row_ignores.push_back(
          {name_of(child), ignore->because ? ignore->because->text : label(span(ignore->condition)),
           builder_.fold(Op::count_rows, whole_number(), rows, {ignored}, 0, place)});
    }
  }
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
