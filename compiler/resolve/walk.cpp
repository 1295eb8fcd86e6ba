#include "compiler/resolve/walk.h"

namespace muster::compiler {

using namespace lang;

namespace {

void for_each_in_band(const Band& band, const ExprVisit& visit) {
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

// What rows hold, handed over as expressions like any others.
RowsVisit as_expressions(const Tree& tree, const ExprVisit& visit) {
  return [&tree, &visit](RowsId id, const std::optional<ExprId>& value) {
    const Rows& rows = tree.rows[id];
    if (value) visit(*value);
    if (rows.where) visit(*rows.where);
    if (rows.window) for_each_in_window(*rows.window, visit);
  };
}

}  // namespace

void for_each_in_window(const Window& window, const ExprVisit& visit) {
  std::visit(Overloaded{[&](const LastDuration& last) { visit(last.duration); }, [](const LastMonths&) {},
                        [](const LastCalendar&) {}, [&](const Since& since) { visit(since.from); },
                        [&](const Between& between) {
                          visit(between.from);
                          visit(between.to);
                        }},
             window.node);
}

void for_each_child(const Tree& tree, const ExprNode& node, const ExprVisit& visit) {
  for_each_child(node, visit, as_expressions(tree, visit));
}

void for_each_child(const ExprNode& node, const ExprVisit& visit, const RowsVisit& rows) {
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
                        [&](const Ago& ago) { visit(ago.duration); },
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
                        [&](const RowsTest& test) { rows(test.rows, std::nullopt); },
                        [&](const Aggregate& aggregate) { rows(aggregate.rows, aggregate.value); },
                        [&](const DaysOf& days) {
                          rows(days.rows, std::nullopt);
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
  DeclarationWalk(const Tree& tree, const ExprVisit& visit, const RowsVisit& rows)
      : tree_(tree), visit_(visit), rows_(rows) {}

  void operator()(const PolicyHeader&) const {}
  void operator()(const Import&) const {}
  void operator()(const ObjectDecl& object) const { relations(object.relations); }
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
  void operator()(const ExtendObjectDecl& extend) const { relations(extend.relations); }
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
  void operator()(const CalendarDecl&) const {}
  void operator()(const SlaDecl& sla) const {
    optional(sla.handoff);
    optional(sla.owner);
    optional(sla.owner_calendar);
    for (RowsId rows : sla.follow_up) rows_(rows, std::nullopt);
    if (sla.rejection) {
      visit_(sla.rejection->condition);
      optional(sla.rejection->reason);
    }
    if (sla.pause) {
      rows_(sla.pause->from, std::nullopt);
      rows_(sla.pause->to, std::nullopt);
    }
    for (const Clause& clause : sla.clauses) sla_clause(clause);
    for (const Escalation& step : sla.escalations) within(step.after);
  }
  void operator()(const GuaranteeDecl& guarantee) const {
    std::visit(Overloaded{[&](ExprId condition) { visit_(condition); },
                          [&](const NeverUse& never) {
                            for (ExprId field : never.fields) visit_(field);
                          }},
               guarantee.claim);
  }
  void operator()(const TestDecl& test) const {
    for (const TestItem& item : test.items) {
      std::visit(Overloaded{[&](const ScenarioAsOf& as_of) { visit_(as_of.moment); },
                            [&](const ScenarioRow& row) {
                              for (const ScenarioValue& value : row.values) visit_(value.value);
                            },
                            [&](const ExpectCondition& expect) { visit_(expect.condition); },
                            [](const ExpectReason&) {}, [](const ExpectRoute&) {},
                            [&](const ExpectShare& share) {
                              visit_(share.condition);
                              visit_(share.low);
                              optional(share.high);
                            }},
                 item.node);
    }
  }

 private:
  void relations(const std::vector<Relation>& all) const {
    for (const Relation& relation : all) {
      if (relation.otherwise) visit_(relation.otherwise->value);
      optional(relation.tracked_since);
      optional(relation.tracked_only_when);
    }
  }
  void within(const Within& length) const {
    optional(length.duration);
    optional(length.calendar);
  }
  void sla_clause(const Clause& clause) const {
    std::visit(Overloaded{[&](const Provides& provides) {
                            for (ExprId value : provides.values) visit_(value);
                          },
                          [&](const Passes& passes) { visit_(passes.condition); }, [](const Delivers&) {},
                          [&](const FollowsUp& follows) {
                            within(follows.within);
                            if (follows.at_the_latest) within(*follows.at_the_latest);
                          },
                          [&](const Makes& makes) {
                            for (const Touches& touches : makes.touches) rows_(touches.rows, std::nullopt);
                            within(makes.within);
                          },
                          [&](const Updates& updates) {
                            visit_(updates.field);
                            within(updates.within);
                          },
                          [&](const Rejects& rejects) { within(rejects.within); }},
               clause.node);
  }
  void optional(const std::optional<ExprId>& id) const {
    if (id) visit_(*id);
  }
  void clauses(const Clauses& read) const {
    optional(read.at_most);
    optional(read.at_least);
    if (read.fade) {
      optional(read.fade->percent);
      optional(read.fade->interval);
      optional(read.fade->since);
    }
    optional(read.aged_by);
    if (read.restart_after) rows_(*read.restart_after, std::nullopt);
    optional(read.zero_while);
    optional(read.scaled_to);
  }
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
                              if (rule.per_rows) rows_(rule.per_rows->rows, rule.per_rows->different);
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
  const ExprVisit& visit_;
  const RowsVisit& rows_;
};

}  // namespace

void for_each_expression(const Tree& tree, const DeclarationNode& node, const ExprVisit& visit, const RowsVisit& rows) {
  std::visit(DeclarationWalk(tree, visit, rows), node);
}

void for_each_expression(const Tree& tree, const DeclarationNode& node, const ExprVisit& visit) {
  for_each_expression(tree, node, visit, as_expressions(tree, visit));
}

std::string name_of(const DeclarationNode& node) {
  return std::visit(
      Overloaded{[](const PolicyHeader&) { return std::string("policy"); },
                 [](const Import&) { return std::string("import"); },
                 [](const IgnoreDecl& ignore) { return "ignore " + (ignore.object ? ignore.object->text : "leads"); },
                 [](const ExtendDecl& extend) { return "extend " + extend.table.text; },
                 [](const ExtendObjectDecl& extend) { return "extend " + extend.object.text; },
                 [](const SlaDecl& sla) { return "sla " + sla.title.text; },
                 [](const GuaranteeDecl& guarantee) { return "guarantee " + guarantee.title.text; },
                 [](const TestDecl& test) { return "test " + test.title.text; },
                 [](const RatesDecl&) { return std::string("rates"); },
                 [](const LifecycleDecl&) { return std::string("stage"); },
                 [](const RouteDecl&) { return std::string("route"); },
                 [](const auto& named) { return named.name.text; }},
      node);
}

}  // namespace muster::compiler
