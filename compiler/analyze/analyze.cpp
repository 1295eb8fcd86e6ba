#include "compiler/analyze/analyze.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <unordered_set>

#include "compiler/analyze/finder.h"
#include "compiler/resolve/walk.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;

void analyze(const Tree& tree, const Symbols& symbols, const SourceMap& sources, const TypedPolicy& policy,
             Diagnostics& diagnostics) {
  Finder(tree, symbols, sources, policy, diagnostics).run();
}

void Finder::run() {
  find_unused();
  look_at_thresholds();
  look_at_outcome_fields();
  look_at_texts();
  for (const Declaration& declaration : tree_.declarations) {
    if (is_library(declaration.keyword)) continue;
    std::visit(Overloaded{[&](const QualifierDecl& qualifier) {
                            look_at_condition(conditions_.parts_of(qualifier.items));
                            look_at_qualifier(qualifier, declaration.keyword);
                          },
                          [&](const ScoreDecl& score) { look_at_rules(score.items); },
                          [&](const IgnoreDecl& ignore) { look_at_condition(conditions_.parts_of(ignore.condition)); },
                          [&](const GradeDecl& grade) {
                            std::vector<std::optional<ExprId>> rows;
                            std::vector<Span> places;
                            for (const GradeRow& row : grade.rows) {
                              rows.push_back(row.condition);
                              places.push_back(row.span);
                            }
                            look_at_tiers(rows, places);
                            places.clear();
                            for (const auto& column : grade.columns)
                              places.push_back(column ? span(*column) : grade.name.span);
                            look_at_tiers(grade.columns, places);
                          },
                          [&](const LifecycleDecl& lifecycle) {
                            for (const LifecycleItem& item : lifecycle.items) {
                              if (const auto* stage = std::get_if<StageDecl>(&item.node))
                                look_at_condition(conditions_.parts_of(stage->condition));
                            }
                          },
                          [&](const RouteDecl& route) {
                            std::vector<std::optional<ExprId>> rows;
                            std::vector<Span> places;
                            for (const RouteRow& row : route.rows) {
                              rows.push_back(row.condition);
                              places.push_back(row.span);
                              if (row.condition) look_at_condition(conditions_.parts_of(*row.condition));
                            }
                            look_at_tiers(rows, places);
                          },
                          [](const auto&) {}},
               declaration.node);
  }
}

// ---- definitions that nobody uses. Words decide, not bindings: a name that stands anywhere is used.

void Finder::find_names_in(const DeclarationNode& node, std::vector<std::string>& names) const {
  const std::function<void(ExprId)> look = [&](ExprId id) {
    const ExprNode& expression = tree_.expressions[id].node;
    if (const auto* name = std::get_if<NameRef>(&expression)) {
      for (const Name& part : name->path) names.push_back(part.text);
    }
    if (const auto* call = std::get_if<Call>(&expression)) names.push_back(call->function.text);
    for_each_child(tree_, expression, look);
  };
  for_each_expression(tree_, node, look);
  const auto type = [&](const TypeRef& reference) { names.push_back(reference.name.text); };
  const std::function<void(const Field&)> field = [&](const Field& one) {
    type(one.type);
    for (const KindDecl& kind : one.kinds) std::ranges::for_each(kind.fields, field);
  };
  std::visit(Overloaded{[&](const ObjectDecl& object) { std::ranges::for_each(object.fields, field); },
                        [&](const SettingDecl& setting) { type(setting.type); },
                        [&](const LetDecl& let) {
                          if (let.type) type(*let.type);
                        },
                        [&](const OutputDecl& output) {
                          if (output.type) type(*output.type);
                        },
                        [&](const DefineDecl& define) {
                          for (const Parameter& parameter : define.parameters) type(parameter.type);
                          if (define.result) type(*define.result);
                        },
                        [&](const TableDecl& table) {
                          for (const Parameter& parameter : table.parameters) type(parameter.type);
                          type(table.result);
                        },
                        [&](const FrameworkDecl& framework) {
                          for (const Parameter& parameter : framework.parameters) type(parameter.type);
                          if (framework.source) names.push_back(framework.source->name.text);
                        },
                        [&](const GradeDecl& grade) {
                          for (const Name& axis : grade.axes) names.push_back(axis.text);
                        },
                        [](const auto&) {}},
             node);
}

void Finder::find_unused() {
  std::unordered_set<std::string> used;
  for (const Declaration& declaration : tree_.declarations) {
    std::vector<std::string> names;
    find_names_in(declaration.node, names);
    used.insert(names.begin(), names.end());
  }
  for (const Declaration& declaration : tree_.declarations) {
    if (declaration.keyword.file != FileId{0}) continue;  // what the policy imports is there for others, too
    const Name* name = std::visit(
        Overloaded{[](const SetDecl& set) { return &set.name; },
                   [](const SettingDecl& setting) { return &setting.name; },
                   [](const LetDecl& let) { return &let.name; }, [](const DefineDecl& define) { return &define.name; },
                   [](const TableDecl& table) { return &table.name; },
                   [](const PicklistDecl& picklist) { return &picklist.name; },
                   [](const FrameworkDecl& framework) { return framework.has_parameters ? &framework.name : nullptr; },
                   [](const auto&) -> const Name* { return nullptr; }},
        declaration.node);
    if (name != nullptr && !used.contains(name->text)) diagnostics_.emit<DiagnosticId::unused>(name->span, name->text);
  }
}

// ---- conditions that can never be yes, and parts of them that say nothing

void Finder::look_at_condition(const std::vector<Part>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Part& later = parts[i];
      const Part& earlier = parts[j];
      if (later.subject != earlier.subject || later.allowed.index() != earlier.allowed.index()) continue;
      if (!later.is_own && !earlier.is_own) continue;  // said where the qualifier stands
      const Part& own = later.is_own ? later : earlier;
      const Part& other = later.is_own ? earlier : later;
      if (is_empty(intersection(later.allowed, earlier.allowed))) {
        diagnostics_.emit<DiagnosticId::never_yes>(span(own.test), quoted(other.test), quoted(own.test))
            .notes.push_back({span(other.test), "the other one"});
      } else if (own.is_own && is_subset(other.allowed, own.allowed)) {
        diagnostics_.emit<DiagnosticId::implied>(span(own.test), quoted(other.test))
            .notes.push_back({span(other.test), "this one"});
      } else if (other.is_own && is_subset(own.allowed, other.allowed)) {
        diagnostics_.emit<DiagnosticId::implied>(span(other.test), quoted(own.test))
            .notes.push_back({span(own.test), "this one"});
      }
    }
  }
}

void Finder::look_at_rules(const std::vector<ScoreItemId>& items) {
  for (const ScoreItemId id : items) {
    std::visit(Overloaded{[&](const PointRule& rule) {
                            if (rule.when) look_at_condition(conditions_.parts_of(*rule.when));
                          },
                          [&](const BandRule& rule) {
                            // Who gives a reason has seen the dip.
                            if (!tree_.score_items[id].explained.because) look_at_bands(rule);
                            if (rule.when) look_at_condition(conditions_.parts_of(*rule.when));
                          },
                          [&](const ScoreGroup& group) { look_at_rules(group.items); }},
               tree_.score_items[id].node);
  }
}

// ---- thresholds that a score cannot reach, or cannot miss

void Finder::look_at_thresholds() {
  // A guarantee is meant to be yes for every lead.
  std::vector<Span> guarantees;
  for (const Declaration& declaration : tree_.declarations) {
    if (std::holds_alternative<GuaranteeDecl>(declaration.node)) guarantees.push_back(declaration.span);
  }
  std::ranges::sort(guarantees);
  const auto is_guaranteed = [&](Span place) {
    const auto behind = std::ranges::upper_bound(guarantees, place);
    if (behind == guarantees.begin()) return false;
    const Span& before = *std::prev(behind);
    return before.file == place.file && place.begin < before.end;
  };
  for (std::uint32_t index = 0; index < tree_.expressions.size(); ++index) {
    const ExprId id{index};
    if (!std::holds_alternative<Comparison>(tree_.expressions[id].node) || is_library(span(id)) ||
        is_guaranteed(span(id)))
      continue;
    for (const Part& part : conditions_.parts_of(id)) {
      if (!part.is_score || !std::holds_alternative<Interval>(part.allowed)) continue;
      const PointRange& range = ranges_.of(part.score);
      const auto end = [](std::optional<std::int64_t> points) {
        return points ? std::optional(Bound{{*points, points_digits}, false}) : std::nullopt;
      };
      const Allowed possible = Interval{end(range.low), end(range.high)};
      const bool never = is_empty(intersection(possible, part.allowed));
      if (!never && !is_subset(possible, part.allowed)) continue;
      const auto shown = [](std::optional<std::int64_t> points, const char* unbounded) {
        return points ? kernels::format_decimal(*points, points_digits) : std::string(unbounded);
      };
      const std::string& score = std::get<ScoreDecl>(tree_.declarations[part.score].node).name.text;
      Diagnostic& message =
          diagnostics_.emit<DiagnosticId::beyond_score>(span(id), score, shown(range.low, "any number below"),
                                                        shown(range.high, "any number above"), never ? "no" : "yes");
      if (range.low && range.high) {
        message.fix = fmt::format("write a threshold between {} and {}, or change the points of `{}`",
                                  shown(range.low, ""), shown(range.high, ""), score);
      }
    }
  }
}

// ---- rows behind rows that take all of theirs

void Finder::look_at_tiers(const std::vector<std::optional<ExprId>>& rows, const std::vector<Span>& places) {
  // Only rows of one part each are compared: an earlier row that asks for more takes less.
  std::vector<std::optional<Part>> single(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i]) continue;
    const ExprId id = without_parentheses(tree_, *rows[i]);
    const std::vector<Part> parts = conditions_.parts_of(id);
    for (std::size_t j = 0; j < i; ++j) {
      const bool taken = single[j] && std::ranges::any_of(parts, [&](const Part& part) {
                           return part.subject == single[j]->subject &&
                                  part.allowed.index() == single[j]->allowed.index() &&
                                  is_subset(part.allowed, single[j]->allowed);
                         });
      if (!taken) continue;
      diagnostics_.emit<DiagnosticId::tier_unreached>(places[i]).notes.push_back({places[j], "this row comes first"});
      break;
    }
    const ExprNode& node = tree_.expressions[id].node;
    const bool is_test = std::holds_alternative<Comparison>(node) || std::holds_alternative<Membership>(node);
    if (is_test && parts.size() == 1) single[i] = parts.front();
  }
}

}  // namespace muster::compiler
