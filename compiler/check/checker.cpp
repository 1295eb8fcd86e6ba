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
                  const Limits& limits, Diagnostics& diagnostics) {
  return Checker(tree, symbols, order, sources, limits, diagnostics).run();
}

Checker::Checker(const Tree& tree, const Symbols& symbols, const DefinitionOrder& order, const SourceMap& sources,
                 const Limits& limits, Diagnostics& diagnostics)
    : tree_(tree),
      symbols_(symbols),
      definitions_(order),
      sources_(sources),
      limits_(limits),
      diagnostics_(diagnostics) {}

TypedPolicy Checker::run() {
  policy_.expressions.resize(tree_.expressions.size());
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
  read_object();
  read_grades_and_stages();
  for (std::uint32_t index : definitions_.order) check_declaration(index);
  policy_.order = definitions_.order;
  return std::move(policy_);
}

void Checker::read_header(const PolicyHeader& header) {
  policy_.title = header.title.text;
  std::optional<PolicyEntry::Key> seen[6];
  for (const PolicyEntry& entry : header.entries) {
    auto& mark = seen[static_cast<std::size_t>(entry.key)];
    if (mark) {
      diagnostics_.emit<DiagnosticId::one_only>(entry.span, "entry of this kind in the policy header").fix =
          "keep one of the two";
    }
    mark = entry.key;
    switch (entry.key) {
      case PolicyEntry::Key::edition:
        break;  // told to people; nothing depends on it yet
      case PolicyEntry::Key::effective:
        if (entry.from && entry.to && *entry.from > *entry.to) {
          diagnostics_.emit<DiagnosticId::bounds_reversed>(entry.span, kernels::format_date(*entry.from),
                                                           kernels::format_date(*entry.to));
        }
        policy_.effective_from = entry.from;
        policy_.effective_to = entry.to;
        break;
      case PolicyEntry::Key::version:
        policy_.version = entry.text;
        break;
      case PolicyEntry::Key::owner:
        policy_.owner = entry.text;
        break;
      case PolicyEntry::Key::zone: {
        auto zone = kernels::Zone::find(entry.text);
        if (zone) {
          policy_.zone = *zone;
        } else {
          diagnostics_.emit<DiagnosticId::unknown_zone>(entry.span, entry.text);
        }
        break;
      }
      case PolicyEntry::Key::currency: {
        const CurrencyRow* row = find_currency(entry.text);
        if (row != nullptr) {
          policy_.currency = static_cast<std::uint16_t>(row - currency_rows.data());
        } else {
          is_currency_broken_ = true;  // the parser has said so
        }
        break;
      }
    }
  }
}

void Checker::check_declaration(std::uint32_t index) {
  const Declaration& declaration = tree_.declarations[index];
  const auto record = [&](const Type& type, bool may) {
    policy_.declaration_types[index] = type;
    policy_.declaration_may_be_missing[index] = may;
  };
  std::visit(
      Overloaded{[](const PolicyHeader&) {}, [](const Import&) {}, [](const ObjectDecl&) {}, [](const PicklistDecl&) {},
                 [&](const SetDecl& set) {
                   // Items get their type where the set is used; here only words that can mean nothing are reported.
                   for (ExprId item : set.items) {
                     const auto* name = std::get_if<NameRef>(&tree_.expressions[item].node);
                     if (name == nullptr || name->path.size() != 1) continue;
                     const std::string& word = name->path[0].text;
                     if (symbols_.find(word).meaning == Meaning::none && !symbols_.is_member_somewhere(word))
                       report_unknown(name->path[0]);
                   }
                 },
                 [&](const SettingDecl& setting) {
                   const Type type = type_from(setting.type);
                   const Type found = check(setting.value, &type);
                   const auto both = common(type, found);
                   record(type, false);
                   if (!both || !(*both == type || type.kind == Kind::poison || found.kind == Kind::poison)) {
                     report_wrong_type(setting.value, type, found);
                   } else if (auto value = require_constant(setting.value, "a setting")) {
                     const auto scaled =
                         kernels::rescale(value->value, found.digits, type.digits, RoundingMode::half_even);
                     value->value = scaled.value;
                     value->type = type;
                     policy_.constants[index] = *value;
                   }
                 },
                 [&](const LetDecl& let) {
                   record(check(let.value), may_miss(let.value));
                   if (const auto value = constant(let.value)) policy_.constants[index] = *value;
                 },
                 [&](const DefineDecl& define) {
                   parameters_ = &define.parameters;
                   parameter_types_.clear();
                   for (const Parameter& parameter : define.parameters)
                     parameter_types_.push_back(type_from(parameter.type));
                   policy_.parameter_types[index] = parameter_types_;
                   std::optional<Type> result;
                   if (define.result) result = type_from(*define.result);
                   const Type found = check(define.body, result ? &*result : nullptr);
                   parameters_ = nullptr;
                   if (result) {
                     const auto both = common(*result, found);
                     if (!both || !(*both == *result || result->kind == Kind::poison || found.kind == Kind::poison)) {
                       report_wrong_type(define.body, *result, found);
                     }
                   }
                   record(result.value_or(found), may_miss(define.body));
                 },
                 [&](const IgnoreDecl& ignore) { check_condition(ignore.condition); },
                 [&](const QualifierDecl& qualifier) {
                   bool may = false;
                   check_qualifier(qualifier.items, may);
                   record(boolean(), may);
                 },
                 [&](const ScoreDecl& score) {
                   check_score(score);
                   record({.kind = Kind::decimal, .digits = points_digits}, false);
                 },
                 [&](const GradeDecl& grade) { check_grade(grade, index); },
                 [&](const LifecycleDecl& lifecycle) { check_lifecycle(lifecycle); },
                 [&](const RouteDecl& route) { check_route(route); }},
      declaration.node);
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

void Checker::check_points(const Points& points) {
  const Type type = check(points.amount);
  if (type.kind == Kind::poison) return;
  if (type.kind != Kind::integer && type.kind != Kind::decimal) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(points.amount), "a number of points", words(type));
    return;
  }
  const auto value = require_constant(points.amount, "points");
  if (!value) return;
  if (type.digits > points_digits) {
    diagnostics_.emit<DiagnosticId::money_digits>(span(points.amount), "a number of points", "4",
                                                  static_cast<int>(type.digits));
  } else if (kernels::rescale(value->value, type.digits, points_digits, RoundingMode::half_even).fault !=
             kernels::Fault::none) {
    diagnostics_.emit<DiagnosticId::constant_overflow>(span(points.amount));
  }
}

void Checker::check_cap(const std::optional<ExprId>& at_most) {
  if (!at_most) return;
  check_points({false, *at_most});
  // A cap takes points away from what a rule earns; below zero it would give or take them where no rule has fired.
  if (const auto most = constant(*at_most); most && most->value < 0) {
    diagnostics_
        .emit<DiagnosticId::wrong_type>(span(*at_most), "zero or more points behind `at most`", source_text(*at_most))
        .fix = "write the cap without a sign; for a rule that takes points away it says how many";
  }
}

void Checker::check_score_items(const std::vector<ScoreItemId>& items) {
  for (ScoreItemId item_id : items) {
    const ScoreItem& item = tree_.score_items[item_id];
    std::visit(Overloaded{[&](const PointRule& rule) {
                            check_points(rule.points);
                            if (rule.per) {
                              const Type quantity = check(rule.per->quantity);
                              const bool countable = is_number(quantity.kind) || quantity.kind == Kind::money ||
                                                     quantity.kind == Kind::duration || quantity.kind == Kind::poison;
                              if (!countable) {
                                diagnostics_.emit<DiagnosticId::wrong_type>(span(rule.per->quantity),
                                                                            "a number after `per`", words(quantity));
                              }
                              if (rule.per->step) {
                                const Type step = check(*rule.per->step, &quantity);
                                if (countable && !comparable(step, quantity)) {
                                  diagnostics_.emit<DiagnosticId::wrong_type>(span(*rule.per->step), words(quantity),
                                                                              words(step));
                                } else if (const auto value = require_constant(*rule.per->step, "the step after `per`");
                                           value && value->value <= 0) {
                                  diagnostics_.emit<DiagnosticId::step_not_positive>(span(*rule.per->step));
                                }
                              } else if (quantity.kind == Kind::money || quantity.kind == Kind::duration) {
                                diagnostics_.emit<DiagnosticId::wrong_type>(
                                    span(rule.per->quantity), "a step after `per`, such as `per 1K USD budget`",
                                    words(quantity));
                              }
                            }
                            if (rule.when) check_condition(*rule.when);
                            check_cap(rule.at_most);
                          },
                          [&](const BandRule& rule) {
                            const Type subject = check(rule.subject);
                            std::vector<const Band*> bands;
                            for (const BandPoints& band : rule.bands) {
                              bands.push_back(&band.band);
                              check_points(band.points);
                            }
                            const std::string rest = check_bands(bands, rule.subject);
                            if (rest.empty()) policy_.gapless.insert(item_id.index);
                            if (!rest.empty() && subject.kind != Kind::poison && subject.kind != Kind::text) {
                              diagnostics_.emit<DiagnosticId::bands_gap>(item.span, rest);
                            }
                            if (rule.when) check_condition(*rule.when);
                            check_cap(rule.at_most);
                          },
                          [&](const ScoreGroup& group) {
                            check_cap(group.at_most);
                            check_score_items(group.items);
                          }},
               item.node);
  }
}

void Checker::check_score(const ScoreDecl& score) {
  if (score.from) check_points({false, *score.from});
  if (score.to) check_points({false, *score.to});
  if (score.from && score.to) {
    const auto from = constant(*score.from);
    const auto to = constant(*score.to);
    if (from && to && kernels::compare(from->value, from->type.digits, to->value, to->type.digits) > 0) {
      diagnostics_.emit<DiagnosticId::bounds_reversed>(join(span(*score.from), span(*score.to)),
                                                       source_text(*score.from), source_text(*score.to));
    }
  }
  check_score_items(score.items);
}

void Checker::check_grade(const GradeDecl& grade, std::uint32_t index) {
  bool may = false;
  for (const Name& axis : grade.axes) {
    const Symbol symbol = symbols_.find(axis.text);
    if (symbol.meaning == Meaning::none) {
      report_unknown(axis);
    } else if (symbol.meaning != Meaning::score && symbol.meaning != Meaning::grade &&
               symbol.meaning != Meaning::broken) {
      diagnostics_.emit<DiagnosticId::unknown_axis>(axis.span, axis.text);
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

void Checker::check_lifecycle(const LifecycleDecl& lifecycle) {
  bool may = false;
  bool fates[2] = {false, false};
  for (const LifecycleItem& item : lifecycle.items) {
    const auto once = [&](bool& seen, const char* what) {
      if (seen) {
        diagnostics_.emit<DiagnosticId::one_only>(item.span, what).fix = "join the conditions with `or`";
      }
      seen = true;
    };
    std::visit(Overloaded{[&](const StageDecl& stage) {
                            may = check_condition(stage.condition) || may;
                            if (!stage.needs) return;
                            for (ExprId value : stage.needs->values) check(value);
                            if (stage.needs->count == 0 || stage.needs->count > stage.needs->values.size()) {
                              diagnostics_.emit<DiagnosticId::count_out_of_range>(stage.needs->span, stage.needs->count,
                                                                                  stage.needs->values.size());
                            }
                          },
                          [&](const NotYet& fate) {
                            once(fates[0], "`not yet` in a lifecycle");
                            check_condition(fate.condition);
                          },
                          [&](const Disqualified& fate) {
                            once(fates[1], "`disqualified` in a lifecycle");
                            may = check_condition(fate.condition) || may;
                          }},
               item.node);
  }
  policy_.declaration_may_be_missing[*symbols_.lifecycle()] = may;
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
      for_each_child(tree_.expressions[id].node, look);
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
