// Scores and grades, put together from what the grammar has recognised.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lang/parse/builder.h"
#include "lang/support/count.h"

namespace muster::lang {

// ---- scores

void Builder::begin_score() {
  mark_keyword();
  place = PhrasePlace::score;
  score_from.reset();
  score_to.reset();
  score_value.reset();
}
void Builder::take_bounds() {
  const ExprId to = pop();
  once(score_to.has_value(), tree_.expressions[to].span, "from");
  score_to = to;
  score_from = pop();
}
void Builder::take_score_value() { score_value = pop(); }

// ---- clauses

void Builder::take_at_most() { take_once(rule().clauses.at_most, "at most"); }
void Builder::take_at_least() { take_once(rule().clauses.at_least, "at least"); }
void Builder::begin_fade(FadeKind kind) {
  fade = {};
  fade.kind = kind;
}
void Builder::begin_halving() { begin_fade(FadeKind::halving); }
void Builder::begin_to_zero() { begin_fade(FadeKind::to_zero); }
void Builder::begin_losing() { begin_fade(FadeKind::percent); }
void Builder::begin_never() { begin_fade(FadeKind::never); }
void Builder::take_fade_percent() { fade.percent = pop(); }
void Builder::take_fade_interval() { fade.interval = pop(); }
void Builder::take_fade_since() { fade.since = pop(); }
void Builder::finish_fade(Span where) {
  one_of_a_sort(rule().clauses.fade.has_value(), where, "a way to fade");
  fade.span = where;
  rule().clauses.fade = fade;
}
void Builder::take_whole_days(Span where) {
  if (!rule().clauses.fade) {
    fail_expected(where.begin, "how the points fade before `by whole days`",
                  "such as `halving every 30 days, by whole days`");
  }
  once(rule().clauses.fade->whole_days, where, "by whole days");
  rule().clauses.fade->whole_days = true;
}
void Builder::take_fade_digits(std::size_t begin, std::size_t end) {
  // The checker knows how many there may be.
  fade_digits = static_cast<std::uint8_t>(std::min<std::uint32_t>(small_number(text.substr(begin, end - begin)), 99));
}
void Builder::take_fade_rounding(Span where) {
  if (!rule().clauses.fade) {
    fail_expected(where.begin, "how the points fade before `rounded`",
                  "such as `halving every 30 days since last_activity, rounded half up to 2 digits`");
  }
  once(rule().clauses.fade->rounded.has_value(), where, "rounded");
  rule().clauses.fade->rounded = FadeRounding{where, rounding, fade_digits};
}
void Builder::take_aged_by() { take_once(rule().clauses.aged_by, "aged by"); }
void Builder::take_latest_count(std::size_t begin, std::size_t end) {
  latest_count = small_number(text.substr(begin, end - begin));
}
void Builder::keep_frequency(Frequency frequency) {
  one_of_a_sort(rule().clauses.frequency.has_value(), frequency.span, "a limit of how many rows count");
  rule().clauses.frequency = frequency;
}
void Builder::finish_latest_per(Span where) { keep_frequency({where, LatestPer{latest_count, calendar}}); }
void Builder::finish_first_only(Span where) { keep_frequency({where, FirstOnly{}}); }
void Builder::take_restart() {
  once(rule().clauses.restart_after.has_value(), tree_.rows[last_rows].span, "restart after");
  rule().clauses.restart_after = last_rows;
}
void Builder::take_zero_while() { take_once(rule().clauses.zero_while, "zero while"); }
void Builder::take_scaled_to() { take_once(rule().clauses.scaled_to, "scaled to"); }

// ---- rules

void Builder::take_plus() { rule().points.minus = false; }
void Builder::take_minus() { rule().points.minus = true; }
void Builder::take_amount() { rule().points.amount = pop(); }
void Builder::begin_per() {
  once(rule().per || rule().per_rows, span(last_end, last_end), "per");
  rule().per = Per{};
}
void Builder::take_per_different() {
  once(rule().per || rule().per_rows, tree_.rows[last_rows].span, "per");
  rule().per_rows = PerRows{last_rows, last_value};
}
void Builder::take_per_rows() {
  once(rule().per || rule().per_rows, tree_.rows[last_rows].span, "per");
  rule().per_rows = PerRows{last_rows, std::nullopt};
}
void Builder::take_full() { rule().per->full = true; }
void Builder::take_step() { rule().per->step = pop(); }
void Builder::take_quantity() { rule().per->quantity = pop(); }
void Builder::finish_band_points() {
  band_points.push_back({std::move(bands.back()), {band_minus, pop()}});
  bands.pop_back();
  band_minus = false;
}
void Builder::band_plus_sign() { band_minus = false; }
void Builder::band_minus_sign() { band_minus = true; }

ScoreItemId Builder::add_score_item(Span where, std::variant<PointRule, BandRule, ScoreGroup> node) {
  count_node(where.begin);
  --nodes_;
  return tree_.score_items.add({where, std::move(node), rule().explained});
}
void Builder::finish_point_rule(Span where) {
  const Rule& read = rule();
  if (!read.per && !read.per_rows && !read.condition) {
    fail_expected(last_end, "`when` or `per` behind the points",
                  "say what earns them, such as `+25 when employees >= 100`");
  }
  const ScoreItemId id =
      add_score_item(where, PointRule{read.points, read.per, read.per_rows, read.condition, read.clauses});
  rules[rules.size() - 2].score_items.push_back(id);
}
void Builder::finish_band_rule(std::size_t first, Span where) {
  const ExprId subject = pop();
  BandRule node{subject, {}, rule().condition, rule().clauses};
  for (std::size_t i = first; i < band_points.size(); ++i) node.bands.push_back(std::move(band_points[i]));
  band_points.erase(band_points.begin() + static_cast<std::ptrdiff_t>(first), band_points.end());
  // Bands with a hole that a mistake made would only lead to a second message about the hole.
  if (error_count() != rule().errors) {
    add_broken_words(where.begin, where.end);
    return;
  }
  rules[rules.size() - 2].score_items.push_back(add_score_item(where, std::move(node)));
}
void Builder::finish_score_group(Span where) {
  const ScoreItemId id = add_score_item(where, ScoreGroup{rule().title, rule().clauses, std::move(rule().score_items)});
  rules[rules.size() - 2].score_items.push_back(id);
}
void Builder::finish_score() {
  Rule& whole = rules.front();
  finish_declaration(
      ScoreDecl{name, title, about, score_from, score_to, whole.clauses, std::move(whole.score_items), score_value});
}

// ---- grades

void Builder::begin_grade() {
  mark_keyword();
  grade = {};
  cells.clear();
  has_header = false;
}
void Builder::add_axis() { grade.axes.push_back(last_name); }
void Builder::take_cell() { cells.emplace_back(pop()); }
void Builder::take_otherwise_cell() { cells.emplace_back(std::nullopt); }
void Builder::begin_grade_row() { cells.clear(); }
void Builder::begin_grade_header() {
  if (has_header || !grade.rows.empty()) {
    fail_expected(last_end - 1, "a condition or `otherwise` at the beginning of the row",
                  "only the first line of a matrix begins with `|`");
  }
  has_header = true;
}
void Builder::finish_grade_header(Span) { grade.columns = std::exchange(cells, {}); }
void Builder::report_cell_count(Span row, char label_end, std::size_t found, std::string_view head,
                                std::size_t expected) {
  const std::string_view written = text_of(row);
  std::string_view label = written.substr(0, std::min(written.find(label_end), std::size_t{40}));
  while (label.ends_with(' ') || label.ends_with('\t')) label.remove_suffix(1);
  emit<DiagnosticId::wrong_cell_count>(row, label, count_of(found, "cell"), head, count_of(expected, "cell"));
}
void Builder::finish_grade_row(Span where) {
  GradeRow row{where, std::nullopt, std::exchange(names, {})};
  if (!cells.empty()) row.condition = cells.front();
  cells.clear();
  count_node(where.begin);
  const std::size_t expected_cells = has_header ? grade.columns.size() : 1;
  if (row.cells.size() != expected_cells && !(has_header && grade.columns.empty())) {
    if (!has_header) {
      fail_expected(row.cells[1].span.begin, "one label in the row",
                    "a grade with several columns has a first line that begins with `|`");
    }
    report_cell_count(where, '|', row.cells.size(), "the header", expected_cells);
    return;
  }
  grade.rows.push_back(std::move(row));
}
void Builder::finish_grade() {
  grade.name = name;
  grade.title = title;
  grade.about = about;
  finish_declaration(std::move(grade));
}

}  // namespace muster::lang
