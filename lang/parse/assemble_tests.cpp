// Tests, put together from what the grammar has recognised.
#include <utility>

#include "lang/parse/builder.h"

namespace muster::lang {

void Builder::begin_test() {
  mark_keyword();
  test = {};
}

void Builder::keep_test_item(
    Span where, std::variant<ScenarioAsOf, ScenarioRow, ExpectCondition, ExpectReason, ExpectRoute, ExpectShare> node) {
  test.items.push_back({where, std::move(node)});
  count_node(where.begin);
}

void Builder::finish_scenario_as_of(Span where) { keep_test_item(where, ScenarioAsOf{pop()}); }

void Builder::begin_scenario_row() { scenario_row = {{}, last_name, {}, {}}; }
void Builder::take_scenario_kind() { scenario_row.kind = last_name; }
void Builder::finish_scenario_value(Span where) {
  scenario_row.values.push_back({*rule().name, pop()});
  count_node(where.begin);
}
void Builder::finish_scenario_row(Span where) {
  scenario_row.span = where;
  keep_test_item(where, std::move(scenario_row));
}

void Builder::finish_expect_condition(Span where) { keep_test_item(where, ExpectCondition{pop()}); }
void Builder::finish_expect_reason(Span where) {
  keep_test_item(where, ExpectReason{*rule().name, last_text, rule().overrides});
}
void Builder::finish_expect_route(Span where) { keep_test_item(where, ExpectRoute{last_text}); }

// `share of C in A to B`, `count of C >= N`: the comparison is read like any other, then taken apart.
void Builder::finish_expect_share(Span where) {
  const ExprId read = pop();
  ExpectShare share;
  share.file = *rule().title;
  share.is_share = rule().group == GroupKind::all_of;
  const ExprNode& node = tree_.expressions[read].node;
  const auto* membership = std::get_if<Membership>(&node);
  const auto* range =
      membership == nullptr ? nullptr : std::get_if<RangeLiteral>(&tree_.expressions[membership->collection].node);
  if (const auto* comparison = std::get_if<Comparison>(&node)) {
    share.condition = comparison->left;
    share.op = comparison->op;
    share.low = comparison->right;
  } else if (range != nullptr && !membership->negated && !range->high_excluded) {
    share.condition = membership->value;
    share.low = range->low;
    share.high = range->high;
  } else if (std::holds_alternative<Poison>(node)) {
    return;
  } else {
    fail_expected(last_end, "what the share or count must be",
                  "such as `share of (A and B) in 2% to 8%` or `count of A >= 20`");
  }
  keep_test_item(where, std::move(share));
}

void Builder::finish_test() {
  if (title) test.title = *title;
  finish_declaration(std::move(test));
}

void Builder::make_ago() {
  const ExprId duration = pop();
  const Span where = span(tree_.expressions[duration].span.begin, last_end);
  push(add(where, Ago{duration}, height(duration) + 1));
}

}  // namespace muster::lang
