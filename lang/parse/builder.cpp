// Text, mistakes and recovery: the part of the builder that every kind of declaration uses.
#include "lang/parse/builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "lang/source/unicode.h"

namespace muster::lang {
namespace {

bool is_header_entry(std::string_view word) {
  return std::find(header_entries.begin(), header_entries.end(), word) != header_entries.end();
}

}  // namespace

Builder::Builder(const SourceMap& sources, FileId file, const Limits& limits, Tree& tree, Diagnostics& diagnostics)
    : text(sources[file].text()),
      file_(file),
      limits_(limits),
      tree_(tree),
      diagnostics_(diagnostics),
      first_expression_(tree.expressions.size()),
      errors_at_begin_(diagnostics.error_count()) {}

Span Builder::span(std::size_t begin, std::size_t end) const {
  return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(std::max(begin, end))};
}

std::size_t Builder::keep_comment(std::size_t at) {
  const std::size_t newline = std::min(text.find('\n', at), text.size());
  const std::size_t comment_end = newline > at && text[newline - 1] == '\r' ? newline - 1 : newline;
  if (at >= comments_end_) {  // a second look at the same place keeps it once
    tree_.comments.push_back({span(at, comment_end)});
    comments_end_ = comment_end;
  }
  return newline;
}

void Builder::keep_comments(std::size_t begin, std::size_t end) {
  while (begin < end) begin = text[begin] == '#' ? keep_comment(begin) : begin + 1;
}

std::size_t Builder::after_token(std::size_t end, bool wide) {
  last_end = end;
  std::size_t at = skip_blanks(text, end);
  if (at < text.size() && text[at] == '#') at = keep_comment(at);
  if (!at_newline(text, at)) return at;
  const std::size_t next = skip_lines(text, at);
  steps += next - at;
  if (!wide && !newlines_blank && !next_line_continues(text, next, place, field_column_)) return at;
  keep_comments(at, next);
  return next;
}

// ---- mistakes

std::size_t Builder::error_position(std::size_t at) const {
  return at < text.size() && !on_next_line(at) ? at : std::min(last_end, at);
}

Span Builder::token_span(std::size_t at) const {
  const std::size_t begin = error_position(at);
  return begin == at ? span(begin, token_end(text, begin)) : span(begin, begin);
}

bool Builder::on_next_line(std::size_t at) const {
  const std::size_t end = std::min(last_end, at);
  return text.substr(end, at - end).find('\n') != std::string_view::npos;
}

bool Builder::begins_anew(std::size_t at) const {
  // Outside a block there are no rules: a guarantee's claim may begin with `stage`.
  const bool is_rule = open_braces > 0 && starts_rule(text, at);
  return on_next_line(at) && (is_rule || (text[at - 1] == '\n' && starts_declaration(text, at)));
}

void Builder::check_limits(std::size_t at) {
  if (diagnostics_.error_count() - errors_at_begin_ < limits_.diagnostics) return;
  emit<DiagnosticId::too_many_mistakes>(token_span(at), limits_.diagnostics);
  throw SyntaxError{at, SyntaxError::Leaves::file};
}

void Builder::report_expected(std::size_t at, std::string_view what, std::string_view fix) {
  if (error_position(at) == at) {
    const std::size_t word_end = identifier_end(text, at);
    if (is_reserved(text.substr(at, word_end - at)) && text.substr(skip_blanks(text, word_end), 1) == ":") {
      report_reserved_name(at, word_end);
      return;
    }
  }
  if (text.substr(at, 1) == "{" && error_position(at) == at &&
      (what.starts_with("a value") || what.starts_with("a condition"))) {
    emit<DiagnosticId::misplaced_set>(span(at, at + 1));
    return;
  }
  Diagnostic& made = emit<DiagnosticId::expected>(token_span(at), what);
  made.fix = fix;
  if (error_position(at) != at) return;
  if (const std::string near = near_word(at, what); !near.empty()) {
    made.fix = fmt::format("did you mean `{}`?", near);
    if (fix.starts_with("a text of several words")) made.fix += fmt::format(" A{}", fix.substr(1));
  }
}

void Builder::fail_expected(std::size_t at, std::string_view what, std::string_view fix) {
  look_for_habit(at, what);
  report_expected(at, what, fix);
  throw SyntaxError{error_position(at)};
}

void Builder::report_reserved_name(std::size_t begin, std::size_t end) {
  emit<DiagnosticId::reserved_name>(span(begin, end), text.substr(begin, end - begin));
}

void Builder::report_foreign(std::size_t begin, std::size_t end, std::string_view fix) {
  emit<DiagnosticId::foreign_spelling>(span(begin, end), shorten(text.substr(begin, end - begin))).fix = fix;
  check_limits(end);
}

void Builder::report_unclosed_block(std::size_t at) {
  const std::size_t where = error_position(at);
  if (where == reported_unclosed_) return;
  reported_unclosed_ = where;
  // The head of the declaration, as the author wrote it: `icp MidMarket`.
  const std::string_view line =
      text.substr(declaration_begin, text.find_first_of("{\"\r\n", declaration_begin) - declaration_begin);
  report_expected(at, "`}`", fmt::format("close the braces that `{}` has opened", shorten(trim(line))));
}

// The words behind the last operator, where `at` is in the midst of them and they end the comparison: a text of several
// words without quotes. An operator behind them would say that an `and` is missing.
std::string_view Builder::bare_words_around(std::size_t at) const {
  for (const std::string_view joins : {"and", "or", "not", "implies"}) {
    if (word_at(last_operator, 0, joins)) return {};
  }
  if (last_operator.empty()) return {};
  const auto operator_end = static_cast<std::size_t>(last_operator.data() - text.data()) + last_operator.size();
  const std::size_t begin = skip_blanks(text, operator_end);
  std::size_t end = begin;
  for (std::size_t next = begin; next < text.size(); next = skip_blanks(text, end)) {
    const std::size_t word_end = identifier_end(text, next);
    const std::string_view word = text.substr(next, word_end - next);
    const bool is_joining = next > begin && word == to_upper(word) && is_reserved(to_lower(word));  // country = US AND
    if (word_end == next || is_reserved(word) || is_joining) break;
    end = word_end;
  }
  const std::size_t next = skip_blanks(text, end);
  const bool ends_here = next == text.size() || at_newline(text, next) || text[next] == '#' || text[next] == '}' ||
                         word_at(text, next, "and") || word_at(text, next, "or");
  return begin < at && at < end && ends_here ? text.substr(begin, end - begin) : std::string_view();
}

void Builder::fail_end_of_rule(std::size_t at, bool file_level) {
  look_for_misspelt_rule(at);
  const std::string_view rest = text.substr(at);
  const std::string_view words = bare_words_around(at);
  std::string quoted;
  std::string_view fix = file_level ? "begin each declaration on its own line"
                                    : "put each rule on its own line; join conditions with `and` or `or`";
  if (rest.starts_with('(') && last_end > 0 && identifier_end(text, last_end - 1) == last_end) {
    fix = "a call's `(` touches its name, as in `domain(email)`";
  } else if (rest.starts_with('{')) {
    fix = "a set in braces stands only after `in` or `any`";
  } else if (!words.empty()) {
    quoted = fmt::format("a text of several words is written in quotes: `\"{}\"`", shorten(words));
    fix = quoted;
  }
  fail_expected(at, end_of_line, fix);
}

void Builder::fail_unknown_declaration(std::size_t at) {
  look_for_comment(at);
  const std::size_t end = token_end(text, at);
  const std::string_view word = text.substr(at, end - at);
  Diagnostic& made = emit<DiagnosticId::unknown_declaration>(span(at, end), shorten(word));
  std::vector<std::string> known;
  for (const DeclarationKeyword& row : declaration_keywords) known.emplace_back(row.word);
  if (const std::string near = did_you_mean(word, known); !near.empty()) {
    made.fix = fmt::format("did you mean `{}`?", near);
  } else if (word == "qualifier") {
    made.fix = "say which kind: `demographic qualifier`, `situational qualifier` or `behavioural qualifier`";
  }
  throw SyntaxError{end};
}

void Builder::enter(std::size_t at) {
  if (depth_ >= limits_.nesting_depth) {
    emit<DiagnosticId::nesting_too_deep>(token_span(at), limits_.nesting_depth);
    throw SyntaxError{at, SyntaxError::Leaves::declaration};
  }
  ++depth_;
}

void Builder::count_node(std::size_t at) {
  ++nodes_;
  const std::size_t all = nodes_ + tree_.expressions.size() + tree_.rows.size() + tree_.criteria.size() +
                          tree_.score_items.size() + tree_.declarations.size();
  if (all <= limits_.syntax_nodes) return;
  emit<DiagnosticId::too_many_nodes>(token_span(at), limits_.syntax_nodes);
  throw SyntaxError{at, SyntaxError::Leaves::file};
}

// ---- recovery

void Builder::add_broken_words(std::size_t begin, std::size_t end) {
  for (std::size_t at = begin; at < end;) {
    if (text[at] == '#') {
      at = std::min(text.find('\n', at), end);
      continue;
    }
    const std::size_t next = std::max(token_end(text, at), at + 1);
    if (identifier_end(text, at) > at) tree_.broken_words.emplace_back(text.substr(at, next - at));
    at = next;
  }
}

std::size_t Builder::skip_rule(std::size_t begin, std::size_t at, const Marks& marks, bool bars) {
  // Brackets that were open at the mistake may never be closed: a line that clearly begins a rule ends them.
  std::size_t open = open_parentheses - marks.open_parentheses;
  std::size_t open_sets = open_set_braces - marks.open_set_braces;
  std::size_t braces = open_braces - marks.open_braces;
  while (at < text.size()) {
    const char letter = text[at];
    if (letter == '#') {
      at = keep_comment(at);
      continue;
    }
    if (letter == '"') {
      at = token_end(text, at);
      continue;
    }
    const bool outside = braces == 0 && open_sets == 0 && open == 0;
    if (letter == '(') ++open;
    if (letter == ')' && open > 0) --open;
    if (letter == '{') ++braces;
    if (letter == '}') {
      if (braces > 0) {
        --braces;
      } else if (open_sets > 0) {
        --open_sets;
      } else {
        break;
      }
    }
    if (outside && letter == '|' && bars) break;
    if (outside && letter == ',') {
      const std::size_t next = skip_lines(text, at + 1);
      steps += next - at;
      // A comma may also stand in a list of the broken rule: only what clearly begins a rule ends it.
      const bool has_lists = place != PhrasePlace::picklist && place != PhrasePlace::qualifier;
      if (bars || starts_rule(text, next) || (!has_lists && !continues_rule(text, next)) ||
          (place == PhrasePlace::header && is_header_entry(text.substr(next, identifier_end(text, next) - next)))) {
        break;
      }
    }
    if (letter == '\n') {
      const std::size_t next = skip_lines(text, at);
      steps += next - at;
      const bool first_column = next > 0 && next < text.size() && text[next - 1] == '\n';
      if (first_column && starts_declaration(text, next)) break;
      if (braces == 0) {
        const bool closes = text.substr(next, 1) == "}" && open_sets == 0;
        const bool begins = starts_rule(text, next) && text.substr(next, 1) != "}";
        if (closes || begins || (outside && !continues_rule(text, next))) break;
      }
      keep_comments(at, next);
      at = next;
      continue;
    }
    ++at;
  }
  add_broken_words(begin, at);
  steps += at - begin;
  return at;
}

std::size_t Builder::skip_file(std::size_t begin) {
  keep_comments(begin, text.size());
  add_broken_words(begin, text.size());
  return text.size();
}

std::size_t Builder::skip_declaration(std::size_t begin, std::size_t at, const Marks& marks) {
  std::size_t braces = open_braces + open_set_braces - marks.open_braces - marks.open_set_braces;
  while (at < text.size()) {
    const char letter = text[at];
    if (letter == '#') {
      at = keep_comment(at);
      continue;
    }
    if (letter == '"') {
      at = token_end(text, at);
      continue;
    }
    if (letter == '{') ++braces;
    if (letter == '}' && braces > 0) --braces;
    ++at;
    if (letter != '\n') continue;
    const std::size_t word = skip_blanks(text, at);
    if (word >= text.size() || at_newline(text, word) || text[word] == '#') continue;
    if (word == at && starts_declaration(text, word)) break;
    // Behind the braces an indented line, or one that begins with a sign, still belongs to what could not be read.
    const bool begins = word == at && identifier_end(text, word) > word && !continues_rule(text, word);
    if (braces == 0 && (begins || starts_declaration(text, word))) {
      at = word;
      break;
    }
  }
  add_broken_words(begin, at);
  steps += at - begin;
  return at;
}

Builder::Marks Builder::marks() const {
  return {items.size(),       names.size(),   texts.size(),     bands.size(), arms.size(),
          band_points.size(), rules.size(),   open_parentheses, open_braces,  open_set_braces,
          frame_first,        newlines_blank, range_allowed};
}

void Builder::undo_to(const Marks& marks) {
  items.resize(std::min(items.size(), marks.items));
  names.resize(std::min(names.size(), marks.names));
  texts.resize(std::min(texts.size(), marks.texts));
  bands.erase(bands.begin() + static_cast<std::ptrdiff_t>(std::min(bands.size(), marks.bands)), bands.end());
  arms.erase(arms.begin() + static_cast<std::ptrdiff_t>(std::min(arms.size(), marks.arms)), arms.end());
  band_points.erase(band_points.begin() + static_cast<std::ptrdiff_t>(std::min(band_points.size(), marks.band_points)),
                    band_points.end());
  rules.resize(std::min(rules.size(), marks.rules));
  open_parentheses = marks.open_parentheses;
  open_braces = marks.open_braces;
  open_set_braces = marks.open_set_braces;
  frame_first = marks.frame_first;
  newlines_blank = marks.newlines_blank;
  range_allowed = marks.range_allowed;
}

// ---- names

void Builder::read_name(std::size_t begin, std::size_t end) {
  last_name = {std::string(text.substr(begin, end - begin)), span(begin, end)};
  Script script = Script::common;
  for (std::size_t at = begin; at < end;) {
    const CodePoint point = decode(text.substr(at));
    Script each = script_of(point.value);
    if (each == Script::kana) each = Script::han;  // Japanese writes both in one word
    if (each != Script::common) {
      if (script != Script::common && script != each) {
        emit<DiagnosticId::mixed_scripts>(last_name.span, last_name.text);
        return;
      }
      script = each;
    }
    at += point.bytes;
  }
}

}  // namespace muster::lang
