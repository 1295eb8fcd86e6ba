// Scores: points, what rows earn, how points fade, and the clauses behind rules, groups and scores.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/checker.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {

using namespace lang;

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
  // +1.000 when ...: nobody writes a fraction of three zeros.
  if (type.digits == 3 && value->value % 1000 == 0) warn_of_thousands(points.amount, {.kind = Kind::integer});
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

void Checker::require_above_zero(ExprId id, std::string_view what) {
  const auto value = require_constant(id, what);
  if (value && value->value <= 0) diagnostics_.emit<DiagnosticId::not_above_zero>(span(id), what);
}

void Checker::check_fade(const Fade& fade) {
  Type moment;
  if (fade.since) {
    moment = check(*fade.since);
    if (moment.kind != Kind::date && moment.kind != Kind::datetime && moment.kind != Kind::poison)
      diagnostics_.emit<DiagnosticId::wrong_type>(span(*fade.since), "a date or a moment behind `since`",
                                                  words(moment));
  }
  if (fade.interval) {
    check(*fade.interval);
    check_length(*fade.interval, moment, "the time in which points fade");
  }
  if (fade.rounded) {
    if (!fade.since) {
      diagnostics_.emit<DiagnosticId::misplaced_clause>(fade.rounded->span, "rounded", "rows that fade one by one")
          .fix = "leave it out, or let the whole fade by one moment: `since` and the moment";
    } else if (fade.rounded->digits > points_digits) {
      diagnostics_.emit<DiagnosticId::wrong_type>(fade.rounded->span, "at most 4 digits, as many as points have",
                                                  std::string(sources_.text(fade.rounded->span)));
    }
  }
  if (!fade.percent) return;
  const Type type = check(*fade.percent);
  if (type.kind == Kind::poison) return;
  if (type.kind != Kind::percent) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(*fade.percent), "a percentage such as `10%`", words(type));
    return;
  }
  require_above_zero(*fade.percent, "the share that points lose");
  const auto share = constant(*fade.percent);
  if (share && kernels::compare(share->value, type.digits, 1, 0) > 0) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(*fade.percent), "at most 100%", source_text(*fade.percent));
  }
}

void Checker::check_clauses(const Clauses& clauses) {
  check_cap(clauses.at_most);
  if (clauses.at_least) {
    check_points({false, *clauses.at_least});
    if (const auto least = constant(*clauses.at_least); least && least->value < 0) {
      diagnostics_
          .emit<DiagnosticId::wrong_type>(span(*clauses.at_least), "zero or more points behind `at least`",
                                          source_text(*clauses.at_least))
          .fix = "write it without a sign; for a rule that takes points away it says how many";
    }
    if (clauses.at_most) require_order(*clauses.at_least, *clauses.at_most);
  }
  if (clauses.fade) check_fade(*clauses.fade);
  if (clauses.aged_by) {
    const Type type = check(*clauses.aged_by);
    if (type.kind != Kind::date && type.kind != Kind::datetime && type.kind != Kind::poison)
      diagnostics_.emit<DiagnosticId::wrong_type>(span(*clauses.aged_by), "a date or a moment behind `aged by`",
                                                  words(type));
  }
  if (clauses.frequency) {
    const auto* latest = std::get_if<LatestPer>(&clauses.frequency->node);
    if (latest != nullptr && latest->count == 0)
      diagnostics_.emit<DiagnosticId::not_above_zero>(clauses.frequency->span, "the number of rows that count");
  }
  if (clauses.restart_after) check_rows(*clauses.restart_after, true);
  if (clauses.zero_while) check_condition(*clauses.zero_while);
  if (clauses.scaled_to) {
    check_points({false, *clauses.scaled_to});
    if (const auto most = constant(*clauses.scaled_to); most && most->value <= 0)
      diagnostics_.emit<DiagnosticId::not_above_zero>(span(*clauses.scaled_to), "what a score is scaled to");
  }
}

// What only a single rule can have, behind a group or a score.
void Checker::check_no_rule_clauses(const Clauses& clauses, std::string_view what) {
  if (clauses.aged_by)
    diagnostics_.emit<DiagnosticId::misplaced_clause>(span(*clauses.aged_by), "aged by", what).fix =
        "write it behind the rules, or let all of it fade `since` that moment";
  if (clauses.frequency) {
    const bool is_first = std::holds_alternative<FirstOnly>(clauses.frequency->node);
    diagnostics_
        .emit<DiagnosticId::misplaced_clause>(clauses.frequency->span, is_first ? "first only" : "counting latest",
                                              what)
        .fix = "write it behind the rule that counts rows";
  }
}

std::optional<RowsId> Checker::rows_of_condition(const std::optional<ExprId>& when) const {
  if (!when) return std::nullopt;
  const ExprId id = without_parentheses(tree_, *when);
  const auto* test = std::get_if<RowsTest>(&tree_.expressions[id].node);
  if (test == nullptr || test->quantifier != Quantifier::any) return std::nullopt;
  return test->rows;
}

void Checker::check_rule_time(const Clauses& clauses, const std::optional<RowsId>& rows, Span place,
                              const Fade* outer) {
  if (clauses.scaled_to)
    diagnostics_.emit<DiagnosticId::misplaced_clause>(span(*clauses.scaled_to), "scaled to", "one rule").fix =
        "write it behind a group or the score";
  if (clauses.frequency) {
    const bool is_first = std::holds_alternative<FirstOnly>(clauses.frequency->node);
    if (!rows) {
      diagnostics_
          .emit<DiagnosticId::misplaced_clause>(clauses.frequency->span, is_first ? "first only" : "counting latest",
                                                "a rule that counts no rows")
          .fix = "it chooses among rows, such as those of `+5 per PageView`";
    } else if (is_rows_known(*rows)) {
      require_time(policy_.rows[rows->index].object, clauses.frequency->span);
    }
  }
  const Fade* const fade = clauses.fade ? &*clauses.fade : outer;
  const bool fades_by_rule = fade != nullptr && fade->kind != FadeKind::never && !fade->since;
  if (clauses.aged_by && !fades_by_rule) {
    diagnostics_.emit<DiagnosticId::misplaced_clause>(span(*clauses.aged_by), "aged by", "points that do not fade")
        .fix = "leave it out, or say how the points fade, such as `halving every 30 days`";
  }
  if (!fades_by_rule) return;
  const auto require_days = [&](Kind kind, Span where) {
    if (kind != Kind::date || !fade->interval) return;
    const auto interval = constant(*fade->interval);
    if (interval && interval->value % kernels::microseconds_per_day != 0)
      diagnostics_.emit<DiagnosticId::below_a_day>(where).fix =
          "let the points fade in days or weeks, or use a datetime field";
  };
  if (clauses.aged_by) {
    require_days(policy_.type_of(*clauses.aged_by).kind, span(*clauses.aged_by));
  } else if (!rows) {
    diagnostics_.emit<DiagnosticId::fade_without_moment>(place);
  } else if (is_rows_known(*rows)) {
    const std::uint32_t object = policy_.rows[rows->index].object;
    require_time(object, tree_.rows[*rows].span);
    if (const FieldSchema* time = time_of(object)) require_days(time->type.kind, tree_.rows[*rows].span);
  }
}

void Checker::check_per(const Per& per) {
  const auto* name = std::get_if<NameRef>(&tree_.expressions[per.quantity].node);
  if (name != nullptr && name->path.size() == 1 && !per.step) {
    const Name& word = name->path[0];
    const bool is_rows = reach_rows(symbols_, inner_object(), word.text).outcome == RowsReach::Outcome::found &&
                         reach(symbols_, scopes_, name->path).failure == Failure::unknown;
    if (is_rows) {
      diagnostics_.emit<DiagnosticId::small_rows_name>(word.span, word.text).fix =
          fmt::format("let the name begin with a capital letter, or write `per 1 count of {}`", word.text);
      return;
    }
  }
  const Type quantity = check(per.quantity);
  const bool countable = is_number(quantity.kind) || quantity.kind == Kind::money || quantity.kind == Kind::duration ||
                         quantity.kind == Kind::poison;
  if (!countable) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(per.quantity), "a number after `per`", words(quantity));
  }
  if (per.step) {
    const Type step = check(*per.step, &quantity);
    if (countable && !comparable(step, quantity)) {
      diagnostics_.emit<DiagnosticId::wrong_type>(span(*per.step), words(quantity), words(step));
    } else if (const auto value = require_constant(*per.step, "the step after `per`"); value && value->value <= 0) {
      diagnostics_.emit<DiagnosticId::step_not_positive>(span(*per.step));
    }
    warn_of_thousands(*per.step, quantity);
  } else if (quantity.kind == Kind::money || quantity.kind == Kind::duration) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(per.quantity), "a step after `per`, such as `per 1K USD budget`",
                                                words(quantity));
  }
}

void Checker::check_point_rule(const PointRule& rule, Span place, const Fade* fade) {
  check_points(rule.points);
  if (rule.per) check_per(*rule.per);
  std::optional<RowsId> rows;
  if (rule.per_rows) {
    rows = rule.per_rows->rows;
    if (check_rows(*rows, false) && rule.per_rows->different) {
      const Type type = check_row_value(*rows, *rule.per_rows->different);
      if (type.kind == Kind::boolean)
        diagnostics_.emit<DiagnosticId::wrong_type>(span(*rule.per_rows->different), "a value to tell rows apart by",
                                                    words(type));
    }
  }
  if (rule.when) check_condition(*rule.when);
  check_clauses(rule.clauses);
  if (rule.per_rows && rule.clauses.aged_by) {
    diagnostics_.emit<DiagnosticId::misplaced_clause>(span(*rule.clauses.aged_by), "aged by", "`per` and rows").fix =
        "each row fades by its own time";
    return;
  }
  check_rule_time(rule.clauses, rows ? rows : rows_of_condition(rule.when), place, fade);
}

void Checker::check_band_rule(const BandRule& rule, ScoreItemId item, const Fade* fade) {
  const Span place = tree_.score_items[item].span;
  const Type subject = check(rule.subject);
  std::vector<const Band*> bands;
  for (const BandPoints& band : rule.bands) {
    bands.push_back(&band.band);
    check_points(band.points);
  }
  const std::string rest = check_bands(bands, rule.subject);
  if (rest.empty()) policy_.gapless.insert(item.index);
  if (!rest.empty() && subject.kind != Kind::poison && subject.kind != Kind::text) {
    diagnostics_.emit<DiagnosticId::bands_gap>(place, rest);
  }
  if (rule.when) check_condition(*rule.when);
  check_clauses(rule.clauses);
  check_rule_time(rule.clauses, rows_of_condition(rule.when), place, fade);
}

void Checker::check_score_items(const std::vector<ScoreItemId>& items, const Fade* fade) {
  for (ScoreItemId id : items) {
    const ScoreItem& item = tree_.score_items[id];
    std::visit(Overloaded{[&](const PointRule& rule) { check_point_rule(rule, item.span, fade); },
                          [&](const BandRule& rule) { check_band_rule(rule, id, fade); },
                          [&](const ScoreGroup& group) {
                            check_clauses(group.clauses);
                            check_no_rule_clauses(group.clauses, "a group");
                            check_score_items(group.items, group.clauses.fade ? &*group.clauses.fade : fade);
                          }},
               item.node);
  }
}

void Checker::check_score(const ScoreDecl& score) {
  if (score.from) check_points({false, *score.from});
  if (score.to) check_points({false, *score.to});
  if (score.from && score.to) require_order(*score.from, *score.to);
  const Clauses& clauses = score.clauses;
  check_clauses(clauses);
  check_no_rule_clauses(clauses, "a score");
  for (const auto& [clause, word] : {std::pair{clauses.at_most, "at most"}, std::pair{clauses.at_least, "at least"}}) {
    if (clause)
      diagnostics_.emit<DiagnosticId::misplaced_clause>(span(*clause), word, "a score").fix =
          "write the bounds behind the score's name: `from 0 to 100`";
  }
  const Fade* const fade = clauses.fade ? &*clauses.fade : nullptr;
  if (!score.value) return check_score_items(score.items, fade);
  const Type type = check(*score.value);
  if (type.kind != Kind::integer && type.kind != Kind::decimal && type.kind != Kind::poison)
    diagnostics_.emit<DiagnosticId::wrong_type>(span(*score.value), "a number of points", words(type));
  if (fade != nullptr && fade->kind != FadeKind::never && !fade->since)
    diagnostics_.emit<DiagnosticId::fade_without_moment>(fade->span).fix =
        "write `since` and a moment, or let the scores fade that this one is made of";
  if (clauses.restart_after)
    diagnostics_
        .emit<DiagnosticId::misplaced_clause>(tree_.rows[*clauses.restart_after].span, "restart after",
                                              "a score without rules")
        .fix = "write it in the scores that this one is made of";
}

}  // namespace muster::compiler
