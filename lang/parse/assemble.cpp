// Declarations and the rules inside their blocks, put together from what the grammar has recognised.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "lang/parse/builder.h"

namespace muster::lang {
namespace {

// At most 9 digits, so that the value fits; the grammar has checked that they are digits.
std::uint32_t small_number(std::string_view digits) {
  std::uint32_t value = 0;
  for (const char digit : digits.substr(0, 9)) value = value * 10 + static_cast<std::uint32_t>(digit - '0');
  return digits.size() > 9 ? 999'999'999U : value;
}

}  // namespace

void Builder::mark_keyword() {
  keyword = span(declaration_begin, last_end);
  declaration_broken = false;
  place = PhrasePlace::anywhere;
  name = {};
  title.reset();
  names.clear();
  texts.clear();
  rules.clear();
  begin_rule(declaration_begin);
}

void Builder::finish_declaration(DeclarationNode node) {
  count_node(declaration_begin);
  --nodes_;  // the tree's own list counts it
  const Span where = span(declaration_begin, last_end);
  if (declaration_broken) {
    add_broken_words(where.begin, where.end);
  } else {
    tree_.declarations.push_back({where, keyword, std::move(node)});
  }
  place = PhrasePlace::anywhere;
}

void Builder::take_name() { name = last_name; }
void Builder::take_title() { title = last_text; }
void Builder::keep_name() { names.push_back(last_name); }
void Builder::keep_text() {
  count_node(last_text.span.begin);
  texts.push_back(last_text);
}

// ---- policy

void Builder::begin_header() {
  mark_keyword();
  place = PhrasePlace::header;
  header = {};
}

void Builder::begin_entry(PolicyEntry::Key key) {
  entry = {};
  entry.key = key;
  dates.clear();
}
void Builder::take_entry_text() { entry.text = last_text.text; }
void Builder::take_entry_currency() {
  entry.text = last_name.text;
  if (find_currency(entry.text) == nullptr) emit<DiagnosticId::unknown_currency>(last_name.span, entry.text);
}
void Builder::take_entry_number(std::size_t begin, std::size_t end) { entry.text = text.substr(begin, end - begin); }

void Builder::take_date() {
  const ExprId literal = pop();
  const Expr& written = tree_.expressions[literal];
  if (const auto* date = std::get_if<DateLiteral>(&written.node)) {
    dates.push_back(date->days);
  } else if (!std::holds_alternative<Poison>(written.node)) {
    fail_expected(written.span.begin, "a day such as 2026-01-31", "");
  }
}

void Builder::finish_entry(Span where) {
  entry.span = where;
  if (!dates.empty()) entry.from = dates.front();
  if (dates.size() > 1) entry.to = dates.back();
  header.entries.push_back(std::move(entry));
  count_node(where.begin);
}

void Builder::unknown_entry(std::size_t begin, std::size_t end) {
  const std::string_view word = text.substr(begin, end - begin);
  if (const std::string_view later = later_phrase(text, begin, place); !later.empty()) {
    report_later(begin, end);
    throw SyntaxError{end};
  }
  Diagnostic& made = emit<DiagnosticId::unknown_entry>(span(begin, end), word);
  const std::vector<std::string> known(header_entries.begin(), header_entries.end());
  if (const std::string near = did_you_mean(word, known); !near.empty())
    made.fix = fmt::format("did you mean `{}`?", near);
  throw SyntaxError{end};
}

void Builder::finish_header() {
  if (title) header.title = *title;
  finish_declaration(std::move(header));
}

void Builder::finish_import() { finish_declaration(Import{std::exchange(names, {})}); }

// ---- data

void Builder::begin_object() {
  mark_keyword();
  place = PhrasePlace::object;
  object = {};
}

void Builder::begin_field() {
  const std::size_t begin = last_name.span.begin;
  const std::size_t newline = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  field_column_ = begin - (newline == std::string_view::npos ? 0 : newline + 1);
  field = {};
  field.name = last_name;
}
void Builder::take_type_name() { type = {last_name, std::nullopt, std::nullopt}; }
void Builder::take_type_digits(std::size_t begin, std::size_t end) {
  const std::uint32_t digits = small_number(text.substr(begin, end - begin));
  type.digits = static_cast<std::uint8_t>(std::min(digits, 99U));  // the checker knows how many a type may have
}
void Builder::take_type_currency() {
  type.currency = last_name;
  if (find_currency(last_name.text) == nullptr) emit<DiagnosticId::unknown_currency>(last_name.span, last_name.text);
}
void Builder::mark_optional() { field.optional = true; }
void Builder::mark_key() { field.key = true; }
void Builder::mark_required() { field.required = true; }
void Builder::mark_row_number() { field.row_number = true; }
void Builder::take_headers() { field.headers = std::exchange(texts, {}); }
void Builder::take_missing_when() { field.missing_when = std::exchange(texts, {}); }
void Builder::take_formats() { field.formats = std::exchange(texts, {}); }
void Builder::finish_field(Span where) {
  field.span = where;
  field.type = type;
  object.fields.push_back(std::move(field));
  count_node(where.begin);
}
void Builder::finish_object_missing(Span) {
  for (Quoted& each : texts) object.missing_when.push_back(std::move(each));
  texts.clear();
}
void Builder::finish_object() {
  object.name = name;
  object.title = title;
  finish_declaration(std::move(object));
}

void Builder::begin_picklist() {
  mark_keyword();
  place = PhrasePlace::picklist;
  picklist = {};
}
void Builder::mark_ordered() { picklist.ordered = true; }
void Builder::finish_member() {
  count_node(last_end);
  if (names.back().text == "other") picklist.other = names.back();
  picklist.members.push_back({std::move(names.back()), std::exchange(texts, {})});
  names.clear();
}
void Builder::finish_picklist() {
  picklist.name = name;
  picklist.title = title;
  finish_declaration(std::move(picklist));
}

void Builder::begin_plain() { mark_keyword(); }
void Builder::finish_set() {
  const ExprId value = pop();
  SetDecl node{name, {}};
  if (auto* set = std::get_if<SetLiteral>(&tree_.expressions[value].node)) node.items = set->items;
  finish_declaration(std::move(node));
}
void Builder::finish_setting() { finish_declaration(SettingDecl{name, type, pop(), title}); }
void Builder::finish_let() { finish_declaration(LetDecl{name, pop()}); }

void Builder::begin_define() {
  mark_keyword();
  define = {};
}
void Builder::finish_parameter() {
  define.parameters.push_back({std::move(names.back()), type});
  names.pop_back();
  count_node(last_end);
}
void Builder::take_result() { define.result = type; }
void Builder::finish_define() {
  define.name = name;
  define.body = pop();
  finish_declaration(std::move(define));
}

// ---- rules

void Builder::begin_rule(std::size_t at) {
  Rule begun;
  begun.begin = at;
  begun.errors = error_count();
  rules.push_back(std::move(begun));
}

void Builder::once(bool present, Span where, std::string_view words) {
  if (present) emit<DiagnosticId::repeated_clause>(where, words);
}

void Builder::take_because() {
  once(rule().explained.because.has_value(), last_text.span, "because");
  rule().explained.because = last_text;
}
void Builder::take_ask() {
  once(rule().explained.ask.has_value(), last_text.span, "ask");
  rule().explained.ask = last_text;
}
void Builder::take_condition() {
  const ExprId condition = pop();
  once(rule().condition.has_value(), tree_.expressions[condition].span, "when");
  rule().condition = condition;
}
void Builder::take_except_when() { rule().except_when = pop(); }
void Builder::take_at_most() {
  const ExprId amount = pop();
  once(rule().at_most.has_value(), tree_.expressions[amount].span, "at most");
  rule().at_most = amount;
}
void Builder::take_rule_title() { rule().title = last_text; }
void Builder::take_rule_name() { rule().name = last_name; }
void Builder::take_count(std::size_t begin, std::size_t end) {
  rule().count = small_number(text.substr(begin, end - begin));
  rule().group = GroupKind::at_least;
}
void Builder::take_all_of() { rule().group = GroupKind::all_of; }
void Builder::take_any_of() { rule().group = GroupKind::any_of; }

CriterionId Builder::add_criterion(Criterion criterion) {
  count_node(criterion.span.begin);
  --nodes_;
  return tree_.criteria.add(std::move(criterion));
}
void Builder::keep_criterion(Span where, std::variant<Require, Exclude, CriterionGroup> node) {
  const CriterionId id = add_criterion({where, std::move(node), rule().explained});
  rules[rules.size() - 2].criteria.push_back(id);
}
void Builder::finish_require(Span where) { keep_criterion(where, Require{*rule().condition}); }
void Builder::finish_exclude(Span where) { keep_criterion(where, Exclude{*rule().condition, rule().except_when}); }
void Builder::finish_criterion_group(Span where) {
  keep_criterion(where, CriterionGroup{rule().group, rule().count, std::move(rule().criteria)});
}
// A criterion that could not be read keeps its place, so that `at least 2 of` still counts it.
void Builder::poison_criterion(Span where) {
  const ExprId poison = add(where, Poison{});
  rule().criteria.push_back(add_criterion({where, Require{poison}, {}}));
}

void Builder::begin_qualifier(QualifierKind kind) {
  mark_keyword();
  place = PhrasePlace::qualifier;
  qualifier = kind;
}
void Builder::begin_icp() { begin_qualifier(QualifierKind::icp); }
void Builder::begin_persona() { begin_qualifier(QualifierKind::persona); }
void Builder::begin_demographic() { begin_qualifier(QualifierKind::demographic); }
void Builder::begin_situational() { begin_qualifier(QualifierKind::situational); }
void Builder::begin_behavioural() { begin_qualifier(QualifierKind::behavioural); }
void Builder::finish_qualifier() {
  finish_declaration(QualifierDecl{qualifier, name, title, std::move(rules.front().criteria)});
}
void Builder::finish_ignore() { finish_declaration(IgnoreDecl{*rule().condition, rule().explained.because}); }

// ---- scores

void Builder::begin_score() {
  mark_keyword();
  place = PhrasePlace::score;
  score_from.reset();
  score_to.reset();
}
void Builder::take_bounds() {
  score_to = pop();
  score_from = pop();
}
void Builder::take_plus() { rule().points.minus = false; }
void Builder::take_minus() { rule().points.minus = true; }
void Builder::take_amount() { rule().points.amount = pop(); }
void Builder::begin_per() {
  once(rule().per.has_value(), span(last_end, last_end), "per");
  rule().per = Per{};
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
  if (!read.per && !read.condition) {
    fail_expected(last_end, "`when` or `per` behind the points",
                  "say what earns them, such as `+25 when employees >= 100`");
  }
  const ScoreItemId id = add_score_item(where, PointRule{read.points, read.per, read.condition, read.at_most});
  rules[rules.size() - 2].score_items.push_back(id);
}
void Builder::finish_band_rule(std::size_t first, Span where) {
  const ExprId subject = pop();
  BandRule node{subject, {}, rule().condition, rule().at_most};
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
  const ScoreItemId id = add_score_item(where, ScoreGroup{rule().title, rule().at_most, std::move(rule().score_items)});
  rules[rules.size() - 2].score_items.push_back(id);
}
void Builder::finish_score() {
  finish_declaration(ScoreDecl{name, title, score_from, score_to, std::move(rules.front().score_items)});
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
void Builder::finish_grade_row(Span where) {
  GradeRow row{where, std::nullopt, std::exchange(names, {})};
  if (!cells.empty()) row.condition = cells.front();
  cells.clear();
  count_node(where.begin);
  const std::size_t expected_cells = has_header ? grade.columns.size() : 1;
  if (row.cells.size() != expected_cells && !(has_header && grade.columns.empty())) {
    const auto cells_of = [](std::size_t count) { return fmt::format("{} cell{}", count, count == 1 ? "" : "s"); };
    if (!has_header) {
      fail_expected(row.cells[1].span.begin, "one label in the row",
                    "a grade with several columns has a first line that begins with `|`");
    }
    const std::string_view written = text_of(where);
    const std::size_t bar = std::min(written.find('|'), std::size_t{40});
    std::string_view label = written.substr(0, bar);
    while (label.ends_with(' ') || label.ends_with('\t')) label.remove_suffix(1);
    emit<DiagnosticId::wrong_cell_count>(where, label, cells_of(row.cells.size()), cells_of(expected_cells));
    return;
  }
  grade.rows.push_back(std::move(row));
}
void Builder::finish_grade() {
  grade.name = name;
  grade.title = title;
  finish_declaration(std::move(grade));
}

// ---- stages and routes

void Builder::begin_lifecycle() {
  mark_keyword();
  place = PhrasePlace::lifecycle;
  lifecycle = {};
}
void Builder::take_needs(std::size_t first, Span where) {
  Needs needs{where, rule().count, {}};
  for (std::size_t i = first; i < items.size(); ++i) needs.values.push_back(items[i].operand);
  items.resize(first);
  once(rule().needs.has_value(), where, "needs");
  rule().needs = std::move(needs);
}
void Builder::finish_stage(Span where) {
  lifecycle.items.push_back(
      {where, StageDecl{*rule().name, rule().title, *rule().condition, std::move(rule().needs)}, rule().explained});
  count_node(where.begin);
}
void Builder::finish_not_yet(Span where) {
  lifecycle.items.push_back({where, NotYet{*rule().condition}, rule().explained});
  count_node(where.begin);
}
void Builder::finish_disqualified(Span where) {
  lifecycle.items.push_back({where, Disqualified{*rule().condition}, rule().explained});
  count_node(where.begin);
}
void Builder::finish_lifecycle() { finish_declaration(std::move(lifecycle)); }

void Builder::begin_route() {
  mark_keyword();
  route = {};
}
void Builder::finish_route_row(Span where) {
  route.rows.push_back({where, *rule().title, rule().condition, rule().explained});
  count_node(where.begin);
}
void Builder::finish_route() { finish_declaration(std::move(route)); }

}  // namespace muster::lang
