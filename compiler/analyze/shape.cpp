// Findings about the shape of a policy: tables that dip, size asked for twice, what a qualifier is called, and fields
// that are filled in too late.
#include <algorithm>
#include <array>
#include <functional>

#include "compiler/analyze/finder.h"
#include "compiler/resolve/walk.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

// Bands of numbers in rising order whose points fall and rise again.
void Finder::look_at_bands(const BandRule& rule) {
  struct Step {
    Scaled low;
    bool is_open_below = false;
    std::int64_t points = 0;
    Span place;
  };
  std::vector<Step> steps;
  for (const BandPoints& band : rule.bands) {
    const auto* range = std::get_if<BandRange>(&band.band.node);
    if (range == nullptr) continue;
    Step step{.low = {}, .is_open_below = !range->low, .points = 0, .place = band.band.span};
    const auto amount = conditions_.fixed(band.points.amount);
    const auto low = range->low ? conditions_.fixed(*range->low) : std::nullopt;
    if (!amount || (range->low && !low)) return;
    if (low) step.low = {low->value, low->type.digits};
    const auto points = kernels::rescale(amount->value, amount->type.digits, points_digits, RoundingMode::half_even);
    step.points = band.points.minus ? -points.value : points.value;
    steps.push_back(step);
  }
  std::ranges::sort(steps, [](const Step& a, const Step& b) {
    if (a.is_open_below != b.is_open_below) return a.is_open_below;
    return !a.is_open_below && compare(a.low, b.low) < 0;
  });
  for (std::size_t i = 1; i + 1 < steps.size(); ++i) {
    if (steps[i].points < steps[i - 1].points && steps[i].points < steps[i + 1].points) {
      diagnostics_.emit<DiagnosticId::table_dips>(steps[i].place,
                                                  kernels::format_decimal(steps[i].points, points_digits));
    }
  }
}

bool Finder::reads_rows(ExprId id, std::vector<std::uint32_t>& seen) const {
  const ExprNode& node = tree_.expressions[id].node;
  if (std::holds_alternative<RowsTest>(node) || std::holds_alternative<Aggregate>(node) ||
      std::holds_alternative<DaysOf>(node)) {
    return true;
  }
  const ExprInfo& info = policy_.info(id);
  const bool is_definition = info.meaning == Meaning::let || info.meaning == Meaning::qualifier ||
                             info.meaning == Meaning::score || info.meaning == Meaning::define;
  if (is_definition && std::ranges::find(seen, info.index) == seen.end()) {
    seen.push_back(info.index);
    bool found = false;
    const DeclarationNode& definition = tree_.declarations[info.index].node;
    if (const auto* qualifier = std::get_if<QualifierDecl>(&definition)) {
      found = reads_rows(qualifier->items, seen);
    } else {
      for_each_expression(tree_, definition, [&](ExprId inner) { found = found || reads_rows(inner, seen); });
    }
    if (found) return true;
  }
  bool found = false;
  for_each_child(tree_, node, [&](ExprId child) { found = found || reads_rows(child, seen); });
  return found;
}

bool Finder::reads_rows(const std::vector<CriterionId>& items, std::vector<std::uint32_t>& seen) const {
  return std::ranges::any_of(items, [&](CriterionId id) {
    return std::visit(Overloaded{[&](const Require& require) { return reads_rows(require.condition, seen); },
                                 [&](const Exclude& exclude) { return reads_rows(exclude.condition, seen); },
                                 [&](const CriterionGroup& group) { return reads_rows(group.items, seen); }},
                      tree_.criteria[id].node);
  });
}

void Finder::fields_of(ExprId id, std::vector<std::string>& names) const {
  if (const auto* name = std::get_if<NameRef>(&tree_.expressions[id].node);
      name != nullptr && policy_.info(id).meaning == Meaning::field) {
    names.push_back(name->path.back().text);
  }
  for_each_child(tree_, tree_.expressions[id].node, [&](ExprId child) { fields_of(child, names); });
}

// Of criteria that must all hold: alternatives may well look at both.
void Finder::fields_of(const std::vector<CriterionId>& items, std::vector<std::string>& names) const {
  for (const CriterionId id : items) {
    std::visit(Overloaded{[&](const Require& require) {
                            if (!std::holds_alternative<Logic>(tree_.expressions[require.condition].node))
                              fields_of(require.condition, names);
                          },
                          [](const Exclude&) {},
                          [&](const CriterionGroup& group) {
                            if (group.kind == GroupKind::all_of) fields_of(group.items, names);
                          }},
               tree_.criteria[id].node);
  }
}

void Finder::look_at_qualifier(const QualifierDecl& qualifier, Span place) {
  // Words by which exports call the two sizes of a company.
  static constexpr auto people = std::to_array<std::string_view>({"employees", "headcount", "staff"});
  static constexpr auto turnover = std::to_array<std::string_view>({"revenue", "turnover", "sales_volume"});
  std::vector<std::string> names;
  fields_of(qualifier.items, names);
  const auto called = [&](const auto& words) {
    return std::ranges::find_if(names, [&](const std::string& name) {
      return std::ranges::any_of(
          words, [&](std::string_view word) { return kernels::fold_text(name).find(word) != std::string::npos; });
    });
  };
  const auto by_people = called(people);
  const auto by_turnover = called(turnover);
  if (by_people != names.end() && by_turnover != names.end())
    diagnostics_.emit<DiagnosticId::size_twice>(qualifier.name.span, *by_people, *by_turnover);

  const bool has_rows =
      std::ranges::any_of(policy_.schema.objects, [](const ObjectSchema& object) { return object.time.has_value(); });
  if (!has_rows) return;  // all that a policy knows of behaviour stands in the lead's own fields
  std::vector<std::uint32_t> seen;
  const bool reads = reads_rows(qualifier.items, seen);
  if (qualifier.kind == QualifierKind::behavioural && !reads)
    diagnostics_.emit<DiagnosticId::behaviour_without_rows>(join(place, qualifier.name.span), qualifier.name.text);
  if (qualifier.kind == QualifierKind::demographic && reads)
    diagnostics_.emit<DiagnosticId::demographic_with_rows>(join(place, qualifier.name.span), qualifier.name.text);
}

void Finder::look_at_outcome_fields() {
  for (std::uint32_t index = 0; index < tree_.expressions.size(); ++index) {
    const ExprId id{index};
    const ExprInfo& info = policy_.info(id);
    if (info.meaning != Meaning::field || policy_.paths.contains(index) || is_library(span(id))) continue;
    const auto& fields = policy_.schema.subject_object().fields;
    const auto* name = std::get_if<NameRef>(&tree_.expressions[id].node);
    if (name == nullptr || info.index >= fields.size() || fields[info.index].name != name->path.back().text) continue;
    if (fields[info.index].known_after_outcome)
      diagnostics_.emit<DiagnosticId::reads_outcome>(span(id), fields[info.index].name);
  }
}

}  // namespace muster::compiler
