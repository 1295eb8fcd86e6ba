#include "compiler/resolve/walk.h"

namespace muster::compiler {

using namespace lang;
using Visit = std::function<void(ExprId)>;

void for_each_in_band(const Band& band, const Visit& visit) {
  std::visit(Overloaded{[&](const BandRange& range) {
                          if (range.low) visit(*range.low);
                          if (range.high) visit(*range.high);
                        },
                        [&](const BandValues& values) {
                          for (ExprId value : values.values) visit(value);
                        },
                        [](const BandMissing&) {}, [](const BandOtherwise&) {}},
             band.node);
}

void for_each_child(const ExprNode& node, const Visit& visit) {
  const auto both = [&](ExprId left, ExprId right) {
    visit(left);
    visit(right);
  };
  const auto each = [&](const std::vector<ExprId>& all) {
    for (ExprId id : all) visit(id);
  };
  std::visit(Overloaded{[](const NumberLiteral&) {},
                        [](const PercentLiteral&) {},
                        [](const MoneyLiteral&) {},
                        [](const DurationLiteral&) {},
                        [](const DateLiteral&) {},
                        [](const DateTimeLiteral&) {},
                        [](const TextLiteral&) {},
                        [](const BoolLiteral&) {},
                        [](const NameRef&) {},
                        [](const AsOf&) {},
                        [](const ScoreBound&) {},
                        [](const Poison&) {},
                        [&](const Call& call) { each(call.arguments); },
                        [&](const Negate& negate) { visit(negate.operand); },
                        [&](const SumChain& sum) {
                          for (const SumTerm& term : sum.terms) visit(term.operand);
                        },
                        [&](const Product& product) { both(product.left, product.right); },
                        [&](const Round& round) { visit(round.operand); },
                        [&](const DefaultTo& fallback) { both(fallback.operand, fallback.fallback); },
                        [&](const Not& negation) { visit(negation.operand); },
                        [&](const Logic& logic) { each(logic.operands); },
                        [&](const Implies& implies) { both(implies.left, implies.right); },
                        [&](const Comparison& comparison) { both(comparison.left, comparison.right); },
                        [&](const SetLiteral& set) { each(set.items); },
                        [&](const RangeLiteral& range) { both(range.low, range.high); },
                        [&](const Membership& membership) { both(membership.value, membership.collection); },
                        [&](const InLast& window) { both(window.value, window.duration); },
                        [&](const TextTest& test) { both(test.subject, test.pattern); },
                        [&](const StateTest& test) { visit(test.operand); },
                        [&](const If& choice) {
                          visit(choice.condition);
                          both(choice.then, choice.otherwise);
                        },
                        [&](const Match& match) {
                          visit(match.subject);
                          for (const MatchArm& arm : match.arms) {
                            for_each_in_band(arm.band, visit);
                            visit(arm.result);
                          }
                        },
                        [&](const Parenthesised& group) { visit(group.inner); }},
             node);
}

namespace {

class DeclarationWalk {
 public:
  DeclarationWalk(const Tree& tree, const Visit& visit) : tree_(tree), visit_(visit) {}

  void operator()(const PolicyHeader&) const {}
  void operator()(const Import&) const {}
  void operator()(const ObjectDecl&) const {}
  void operator()(const PicklistDecl&) const {}
  void operator()(const SetDecl& set) const {
    for (ExprId item : set.items) visit_(item);
  }
  void operator()(const SettingDecl& setting) const { visit_(setting.value); }
  void operator()(const LetDecl& let) const { visit_(let.value); }
  void operator()(const DefineDecl& define) const { visit_(define.body); }
  void operator()(const IgnoreDecl& ignore) const { visit_(ignore.condition); }
  void operator()(const QualifierDecl& qualifier) const { criteria(qualifier.items); }
  void operator()(const ScoreDecl& score) const {
    optional(score.from);
    optional(score.to);
    score_items(score.items);
  }
  void operator()(const GradeDecl& grade) const {
    for (const auto& column : grade.columns) optional(column);
    for (const GradeRow& row : grade.rows) optional(row.condition);
  }
  void operator()(const LifecycleDecl& lifecycle) const {
    for (const LifecycleItem& item : lifecycle.items) {
      std::visit(Overloaded{[&](const StageDecl& stage) {
                              visit_(stage.condition);
                              if (stage.needs) {
                                for (ExprId value : stage.needs->values) visit_(value);
                              }
                            },
                            [&](const NotYet& fate) { visit_(fate.condition); },
                            [&](const Disqualified& fate) { visit_(fate.condition); }},
                 item.node);
    }
  }
  void operator()(const RouteDecl& route) const {
    for (const RouteRow& row : route.rows) optional(row.condition);
  }

 private:
  void optional(const std::optional<ExprId>& id) const {
    if (id) visit_(*id);
  }
  // Depth is bounded by Limits::nesting_depth, held by the parser.
  void criteria(const std::vector<CriterionId>& items) const {
    for (CriterionId id : items) {
      std::visit(Overloaded{[&](const Require& require) { visit_(require.condition); },
                            [&](const Exclude& exclude) {
                              visit_(exclude.condition);
                              optional(exclude.except_when);
                            },
                            [&](const CriterionGroup& group) { criteria(group.items); }},
                 tree_.criteria[id].node);
    }
  }
  void score_items(const std::vector<ScoreItemId>& items) const {
    for (ScoreItemId id : items) {
      std::visit(Overloaded{[&](const PointRule& rule) {
                              visit_(rule.points.amount);
                              if (rule.per) {
                                optional(rule.per->step);
                                visit_(rule.per->quantity);
                              }
                              optional(rule.when);
                              optional(rule.at_most);
                            },
                            [&](const BandRule& rule) {
                              visit_(rule.subject);
                              for (const BandPoints& band : rule.bands) {
                                for_each_in_band(band.band, visit_);
                                visit_(band.points.amount);
                              }
                              optional(rule.when);
                              optional(rule.at_most);
                            },
                            [&](const ScoreGroup& group) {
                              optional(group.at_most);
                              score_items(group.items);
                            }},
                 tree_.score_items[id].node);
    }
  }

  const Tree& tree_;
  const Visit& visit_;
};

}  // namespace

void for_each_expression(const Tree& tree, const DeclarationNode& node, const Visit& visit) {
  std::visit(DeclarationWalk(tree, visit), node);
}

}  // namespace muster::compiler
