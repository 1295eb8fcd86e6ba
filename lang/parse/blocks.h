// Blocks in braces, the end of a rule, and recovery: a mistake is reported, its rule is skipped, the next one is read.
// May include: PEGTL, lang/parse. Called by: the grammar headers of lang/parse and parse.cpp only.
#pragma once

#include <algorithm>

#include "lang/parse/tokens.h"

namespace muster::lang::grammar {

// `;` behind all of a line: it is reported, and what stands before it is read.
inline bool read_semicolon(Input& in, Builder& builder) {
  const std::size_t at = offset(in);
  if (builder.text.substr(at, 1) != ";") return false;
  const std::size_t next = skip_blanks(builder.text, at + 1);
  const bool is_last = next == builder.text.size() || at_newline(builder.text, next) || builder.text[next] == '#' ||
                       builder.text[next] == '}';
  if (!is_last) return false;
  builder.report_foreign(at, at + 1, "leave it out: the line ends the rule");
  return take(in, builder, at + 1);
}

template <bool bars = false>
struct rule_end : leaf<rule_end<bars>> {  // a newline, a comma, a closing brace; between bands and arms also `|`
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (in.empty() || at_newline(builder.text, at) || builder.on_next_line(at)) return true;
    const char letter = *in.current();
    if (letter == ',' || letter == '}' || (bars && letter == '|') || read_semicolon(in, builder)) return true;
    builder.fail_end_of_rule(at, false);
  }
};

struct declaration_end : leaf<declaration_end> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (in.empty() || at_newline(builder.text, at) || builder.on_next_line(at)) return true;
    if (read_semicolon(in, builder)) return true;
    builder.fail_end_of_rule(at, true);
  }
};

template <class... R>
struct rule {  // a rule of a block with clauses of its own
  MUSTER_MATCH {
    builder.begin_rule(offset(in));
    const bool matched = MUSTER_MATCH_PART(pegtl::seq<R...>);
    builder.end_rule();
    return matched;
  }
};

struct no_poison {
  static void put(Builder&, Span) {}
};

// { rules }. `Poison` may put something in the place of a rule that could not be read.
template <class Rule, Words what, Words fix, bool bars = false, class Poison = no_poison>
struct block {
  MUSTER_MATCH {
    if (!open(in, builder)) return false;
    const std::size_t open_at = offset(in);
    const Deeper deeper(builder, open_at);
    const bool outside = builder.newlines_blank;
    builder.newlines_blank = false;
    ++builder.open_braces;
    take(in, builder, open_at + 1);
    for (;;) {
      skip_separators(in, builder);
      const std::size_t at = offset(in);
      const bool first_column = at > 0 && builder.text[at - 1] == '\n';
      if (in.empty() || (first_column && starts_declaration(builder.text, at))) {
        builder.report_unclosed_block(at);
        break;
      }
      if (*in.current() == '}') {
        --builder.open_braces;
        builder.newlines_blank = outside;
        return take(in, builder, at + 1);
      }
      builder.last_end = at;  // what does not begin a rule is shown here, not at the end of the rule before
      const Builder::Marks marks = builder.marks();
      try {
        if (!MUSTER_MATCH_PART(Rule)) builder.fail_expected(at, what.view(), fix.view());
      } catch (const SyntaxError& error) {
        if (error.leaves != SyntaxError::Leaves::rule) throw;
        const std::size_t next = builder.skip_rule(at, std::max(at, error.at), marks, bars);
        builder.undo_to(marks);
        in.restart();
        in.bump(next);
        builder.check_limits(next);
        Poison::put(builder, builder.span(at, next));
      }
    }
    --builder.open_braces;
    builder.newlines_blank = outside;
    return true;
  }

 private:
  // A head that could not be read up to its `{` is reported; the rules in the braces are read all the same.
  static bool open(Input& in, Builder& builder) {
    if (sees_sign<'{'>::read(in, builder)) return true;
    const std::size_t at = offset(in);
    if (!builder.report_sign_in_head(at)) builder.report_expected(at, "`{`", "");
    const std::size_t line_end = std::min(builder.text.find('\n', at), builder.text.size());
    const std::size_t brace = builder.text.substr(0, line_end).find('{', at);
    if (brace == std::string_view::npos) throw SyntaxError{builder.error_position(at)};
    builder.declaration_broken = true;
    in.bump(brace - at);
    return true;
  }

  static void skip_separators(Input& in, Builder& builder) {
    for (;;) {
      const std::size_t at = offset(in);
      const std::size_t next = skip_lines(builder.text, at);
      builder.keep_comments(at, next);
      builder.steps += next - at;
      in.bump(next - at);
      if (in.empty() || !(*in.current() == ',' || (bars && *in.current() == '|'))) return;
      builder.last_end = next + 1;
      in.bump(1);
    }
  }
};

}  // namespace muster::lang::grammar
