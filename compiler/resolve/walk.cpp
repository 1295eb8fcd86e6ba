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
                        [](const BandMissing&) {}, [](const BandOtherwise&) {}, [](const BandAny&) {}},
             band.node);
}

void for_each_in_window(const Window& window, const Visit& visit) {
  std::visit(Overloaded{[&](const LastDuration& last) { visit(last.duration); }, [](const LastMonths&) {},
                        [](const LastCalendar&) {}, [&](const Since& since) { visit(since.from); },
                        [&](const Between& between) {
                          visit(between.from);
                          visit(between.to);
                        }},
             window.node);
}

void for_each_in_rows(const Tree& tree, RowsId id, const Visit& visit) {
  const Rows& rows = tree.rows[id];
  if (rows.where) visit(*rows.where);
  if (rows.window) for_each_in_window(*rows.window, visit);
}

void for_each_in_clauses(const Tree& tree, const Clauses& clauses, const Visit& visit) {
  const auto optional = [&](const std::optional<ExprId>& id) {
    if (id) visit(*id);
  };
  optional(clauses.at_most);
  optional(clauses.at_least);
  if (clauses.fade) {
    optional(clauses.fade->percent);
    optional(clauses.fade->interval);
    optional(clauses.fade->since);
  }
  optional(clauses.aged_by);
  if (clauses.restart_after) for_each_in_rows(tree, *clauses.restart_after, visit);
  optional(clauses.zero_while);
  optional(clauses.scaled_to);
}

void for_each_child(const Tree& tree, const ExprNode& node, const Visit& visit) {
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
                        [&](const InWindow& test) {
                          visit(test.value);
                          for_each_in_window(test.window, visit);
                        },
                        [&](const TextTest& test) { both(test.subject, test.pattern); },
                        [&](const StateTest& test) { visit(test.operand); },
                        [&](const KnownWithin& test) { both(test.operand, test.duration); },
                        [&](const EvidenceTest& test) { visit(test.operand); },
                        [&](const RowsTest& test) { for_each_in_rows(tree, test.rows, visit); },
                        [&](const Aggregate& aggregate) {
                          if (aggregate.value) visit(*aggregate.value);
                          for_each_in_rows(tree, aggregate.rows, visit);
                        },
                        [&](const DaysOf& days) {
                          for_each_in_rows(tree, days.rows, visit);
                          if (!days.together) return;
                          std::visit(Overloaded{[&](const ApartAtMost& apart) { visit(apart.duration); },
                                                [](const InOneCalendar&) {}},
                                     *days.together);
                        },
                        [&](const FrameworkQualified& test) { visit(test.framework); },
                        [](const StageBecomes&) {},
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
  void operator()(const ObjectDecl& object) const {
    for (const Relation& relation : object.relations) {
      if (relation.otherwise) visit_(relation.otherwise->value);
      optional(relation.tracked_since);
      optional(relation.tracked_only_when);
    }
  }
  void operator()(const PicklistDecl&) const {}
  void operator()(const SetDecl& set) const {
    for (ExprId item : set.items) visit_(item);
  }
  void operator()(const SettingDecl& setting) const {
    visit_(setting.value);
    for (const DatedValue& dated : setting.later) visit_(dated.value);
  }
  void operator()(const LetDecl& let) const { visit_(let.value); }
  void operator()(const DefineDecl& define) const { visit_(define.body); }
  void operator()(const TableDecl& table) const { table_rows(table.rows); }
  void operator()(const ExtendDecl& extend) const { table_rows(extend.rows); }
  void operator()(const RatesDecl& rates) const { visit_(rates.at); }
  void operator()(const OutputDecl& output) const { visit_(output.value); }
  void operator()(const IgnoreDecl& ignore) const { visit_(ignore.condition); }
  void operator()(const QualifierDecl& qualifier) const { criteria(qualifier.items); }
  void operator()(const ScoreDecl& score) const {
    optional(score.from);
    optional(score.to);
    clauses(score.clauses);
    score_items(score.items);
    optional(score.value);
  }
  void operator()(const FrameworkDecl& framework) const {
    if (framework.source) {
      for (ExprId argument : framework.source->arguments) visit_(argument);
    }
    for (const LetterDecl& letter : framework.letters) {
      visit_(letter.met);
      optional(letter.half_met);
    }
    if (!framework.qualified) return;
    std::visit(Overloaded{[](const QualifiedAtLeast&) {}, [](const QualifiedAll&) {}, [&](ExprId id) { visit_(id); }},
               framework.qualified->node);
  }
  void operator()(const GradeDecl& grade) const {
    for (const auto& column : grade.columns) optional(column);
    for (const GradeRow& row : grade.rows) optional(row.condition);
  }
  void operator()(const LifecycleDecl& lifecycle) const {
    for (const LifecycleItem& item : lifecycle.items) {
      std::visit(Overloaded{[&](const StageDecl& stage) {
                              visit_(stage.condition);
                              optional(stage.kept_while);
                              if (stage.needs) {
                                for (ExprId value : stage.needs->values) visit_(value);
                              }
                            },
                            [&](const NotYet& fate) { visit_(fate.condition); },
                            [&](const Disqualified& fate) { visit_(fate.condition); },
                            [&](const Recycled& fate) { visit_(fate.condition); }, [](const NeverBackBelow&) {},
                            [&](const StageOverride& by_hand) { optional(by_hand.expires_after); }},
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
  void clauses(const Clauses& read) const { for_each_in_clauses(tree_, read, visit_); }
  void table_rows(const std::vector<TableRow>& rows) const {
    for (const TableRow& row : rows) {
      for (const Band& cell : row.cells) for_each_in_band(cell, visit_);
      visit_(row.result);
    }
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
                              if (rule.per_rows) {
                                optional(rule.per_rows->different);
                                for_each_in_rows(tree_, rule.per_rows->rows, visit_);
                              }
                              optional(rule.when);
                              clauses(rule.clauses);
                            },
                            [&](const BandRule& rule) {
                              visit_(rule.subject);
                              for (const BandPoints& band : rule.bands) {
                                for_each_in_band(band.band, visit_);
                                visit_(band.points.amount);
                              }
                              optional(rule.when);
                              clauses(rule.clauses);
                            },
                            [&](const ScoreGroup& group) {
                              clauses(group.clauses);
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
