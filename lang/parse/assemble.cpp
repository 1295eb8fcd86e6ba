// The header, rules of blocks and named conditions, put together from what the grammar has recognised. Data, scores and
// lifecycles have files of their own.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "lang/parse/builder.h"
#include "lang/source/unicode.h"

namespace muster::lang {

void Builder::mark_keyword() {
  keyword = span(declaration_begin, last_end);
  declaration_broken = false;
  place = PhrasePlace::anywhere;
  name = {};
  title.reset();
  about.reset();
  named_file.reset();
  result_type.reset();
  parameters.clear();
  dated_values.clear();
  windows.clear();
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
void Builder::take_about() {
  once(about.has_value(), last_name.span, "for");
  about = last_name;
}
void Builder::take_file() { named_file = last_text; }
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

void Builder::begin_entry(PolicyEntry::Key key, std::size_t begin, std::size_t end) {
  entry = {};
  entry.key = key;
  entry.span = span(begin, end);
  dates.clear();
}
void Builder::take_entry_text() { entry.text = last_text.text; }
void Builder::take_entry_currency() {
  entry.text = last_name.text;
  if (find_currency(entry.text) != nullptr) return;
  Diagnostic& made = emit<DiagnosticId::unknown_currency>(last_name.span, entry.text);
  if (const std::string code = to_upper(entry.text); find_currency(code) != nullptr)
    made.fix = fmt::format("write `{}`", code);
}
void Builder::take_entry_number(std::size_t begin, std::size_t end) { entry.text = text.substr(begin, end - begin); }

void Builder::take_entry_party() { entry.parties.push_back(last_name); }
void Builder::take_review_count(std::size_t begin, std::size_t end) {
  entry.review_every = small_number(text.substr(begin, end - begin));
  if (entry.review_every > 0) return;
  emit<DiagnosticId::not_above_zero>(span(begin, end), "how often a policy is reviewed").fix =
      "such as `review every 3 months`";
}
void Builder::take_review_unit() {
  if (entry.review_every == 0) entry.review_every = 1;  // review every quarter
  entry.review_unit = calendar.unit;
}

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

void Builder::finish_import() { finish_declaration(Import{std::exchange(names, {}), named_file}); }

// ---- rules

void Builder::begin_rule(std::size_t at) {
  Rule begun;
  begun.begin = at;
  begun.errors = error_count();
  rules.push_back(std::move(begun));
}

void Builder::once(bool present, Span where, std::string_view words, std::string_view fix) {
  if (!present) return;
  Diagnostic& message = emit<DiagnosticId::repeated_clause>(where, words);
  if (!fix.empty()) message.fix = fix;
}

void Builder::one_of_a_sort(bool present, Span where, std::string_view what) {
  if (present) emit<DiagnosticId::two_of_one_sort>(where, what);
}

void Builder::take_once(std::optional<ExprId>& clause, std::string_view words) {
  const ExprId value = pop();
  once(clause.has_value(), tree_.expressions[value].span, words);
  clause = value;
}

void Builder::take_because() {
  once(rule().explained.because.has_value(), last_text.span, "because");
  rule().explained.because = last_text;
}
void Builder::take_ask() {
  once(rule().explained.ask.has_value(), last_text.span, "ask");
  rule().explained.ask = last_text;
}
void Builder::take_condition() { take_once(rule().condition, "when"); }
void Builder::take_except_when() { rule().except_when = pop(); }
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
  finish_declaration(QualifierDecl{qualifier, name, title, about, std::move(rules.front().criteria)});
}
void Builder::take_ignored_object() { ignored = last_name; }
void Builder::finish_ignore() {
  finish_declaration(IgnoreDecl{std::exchange(ignored, {}), *rule().condition, rule().explained.because});
}

}  // namespace muster::lang
