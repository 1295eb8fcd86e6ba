#include "lang/parse/parse.h"

#include <algorithm>

#include "lang/parse/count_steps.h"
#include "lang/parse/declarations.h"
#include "lang/source/unicode.h"

namespace muster::lang {
namespace {

// Counts the rules that are tried; nothing else differs from PEGTL's own control.
template <class Rule>
struct Counting : tao::pegtl::normal<Rule> {
  static void start(const grammar::Input&, Builder& builder) { ++builder.steps; }
};

template <class Rule>
bool match(grammar::Input& in, Builder& builder) {
  return Counting<Rule>::template match<tao::pegtl::apply_mode::action, tao::pegtl::rewind_mode::required,
                                        tao::pegtl::nothing, Counting>(in, builder);
}

// Whether a word that begins no declaration here is worth reading on: the whole file, declaration by declaration.
void read_file(grammar::Input& in, Builder& builder) {
  using grammar::offset;
  for (;;) {
    const std::size_t gap = offset(in);
    const std::size_t begin = skip_lines(builder.text, gap);
    builder.keep_comments(gap, begin);
    builder.steps += begin - gap;
    in.bump(begin - gap);
    if (in.empty()) return;
    builder.declaration_begin = begin;
    builder.last_end = begin;
    const Builder::Marks marks = builder.marks();
    try {
      if (!match<grammar::declaration>(in, builder)) builder.fail_unknown_declaration(begin);
    } catch (const SyntaxError& error) {
      const std::size_t next = error.leaves == SyntaxError::Leaves::file
                                   ? builder.skip_file(begin)
                                   : builder.skip_declaration(begin, std::max(begin, error.at), marks);
      builder.undo_to(marks);
      in.restart();
      in.bump(next);
      if (error.leaves == SyntaxError::Leaves::file) return;
      try {
        builder.check_limits(next);
      } catch (const SyntaxError&) {
        builder.skip_file(next);
        return;
      }
    }
  }
}

}  // namespace

std::uint64_t parse_counting_steps(const SourceMap& sources, FileId file, const Limits& limits, Tree& tree,
                                   Diagnostics& diagnostics) {
  Builder builder(sources, file, limits, tree, diagnostics);
  grammar::Input in(builder.text.data(), builder.text.data() + builder.text.size(), "");
  read_file(in, builder);
  diagnostics.sort();
  return builder.steps;
}

std::optional<ExprId> parse_value(const SourceMap& sources, FileId file, std::size_t begin, bool is_text,
                                  const Limits& limits, Tree& tree, Diagnostics& diagnostics) {
  Builder builder(sources, file, limits, tree, diagnostics);
  const std::size_t errors = builder.error_count();
  const std::size_t at = skip_lines(builder.text, begin);
  if (is_text && at < builder.text.size() && builder.text[at] != '"') {
    const std::string_view words = trim(builder.text.substr(at));
    return builder.add(builder.span(at, at + words.size()), TextLiteral{std::string(words)});
  }
  grammar::Input in(builder.text.data(), builder.text.data() + builder.text.size(), "");
  in.bump(at);
  builder.last_end = at;
  try {
    if (!match<grammar::setting_value>(in, builder)) return std::nullopt;
    if (const std::size_t rest = skip_lines(builder.text, grammar::offset(in)); rest < builder.text.size())
      builder.fail_expected(rest, "the end of the value", "");
  } catch (const SyntaxError&) {
    return std::nullopt;
  }
  if (builder.error_count() > errors) return std::nullopt;
  return builder.pop();
}

void parse(const SourceMap& sources, FileId file, const Limits& limits, Tree& tree, Diagnostics& diagnostics) {
  parse_counting_steps(sources, file, limits, tree, diagnostics);
}

}  // namespace muster::lang
