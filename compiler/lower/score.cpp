// Scores and their groups: what all rules earn together, what they may still earn, and a ledger whose lines add up to
// the score exactly (section 4, numbers 3, 9 and 11).
#include <fmt/format.h>

#include "compiler/lower/lowerer.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;

namespace {

std::string shown(std::int64_t points) { return kernels::format_decimal(points, points_digits); }

}  // namespace

Lowerer::Totals Lowerer::lower_score_items(const std::vector<ScoreItemId>& items, const Around& around,
                                           ScoreOutput& output) {
  std::vector<Earned> fading;
  std::vector<Earned> staying;
  Span place;
  for (const ScoreItemId id : items) {
    const ScoreItem& item = tree_.score_items[id];
    place = item.span;
    if (const auto* group = std::get_if<ScoreGroup>(&item.node)) {
      const std::string title = group->title ? group->title->text + ": " : std::string();
      const Totals totals =
          lower_block(group->clauses, title, around, place, greatest_of(group->items), output,
                      [&](const Around& inner) { return lower_score_items(group->items, inner, output); });
      if (around.fades_whole && group->clauses.fade) {
        staying.push_back(together(totals, place));
        continue;
      }
      if (totals.fading) fading.push_back(*totals.fading);
      if (totals.staying) staying.push_back(*totals.staying);
      continue;
    }
    const auto* rule = std::get_if<PointRule>(&item.node);
    const Clauses& clauses = rule != nullptr ? rule->clauses : std::get<BandRule>(item.node).clauses;
    (around.fades_whole && clauses.fade ? staying : fading).push_back(lower_rule(item, id, around, output));
  }
  Totals totals;
  if (!fading.empty() || staying.empty()) totals.fading = sum_of(fading, place);
  if (!staying.empty()) totals.staying = sum_of(staying, place);
  return totals;
}

Lowerer::Totals Lowerer::lower_block(const Clauses& clauses, const std::string& title, const Around& around, Span place,
                                     const std::optional<std::int64_t>& greatest, ScoreOutput& output,
                                     const std::function<Totals(const Around&)>& inner) {
  Around own = around;
  const Fade* fade = clauses.fade ? &*clauses.fade : nullptr;
  if (fade != nullptr) {
    own.fades_whole = fade->kind != FadeKind::never && fade->since.has_value();
    own.fade = fade->kind == FadeKind::never || own.fades_whole ? nullptr : fade;
  }
  Totals totals = scoped(
      [&](Scope& scope) {
        if (!clauses.restart_after) return;
        scope.restart.push_back(*clauses.restart_after);
        scope.restart_at = scope.spaces.size();
      },
      [&] {
        // Here, where no `restart after` of a rule inside reaches it.
        if (clauses.zero_while) own.not_zero.push_back(not_zero(*clauses.zero_while, place));
        return inner(own);
      });
  if (fade != nullptr) {
    if (own.fades_whole && totals.fading)
      totals.fading = faded_whole(*totals.fading, *fade, title + label(fade->span), output, place);
    totals = {together(totals, place), std::nullopt};
  }
  const auto limit = [&](std::int64_t low, std::int64_t high, const std::string& text) {
    totals = through(totals, title + text, output, place,
                     [&](const Earned& earned) { return clamped(earned, low, high, place); });
  };
  if (clauses.at_most) {
    const std::int64_t most = points_of(*clauses.at_most);
    limit(no_least, most, fmt::format("at most {}", shown(most)));
  }
  if (clauses.at_least) {
    const std::int64_t least = points_of(*clauses.at_least);
    // While nothing is earned there is no least either.
    const std::optional<Gate> earns = gate(own.not_zero, std::nullopt, place);
    totals =
        through(totals, fmt::format("{}at least {}", title, shown(least)), output, place, [&](const Earned& earned) {
          const Earned raised = clamped(earned, least, no_most, place);
          if (!earns) return raised;
          const auto either_of = [&](ValueId yes, ValueId no, OnUndecided on_undecided) {
            return builder_.add(Op::select, points_type(), {earns->possible, yes, no},
                                static_cast<std::int64_t>(on_undecided), place);
          };
          return Earned{pick(surely(earns->actual, place), raised.actual, earned.actual, points_type(), place),
                        {either_of(raised.extent.low, earned.extent.low, OnUndecided::smaller),
                         either_of(raised.extent.high, earned.extent.high, OnUndecided::larger)}};
        });
  }
  if (clauses.scaled_to) {
    // What the rules of the block can reach; its own caps come first.
    Clauses caps;
    caps.at_most = clauses.at_most;
    caps.at_least = clauses.at_least;
    const std::optional<std::int64_t> reachable = greatest_in(greatest, caps);
    const std::int64_t target = points_of(*clauses.scaled_to);
    if (reachable && *reachable > 0) {
      totals = through(totals, fmt::format("{}scaled from {} to {}", title, shown(*reachable), shown(target)), output,
                       place, [&](const Earned& earned) { return scaled(earned, target, *reachable, place); });
    } else if (reported_scales_.insert(clauses.scaled_to->index).second) {
      diagnostics_.emit<DiagnosticId::scaled_without_maximum>(span(*clauses.scaled_to));
    }
  }
  return totals;
}

// A score that is worked out from others: each term of the sum is a rule.
Lowerer::Earned Lowerer::lower_score_value(const ScoreDecl& score, const Around& around, ScoreOutput& output) {
  const ExprId whole = without_parentheses(tree_, *score.value);
  SumChain chain{{{false, whole}}};
  if (const auto* sum = std::get_if<SumChain>(&tree_.expressions[whole].node)) chain = *sum;
  std::vector<Earned> terms;
  for (const SumTerm& term : chain.terms) {
    const Span place = span(term.operand);
    const auto given = [&] {
      const Type& type = type_of(term.operand);
      Extent value = lower_earning(term.operand);
      if (type.digits != points_digits) value = convert(known_ends(value, type, place), type, points_type(), place);
      if (!term.minus) return value;
      const auto negative = [&](ValueId end) {
        return builder_.add(Op::saturating_sum, points_type(), {end}, builder_.weights({-1}), place);
      };
      return Extent{negative(value.high), negative(value.low), value.fault};
    };
    const Extent now = in_mode(Mode::actual, given);
    const ValueId value = lift({now}, points_type(), place, [](const std::vector<ValueId>& v) { return v[0]; }).low;
    const Extent later = unbounded(in_mode(Mode::possible, given), no_least, no_most, place);
    const Points earned = gated(gate(around.not_zero, std::nullopt, place),
                                {value, or_else(value, points(0, place), points_type(), place), later}, place);
    const std::string text = (term.minus ? "minus " : "") + label(place);
    output.ledger.push_back({text, earned.earned, {}});
    output.rules.push_back({text, {}, place, earned.value, earned.earned});
    if (scope_.collects) add_fault_root(earned.value, output.name + ": " + text);
    terms.push_back({earned.earned, earned.extent});
  }
  return sum_of(terms, score.name.span);
}

void Lowerer::lower_score(std::uint32_t index, const ScoreDecl& score, ScoreOutput& output) {
  const Span place = score.name.span;
  output.name = score.name.text;
  output.title = score.title ? score.title->text : std::string();
  const auto greatest = score.value ? greatest_of_value(*score.value) : greatest_of(score.items);
  Totals totals = lower_block(score.clauses, {}, {}, place, greatest, output, [&](const Around& inner) {
    if (score.value) return Totals{lower_score_value(score, inner, output), std::nullopt};
    return lower_score_items(score.items, inner, output);
  });
  const std::int64_t low = score.from ? points_of(*score.from) : no_least;
  const std::int64_t high = score.to ? points_of(*score.to) : no_most;
  if (score.from || score.to) {
    const std::string text = !score.to     ? fmt::format("never below {}", shown(low))
                             : !score.from ? fmt::format("never above {}", shown(high))
                                           : fmt::format("kept from {} to {}", shown(low), shown(high));
    totals =
        through(totals, text, output, place, [&](const Earned& earned) { return clamped(earned, low, high, place); });
  }
  const Earned earned = together(totals, place);
  output.value = earned.actual;
  output.lowest = earned.extent.low;
  output.highest = earned.extent.high;
  if (scope_.collects) add_fault_root(output.value, "score " + output.name);
  known_.scores[{space().index, index}] = {earned.actual, earned.extent};
}

}  // namespace muster::compiler
