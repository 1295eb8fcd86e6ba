// Declarations: each is checked once, after everything that it uses.
#include "compiler/check/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "compiler/check/check.h"
#include "compiler/resolve/walk.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;

TypedPolicy check(const Tree& tree, const Symbols& symbols, const DefinitionOrder& order, const SourceMap& sources,
                  const Limits& limits, const CompileOptions& options, Diagnostics& diagnostics) {
  return Checker(tree, symbols, order, sources, limits, options, diagnostics).run();
}

Checker::Checker(const Tree& tree, const Symbols& symbols, const DefinitionOrder& order, const SourceMap& sources,
                 const Limits& limits, const CompileOptions& options, Diagnostics& diagnostics)
    : tree_(tree),
      symbols_(symbols),
      definitions_(order),
      sources_(sources),
      limits_(limits),
      options_(options),
      diagnostics_(diagnostics) {}

TypedPolicy Checker::run() {
  policy_.expressions.resize(tree_.expressions.size());
  policy_.rows.resize(tree_.rows.size());
  const PolicyHeader* header = nullptr;
  const RouteDecl* route = nullptr;
  for (const Declaration& declaration : tree_.declarations) {
    if (const auto* found = std::get_if<PolicyHeader>(&declaration.node)) {
      if (header != nullptr) diagnostics_.emit<DiagnosticId::one_only>(declaration.keyword, "policy header");
      if (header == nullptr) read_header(*found);
      header = found;
    }
    if (const auto* found = std::get_if<RouteDecl>(&declaration.node)) {
      if (route != nullptr) diagnostics_.emit<DiagnosticId::one_only>(declaration.keyword, "route");
      route = found;
    }
  }
  read_picklists();
  read_calendars();
  read_objects();
  read_grades();
  read_stages();
  read_remembered();
  read_override();
  read_extensions();
  read_rates();
  const auto is_test = [&](std::uint32_t index) {
    return std::holds_alternative<TestDecl>(tree_.declarations[index].node);
  };
  for (std::uint32_t index : definitions_.order) {
    if (!is_test(index)) check_declaration(index);
  }
  for (std::uint32_t index = 0; index < tree_.declarations.size(); ++index) {  // they read everything else
    if (is_test(index)) check_declaration(index);
  }
  check_never_uses();
  policy_.order = definitions_.order;
  policy_.with_agreements = options_.agreements;
  list_settings();
  policy_.with_guarantees = options_.guarantees;
  return std::move(policy_);
}

void Checker::check_declaration(std::uint32_t index) {
  const Declaration& declaration = tree_.declarations[index];
  scopes_ = {{symbols_.about(index), {}}};
  reads_rows_ = false;
  if (inner_object() != no_object) policy_.about[index] = inner_object();
  const auto record = [&](const Type& type, bool may) {
    policy_.declaration_types[index] = type;
    policy_.declaration_may_be_missing[index] = may;
  };
  std::visit(Overloaded{[](const PolicyHeader&) {},
                        [](const Import&) {},
                        [](const PicklistDecl&) {},
                        [&](const ObjectDecl&) { check_object(index); },
                        [&](const SetDecl& set) {
                          // Items get their type where the set is used; here only words that can mean nothing are
                          // reported.
                          for (ExprId item : set.items) {
                            const auto* name = std::get_if<NameRef>(&tree_.expressions[item].node);
                            if (name == nullptr || name->path.size() != 1) continue;
                            const Name& word = name->path[0];
                            const bool is_unknown = reach(symbols_, scopes_, name->path).failure == Failure::unknown;
                            if (is_unknown && !symbols_.is_member_somewhere(word.text)) report_unknown(word, true);
                          }
                        },
                        [&](const SettingDecl& setting) { check_setting(setting, index); },
                        [&](const LetDecl& let) {
                          record(check_as(let.value, let.type), may_miss(let.value));
                          if (const auto value = constant(let.value)) policy_.constants[index] = *value;
                        },
                        [&](const DefineDecl& define) { check_define(define, index); },
                        [&](const TableDecl& table) { check_table(table, index); },
                        [&](const ExtendDecl& extend) { check_extend(extend, index); },
                        [](const ExtendObjectDecl&) {},
                        [](const CalendarDecl&) {},
                        [&](const SlaDecl& sla) { check_sla(sla, declaration.keyword); },
                        [&](const GuaranteeDecl& guarantee) { check_guarantee(guarantee); },
                        [&](const TestDecl& test) { check_test(test, index); },
                        [&](const RatesDecl& rates) { check_rates(rates, index); },
                        [&](const IgnoreDecl& ignore) { check_condition(ignore.condition); },
                        [&](const QualifierDecl& qualifier) {
                          bool may = false;
                          check_qualifier(qualifier.items, may);
                          record(boolean(), may);
                          if (qualifier.items.empty()) report_deciding_nothing(declaration, "qualifier");
                        },
                        [&](const ScoreDecl& score) {
                          check_score(score);
                          if (score.items.empty() && !score.value) report_deciding_nothing(declaration, "score");
                          record({.kind = Kind::decimal, .digits = points_digits}, false);
                        },
                        [&](const FrameworkDecl& framework) { check_framework(framework, index); },
                        [&](const GradeDecl& grade) { check_grade(grade, index); },
                        [&](const LifecycleDecl& lifecycle) {
                          check_lifecycle(lifecycle, index);
                          const auto decides = [](const LifecycleItem& item) {
                            return std::holds_alternative<StageDecl>(item.node) ||
                                   std::holds_alternative<NotYet>(item.node) ||
                                   std::holds_alternative<Disqualified>(item.node);
                          };
                          if (std::none_of(lifecycle.items.begin(), lifecycle.items.end(), decides))
                            report_deciding_nothing(declaration, "lifecycle");
                        },
                        [&](const RouteDecl& route) {
                          check_route(route);
                          if (route.rows.empty()) report_deciding_nothing(declaration, "route");
                        },
                        [&](const OutputDecl& output) { check_output(output, index); }},
             declaration.node);
  if (!reads_rows_) free_.insert(index);
}

void Checker::check_define(const DefineDecl& define, std::uint32_t index) {
  parameters_ = &define.parameters;
  parameter_types_.clear();
  for (const Parameter& parameter : define.parameters) parameter_types_.push_back(type_from(parameter.type));
  policy_.parameter_types[index] = parameter_types_;
  std::optional<Type> result;
  if (define.result) result = type_from(*define.result);
  const Type found = check(define.body, result ? &*result : nullptr);
  parameters_ = nullptr;
  if (result) require_type(define.body, *result, found);
  policy_.declaration_types[index] = result.value_or(found);
  policy_.declaration_may_be_missing[index] = may_miss(define.body);
}

// The type of a value that may say itself what it is.
Type Checker::check_as(ExprId value, const std::optional<TypeRef>& written) {
  if (!written) return check(value);
  const Type wanted = type_from(*written);
  const Type found = check(value, &wanted);
  return require_type(value, wanted, found) ? found : wanted;
}

void Checker::check_output(const OutputDecl& output, std::uint32_t index) {
  Type type = check_as(output.value, output.type);
  if (type.kind == Kind::stage) {
    diagnostics_.emit<DiagnosticId::stage_alone>(span(output.value));
    type = poison();
  }
  policy_.declaration_types[index] = type;
  policy_.declaration_may_be_missing[index] = may_miss(output.value);
  // Every output is a column of the answer, as are these.
  const Symbol symbol = symbols_.find(output.name.text);
  const bool is_column = symbol.meaning == Meaning::qualifier || symbol.meaning == Meaning::score ||
                         symbol.meaning == Meaning::grade || symbol.meaning == Meaning::framework ||
                         symbol.meaning == Meaning::stage;
  const auto [first, is_new] = outputs_.emplace(output.name.text, index);
  if (!is_column && is_new) return;
  diagnostics_.emit<DiagnosticId::duplicate_name>(output.name.span, output.name.text)
      .notes.push_back(
          {is_column ? symbol.span : std::get<OutputDecl>(tree_.declarations[first->second].node).name.span,
           "first here"});
}

void Checker::check_qualifier(const std::vector<CriterionId>& items, bool& may_be_missing) {
  for (CriterionId id : items) {
    const Criterion& criterion = tree_.criteria[id];
    std::visit(
        Overloaded{
            [&](const Require& require) { may_be_missing = check_condition(require.condition) || may_be_missing; },
            [&](const Exclude& exclude) {
              may_be_missing = check_condition(exclude.condition) || may_be_missing;
              if (exclude.except_when) may_be_missing = check_condition(*exclude.except_when) || may_be_missing;
            },
            [&](const CriterionGroup& group) {
              if (group.kind == GroupKind::at_least && (group.count == 0 || group.count > group.items.size())) {
                diagnostics_.emit<DiagnosticId::count_out_of_range>(criterion.span, group.count, group.items.size());
              }
              check_qualifier(group.items, may_be_missing);
            }},
        criterion.node);
  }
}

void Checker::check_grade(const GradeDecl& grade, std::uint32_t index) {
  bool may = false;
  for (const Name& axis : grade.axes) {
    const Reach reached = reach(symbols_, scopes_, {axis});
    reads_rows_ = true;
    if (reached.failure == Failure::unknown) {
      report_unknown(axis);
    } else if (reached.meaning != Meaning::score && reached.meaning != Meaning::grade &&
               reached.meaning != Meaning::broken) {
      diagnostics_.emit<DiagnosticId::unknown_axis>(axis.span, axis.text);
    } else if (reached.failure != Failure::none) {
      report_reach(reached, {{axis}});
    }
  }
  const auto optional_condition = [&](const std::optional<ExprId>& condition) {
    if (condition) may = check_condition(*condition) || may;
  };
  for (std::size_t i = 0; i < grade.columns.size(); ++i) {
    optional_condition(grade.columns[i]);
    const bool last = i + 1 == grade.columns.size();
    if (!last && !grade.columns[i]) {
      const auto& next = grade.columns[i + 1];
      diagnostics_.emit<DiagnosticId::after_otherwise>(next ? span(*next) : grade.name.span);
      break;
    }
    if (last && grade.columns[i]) {
      diagnostics_.emit<DiagnosticId::grade_without_otherwise>(span(*grade.columns[i]), "column");
    }
  }
  for (std::size_t i = 0; i < grade.rows.size(); ++i) {
    optional_condition(grade.rows[i].condition);
    const bool last = i + 1 == grade.rows.size();
    if (!last && !grade.rows[i].condition) {
      diagnostics_.emit<DiagnosticId::after_otherwise>(grade.rows[i + 1].span);
      break;
    }
    if (last && grade.rows[i].condition) {
      diagnostics_.emit<DiagnosticId::grade_without_otherwise>(grade.rows[i].span, "row");
    }
  }
  policy_.declaration_may_be_missing[index] = may;
}

// Not where what it decides was written and could not be read: that has been said.
void Checker::report_deciding_nothing(const Declaration& declaration, std::string_view what) {
  const Span whole = declaration.span;
  const auto is_inside = [&](const Diagnostic& each) {
    return each.severity() == Severity::error && each.span.file == whole.file && each.span.begin >= whole.begin &&
           each.span.begin <= whole.end;
  };
  const std::vector<Diagnostic>& all = diagnostics_.all();
  if (std::none_of(all.begin(), all.end(), is_inside))
    diagnostics_.emit<DiagnosticId::decides_nothing>(declaration.keyword, what);
}

void Checker::check_route(const RouteDecl& route) {
  const RouteRow* undecided_row = nullptr;
  bool asks = false;
  for (std::size_t i = 0; i < route.rows.size(); ++i) {
    const RouteRow& row = route.rows[i];
    if (!row.condition) {
      if (i + 1 < route.rows.size()) diagnostics_.emit<DiagnosticId::after_otherwise>(route.rows[i + 1].span);
      break;
    }
    if (check_condition(*row.condition) && undecided_row == nullptr) undecided_row = &row;
    const std::function<void(ExprId)> look = [&](ExprId id) {
      const auto* test = std::get_if<StateTest>(&tree_.expressions[id].node);
      asks = asks || (test != nullptr && test->state != State::known);
      for_each_child(tree_, tree_.expressions[id].node, look);
    };
    look(*row.condition);
  }
  const bool swallows = !route.rows.empty() && !route.rows.back().condition;
  if (swallows && undecided_row != nullptr && !asks) {
    Diagnostic& message = diagnostics_.emit<DiagnosticId::otherwise_swallows>(undecided_row->span);
    message.fix = fmt::format("add a row before `otherwise`, such as `to \"Enrichment\" when ({}) is undecided`",
                              source_text(*undecided_row->condition));
  }
}

}  // namespace muster::compiler
